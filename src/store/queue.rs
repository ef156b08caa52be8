//! The queue's rows: what waits, in the order it is looked at.

use super::dialect;
use super::driver::{Columns, values};
use super::{StoreError, Tx};
use crate::domain::comment::Comment;
use crate::domain::ids::{CommentId, SiteId, ThreadId, UserId};
use crate::domain::queue::{Waiting, lists};
use crate::domain::scoring::Odds;

/// A place in the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueuePlace {
    /// Lower is first.
    pub rank: i64,
    /// The comment.
    pub comment_id: CommentId,
}

/// A waiting comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueueRow {
    /// Where it stands.
    pub place: QueuePlace,
    /// Why and since when it waits.
    pub waiting: Waiting,
    /// Its thread.
    pub thread_id: ThreadId,
    /// Its author.
    pub author_id: Option<UserId>,
}

/// The columns of what waits: alias `q`.
macro_rules! waiting_columns {
    () => {
        "q.flagged, q.held, q.notice, q.sample, q.reasons, q.base_odds, q.author_odds, q.flag_odds, q.visible, \
         q.first_ms, q.due_ms"
    };
}

/// What stands in a list of the queue after a place, most urgent first; `narrow` says which of it.
macro_rules! places_after {
    ($narrow:literal) => {
        concat!(
            "SELECT p.rank, p.comment_id, ",
            waiting_columns!(),
            ", q.thread_id, q.author_id FROM queue_place p CROSS JOIN queue_item q
             WHERE p.site_id = ?1 AND p.list = ?2 ",
            $narrow,
            "AND (p.rank, p.comment_id) > (?3, ?4) AND q.comment_id = p.comment_id
             ORDER BY p.rank, p.comment_id LIMIT ?5"
        )
    };
}

pub(super) use {places_after, waiting_columns};

fn waiting(c: &mut Columns<'_>) -> Result<Waiting, StoreError> {
    Ok(Waiting {
        flagged: c.take()?,
        held: c.take()?,
        notice: c.take()?,
        sample: c.take()?,
        reasons: c.take()?,
        odds: Odds { base: c.take()?, author: c.take()?, flags: c.take()? },
        is_visible: c.take()?,
        first_ms: c.take()?,
        due_ms: c.maybe()?,
    })
}

/// Rank, comment, what waits, thread and author.
pub(super) fn row(c: &mut Columns<'_>) -> Result<QueueRow, StoreError> {
    Ok(QueueRow {
        place: QueuePlace { rank: c.take()?, comment_id: c.take()? },
        waiting: waiting(c)?,
        thread_id: c.take()?,
        author_id: c.maybe()?,
    })
}

/// How many of a site's comments wait, by kind; one may be of several.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waits {
    /// With open flags.
    pub flagged: i64,
    /// Held.
    pub held: i64,
    /// With open notices.
    pub notice: i64,
    /// Drawn for the sample.
    pub sample: i64,
}

impl Waits {
    /// By how much the counts move when one comment waits otherwise than before.
    pub fn moved(before: Option<&Waiting>, after: Option<&Waiting>) -> Waits {
        let by = |is: fn(&Waiting) -> bool| i64::from(after.is_some_and(is)) - i64::from(before.is_some_and(is));
        Waits { flagged: by(|w| w.flagged), held: by(|w| w.held), notice: by(|w| w.notice), sample: by(|w| w.sample) }
    }
}

/// What waits on a comment beside its flags and its state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Others {
    /// When its first open notice was given and is due, in milliseconds since 1970.
    pub notice: Option<(i64, i64)>,
    /// When it was drawn for the sample, in milliseconds since 1970, while that is open.
    pub drawn_ms: Option<i64>,
}

impl Tx<'_> {
    /// What waits on a comment.
    pub fn queue_get(&mut self, comment: CommentId) -> Result<Option<Waiting>, StoreError> {
        self.first(
            concat!("SELECT ", waiting_columns!(), " FROM queue_item q WHERE q.comment_id = ?1"),
            values![comment],
            waiting,
        )
    }

    /// Since when these wait, those that do, in milliseconds since 1970.
    pub fn queue_since(&mut self, comments: &[CommentId]) -> Result<Vec<(CommentId, i64)>, StoreError> {
        let ids = dialect::id_list(comments.iter().map(|id| id.0));
        self.all(
            "SELECT comment_id, first_ms FROM queue_item WHERE comment_id IN EACH_ID(?1) ORDER BY comment_id",
            values![&ids],
            |c| Ok((c.take()?, c.take()?)),
        )
    }

    /// What waits on a comment by notices and by the sample, in whatever state it is.
    pub fn queue_others(&mut self, comment: CommentId) -> Result<Others, StoreError> {
        let others = self.first(
            "SELECT (SELECT created_ms FROM notice WHERE comment_id = ?1 AND state = 'open'
                     ORDER BY created_ms, id LIMIT 1),
               (SELECT due_ms FROM notice WHERE comment_id = ?1 AND state = 'open' ORDER BY created_ms, id LIMIT 1),
               (SELECT drawn_ms FROM sample WHERE comment_id = ?1 AND state = 'open') LIMIT 1",
            values![comment],
            |c| {
                let (first_ms, due_ms) = (c.maybe()?, c.maybe()?);
                Ok(Others { notice: first_ms.zip(due_ms), drawn_ms: c.maybe()? })
            },
        )?;
        Ok(others.unwrap_or_default())
    }

    /// Writes what waits on a comment, and its place in each list it stands in. `before` is what
    /// waited on it.
    pub fn queue_put(&mut self, comment: &Comment, before: Option<&Waiting>, w: &Waiting) -> Result<(), StoreError> {
        let (id, thread, author) = (comment.id, comment.thread_id, comment.author.as_ref().map(|author| author.id));
        let rank = w.rank();
        self.run(
            "INSERT INTO queue_item (comment_id, site_id, thread_id, author_id, flagged, held, notice, sample, reasons,
               base_odds, author_odds, flag_odds, visible, first_ms, due_ms, rank)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)
             ON CONFLICT (comment_id) DO UPDATE SET flagged = excluded.flagged, held = excluded.held,
               notice = excluded.notice, sample = excluded.sample, reasons = excluded.reasons,
               base_odds = excluded.base_odds, author_odds = excluded.author_odds, flag_odds = excluded.flag_odds,
               visible = excluded.visible, first_ms = excluded.first_ms, due_ms = excluded.due_ms, rank = excluded.rank",
            values![
                id,
                comment.site_id,
                thread,
                author,
                w.flagged,
                w.held,
                w.notice,
                w.sample,
                w.reasons,
                w.odds.base,
                w.odds.author,
                w.odds.flags,
                w.is_visible,
                w.first_ms,
                w.due_ms,
                rank
            ],
        )?;
        let stood = before.map(|before| lists(before, thread, author)).unwrap_or_default();
        let stands = lists(w, thread, author);
        if stood == stands {
            return self.run("UPDATE queue_place SET rank = ?2 WHERE comment_id = ?1", values![id, rank]);
        }
        self.queue_leave(id)?;
        for list in stands {
            self.run(
                "INSERT INTO queue_place (comment_id, list, site_id, rank, claim_id)
                 VALUES (?1, ?2, ?3, ?4, (SELECT claim_id FROM queue_item WHERE comment_id = ?1))",
                values![id, &list, comment.site_id, rank],
            )?;
        }
        Ok(())
    }

    /// Nothing waits on a comment any more.
    pub fn queue_delete(&mut self, comment: CommentId) -> Result<(), StoreError> {
        self.run("DELETE FROM queue_item WHERE comment_id = ?1", values![comment])?;
        self.queue_leave(comment)
    }

    fn queue_leave(&mut self, comment: CommentId) -> Result<(), StoreError> {
        self.run("DELETE FROM queue_place WHERE comment_id = ?1", values![comment])?;
        Ok(())
    }

    /// A list of the queue after a place, most urgent first, `count` at most.
    pub fn queue_walk(
        &mut self,
        site: SiteId,
        list: &str,
        after: Option<QueuePlace>,
        count: i64,
    ) -> Result<Vec<QueueRow>, StoreError> {
        let (rank, id) = after.map_or((i64::MIN, 0), |after| (after.rank, after.comment_id.0));
        self.all(places_after!(""), values![site, list, rank, id, count], row)
    }
}
