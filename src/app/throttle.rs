//! Slows down guessing: after some failures in a row, each further one doubles the wait.
//!
//! Counted for account and client together and, with more patience, for the account alone, so that
//! a stranger cannot keep its owner out for long and a swarm cannot guess without end (NIST
//! 800-63B: at most 100 failures in a row; here the hundredth is days away).

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::Error;
use crate::domain::code::Code;

/// Failures that cost nothing, for account and client together.
const PATIENCE_PAIR: u32 = 5;
/// The same for the account alone.
const PATIENCE_ACCOUNT: u32 = 30;
/// The longest wait, in milliseconds.
const WAIT_MAX_MS: i64 = 15 * 60_000;
/// Failures older than this are forgotten, in milliseconds.
const FORGET_MS: i64 = 24 * 3_600_000;
/// Entries kept at the most; when full, the oldest half goes.
const ENTRIES: usize = 100_000;

#[derive(Clone, Copy)]
struct Failures {
    count: u32,
    last_ms: i64,
}

/// See the module.
pub struct Throttle {
    enabled: bool,
    failures: Mutex<HashMap<(String, Option<String>), Failures>>,
}

impl Throttle {
    /// No failures yet.
    pub fn new(enabled: bool) -> Throttle {
        Throttle { enabled, failures: Mutex::new(HashMap::new()) }
    }

    /// Whether a sign-in may be tried now.
    ///
    /// # Errors
    /// 429 `rate_limited` with the seconds to wait.
    pub fn check(&self, account: &str, client: &str, now_ms: i64) -> Result<(), Error> {
        if !self.enabled {
            return Ok(());
        }
        let failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        let pair = failures.get(&(account.to_owned(), Some(client.to_owned())));
        let alone = failures.get(&(account.to_owned(), None));
        let until = wait_until(pair, PATIENCE_PAIR).max(wait_until(alone, PATIENCE_ACCOUNT));
        if until > now_ms {
            let seconds = u64::try_from((until - now_ms + 999) / 1_000).unwrap_or(1);
            return Err(Error::wait(Code::RateLimited, seconds));
        }
        Ok(())
    }

    /// Notes how a sign-in went.
    pub fn note(&self, account: &str, client: &str, right: bool, now_ms: i64) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        for key in [(account.to_owned(), Some(client.to_owned())), (account.to_owned(), None)] {
            if right {
                failures.remove(&key);
            } else {
                let entry = failures.entry(key).or_insert(Failures { count: 0, last_ms: now_ms });
                entry.count = if now_ms - entry.last_ms > FORGET_MS { 1 } else { entry.count.saturating_add(1) };
                entry.last_ms = now_ms;
            }
        }
        if failures.len() > ENTRIES {
            let mut times: Vec<i64> = failures.values().map(|entry| entry.last_ms).collect();
            let middle = times.len() / 2;
            let (_, median, _) = times.select_nth_unstable(middle);
            let median = *median;
            failures.retain(|_, entry| entry.last_ms > median);
        }
    }
}

fn wait_until(failures: Option<&Failures>, patience: u32) -> i64 {
    match failures {
        Some(entry) if entry.count >= patience => {
            let doublings = (entry.count - patience).min(20);
            entry.last_ms + (1_000_i64 << doublings).min(WAIT_MAX_MS)
        }
        _ => i64::MIN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_failure_beyond_patience_doubles_the_wait() {
        let throttle = Throttle::new(true);
        for _ in 0..PATIENCE_PAIR {
            throttle.check("alice", "1.2.3.4", 0).unwrap();
            throttle.note("alice", "1.2.3.4", false, 0);
        }
        assert!(throttle.check("alice", "1.2.3.4", 999).is_err());
        throttle.check("alice", "1.2.3.4", 1_000).unwrap();
        throttle.check("alice", "5.6.7.8", 0).unwrap();
        throttle.note("alice", "1.2.3.4", false, 1_000);
        assert!(throttle.check("alice", "1.2.3.4", 2_999).is_err());
        throttle.note("alice", "1.2.3.4", true, 3_000);
        throttle.check("alice", "1.2.3.4", 3_000).unwrap();
    }

    #[test]
    fn a_swarm_is_slowed_too_and_nobody_waits_for_ever() {
        let throttle = Throttle::new(true);
        for client in 0..100 {
            throttle.note("alice", &client.to_string(), false, 0);
        }
        assert!(throttle.check("alice", "owner", WAIT_MAX_MS - 1).is_err());
        throttle.check("alice", "owner", WAIT_MAX_MS).unwrap();
    }
}
