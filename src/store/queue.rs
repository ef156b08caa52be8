//! The queue's rows: what waits, in the order it is looked at.

use super::driver::{Columns, values};
use super::{StoreError, Tx};
use crate::domain::flag::Reason;
use crate::domain::ids::{CommentId, SiteId};
use crate::domain::queue::{QueueKind, Waiting};

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

/// A row of the queue.
#[derive(Clone, Copy, Debug)]
pub struct QueueRow {
    /// Its place.
    pub place: QueuePlace,
    /// Whether it is held.
    pub held: bool,
}

/// What a queue page holds.
#[derive(Clone, Copy, Debug)]
pub struct QueueFilter {
    /// The site.
    pub site: SiteId,
    /// Flagged, held or all; nothing else is stored yet.
    pub kind: QueueKind,
    /// Only with an open flag of that reason.
    pub reason: Option<Reason>,
}

fn row(c: &mut Columns<'_>) -> Result<QueueRow, StoreError> {
    let place = QueuePlace { priority: c.take()?, first_ms: c.take()?, comment_id: c.take()? };
    Ok(QueueRow { place, held: c.take()? })
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

    /// Writes what waits on a comment.
    pub fn queue_put(&mut self, comment: CommentId, site: SiteId, w: &Waiting) -> Result<(), StoreError> {
        self.run(
            "INSERT INTO queue_item (comment_id, site_id, flagged, held, reasons, priority, first_ms)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             ON CONFLICT (comment_id) DO UPDATE SET flagged = excluded.flagged, held = excluded.held,
               reasons = excluded.reasons, priority = excluded.priority, first_ms = excluded.first_ms",
            values![comment, site, w.flagged, w.held, w.reasons, w.priority, w.first_ms],
        )?;
        Ok(())
    }

    /// Nothing waits on a comment any more.
    pub fn queue_delete(&mut self, comment: CommentId) -> Result<(), StoreError> {
        self.run("DELETE FROM queue_item WHERE comment_id = ?1", values![comment])?;
        Ok(())
    }

    /// The queue after a place, most urgent first, `count` at most.
    pub fn queue_page(
        &mut self,
        filter: QueueFilter,
        after: Option<QueuePlace>,
        count: i64,
    ) -> Result<Vec<QueueRow>, StoreError> {
        // every bit set lets each reason pass, and so do rows without one
        let reasons = filter.reason.map_or(-1, Reason::bit);
        macro_rules! page {
            ($kind:literal) => {{
                // two seeks, since one condition would walk all that was shown of the same priority
                let mut rows = match after {
                    None => Vec::new(),
                    Some(after) => self.all(
                        concat!(
                            "SELECT priority, first_ms, comment_id, held FROM queue_item WHERE site_id = ?1 ",
                            $kind,
                            " AND priority = ?2 AND (first_ms, comment_id) > (?3, ?4)
                              AND (?5 = -1 OR (reasons & ?5) <> 0) ORDER BY first_ms, comment_id LIMIT ?6"
                        ),
                        values![filter.site, after.priority, after.first_ms, after.comment_id, reasons, count],
                        row,
                    )?,
                };
                let below = after.map_or(i64::MAX, |after| after.priority);
                let rest = count - rows.len() as i64;
                if rest > 0 {
                    rows.extend(self.all(
                        concat!(
                            "SELECT priority, first_ms, comment_id, held FROM queue_item WHERE site_id = ?1 ",
                            $kind,
                            " AND priority < ?2 AND (?3 = -1 OR (reasons & ?3) <> 0)
                              ORDER BY priority DESC, first_ms, comment_id LIMIT ?4"
                        ),
                        values![filter.site, below, reasons, rest],
                        row,
                    )?);
                }
                Ok(rows)
            }};
        }
        match filter.kind {
            QueueKind::All => page!(""),
            QueueKind::Flagged => page!("AND flagged = 1"),
            QueueKind::Held => page!("AND held = 1"),
            // nothing of these kinds can be stored before the desk stands
            QueueKind::Notice | QueueKind::Sample => Ok(Vec::new()),
        }
    }
}
