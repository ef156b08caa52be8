//! Whether something read before is still what would be read now.
//!
//! One count goes up with every commit that matters; what can change notes the count of its last
//! change. A reader remembers the count from before it read: while nothing it depends on has
//! changed since, what it read is current. Memory is bounded, since threads share slots: a change
//! to one may make others look changed, never the other way round.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::domain::ids::ThreadId;
use crate::store::{Event, EventKind};

/// Slots for threads; 64 KiB.
const SLOTS: usize = 8_192;

/// A count from before something was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stamp(u64);

/// What a reader depends on beside names, badges and sites, which concern everybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A thread and all in it.
    Thread(ThreadId),
    /// That a thread is not born.
    Unborn,
}

/// See the module.
pub struct Stamps {
    count: AtomicU64,
    threads: Box<[AtomicU64]>,
    births: AtomicU64,
    everybody: AtomicU64,
}

impl Stamps {
    /// Nothing has changed yet.
    pub fn new() -> Stamps {
        let zero = AtomicU64::default;
        Stamps { count: zero(), threads: (0..SLOTS).map(|_| zero()).collect(), births: zero(), everybody: zero() }
    }

    /// The count, to be taken before reading.
    pub fn now(&self) -> Stamp {
        Stamp(self.count.load(Ordering::SeqCst))
    }

    /// Whether nothing of `source` has changed since then.
    pub fn is_current(&self, source: Source, since: Stamp) -> bool {
        let changed = match source {
            Source::Thread(thread) => self.slot(thread),
            Source::Unborn => &self.births,
        };
        changed.load(Ordering::SeqCst) <= since.0 && self.names_are_current(since)
    }

    /// Whether no name, badge or site has changed since then.
    pub fn names_are_current(&self, since: Stamp) -> bool {
        self.everybody.load(Ordering::SeqCst) <= since.0
    }

    /// Takes in what was committed, before it is acknowledged.
    pub fn apply(&self, events: &[Event]) {
        // counted first: who reads the new count starts after the commit and sees all of it
        let count = self.count.fetch_add(1, Ordering::SeqCst) + 1;
        for event in events {
            match event.kind {
                EventKind::UserChanged | EventKind::RolesChanged | EventKind::SiteChanged => {
                    self.everybody.fetch_max(count, Ordering::SeqCst);
                }
                EventKind::SessionEnded | EventKind::SanctionsChanged => {}
                _ => {
                    if let Some((thread, version)) = event.thread {
                        self.slot(thread).fetch_max(count, Ordering::SeqCst);
                        if version <= 1 {
                            self.births.fetch_max(count, Ordering::SeqCst);
                        }
                    }
                }
            }
        }
    }

    /// Nothing that was read before is current.
    pub fn lose_all(&self) {
        let count = self.count.fetch_add(1, Ordering::SeqCst) + 1;
        // what stands here is asked whatever was read
        self.everybody.fetch_max(count, Ordering::SeqCst);
    }

    fn slot(&self, thread: ThreadId) -> &AtomicU64 {
        // ids hold time and chance: multiplying spreads both over the high bits (Fibonacci hashing)
        let spread = thread.0.unsigned_abs().wrapping_mul(0x9e37_79b9_7f4a_7c15);
        &self.threads[(spread >> 32) as usize % SLOTS]
    }
}

impl Default for Stamps {
    fn default() -> Stamps {
        Stamps::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(kind: EventKind, thread: Option<(i64, i64)>) -> Event {
        Event {
            seq: 1,
            at_ms: 0,
            kind,
            thread: thread.map(|(id, version)| (ThreadId(id), version)),
            comment_id: None,
            user_id: None,
            session_id: None,
            detail: None,
        }
    }

    #[test]
    fn only_what_changed_is_out_of_date() {
        let stamps = Stamps::new();
        let (one, two) = (Source::Thread(ThreadId(1)), Source::Thread(ThreadId(2)));
        let before = stamps.now();
        stamps.apply(&[event(EventKind::CommentEdited, Some((1, 7)))]);
        assert!(!stamps.is_current(one, before) && stamps.is_current(two, before));
        assert!(stamps.is_current(Source::Unborn, before) && stamps.is_current(one, stamps.now()));
        stamps.apply(&[event(EventKind::CommentCreated, Some((2, 1)))]);
        assert!(!stamps.is_current(two, before) && !stamps.is_current(Source::Unborn, before));
    }

    #[test]
    fn a_name_concerns_everybody_and_an_ended_session_nobody() {
        let stamps = Stamps::new();
        let (one, before) = (Source::Thread(ThreadId(1)), stamps.now());
        stamps.apply(&[event(EventKind::SessionEnded, None)]);
        assert!(stamps.is_current(one, before));
        stamps.apply(&[event(EventKind::UserChanged, None)]);
        assert!(!stamps.is_current(one, before) && !stamps.names_are_current(before));
    }
}
