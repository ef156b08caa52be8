//! What moderators read: the queue, and comments in any state.

use std::collections::HashMap;

use super::caller::{Caller, site_for};
use super::{App, Error};
use crate::domain::comment::{Comment, State};
use crate::domain::cursor;
use crate::domain::flag::Reason;
use crate::domain::ids::{CommentId, ThreadId, UserId};
use crate::domain::permission::Action;
use crate::domain::queue::{QueueKind, list};
use crate::domain::thread::{Site, Thread};
use crate::store::{CommentFilter, FlagGroup, Holder, QueuePlace, Tx};

/// A page of the queue.
pub struct QueuePage {
    /// The site.
    pub site: Site,
    /// What waits, most urgent first.
    pub items: Vec<QueueItem>,
    /// Where it goes on.
    pub next: Option<String>,
    /// Flagged and held comments of the site.
    pub counts: (i64, i64),
}

/// One waiting comment.
pub struct QueueItem {
    /// Its place.
    pub place: QueuePlace,
    /// The comment.
    pub comment: Comment,
    /// Its thread.
    pub thread: Thread,
    /// Its open flags.
    pub flags: Vec<FlagGroup>,
    /// Who holds it now.
    pub holder: Option<Holder>,
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

/// What waits at these places, with all that a moderator looks at, and who holds it at that time.
pub(super) fn items(tx: &mut Tx<'_>, places: Vec<QueuePlace>, now_ms: i64) -> Result<Vec<QueueItem>, Error> {
    let ids: Vec<CommentId> = places.iter().map(|place| place.comment_id).collect();
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
    let items = places.into_iter().filter_map(|place| {
        let comment = comments.remove(&place.comment_id)?;
        let thread = threads.get(&comment.thread_id)?.clone();
        let flags = flags.remove(&comment.id).unwrap_or_default();
        let holder = holders.remove(&comment.id);
        Some(QueueItem { place, comment, thread, flags, holder })
    });
    Ok(items.collect())
}

impl App {
    /// A page of a site's queue.
    ///
    /// # Errors
    /// 403 without a role on the site, 422 for the cursor.
    pub async fn queue(
        &self,
        caller: &Caller,
        site: String,
        kind: QueueKind,
        reason: Option<Reason>,
        page: (Option<String>, usize),
    ) -> Result<QueuePage, Error> {
        caller.require_any_moderator()?;
        let caller = caller.clone();
        let now_ms = self.now_ms();
        self.store
            .read("queue", move |tx| {
                let site = site_for(tx, &caller, Action::Moderate, &site)?;
                let name = format!("queue:{}", site.id);
                let (cursor, limit) = &page;
                let after = cursor.as_ref().map(|cursor| cursor::decode::<3>(&name, cursor)).transpose()?;
                let after =
                    after.map(|[priority, first_ms, id]| QueuePlace { priority, first_ms, comment_id: CommentId(id) });
                let mut places = tx.queue_page(site.id, &list(kind, reason), after, *limit as i64 + 1)?;
                let more = places.len() > *limit;
                places.truncate(*limit);
                let next = places
                    .last()
                    .filter(|_| more)
                    .map(|place| cursor::encode(&name, &[place.priority, place.first_ms, place.comment_id.0]));
                let items = items(tx, places, now_ms)?;
                let counts = tx.site_waiting(site.id)?;
                Ok(QueuePage { site, items, next, counts })
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
                let thread = match &narrow.thread {
                    None => None,
                    Some(name) => {
                        let by_key = tx.thread_by_key(site.id, name)?;
                        let found = match (by_key, name.parse()) {
                            (None, Ok(id)) => tx.thread_by_id(id)?.filter(|thread| thread.site_id == site.id),
                            (found, _) => found,
                        };
                        Some(found.ok_or_else(Error::not_found)?.id)
                    }
                };
                let filter = match (thread, narrow.author) {
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
