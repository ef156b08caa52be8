//! Figures of a site's moderation by day, for charts. Counted when they are asked for, by seeks that
//! end after so many rows: no counter has to be kept right, and what is asked costs the same on a
//! site of any size. `stats` has the figures of now.

use super::caller::{Caller, site_for};
use super::{App, Error};
use crate::domain::ids::SiteId;
use crate::domain::permission::Action;
use crate::domain::stats::quantile;
use crate::domain::time::DAY_MS;
use crate::store::{StoreError, Tx};

/// Most days of a chart.
pub const DAYS_MAX: i64 = 90;
/// Decisions, and appeals, that are counted of one day.
const DECISIONS_MAX: i64 = 2_000;
/// Flags that are counted of one day.
const FLAGS_MAX: i64 = 10_000;
/// Decisions whose waits a day's median is of, the last ones.
const WAITS_OF: i64 = 200;
/// Days read in one unit, so that nobody waits for all of them.
const PAGE: usize = 10;

/// One day's figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day {
    /// When it begins in UTC, in milliseconds since 1970.
    pub from_ms: i64,
    /// Decisions made.
    pub decisions: i64,
    /// Those of them that another person has taken back since.
    pub overturned: i64,
    /// Appeals that were granted.
    pub appeals_granted: i64,
    /// Flags given.
    pub flags: i64,
    /// Half of what was decided had waited no longer, in milliseconds.
    pub waited_ms: Option<i64>,
    /// Whether there was more than is counted of a day.
    pub is_capped: bool,
}

impl App {
    /// The last days of a site that the caller moderates, the oldest first, today last and not over.
    ///
    /// # Errors
    /// 403 without a role on the site.
    pub async fn chart(&self, caller: &Caller, site: String, days: i64) -> Result<Vec<Day>, Error> {
        caller.require_any_moderator()?;
        let today = self.now_ms().div_euclid(DAY_MS);
        let starts: Vec<i64> = (0..days.clamp(1, DAYS_MAX)).rev().map(|back| (today - back) * DAY_MS).collect();
        let mut all = Vec::with_capacity(starts.len());
        for some in starts.chunks(PAGE) {
            let (caller, key, some) = (caller.clone(), site.clone(), some.to_vec());
            let found = self.store.read("chart", move |tx| {
                let site = site_for(tx, &caller, Action::Moderate, &key)?.id;
                Ok::<_, Error>(some.iter().map(|start| day(tx, site, *start)).collect::<Result<Vec<Day>, _>>()?)
            });
            all.extend(found.await?);
            // on SQLite this thread has read itself, and others wait for it
            tokio::task::yield_now().await;
        }
        Ok(all)
    }
}

fn day(tx: &mut Tx<'_>, site: SiteId, from_ms: i64) -> Result<Day, StoreError> {
    let span = (from_ms, from_ms + DAY_MS);
    let (decisions, overturned) = tx.stats_decided(site, span, DECISIONS_MAX)?;
    let flags = tx.stats_flagged(site, span, FLAGS_MAX)?;
    let (ruled, appeals_granted) = tx.stats_ruled(site, span, DECISIONS_MAX)?;
    let mut waits = if decisions > 0 { tx.stats_waits(site, span, WAITS_OF)? } else { Vec::new() };
    Ok(Day {
        from_ms,
        decisions,
        overturned,
        appeals_granted,
        flags,
        waited_ms: quantile(&mut waits, 0.5),
        is_capped: decisions >= DECISIONS_MAX || flags >= FLAGS_MAX || ruled >= DECISIONS_MAX,
    })
}
