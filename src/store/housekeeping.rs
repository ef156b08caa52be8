//! What is taken away once its time is over.

use super::driver::values;
use super::{StoreError, Tx};

/// Rows taken away in one unit at the most, so that no writer waits long.
const BATCH: i64 = 500;

impl Tx<'_> {
    /// Erases texts deleted before then, with their revisions; how many comments.
    pub fn erase_deleted(&mut self, before_ms: i64, now_ms: i64) -> Result<u64, StoreError> {
        self.run(
            "DELETE FROM revision WHERE comment_id IN (SELECT id FROM comment
               WHERE state = 'deleted' AND erased_ms IS NULL AND removed_ms < ?1 ORDER BY removed_ms, id LIMIT ?2)",
            values![before_ms, BATCH],
        )?;
        self.changed(
            "UPDATE comment SET body = '', body_html = '', text_hash = NULL, erased_ms = ?3 WHERE id IN (SELECT id FROM comment
               WHERE state = 'deleted' AND erased_ms IS NULL AND removed_ms < ?1 ORDER BY removed_ms, id LIMIT ?2)",
            values![before_ms, BATCH, now_ms],
        )
    }

    /// Forgets idempotency keys from before then.
    pub fn forget_keys(&mut self, before_ms: i64) -> Result<u64, StoreError> {
        self.changed(
            "DELETE FROM idempotency WHERE (scope, key) IN
               (SELECT scope, key FROM idempotency WHERE created_ms < ?1 ORDER BY created_ms LIMIT ?2)",
            values![before_ms, BATCH],
        )
    }

    /// Forgets events from before then, but never the last: it keeps the count.
    pub fn forget_events(&mut self, before_ms: i64) -> Result<u64, StoreError> {
        // the oldest come first, so that their times need no index of their own
        self.changed(
            "DELETE FROM event WHERE seq IN (SELECT seq FROM event WHERE seq > 0 ORDER BY seq LIMIT ?2)
               AND at_ms < ?1 AND seq < (SELECT MAX(seq) FROM event)",
            values![before_ms, BATCH],
        )
    }

    /// Forgets sessions that are over since then, with their refresh tokens.
    pub fn forget_sessions(&mut self, before_ms: i64) -> Result<u64, StoreError> {
        let ended = self.changed(
            "DELETE FROM session WHERE id IN (SELECT id FROM session WHERE ended_ms IS NOT NULL AND ended_ms < ?1
               ORDER BY ended_ms, id LIMIT ?2)",
            values![before_ms, BATCH],
        )?;
        let expired = self.changed(
            "DELETE FROM session WHERE id IN (SELECT id FROM session WHERE expires_ms < ?1
               ORDER BY expires_ms, id LIMIT ?2)",
            values![before_ms, BATCH],
        )?;
        Ok(ended + expired)
    }

    /// Forgets failed sign-ins from before then.
    pub fn forget_failures(&mut self, before_ms: i64) -> Result<u64, StoreError> {
        self.changed(
            "DELETE FROM sign_in_failure WHERE hash IN (SELECT hash FROM sign_in_failure WHERE last_ms < ?1
               ORDER BY last_ms LIMIT ?2)",
            values![before_ms, BATCH],
        )
    }

    /// Forgets claims that ended and had run out before then.
    pub fn forget_claims(&mut self, before_ms: i64) -> Result<u64, StoreError> {
        self.changed(
            "DELETE FROM claim WHERE id IN (SELECT id FROM claim WHERE ended = 1 AND expires_ms < ?1
               ORDER BY expires_ms, id LIMIT ?2)",
            values![before_ms, BATCH],
        )
    }

    /// Takes out who gave the notices that were settled before then.
    pub fn forget_contacts(&mut self, before_ms: i64) -> Result<u64, StoreError> {
        self.changed(
            "UPDATE notice SET name = NULL, email = NULL WHERE id IN (SELECT id FROM notice
               WHERE email IS NOT NULL AND settled_ms < ?1 ORDER BY settled_ms, id LIMIT ?2)",
            values![before_ms, BATCH],
        )
    }

    /// Forgets exchange codes that ran out before then.
    pub fn forget_codes(&mut self, before_ms: i64) -> Result<u64, StoreError> {
        self.changed(
            "DELETE FROM exchange_code WHERE hash IN (SELECT hash FROM exchange_code WHERE expires_ms < ?1
               ORDER BY expires_ms LIMIT ?2)",
            values![before_ms, BATCH],
        )
    }
}
