//! Keeps the facts of a statement of reasons, with the decision that restricts something.

use super::Error;
use crate::domain::comment::{Comment, State};
use crate::domain::decision::Decision;
use crate::domain::ids::EntryId;
use crate::domain::sanction::Sanction;
use crate::domain::statement::{Facts, Means, Origin, Restriction, detected_by, restricted};
use crate::store::{CommentFilter, Tx};

/// Keeps what the owner of a comment is to be told of a decision that moved it `from` somewhere
/// `to` somewhere else; nothing when that restricts nothing. `origin` is what brought it to
/// attention, `at_ms` the time of the step that did it: an export of a day must not miss what is done
/// after it, whenever that was decided.
///
/// # Errors
/// What the store fails with.
pub(super) fn state_reasons(
    tx: &mut Tx<'_>,
    (entry_id, at_ms): (EntryId, i64),
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
        at_ms,
        restriction,
        until_ms: None,
        reason,
        origin,
        detected_by: detected_by(&from.disposition, decided_by),
        decided_by,
        content_ms: to.edited_ms.unwrap_or(to.created_ms),
    })?)
}

/// Keeps what a person is to be told of a sanction laid on them; nothing when that restricts nothing.
///
/// # Errors
/// What the store fails with.
pub(super) fn state_sanction(
    tx: &mut Tx<'_>,
    entry_id: EntryId,
    decision: &Decision,
    sanction: &Sanction,
) -> Result<(), Error> {
    let Some(restriction) = Restriction::by(sanction.kind) else { return Ok(()) };
    let content_ms = led_to(tx, sanction)?.unwrap_or(sanction.created_ms);
    Ok(tx.statement_insert(&Facts {
        entry_id,
        site_id: decision.site_id,
        at_ms: decision.at_ms,
        restriction,
        until_ms: sanction.until_ms,
        reason: Some(sanction.reason),
        origin: Origin::OwnInitiative,
        detected_by: Means::People,
        decided_by: if decision.actor_id.is_some() { Means::People } else { Means::Rule },
        content_ms,
    })?)
}

/// When the content was written that led to a sanction: the last that was hidden, else the last there
/// is; none of who wrote nothing.
fn led_to(tx: &mut Tx<'_>, sanction: &Sanction) -> Result<Option<i64>, Error> {
    let filter = match sanction.site_id() {
        Some(site) => CommentFilter::AuthorOnSite(sanction.user_id, site),
        None => CommentFilter::Author(sanction.user_id),
    };
    for states in [&[State::Hidden], State::ALL] {
        if let Some(comment) = tx.comment_list(filter, states, None, 1)?.first() {
            return Ok(Some(comment.edited_ms.unwrap_or(comment.created_ms)));
        }
    }
    Ok(None)
}
