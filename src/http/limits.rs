//! How often one client may call: 429, and the `RateLimit` fields
//! (draft-ietf-httpapi-ratelimit-headers). Slowing down guesses at one account's password is the
//! app's; sizes are `body`'s.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::num::NonZeroU32;

use actix_web::HttpRequest;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use governor::clock::{Clock as _, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};

use crate::app::Error;
use crate::config;
use crate::domain::code::Code;

use super::extract::{Client, identify};
use super::problem::Problem;

/// Clients counted one by one, at the most; then they share [`SHARED`] counts. 100,000 keys take
/// about 10 MB.
const KEYS: usize = 100_000;
/// See [`KEYS`].
const SHARED: u64 = 1_024;

/// By which bound a route is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// Reads and sign-ins that go on, by client.
    Reads,
    /// Writes, by person, or client of who has not signed in.
    Writes,
    /// Tries of a password, by client.
    SignIns,
    /// New accounts, by client.
    Registrations,
    /// Not counted.
    Nothing,
}

type Limiter = RateLimiter<String, DefaultKeyedStateStore<String>, DefaultClock, StateInformationMiddleware>;

struct Rate {
    name: &'static str,
    quota: Quota,
    window_s: u64,
    limiter: Limiter,
}

/// All bounds and what was counted; one for all workers.
pub struct Limits {
    enabled: bool,
    reads: Rate,
    writes: Rate,
    sign_ins: Rate,
    registrations: Rate,
    clock: DefaultClock,
}

/// What an answer says about its bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    name: &'static str,
    most: u32,
    window_s: u64,
    remaining: u32,
    reset_s: u64,
}

impl Limits {
    /// Nothing counted yet.
    pub fn new(settings: &config::Limits) -> Limits {
        let some = |rate: u32| NonZeroU32::new(rate).unwrap_or(NonZeroU32::MIN);
        Limits {
            enabled: settings.enabled,
            reads: Rate::new("reads", Quota::per_second(some(settings.read_per_s)), 1),
            writes: Rate::new("writes", Quota::per_minute(some(settings.write_per_min)), 60),
            sign_ins: Rate::new("sign-ins", Quota::per_minute(some(settings.sign_in_per_min)), 60),
            registrations: Rate::new("registrations", Quota::per_hour(some(settings.register_per_hour)), 3_600),
            clock: DefaultClock::default(),
        }
    }

    /// Counts a read; whether it is within the bound. Who reads is asked for only where it is counted.
    pub fn may_read(&self, client: impl FnOnce() -> Client) -> bool {
        !self.enabled || self.reads.take(client().net(), &self.clock).is_ok()
    }

    /// Counts a request; what to say about it, none when nothing is bounded.
    ///
    /// # Errors
    /// 429 `rate_limited` with what to say about it.
    pub fn count(&self, req: &HttpRequest, bound: Bound) -> Result<Option<Standing>, (Problem, Option<Standing>)> {
        let rate = match bound {
            Bound::Reads => &self.reads,
            Bound::Writes => &self.writes,
            Bound::SignIns => &self.sign_ins,
            Bound::Registrations => &self.registrations,
            Bound::Nothing => return Ok(None),
        };
        if !self.enabled {
            return Ok(None);
        }
        let key = key(req, bound).map_err(|problem| (problem, None))?;
        match rate.take(key, &self.clock) {
            Ok(standing) => Ok(Some(standing)),
            Err(standing) => Err((Error::wait(Code::RateLimited, standing.reset_s).into(), Some(standing))),
        }
    }
}

/// Who is counted. A token that is not good is counted by client: it is the handler's to refuse.
fn key(req: &HttpRequest, bound: Bound) -> Result<String, Problem> {
    if bound == Bound::Writes
        && let Ok(Some(caller)) = identify(req)
    {
        return Ok(format!("u:{}", caller.user));
    }
    Ok(Client::of(req)?.net())
}

impl Rate {
    fn new(name: &'static str, quota: Quota, window_s: u64) -> Rate {
        let limiter = RateLimiter::keyed(quota).with_middleware::<StateInformationMiddleware>();
        Rate { name, quota, window_s, limiter }
    }

    fn take(&self, key: String, clock: &DefaultClock) -> Result<Standing, Standing> {
        let key = if self.limiter.len() < KEYS { key } else { self.make_room(key) };
        let most = self.quota.burst_size().get();
        let standing =
            |remaining, reset_s| Standing { name: self.name, most, window_s: self.window_s, remaining, reset_s };
        match self.limiter.check_key(&key) {
            Ok(snapshot) => {
                let remaining = snapshot.remaining_burst_capacity();
                let refill = self.quota.replenish_interval() * most.saturating_sub(remaining);
                Ok(standing(remaining, whole_seconds(refill)))
            }
            Err(until) => Err(standing(0, whole_seconds(until.wait_time_from(clock.now())).max(1))),
        }
    }

    /// Forgets who has their whole quota again. When there are too many all the same, newcomers
    /// share counts: memory is bounded, and a flood slows down strangers only.
    fn make_room(&self, key: String) -> String {
        self.limiter.retain_recent();
        if self.limiter.len() < KEYS {
            return key;
        }
        let mut hasher = DefaultHasher::new();
        key.hash(&mut hasher);
        format!("shared {}", hasher.finish() % SHARED)
    }
}

fn whole_seconds(time: std::time::Duration) -> u64 {
    time.as_secs() + u64::from(time.subsec_nanos() > 0)
}

impl Standing {
    /// Writes `RateLimit` and `RateLimit-Policy`.
    pub fn write(&self, headers: &mut HeaderMap) {
        let Standing { name, most, window_s, remaining, reset_s } = self;
        let fields = [
            ("ratelimit-policy", format!("\"{name}\";q={most};w={window_s}")),
            ("ratelimit", format!("\"{name}\";r={remaining};t={reset_s}")),
        ];
        for (field, value) in fields {
            if let Ok(value) = HeaderValue::try_from(value) {
                headers.insert(HeaderName::from_static(field), value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_one_too_many_is_told_when() {
        let rate = Rate::new("writes", Quota::per_minute(NonZeroU32::new(3).unwrap()), 60);
        let clock = DefaultClock::default();
        let left: Vec<u32> = (0..3).map(|_| rate.take("a".into(), &clock).unwrap().remaining).collect();
        assert_eq!(left, [2, 1, 0]);
        let refused = rate.take("a".into(), &clock).unwrap_err();
        assert!(refused.remaining == 0 && (1..=20).contains(&refused.reset_s), "{refused:?}");
        assert_eq!(rate.take("b".into(), &clock).unwrap().remaining, 2);
        let mut headers = HeaderMap::new();
        refused.write(&mut headers);
        assert_eq!(headers.get("ratelimit-policy").unwrap(), "\"writes\";q=3;w=60");
    }
}
