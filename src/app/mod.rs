//! What Understory does: one use-case a file, named by its verb.
//!
//! Each authorises on its first line, gathers facts, asks `domain`, and writes one unit of work.
//! Nothing here knows HTTP or SQL.

pub mod add_site;
pub mod add_user;
pub mod aim;
pub mod appeal;
pub mod caller;
pub mod change_password;
pub mod chart;
pub mod claim;
pub mod confirm;
pub mod decide;
pub mod delete;
pub mod edit;
pub mod edit_profile;
pub mod error;
pub mod exchange;
pub mod export;
pub mod feed;
pub mod find_people;
pub mod flag;
pub mod follow;
pub mod go_on;
#[cfg(test)]
mod growth;
pub mod history;
pub mod housekeep;
pub mod import;
pub mod lift;
pub mod list_decisions;
pub mod list_sites;
pub mod log;
pub mod manage_thread;
mod named;
pub mod note;
pub mod notice;
pub mod people;
pub mod post;
pub mod presence;
pub mod prove_log;
pub mod prove_piece;
pub mod queue;
pub mod read;
pub mod read_own;
pub mod refresh;
pub mod register;
pub mod report;
pub mod reporter;
pub mod rule;
pub mod sanction;
pub mod secret;
pub mod session;
pub mod set_role;
pub mod set_site;
pub mod shift;
pub mod sign_in;
pub mod stamps;
pub mod standing;
pub mod stats;
pub mod token;
pub mod transparency;
pub mod undo;
pub mod verify;
pub mod vote;

mod carry_out;
mod hashing;
mod others;
mod state_reasons;
mod throttle;

use std::sync::Arc;

use crate::config::Settings;
use crate::domain::ids;
use crate::live::Hub;
use crate::store::{News, Store, StoreError};

pub use caller::Caller;
pub use error::{Error, FieldError, Place, Refusal};

use go_on::Running;
use hashing::Hasher;
use people::People;
use presence::Presence;
use stamps::Stamps;
use standing::Standing;
use token::Keys;

/// Tells the time in milliseconds since 1970; tests move it.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// The system's clock.
pub fn system_clock() -> Clock {
    Arc::new(|| {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        since.map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    })
}

/// Everything a use-case works with.
pub struct App {
    /// What is remembered.
    pub store: Store,
    /// What was set.
    pub settings: Settings,
    /// The service's own origin, `https://comments.example`.
    pub origin: String,
    /// Ended sessions, roles, sanctions and origins, in memory.
    pub standing: Arc<Standing>,
    /// What was read and is still current.
    pub stamps: Arc<Stamps>,
    /// Who was seen when, in memory.
    pub presence: Presence,
    /// The decisions that run.
    pub running: Running,
    /// The lines to who follows what happens.
    pub live: Arc<Hub>,
    clock: Clock,
    hasher: Hasher,
    keys: Keys,
    people: People,
    /// Tells this process from others on the same store.
    node: i64,
}

impl App {
    /// Builds the app over an open store: loads what is kept in memory, makes the first signing
    /// key, and proves that signing works.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read, or threads cannot be started.
    pub async fn start(store: Store, settings: Settings, origin: String, clock: Clock) -> Result<App, StoreError> {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let hasher = Hasher::start(settings.auth.hashing_threads(cores), settings.auth.hash_queue)
            .map_err(|error| StoreError::Database(Box::new(error)))?;
        let now_ms = clock();
        let standing = Arc::new(Standing::new());
        // listen first, load second: what happens in between is then seen twice, never missed
        let stamps = Arc::new(Stamps::new());
        let live = Arc::new(Hub::new(settings.live.connections_max, settings.live.connections_per_client));
        let told = (Arc::clone(&standing), Arc::clone(&stamps), Arc::clone(&live));
        // what is known first, then that what was read by it is out of date, then who is to be told
        let listener = move |news: News<'_>| match news {
            News::Events(events) => {
                told.0.apply(events);
                told.1.apply(events);
                follow::hear(&told.2, events);
            }
            News::Lost => {
                told.0.lose();
                told.1.lose_all();
                told.2.lose();
                told.2.check();
            }
        };
        store.listen(Box::new(listener)).await?;
        standing.load(&store, now_ms.saturating_sub(longest_token_ms(&settings))).await?;
        let presence = Presence::new(i64::try_from(settings.presence.online_s * 1_000).unwrap_or(i64::MAX));
        presence.load(&store, now_ms).await?;
        let keys = Keys::load(&store, &origin, now_ms).await?;
        let (people, node) = (People::new(), rand::random());
        Ok(App {
            store,
            settings,
            origin,
            standing,
            stamps,
            presence,
            running: Running::default(),
            live,
            clock,
            hasher,
            keys,
            people,
            node,
        })
    }

    /// Now, in milliseconds since 1970.
    pub fn now_ms(&self) -> i64 {
        (self.clock)()
    }

    /// A new id for something made now.
    pub fn new_id(&self) -> i64 {
        new_id(self.now_ms())
    }

    /// A hash of something that nobody can make without the store's own key, so that what it stands
    /// for can be told again but not guessed; for each `purpose` another.
    ///
    /// # Errors
    /// A fault of the hash, which there is none of.
    pub fn mark(&self, purpose: &str, of: &[u8]) -> Result<[u8; 32], Error> {
        self.keys.mark(purpose, of)
    }

    /// Whether a request has to wait for [`App::catch_up`]: what is in memory may be out of date.
    pub fn is_behind(&self) -> bool {
        self.store.is_behind() || !self.standing.is_known()
    }

    /// Makes what is in memory as the store is now, for a node that has not heard of others for some
    /// seconds, or finds that another server has taken over.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub async fn catch_up(&self) -> Result<(), StoreError> {
        if self.store.is_behind() {
            self.store.catch_up().await?;
        }
        if !self.standing.is_known() {
            let since_ms = self.now_ms().saturating_sub(longest_token_ms(&self.settings));
            self.standing.load(&self.store, since_ms).await?;
        }
        Ok(())
    }

    /// How long an author may edit, in milliseconds.
    pub fn edit_window_ms(&self) -> i64 {
        i64::try_from(self.settings.comments.edit_window_s * 1_000).unwrap_or(i64::MAX)
    }
}

/// The longest that a token of any kind is good for, in milliseconds.
fn longest_token_ms(settings: &Settings) -> i64 {
    session::millis(settings.auth.console_max_s.max(settings.auth.access_ttl_s))
}

/// A new id for something made then. Drawn inside a unit only where the number of things made is
/// known there alone: a unit that is run again simply draws again.
pub fn new_id(at_ms: i64) -> i64 {
    ids::compose(at_ms, rand::random())
}
