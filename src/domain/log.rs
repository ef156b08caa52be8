//! The moderation log: what one row says and how rows are chained.
//!
//! `hash` = SHA-256 over `prev_hash` and the canonical JSON (RFC 8785) of the row, in which the
//! texts appear as salted digests only: a text can be purged and the chain still proves that
//! nothing else changed. Keeping and reading rows is the store's.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::ids::{SiteId, UserId};

/// The `prev_hash` of the first row of a chain.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// A chain of the log: one for each site and one for the server itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Chain {
    /// What concerns no single site.
    Server,
    /// What happened on a site.
    Site(SiteId),
}

impl Chain {
    /// The number it is stored under; 0 is the server's.
    pub fn number(self) -> i64 {
        match self {
            Chain::Server => 0,
            Chain::Site(site) => site.0,
        }
    }

    /// The chain stored under `number`.
    pub fn of(number: i64) -> Chain {
        if number == 0 { Chain::Server } else { Chain::Site(SiteId(number)) }
    }
}

impl From<Chain> for String {
    fn from(chain: Chain) -> String {
        chain.number().to_string()
    }
}

impl TryFrom<String> for Chain {
    type Error = std::num::ParseIntError;

    fn try_from(number: String) -> Result<Chain, Self::Error> {
        Ok(Chain::of(number.parse()?))
    }
}

/// What is to be logged; its place in the chain is given by the store.
#[derive(Clone, Debug)]
pub struct LogEntry {
    /// Which chain.
    pub chain: Chain,
    /// When, in milliseconds since 1970.
    pub at_ms: i64,
    /// Who; none: the command line or the service itself.
    pub actor_id: Option<UserId>,
    /// What was done.
    pub action: String,
    /// To what: "decision:ID", "thread:ID", "user:ID", "site:ID".
    pub target: String,
    /// Why.
    pub reason_code: Option<String>,
    /// How it was, as JSON.
    pub before: Option<String>,
    /// How it is, as JSON.
    pub after: Option<String>,
    /// A moderator's words.
    pub note: Option<String>,
    /// Random, 16 bytes, for the digests.
    pub salt: [u8; 16],
}

/// A row as it is chained: numbers and digests, no text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogRow {
    /// Counts over all chains of the store, from 1.
    pub seq: i64,
    /// Which chain.
    pub chain: Chain,
    /// When, in milliseconds since 1970.
    pub at_ms: i64,
    /// Who.
    pub actor_id: Option<UserId>,
    /// What was done.
    pub action: String,
    /// To what.
    pub target: String,
    /// Why.
    pub reason_code: Option<String>,
    /// [`digest`] of how it was.
    pub before_digest: String,
    /// [`digest`] of how it is.
    pub after_digest: String,
    /// [`digest`] of the note.
    pub note_digest: String,
    /// The hash of the chain's row before, or [`GENESIS`].
    pub prev_hash: String,
    /// [`LogRow::compute_hash`].
    pub hash: String,
}

/// What the hash covers, in the field names of the log.
#[derive(Serialize)]
struct Canonical<'a> {
    seq: i64,
    site: Option<String>,
    at: i64,
    actor: Option<String>,
    action: &'a str,
    target: &'a str,
    reason_code: Option<&'a str>,
    before: &'a str,
    after: &'a str,
    note: &'a str,
}

impl LogRow {
    /// The row that puts `entry` at `seq`, after the row with `prev_hash`.
    pub fn chained(entry: &LogEntry, seq: i64, prev_hash: String) -> LogRow {
        let mut row = LogRow {
            seq,
            chain: entry.chain,
            at_ms: entry.at_ms,
            actor_id: entry.actor_id,
            action: entry.action.clone(),
            target: entry.target.clone(),
            reason_code: entry.reason_code.clone(),
            before_digest: digest(&entry.salt, "before", entry.before.as_deref()),
            after_digest: digest(&entry.salt, "after", entry.after.as_deref()),
            note_digest: digest(&entry.salt, "note", entry.note.as_deref()),
            prev_hash,
            hash: String::new(),
        };
        row.hash = row.compute_hash();
        row
    }

    /// The hash this row must have: hexadecimal SHA-256 over the bytes of `prev_hash` (as text)
    /// and the row's canonical JSON. Ids are strings there, since JSON numbers hold 53 bits.
    pub fn compute_hash(&self) -> String {
        let canonical = Canonical {
            seq: self.seq,
            site: match self.chain {
                Chain::Server => None,
                Chain::Site(site) => Some(site.to_string()),
            },
            at: self.at_ms,
            actor: self.actor_id.map(|id| id.to_string()),
            action: &self.action,
            target: &self.target,
            reason_code: self.reason_code.as_deref(),
            before: &self.before_digest,
            after: &self.after_digest,
            note: &self.note_digest,
        };
        let json = serde_json_canonicalizer::to_vec(&canonical)
            .expect("invariant: strings and whole numbers below 2^53 have a canonical form");
        let mut hasher = Sha256::new();
        hasher.update(self.prev_hash.as_bytes());
        hasher.update(&json);
        hex::encode(hasher.finalize())
    }
}

/// A row with its texts, as the log's readers see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// The row.
    pub row: LogRow,
    /// How it was, as JSON; none also when purged.
    pub before: Option<String>,
    /// How it is, as JSON.
    pub after: Option<String>,
    /// A moderator's words.
    pub note: Option<String>,
    /// What the digests were salted with.
    pub salt: Option<Vec<u8>>,
    /// When the texts were purged, in milliseconds since 1970.
    pub purged_ms: Option<i64>,
}

/// The end of a chain at some time. Published, it proves later that nothing up to it was changed or
/// cut off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Which chain; in JSON its number, 0 for the server's.
    pub chain: Chain,
    /// The last row.
    pub seq: i64,
    /// That row's hash.
    pub hash: String,
}

/// The action of rows that say that texts were taken out of earlier ones.
pub const PURGE: &str = "purge";

/// Proves a log line by line, in the order of `seq`, and that it holds what was published of it.
pub struct Prover {
    /// The hash of the last row of each chain.
    last: HashMap<Chain, String>,
    /// Published and not met yet.
    published: BTreeMap<(i64, Chain), String>,
    /// Rows whose texts were taken out, and when.
    purged: Vec<(i64, Chain, i64)>,
    /// When that was done, as the log says.
    purges: HashSet<(Chain, i64)>,
}

/// What a proof finds once all lines were seen.
pub struct Finding {
    /// The published heads whose rows were not there.
    pub missing: Vec<Head>,
    /// The rows whose texts are gone, and no row says that they were purged then.
    pub unexplained: Vec<i64>,
}

impl Prover {
    /// Has seen nothing yet. The last of several heads of one row counts.
    pub fn new(published: &[Head]) -> Prover {
        let published = published.iter().map(|head| ((head.seq, head.chain), head.hash.clone()));
        let (last, purged, purges) = (HashMap::new(), Vec::new(), HashSet::new());
        Prover { last, published: published.collect(), purged, purges }
    }

    /// Goes on where another proof has ended: after the row of a chain that has this hash.
    pub fn resume(&mut self, chain: Chain, hash: String) {
        self.last.insert(chain, hash);
    }

    /// When the texts of lines were taken out of which no line so far says so, each time once.
    pub fn unexplained_ms(&self) -> Vec<i64> {
        let open = self.purged.iter().filter(|(_, chain, at_ms)| !self.purges.contains(&(*chain, *at_ms)));
        let times: BTreeSet<i64> = open.map(|(_, _, at_ms)| *at_ms).collect();
        times.into_iter().collect()
    }

    /// Takes it that a line elsewhere in a chain says that texts were taken out then.
    pub fn explain(&mut self, chain: Chain, at_ms: i64) {
        self.purges.insert((chain, at_ms));
    }

    /// What is wrong with the next line, in words; nothing when it stands as it was written.
    pub fn next(&mut self, line: &LogLine) -> Vec<String> {
        let row = &line.row;
        let mut wrong = Vec::new();
        if row.prev_hash != self.last.get(&row.chain).map_or(GENESIS, String::as_str) {
            wrong.push("prev_hash is not the hash of the row before it in its chain".to_owned());
        }
        if row.hash != row.compute_hash() {
            wrong.push("hash does not fit the row".to_owned());
        }
        if row.action == PURGE {
            self.purges.insert((row.chain, row.at_ms));
        }
        if let Some(purged_ms) = line.purged_ms {
            self.purged.push((row.seq, row.chain, purged_ms));
        } else {
            let salt = line.salt.as_deref().unwrap_or_default();
            for (field, text, kept) in [
                ("before", &line.before, &row.before_digest),
                ("after", &line.after, &row.after_digest),
                ("note", &line.note, &row.note_digest),
            ] {
                if digest(salt, field, text.as_deref()) != *kept {
                    wrong.push(format!("the text of {field} does not fit its digest"));
                }
            }
        }
        if self.published.remove(&(row.seq, row.chain)).is_some_and(|published| published != row.hash) {
            wrong.push("hash is not the one that was published".to_owned());
        }
        self.last.insert(row.chain, row.hash.clone());
        wrong
    }

    /// What only shows at the end.
    pub fn finish(self) -> Finding {
        let missing = self.published.into_iter().map(|((seq, chain), hash)| Head { chain, seq, hash }).collect();
        let unexplained = self.purged.into_iter().filter(|(_, chain, at_ms)| !self.purges.contains(&(*chain, *at_ms)));
        Finding { missing, unexplained: unexplained.map(|(seq, ..)| seq).collect() }
    }
}

/// The salted digest of one text, hexadecimal; empty for none.
pub fn digest(salt: &[u8], field: &str, text: Option<&str>) -> String {
    let Some(text) = text else { return String::new() };
    let mut hasher = Sha256::new();
    hasher.update(salt);
    hasher.update(field.as_bytes());
    hasher.update([0]);
    hasher.update(text.as_bytes());
    hex::encode(hasher.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry() -> LogEntry {
        LogEntry {
            chain: Chain::Site(SiteId(7)),
            at_ms: 1_000,
            actor_id: Some(UserId(3)),
            action: "hide".into(),
            target: "decision:9".into(),
            reason_code: Some("spam".into()),
            before: Some("[]".into()),
            after: None,
            note: Some("again".into()),
            salt: [5; 16],
        }
    }

    #[test]
    fn every_field_moves_the_hash() {
        let row = LogRow::chained(&entry(), 1, GENESIS.to_owned());
        let changes: [fn(&mut LogRow); 11] = [
            |r| r.seq = 2,
            |r| r.chain = Chain::Server,
            |r| r.at_ms += 1,
            |r| r.actor_id = None,
            |r| r.action.push('!'),
            |r| r.target.push('!'),
            |r| r.reason_code = None,
            |r| r.before_digest.push('0'),
            |r| r.after_digest.push('0'),
            |r| r.note_digest.push('0'),
            |r| r.prev_hash.replace_range(0..1, "1"),
        ];
        for (which, change) in changes.iter().enumerate() {
            let mut altered = row.clone();
            change(&mut altered);
            assert_ne!(altered.compute_hash(), row.hash, "field {which}");
        }
    }

    fn line(entry: &LogEntry, seq: i64, prev: &str) -> LogLine {
        LogLine {
            row: LogRow::chained(entry, seq, prev.to_owned()),
            before: entry.before.clone(),
            after: entry.after.clone(),
            note: entry.note.clone(),
            salt: Some(entry.salt.to_vec()),
            purged_ms: None,
        }
    }

    #[test]
    fn a_published_head_proves_the_end_and_what_was_written_anew() {
        let first = line(&entry(), 1, GENESIS);
        let second = line(&entry(), 4, &first.row.hash);
        let heads = [Head { chain: first.row.chain, seq: 4, hash: second.row.hash.clone() }];
        let proved = |lines: &[&LogLine]| {
            let mut prover = Prover::new(&heads);
            let wrong: Vec<String> = lines.iter().flat_map(|line| prover.next(line)).collect();
            (wrong, prover.finish().missing.len())
        };
        assert_eq!(proved(&[&first, &second]), (vec![], 0));
        assert_eq!(proved(&[&first]), (vec![], 1), "cut off");
        // a chain that was made anew is whole, but not the one that was published
        let forged = line(&LogEntry { actor_id: None, ..entry() }, 1, GENESIS);
        let after = line(&entry(), 4, &forged.row.hash);
        assert_eq!(proved(&[&forged, &after]), (vec!["hash is not the one that was published".to_owned()], 0));
        // of another chain with the same number
        let other = line(&LogEntry { chain: Chain::Server, ..entry() }, 4, GENESIS);
        assert_eq!(proved(&[&first, &other]), (vec![], 1));
    }

    #[test]
    fn purged_texts_leave_the_chain_whole() {
        let mut purged = line(&entry(), 1, GENESIS);
        (purged.before, purged.note, purged.salt, purged.purged_ms) = (None, None, None, Some(1_000));
        let purge = line(&LogEntry { action: PURGE.into(), ..entry() }, 2, &purged.row.hash);
        let elsewhere = line(&LogEntry { action: PURGE.into(), chain: Chain::Server, ..entry() }, 2, GENESIS);
        for (lines, unexplained) in [(vec![&purged, &purge], vec![]), (vec![&purged, &elsewhere], vec![1])] {
            let mut prover = Prover::new(&[]);
            let wrong: Vec<String> = lines.into_iter().flat_map(|line| prover.next(line)).collect();
            assert_eq!((wrong, prover.finish().unexplained), (vec![], unexplained));
        }
        purged.purged_ms = None;
        assert_eq!(Prover::new(&[]).next(&purged).len(), 2);
    }

    #[test]
    fn a_text_cannot_move_to_another_field() {
        assert_ne!(digest(&[1], "before", Some("x")), digest(&[1], "after", Some("x")));
        assert_ne!(digest(&[1], "note", Some("x")), digest(&[2], "note", Some("x")));
    }
}
