//! Requests that were answered once and may come again (Idempotency-Key).

use super::driver::values;
use super::{StoreError, Tx};

/// The key a client sent, where it counts, and what it was sent with.
#[derive(Clone, Debug)]
pub struct IdempotencyKey {
    /// Person or client address, and path.
    pub scope: String,
    /// The client's key, 1 to 128 printable ASCII characters.
    pub key: String,
    /// SHA-256 of the request's body.
    pub request_hash: [u8; 32],
    /// Older ones have expired, in milliseconds since 1970.
    pub since_ms: i64,
}

/// Whether a key was used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// Not within a day.
    Fresh,
    /// For the same request, which made this.
    Replay(i64),
    /// For another request.
    Reused,
}

impl Tx<'_> {
    /// Looks a key up.
    pub fn idempotency_claim(&mut self, key: &IdempotencyKey) -> Result<Claim, StoreError> {
        let used = self.first(
            "SELECT request_hash, resource_id, created_ms FROM idempotency WHERE scope = ?1 AND key = ?2",
            values![&key.scope, &key.key],
            |c| Ok((c.take::<Vec<u8>>()?, c.take::<i64>()?, c.take::<i64>()?)),
        )?;
        Ok(match used {
            Some((_, _, created_ms)) if created_ms < key.since_ms => Claim::Fresh,
            Some((hash, made, _)) if hash == key.request_hash => Claim::Replay(made),
            Some(_) => Claim::Reused,
            None => Claim::Fresh,
        })
    }

    /// Keeps what a request with this key made.
    pub fn idempotency_keep(&mut self, key: &IdempotencyKey, made: i64, created_ms: i64) -> Result<(), StoreError> {
        self.run(
            "INSERT INTO idempotency (scope, key, request_hash, resource_id, created_ms) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (scope, key) DO UPDATE SET request_hash = excluded.request_hash,
               resource_id = excluded.resource_id, created_ms = excluded.created_ms",
            values![&key.scope, &key.key, key.request_hash.as_slice(), made, created_ms],
        )?;
        Ok(())
    }
}
