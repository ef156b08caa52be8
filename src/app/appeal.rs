//! A person appeals against what a decision did to their comment, or against how it dismissed
//! their flag; moderators list what was appealed.

use std::collections::HashMap;

use super::caller::Caller;
use super::post::{Made, replayed};
use super::sanction::place;
use super::undo::first;
use super::{App, Error, new_id};
use crate::domain::appeal::{Appeal, AppealState, Party, closes_ms};
use crate::domain::code::Code;
use crate::domain::comment::Comment;
use crate::domain::cursor;
use crate::domain::ids::{AppealId, CommentId, EntryId, FlagId, SiteId, UserId};
use crate::domain::permission::Action;
use crate::domain::sanction::WHOLE_SERVER;
use crate::domain::time::DAY_MS;
use crate::domain::user::User;
use crate::store::{Appealed, Entry, IdempotencyKey, Key, Tx};

/// What a person appeals with.
#[derive(Clone, Debug)]
pub struct Appealing {
    /// Against which entry of `/me/decisions`.
    pub entry: EntryId,
    /// What they say, 1 to 5,000 characters.
    pub text: String,
    /// For a request that may come again.
    pub once: Option<IdempotencyKey>,
}

/// Appeals of a site.
pub struct AppealPage {
    /// Open ones first, oldest first; then those decided, newest first.
    pub items: Vec<Appealed>,
    /// The comments they are about.
    pub comments: HashMap<CommentId, Comment>,
    /// Who appealed, and who decided.
    pub people: HashMap<UserId, User>,
    /// Where it goes on.
    pub next: Option<String>,
}

/// Where a list of appeals goes on: among the open ones, or among those decided.
#[derive(Clone, Copy)]
enum Place {
    Open(i64, i64),
    Decided(i64, i64),
}

impl Place {
    fn of(appealed: &Appealed) -> Place {
        let appeal = &appealed.appeal;
        match appeal.decided_ms {
            Some(decided_ms) => Place::Decided(decided_ms, appeal.id.0),
            None => Place::Open(appeal.created_ms, appeal.id.0),
        }
    }

    fn numbers(self) -> [i64; 3] {
        match self {
            Place::Open(at_ms, id) => [0, at_ms, id],
            Place::Decided(at_ms, id) => [1, at_ms, id],
        }
    }
}

impl App {
    /// Appeals against an own entry, once, within six months.
    ///
    /// # Errors
    /// 404 for others' entries, 409 `already_appealed`, `not_appealable`, `appeal_window_closed`,
    /// and those of an idempotency key.
    pub async fn appeal(&self, caller: &Caller, order: Appealing) -> Result<Made<Appealed>, Error> {
        caller.require(Action::Participate, None)?;
        let now_ms = self.now_ms();
        let id = AppealId(new_id(now_ms));
        let days = i64::try_from(self.settings.moderation.appeal_due_days).unwrap_or(i64::MAX);
        let due_ms = now_ms.saturating_add(days.saturating_mul(DAY_MS));
        let user = caller.user;
        self.store
            .write("appeal", Key::entry(order.entry), move |tx| {
                if let Some(made) = replayed(tx, order.once.as_ref())? {
                    let made = tx.appeal_by_id(AppealId(made))?.ok_or_else(Error::not_found)?;
                    return Ok(Made { made, replayed: true });
                }
                let own = |entry: &Entry| entry.user_id == user;
                let entry = tx.entry_by_id(order.entry)?.filter(own).ok_or_else(Error::not_found)?;
                if !tx.appeals_of(&[entry.id])?.is_empty() {
                    return Err(Code::AlreadyAppealed.into());
                }
                if !is_appealable(tx, &entry)? {
                    return Err(Code::NotAppealable.into());
                }
                if now_ms >= closes_ms(entry.decision.at_ms) {
                    return Err(Code::AppealWindowClosed.into());
                }
                let appeal = Appeal {
                    id,
                    entry_id: entry.id,
                    site_id: entry.decision.site_id,
                    comment_id: entry.comment_id,
                    state: AppealState::Open,
                    text: order.text.clone(),
                    answer: None,
                    ruled_by: None,
                    undo: None,
                    created_ms: now_ms,
                    due_ms,
                    decided_ms: None,
                };
                tx.appeal_insert(&appeal)?;
                if let Some(key) = &order.once {
                    tx.idempotency_keep(key, id.0, now_ms)?;
                }
                Ok(Made { made: Appealed { appeal, entry }, replayed: false })
            })
            .await
    }

    /// Appeals of a site, open ones first; without a site, for admins, those against sanctions on the
    /// whole server.
    ///
    /// # Errors
    /// 403 without a role there, 422 for a missing site or the cursor.
    pub async fn appeals(
        &self,
        caller: &Caller,
        site: Option<String>,
        (cursor, limit): (Option<String>, usize),
    ) -> Result<AppealPage, Error> {
        caller.require_any_moderator()?;
        let caller = caller.clone();
        self.store
            .read("appeals", move |tx| {
                let site = place(tx, &caller, site.as_deref())?.map_or(WHOLE_SERVER, |(id, _)| id);
                let list = format!("appeals:{site}");
                let from = match &cursor {
                    None => Place::Open(i64::MIN, 0),
                    Some(cursor) => match cursor::decode::<3>(&list, cursor)? {
                        [0, at_ms, id] => Place::Open(at_ms, id),
                        [_, at_ms, id] => Place::Decided(at_ms, id),
                    },
                };
                let mut items = page(tx, site, from, limit as i64 + 1)?;
                let next = cursor::cut(&list, &mut items, limit, |item| Place::of(item).numbers());
                let comments: Vec<CommentId> = items.iter().filter_map(|item| item.entry.comment_id).collect();
                let people: Vec<UserId> = items
                    .iter()
                    .flat_map(|item| [Some(item.entry.user_id), item.entry.decision.actor_id, item.appeal.ruled_by])
                    .flatten()
                    .collect();
                Ok(AppealPage {
                    comments: tx.comments_by_id(&comments)?.into_iter().map(|comment| (comment.id, comment)).collect(),
                    people: tx.people(&people)?,
                    items,
                    next,
                })
            })
            .await
    }
}

fn page(tx: &mut Tx<'_>, site: SiteId, from: Place, count: i64) -> Result<Vec<Appealed>, Error> {
    let (mut items, newest) = match from {
        Place::Open(at_ms, id) => (tx.appeals_open(site, (at_ms, id), count)?, (i64::MAX, i64::MAX)),
        Place::Decided(at_ms, id) => (Vec::new(), (at_ms, id)),
    };
    let left = count - items.len() as i64;
    if left > 0 {
        items.extend(tx.appeals_decided(site, newest, left)?);
    }
    Ok(items)
}

/// Whether an entry tells of something one can object to.
fn is_appealable(tx: &mut Tx<'_>, entry: &Entry) -> Result<bool, Error> {
    match entry.party {
        Party::Owner => Ok(tx.statement_is_there(entry.id)?),
        Party::Reporter => Ok(dismissed_flag(tx, entry)?.is_some()),
    }
}

/// The flag that an entry tells its reporter was dismissed, as far as that still stands.
pub(super) fn dismissed_flag(tx: &mut Tx<'_>, entry: &Entry) -> Result<Option<FlagId>, Error> {
    // what settles a flag again by an undo leaves it with the decision that had settled it first
    let Some(comment) = entry.comment_id else { return Ok(None) };
    let (first, _) = first(tx, &entry.decision)?;
    Ok(tx.flag_dismissed(first.id, comment, entry.user_id)?)
}
