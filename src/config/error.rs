//! What can be wrong with settings, said so that it can be mended at once.
//!
//! Values of secrets are never part of a message; `layers` sees to that.

use std::fmt;
use std::path::PathBuf;

/// Where a setting came from. Later ones win.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Layer {
    /// `config/default.toml`, part of the binary.
    Defaults,
    /// The file given with `--config`.
    File(PathBuf),
    /// An environment variable, by its name.
    Variable(String),
    /// A `--set KEY=VALUE`.
    Set,
}

impl fmt::Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Defaults => f.write_str("config/default.toml"),
            Self::File(path) => write!(f, "settings file {}", path.display()),
            Self::Variable(name) => write!(f, "environment variable {name}"),
            Self::Set => f.write_str("--set"),
        }
    }
}

/// Why the settings were refused.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file is not there, may not be read, or is not UTF-8.
    #[error("cannot read the settings file {}", path.display())]
    Unreadable {
        /// The file asked for.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is not TOML. The line itself is not shown: it may hold a secret.
    #[error("{layer}, line {line}, column {column}: {message}")]
    Syntax {
        /// Which text it was.
        layer: Layer,
        /// Counted from 1.
        line: usize,
        /// In characters, counted from 1.
        column: usize,
        /// What the TOML reader expected.
        message: String,
    },
    /// A key that does not exist.
    #[error("{layer}: there is no setting `{key}`; {hint}")]
    UnknownKey {
        /// Where it was met.
        layer: Layer,
        /// As written.
        key: String,
        /// What was perhaps meant, else what there is.
        hint: String,
    },
    /// A value of the wrong type, or out of its range.
    #[error("{layer}: `{key}` cannot be {given}; allowed is {allowed}")]
    WrongValue {
        /// Where it was met.
        layer: Layer,
        /// Section and key, with a point between.
        key: &'static str,
        /// The value as written, shortened; a secret is only called so.
        given: String,
        /// What the key takes.
        allowed: String,
    },
    /// A `--set` without `=`.
    #[error("--set {start}: write KEY=VALUE, such as log.level=debug")]
    NotAssignment {
        /// What could be a key at its start; the rest may be a secret.
        start: String,
    },
    /// The rules let a value through that its type does not hold: a defect.
    #[error("the settings disagree with their own types at `{key}`: {message}")]
    Mismatch {
        /// Section and key.
        key: String,
        /// What the type expected.
        message: String,
    },
}
