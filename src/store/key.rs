//! What a unit contends for, so that units which would undo each other's work take turns.
//!
//! Needed only where they would meet often: what is not named is still right, since every
//! transaction is serializable, but may have to be run again.

use sha2::{Digest as _, Sha256};

use super::driver::values;
use super::{StoreError, Tx, dialect};
use crate::domain::ids::{AppealId, CommentId, DecisionId, EntryId, FlagId, UserId};

/// What a unit contends for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Key(Vec<Part>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Named(i64),
    ThreadsOf(Vec<CommentId>),
    ThreadOf(FlagId),
    Undo(DecisionId),
    Appealed(AppealId),
}

impl Key {
    /// Nothing that others would often want at the same time.
    pub fn free() -> Key {
        Key::default()
    }

    /// A thread, by its names.
    pub fn thread(site: &str, thread: &str) -> Key {
        Key::names("thread", &[site, thread])
    }

    /// The thread of a comment.
    pub fn comment(id: CommentId) -> Key {
        Key::comments(vec![id])
    }

    /// The threads of some comments.
    pub fn comments(ids: Vec<CommentId>) -> Key {
        Key(vec![Part::ThreadsOf(ids)])
    }

    /// The thread of a flagged comment.
    pub fn flag(id: FlagId) -> Key {
        Key(vec![Part::ThreadOf(id)])
    }

    /// The threads that a decision has changed.
    pub fn decision(id: DecisionId) -> Key {
        Key(vec![Part::Undo(id)])
    }

    /// An appeal, and the thread of the comment that it is about.
    pub fn appeal(id: AppealId) -> Key {
        let own = Key::names("appeal", &[&id.to_string()]);
        own.and(Key(vec![Part::Appealed(id)]))
    }

    /// What a person was told of a decision.
    pub fn entry(id: EntryId) -> Key {
        Key::names("entry", &[&id.to_string()])
    }

    /// The queue of a site, as those who take from it do.
    pub fn queue(site: &str) -> Key {
        Key::names("queue", &[site])
    }

    /// The end of the log: its rows are counted over all chains.
    pub fn log() -> Key {
        Key::names("log", &[])
    }

    /// A person's account.
    pub fn user(id: UserId) -> Key {
        Key::names("user", &[&id.to_string()])
    }

    /// An account that somebody tries to sign in to, whether there is one or not.
    pub fn account(name: &str) -> Key {
        Key::names("account", &[name])
    }

    /// A login that is to be taken.
    pub fn login(key: &str) -> Key {
        Key::names("login", &[key])
    }

    /// A token that is to be used once, by its hash.
    pub fn token(hash: &[u8]) -> Key {
        Key::names("token", &[&hex::encode(hash)])
    }

    /// The keys that sign access tokens.
    pub fn signing() -> Key {
        Key::names("signing", &[])
    }

    /// A job that one node at a time may do.
    pub fn job(name: &str) -> Key {
        Key::names("job", &[name])
    }

    /// Both.
    #[must_use]
    pub fn and(mut self, other: Key) -> Key {
        self.0.extend(other.0);
        self
    }

    fn names(kind: &str, names: &[&str]) -> Key {
        Key(vec![Part::Named(number(kind, names))])
    }

    /// Its numbers, if none of them has to be looked up.
    pub(super) fn numbers(&self) -> Option<Vec<i64>> {
        self.0.iter().map(|part| if let Part::Named(number) = part { Some(*number) } else { None }).collect()
    }

    /// Its numbers. A comment never leaves its thread, so they hold whatever happens meanwhile.
    pub(super) fn look_up(&self, tx: &mut Tx<'_>) -> Result<Vec<i64>, StoreError> {
        let mut numbers = Vec::new();
        for part in &self.0 {
            match part {
                Part::Named(number) => numbers.push(*number),
                Part::ThreadsOf(ids) => numbers.extend(tx.key_of_comments(ids)?),
                Part::ThreadOf(flag) => numbers.extend(tx.key_of_flag(*flag)?),
                Part::Undo(decision) => numbers.extend(tx.key_of_decision(*decision)?),
                Part::Appealed(appeal) => numbers.extend(tx.key_of_appeal(*appeal)?),
            }
        }
        numbers.sort_unstable();
        numbers.dedup();
        Ok(numbers)
    }
}

/// The number that stands for a thing: two things share one as good as never, and then only wait
/// for each other.
fn number(kind: &str, names: &[&str]) -> i64 {
    let mut hash = Sha256::new();
    hash.update(kind);
    for name in names {
        hash.update([0]);
        hash.update(name);
    }
    let digest: [u8; 32] = hash.finalize().into();
    let (first, _) = digest.split_first_chunk().expect("invariant: a digest has 32 bytes");
    i64::from_be_bytes(*first)
}

macro_rules! threads_where {
    ($from:literal) => {
        concat!(
            "SELECT DISTINCT s.key, t.key FROM ",
            $from,
            " JOIN thread t ON t.id = given.thread_id JOIN site s ON s.id = t.site_id"
        )
    };
}

impl Tx<'_> {
    fn key_of_comments(&mut self, ids: &[CommentId]) -> Result<Vec<i64>, StoreError> {
        let ids = dialect::id_list(ids.iter().map(|id| id.0));
        self.all(threads_where!("(SELECT thread_id FROM comment WHERE id IN EACH_ID(?1)) given"), values![&ids], |c| {
            Ok(number("thread", &[&c.take::<String>()?, &c.take::<String>()?]))
        })
    }

    fn key_of_flag(&mut self, id: FlagId) -> Result<Vec<i64>, StoreError> {
        self.all(
            threads_where!(
                "(SELECT k.thread_id FROM flag f JOIN comment k ON k.id = f.comment_id WHERE f.id = ?1) given"
            ),
            values![id],
            |c| Ok(number("thread", &[&c.take::<String>()?, &c.take::<String>()?])),
        )
    }

    fn key_of_appeal(&mut self, id: AppealId) -> Result<Vec<i64>, StoreError> {
        self.all(
            threads_where!(
                "(SELECT k.thread_id FROM appeal a JOIN decision_entry e ON e.id = a.entry_id
                  JOIN comment k ON k.id = e.comment_id WHERE a.id = ?1) given"
            ),
            values![id],
            |c| Ok(number("thread", &[&c.take::<String>()?, &c.take::<String>()?])),
        )
    }

    fn key_of_decision(&mut self, id: DecisionId) -> Result<Vec<i64>, StoreError> {
        self.all(
            threads_where!(
                "(SELECT DISTINCT k.thread_id FROM decision_target d JOIN comment k ON k.id = d.comment_id
                  WHERE d.decision_id = ?1 AND d.conflict IS NULL) given"
            ),
            values![id],
            |c| Ok(number("thread", &[&c.take::<String>()?, &c.take::<String>()?])),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_kept_apart() {
        let numbers = |key: Key| key.numbers().unwrap();
        assert_eq!(numbers(Key::thread("a", "b")), numbers(Key::thread("a", "b")));
        assert_ne!(numbers(Key::thread("a", "b")), numbers(Key::thread("b", "a")));
        assert_ne!(numbers(Key::thread("ab", "c")), numbers(Key::thread("a", "bc")));
        assert_eq!(numbers(Key::log().and(Key::user(UserId(1)))).len(), 2);
        assert_eq!(numbers(Key::free()), Vec::<i64>::new());
        assert!(Key::comment(CommentId(1)).numbers().is_none());
    }
}
