//! Events: what others must learn of a commit, be they threads, processes or browsers.

use super::driver::{Columns, Value, values};
use super::{StoreError, Tx};
use crate::domain::flag::words;
use crate::domain::ids::{CommentId, SessionId, ThreadId, UserId};

words! {
    /// What happened.
    EventKind {
        /// A comment came into view by being posted or approved.
        CommentCreated "comment.created",
        /// A visible comment's text, lock or pin changed.
        CommentEdited "comment.edited",
        /// A comment's votes changed.
        CommentVoted "comment.voted",
        /// A comment went out of view.
        CommentHidden "comment.hidden",
        /// A hidden comment came back.
        CommentRestored "comment.restored",
        /// Its author took a comment back.
        CommentDeleted "comment.deleted",
        /// Title, address, state or modes of a thread changed.
        ThreadUpdated "thread.updated",
        /// A session was ended.
        SessionEnded "session.ended",
        /// A person's roles changed.
        RolesChanged "roles.changed",
        /// What stands against a person changed.
        SanctionsChanged "sanctions.changed",
        /// A person's name or settings changed.
        UserChanged "user.changed",
        /// A site or its origins changed.
        SiteChanged "site.changed",
    }
}

/// One event.
#[derive(Clone, Debug)]
pub struct Event {
    /// Its place among all events.
    pub seq: i64,
    /// When, in milliseconds since 1970.
    pub at_ms: i64,
    /// What.
    pub kind: EventKind,
    /// The thread and its version afterwards, which is gapless.
    pub thread: Option<(ThreadId, i64)>,
    /// The comment.
    pub comment_id: Option<CommentId>,
    /// The person.
    pub user_id: Option<UserId>,
    /// The session.
    pub session_id: Option<SessionId>,
    /// What its listeners need and cannot look up, as JSON.
    pub detail: Option<String>,
}

/// What [`event`] reads.
macro_rules! event_columns {
    () => {
        "seq, at_ms, kind, thread_id, version, comment_id, user_id, session_id, detail"
    };
}
pub(super) use event_columns;

pub(super) fn event(c: &mut Columns<'_>) -> Result<Event, StoreError> {
    Ok(Event {
        seq: c.take()?,
        at_ms: c.take()?,
        kind: c.word(EventKind::parse)?,
        thread: match (c.maybe()?, c.maybe()?) {
            (Some(thread), Some(version)) => Some((thread, version)),
            _ => None,
        },
        comment_id: c.maybe()?,
        user_id: c.maybe()?,
        session_id: c.maybe()?,
        detail: c.maybe()?,
    })
}

impl Tx<'_> {
    /// Tells of a change to a thread's page and moves its version.
    pub fn event_on_thread(
        &mut self,
        kind: EventKind,
        thread: ThreadId,
        comment: Option<CommentId>,
        at_ms: i64,
    ) -> Result<(), StoreError> {
        let version = self.thread_bump(thread)?;
        self.event_at_version(kind, (thread, version), comment, at_ms)
    }

    /// Tells of a change to a thread's page that has moved its version already.
    pub fn event_at_version(
        &mut self,
        kind: EventKind,
        (thread, version): (ThreadId, i64),
        comment: Option<CommentId>,
        at_ms: i64,
    ) -> Result<(), StoreError> {
        self.tell(
            concat!(
                "INSERT INTO event (at_ms, kind, thread_id, version, comment_id) VALUES (?1, ?2, ?3, ?4, ?5) RETURNING ",
                event_columns!()
            ),
            values![at_ms, kind.as_str(), thread, version, comment],
        )
    }

    /// Tells that a session was ended.
    pub fn event_on_session(&mut self, session: SessionId, at_ms: i64) -> Result<(), StoreError> {
        self.tell(
            concat!("INSERT INTO event (at_ms, kind, session_id) VALUES (?1, ?2, ?3) RETURNING ", event_columns!()),
            values![at_ms, EventKind::SessionEnded.as_str(), session],
        )
    }

    /// Tells of a change to a person.
    pub fn event_on_user(
        &mut self,
        kind: EventKind,
        user: UserId,
        detail: Option<&str>,
        at_ms: i64,
    ) -> Result<(), StoreError> {
        self.tell(
            concat!(
                "INSERT INTO event (at_ms, kind, user_id, detail) VALUES (?1, ?2, ?3, ?4) RETURNING ",
                event_columns!()
            ),
            values![at_ms, kind.as_str(), user, detail],
        )
    }

    /// Tells of a change to the sites.
    pub fn event_on_site(&mut self, detail: &str, at_ms: i64) -> Result<(), StoreError> {
        self.tell(
            concat!("INSERT INTO event (at_ms, kind, detail) VALUES (?1, ?2, ?3) RETURNING ", event_columns!()),
            values![at_ms, EventKind::SiteChanged.as_str(), detail],
        )
    }

    /// Writes an event and keeps it for whoever listens in this process.
    fn tell(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<(), StoreError> {
        let told = self.first(sql, values, event)?;
        self.events.extend(told);
        Ok(())
    }

    /// What happened on a thread's page after a version and up to another, in order, `count` at most
    /// by their distance.
    pub fn events_of_thread(&mut self, thread: ThreadId, after: i64, upto: i64) -> Result<Vec<Event>, StoreError> {
        self.all(
            concat!(
                "SELECT ",
                event_columns!(),
                " FROM event WHERE thread_id = ?1 AND version > ?2 AND version <= ?3 ORDER BY version LIMIT ?4"
            ),
            values![thread, after, upto, upto - after],
            event,
        )
    }

    /// The place of the last event; 0 when there is none.
    pub fn event_last(&mut self) -> Result<i64, StoreError> {
        let last = self.first("SELECT MAX(seq) FROM event", &[], |c| c.maybe())?;
        Ok(last.flatten().unwrap_or(0))
    }

    /// The events between two places, without either, in order.
    pub fn event_between(&mut self, after: i64, before: i64) -> Result<Vec<Event>, StoreError> {
        self.all(
            concat!("SELECT ", event_columns!(), " FROM event WHERE seq > ?1 AND seq < ?2 ORDER BY seq"),
            values![after, before],
            event,
        )
    }
}
