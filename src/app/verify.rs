//! Recounts what is kept twice and proves the log: `understory verify`.

use crate::store::{Difference, Store, StoreError};

/// What was looked at, and what is not as it must be.
#[derive(Clone, Debug)]
pub struct Verified {
    /// How much there is, in one line.
    pub summary: String,
    /// What differs, by name; nothing in a sound store.
    pub differences: Vec<Difference>,
}

/// Compares every counter, place, queue row and log row of a store with what it must be, on one
/// snapshot beside all other use. Works on a store that the service would not start with.
///
/// # Errors
/// [`StoreError`] when the store cannot be read.
pub async fn verify(store: &Store) -> Result<Verified, StoreError> {
    store
        .read("verify", |tx| {
            let mut differences = tx.check_integrity()?;
            differences.extend(tx.check_counters()?);
            differences.extend(tx.check_ranks()?);
            differences.extend(tx.check_paths()?);
            differences.extend(tx.check_fragments()?);
            differences.extend(tx.check_decisions()?);
            let (rows, broken) = tx.check_log(&[])?;
            differences.extend(broken);
            let [sites, threads, comments, people] = tx.check_sizes()?;
            let summary = format!(
                "sites {sites}, threads {threads}, comments {comments}, people {people}, moderation_log rows {rows}"
            );
            Ok::<_, StoreError>(Verified { summary, differences })
        })
        .await
}
