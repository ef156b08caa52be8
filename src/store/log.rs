//! The moderation log's rows and the texts beside them.

use super::dialect;
use super::driver::{Columns, values};
use super::{StoreError, Tx};
use crate::domain::ids::{CommentId, DecisionId, SiteId};
use crate::domain::log::{Chain, GENESIS, LogEntry, LogLine, LogRow};

macro_rules! log_select {
    ($tail:literal) => {
        concat!(
            "SELECT l.seq, l.chain, l.at_ms, l.actor_id, l.action, l.target, l.reason_code, l.before_digest,
               l.after_digest, l.note_digest, l.prev_hash, l.hash, t.before, t.after, t.note, t.salt, t.purged_ms
             FROM moderation_log l LEFT JOIN moderation_log_text t ON t.seq = l.seq ",
            $tail
        )
    };
}

fn line(c: &mut Columns<'_>) -> Result<LogLine, StoreError> {
    let row = LogRow {
        seq: c.take()?,
        chain: Chain::of(c.take()?),
        at_ms: c.take()?,
        actor_id: c.maybe()?,
        action: c.take()?,
        target: c.take()?,
        reason_code: c.maybe()?,
        before_digest: c.take()?,
        after_digest: c.take()?,
        note_digest: c.take()?,
        prev_hash: c.take()?,
        hash: c.take()?,
    };
    Ok(LogLine {
        row,
        before: c.maybe()?,
        after: c.maybe()?,
        note: c.maybe()?,
        salt: c.maybe()?,
        purged_ms: c.maybe()?,
    })
}

impl Tx<'_> {
    /// Puts an act at the end of its chain. Two statements to read and two to write: the place in
    /// the chain is known in the transaction only.
    pub fn log_append(&mut self, entry: &LogEntry) -> Result<(), StoreError> {
        let last: Option<i64> = self.first("SELECT MAX(seq) FROM moderation_log", &[], |c| c.maybe())?.flatten();
        let prev = self.log_head(entry.chain)?.map_or_else(|| GENESIS.to_owned(), |(_, hash, _)| hash);
        let row = LogRow::chained(entry, last.unwrap_or(0) + 1, prev);
        self.run(
            "INSERT INTO moderation_log (seq, chain, at_ms, actor_id, action, target, reason_code, before_digest,
               after_digest, note_digest, prev_hash, hash)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
            values![
                row.seq,
                row.chain.number(),
                row.at_ms,
                row.actor_id,
                &row.action,
                &row.target,
                row.reason_code.as_deref(),
                &row.before_digest,
                &row.after_digest,
                &row.note_digest,
                &row.prev_hash,
                &row.hash
            ],
        )?;
        self.run(
            "INSERT INTO moderation_log_text (seq, before, after, note, salt) VALUES (?1, ?2, ?3, ?4, ?5)",
            values![
                row.seq,
                entry.before.as_deref(),
                entry.after.as_deref(),
                entry.note.as_deref(),
                entry.salt.as_slice()
            ],
        )?;
        Ok(())
    }

    /// Takes the texts out of the rows that have a note on a decision that was aimed at a comment, but for
    /// one of them. Without their salt nobody can find out by trying what a digest was of.
    pub fn log_purge(&mut self, comment: CommentId, but: DecisionId, now_ms: i64) -> Result<(), StoreError> {
        self.run(
            "UPDATE moderation_log_text SET before = NULL, after = NULL, note = NULL, salt = NULL, purged_ms = ?3
             WHERE note IS NOT NULL AND seq IN
               (SELECT l.seq FROM decision_target t CROSS JOIN moderation_log l
                WHERE t.comment_id = ?1 AND t.decision_id <> ?2
                  AND l.target = 'decision:' || t.decision_id)",
            values![comment, but, now_ms],
        )
    }

    /// The last row of a chain: seq, hash, time in milliseconds since 1970.
    pub fn log_head(&mut self, chain: Chain) -> Result<Option<(i64, String, i64)>, StoreError> {
        self.first(
            "SELECT seq, hash, at_ms FROM moderation_log WHERE chain = ?1 ORDER BY seq DESC LIMIT 1",
            values![chain.number()],
            |c| Ok((c.take()?, c.take()?, c.take()?)),
        )
    }

    /// The last row of a chain up to a place: its hash.
    pub fn log_hash_at(&mut self, chain: Chain, seq: i64) -> Result<Option<String>, StoreError> {
        self.first(
            "SELECT hash FROM moderation_log WHERE chain = ?1 AND seq <= ?2 ORDER BY seq DESC LIMIT 1",
            values![chain.number(), seq],
            |c| c.take(),
        )
    }

    /// Which of these times, in milliseconds since 1970, a chain says that texts were purged at.
    pub fn log_purges(&mut self, chain: Chain, times_ms: &[i64]) -> Result<Vec<i64>, StoreError> {
        let times = dialect::id_list(times_ms.iter().copied());
        self.all(
            "SELECT at_ms FROM moderation_log WHERE chain = ?1 AND action = 'purge' AND at_ms IN EACH_ID(?2)",
            values![chain.number(), &times],
            |c| c.take(),
        )
    }

    /// Those of a site's last decisions, `count` of them, that its log does not hold: rows were cut
    /// off its end.
    pub fn log_lacks(&mut self, site: SiteId, count: i64) -> Result<Vec<DecisionId>, StoreError> {
        self.all(
            "SELECT given.id FROM (SELECT id FROM decision WHERE site_id = ?1 AND state = 'done'
               ORDER BY at_ms DESC, id DESC LIMIT ?2) given
             LEFT JOIN moderation_log l ON l.target = 'decision:' || given.id WHERE l.seq IS NULL",
            values![site, count],
            |c| c.take(),
        )
    }

    /// The chain with rows that comes after one, or the first.
    pub fn log_chain_after(&mut self, chain: Option<Chain>) -> Result<Option<Chain>, StoreError> {
        self.first(
            "SELECT chain FROM moderation_log WHERE chain > ?1 ORDER BY chain LIMIT 1",
            values![chain.map_or(-1, Chain::number)],
            |c| Ok(Chain::of(c.take()?)),
        )
    }

    /// A chain before a seq, newest first, `count` at most.
    pub fn log_page(&mut self, chain: Chain, before: Option<i64>, count: i64) -> Result<Vec<LogLine>, StoreError> {
        self.all(
            log_select!("WHERE l.chain = ?1 AND l.seq < ?2 ORDER BY l.seq DESC LIMIT ?3"),
            values![chain.number(), before.unwrap_or(i64::MAX), count],
            line,
        )
    }

    /// A chain after a seq, oldest first, `count` at most.
    pub fn log_of_after(&mut self, chain: Chain, seq: i64, count: i64) -> Result<Vec<LogLine>, StoreError> {
        self.all(
            log_select!("WHERE l.chain = ?1 AND l.seq > ?2 ORDER BY l.seq LIMIT ?3"),
            values![chain.number(), seq, count],
            line,
        )
    }

    /// All chains after a seq, oldest first, `count` at most.
    pub fn log_after(&mut self, seq: i64, count: i64) -> Result<Vec<LogLine>, StoreError> {
        self.all(log_select!("WHERE l.seq > ?1 ORDER BY l.seq LIMIT ?2"), values![seq, count], line)
    }
}
