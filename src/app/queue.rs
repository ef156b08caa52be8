//! What moderators read: the queue, and comments in any state.

use std::collections::HashMap;

use super::caller::{Caller, site_for};
use super::{App, Error};
use crate::domain::comment::{Comment, State};
use crate::domain::cursor;
use crate::domain::flag::Reason;
use crate::domain::ids::{CommentId, SiteId, ThreadId, UserId};
use crate::domain::notice::Notice;
use crate::domain::permission::Action;
use crate::domain::queue::{QueueFilter, QueueKind, Waiting};
use crate::domain::scoring::FLAGS_WEIGHED;
use crate::domain::thread::{Site, Thread, is_key};
use crate::store::{CommentFilter, FlagGroup, Holder, QueuePlace, QueueRow, Reported, StoreError, Tx, Waits};

/// A page of the queue.
pub struct QueuePage {
    /// The site.
    pub site: Site,
    /// What waits, most urgent first.
    pub items: Vec<QueueItem>,
    /// Where it goes on.
    pub next: Option<String>,
    /// How many of the site's comments wait, whatever was asked for.
    pub counts: Waits,
}

/// One waiting comment.
pub struct QueueItem {
    /// Why it waits, and how it is weighed.
    pub waiting: Waiting,
    /// Its place.
    pub place: QueuePlace,
    /// The comment.
    pub comment: Comment,
    /// Its thread.
    pub thread: Thread,
    /// Its open flags.
    pub flags: Vec<FlagGroup>,
    /// Those that are weighed, the reporters most often right first.
    pub reports: Vec<Reported>,
    /// Its open notices, oldest first, [`NOTICES_SHOWN`] at most.
    pub notices: Vec<Notice>,
    /// Who holds it now.
    pub holder: Option<Holder>,
}

/// Notices shown with an item.
const NOTICES_SHOWN: i64 = 20;
/// Places looked at for one page: what is asked for may be rare in the list it stands in, and the
/// page then ends where the look did.
const LOOKED_AT: usize = 1_000;

/// Places looked at in one query after the first.
const AGAIN: usize = 200;

/// What a moderator asks for of a queue, as they name it.
#[derive(Clone, Debug)]
pub struct QueueQuery {
    /// Of which kind.
    pub kind: QueueKind,
    /// With an open flag or notice of that reason.
    pub reason: Option<Reason>,
    /// In a thread, by key or id.
    pub thread: Option<String>,
    /// By an author.
    pub author: Option<UserId>,
    /// Waiting since then or later, in milliseconds since 1970.
    pub from_ms: Option<i64>,
    /// Waiting since before then, in milliseconds since 1970.
    pub to_ms: Option<i64>,
}

impl QueueQuery {
    /// Everything of a kind.
    pub fn of(kind: QueueKind) -> QueueQuery {
        QueueQuery { kind, reason: None, thread: None, author: None, from_ms: None, to_ms: None }
    }

    /// Whether it asks for less than all of its kind.
    pub fn is_narrowed(&self) -> bool {
        let names = self.reason.is_some() || self.thread.is_some() || self.author.is_some();
        names || self.from_ms.is_some() || self.to_ms.is_some()
    }

    /// The same, with its thread found.
    pub(super) fn filter(&self, tx: &mut Tx<'_>, site: SiteId) -> Result<QueueFilter, Error> {
        let thread = self.thread.as_ref().map(|name| thread_named(tx, site, name)).transpose()?;
        Ok(QueueFilter {
            kind: self.kind,
            reason: self.reason,
            thread: thread.map(|thread| thread.id),
            author: self.author,
            from_ms: self.from_ms,
            to_ms: self.to_ms,
        })
    }
}

/// A thread of a site, by key or id.
fn thread_named(tx: &mut Tx<'_>, site: SiteId, name: &str) -> Result<Thread, Error> {
    let by_key = if is_key(name) { tx.thread_by_key(site, name)? } else { None };
    let found = match (by_key, name.parse()) {
        (None, Ok(id)) => tx.thread_by_id(id)?.filter(|thread| thread.site_id == site),
        (found, _) => found,
    };
    found.ok_or_else(Error::not_found)
}

/// A page of comments and where it goes on.
pub type CommentPage = (Site, Vec<Comment>, Option<String>);

/// What a list of comments is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Narrow {
    /// A thread, by key or id.
    pub thread: Option<String>,
    /// An author.
    pub author: Option<UserId>,
    /// A state.
    pub state: Option<State>,
}

/// What of a list waits where, `count` at most, after a place.
type Walk<'w> = &'w dyn Fn(&mut Tx<'_>, Option<QueuePlace>, i64) -> Result<Vec<QueueRow>, StoreError>;

/// Walks a list for what a filter takes, `count` at most; looks at `looked_at` places at most. The
/// rows, and where to go on when there may be more.
pub(super) fn walk(
    tx: &mut Tx<'_>,
    list: Walk<'_>,
    filter: &QueueFilter,
    after: Option<QueuePlace>,
    (count, looked_at): (usize, usize),
) -> Result<(Vec<QueueRow>, Option<QueuePlace>), Error> {
    let (mut taken, mut at, mut seen) = (Vec::new(), after, 0);
    loop {
        // the first look mostly brings all of it
        let ask = if seen == 0 { count + 1 } else { AGAIN }.min(looked_at - seen);
        let rows = list(tx, at, ask as i64)?;
        let is_end = rows.len() < ask;
        for row in rows {
            if taken.len() == count {
                return Ok((taken, at));
            }
            (at, seen) = (Some(row.place), seen + 1);
            if filter.takes(&row.waiting, row.thread_id, row.author_id) {
                taken.push(row);
            }
        }
        if is_end {
            return Ok((taken, None));
        }
        if seen >= looked_at {
            return Ok((taken, at));
        }
    }
}

/// What waits, with all that a moderator looks at, and who holds it at that time.
pub(super) fn items(tx: &mut Tx<'_>, rows: Vec<QueueRow>, now_ms: i64) -> Result<Vec<QueueItem>, Error> {
    let ids: Vec<CommentId> = rows.iter().map(|row| row.place.comment_id).collect();
    let mut comments: HashMap<CommentId, Comment> =
        tx.comments_by_id(&ids)?.into_iter().map(|comment| (comment.id, comment)).collect();
    let threads: Vec<ThreadId> = comments.values().map(|comment| comment.thread_id).collect();
    let threads: HashMap<ThreadId, Thread> =
        tx.threads_by_id(&threads)?.into_iter().map(|thread| (thread.id, thread)).collect();
    let mut flags: HashMap<CommentId, Vec<FlagGroup>> = HashMap::new();
    for (comment, group) in tx.flag_groups(&ids)? {
        flags.entry(comment).or_default().push(group);
    }
    let mut holders: HashMap<CommentId, Holder> = tx.queue_holders(&ids, now_ms)?.into_iter().collect();
    // a seek an item: no one statement takes the first of each without reading all of them
    let mut items = Vec::with_capacity(rows.len());
    for QueueRow { place, waiting, .. } in rows {
        // references keep both there: an item that is left out would be one that nobody ever sees
        let gone = || StoreError::Corrupt(format!("queue_item {} has no comment", place.comment_id));
        let comment = comments.remove(&place.comment_id).ok_or_else(gone)?;
        let thread = threads.get(&comment.thread_id).cloned().ok_or_else(gone)?;
        items.push(QueueItem {
            waiting,
            place,
            thread,
            flags: flags.remove(&comment.id).unwrap_or_default(),
            reports: if waiting.flagged { tx.flags_weighed(comment.id, FLAGS_WEIGHED)? } else { Vec::new() },
            notices: if waiting.notice { tx.notices_open(comment.id, NOTICES_SHOWN)? } else { Vec::new() },
            holder: holders.remove(&comment.id),
            comment,
        });
    }
    Ok(items)
}

/// A page of a site's queue, all of it from one snapshot.
///
/// # Errors
/// 404 for the thread, 422 for the cursor.
pub fn page(
    tx: &mut Tx<'_>,
    site: Site,
    asked: &QueueQuery,
    (cursor, limit): &(Option<String>, usize),
    now_ms: i64,
) -> Result<QueuePage, Error> {
    let name = format!("queue:{}", site.id);
    // every list is in the same order, so that a place in one is a place in all
    let after = cursor.as_ref().map(|cursor| cursor::decode::<2>(&name, cursor)).transpose()?;
    let after = after.map(|[rank, id]| QueuePlace { rank, comment_id: CommentId(id) });
    let filter = asked.filter(tx, site.id)?;
    let list = filter.list();
    let rows = |tx: &mut Tx<'_>, after, count| tx.queue_walk(site.id, &list, after, count);
    let (rows, next) = walk(tx, &rows, &filter, after, (*limit, LOOKED_AT))?;
    let next = next.map(|place| cursor::encode(&name, &[place.rank, place.comment_id.0]));
    let items = items(tx, rows, now_ms)?;
    let counts = tx.site_waiting(site.id)?;
    Ok(QueuePage { site, items, next, counts })
}

impl App {
    /// A page of a site's queue.
    ///
    /// # Errors
    /// 403 without a role on the site, 404 for the thread, 422 for the cursor.
    pub async fn queue(
        &self,
        caller: &Caller,
        site: String,
        asked: QueueQuery,
        at: (Option<String>, usize),
    ) -> Result<QueuePage, Error> {
        caller.require_any_moderator()?;
        let caller = caller.clone();
        let now_ms = self.now_ms();
        self.store
            .read("queue", move |tx| {
                let site = site_for(tx, &caller, Action::Moderate, &site)?;
                page(tx, site, &asked, &at, now_ms)
            })
            .await
    }

    /// A site's comments in any state, newest first.
    ///
    /// # Errors
    /// 403 without a role on the site, 404 for the thread, 422 for the cursor.
    pub async fn moderated_comments(
        &self,
        caller: &Caller,
        site: String,
        narrow: Narrow,
        page: (Option<String>, usize),
    ) -> Result<CommentPage, Error> {
        caller.require_any_moderator()?;
        let caller = caller.clone();
        self.store
            .read("moderated_comments", move |tx| {
                let site = site_for(tx, &caller, Action::Moderate, &site)?;
                let thread = narrow.thread.as_ref().map(|name| thread_named(tx, site.id, name)).transpose()?;
                let filter = match (thread.map(|thread| thread.id), narrow.author) {
                    (None, None) => CommentFilter::Site(site.id),
                    (None, Some(author)) => CommentFilter::AuthorOnSite(author, site.id),
                    (Some(thread), None) => CommentFilter::Thread(thread),
                    (Some(thread), Some(author)) => CommentFilter::AuthorInThread(author, thread),
                };
                let states = narrow.state.as_ref().map_or(State::ALL, std::slice::from_ref);
                let (comments, next) = super::read_own::comment_page(tx, filter, states, &page)?;
                Ok((site, comments, next))
            })
            .await
    }
}
