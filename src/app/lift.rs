//! A moderator lifts a sanction, or takes that back: each a decision that undoes the one before.

use super::caller::Caller;
use super::decide::Decided;
use super::sanction::{describe, follow, require_below, sanction_behind, two_needed};
use super::undo::mark;
use super::{App, Error, carry_out, new_id};
use crate::domain::code::Code;
use crate::domain::decision::{Act, Course, Decision, Phase};
use crate::domain::ids::{DecisionId, SanctionId};
use crate::domain::permission::Action;
use crate::domain::sanction::{Sanction, Turn, is_as_a_ban, may_turn};
use crate::store::{Key, Tx};

impl App {
    /// Lifts a sanction.
    ///
    /// # Errors
    /// 403 for one's own and for one on the whole server without the right to it, 404 when there is
    /// none that the caller may know of, 409 `already_undone` when it was lifted.
    pub async fn lift(&self, caller: &Caller, id: SanctionId) -> Result<Decided, Error> {
        caller.require_any_moderator()?;
        let now_ms = self.now_ms();
        let new = DecisionId(new_id(now_ms));
        let caller = caller.clone();
        self.store
            .write("lift", Key::log(), move |tx| {
                let sanction = tx.sanction_by_id(id)?.ok_or_else(Error::not_found)?.sanction;
                let made_by = tx.decision_by_id(sanction.decision_id)?.ok_or_else(Error::not_found)?;
                turn(tx, &caller, &made_by, (new, now_ms))
            })
            .await
    }
}

/// Takes a decision on a person back by a new one, with its id and time: lifts the sanction that it
/// made, or puts back the one that it lifted.
pub(super) fn turn(
    tx: &mut Tx<'_>,
    caller: &Caller,
    old: &Decision,
    (id, at_ms): (DecisionId, i64),
) -> Result<Decided, Error> {
    let sanction = sanction_behind(tx, old)?;
    authorise(caller, old, &sanction)?;
    if old.undone_by.is_some() {
        return Err(Code::AlreadyUndone.into());
    }
    if old.course.phase == Phase::Proposed {
        return refuse(tx, caller, (old, sanction.id), (id, at_ms));
    }
    // what was refused never held: it is to be proposed anew
    if tx.decision_by_id(sanction.decision_id)?.is_some_and(|made_by| made_by.course.is_refused()) {
        return Err(Code::AlreadyUndone.into());
    }
    let turn = if old.act == Act::Sanction { Turn::Lift } else { Turn::PutBack };
    may_turn(&sanction, turn, at_ms)?;
    let (act, reason, public_text, lifted) = match turn {
        Turn::Lift => (Act::Lift, None, None, Some((at_ms, id))),
        Turn::PutBack => {
            require_below(tx, caller, sanction.user_id, sanction.site_id())?;
            if is_as_a_ban(sanction.kind, sanction.until_ms, at_ms) && two_needed(tx, sanction.site_id())? {
                let detail = "two moderators are needed for a ban: lay it anew, for another to confirm";
                return Err(Error::refuse(Code::Forbidden, detail));
            }
            (Act::Sanction, Some(sanction.reason), sanction.public_text.clone(), None)
        }
    };
    let decision = Decision {
        id,
        at_ms,
        actor_id: Some(caller.user),
        act,
        reason,
        note: None,
        public_text,
        undoes: Some(old.id),
        undone_by: None,
        // of no comments, so that there is nothing left to do
        course: Course { phase: Phase::Done, ..Course::of(0) },
        ..old.clone()
    };
    tx.decision_insert(&decision)?;
    mark(tx, old, Some(id))?;
    tx.sanction_set_lifted(sanction.id, lifted)?;
    let after = Sanction { lifted_ms: lifted.map(|(at_ms, _)| at_ms), ..sanction.clone() };
    follow(tx, &decision, &after, (Some(describe(&sanction)), Some(describe(&after))))?;
    Ok(Decided { decision, targets: Vec::new(), before: Default::default() })
}

/// Refuses a sanction that was proposed: it never held, so there is nobody to be told.
fn refuse(
    tx: &mut Tx<'_>,
    caller: &Caller,
    (proposal, sanction): (&Decision, SanctionId),
    (id, at_ms): (DecisionId, i64),
) -> Result<Decided, Error> {
    let course = Course { phase: Phase::Done, ..Course::of(0) };
    let refusal = Decision {
        id,
        at_ms,
        actor_id: Some(caller.user),
        act: Act::Lift,
        reason: None,
        note: None,
        public_text: None,
        undoes: Some(proposal.id),
        undone_by: None,
        course,
        ..proposal.clone()
    };
    tx.decision_insert(&refusal)?;
    let refused = Course { phase: Phase::Done, ..proposal.course.clone() };
    tx.decision_set_course(&Decision { course: refused, ..proposal.clone() })?;
    mark(tx, proposal, Some(id))?;
    tx.sanction_set_lifted(sanction, Some((at_ms, id)))?;
    tx.log_append(&carry_out::turn(&refusal, refusal.actor_id, "refuse", at_ms))?;
    Ok(Decided { decision: refusal, targets: Vec::new(), before: Default::default() })
}

/// Who may turn a sanction: those who may lay one there, save on themselves.
fn authorise(caller: &Caller, old: &Decision, sanction: &Sanction) -> Result<(), Error> {
    let site = sanction.site_id();
    if !caller.may(Action::Moderate, Some(old.site_id)) {
        return Err(Error::not_found());
    }
    let action = if site.is_some() { Action::Moderate } else { Action::SanctionEverywhere };
    caller.require(action, site)?;
    if sanction.user_id == caller.user {
        return Err(Error::refuse(Code::Forbidden, "nobody decides on a sanction of their own"));
    }
    Ok(())
}
