//! A reader votes on a comment: one vote a person, changed or taken back at will.

use super::caller::Caller;
use super::edit::published;
use super::{App, Error};
use crate::domain::code::Code;
use crate::domain::ids::CommentId;
use crate::domain::permission::Action;
use crate::domain::thread::ThreadState;
use crate::store::{EventKind, Key};

/// The votes on a comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Votes {
    /// Votes of +1.
    pub up: i64,
    /// Votes of −1.
    pub down: i64,
    /// The caller's: 1, 0 or −1.
    pub mine: i64,
}

impl App {
    /// Sets the caller's vote to 1, 0 or −1.
    ///
    /// # Errors
    /// 403 for who is muted or suspended, 404 unless the comment is published, 409 `thread_locked`.
    pub async fn vote(&self, caller: &Caller, id: CommentId, value: i64) -> Result<Votes, Error> {
        caller.require(Action::Contribute, None)?;
        let now_ms = self.now_ms();
        let (caller, user) = (caller.clone(), caller.user);
        self.store
            .write("vote", Key::comment(id), move |tx| {
                let comment = published(tx, id)?;
                caller.require(Action::Contribute, Some(comment.site_id))?;
                let thread = tx.thread_by_id(comment.thread_id)?.ok_or_else(Error::not_found)?;
                if thread.state != ThreadState::Open {
                    return Err(Code::ThreadLocked.into());
                }
                let before = tx.vote_get(id, user)?;
                if before == value {
                    return Ok(Votes { up: comment.up, down: comment.down, mine: value });
                }
                if value == 0 {
                    tx.vote_delete(id, user)?;
                } else {
                    tx.vote_put(id, user, value)?;
                }
                let moved = |of| i64::from(value == of) - i64::from(before == of);
                let (up, down) = tx.comment_add_votes(id, moved(1), moved(-1))?;
                tx.event_on_thread(EventKind::CommentVoted, comment.thread_id, Some(id), now_ms)?;
                Ok(Votes { up, down, mine: value })
            })
            .await
    }
}
