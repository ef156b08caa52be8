//! Texts that must not be seen in logs, errors or `config show`.

use std::fmt;

use serde::{Deserialize, Serialize, Serializer};
use url::Url;

/// What stands in place of a secret.
pub(super) const MASK: &str = "***";

/// A text that is shown and serialised as `***`, or as nothing when empty.
///
/// To compare it with what a client sent, compare hashes of both: `==` takes
/// longer the more characters agree.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// The text itself, for the one place that needs it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn masked(&self) -> &str {
        if self.0.is_empty() { "" } else { MASK }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.masked())
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.masked())
    }
}

/// The address of a database, shown and serialised without its password.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct StoreUrl(String);

impl StoreUrl {
    /// The address with its password, for the one place that connects.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether the store is SQLite in the data directory.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Masks the password, and the values of a query, where drivers take
    /// passwords too. What is no URL may be all secret.
    fn masked(&self) -> String {
        if self.0.is_empty() {
            return String::new();
        }
        let Ok(mut url) = Url::parse(&self.0) else {
            return MASK.to_owned();
        };
        if url.password().is_some() && url.set_password(Some(MASK)).is_err() {
            return MASK.to_owned();
        }
        if url.query().is_some() {
            url.set_query(Some(MASK));
        }
        url.into()
    }
}

impl fmt::Debug for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.masked())
    }
}

impl Serialize for StoreUrl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.masked())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secret_is_masked_unless_empty() {
        assert_eq!(format!("{:?}", Secret("tick".into())), "\"***\"");
        assert_eq!(format!("{:?}", Secret::default()), "\"\"");
    }

    #[test]
    fn store_url_loses_password_and_query() {
        let shown = |url: &str| StoreUrl(url.into()).masked();
        assert_eq!(
            shown("postgres://me:tick@db.example:5432/forum?password=tick"),
            "postgres://me:***@db.example:5432/forum?***"
        );
        assert_eq!(shown("postgres://me@db/forum"), "postgres://me@db/forum");
        assert_eq!(shown("host=db password=tick"), "***");
        assert_eq!(shown(""), "");
    }
}
