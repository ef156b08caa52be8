//! A moderator takes a decision back: exactly what it changed, where it is still as it left it.

use super::caller::Caller;
use super::decide::{Decided, Judged, carry_out, recorded, settled_as};
use super::{App, Error, new_id};
use crate::domain::code::Code;
use crate::domain::decision::{Act, Conflict, Decision, Fate, undone};
use crate::domain::ids::{CommentId, DecisionId, UserId};
use crate::domain::permission::Action;
use crate::store::{Key, Tx};

impl App {
    /// Undoes a decision by a new one. Each target whose facet is still as that decision left it
    /// goes back, the rest are conflicts; flags it settled are opened again.
    ///
    /// # Errors
    /// 404, 409 `already_undone`.
    pub async fn undo(&self, caller: &Caller, id: DecisionId) -> Result<Decided, Error> {
        caller.require_any_moderator()?;
        let now_ms = self.now_ms();
        let new = DecisionId(new_id(now_ms));
        let caller = caller.clone();
        self.store
            .write("undo", Key::log().and(Key::decision(id)), move |tx| {
                let old = recorded(tx, id)?;
                if !caller.may(Action::Moderate, Some(old.decision.site_id)) {
                    return Err(Error::not_found());
                }
                if old.decision.undone_by.is_some() {
                    return Err(Code::AlreadyUndone.into());
                }
                let decision = Decision {
                    id: new,
                    site_id: old.decision.site_id,
                    at_ms: now_ms,
                    actor_id: Some(caller.user),
                    act: Act::Undo,
                    reach: old.decision.reach,
                    reason: None,
                    note: None,
                    public_text: None,
                    undoes: Some(id),
                    undone_by: None,
                };
                let judged = judge(tx, &old)?;
                let made = carry_out(tx, decision, judged, false, reopen)?;
                if made.is_recorded() {
                    tx.decision_set_undone(id, Some(new))?;
                    mark(tx, &old.decision)?;
                }
                Ok(made)
            })
            .await
    }
}

fn judge(tx: &mut Tx<'_>, old: &Decided) -> Result<Vec<Judged>, Error> {
    let mut judged = Vec::new();
    for target in &old.targets {
        let Fate::Applied { before, after } = &target.fate else { continue };
        let comment = tx.comment_by_id(target.comment_id)?;
        let to = match &comment {
            None => Err(Conflict::NotFound),
            Some(comment) => undone(&comment.disposition, before, after).map_err(|_| Conflict::WrongState),
        };
        judged.push(Judged { id: target.comment_id, comment, to });
    }
    Ok(judged)
}

/// What an undone decision undid itself stands again, what that one undid is undone again by it,
/// and so on down to the first.
fn mark(tx: &mut Tx<'_>, undone: &Decision) -> Result<(), Error> {
    let (mut undoes, mut above, mut stands) = (undone.undoes, undone.id, true);
    while let Some(id) = undoes {
        tx.decision_set_undone(id, (!stands).then_some(above))?;
        undoes = tx.decision_by_id(id)?.and_then(|decision| decision.undoes);
        (above, stands) = (id, !stands);
    }
    Ok(())
}

/// Opens the flags again that the first decision settled; where that one stands again, as after
/// the undo of an undo, settles them again.
fn reopen(tx: &mut Tx<'_>, decision: &Decision, comment: CommentId) -> Result<Vec<UserId>, Error> {
    let mut undoes = decision.undoes;
    let (mut first, mut stands) = (None, true);
    while let Some(id) = undoes {
        first = tx.decision_by_id(id)?;
        undoes = first.as_ref().and_then(|undone| undone.undoes);
        stands = !stands;
    }
    let first = first.ok_or_else(|| Error::Fault("an undo names what it undoes".into()))?;
    let Some(settled) = settled_as(first.act) else { return Ok(Vec::new()) };
    let (reporters, by) =
        if stands { (tx.flags_resettle(comment, first.id)?, 1) } else { (tx.flags_reopen(comment, first.id)?, -1) };
    tx.record_add_flags(&reporters, decision.site_id, settled, by)?;
    Ok(reporters)
}
