//! Who is online: seen within the last minutes. Lives in memory, is written down at most once a
//! minute a person, and moves no version.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::domain::ids::UserId;
use crate::domain::user::User;
use crate::store::{Store, StoreError};

#[derive(Clone, Copy)]
struct Seen {
    at_ms: i64,
    written: bool,
}

/// See the module.
pub struct Presence {
    online_ms: i64,
    seen: Mutex<HashMap<UserId, Seen>>,
}

impl Presence {
    /// Nobody yet; online is who was seen within `online_ms` milliseconds.
    pub fn new(online_ms: i64) -> Presence {
        Presence { online_ms, seen: Mutex::new(HashMap::new()) }
    }

    /// Loads who was seen lately, by this or another node.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub async fn load(&self, store: &Store, now_ms: i64) -> Result<(), StoreError> {
        let since_ms = now_ms - self.online_ms;
        let lately = store.read("presence", move |tx| tx.users_seen_since(since_ms)).await?;
        let mut seen = self.lock();
        for (user, at_ms) in lately {
            let known = seen.entry(user).or_insert(Seen { at_ms, written: true });
            if known.at_ms < at_ms {
                *known = Seen { at_ms, written: true };
            }
        }
        Ok::<_, StoreError>(())
    }

    /// Notes that a person was here.
    pub fn saw(&self, user: UserId, now_ms: i64) {
        self.lock().insert(user, Seen { at_ms: now_ms, written: false });
    }

    /// Whether a person is online; none when they do not show it.
    pub fn of(&self, user: &User, now_ms: i64) -> Option<bool> {
        user.show_presence.then(|| self.lock().get(&user.id).is_some_and(|seen| now_ms - seen.at_ms < self.online_ms))
    }

    /// Who is online, in order. Opting out is for the caller to honour.
    pub fn online(&self, now_ms: i64) -> Vec<UserId> {
        let mut people: Vec<UserId> = {
            let seen = self.lock();
            let online = seen.iter().filter(|(_, seen)| now_ms - seen.at_ms < self.online_ms);
            online.map(|(user, _)| *user).collect()
        };
        people.sort_unstable();
        people
    }

    /// Takes out who has to be written down, and forgets who has long been away.
    pub fn unwritten(&self, now_ms: i64) -> Vec<(UserId, i64)> {
        let mut seen = self.lock();
        let mut fresh = Vec::new();
        for (user, seen) in seen.iter_mut().filter(|(_, seen)| !seen.written) {
            seen.written = true;
            fresh.push((*user, seen.at_ms));
        }
        seen.retain(|_, seen| now_ms - seen.at_ms < self.online_ms);
        fresh
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<UserId, Seen>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
