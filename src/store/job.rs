//! Jobs that one node at a time may do.

use super::driver::values;
use super::{StoreError, Tx};

impl Tx<'_> {
    /// Takes a job, or keeps it, until then; false when another node has it.
    pub fn job_hold(&mut self, name: &str, node: i64, now_ms: i64, until_ms: i64) -> Result<bool, StoreError> {
        let held = self.changed(
            "INSERT INTO job (name, node, until_ms) VALUES (?1, ?2, ?4)
             ON CONFLICT (name) DO UPDATE SET node = excluded.node, until_ms = excluded.until_ms
               WHERE job.node = excluded.node OR job.until_ms <= ?3",
            values![name, node, now_ms, until_ms],
        )?;
        Ok(held > 0)
    }
}
