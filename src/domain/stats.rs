//! Figures of a site's moderation, from its last decisions: how long people waited, how often a
//! decision was overturned, whose flags were right. Gathering the rows is `app`'s and `store`'s.

use std::collections::BTreeMap;

use super::decision::Act;
use super::ids::{DecisionId, UserId};
use super::time::{DAY_MS, HOUR_MS};

/// Decisions that figures are made of, the last ones: enough for a rate to mean something, few
/// enough that asking costs the same on every site.
pub const WINDOW: usize = 1_000;

/// A decision, as figures look at it.
#[derive(Clone, Copy, Debug)]
pub struct Made {
    /// Its id.
    pub id: DecisionId,
    /// When, in milliseconds since 1970.
    pub at_ms: i64,
    /// Who; none: the command line.
    pub actor: Option<UserId>,
    /// Whether another person has taken it back, wholly or for one of the people concerned.
    pub is_overturned: bool,
}

/// A comment that waited in the queue until a decision settled it.
#[derive(Clone, Debug)]
pub struct Waited {
    /// For how long, in milliseconds.
    pub waited_ms: i64,
    /// What held it, if it was held.
    pub held_by: Option<String>,
    /// What was decided.
    pub act: Act,
}

/// How often one was overturned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// All of them.
    pub all: u64,
    /// Those that were overturned.
    pub overturned: u64,
}

impl Tally {
    /// From 0 to 1; none of nothing.
    pub fn rate(self) -> Option<f64> {
        share(self.overturned, self.all)
    }

    fn count(&mut self, is_overturned: bool) {
        self.all += 1;
        self.overturned += u64::from(is_overturned);
    }
}

/// A part of a whole, from 0 to 1; none of nothing.
pub fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// By moderator, how many decisions and how many were overturned.
pub fn by_moderator(made: &[Made]) -> BTreeMap<UserId, Tally> {
    let mut tallies: BTreeMap<UserId, Tally> = BTreeMap::new();
    for decision in made {
        if let Some(actor) = decision.actor {
            tallies.entry(actor).or_default().count(decision.is_overturned);
        }
    }
    tallies
}

/// By rule, how many comments it held that were decided on, and how many of those a moderator let
/// pass after all.
pub fn by_rule(waited: &[Waited]) -> BTreeMap<&str, Tally> {
    let mut tallies: BTreeMap<&str, Tally> = BTreeMap::new();
    for waited in waited {
        if let Some(rule) = &waited.held_by {
            tallies.entry(rule).or_default().count(waited.act == Act::Approve);
        }
    }
    tallies
}

/// Decisions an hour, on the average of the day before `now_ms`. Where a window that is full does not
/// reach so far back, of as long as it does, but of an hour at least.
pub fn per_hour(made: &[Made], now_ms: i64) -> f64 {
    let ages = made.iter().map(|decision| now_ms - decision.at_ms).filter(|age| *age <= DAY_MS);
    let reach_ms = match made.last() {
        Some(first) if made.len() >= WINDOW => (now_ms - first.at_ms).clamp(HOUR_MS, DAY_MS),
        _ => DAY_MS,
    };
    ages.count() as f64 * HOUR_MS as f64 / reach_ms as f64
}

/// The value that a share of the others does not exceed, by nearest rank; none of nothing.
pub fn quantile(values: &mut [i64], share: f64) -> Option<i64> {
    values.sort_unstable();
    let rank = (values.len() as f64 * share).ceil().max(1.0) as usize;
    values.get(rank - 1).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_values_that_were_seen() {
        assert_eq!(quantile(&mut [], 0.5), None);
        assert_eq!(quantile(&mut [7], 0.95), Some(7));
        let mut values: Vec<i64> = (1..=100).rev().collect();
        assert_eq!([0.0, 0.5, 0.95, 1.0].map(|share| quantile(&mut values, share)), [1, 50, 95, 100].map(Some));
    }

    #[test]
    fn a_full_window_says_how_far_it_reaches() {
        let hour_ms = 3_600_000;
        let made = |count: usize, each_ms: i64| -> Vec<Made> {
            let at = |number| 100 * hour_ms - number as i64 * each_ms;
            let one = |number| Made { id: DecisionId(1), at_ms: at(number), actor: None, is_overturned: false };
            (0..count).map(one).collect()
        };
        let now_ms = 100 * hour_ms;
        assert_eq!(per_hour(&[], now_ms), 0.0);
        assert_eq!(per_hour(&made(48, 1_000), now_ms), 2.0);
        // a thousand in ten hours; in half an hour; in three days
        assert!((per_hour(&made(WINDOW, hour_ms / 100), now_ms) - 100.0).abs() < 1.0);
        assert_eq!(per_hour(&made(WINDOW, hour_ms / 2_000), now_ms), 1_000.0);
        assert!((per_hour(&made(WINDOW, 3 * 24 * hour_ms / 1_000), now_ms) - 1_000.0 / 72.0).abs() < 0.1);
    }

    #[test]
    fn who_is_overturned_and_what_held_in_vain() {
        let made = |actor, is_overturned| Made { id: DecisionId(1), at_ms: 0, actor, is_overturned };
        let (mona, ada) = (UserId(1), UserId(2));
        let all = [made(Some(mona), true), made(Some(mona), false), made(Some(ada), false), made(None, true)];
        let tallies = by_moderator(&all);
        assert_eq!((tallies[&mona].rate(), tallies[&ada].rate(), tallies.len()), (Some(0.5), Some(0.0), 2));
        let waited = |held_by: Option<&str>, act| Waited { waited_ms: 1, held_by: held_by.map(str::to_owned), act };
        let all = [
            waited(Some("premoderation"), Act::Approve),
            waited(Some("premoderation"), Act::Hide),
            waited(None, Act::Approve),
        ];
        assert_eq!(by_rule(&all), BTreeMap::from([("premoderation", Tally { all: 2, overturned: 1 })]));
    }
}
