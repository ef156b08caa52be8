//! How long to wait after failures to prove a password: after some in a row, each further one
//! doubles the wait.
//!
//! Counted for account and client together and, with more patience, for the account alone, so that
//! a stranger cannot keep its owner out for long and a swarm cannot guess without end (NIST
//! 800-63B: at most 100 failures in a row; here the hundredth is days away).

/// Failures that cost nothing, for account and client together.
pub const PATIENCE_PAIR: i64 = 5;
/// The same for the account alone.
pub const PATIENCE_ACCOUNT: i64 = 30;
/// Failures older than this are forgotten, in milliseconds.
pub const FORGET_MS: i64 = 24 * 3_600_000;
/// The longest wait, in milliseconds.
const WAIT_MAX_MS: i64 = 15 * 60_000;

/// Failures in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failures {
    /// How many.
    pub count: i64,
    /// When the last was, in milliseconds since 1970.
    pub last_ms: i64,
}

impl Failures {
    /// With one more now.
    pub fn another(before: Option<Failures>, now_ms: i64) -> Failures {
        let before = before.filter(|failures| now_ms - failures.last_ms <= FORGET_MS);
        Failures { count: before.map_or(0, |failures| failures.count).saturating_add(1), last_ms: now_ms }
    }

    /// For how long nothing may be tried, in milliseconds; 0 when it may.
    pub fn wait_ms(self, patience: i64, now_ms: i64) -> i64 {
        if self.count < patience {
            return 0;
        }
        let doublings = (self.count - patience).min(20);
        (self.last_ms + (1_000_i64 << doublings).min(WAIT_MAX_MS) - now_ms).max(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(count: i64) -> Option<Failures> {
        (0..count).fold(None, |before, _| Some(Failures::another(before, 0)))
    }

    #[test]
    fn each_failure_beyond_patience_doubles_the_wait() {
        let waits: Vec<i64> = (4..8).map(|count| after(count).unwrap().wait_ms(PATIENCE_PAIR, 0)).collect();
        assert_eq!(waits, [0, 1_000, 2_000, 4_000]);
        assert_eq!(after(6).unwrap().wait_ms(PATIENCE_PAIR, 1_999), 1);
        assert_eq!(after(6).unwrap().wait_ms(PATIENCE_PAIR, 2_000), 0);
    }

    #[test]
    fn nobody_waits_for_ever_and_a_day_later_all_is_forgotten() {
        let many = after(1_000).unwrap();
        assert_eq!(many.wait_ms(PATIENCE_ACCOUNT, 0), WAIT_MAX_MS);
        assert_eq!(many.wait_ms(PATIENCE_ACCOUNT, WAIT_MAX_MS), 0);
        assert_eq!(Failures::another(Some(many), FORGET_MS + 1).count, 1);
    }
}
