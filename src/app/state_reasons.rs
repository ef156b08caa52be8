//! Keeps the facts of a statement of reasons, with the decision that restricts something.

use super::Error;
use crate::domain::comment::Comment;
use crate::domain::decision::Decision;
use crate::domain::ids::EntryId;
use crate::domain::statement::{Facts, Means, Origin, detected_by, restricted};
use crate::store::Tx;

/// Keeps what the owner of a comment is to be told of a decision that moved it `from` somewhere
/// `to` somewhere else; nothing when that restricts nothing. `origin` is what the decision settled.
///
/// # Errors
/// What the store fails with.
pub(super) fn state_reasons(
    tx: &mut Tx<'_>,
    entry_id: EntryId,
    decision: &Decision,
    (from, to): (&Comment, &Comment),
    origin: Origin,
) -> Result<(), Error> {
    let Some((restriction, reason)) = restricted(&from.disposition, &to.disposition, decision.reason) else {
        return Ok(());
    };
    let decided_by = if decision.actor_id.is_some() { Means::People } else { Means::Rule };
    Ok(tx.statement_insert(&Facts {
        entry_id,
        site_id: decision.site_id,
        at_ms: decision.at_ms,
        restriction,
        until_ms: None,
        reason,
        origin,
        detected_by: detected_by(&from.disposition, decided_by),
        decided_by,
        content_ms: to.edited_ms.unwrap_or(to.created_ms),
    })?)
}
