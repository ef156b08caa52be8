//! Where units wait, and which of them go together.
//!
//! A unit names keys for what it contends for. While a writer works on a key, no other takes a unit
//! of it; and units that share a key keep their order. Readers and SQLite's one writer name none.

use std::collections::{HashSet, VecDeque};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::StoreError;

/// Units in one commit at the most, so that the first does not wait for ever.
const GROUP: usize = 256;

/// A unit with its keys.
pub struct Queued<U> {
    /// What it contends for, in order.
    pub keys: Vec<i64>,
    /// The unit.
    pub unit: U,
}

struct Inside<U> {
    waiting: VecDeque<Queued<U>>,
    held: HashSet<i64>,
    is_closed: bool,
}

/// A bounded line before some threads.
pub struct Line<U> {
    inside: Mutex<Inside<U>>,
    changed: Condvar,
    room: usize,
    threads: usize,
}

/// What a thread is to do next.
pub enum Next<U> {
    /// These units together, and then let the keys go.
    Group(Group<U>),
    /// Nothing came in time.
    Nothing,
    /// The store closes.
    Closed,
}

/// Units that go into one transaction.
pub struct Group<U> {
    /// The units, in the order they came.
    pub units: Vec<U>,
    /// All that they contend for, in order.
    pub keys: Vec<i64>,
}

impl<U> Line<U> {
    /// A line of `room` units before so many threads.
    pub fn new(room: usize, threads: usize) -> Line<U> {
        let inside = Inside { waiting: VecDeque::new(), held: HashSet::new(), is_closed: false };
        Line { inside: Mutex::new(inside), changed: Condvar::new(), room, threads }
    }

    /// Puts a unit at the end.
    ///
    /// # Errors
    /// [`StoreError::Overloaded`] when there is no room, [`StoreError::Closed`].
    pub fn push(&self, queued: Queued<U>) -> Result<(), StoreError> {
        let mut inside = self.lock();
        if inside.is_closed {
            return Err(StoreError::Closed);
        }
        if inside.waiting.len() >= self.room {
            return Err(StoreError::Overloaded);
        }
        inside.waiting.push_back(queued);
        drop(inside);
        self.changed.notify_one();
        Ok(())
    }

    /// Takes the first unit that can go, waiting for one, and as many that can go with it as are
    /// this thread's share.
    pub fn take(&self, most: usize, patience: Duration) -> Next<U> {
        let mut inside = self.lock();
        loop {
            let share = inside.waiting.len().div_ceil(self.threads).clamp(1, most.min(GROUP));
            let group = inside.group(share);
            if !group.units.is_empty() {
                let more = !inside.waiting.is_empty();
                drop(inside);
                if more {
                    self.changed.notify_one();
                }
                return Next::Group(group);
            }
            if inside.is_closed && inside.waiting.is_empty() {
                return Next::Closed;
            }
            let (again, waited) = self.changed.wait_timeout(inside, patience).unwrap_or_else(PoisonError::into_inner);
            inside = again;
            if waited.timed_out() {
                return Next::Nothing;
            }
        }
    }

    /// Takes one more unit that contends for nothing but these keys, if `so_far` leaves room.
    pub fn more(&self, keys: &[i64], so_far: usize) -> Option<U> {
        if so_far >= GROUP {
            return None;
        }
        let mut inside = self.lock();
        let mut passed: HashSet<i64> = HashSet::new();
        let fits = |passed: &HashSet<i64>, queued: &Queued<U>| {
            queued.keys.iter().all(|key| keys.binary_search(key).is_ok() && !passed.contains(key))
        };
        let mut found = None;
        for (at, queued) in inside.waiting.iter().enumerate() {
            if fits(&passed, queued) {
                found = Some(at);
                break;
            }
            passed.extend(&queued.keys);
        }
        found.and_then(|at| inside.waiting.remove(at)).map(|queued| queued.unit)
    }

    /// Lets others take units of these keys.
    pub fn let_go(&self, keys: &[i64]) {
        if keys.is_empty() {
            return;
        }
        let mut inside = self.lock();
        for key in keys {
            inside.held.remove(key);
        }
        drop(inside);
        self.changed.notify_all();
    }

    /// Takes no further units; those that wait are still done.
    pub fn close(&self) {
        self.lock().is_closed = true;
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, Inside<U>> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<U> Inside<U> {
    /// Takes units from the front whose keys are free: `share` of them with keys of their own, and
    /// any number that come after those with the same.
    fn group(&mut self, share: usize) -> Group<U> {
        let mut group = Group { units: Vec::new(), keys: Vec::new() };
        let mut own: HashSet<i64> = HashSet::new();
        let mut blocked: HashSet<i64> = HashSet::new();
        let mut left = VecDeque::with_capacity(self.waiting.len());
        for queued in self.waiting.drain(..) {
            let is_free = |key: &i64| !blocked.contains(key) && (own.contains(key) || !self.held.contains(key));
            let is_new = queued.keys.is_empty() || queued.keys.iter().any(|key| !own.contains(key));
            let fits = group.units.len() < if is_new { share } else { GROUP };
            if fits && queued.keys.iter().all(is_free) {
                own.extend(&queued.keys);
                self.held.extend(&queued.keys);
                group.units.push(queued.unit);
            } else {
                blocked.extend(&queued.keys);
                left.push_back(queued);
            }
        }
        self.waiting = left;
        group.keys = own.into_iter().collect();
        group.keys.sort_unstable();
        group
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(threads: usize, queued: &[(&[i64], char)]) -> Line<char> {
        let line = Line::new(100, threads);
        for (keys, unit) in queued {
            line.push(Queued { keys: keys.to_vec(), unit: *unit }).unwrap();
        }
        line
    }

    fn taken(line: &Line<char>) -> (String, Vec<i64>) {
        match line.take(GROUP, Duration::ZERO) {
            Next::Group(group) => (group.units.into_iter().collect(), group.keys),
            Next::Nothing | Next::Closed => (String::new(), Vec::new()),
        }
    }

    #[test]
    fn one_thread_takes_all() {
        let line = line(1, &[(&[], 'a'), (&[1], 'b'), (&[], 'c')]);
        assert_eq!(taken(&line).0, "abc");
    }

    #[test]
    fn units_of_a_key_go_together_and_in_order() {
        let line = line(4, &[(&[1], 'a'), (&[2], 'b'), (&[1], 'c'), (&[1, 3], 'd'), (&[1], 'e')]);
        // `e` must not overtake `d`
        assert_eq!(taken(&line), ("abc".into(), vec![1, 2]));
        assert_eq!(taken(&line), (String::new(), Vec::new()));
        line.let_go(&[1, 2]);
        assert_eq!(taken(&line), ("de".into(), vec![1, 3]));
    }

    #[test]
    fn what_came_meanwhile_joins_if_it_fits() {
        let line = line(1, &[(&[1], 'a')]);
        assert_eq!(taken(&line).0, "a");
        for (keys, unit) in [(vec![2], 'b'), (vec![1, 2], 'c'), (vec![1], 'd'), (vec![], 'e')] {
            line.push(Queued { keys, unit }).unwrap();
        }
        assert_eq!(line.more(&[1], 1), Some('e'), "`d` must not overtake `c`");
        assert_eq!(line.more(&[1], 1), None);
        assert_eq!(line.more(&[1, 2], GROUP), None);
        assert_eq!(line.more(&[1, 2], 1), Some('b'));
    }

    #[test]
    fn a_full_line_refuses_and_a_closed_one_empties() {
        let line = Line::new(1, 1);
        line.push(Queued { keys: vec![], unit: 'a' }).unwrap();
        assert!(matches!(line.push(Queued { keys: vec![], unit: 'b' }), Err(StoreError::Overloaded)));
        line.close();
        assert!(matches!(line.push(Queued { keys: vec![], unit: 'b' }), Err(StoreError::Closed)));
        assert_eq!(taken(&line).0, "a");
        assert!(matches!(line.take(1, Duration::ZERO), Next::Closed));
    }
}
