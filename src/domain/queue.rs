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

/// The open flags of a comment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OpenFlags {
    /// How many there are with each reason; none without any.
    pub counts: Vec<(Reason, i64)>,
    /// When the first was made, in milliseconds since 1970.
    pub first_ms: Option<i64>,
}

/// Sums up what waits on one comment: its open flags and since when it is held. None: nothing
/// waits.
pub fn waiting(open: &OpenFlags, held_since_ms: Option<i64>) -> Option<Waiting> {
    let first_ms = open.first_ms.into_iter().chain(held_since_ms).min()?;
    let flags: i64 = open.counts.iter().map(|(reason, count)| reason.severity() * count).sum();
    Some(Waiting {
        flagged: !open.counts.is_empty(),
        held: held_since_ms.is_some(),
        reasons: open.counts.iter().fold(0, |set, (reason, _)| set | reason.bit()),
        priority: flags + held_since_ms.map_or(0, |_| HELD_POINTS),
        first_ms,
    })
}

/// The list that a queue page shows. With a reason, all that waits is what is flagged.
pub fn list(kind: QueueKind, reason: Option<Reason>) -> String {
    match (kind, reason) {
        (kind, None) => kind.as_str().to_owned(),
        (QueueKind::All, reason) => list(QueueKind::Flagged, reason),
        (kind, Some(reason)) => format!("{}:{}", kind.as_str(), reason.as_str()),
    }
}

/// Every list that something waiting stands in.
pub fn lists(waiting: &Waiting) -> Vec<String> {
    let reasons = || Reason::ALL.iter().copied().filter(|reason| waiting.reasons & reason.bit() != 0);
    let kinds = [(QueueKind::Flagged, waiting.flagged), (QueueKind::Held, waiting.held)];
    let mut lists = vec![list(QueueKind::All, None)];
    for (kind, _) in kinds.into_iter().filter(|(_, stands)| *stands) {
        lists.push(list(kind, None));
        lists.extend(reasons().map(|reason| list(kind, Some(reason))));
    }
    lists
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(counts: &[(Reason, i64)]) -> OpenFlags {
        OpenFlags { counts: counts.to_vec(), first_ms: (!counts.is_empty()).then_some(10) }
    }

    #[test]
    fn parts_add_up() {
        assert_eq!(waiting(&open(&[]), None), None);
        let both = waiting(&open(&[(Reason::Hate, 1), (Reason::Spam, 3)]), Some(30)).unwrap();
        assert_eq!((both.priority, both.first_ms, both.flagged, both.held), (4 + 3 * 2 + 2, 10, true, true));
        assert_eq!(both.reasons, Reason::Hate.bit() | Reason::Spam.bit());
        assert_eq!(waiting(&open(&[]), Some(30)).unwrap().priority, HELD_POINTS);
    }

    #[test]
    fn stands_in_every_list_that_it_can_be_looked_for_in() {
        let both = waiting(&open(&[(Reason::Spam, 1)]), Some(30)).unwrap();
        assert_eq!(lists(&both), ["all", "flagged", "flagged:spam", "held", "held:spam"]);
        assert_eq!(lists(&waiting(&open(&[]), Some(30)).unwrap()), ["all", "held"]);
        assert_eq!(list(QueueKind::All, Some(Reason::Spam)), "flagged:spam");
    }
}
