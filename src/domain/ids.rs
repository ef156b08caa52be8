//! Identifiers: 64-bit, positive, ordered by the time of making.
//!
//! 41 bits of milliseconds since 1970 and 22 random bits (good until 2039; a clash on a key draws
//! again). Order within a thread comes from paths and ordinals, never from ids alone.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Composes an id from a time in milliseconds since 1970 and 22 random bits; higher bits of
/// `random` are ignored, a time before 1970 counts as 1970.
pub fn compose(created_ms: i64, random: u32) -> i64 {
    const TIME_BITS: i64 = (1 << 41) - 1;
    ((created_ms.max(0) & TIME_BITS) << 22) | i64::from(random & 0x3f_ffff)
}

/// The time an id was composed from, in milliseconds since 1970.
pub fn composed_ms(id: i64) -> i64 {
    id >> 22
}

/// Reads an id as the contract writes it: decimal digits without sign, blanks or leading zero.
pub fn parse(text: &str) -> Option<i64> {
    let canonical = text.len() <= 19 && text.bytes().all(|b| b.is_ascii_digit()) && !text.starts_with('0');
    if canonical { text.parse().ok() } else { None }
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = &'static str;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                parse(text).map(Self).ok_or("not an id: decimal digits expected")
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.collect_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(from)?;
                text.parse().map_err(de::Error::custom)
            }
        }
    )+};
}

ids! {
    /// A site: one publication with its threads, moderators and log chain.
    SiteId,
    /// A person who can sign in, or whose comments were imported.
    UserId,
    /// The comments under one article.
    ThreadId,
    /// One comment.
    CommentId,
    /// One reader's flag on one comment.
    FlagId,
    /// A notice of illegal content.
    NoticeId,
    /// One act of a moderator on one or many comments.
    DecisionId,
    /// What one decision did to one comment, as one person concerned sees it.
    EntryId,
    /// What one person concerned has against one entry.
    AppealId,
    /// One signed-in client of a person.
    SessionId,
    /// A moderator's lease on items of the queue.
    ClaimId,
    /// What a moderator laid on a person.
    SanctionId,
    /// What a moderator noted on a person.
    NoteId,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_by_time() {
        assert!(compose(1_000, 0x3f_ffff) < compose(1_001, 0));
        assert!(compose(-5, 7) >= 0);
        assert_eq!(composed_ms(compose(1_700_000_000_123, 0x3f_ffff)), 1_700_000_000_123);
    }

    #[test]
    fn only_canonical_decimals_are_ids() {
        assert_eq!(parse("42"), Some(42));
        for wrong in ["", "0", "042", "-1", "+1", "1 ", "9223372036854775808", "99999999999999999999", "٣"] {
            assert_eq!(parse(wrong), None, "{wrong:?}");
        }
    }
}
