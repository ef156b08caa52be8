//! Failures in a row to prove a password.

use super::driver::values;
use super::{StoreError, Tx};
use crate::domain::throttle::Failures;

impl Tx<'_> {
    /// The failures counted under a hash.
    pub fn failure_by_hash(&mut self, hash: &[u8; 32]) -> Result<Option<Failures>, StoreError> {
        self.first("SELECT failures, last_ms FROM sign_in_failure WHERE hash = ?1", values![hash.as_slice()], |c| {
            Ok(Failures { count: c.take()?, last_ms: c.take()? })
        })
    }

    /// Sets the failures counted under a hash.
    pub fn failure_set(&mut self, hash: &[u8; 32], failures: Failures) -> Result<(), StoreError> {
        self.run(
            "INSERT INTO sign_in_failure (hash, failures, last_ms) VALUES (?1, ?2, ?3)
             ON CONFLICT (hash) DO UPDATE SET failures = excluded.failures, last_ms = excluded.last_ms",
            values![hash.as_slice(), failures.count, failures.last_ms],
        )
    }

    /// Counts one failure less under a hash.
    pub fn failure_take_back(&mut self, hash: &[u8; 32]) -> Result<(), StoreError> {
        self.run(
            "UPDATE sign_in_failure SET failures = failures - 1 WHERE hash = ?1 AND failures > 0",
            values![hash.as_slice()],
        )
    }

    /// Forgets the failures counted under a hash.
    pub fn failure_forget(&mut self, hash: &[u8; 32]) -> Result<(), StoreError> {
        self.run("DELETE FROM sign_in_failure WHERE hash = ?1", values![hash.as_slice()])
    }
}
