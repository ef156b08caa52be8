//! Proves a log piece by piece, for who reads it. `prove_log` proves all of it, for the command line.

use super::caller::Caller;
use super::log::chain;
use super::{App, Error};
use crate::domain::log::{Chain, Prover};
use crate::store::{Difference, StoreError, Tx};

/// Rows that one call proves.
const PIECE: i64 = 1_000;
/// Decisions that are looked for in the log once its end is reached.
const RECENT: i64 = 100;

/// What the proof of a piece of a chain found.
pub struct Piece {
    /// The first and the last row of it; none when nothing comes after.
    pub span: Option<(i64, i64)>,
    /// The hash of the last row.
    pub hash: Option<String>,
    /// Rows in it.
    pub rows: usize,
    /// What is not as it was written, by name.
    pub differences: Vec<Difference>,
    /// Whether more comes after it.
    pub more: bool,
}

impl App {
    /// Proves the rows of a chain that come after one, [`PIECE`] of them at most, as `understory
    /// verify` does all of them. At the end of a site's chain also that its last decisions are in it.
    ///
    /// # Errors
    /// 403, 422 for a missing site.
    pub async fn verify_log(&self, caller: &Caller, site: Option<String>, after: i64) -> Result<Piece, Error> {
        caller.require_any_moderator()?;
        let caller = caller.clone();
        self.store
            .read("verify_log", move |tx| {
                let chain = chain(tx, &caller, site.as_deref())?;
                Ok(piece(tx, chain, after)?)
            })
            .await
    }
}

fn piece(tx: &mut Tx<'_>, chain: Chain, after: i64) -> Result<Piece, StoreError> {
    let mut prover = Prover::new(&[]);
    if let Some(hash) = tx.log_hash_at(chain, after)? {
        prover.resume(chain, hash);
    }
    let mut lines = tx.log_of_after(chain, after, PIECE + 1)?;
    let more = lines.len() as i64 > PIECE;
    lines.truncate(PIECE as usize);
    let mut differences = Vec::new();
    for line in &lines {
        let wrong = prover.next(line);
        differences.extend(wrong.into_iter().map(|detail| Difference::in_log(line.row.seq, detail)));
    }
    // the row that says so may stand after this piece
    let open = prover.unexplained_ms();
    if !open.is_empty() {
        tx.log_purges(chain, &open)?.into_iter().for_each(|at_ms| prover.explain(chain, at_ms));
    }
    differences.extend(Difference::of_finding(prover.finish()));
    if let (Chain::Site(site), false) = (chain, more) {
        let lacks = tx.log_lacks(site, RECENT)?;
        differences.extend(lacks.into_iter().map(|id| Difference::of_decision(id.0)));
    }
    let span = lines.first().zip(lines.last()).map(|(first, last)| (first.row.seq, last.row.seq));
    let hash = lines.last().map(|line| line.row.hash.clone());
    Ok(Piece { span, hash, rows: lines.len(), differences, more })
}
