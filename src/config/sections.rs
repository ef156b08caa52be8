//! The sections of the settings, as types.
//!
//! Ranges and defaults are not repeated here: they stand in
//! `config/default.toml` for people and in `rules` for the machine.

use std::net::SocketAddr;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use super::secret::{Secret, StoreUrl};

/// `[server]`: where and how to serve.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    /// Address and port to listen on; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The origin browsers see, in its canonical form without a final slash;
    /// empty when not set. See [`Server::public_origin`].
    pub public_url: String,
    /// Peers whose forwarding headers are believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Threads that serve; 0 leaves it to [`Server::worker_threads`].
    pub workers: usize,
    /// Seconds that running requests get when the service stops.
    pub shutdown_s: u64,
    /// Seconds for a client to send the head of a request.
    pub client_timeout_s: u64,
}

impl Server {
    /// The origin browsers see, such as `https://comments.example.org`; none
    /// when it follows from the address listened on.
    #[must_use]
    pub fn public_origin(&self) -> Option<&str> {
        Some(self.public_url.as_str()).filter(|origin| !origin.is_empty())
    }

    /// Threads that serve on a machine of so many cores, at least one.
    #[must_use]
    pub fn worker_threads(&self, cores: usize) -> usize {
        or_else(self.workers, cores.max(1))
    }
}

/// `[store]`: the database and the threads around it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Store {
    /// Empty: SQLite in the data directory.
    pub url: StoreUrl,
    /// Threads that read; 0 leaves it to [`Store::reader_threads`].
    pub readers: usize,
    /// Units that may wait, before 503.
    pub queue: usize,
    /// Milliseconds to wait for another process that writes.
    pub busy_timeout_ms: u64,
}

impl Store {
    /// Threads that read on a machine of so many cores, at least two unless set.
    #[must_use]
    pub fn reader_threads(&self, cores: usize) -> usize {
        or_else(self.readers, cores.max(2))
    }
}

/// `[auth]`: tokens, sign-ins, password hashing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Auth {
    /// Seconds an access token is good for.
    pub access_ttl_s: u64,
    /// Seconds without use after which a sign-in ends.
    pub refresh_idle_s: u64,
    /// Seconds after which a sign-in ends in any case.
    pub session_max_s: u64,
    /// The same for the console.
    pub console_max_s: u64,
    /// Threads that hash; 0 leaves it to [`Auth::hashing_threads`].
    pub hash_threads: usize,
    /// Passwords that may wait, before 503.
    pub hash_queue: usize,
}

impl Auth {
    /// Threads that hash on a machine of so many cores: one core is left for
    /// answering, since a hash keeps its core busy for 13 ms and more.
    #[must_use]
    pub fn hashing_threads(&self, cores: usize) -> usize {
        or_else(self.hash_threads, cores.saturating_sub(1).max(1))
    }
}

/// `[comments]`: what authors may do, and for how long.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Comments {
    /// Seconds for which an author may edit; 0 is never.
    pub edit_window_s: u64,
    /// Days a deleted text is kept for moderators.
    pub deleted_text_days: u64,
    /// Unicode scalar values a body may have.
    pub body_max_chars: usize,
}

/// `[moderation]`: the moderators' desk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Moderation {
    /// Seconds for which a claim holds, unless it says so itself.
    pub lease_s: u64,
    /// Of 1,000 comments published unseen, how many moderators are shown.
    pub sample_per_mille: u64,
    /// Seconds within which a notice is to be decided.
    pub notice_due_s: u64,
    /// Whether a notice needs a name and an address, save where the law exempts.
    pub notice_contact_required: bool,
    /// Days after the outcome for which it is kept who gave a notice.
    pub notice_contact_days: u64,
    /// Days within which an appeal is to be decided.
    pub appeal_due_days: u64,
}

/// `[presence]`: who counts as online.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Presence {
    /// Seconds after the last request.
    pub online_s: u64,
    /// Seconds between two writes of who was seen.
    pub flush_s: u64,
}

/// `[limits]`: rates, never sizes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Whether any rate is bounded.
    pub enabled: bool,
    /// Reads a second, at least 1.
    pub read_per_s: u32,
    /// Writes a minute, at least 1.
    pub write_per_min: u32,
    /// Tries to sign in a minute, at least 1.
    pub sign_in_per_min: u32,
    /// New accounts an hour, at least 1.
    pub register_per_hour: u32,
}

/// `[live]`: streams of what happens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Live {
    /// Streams that may be open.
    pub connections_max: usize,
    /// Streams that one client may have open.
    pub connections_per_client: usize,
}

/// `[cache]`: kept answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cache {
    /// Whether rendered answers are kept here.
    pub enabled: bool,
    /// What they may take, in megabytes (10^6 bytes).
    pub size_mb: u64,
    /// `s-maxage` plus `stale-while-revalidate`, in seconds; 0 turns shared
    /// caching off.
    pub shared_s: u64,
}

impl Cache {
    /// Bytes that kept answers may take; none when nothing is to be kept.
    #[must_use]
    pub fn bytes(&self) -> Option<u64> {
        self.enabled.then(|| self.size_mb.saturating_mul(1_000_000))
    }
}

/// `[log]`: what is logged, and how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    /// The least weight that is logged.
    pub level: LogLevel,
    /// One JSON object a line, or text.
    pub format: LogFormat,
}

/// How weighty a line must be to be logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    /// What failed.
    Error,
    /// Also what may fail soon.
    Warn,
    /// Also each request and act.
    Info,
    /// Also how it was done.
    Debug,
    /// Everything.
    Trace,
}

impl LogLevel {
    /// The name, as `tracing` and the settings spell it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
            Self::Trace => "trace",
        }
    }
}

/// The shape of a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// One object a line, for machines.
    Json,
    /// For people at a terminal.
    Text,
}

/// `[metrics]`: who may read the figures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Metrics {
    /// The bearer token asked for; empty: loopback only.
    pub token: Secret,
}

/// The number set, or this one where 0 left it open.
fn or_else(set: usize, open: usize) -> usize {
    if set == 0 { open } else { set }
}
