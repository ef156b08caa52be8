//! Claims: who of the moderators holds which items of the queue, and until when.

use super::driver::{Columns, values};
use super::queue::{QueuePlace, QueueRow, places_after, row, waiting_columns};
use super::user::{user, user_columns};
use super::{StoreError, Tx, dialect};
use crate::domain::ids::{ClaimId, CommentId, SiteId, UserId, composed_ms};
use crate::domain::user::User;

/// A moderator's lease on items of a site's queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// Its id.
    pub id: ClaimId,
    /// What its moderator names it by: letters, digits, `-` and `_`.
    pub token: String,
    /// The site.
    pub site_id: SiteId,
    /// Who holds it.
    pub user_id: UserId,
    /// Until when, in milliseconds since 1970.
    pub expires_ms: i64,
    /// Given back, or run out and noticed.
    pub has_ended: bool,
}

impl Lease {
    /// Whether it holds at that time.
    pub fn holds(&self, now_ms: i64) -> bool {
        !self.has_ended && now_ms < self.expires_ms
    }
}

/// Who holds an item.
#[derive(Clone, Debug)]
pub struct Holder {
    /// The moderator.
    pub user: User,
    /// Since when, in milliseconds since 1970.
    pub since_ms: i64,
    /// Until when, in milliseconds since 1970.
    pub expires_ms: i64,
}

fn lease(c: &mut Columns<'_>) -> Result<Lease, StoreError> {
    Ok(Lease {
        id: c.take()?,
        token: c.take()?,
        site_id: c.take()?,
        user_id: c.take()?,
        expires_ms: c.take()?,
        has_ended: c.take()?,
    })
}

impl Tx<'_> {
    /// Writes a claim that holds nothing yet.
    pub fn claim_insert(&mut self, lease: &Lease) -> Result<(), StoreError> {
        self.run(
            "INSERT INTO claim (id, token, site_id, user_id, expires_ms, ended) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            values![lease.id, &lease.token, lease.site_id, lease.user_id, lease.expires_ms, lease.has_ended],
        )
    }

    /// A claim by its id.
    pub fn claim_by_id(&mut self, id: ClaimId) -> Result<Option<Lease>, StoreError> {
        self.first("SELECT id, token, site_id, user_id, expires_ms, ended FROM claim WHERE id = ?1", values![id], lease)
    }

    /// A claim by its token.
    pub fn claim_by_token(&mut self, token: &str) -> Result<Option<Lease>, StoreError> {
        self.first(
            "SELECT id, token, site_id, user_id, expires_ms, ended FROM claim WHERE token = ?1",
            values![token],
            lease,
        )
    }

    /// Sets until when a claim holds.
    pub fn claim_set_expiry(&mut self, id: ClaimId, expires_ms: i64) -> Result<(), StoreError> {
        self.run("UPDATE claim SET expires_ms = ?2 WHERE id = ?1", values![id, expires_ms])
    }

    /// Ends a claim: what it held is anybody's.
    pub fn claim_end(&mut self, id: ClaimId) -> Result<(), StoreError> {
        self.run(
            "UPDATE queue_place SET claim_id = NULL
             WHERE comment_id IN (SELECT comment_id FROM queue_item WHERE claim_id = ?1)",
            values![id],
        )?;
        self.run("UPDATE queue_item SET claim_id = NULL WHERE claim_id = ?1", values![id])?;
        self.run("UPDATE claim SET ended = 1 WHERE id = ?1", values![id])
    }

    /// Claims of a site that have run out and not been ended, oldest first, `count` at most.
    pub fn claims_run_out(&mut self, site: SiteId, now_ms: i64, count: i64) -> Result<Vec<ClaimId>, StoreError> {
        self.all(
            "SELECT id FROM claim WHERE site_id = ?1 AND ended = 0 AND expires_ms <= ?2 ORDER BY expires_ms, id LIMIT ?3",
            values![site, now_ms, count],
            |c| c.take(),
        )
    }

    /// Claims of a site in force at that time, with their ends, `count` at most: something has happened
    /// to them when this is another list.
    pub fn claims_in_force(&mut self, site: SiteId, now_ms: i64, count: i64) -> Result<Vec<(i64, i64)>, StoreError> {
        self.all(
            "SELECT id, expires_ms FROM claim WHERE site_id = ?1 AND ended = 0 AND expires_ms > ?2
             ORDER BY expires_ms, id LIMIT ?3",
            values![site, now_ms, count],
            |c| Ok((c.take()?, c.take()?)),
        )
    }

    /// What nobody holds of a list of the queue after a place, most urgent first, `count` at most.
    pub fn queue_free(
        &mut self,
        site: SiteId,
        list: &str,
        after: Option<QueuePlace>,
        count: i64,
    ) -> Result<Vec<QueueRow>, StoreError> {
        let (rank, id) = after.map_or((i64::MIN, 0), |after| (after.rank, after.comment_id.0));
        self.all(places_after!("AND p.claim_id IS NULL "), values![site, list, rank, id, count], row)
    }

    /// Lets a claim hold those of these items that wait on its site and nobody holds.
    pub fn queue_take(&mut self, lease: &Lease, comments: &[CommentId]) -> Result<(), StoreError> {
        let ids = dialect::id_list(comments.iter().map(|id| id.0));
        // `+ 0`, since by an index of the site all that waits there would be walked
        self.run(
            "UPDATE queue_item SET claim_id = ?1
             WHERE comment_id IN EACH_ID(?2) AND site_id + 0 = ?3 AND claim_id IS NULL",
            values![lease.id, &ids, lease.site_id],
        )?;
        self.run(
            "UPDATE queue_place SET claim_id = ?1
             WHERE comment_id IN (SELECT comment_id FROM queue_item WHERE claim_id = ?1)",
            values![lease.id],
        )
    }

    /// What a claim holds, most urgent first, `count` at most.
    pub fn queue_of_claim(&mut self, id: ClaimId, count: i64) -> Result<Vec<QueueRow>, StoreError> {
        self.all(
            concat!(
                "SELECT q.rank, q.comment_id, ",
                waiting_columns!(),
                ", q.thread_id, q.author_id FROM queue_item q WHERE q.claim_id = ?1
                 ORDER BY q.rank, q.comment_id LIMIT ?2"
            ),
            values![id, count],
            row,
        )
    }

    /// Who holds these items at that time; those that nobody holds are left out.
    pub fn queue_holders(&mut self, ids: &[CommentId], now_ms: i64) -> Result<Vec<(CommentId, Holder)>, StoreError> {
        let ids = dialect::id_list(ids.iter().map(|id| id.0));
        self.all(
            concat!(
                "SELECT ",
                user_columns!(),
                ", q.comment_id, k.id, k.expires_ms FROM queue_item q CROSS JOIN claim k CROSS JOIN user_account u
                 WHERE q.comment_id IN EACH_ID(?1) AND k.id = q.claim_id AND k.ended = 0 AND k.expires_ms > ?2
                   AND u.id = k.user_id"
            ),
            values![&ids, now_ms],
            |c| {
                let user = user(c)?;
                Ok((c.take()?, Holder { user, since_ms: composed_ms(c.take()?), expires_ms: c.take()? }))
            },
        )
    }
}
