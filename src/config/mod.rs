//! All settings, read and checked once, before anything else starts.
//!
//! This is the only room that knows the environment. What each key means, its
//! unit and its default stand in `config/default.toml`; what values a key takes
//! stands in `rules`; how the layers come together in `layers`. Choosing the
//! file and printing errors is left to `cli`.

mod error;
mod layers;
mod rules;
mod secret;
mod sections;
mod values;

use std::path::Path;

use serde::{Deserialize, Serialize};

pub use error::{ConfigError, Layer};
pub use secret::{Secret, StoreUrl};
pub use sections::{
    Auth, Cache, Comments, Limits, Live, Log, LogFormat, LogLevel, Metrics, Moderation, Presence, Server, Store,
};

use layers::Layers;

/// The text of `config/default.toml`: every key with its meaning and default.
pub const DEFAULTS: &str = include_str!("../../config/default.toml");

/// All settings in force, each value within its range.
///
/// `Debug` and [`Settings::show`] leave secrets out, so both may be logged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Where and how to serve.
    pub server: Server,
    /// The store and its threads.
    pub store: Store,
    /// Tokens, sign-ins, password hashing.
    pub auth: Auth,
    /// What authors may do, and for how long.
    pub comments: Comments,
    /// The moderators' desk.
    pub moderation: Moderation,
    /// Who counts as online.
    pub presence: Presence,
    /// How often one client may call.
    pub limits: Limits,
    /// Streams of what happens.
    pub live: Live,
    /// Kept answers, here and in shared caches.
    pub cache: Cache,
    /// What is logged, and how.
    pub log: Log,
    /// Who may read the figures.
    pub metrics: Metrics,
}

impl Settings {
    /// Reads the settings: defaults, then `file`, then the variables
    /// `UNDERSTORY_<SECTION>_<KEY>` of `env`, then the `KEY=VALUE` of `sets`.
    ///
    /// Variables without the prefix are passed over. In a variable and in a set
    /// the value of a text is taken as it stands; numbers, switches and lists
    /// are TOML, and a list may also be items with commas between.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] names the key, the layer it came from and what is
    /// allowed; the first fault found ends the reading.
    pub fn load(
        file: Option<&Path>,
        env: impl Iterator<Item = (String, String)>,
        sets: &[String],
    ) -> Result<Self, ConfigError> {
        let mut layers = Layers::new()?;
        if let Some(path) = file {
            layers.add_file(path)?;
        }
        for (name, value) in env {
            layers.add_variable(&name, &value)?;
        }
        for set in sets {
            layers.add_set(set)?;
        }
        layers.finish()
    }

    /// The settings in force as TOML, secrets shown as `***`.
    #[must_use]
    pub fn show(&self) -> String {
        toml::to_string(self).expect("invariant: sections hold only what TOML can say")
    }
}

impl Default for Settings {
    /// What `config/default.toml` says, without any other layer.
    fn default() -> Self {
        Self::load(None, std::iter::empty(), &[]).expect("invariant: a test reads config/default.toml")
    }
}

/// The process's environment, for [`Settings::load`]; the one place that reads it.
///
/// Bytes that are not Unicode come as U+FFFD, which no setting takes, so that
/// such a variable is refused by name instead of ending the process as
/// `std::env::vars` would.
#[expect(clippy::disallowed_methods, reason = "the environment is read here so that nobody else needs to")]
pub fn environment() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os().map(|(name, value)| (name.to_string_lossy().into_owned(), value.to_string_lossy().into_owned()))
}

#[cfg(test)]
mod tests;
