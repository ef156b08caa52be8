//! The queue's rows: what waits, in the order it is looked at.

use super::dialect;
use super::driver::{Columns, values};
use super::{StoreError, Tx};
use crate::domain::ids::{CommentId, SiteId};
use crate::domain::queue::{Waiting, lists};

/// A waiting comment's place in the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueuePlace {
    /// Higher is first.
    pub priority: i64,
    /// Since when, in milliseconds since 1970; older is first.
    pub first_ms: i64,
    /// The comment.
    pub comment_id: CommentId,
}

pub(super) fn place(c: &mut Columns<'_>) -> Result<QueuePlace, StoreError> {
    Ok(QueuePlace { priority: c.take()?, first_ms: c.take()?, comment_id: c.take()? })
}

fn waiting(c: &mut Columns<'_>) -> Result<Waiting, StoreError> {
    Ok(Waiting { flagged: c.take()?, held: c.take()?, reasons: c.take()?, priority: c.take()?, first_ms: c.take()? })
}

impl Tx<'_> {
    /// What waits on a comment.
    pub fn queue_get(&mut self, comment: CommentId) -> Result<Option<Waiting>, StoreError> {
        self.first(
            "SELECT flagged, held, reasons, priority, first_ms FROM queue_item WHERE comment_id = ?1",
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

    /// Writes what waits on a comment, and its place in each list it stands in.
    pub fn queue_put(&mut self, comment: CommentId, site: SiteId, w: &Waiting) -> Result<(), StoreError> {
        self.run(
            "INSERT INTO queue_item (comment_id, site_id, flagged, held, reasons, priority, first_ms)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             ON CONFLICT (comment_id) DO UPDATE SET flagged = excluded.flagged, held = excluded.held,
               reasons = excluded.reasons, priority = excluded.priority, first_ms = excluded.first_ms",
            values![comment, site, w.flagged, w.held, w.reasons, w.priority, w.first_ms],
        )?;
        self.queue_leave(comment)?;
        for list in lists(w) {
            self.run(
                "INSERT INTO queue_place (comment_id, list, site_id, priority, first_ms, claim_id)
                 VALUES (?1, ?2, ?3, ?4, ?5, (SELECT claim_id FROM queue_item WHERE comment_id = ?1))",
                values![comment, &list, site, w.priority, w.first_ms],
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
    pub fn queue_page(
        &mut self,
        site: SiteId,
        list: &str,
        after: Option<QueuePlace>,
        count: i64,
    ) -> Result<Vec<QueuePlace>, StoreError> {
        // two seeks, since one condition would walk all that was shown of the same priority
        let mut places = match after {
            None => Vec::new(),
            Some(after) => self.all(
                "SELECT priority, first_ms, comment_id FROM queue_place WHERE site_id = ?1 AND list = ?2
                   AND priority = ?3 AND (first_ms, comment_id) > (?4, ?5) ORDER BY first_ms, comment_id LIMIT ?6",
                values![site, list, after.priority, after.first_ms, after.comment_id, count],
                place,
            )?,
        };
        let below = after.map_or(i64::MAX, |after| after.priority);
        let rest = count - places.len() as i64;
        if rest > 0 {
            places.extend(self.all(
                "SELECT priority, first_ms, comment_id FROM queue_place WHERE site_id = ?1 AND list = ?2
                   AND priority < ?3 ORDER BY priority DESC, first_ms, comment_id LIMIT ?4",
                values![site, list, below, rest],
                place,
            )?);
        }
        Ok(places)
    }
}
