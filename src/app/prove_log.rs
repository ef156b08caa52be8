//! Proves the moderation log, also against what was published of it, and writes it out so that
//! others can: `understory log …`. Works on a store that the service would not start with.

use std::io::{BufRead, Write};

use super::Error;
use super::named::site_named;
use super::verify::Verified;
use crate::domain::log::{Chain, Head, Prover};
use crate::store::{Difference, Store, StoreError};
use crate::transfer::log::{from_line, to_line};

/// Rows read in one unit.
const PAGE: i64 = 500;

/// The end of every chain that has rows, to be published.
///
/// # Errors
/// [`StoreError`] when the store cannot be read.
pub async fn log_heads(store: &Store) -> Result<Vec<Head>, StoreError> {
    store
        .read("log_heads", |tx| {
            let (mut heads, mut last) = (Vec::new(), None);
            while let Some(chain) = tx.log_chain_after(last)? {
                last = Some(chain);
                if let Some((seq, hash, _)) = tx.log_head(chain)? {
                    heads.push(Head { chain, seq, hash });
                }
            }
            Ok(heads)
        })
        .await
}

/// Proves every chain of a store, and that each published head is still in it.
///
/// # Errors
/// [`StoreError`] when the store cannot be read.
pub async fn prove_log(store: &Store, published: Vec<Head>) -> Result<Verified, StoreError> {
    store
        .read("prove_log", move |tx| {
            let (rows, mut differences) = tx.check_log(&published)?;
            differences.extend(tx.check_decisions()?);
            Ok(Verified { summary: summary(rows, published.len()), differences })
        })
        .await
}

/// Proves what [`export_log`] has written, with nothing else at hand.
///
/// # Errors
/// In words, when it cannot be read or is no such file.
pub fn prove_export(from: impl BufRead, published: &[Head]) -> Result<Verified, String> {
    let mut prover = Prover::new(published);
    let mut differences = Vec::new();
    let (mut rows, mut last) = (0, 0);
    for (number, text) in from.lines().enumerate() {
        let line = text.map_err(|error| error.to_string()).and_then(|text| from_line(&text));
        let line = line.map_err(|error| format!("line {}: {error}", number + 1))?;
        let seq = line.row.seq;
        if seq <= last {
            differences.push(Difference::in_log(seq, format!("stands after row {last}")));
        }
        (rows, last) = (rows + 1, seq);
        differences.extend(prover.next(&line).into_iter().map(|detail| Difference::in_log(seq, detail)));
    }
    differences.extend(Difference::of_finding(prover.finish()));
    Ok(Verified { summary: summary(rows, published.len()), differences })
}

/// Writes the chain of a site, or all chains of the store, as JSON lines in the order of `seq`.
/// Paged, so that no log has to fit in memory.
///
/// # Errors
/// `not_found` when there is no such site; a fault when it cannot be read or written.
pub async fn export_log(store: &Store, site: Option<&str>, out: &mut dyn Write) -> Result<(), Error> {
    let chain = match site {
        Some(name) => {
            let key = name.to_owned();
            Some(Chain::Site(store.read("log_site", move |tx| site_named(tx, &key)).await?.id))
        }
        None => None,
    };
    let unwritten = |error| Error::Fault(format!("the log could not be written: {error}"));
    let mut last = 0;
    loop {
        let lines = store
            .read("log_export", move |tx| {
                Ok::<_, Error>(match chain {
                    Some(chain) => tx.log_of_after(chain, last, PAGE)?,
                    None => tx.log_after(last, PAGE)?,
                })
            })
            .await?;
        let Some(end) = lines.last() else { break };
        last = end.row.seq;
        for line in &lines {
            writeln!(out, "{}", to_line(line)).map_err(unwritten)?;
        }
    }
    out.flush().map_err(unwritten)
}

fn summary(rows: u64, published: usize) -> String {
    format!("moderation_log rows {rows}, published heads {published}")
}
