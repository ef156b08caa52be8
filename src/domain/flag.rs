//! Flags: why a reader thinks a moderator should look.

use serde::{Deserialize, Serialize};

use super::ids::{CommentId, DecisionId, FlagId, UserId};

// `$word` is a `tt`, since derives of other crates do not look into a `literal`
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident $word:tt),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $word)] $variant),+ }

        impl $name {
            /// Every value, in the order of the contract.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            /// The word that is stored and sent.
            pub fn as_str(self) -> &'static str {
                match self { $($name::$variant => $word),+ }
            }

            /// Reads a stored or sent word.
            pub fn parse(word: &str) -> Option<$name> {
                match word { $($word => Some($name::$variant),)+ _ => None }
            }
        }
    };
}
pub(crate) use words;

words! {
    /// Why a comment was flagged; a moderator's reason is one of these or a broken rule.
    Reason {
        /// Advertising, links, repetition.
        Spam "spam",
        /// Attacks on a person.
        Harassment "harassment",
        /// Attacks on a group.
        Hate "hate",
        /// Threats or praise of violence.
        Violence "violence",
        /// Sexual content.
        Sexual "sexual",
        /// False claims of fact.
        Misinformation "misinformation",
        /// Nothing to do with the article.
        OffTopic "off_topic",
        /// Against the law.
        Illegal "illegal",
        /// Anything else, explained in the note.
        Other "other",
        /// Against the site's rules; for moderators, not for flags.
        RuleViolation "rule_violation",
    }
}

impl Reason {
    /// What readers may choose from.
    pub fn for_flags() -> impl Iterator<Item = Reason> {
        Reason::ALL.iter().copied().filter(|r| *r != Reason::RuleViolation)
    }

    /// How much one flag with this reason adds to a comment's priority in the queue.
    pub fn severity(self) -> i64 {
        match self {
            Reason::Illegal => 5,
            Reason::Violence | Reason::Hate => 4,
            Reason::Harassment | Reason::Sexual => 3,
            Reason::Spam | Reason::Misinformation => 2,
            Reason::OffTopic | Reason::Other | Reason::RuleViolation => 1,
        }
    }

    /// The bit that stands for this reason in a set of reasons.
    pub fn bit(self) -> i64 {
        1 << (self as i64)
    }
}

words! {
    /// What became of a flag.
    FlagState {
        /// Nobody has looked yet.
        Open "open",
        /// A moderator agreed.
        Upheld "upheld",
        /// A moderator disagreed.
        Dismissed "dismissed",
        /// The reporter took it back.
        Withdrawn "withdrawn",
    }
}

/// A flag as its reporter sees it.
#[derive(Clone, Debug)]
pub struct Flag {
    /// Its id.
    pub id: FlagId,
    /// The flagged comment.
    pub comment_id: CommentId,
    /// Who flagged.
    pub user_id: UserId,
    /// Why.
    pub reason: Reason,
    /// The reporter's words, 1 to 500 characters.
    pub note: Option<String>,
    /// What became of it.
    pub state: FlagState,
    /// The decision that settled it.
    pub outcome: Option<Outcome>,
    /// When, in milliseconds since 1970.
    pub created_ms: i64,
}

/// How a flag was settled.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Outcome {
    /// The decision.
    pub decision_id: DecisionId,
    /// Its action.
    pub action: super::decision::Act,
    /// When, in milliseconds since 1970.
    pub at_ms: i64,
}
