//! A moderator takes items of the queue for a while, so that nobody else works on them; keeps them
//! longer, or gives them back.
//!
//! An item has one holder at the most: it is taken in the unit that looked for it. A lease ends by
//! itself when its time is over; the next claim on the site clears away what is left of it.

use super::caller::{Caller, site_for};
use super::post::{Made, replayed};
use super::queue::{QueueItem, QueueQuery, items, walk};
use super::{App, Error, new_id, secret};
use crate::domain::code::Code;
use crate::domain::ids::{ClaimId, CommentId, SiteId};
use crate::domain::permission::Action;
use crate::store::{IdempotencyKey, Key, Lease, Tx};

/// Items that a claim may hold.
pub const ITEMS_MAX: usize = 200;
/// Places looked at for one claim; what is asked for beyond the most urgent of them is not found.
const LOOKED_AT: usize = 5_000;
/// Claims that ran out which are cleared away at a time.
const CLEARED: usize = 8;

/// What a moderator wants to hold.
#[derive(Clone, Debug)]
pub enum Wanted {
    /// The most urgent of these that nobody holds.
    Next {
        /// What of the queue.
        asked: QueueQuery,
        /// [`ITEMS_MAX`] at most.
        count: usize,
    },
    /// These, as far as they wait and nobody holds them; [`ITEMS_MAX`] at most.
    Named(Vec<CommentId>),
}

/// A claim and what it holds.
pub struct Claimed {
    /// The claim.
    pub lease: Lease,
    /// What it holds, most urgent first.
    pub items: Vec<QueueItem>,
}

impl App {
    /// Takes items of a site's queue for `lease_s` seconds, or for as long as is set.
    ///
    /// # Errors
    /// 403 without a role on the site, 404 for the thread, and those of an idempotency key.
    pub async fn claim(
        &self,
        caller: &Caller,
        site: String,
        wanted: Wanted,
        lease_s: Option<u64>,
        once: Option<IdempotencyKey>,
    ) -> Result<Made<Claimed>, Error> {
        caller.require_any_moderator()?;
        let now_ms = self.now_ms();
        let expires_ms = self.lease_ends_ms(now_ms, lease_s);
        let (id, (token, _)) = (ClaimId(new_id(now_ms)), secret::opaque());
        let caller = caller.clone();
        self.store
            .write("claim", Key::queue(&site), move |tx| {
                let site = site_for(tx, &caller, Action::Moderate, &site)?;
                if let Some(made) = replayed(tx, once.as_ref())? {
                    let lease = tx.claim_by_id(ClaimId(made))?.ok_or_else(Error::not_found)?;
                    return Ok(Made { made: claimed(tx, lease, now_ms)?, replayed: true });
                }
                let (token, user_id) = (token.clone(), caller.user);
                let lease = Lease { id, token, site_id: site.id, user_id, expires_ms, has_ended: false };
                tx.claim_insert(&lease)?;
                take(tx, &lease, &wanted, now_ms)?;
                if let Some(key) = &once {
                    tx.idempotency_keep(key, id.0, now_ms)?;
                }
                Ok(Made { made: claimed(tx, lease, now_ms)?, replayed: false })
            })
            .await
    }

    /// Lets a claim hold for `lease_s` seconds from now, or for as long as is set.
    ///
    /// # Errors
    /// 404 when it is not the caller's, 409 `stale_claim` when it has ended.
    pub async fn renew(&self, caller: &Caller, token: String, lease_s: Option<u64>) -> Result<Claimed, Error> {
        caller.require_any_moderator()?;
        let now_ms = self.now_ms();
        let expires_ms = self.lease_ends_ms(now_ms, lease_s);
        let caller = caller.clone();
        self.store
            .write("renew", Key::token(token.as_bytes()), move |tx| {
                let lease = own(tx, &caller, &token)?;
                if !lease.holds(now_ms) {
                    return Err(Code::StaleClaim.into());
                }
                tx.claim_set_expiry(lease.id, expires_ms)?;
                claimed(tx, Lease { expires_ms, ..lease }, now_ms)
            })
            .await
    }

    /// Gives back what a claim holds. Of no effect when it has ended.
    ///
    /// # Errors
    /// 404 when it is not the caller's.
    pub async fn give_back(&self, caller: &Caller, token: String) -> Result<(), Error> {
        caller.require_any_moderator()?;
        let caller = caller.clone();
        self.store
            .write("give_back", Key::token(token.as_bytes()), move |tx| {
                let lease = own(tx, &caller, &token)?;
                Ok(tx.claim_end(lease.id)?)
            })
            .await
    }

    fn lease_ends_ms(&self, now_ms: i64, lease_s: Option<u64>) -> i64 {
        let lease_s = lease_s.unwrap_or(self.settings.moderation.lease_s);
        now_ms.saturating_add(super::session::millis(lease_s))
    }
}

/// The caller's claim of that name, on a site that they moderate.
fn own(tx: &mut Tx<'_>, caller: &Caller, token: &str) -> Result<Lease, Error> {
    let lease = tx.claim_by_token(token)?.filter(|lease| lease.user_id == caller.user);
    let lease = lease.filter(|lease| caller.may(Action::Moderate, Some(lease.site_id)));
    let lease = lease.ok_or_else(Error::not_found)?;
    caller.require(Action::Moderate, Some(lease.site_id))?;
    Ok(lease)
}

/// A claim with what it holds at that time.
fn claimed(tx: &mut Tx<'_>, lease: Lease, now_ms: i64) -> Result<Claimed, Error> {
    let rows = if lease.holds(now_ms) { tx.queue_of_claim(lease.id, ITEMS_MAX as i64)? } else { Vec::new() };
    Ok(Claimed { items: items(tx, rows, now_ms)?, lease })
}

fn take(tx: &mut Tx<'_>, lease: &Lease, wanted: &Wanted, now_ms: i64) -> Result<(), Error> {
    // each claim is cleared away once, so that however many there are, a claim costs no more than
    // its own end
    while clear(tx, lease.site_id, now_ms)? == CLEARED {}
    let found = match wanted {
        Wanted::Named(ids) => ids.clone(),
        Wanted::Next { asked, count } => {
            let filter = asked.filter(tx, lease.site_id)?;
            let list = filter.list();
            let free = |tx: &mut Tx<'_>, after, count| tx.queue_free(lease.site_id, &list, after, count);
            let (free, _) = walk(tx, &free, &filter, None, (*count, LOOKED_AT))?;
            free.iter().map(|row| row.place.comment_id).collect()
        }
    };
    Ok(tx.queue_take(lease, &found)?)
}

/// Ends some of a site's claims that have run out; how many.
fn clear(tx: &mut Tx<'_>, site: SiteId, now_ms: i64) -> Result<usize, Error> {
    let run_out = tx.claims_run_out(site, now_ms, CLEARED as i64)?;
    run_out.iter().try_for_each(|id| tx.claim_end(*id))?;
    Ok(run_out.len())
}
