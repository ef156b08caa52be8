//! Reads the log of a site, or the server's own, and proves it piece by piece. `prove_log` proves all
//! of it.

use std::collections::HashMap;

use super::caller::{Caller, site_for};
use super::{App, Error};
use crate::domain::code::Code;
use crate::domain::cursor;
use crate::domain::ids::UserId;
use crate::domain::log::{Chain, LogLine, Prover};
use crate::domain::permission::Action;
use crate::domain::user::User;
use crate::store::{Difference, StoreError, Tx};

/// A page of the log, newest first.
pub struct LogPage {
    /// The rows with their texts.
    pub lines: Vec<LogLine>,
    /// Those who acted.
    pub actors: HashMap<UserId, User>,
    /// Where it goes on.
    pub next: Option<String>,
}

impl App {
    /// A page of the log of a site; of the server's own without one, for admins.
    ///
    /// # Errors
    /// 403, 422 for a missing site or the cursor.
    pub async fn log(
        &self,
        caller: &Caller,
        site: Option<String>,
        page: (Option<String>, usize),
    ) -> Result<LogPage, Error> {
        caller.require_any_moderator()?;
        let caller = caller.clone();
        self.store
            .read("log", move |tx| {
                let chain = chain(tx, &caller, site.as_deref())?;
                let list = format!("log:{}", chain.number());
                let (cursor, limit) = &page;
                let before = cursor.as_ref().map(|cursor| cursor::decode::<1>(&list, cursor)).transpose()?;
                let mut lines = tx.log_page(chain, before.map(|[seq]| seq), *limit as i64 + 1)?;
                let more = lines.len() > *limit;
                lines.truncate(*limit);
                let next = lines.last().filter(|_| more).map(|line| cursor::encode(&list, &[line.row.seq]));
                let actors: Vec<UserId> = lines.iter().filter_map(|line| line.row.actor_id).collect();
                let actors = tx.users_by_id(&actors)?.into_iter().map(|user| (user.id, user)).collect();
                Ok(LogPage { lines, actors, next })
            })
            .await
    }

    /// The last row of a chain: seq, hash, time in milliseconds since 1970; none of an empty one.
    ///
    /// # Errors
    /// 403, 422 for a missing site.
    pub async fn log_head(&self, caller: &Caller, site: Option<String>) -> Result<Option<(i64, String, i64)>, Error> {
        caller.require_any_moderator()?;
        let caller = caller.clone();
        self.store
            .read("log_head", move |tx| {
                let chain = chain(tx, &caller, site.as_deref())?;
                Ok(tx.log_head(chain)?)
            })
            .await
    }
}

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

fn chain(tx: &mut Tx<'_>, caller: &Caller, site: Option<&str>) -> Result<Chain, Error> {
    match site {
        Some(key) => Ok(Chain::Site(site_for(tx, caller, Action::ReadLog, key)?.id)),
        None if caller.may(Action::ReadServerLog, None) => Ok(Chain::Server),
        None => Err(Error::refuse(Code::ValidationFailed, "site: name the site whose log you moderate")),
    }
}
