//! A moderator takes a decision back: exactly what it changed, where it is still as it left it. One
//! that runs stops where it is, one that is proposed is refused.

use std::collections::HashMap;

use super::caller::Caller;
use super::carry_out::{Judged, Settled, carry_out, settled_as, told, turn};
use super::decide::{Decided, recorded, unrecorded};
use super::others::{Again, reopen_others};
use super::rule::require_other;
use super::{App, Error, lift, new_id};
use crate::domain::appeal::Extent;
use crate::domain::code::Code;
use crate::domain::comment::Comment;
use crate::domain::decision::{Act, Conflict, Course, Decision, Fate, Phase, Target, WHOLE, undone};
use crate::domain::ids::{CommentId, DecisionId, UserId};
use crate::domain::permission::Action;
use crate::domain::two_persons::Class;
use crate::store::{Key, Tx};

impl App {
    /// Undoes a decision by a new one. Each target whose facet is still as that decision left it
    /// goes back, the rest are conflicts; flags it settled are opened again. Of more than
    /// [`WHOLE`] targets the undo runs when this returns, and goes on by itself. A sanction is
    /// lifted, and one that was lifted put back.
    ///
    /// # Errors
    /// 404, 409 `already_undone`, `sanction_ended`, and as in [`lift`](super::lift).
    pub async fn undo(&self, caller: &Caller, id: DecisionId) -> Result<Decided, Error> {
        caller.require_any_moderator()?;
        let now_ms = self.now_ms();
        let new = DecisionId(new_id(now_ms));
        let settled = self.store.read("decision", move |tx| settled(tx, id)).await?;
        // of a wide one only what is to be done is written down
        let threads = if settled > WHOLE as i64 { Key::free() } else { Key::decision(id) };
        let caller = caller.clone();
        let made = self
            .store
            .write("undo", Key::log().and(threads), move |tx| {
                let old = tx.decision_by_id(id)?.ok_or_else(Error::not_found)?;
                if !caller.may(Action::Moderate, Some(old.site_id)) {
                    return Err(Error::not_found());
                }
                caller.require(Action::Moderate, Some(old.site_id))?;
                require_not_overruled(tx, &old, caller.user)?;
                if old.act.is_on_person() {
                    return lift::turn(tx, &caller, &old, (new, now_ms));
                }
                if old.undone_by.is_some() {
                    return Err(Code::AlreadyUndone.into());
                }
                require_enough(tx, &old)?;
                take_back(tx, old, new, caller.user, now_ms)
            })
            .await?;
        self.wake(&made.decision);
        Ok(made)
    }
}

/// Refuses who was overruled on appeal to overrule that: whoever made something stand in a line of
/// undos in which a ruling took anything back.
fn require_not_overruled(tx: &mut Tx<'_>, old: &Decision, user: UserId) -> Result<(), Error> {
    let Some(undone) = old.undoes else { return Ok(()) };
    let mut line = vec![first(tx, old)?.0.id];
    let mut by_ruling = false;
    // all that was ever undone in it, whatever stands now
    while let Some(id) = line.pop().filter(|_| !by_ruling) {
        by_ruling = tx.appeal_extent(id)?.is_some();
        line.extend(tx.decisions_undoing(id)?);
    }
    if !by_ruling {
        return Ok(());
    }
    let again = tx.decision_by_id(undone)?.ok_or_else(|| Error::Fault(format!("decision {undone} is gone")))?;
    require_other(tx, &again, user)
}

/// Refuses to let one person bring about by an undo what needs two: a decision on many comments stands
/// again when its undo is undone.
fn require_enough(tx: &mut Tx<'_>, old: &Decision) -> Result<(), Error> {
    let (_, stands) = first(tx, old)?;
    let targets = usize::try_from(old.course.applied.max(old.course.total)).unwrap_or(usize::MAX);
    if !stands && tx.site_two_persons(old.site_id)?.are_needed_for(Class::Wide { targets }) {
        let detail = "two moderators are needed for so many comments: decide anew, for another to confirm";
        return Err(Error::refuse(Code::Forbidden, detail));
    }
    Ok(())
}

/// How many targets a decision has settled; 0 when there is none.
fn settled(tx: &mut Tx<'_>, id: DecisionId) -> Result<i64, Error> {
    Ok(tx.decision_by_id(id)?.map_or(0, |decision| decision.course.applied))
}

fn take_back(tx: &mut Tx<'_>, mut old: Decision, new: DecisionId, user: UserId, now_ms: i64) -> Result<Decided, Error> {
    let is_open = old.course.phase != Phase::Done;
    let mut undo = Decision {
        id: new,
        site_id: old.site_id,
        at_ms: now_ms,
        actor_id: Some(user),
        act: Act::Undo,
        reach: old.reach,
        reason: None,
        note: None,
        public_text: None,
        undoes: Some(old.id),
        undone_by: None,
        course: Course { total: old.course.applied, looked_at: old.course.done(), ..Course::of(0) },
    };
    let judged = match undo.course.is_wide() {
        true => Vec::new(),
        false => {
            let targets = tx.targets_applied_after(old.id, -1, WHOLE as i64)?;
            judge_all(tx, old.act, targets.into_iter().map(|(_, target)| target).collect())?
        }
    };
    // that it stopped, or was refused, is worth a record whatever it had done
    if !is_open && !undo.course.is_wide() && judged.iter().all(|target| target.to.is_err()) {
        return unrecorded(tx, undo, told(judged));
    }
    tx.decision_insert(&undo)?;
    if is_open {
        old.course.phase = Phase::Done;
        tx.decision_set_course(&old)?;
        tx.batches_delete(old.id)?;
    }
    mark(tx, &old, Some(new))?;
    if is_open || undo.course.is_wide() {
        let action = match (old.course.proposed_ms, old.course.confirmed_by) {
            (Some(_), None) => "refuse",
            _ => "start",
        };
        tx.log_append(&turn(&undo, undo.actor_id, action, now_ms))?;
    }
    if !undo.course.is_wide() {
        carry_out(tx, &mut undo, judged, now_ms, reopen)?;
    }
    recorded(tx, new)
}

/// What taking back will make of targets that were settled, as they stand now.
pub(super) fn judge_all(tx: &mut Tx<'_>, act: Act, targets: Vec<Target>) -> Result<Vec<Judged>, Error> {
    let ids: Vec<CommentId> = targets.iter().map(|target| target.comment_id).collect();
    let comments = tx.comments_by_id(&ids)?.into_iter();
    let mut comments: HashMap<CommentId, Comment> = comments.map(|comment| (comment.id, comment)).collect();
    let mut judged = Vec::with_capacity(targets.len());
    for target in targets {
        let Fate::Applied { before, after } = &target.fate else { continue };
        let comment = comments.remove(&target.comment_id);
        let to = match &comment {
            None => Err(Conflict::NotFound),
            // its text is gone
            Some(_) if act == Act::Purge => Err(Conflict::WrongState),
            Some(comment) => undone(&comment.disposition, before, after).map_err(|_| Conflict::WrongState),
        };
        judged.push(Judged { id: target.comment_id, comment, to });
    }
    Ok(judged)
}

/// Notes which decision took one back; none: it stands. What an undone decision undid itself stands
/// again, what that one undid is undone again by it, and so on down to the first.
pub(super) fn mark(tx: &mut Tx<'_>, of: &Decision, by: Option<DecisionId>) -> Result<(), Error> {
    tx.decision_set_undone(of.id, by)?;
    let (mut undoes, mut above, mut is_undone) = (of.undoes, of.id, by.is_some());
    while let Some(id) = undoes {
        // what took one of several back on appeal left the rest, and the decision, standing
        if tx.appeal_extent(above)? == Some(Extent::Part) {
            break;
        }
        tx.decision_set_undone(id, (!is_undone).then_some(above))?;
        undoes = tx.decision_by_id(id)?.and_then(|decision| decision.undoes);
        (above, is_undone) = (id, !is_undone);
    }
    Ok(())
}

/// Opens the flags again that the first decision settled; where that one stands again, as after
/// the undo of an undo, settles them again.
pub(super) fn reopen(tx: &mut Tx<'_>, decision: &Decision, comment: CommentId) -> Result<Settled, Error> {
    let (first, stands) = first(tx, decision)?;
    let Some(settled) = settled_as(first.act) else { return Ok(Settled::default()) };
    let again = if stands { Again::Settle { at_ms: decision.at_ms } } else { Again::Open };
    let others = reopen_others(tx, &first, comment, again)?;
    let (reporters, by) =
        if stands { (tx.flags_resettle(comment, first.id)?, 1) } else { (tx.flags_reopen(comment, first.id)?, -1) };
    tx.record_add_flags(&reporters, decision.site_id, settled, by)?;
    Ok(Settled { reporters, others, by_notice: false })
}

/// The decision at the start of a line of undos, itself where there is none, and whether it stands
/// after the last.
pub(super) fn first(tx: &mut Tx<'_>, last: &Decision) -> Result<(Decision, bool), Error> {
    let (mut first, mut stands) = (last.clone(), true);
    while let Some(id) = first.undoes {
        let missing = || Error::Fault(format!("decision {id} is gone, which another undoes"));
        first = tx.decision_by_id(id)?.ok_or_else(missing)?;
        stands = !stands;
    }
    Ok((first, stands))
}
