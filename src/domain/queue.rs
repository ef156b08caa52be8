//! The moderators' queue: what waits, and what is looked at first.
//!
//! The priority is a sum whose parts are shown beside it, so that a moderator can check it:
//! the severity of each open flag, and a constant for a held comment.

use super::flag::{Reason, words};

words! {
    /// What a queue page is asked for.
    QueueKind {
        /// Comments with an open flag.
        Flagged "flagged",
        /// Comments that wait for approval.
        Held "held",
        /// Legal notices.
        Notice "notice",
        /// The random sample for quality.
        Sample "sample",
        /// Everything that waits.
        All "all",
    }
}

/// What being held adds to the priority.
pub const HELD_POINTS: i64 = 2;

/// Why and since when a comment waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// It has open flags.
    pub flagged: bool,
    /// It is held.
    pub held: bool,
    /// The reasons of its open flags, a bit each ([`Reason::bit`]).
    pub reasons: i64,
    /// Higher is looked at first.
    pub priority: i64,
    /// Since when, in milliseconds since 1970.
    pub first_ms: i64,
}

/// Sums up what waits on one comment: its open flags (reason, time) and since when it is held.
/// None: nothing waits.
pub fn waiting(open: &[(Reason, i64)], held_since_ms: Option<i64>) -> Option<Waiting> {
    let first_ms = open.iter().map(|(_, at)| *at).chain(held_since_ms).min()?;
    let flags: i64 = open.iter().map(|(reason, _)| reason.severity()).sum();
    Some(Waiting {
        flagged: !open.is_empty(),
        held: held_since_ms.is_some(),
        reasons: open.iter().fold(0, |set, (reason, _)| set | reason.bit()),
        priority: flags + held_since_ms.map_or(0, |_| HELD_POINTS),
        first_ms,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_add_up() {
        assert_eq!(waiting(&[], None), None);
        let both = waiting(&[(Reason::Hate, 20), (Reason::Spam, 10)], Some(30)).unwrap();
        assert_eq!((both.priority, both.first_ms, both.flagged, both.held), (4 + 2 + 2, 10, true, true));
        assert_eq!(both.reasons, Reason::Hate.bit() | Reason::Spam.bit());
        assert_eq!(waiting(&[], Some(30)).unwrap().priority, HELD_POINTS);
    }
}
