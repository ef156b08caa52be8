//! The moderation log as JSON lines: all that a proof needs, a row a line, in the order of `seq`.
//!
//! Proving is `domain::log`'s; where rows come from is the business of `app`.

use serde::{Deserialize, Serialize};

use crate::domain::ids::UserId;
use crate::domain::log::{Chain, LogLine, LogRow};

/// One line. Ids are strings, as everywhere; times are what the hash covers, so they stay
/// milliseconds since 1970.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    seq: i64,
    chain: Chain,
    at_ms: i64,
    actor_id: Option<UserId>,
    action: String,
    target: String,
    reason_code: Option<String>,
    before_digest: String,
    after_digest: String,
    note_digest: String,
    prev_hash: String,
    hash: String,
    before: Option<String>,
    after: Option<String>,
    note: Option<String>,
    /// Hexadecimal.
    salt: Option<String>,
    purged_ms: Option<i64>,
}

/// A row as a line, without its line feed.
pub fn to_line(line: &LogLine) -> String {
    let row = line.row.clone();
    let line = Line {
        seq: row.seq,
        chain: row.chain,
        at_ms: row.at_ms,
        actor_id: row.actor_id,
        action: row.action,
        target: row.target,
        reason_code: row.reason_code,
        before_digest: row.before_digest,
        after_digest: row.after_digest,
        note_digest: row.note_digest,
        prev_hash: row.prev_hash,
        hash: row.hash,
        before: line.before.clone(),
        after: line.after.clone(),
        note: line.note.clone(),
        salt: line.salt.as_ref().map(hex::encode),
        purged_ms: line.purged_ms,
    };
    serde_json::to_string(&line).expect("invariant: a line is plain data")
}

/// Reads a line back.
///
/// # Errors
/// In words, when it is not one.
pub fn from_line(text: &str) -> Result<LogLine, String> {
    let line: Line = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let salt = line.salt.map(hex::decode).transpose().map_err(|error| format!("salt: {error}"))?;
    let row = LogRow {
        seq: line.seq,
        chain: line.chain,
        at_ms: line.at_ms,
        actor_id: line.actor_id,
        action: line.action,
        target: line.target,
        reason_code: line.reason_code,
        before_digest: line.before_digest,
        after_digest: line.after_digest,
        note_digest: line.note_digest,
        prev_hash: line.prev_hash,
        hash: line.hash,
    };
    Ok(LogLine { row, before: line.before, after: line.after, note: line.note, salt, purged_ms: line.purged_ms })
}
