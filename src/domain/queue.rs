//! The moderators' queue: what waits, what is looked at first, and what a moderator can ask for.
//!
//! Three bands: legal notices, by the time they are due; what as good as certainly breaks the rules
//! (`scoring::SURE`); the rest. Inside a band by priority: the probability times the severity, half
//! of that where readers do not see it, and 0.02 for each hour of waiting, so that nothing starves.

use super::flag::{Reason, words};
use super::ids::{ThreadId, UserId};
use super::scoring::{Odds, SURE};
use super::time::HOUR_MS;

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

/// What an hour of waiting adds to the priority.
pub const PER_HOUR: f64 = 0.02;
/// What of its priority a comment keeps that readers do not see.
pub const UNSEEN: f64 = 0.5;
/// An hour in milliseconds.
/// A rank counts in billionths of priority: an hour of waiting is 20,000,000 of them, so that even
/// a millisecond tells.
const UNIT: f64 = 1e9;
/// A band holds every rank that any time to come gives.
const BAND: i64 = 1_000_000_000_000_000;

/// The open flags of a comment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OpenFlags {
    /// How many there are with each reason; none without any.
    pub counts: Vec<(Reason, i64)>,
    /// When the first was made, in milliseconds since 1970.
    pub first_ms: Option<i64>,
}

/// The open notices on a comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenNotices {
    /// When the first was given, in milliseconds since 1970.
    pub first_ms: i64,
    /// Until when that one is to be decided, in milliseconds since 1970.
    pub due_ms: i64,
    /// What they are about.
    pub categories: Vec<Reason>,
}

/// Everything by which a comment may wait.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Its open flags.
    pub flags: OpenFlags,
    /// Its open notices, if any.
    pub notices: Option<OpenNotices>,
    /// Since when it is held, in milliseconds since 1970.
    pub held_since_ms: Option<i64>,
    /// When it was drawn for the sample, in milliseconds since 1970, while that is open.
    pub drawn_ms: Option<i64>,
    /// Whether readers see it.
    pub is_visible: bool,
}

impl Facts {
    /// Since when it waits, in milliseconds since 1970; none: nothing waits.
    pub fn first_ms(&self) -> Option<i64> {
        let noticed = self.notices.as_ref().map(|notices| notices.first_ms);
        [self.flags.first_ms, noticed, self.held_since_ms, self.drawn_ms].into_iter().flatten().min()
    }
}

/// Why and since when a comment waits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    /// It has open flags.
    pub flagged: bool,
    /// It is held.
    pub held: bool,
    /// It has open notices.
    pub notice: bool,
    /// It was drawn for the sample.
    pub sample: bool,
    /// The reasons of its open flags and notices, a bit each ([`Reason::bit`]).
    pub reasons: i64,
    /// The parts of its score, as of the last time anything happened to it.
    pub odds: Odds,
    /// Whether readers see it meanwhile.
    pub is_visible: bool,
    /// Since when, in milliseconds since 1970.
    pub first_ms: i64,
    /// Until when its notice is to be decided, in milliseconds since 1970.
    pub due_ms: Option<i64>,
}

/// Sums up what waits on one comment. None: nothing does.
pub fn waiting(facts: &Facts, odds: Odds) -> Option<Waiting> {
    let first_ms = facts.first_ms()?;
    let flagged = facts.flags.counts.iter().map(|(reason, _)| *reason);
    let noticed = facts.notices.iter().flat_map(|notices| notices.categories.iter().copied());
    Some(Waiting {
        flagged: !facts.flags.counts.is_empty(),
        held: facts.held_since_ms.is_some(),
        notice: facts.notices.is_some(),
        sample: facts.drawn_ms.is_some(),
        reasons: flagged.chain(noticed).fold(0, |set, reason| set | reason.bit()),
        odds,
        is_visible: facts.is_visible,
        first_ms,
        due_ms: facts.notices.as_ref().map(|notices| notices.due_ms),
    })
}

impl Waiting {
    /// The worst that is said of it: the severity of its gravest reason, 1 without any.
    pub fn severity(&self) -> i64 {
        let said = Reason::ALL.iter().filter(|reason| self.reasons & reason.bit() != 0);
        said.map(|reason| reason.severity()).max().unwrap_or(1)
    }

    /// Which band it stands in: 0 to 2, 0 is looked at first.
    pub fn band(&self) -> i64 {
        match self.due_ms {
            Some(_) => 0,
            None if self.odds.probability() >= SURE => 1,
            None => 2,
        }
    }

    /// What its priority is but for the waiting.
    pub fn weight(&self) -> f64 {
        let seen = if self.is_visible { 1.0 } else { UNSEEN };
        self.odds.probability() * self.severity() as f64 * seen
    }

    /// What waiting until `now_ms` adds to the priority.
    pub fn patience(&self, now_ms: i64) -> f64 {
        (now_ms - self.first_ms).max(0) as f64 / HOUR_MS as f64 * PER_HOUR
    }

    /// Its place in the queue's order; lower is first. Time adds to everybody's priority at the
    /// same rate, so that the order never changes with it: in place of the hours waited, which grow
    /// with every look, the rank has the hour it began, and no row is written as time passes.
    pub fn rank(&self) -> i64 {
        let within = match self.due_ms {
            Some(due_ms) => due_ms,
            // 0.02 an hour are 50/9 billionths a millisecond
            None => self.first_ms * 50 / 9 - (self.weight() * UNIT).round() as i64,
        };
        self.band() * BAND + within
    }
}

/// What a moderator asks for of a site's queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueueFilter {
    /// Of which kind.
    pub kind: QueueKind,
    /// With an open flag or notice of that reason.
    pub reason: Option<Reason>,
    /// In that thread.
    pub thread: Option<ThreadId>,
    /// By that author.
    pub author: Option<UserId>,
    /// Waiting since then or later, in milliseconds since 1970.
    pub from_ms: Option<i64>,
    /// Waiting since before then, in milliseconds since 1970.
    pub to_ms: Option<i64>,
}

impl QueueFilter {
    /// Everything of a kind.
    pub fn of(kind: QueueKind) -> QueueFilter {
        QueueFilter { kind, reason: None, thread: None, author: None, from_ms: None, to_ms: None }
    }

    /// The shortest list that holds all of it; what else is asked is looked at item by item.
    pub fn list(&self) -> String {
        match (self.author, self.thread, self.reason) {
            (Some(author), ..) => of_author(author),
            (None, Some(thread), _) => of_thread(thread),
            (None, None, Some(reason)) => of_reason(reason),
            (None, None, None) => self.kind.as_str().to_owned(),
        }
    }

    /// Whether it is met by an item in a thread and by an author.
    pub fn takes(&self, waiting: &Waiting, thread: ThreadId, author: Option<UserId>) -> bool {
        let of_kind = match self.kind {
            QueueKind::All => true,
            QueueKind::Flagged => waiting.flagged,
            QueueKind::Held => waiting.held,
            QueueKind::Notice => waiting.notice,
            QueueKind::Sample => waiting.sample,
        };
        of_kind
            && self.reason.is_none_or(|reason| waiting.reasons & reason.bit() != 0)
            && self.thread.is_none_or(|asked| asked == thread)
            && self.author.is_none_or(|asked| Some(asked) == author)
            && self.from_ms.is_none_or(|from_ms| waiting.first_ms >= from_ms)
            && self.to_ms.is_none_or(|to_ms| waiting.first_ms < to_ms)
    }
}

fn of_author(author: UserId) -> String {
    format!("author:{author}")
}

fn of_thread(thread: ThreadId) -> String {
    format!("thread:{thread}")
}

fn of_reason(reason: Reason) -> String {
    format!("reason:{}", reason.as_str())
}

/// Every list that something waiting stands in.
pub fn lists(waiting: &Waiting, thread: ThreadId, author: Option<UserId>) -> Vec<String> {
    let kinds = [
        (QueueKind::All, true),
        (QueueKind::Flagged, waiting.flagged),
        (QueueKind::Held, waiting.held),
        (QueueKind::Notice, waiting.notice),
        (QueueKind::Sample, waiting.sample),
    ];
    let kinds = kinds.into_iter().filter(|(_, stands)| *stands).map(|(kind, _)| kind.as_str().to_owned());
    let reasons = Reason::ALL.iter().copied().filter(|reason| waiting.reasons & reason.bit() != 0).map(of_reason);
    kinds.chain(reasons).chain(author.map(of_author)).chain([of_thread(thread)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW_MS: i64 = 1_764_000_000_000;
    /// A first flag of an unproven reader on a newcomer's comment.
    const ODDS: Odds = Odds { base: -2_442, author: 500, flags: 1_221 };

    fn facts(counts: &[(Reason, i64)], held_since_ms: Option<i64>) -> Facts {
        let first_ms = (!counts.is_empty()).then_some(10);
        let flags = OpenFlags { counts: counts.to_vec(), first_ms };
        Facts { flags, held_since_ms, is_visible: held_since_ms.is_none(), ..Facts::default() }
    }

    fn noticed(first_ms: i64, due_ms: i64) -> Facts {
        let categories = vec![Reason::Illegal];
        Facts { notices: Some(OpenNotices { first_ms, due_ms, categories }), is_visible: true, ..Facts::default() }
    }

    #[test]
    fn parts_make_the_priority() {
        assert_eq!(waiting(&Facts::default(), ODDS), None);
        let both = waiting(&facts(&[(Reason::Hate, 1), (Reason::Spam, 3)], Some(30)), ODDS).unwrap();
        assert_eq!((both.first_ms, both.flagged, both.held, both.notice, both.sample), (10, true, true, false, false));
        assert_eq!((both.reasons, both.severity()), (Reason::Hate.bit() | Reason::Spam.bit(), 4));
        let p = ODDS.probability();
        assert!((both.weight() - p * 4.0 * 0.5).abs() < 1e-9);
        assert!((both.patience(10 + 7_200_000) - 0.04).abs() < 1e-9);
        let plain = waiting(&facts(&[], Some(30)), Odds::default()).unwrap();
        assert_eq!((plain.severity(), plain.weight()), (1, 0.25));
    }

    #[test]
    fn bands_come_before_priorities() {
        let of = |facts: &Facts, odds| waiting(facts, odds).unwrap();
        let sure = Odds { flags: 9_000, ..ODDS };
        let grave = of(&facts(&[(Reason::Illegal, 9)], None), sure);
        let mild = of(&facts(&[(Reason::OffTopic, 1)], None), ODDS);
        let (early, late) = (of(&noticed(NOW_MS, NOW_MS + 1), ODDS), of(&noticed(0, NOW_MS + 2), sure));
        assert_eq!([grave.band(), mild.band(), early.band()], [1, 2, 0]);
        let mut ranks = [mild.rank(), late.rank(), grave.rank(), early.rank()];
        ranks.sort_unstable();
        assert_eq!(ranks, [early.rank(), late.rank(), grave.rank(), mild.rank()]);
    }

    #[test]
    fn stands_in_every_list_that_it_can_be_looked_for_in() {
        let both = waiting(&facts(&[(Reason::Spam, 1)], Some(30)), ODDS).unwrap();
        let (thread, author) = (ThreadId(7), Some(UserId(8)));
        assert_eq!(lists(&both, thread, author), ["all", "flagged", "held", "reason:spam", "author:8", "thread:7"]);
        let notice = waiting(&noticed(1, 2), ODDS).unwrap();
        assert_eq!(lists(&notice, thread, None), ["all", "notice", "reason:illegal", "thread:7"]);
        for kind in QueueKind::ALL {
            for reason in [None, Some(Reason::Spam), Some(Reason::Hate)] {
                for (asked_author, asked_thread) in
                    [(None, None), (author, None), (None, Some(thread)), (author, Some(thread))]
                {
                    let filter =
                        QueueFilter { reason, thread: asked_thread, author: asked_author, ..QueueFilter::of(*kind) };
                    let stands = lists(&both, thread, author).contains(&filter.list());
                    assert!(stands || !filter.takes(&both, thread, author), "{filter:?}");
                }
            }
        }
        let since = |from_ms, to_ms| QueueFilter { from_ms, to_ms, ..QueueFilter::of(QueueKind::All) };
        let takes = |filter: QueueFilter| filter.takes(&both, thread, author);
        assert!(takes(since(Some(10), Some(11))) && !takes(since(Some(11), None)) && !takes(since(None, Some(10))));
    }

    proptest! {
        /// The rank, which knows no hour of now, orders as the priority does at any.
        #[test]
        fn ranks_order_as_priorities_do(
            a in (-4_000i64..2_000, 0i64..200_000_000),
            b in (-4_000i64..2_000, 0i64..200_000_000),
            later_ms in 0i64..2_000_000_000,
        ) {
            let of = |(flags, ago_ms): (i64, i64)| {
                let odds = Odds { base: 0, author: 0, flags };
                let since = facts(&[(Reason::Hate, 1)], None);
                waiting(&since, odds).map(|w| Waiting { first_ms: NOW_MS - ago_ms, ..w }).unwrap()
            };
            let (a, b, now_ms) = (of(a), of(b), NOW_MS + later_ms);
            let priority = |w: &Waiting| w.weight() + w.patience(now_ms);
            // nearer than a millisecond's worth is a tie
            if (priority(&a) - priority(&b)).abs() > 1e-8 {
                prop_assert_eq!(a.rank() < b.rank(), priority(&a) > priority(&b));
            }
        }
    }
}
