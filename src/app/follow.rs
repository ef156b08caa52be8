//! Follows what happens: in a thread, for anybody, and in a site's queue, for its moderators.
//!
//! Here is read what there is to tell; the line to who is told it is `live`, and how it is written is
//! `http::tell`. All of it is read from the table of events, where a thread's versions are gapless:
//! what is handed over after a commit ([`hear`]) only says where to look. So it does not matter
//! in which order, how often, or from which node it was heard.

use std::collections::HashMap;

use tokio::task::yield_now;

use super::caller::{Caller, site_for};
use super::read::ThreadPage;
use super::{App, Error};
use crate::domain::comment::Comment;
use crate::domain::ids::{CommentId, SiteId, ThreadId, UserId};
use crate::domain::permission::Action;
use crate::live::{Hub, Joined};
use crate::store::{Event, EventKind, StoreError, Tx, Waits};

/// Events told one by one, at the most; beyond that it is quicker to read the page again.
pub const EVENTS_MAX: i64 = 200;
/// People looked up in a thread at a time.
const LOOKED_UP: usize = 1_000;
/// Claims of a site that are looked at.
const CLAIMS: i64 = 200;
/// Decisions that wait for a second moderator, as far as they are counted.
const PROPOSED: i64 = 100;

/// A change to a thread's page.
#[derive(Clone, Copy, Debug)]
pub struct Change {
    /// The thread's version afterwards.
    pub version: i64,
    /// What.
    pub kind: EventKind,
    /// The comment, if it was one.
    pub comment: Option<CommentId>,
}

/// What has happened in a thread.
pub struct ThreadNews {
    /// The thread as it is now.
    pub page: ThreadPage,
    /// Its id.
    pub thread: ThreadId,
    /// Up to which version this tells.
    pub version: i64,
    /// How many comments are published now.
    pub published: i64,
    /// The changes, without a gap; none: they are too many or too old to be told one by one.
    pub changes: Option<Vec<Change>>,
    /// The comments that changed, as they are now.
    pub comments: HashMap<CommentId, Comment>,
}

/// Somebody begins to follow a thread.
pub struct Following {
    /// The line.
    pub joined: Joined,
    /// The version that they have.
    pub seen: i64,
    /// What they missed.
    pub missed: Option<ThreadNews>,
}

/// What waits on a site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueState {
    /// How many comments.
    pub waiting: Waits,
    /// How many decisions wait for a second moderator; 100 at most.
    pub proposed: usize,
    /// The claims in force, with their ends in milliseconds since 1970; 200 at most.
    pub claims: Vec<(i64, i64)>,
}

/// Notes for the lines what was committed, and reads nothing: the writer waits for it.
pub fn hear(hub: &Hub, events: &[Event]) {
    let mut concerns_rights = false;
    for event in events {
        match event.kind {
            EventKind::SessionEnded | EventKind::RolesChanged | EventKind::SanctionsChanged => concerns_rights = true,
            _ => {
                if let Some((thread, version)) = event.thread {
                    hub.moved(thread, version);
                }
            }
        }
    }
    // once, however many they are: who ends forty sessions at once must not push others out of their line
    if concerns_rights {
        hub.check();
    }
}

impl App {
    /// Follows a thread from after version `had`, or from now on; it need not be born.
    ///
    /// # Errors
    /// 404 for the site.
    pub async fn follow_thread(&self, site: String, key: String, had: Option<i64>) -> Result<Following, Error> {
        let key_of = key.clone();
        let (site, born) = self
            .store
            .read("follow", move |tx| {
                let site = tx.site_by_key(&site)?.ok_or_else(Error::not_found)?;
                let thread = tx.thread_by_key(site.id, &key_of)?;
                Ok::<_, Error>((site.id, thread.map(|thread| (thread.id, thread.version))))
            })
            .await?;
        let version = born.map_or(0, |(_, version)| version);
        // from here on nothing is missed; what is told twice is left out by its version
        let joined = self.live.join_thread(site, &key, born);
        let had = had.unwrap_or(version);
        let thread = born.map(|(thread, _)| thread).or(joined.topic.place().thread);
        let (is_ahead, is_behind) = (had > version.max(joined.told), had < joined.told);
        let missed = match thread {
            // a version that has not been: this is another history, or no version of ours
            Some(thread) if is_ahead => self.thread_news(site, key, Some(thread), i64::MAX).await?,
            Some(thread) if is_behind => self.thread_news(site, key, Some(thread), had).await?,
            _ => None,
        };
        let seen = match &missed {
            // what they missed begins after it
            Some(_) => had,
            None if is_ahead => version,
            None => had.max(joined.told),
        };
        Ok(Following { joined, seen, missed })
    }

    /// What has happened in a thread after a version; none: nothing, or it is not born.
    ///
    /// # Errors
    /// What the store fails with.
    pub async fn thread_news(
        &self,
        site: SiteId,
        key: String,
        thread: Option<ThreadId>,
        after: i64,
    ) -> Result<Option<ThreadNews>, Error> {
        self.store.read("thread_news", move |tx| news(tx, site, &key, thread, after)).await
    }

    /// Under which site and key a thread is.
    ///
    /// # Errors
    /// What the store fails with.
    pub async fn thread_names(&self, thread: ThreadId) -> Result<Option<(SiteId, String)>, StoreError> {
        let found = self.store.read("thread_names", move |tx| tx.thread_by_id(thread)).await?;
        Ok(found.map(|thread| (thread.site_id, thread.key)))
    }

    /// Who of these people published in a thread and shows that they are online. Where it is more
    /// than `most`, not all of them are found.
    ///
    /// # Errors
    /// What the store fails with.
    pub async fn online_among(
        &self,
        thread: ThreadId,
        online: &[UserId],
        most: usize,
    ) -> Result<Vec<UserId>, StoreError> {
        let mut found = Vec::new();
        for some in online.chunks(LOOKED_UP) {
            if found.len() > most {
                break;
            }
            let some = some.to_vec();
            let showing = move |tx: &mut Tx<'_>| tx.comment_authors_showing(thread, &some);
            found.extend(self.store.read("online_among", showing).await?);
            // reads of a file are done in place
            yield_now().await;
        }
        Ok(found)
    }

    /// The site whose queue a moderator may follow.
    ///
    /// # Errors
    /// 403 without a role on it, 404 when there is none.
    pub async fn follow_queue(&self, caller: &Caller, site: String) -> Result<(SiteId, Joined), Error> {
        caller.require_any_moderator()?;
        let caller = caller.clone();
        let read = move |tx: &mut Tx<'_>| Ok::<_, Error>(site_for(tx, &caller, Action::Moderate, &site)?.id);
        let site = self.store.read("follow_queue", read).await?;
        Ok((site, self.live.join_queue(site)))
    }

    /// Whether who was let in to follow a queue still may: by their session and their role.
    pub fn may_follow_queue(&self, caller: &Caller, site: SiteId) -> bool {
        let now = Caller { grants: self.standing.grants(caller.user), ..caller.clone() };
        !self.standing.has_ended(caller.session) && now.may(Action::Moderate, Some(site))
    }

    /// What waits on a site, and who holds some of it.
    ///
    /// # Errors
    /// What the store fails with.
    pub async fn queue_state(&self, site: SiteId) -> Result<QueueState, StoreError> {
        let now_ms = self.now_ms();
        let read = move |tx: &mut Tx<'_>| {
            let waiting = tx.site_waiting(site)?;
            let proposed = tx.decisions_proposed(site, PROPOSED)?;
            Ok(QueueState { waiting, proposed, claims: tx.claims_in_force(site, now_ms, CLAIMS)? })
        };
        self.store.read("queue_state", read).await
    }
}

fn news(
    tx: &mut Tx<'_>,
    site: SiteId,
    key: &str,
    thread: Option<ThreadId>,
    after: i64,
) -> Result<Option<ThreadNews>, Error> {
    let born = match thread {
        Some(thread) => tx.thread_by_id(thread)?,
        None => tx.thread_by_key(site, key)?,
    };
    let Some(born) = born.filter(|born| born.version != after) else { return Ok(None) };
    let (id, version, published) = (born.id, born.version, born.published_count);
    let site = tx.site_by_id(site)?.ok_or_else(Error::not_found)?;
    let pinned = tx.thread_pinned(id)?;
    let page = ThreadPage { site, key: born.key.clone(), thread: Some(born), pinned };
    let is_short = after < version && version - after <= EVENTS_MAX;
    let events = if is_short { tx.events_of_thread(id, after, version)? } else { Vec::new() };
    let changes: Vec<Change> = events.iter().filter_map(change).collect();
    // some may have been forgotten, and what an import brought was told of as one
    let is_whole = is_short && changes.iter().map(|change| change.version).eq(after + 1..=version);
    let ids: Vec<CommentId> = changes.iter().filter_map(|change| change.comment).collect();
    let comments = if is_whole && !ids.is_empty() { tx.comments_by_id(&ids)? } else { Vec::new() };
    Ok(Some(ThreadNews {
        page,
        thread: id,
        version,
        published,
        changes: is_whole.then_some(changes),
        comments: comments.into_iter().map(|comment| (comment.id, comment)).collect(),
    }))
}

fn change(event: &Event) -> Option<Change> {
    event.thread.map(|(_, version)| Change { version, kind: event.kind, comment: event.comment_id })
}
