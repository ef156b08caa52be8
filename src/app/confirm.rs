//! A second moderator agrees to what another has proposed.

use super::caller::Caller;
use super::carry_out::{carry_out, judge_all, settle, turn};
use super::decide::{Decided, recorded};
use super::{App, Error, sanction};
use crate::domain::code::Code;
use crate::domain::decision::{Act, Aim, Decision, Phase, STEP, WHOLE};
use crate::domain::ids::DecisionId;
use crate::domain::permission::Action;
use crate::domain::two_persons::may_confirm;
use crate::store::{Batch, Key, Tx};

impl App {
    /// Puts a proposed decision into effect, on the very comments and versions that were proposed:
    /// what has changed since is a conflict. On more than [`WHOLE`] comments it runs when this
    /// returns.
    ///
    /// # Errors
    /// 403 for one's own proposal, 404, 409 `already_undone` and `already_confirmed`.
    pub async fn confirm(&self, caller: &Caller, id: DecisionId) -> Result<Decided, Error> {
        caller.require_any_moderator()?;
        let now_ms = self.now_ms();
        // more than a unit takes is wide, however much more it is
        let enough = (WHOLE / STEP + 1) as i64;
        let listed = self.store.read("proposed", move |tx| Ok::<_, Error>(tx.batches_from(id, 0, enough)?)).await?;
        let listed = aims(listed);
        let threads = match listed.len() {
            0..=WHOLE => Key::comments(listed.iter().map(|aim| aim.id).collect()),
            _ => Key::free(),
        };
        let caller = caller.clone();
        let made = self
            .store
            .write("confirm", Key::log().and(threads), move |tx| {
                let proposal = tx.decision_by_id(id)?.ok_or_else(Error::not_found)?;
                if !caller.may(Action::Moderate, Some(proposal.site_id)) {
                    return Err(Error::not_found());
                }
                caller.require(proposal.act.action(), Some(proposal.site_id))?;
                if proposal.course.phase != Phase::Proposed {
                    let code = if proposal.undone_by.is_some() { Code::AlreadyUndone } else { Code::AlreadyConfirmed };
                    return Err(code.into());
                }
                if !may_confirm(proposal.actor_id, caller.user) {
                    return Err(Error::refuse(Code::Forbidden, "another moderator has to confirm what you propose"));
                }
                put_into_effect(tx, proposal, &caller, now_ms)
            })
            .await?;
        self.wake(&made.decision);
        Ok(made)
    }
}

fn aims(batches: Vec<Batch>) -> Vec<Aim> {
    batches.into_iter().flat_map(|batch| batch.aims).collect()
}

fn put_into_effect(tx: &mut Tx<'_>, mut decision: Decision, by: &Caller, now_ms: i64) -> Result<Decided, Error> {
    decision.at_ms = now_ms;
    decision.course.confirmed_by = Some(by.user);
    decision.course.phase = if decision.act == Act::Sanction { Phase::Done } else { Phase::Running };
    tx.decision_set_course(&decision)?;
    tx.log_append(&turn(&decision, Some(by.user), "confirm", now_ms))?;
    if decision.act == Act::Sanction {
        sanction::put_into_effect(tx, by, &decision)?;
        return recorded(tx, decision.id);
    }
    if !decision.course.is_wide() {
        let listed = aims(tx.batches_from(decision.id, 0, WHOLE as i64)?);
        let judged = judge_all(tx, &decision, &listed)?;
        tx.batches_delete(decision.id)?;
        carry_out(tx, &mut decision, judged, now_ms, settle)?;
    }
    recorded(tx, decision.id)
}
