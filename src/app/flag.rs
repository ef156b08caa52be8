//! A reader flags a comment for the moderators, or takes the flag back.

use super::caller::Caller;
use super::edit::published;
use super::post::{Made, replayed};
use super::shift::requeue;
use super::{App, Error, new_id};
use crate::domain::code::Code;
use crate::domain::comment::Comment;
use crate::domain::flag::{Flag, FlagState, Reason};
use crate::domain::ids::{CommentId, FlagId};
use crate::domain::permission::Action;
use crate::domain::thread::ThreadState;
use crate::store::{FlagWeight, IdempotencyKey, Key, Tx};

impl App {
    /// Flags a published comment; one open flag a person and comment.
    ///
    /// # Errors
    /// 403 for who is muted or suspended, 404 unless the comment is published, 409
    /// `already_flagged`, `thread_locked` in an archive, and those of an idempotency key.
    pub async fn flag(
        &self,
        caller: &Caller,
        id: CommentId,
        reason: Reason,
        note: Option<String>,
        once: Option<IdempotencyKey>,
    ) -> Result<Made<Flag>, Error> {
        caller.require(Action::Contribute, None)?;
        let caller = caller.clone();
        let now_ms = self.now_ms();
        let new = Flag {
            id: FlagId(new_id(now_ms)),
            comment_id: id,
            user_id: caller.user,
            reason,
            note,
            state: FlagState::Open,
            outcome: None,
            created_ms: now_ms,
        };
        self.store
            .write("flag", Key::comment(id), move |tx| {
                if let Some(made) = replayed(tx, once.as_ref())? {
                    let made = tx.flag_by_id(FlagId(made))?.ok_or_else(Error::not_found)?;
                    return Ok(Made { made, replayed: true });
                }
                let comment = published(tx, id)?;
                caller.require(Action::Contribute, Some(comment.site_id))?;
                let thread = tx.thread_by_id(comment.thread_id)?.ok_or_else(Error::not_found)?;
                if thread.state == ThreadState::Archived {
                    return Err(Code::ThreadLocked.into());
                }
                if tx.flag_open(id, new.user_id)?.is_some() {
                    return Err(Code::AlreadyFlagged.into());
                }
                let weight = weight(tx, &new, &comment)?;
                tx.flag_insert(&new, comment.site_id, weight)?;
                requeue(tx, &comment)?;
                if let Some(key) = &once {
                    tx.idempotency_keep(key, new.id.0, now_ms)?;
                }
                Ok(Made { made: new.clone(), replayed: false })
            })
            .await
    }

    /// Takes one's own open flag back.
    ///
    /// # Errors
    /// 403 for who is suspended, 404 when it is not the caller's, or no longer open.
    pub async fn withdraw(&self, caller: &Caller, id: FlagId) -> Result<(), Error> {
        caller.require(Action::Participate, None)?;
        let (caller, user) = (caller.clone(), caller.user);
        self.store
            .write("withdraw", Key::flag(id), move |tx| {
                let own = |flag: &Flag| flag.user_id == user && flag.state == FlagState::Open;
                let flag = tx.flag_by_id(id)?.filter(own).ok_or_else(Error::not_found)?;
                let comment = tx.comment_by_id(flag.comment_id)?.ok_or_else(Error::not_found)?;
                caller.require(Action::Participate, Some(comment.site_id))?;
                tx.flag_withdraw(id)?;
                requeue(tx, &comment)
            })
            .await
    }
}

/// What decides whether the flag is among those that are weighed.
fn weight(tx: &mut Tx<'_>, flag: &Flag, comment: &Comment) -> Result<FlagWeight, Error> {
    let record = tx.record_of(flag.user_id, comment.site_id)?.reports();
    let parent = match comment.parent_id {
        Some(parent) => tx.comment_by_id(parent)?,
        None => None,
    };
    Ok(FlagWeight {
        precision: (record.precision() * 1_000.0).round() as i64,
        on_own_reply: parent.is_some_and(|parent| parent.is_by(flag.user_id)),
    })
}
