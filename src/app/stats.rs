//! Figures of moderation: for the moderators of a site, and for those who watch over the service.

use std::collections::{HashMap, HashSet};

use super::caller::{Caller, site_for};
use super::{App, Error};
use crate::domain::ids::{DecisionId, SiteId, UserId};
use crate::domain::permission::Action;
use crate::domain::stats::{Tally, WINDOW, by_moderator, by_rule, per_hour, quantile};
use crate::domain::thread::Site;
use crate::domain::user::User;
use crate::store::{StoreError, Tx, Waits};

/// Sites read in one unit.
const PAGE: i64 = 100;

/// Figures of a site, from its last [`WINDOW`] decisions.
#[derive(Clone, Debug)]
pub struct Stats {
    /// Decisions that the figures are made of, and when the first of them was made, in milliseconds
    /// since 1970.
    pub window: (usize, Option<i64>),
    /// Comments that wait, by kind.
    pub waiting: Waits,
    /// How long the item waits that waits longest and nobody holds, in milliseconds.
    pub oldest_unclaimed_ms: Option<i64>,
    /// How long an item waited until it was decided: half of them at most so long, 95 % at most so
    /// long, in milliseconds.
    pub waited_ms: Option<(i64, i64)>,
    /// Decisions an hour, on the average of the last day; or of as much of it as the window holds.
    pub per_hour: f64,
    /// By moderator.
    pub moderators: Vec<(UserId, Tally)>,
    /// By what had held a comment: `overturned` is what moderators let pass.
    pub rules: Vec<(String, Tally)>,
    /// Flags that were upheld and dismissed.
    pub flags: [u64; 2],
}

impl App {
    /// Figures of a site that the caller moderates, with the moderators in them.
    ///
    /// # Errors
    /// 403 without a role on the site.
    pub async fn stats(&self, caller: &Caller, site: String) -> Result<(SiteId, Stats, HashMap<UserId, User>), Error> {
        caller.require_any_moderator()?;
        let caller = caller.clone();
        let now_ms = self.now_ms();
        self.store
            .read("stats", move |tx| {
                let site = site_for(tx, &caller, Action::Moderate, &site)?.id;
                let stats = stats(tx, site, now_ms)?;
                let people: Vec<UserId> = stats.moderators.iter().map(|(user, _)| *user).collect();
                let people = tx.people(&people)?;
                Ok((site, stats, people))
            })
            .await
    }

    /// Figures of every site, by its key. A unit for each, so that nobody waits for all of them.
    ///
    /// # Errors
    /// [`StoreError`] when they cannot be read.
    pub async fn all_stats(&self) -> Result<Vec<(String, Stats)>, StoreError> {
        let (now_ms, mut all) = (self.now_ms(), Vec::new());
        loop {
            let after = all.last().map_or(String::new(), |(key, _): &(String, Stats)| key.clone());
            let sites = self.store.read("sites", move |tx| tx.sites_after(&after, PAGE)).await?;
            if sites.is_empty() {
                return Ok(all);
            }
            for Site { id, key, .. } in sites {
                all.push((key, self.store.read("stats", move |tx| stats(tx, id, now_ms)).await?));
                // on SQLite this thread has read itself, and others wait for it
                tokio::task::yield_now().await;
            }
        }
    }
}

fn stats(tx: &mut Tx<'_>, site: SiteId, now_ms: i64) -> Result<Stats, StoreError> {
    let mut made = tx.stats_made(site, WINDOW as i64)?;
    let overturned: HashSet<DecisionId> = tx.stats_overturned(site, WINDOW as i64)?.into_iter().collect();
    made.iter_mut().for_each(|made| made.is_overturned |= overturned.contains(&made.id));
    let ids: Vec<_> = made.iter().map(|decision| decision.id).collect();
    let waited = tx.stats_waited(&ids)?;
    let mut times: Vec<i64> = waited.iter().map(|waited| waited.waited_ms).collect();
    let rules = by_rule(&waited).into_iter().map(|(rule, tally)| (rule.to_owned(), tally)).collect();
    Ok(Stats {
        window: (made.len(), made.last().map(|decision| decision.at_ms)),
        waiting: tx.site_waiting(site)?,
        oldest_unclaimed_ms: tx.stats_oldest_free(site, now_ms)?.map(|first_ms| (now_ms - first_ms).max(0)),
        waited_ms: quantile(&mut times, 0.5).zip(quantile(&mut times, 0.95)),
        per_hour: per_hour(&made, now_ms),
        moderators: by_moderator(&made).into_iter().collect(),
        rules,
        flags: tx.stats_flags(&ids)?,
    })
}
