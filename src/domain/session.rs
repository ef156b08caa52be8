//! Sessions, token scopes, and what may be done with a refresh token.

use super::flag::words;
use super::ids::{SessionId, UserId};

words! {
    /// What a session's tokens may do.
    Scope {
        /// Read and write as a reader, whoever holds it: for pages of other origins.
        Reader "reader",
        /// Whatever the person may do.
        Full "full",
    }
}

words! {
    /// How a session's tokens travel.
    Client {
        /// Access token in the answer, refresh token in a cookie.
        Browser "browser",
        /// Both tokens in the answer.
        Native "native",
        /// One HttpOnly cookie, no token that script could read.
        Console "console",
    }
}

/// One signed-in client.
#[derive(Clone, Debug)]
pub struct Session {
    /// Its id, in every token of it.
    pub id: SessionId,
    /// Whose.
    pub user_id: UserId,
    /// What its tokens may do; a refresh never widens it.
    pub scope: Scope,
    /// How its tokens travel.
    pub client: Client,
    /// The browser's or program's own name, at most 200 characters.
    pub agent: Option<String>,
    /// Start, in milliseconds since 1970.
    pub created_ms: i64,
    /// Last refresh, in milliseconds since 1970.
    pub used_ms: i64,
    /// The latest end, in milliseconds since 1970.
    pub expires_ms: i64,
    /// When it was ended, in milliseconds since 1970.
    pub ended_ms: Option<i64>,
}

/// A refresh token as it is kept.
#[derive(Clone, Copy, Debug)]
pub struct RefreshToken {
    /// Its session.
    pub session_id: SessionId,
    /// Made, in milliseconds since 1970.
    pub created_ms: i64,
    /// First used, in milliseconds since 1970.
    pub spent_ms: Option<i64>,
    /// How many tokens came from it.
    pub children: i64,
}

/// How long a spent refresh token may be used once more, because the answer was lost, in
/// milliseconds.
pub const RETRY_WINDOW_MS: i64 = 10_000;

/// What a presented refresh token is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rotation {
    /// A new token may be given.
    Rotate,
    /// It was used before and not by a lost answer: the whole family ends (RFC 9700, 4.14.2).
    Reused,
    /// Too old.
    Expired,
}

/// Judges a refresh token at `now_ms`; `idle_ms` is how long one lives unused.
pub fn rotation(token: &RefreshToken, now_ms: i64, idle_ms: i64) -> Rotation {
    match token.spent_ms {
        None if now_ms - token.created_ms > idle_ms => Rotation::Expired,
        None => Rotation::Rotate,
        Some(spent_ms) if token.children < 2 && now_ms - spent_ms <= RETRY_WINDOW_MS => Rotation::Rotate,
        Some(_) => Rotation::Reused,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spent_token_gives_one_more_child_within_ten_seconds() {
        let fresh = RefreshToken { session_id: SessionId(1), created_ms: 0, spent_ms: None, children: 0 };
        assert_eq!(rotation(&fresh, 5, 100), Rotation::Rotate);
        assert_eq!(rotation(&fresh, 101, 100), Rotation::Expired);
        let spent = RefreshToken { spent_ms: Some(50), children: 1, ..fresh };
        assert_eq!(rotation(&spent, 10_050, 100), Rotation::Rotate);
        assert_eq!(rotation(&spent, 10_051, 100), Rotation::Reused);
        assert_eq!(rotation(&RefreshToken { children: 2, ..spent }, 60, 100), Rotation::Reused);
    }
}
