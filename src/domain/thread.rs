//! Threads: the comments under one article, and what the thread's state forbids.

use super::flag::words;
use super::ids::{SiteId, ThreadId};
use super::sanction::WHOLE_SERVER;

words! {
    /// Whether a thread takes anything new.
    ThreadState {
        /// Everything goes.
        Open "open",
        /// No posts, edits or votes; flags still.
        Locked "locked",
        /// Nothing at all.
        Archived "archived",
    }
}

/// Slow mode may ask for at most this pause between two posts of one person, in seconds.
pub const SLOW_MODE_MAX_S: i64 = 86_400;

/// A site as anybody may see it.
#[derive(Clone, Debug)]
pub struct Site {
    /// Its id.
    pub id: SiteId,
    /// Its name in addresses.
    pub key: String,
    /// Its name for people.
    pub title: String,
    /// Whether threads are born only by a moderator's PUT.
    pub explicit_threads: bool,
    /// Where its rules can be read.
    pub policy_url: Option<String>,
}

impl Site {
    /// What stands for the whole server, where something is laid on people everywhere.
    pub fn whole_server() -> Site {
        let (key, title) = ("server".to_owned(), "All sites".to_owned());
        Site { id: WHOLE_SERVER, key, title, explicit_threads: false, policy_url: None }
    }
}

/// The comments under one article.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thread {
    /// Its id.
    pub id: ThreadId,
    /// Its site.
    pub site_id: SiteId,
    /// Its name in addresses, see [`is_key`].
    pub key: String,
    /// The article's title.
    pub title: Option<String>,
    /// The article's address.
    pub url: Option<String>,
    /// Whether it takes anything new.
    pub state: ThreadState,
    /// Whether readers' posts wait for a moderator.
    pub premoderation: bool,
    /// The pause between two posts of one person, in seconds; 0 is none.
    pub slow_mode_s: i64,
    /// Ordinals given to roots so far.
    pub root_count: i64,
    /// Roots a reader can see.
    pub visible_roots: i64,
    /// Published comments at any depth.
    pub published_count: i64,
    /// Moves with whatever changes an anonymous page, save names, badges and presence.
    pub version: i64,
    /// When it was born, in milliseconds since 1970.
    pub created_ms: i64,
}

/// Whether `key` may name a thread: 1 to 200 of `A–Z a–z 0–9 . _ ~ -`.
pub fn is_key(key: &str) -> bool {
    (1..=200).contains(&key.len())
        && key.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'~' | b'-'))
}

/// Whether `key` may name a site: 1 to 64 of `a–z 0–9 _ -`, starting with a letter or digit.
pub fn is_site_key(key: &str) -> bool {
    (1..=64).contains(&key.len())
        && key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'-'))
        && key.starts_with(|c: char| c.is_ascii_alphanumeric())
}

/// Most characters of a site's title.
pub const SITE_TITLE_MAX_CHARS: usize = 200;

/// Whether `title` may be a site's: one line, not blank, of [`SITE_TITLE_MAX_CHARS`] at most.
pub fn is_site_title(title: &str) -> bool {
    let is_shown = title.chars().any(|c| !c.is_whitespace()) && !title.contains(char::is_control);
    is_shown && title.chars().nth(SITE_TITLE_MAX_CHARS).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thread_keys() {
        for right in ["a", "2020-11_a.b~c", &"k".repeat(200)] {
            assert!(is_key(right), "{right}");
        }
        for wrong in ["", "a/b", "a b", "ä", &"k".repeat(201)] {
            assert!(!is_key(wrong), "{wrong}");
        }
    }
}
