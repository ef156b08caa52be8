//! Comments: their states, what one of them holds, and how much of it whom is shown.

use thiserror::Error;

use super::decision::Disposition;
use super::flag::words;
use super::ids::{CommentId, SiteId, ThreadId, UserId};
use super::path::Path;
use super::user::User;

words! {
    /// Where a comment stands.
    State {
        /// Everybody reads it.
        Published "published",
        /// It waits for a moderator.
        Held "held",
        /// A moderator or a rule took it from the page.
        Hidden "hidden",
        /// Its author took it back.
        Deleted "deleted",
    }
}

words! {
    /// Who took a comment from the page.
    Remover {
        /// Its author.
        Author "author",
        /// A moderator.
        Moderator "moderator",
        /// A rule of the site.
        Rule "rule",
    }
}

/// The longest body, in Unicode scalar values.
pub const BODY_CHARS_MAX: usize = 10_000;

/// A body of 1 to [`BODY_CHARS_MAX`] characters, not blank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Body(String);

/// Why a text is no body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum BodyError {
    /// Nothing but blanks.
    #[error("write something")]
    Empty,
    /// More than the limit, which is given.
    #[error("at most {0} characters")]
    TooLong(usize),
    /// U+0000 cannot be kept as text by every store.
    #[error("the character U+0000 is not allowed")]
    Nul,
}

impl Body {
    /// Checks a text as it came; nothing is trimmed. `chars_max` is the site's limit.
    ///
    /// # Errors
    /// [`BodyError`] says what is wrong.
    pub fn parse(text: String, chars_max: usize) -> Result<Body, BodyError> {
        let limit = chars_max.min(BODY_CHARS_MAX);
        if text.chars().all(char::is_whitespace) {
            Err(BodyError::Empty)
        } else if text.chars().count() > limit {
            Err(BodyError::TooLong(limit))
        } else if text.contains('\0') {
            Err(BodyError::Nul)
        } else {
            Ok(Body(text))
        }
    }

    /// The text as it was sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// One comment with all that is kept of it.
#[derive(Clone, Debug)]
pub struct Comment {
    /// Its id.
    pub id: CommentId,
    /// Its site.
    pub site_id: SiteId,
    /// Its thread.
    pub thread_id: ThreadId,
    /// What it replies to.
    pub parent_id: Option<CommentId>,
    /// Its place among its siblings, from 1, given once.
    pub ordinal: i64,
    /// Its place in the tree.
    pub path: Path,
    /// Its author; none once they are forgotten.
    pub author: Option<User>,
    /// State, lock and pin, and the decisions behind them.
    pub disposition: Disposition,
    /// Its text as it was sent; empty once erased.
    pub body: String,
    /// Its text as rendered at write.
    pub body_html: String,
    /// When it was posted, in milliseconds since 1970.
    pub created_ms: i64,
    /// When its text last changed, in milliseconds since 1970.
    pub edited_ms: Option<i64>,
    /// Moves with body, state, lock and pin only; from 1.
    pub version: i64,
    /// Votes of +1.
    pub up: i64,
    /// Votes of −1.
    pub down: i64,
    /// Published direct replies.
    pub reply_count: i64,
    /// Direct replies a reader can see, tombstones too.
    pub visible_children: i64,
}

impl Comment {
    /// `up − down`.
    pub fn score(&self) -> i64 {
        self.up - self.down
    }

    /// Where it stands.
    pub fn state(&self) -> State {
        self.disposition.state
    }

    /// Whether readers see it, be it as a tombstone.
    pub fn is_visible(&self) -> bool {
        self.state() == State::Published || self.visible_children > 0
    }

    /// Whether `user` wrote it.
    pub fn is_by(&self, user: UserId) -> bool {
        self.author.as_ref().is_some_and(|author| author.id == user)
    }
}

/// Who looks at a comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Viewer {
    /// Anybody.
    Public,
    /// Its author.
    Author,
    /// A moderator of its site.
    Moderator,
}

/// How much of a comment a viewer is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// All of it.
    Whole,
    /// That it was there, by whom it was taken away, and why.
    Tombstone,
}

/// What `viewer` may see of a comment in `state`; none: as if it were not there.
///
/// A tombstone stands only while it holds up something visible (`holds_up`). The author of a
/// hidden or held comment sees it whole, always; a deleted text is for moderators only.
pub fn shown(state: State, holds_up: bool, viewer: Viewer) -> Option<Shown> {
    match (state, viewer) {
        (State::Published, _) | (_, Viewer::Moderator) => Some(Shown::Whole),
        (State::Held | State::Hidden, Viewer::Author) => Some(Shown::Whole),
        (State::Deleted, Viewer::Author) => Some(Shown::Tombstone),
        (_, Viewer::Public) if holds_up => Some(Shown::Tombstone),
        (_, Viewer::Public) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_published_texts_is_public() {
        for state in State::ALL {
            for holds_up in [true, false] {
                let seen = shown(*state, holds_up, Viewer::Public);
                let expected = match (state, holds_up) {
                    (State::Published, _) => Some(Shown::Whole),
                    (_, true) => Some(Shown::Tombstone),
                    (_, false) => None,
                };
                assert_eq!(seen, expected);
                assert_eq!(shown(*state, holds_up, Viewer::Moderator), Some(Shown::Whole));
            }
        }
        assert_eq!(shown(State::Hidden, false, Viewer::Author), Some(Shown::Whole));
        assert_eq!(shown(State::Deleted, false, Viewer::Author), Some(Shown::Tombstone));
    }

    #[test]
    fn bodies() {
        assert_eq!(Body::parse(" \n\u{3000}".into(), 10), Err(BodyError::Empty));
        assert_eq!(Body::parse("äöü".into(), 3).unwrap().as_str(), "äöü");
        assert_eq!(Body::parse("äöüß".into(), 3), Err(BodyError::TooLong(3)));
        assert_eq!(Body::parse("x".repeat(10_001), 20_000), Err(BodyError::TooLong(10_000)));
        assert_eq!(Body::parse("a\0b".into(), 10), Err(BodyError::Nul));
    }
}
