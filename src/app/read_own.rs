//! What a person reads of themselves: their comments, flags and what was decided on them; and
//! what is personal about one thread.

use std::collections::HashMap;
use std::collections::hash_map::Entry as MapEntry;

use super::caller::Caller;
use super::read::thread_page;
use super::{App, Error};
use crate::domain::appeal::Appeal;
use crate::domain::comment::{Comment, State};
use crate::domain::cursor;
use crate::domain::flag::Flag;
use crate::domain::ids::{CommentId, EntryId, SiteId};
use crate::domain::permission::Action;
use crate::domain::sanction::{WHOLE_SERVER, barring};
use crate::domain::statement::Statement;
use crate::domain::thread::{Site, ThreadState};
use crate::store::{CommentFilter, Entry, StoreError, Tx};

/// How long an own comment is in `/viewer`, since shared caches may not have it yet, in
/// milliseconds.
const FRESH_MS: i64 = 60_000;

/// A decision as one person concerned reads it.
#[derive(Clone, Debug)]
pub struct OwnEntry {
    /// What they are told.
    pub entry: Entry,
    /// Why, where it restricts something of theirs.
    pub statement: Option<Statement>,
    /// What they have against it.
    pub appeal: Option<Appeal>,
}

/// What is personal about a thread.
#[derive(Clone, Debug, Default)]
pub struct ThreadViewer {
    /// Own votes among the comments asked for.
    pub votes: Vec<(CommentId, i64)>,
    /// Own open flags among them.
    pub flags: Vec<CommentId>,
    /// Own comments that are held, hidden or fresh, newest first.
    pub comments: Vec<Comment>,
    /// Why one cannot post: the code of a sanction, or the thread's state; none: one can.
    pub closed: Option<&'static str>,
    /// Whether one may decide on comments here.
    pub decides: bool,
    /// Held, hidden and flagged comments, for who moderates the site.
    pub moderation: Option<(i64, i64, i64)>,
}

impl App {
    /// What is personal about a thread: to nobody, only whether one could post.
    ///
    /// # Errors
    /// 404 for the site.
    pub async fn thread_viewer(
        &self,
        caller: &Caller,
        site: String,
        key: String,
        ids: Vec<CommentId>,
    ) -> Result<ThreadViewer, Error> {
        caller.require(Action::Participate, None)?;
        let since_ms = self.now_ms() - FRESH_MS;
        // nothing stands against this call, which reads: told is what stands against others
        let caller = Caller { sanctions: self.standing.sanctions(caller.user, self.now_ms()), ..caller.clone() };
        self.store
            .read("thread_viewer", move |tx| {
                let page = thread_page(tx, &site, &key)?;
                let site = Some(page.site.id);
                let moderates = caller.may(Action::Moderate, site);
                let decides = moderates && barring(&caller.sanctions, Action::Moderate, site).is_none();
                let barred = barring(&caller.sanctions, Action::Contribute, site).map(|(_, code)| code.name());
                let Some(thread) = page.thread else {
                    let closed = page.site.explicit_threads.then_some("explicit");
                    return Ok(ThreadViewer {
                        closed: barred.or(closed),
                        decides,
                        moderation: moderates.then_some((0, 0, 0)),
                        ..ThreadViewer::default()
                    });
                };
                Ok(ThreadViewer {
                    votes: tx.votes_among(caller.user, &ids)?,
                    flags: tx.flags_open_among(caller.user, &ids)?,
                    comments: tx.comment_own_recent(thread.id, caller.user, since_ms)?,
                    closed: barred.or((thread.state != ThreadState::Open).then_some(thread.state.as_str())),
                    decides,
                    moderation: if moderates { tx.thread_waiting(thread.id)? } else { None },
                })
            })
            .await
    }

    /// Own comments in any state, newest first.
    ///
    /// # Errors
    /// 422 for the cursor.
    pub async fn own_comments(
        &self,
        caller: &Caller,
        page: (Option<String>, usize),
    ) -> Result<(Vec<Comment>, Option<String>), Error> {
        caller.require(Action::Participate, None)?;
        let filter = CommentFilter::Author(caller.user);
        self.store.read("own_comments", move |tx| comment_page(tx, filter, State::ALL, &page)).await
    }

    /// Own flags with their outcome, newest first.
    ///
    /// # Errors
    /// 422 for the cursor.
    pub async fn own_flags(
        &self,
        caller: &Caller,
        page: (Option<String>, usize),
    ) -> Result<(Vec<Flag>, Option<String>), Error> {
        caller.require(Action::Participate, None)?;
        let user = caller.user;
        let list = format!("flags:{user}");
        self.store
            .read("own_flags", move |tx| {
                newest_page(
                    tx,
                    &list,
                    &page,
                    |flag: &Flag| (flag.created_ms, flag.id.0),
                    |tx, after, count| tx.flags_of(user, after, count),
                )
            })
            .await
    }

    /// Decisions on what is one's own and on one's flags, newest first.
    ///
    /// # Errors
    /// 422 for the cursor.
    pub async fn own_decisions(
        &self,
        caller: &Caller,
        page: (Option<String>, usize),
    ) -> Result<(Vec<OwnEntry>, Option<String>), Error> {
        caller.require(Action::Participate, None)?;
        let (user, now_ms) = (caller.user, self.now_ms());
        let list = format!("decisions:{user}");
        self.store
            .read("own_decisions", move |tx| {
                let (entries, next) = newest_page(
                    tx,
                    &list,
                    &page,
                    |entry: &Entry| (entry.decision.at_ms, entry.id.0),
                    |tx, after, count| tx.entries_of(user, after, count),
                )?;
                Ok((with_reasons(tx, entries, now_ms)?, next))
            })
            .await
    }

    /// Until when an author may edit, in milliseconds since 1970; none when they may not.
    pub fn editable_until_ms(&self, comment: &Comment) -> Option<i64> {
        let editable = matches!(comment.state(), State::Published | State::Held);
        editable.then(|| comment.created_ms + self.edit_window_ms()).filter(|until| *until > self.now_ms())
    }
}

/// Puts beside each entry its statement of reasons and the appeal against it.
fn with_reasons(tx: &mut Tx<'_>, entries: Vec<Entry>, now_ms: i64) -> Result<Vec<OwnEntry>, Error> {
    let ids: Vec<EntryId> = entries.iter().map(|entry| entry.id).collect();
    let mut sites: HashMap<SiteId, Site> = HashMap::new();
    let mut statements = HashMap::new();
    for (facts, stands) in tx.statements_of(&ids)? {
        let in_force = facts.in_force(&stands, now_ms);
        let site = match sites.entry(facts.site_id) {
            MapEntry::Occupied(known) => known.into_mut(),
            MapEntry::Vacant(free) if facts.site_id == WHOLE_SERVER => free.insert(Site::whole_server()),
            MapEntry::Vacant(free) => free.insert(tx.site_by_id(facts.site_id)?.ok_or_else(Error::not_found)?),
        };
        statements.insert(facts.entry_id, Statement::of(facts, site, in_force));
    }
    let mut appeals: HashMap<EntryId, Appeal> =
        tx.appeals_of(&ids)?.into_iter().map(|appeal| (appeal.entry_id, appeal)).collect();
    let whole = entries.into_iter().map(|entry| OwnEntry {
        statement: statements.remove(&entry.id),
        appeal: appeals.remove(&entry.id),
        entry,
    });
    Ok(whole.collect())
}

/// A page of a list of comments, newest first.
pub(super) fn comment_page(
    tx: &mut Tx<'_>,
    filter: CommentFilter,
    states: &[State],
    page: &(Option<String>, usize),
) -> Result<(Vec<Comment>, Option<String>), Error> {
    // the states asked for may differ from call to call: the place is the same in all of them
    let list = match filter {
        CommentFilter::Author(user) => format!("comments:{user}"),
        CommentFilter::AuthorOnSite(_, site) | CommentFilter::Site(site) => format!("site:{site}"),
        CommentFilter::AuthorInThread(_, thread) | CommentFilter::Thread(thread) => format!("thread:{thread}"),
    };
    newest_page(
        tx,
        &list,
        page,
        |comment: &Comment| (comment.created_ms, comment.id.0),
        |tx, after, count| tx.comment_list(filter, states, after, count),
    )
}

/// A page of a list ordered by (time, id), newest first.
pub(super) fn newest_page<T>(
    tx: &mut Tx<'_>,
    list: &str,
    (cursor, limit): &(Option<String>, usize),
    place: impl Fn(&T) -> (i64, i64),
    fetch: impl Fn(&mut Tx<'_>, Option<(i64, i64)>, i64) -> Result<Vec<T>, StoreError>,
) -> Result<(Vec<T>, Option<String>), Error> {
    let after = cursor.as_ref().map(|cursor| cursor::decode::<2>(list, cursor)).transpose()?;
    let mut items = fetch(tx, after.map(|[at, id]| (at, id)), *limit as i64 + 1)?;
    let next = cursor::cut(list, &mut items, *limit, |item| <[i64; 2]>::from(place(item)));
    Ok((items, next))
}
