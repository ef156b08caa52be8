//! Notices and the sample are settled by the decisions that settle flags, and open again with them.

use super::Error;
use crate::domain::decision::Decision;
use crate::domain::flag::FlagState;
use crate::domain::ids::CommentId;
use crate::domain::scoring::PERIOD_MS;
use crate::store::{Others, Tx};

/// Settles what is `open` of notices on a comment and its place in the sample; whether there is any.
pub(super) fn settle_others(
    tx: &mut Tx<'_>,
    decision: &Decision,
    (comment, open): (CommentId, Others),
    to: FlagState,
) -> Result<bool, Error> {
    if open == Others::default() {
        return Ok(false);
    }
    tx.settlement_insert(comment, to, decision.id)?;
    tx.notices_settle(comment, to, (decision.id, decision.at_ms))?;
    if open.drawn_ms.is_some() {
        tx.sample_settle(comment, to, decision.id)?;
        tx.sample_count_add(decision.site_id, period(decision), to, 1)?;
    }
    Ok(true)
}

/// What an undo makes of what the first decision of its line settled.
pub(super) enum Again {
    /// That decision no longer stands.
    Open,
    /// It stands again, since then in milliseconds since 1970.
    Settle {
        /// When.
        at_ms: i64,
    },
}

/// Opens again what `first` settled on a comment, or settles it again; whether there was anything.
pub(super) fn reopen_others(
    tx: &mut Tx<'_>,
    first: &Decision,
    comment: CommentId,
    again: Again,
) -> Result<bool, Error> {
    if !tx.settlement_is_there(comment, first.id)? {
        return Ok(false);
    }
    let (counted, by) = match again {
        Again::Open => {
            tx.notices_reopen(comment, first.id)?;
            (tx.sample_reopen(comment, first.id)?, -1)
        }
        Again::Settle { at_ms } => {
            tx.notices_resettle(comment, (first.id, at_ms))?;
            (tx.sample_resettle(comment, first.id)?, 1)
        }
    };
    if let Some(settled) = counted {
        tx.sample_count_add(first.site_id, period(first), settled, by)?;
    }
    Ok(true)
}

/// In which period a decision counts.
fn period(decision: &Decision) -> i64 {
    decision.at_ms / PERIOD_MS
}
