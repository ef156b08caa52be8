//! A moderator rules on an appeal against another's decision. Overturning takes back exactly the
//! entry appealed against: one comment goes back, or one flag is opened again.

use super::appeal::dismissed_flag;
use super::caller::Caller;
use super::carry_out::{Judged, Settled, carry_out};
use super::post::{Made, replayed};
use super::shift::requeue;
use super::undo::{mark, reopen};
use super::{App, Error, lift, new_id};
use crate::domain::appeal::{AppealState, Extent, Party, Ruling, Undo, taken_back};
use crate::domain::code::Code;
use crate::domain::comment::{Comment, State};
use crate::domain::decision::{Act, Course, Decision, Disposition, Fate, Phase, Reach};
use crate::domain::flag::FlagState;
use crate::domain::ids::{AppealId, CommentId, DecisionId, EntryId, UserId};
use crate::domain::log::{Chain, LogEntry};
use crate::domain::permission::Action;
use crate::domain::sanction::WHOLE_SERVER;
use crate::store::{Appealed, Entry, IdempotencyKey, Key, Tx};

/// What a moderator rules.
#[derive(Clone, Debug)]
pub struct Rule {
    /// On which appeal.
    pub appeal: AppealId,
    /// Whether the decision stands.
    pub ruling: Ruling,
    /// What the person is answered.
    pub answer: String,
    /// For a request that may come again.
    pub once: Option<IdempotencyKey>,
}

impl App {
    /// Rules on an appeal.
    ///
    /// # Errors
    /// 404 for those of sites that the caller does not moderate, 403 for who decided or is
    /// concerned, 409 `already_ruled`, or `wrong_state` when what is to be taken back has moved on,
    /// and those of an idempotency key.
    pub async fn rule(&self, caller: &Caller, order: Rule) -> Result<Made<Appealed>, Error> {
        caller.require_any_moderator()?;
        let now_ms = self.now_ms();
        let id = DecisionId(new_id(now_ms));
        let caller = caller.clone();
        self.store
            .write("rule", Key::log().and(Key::appeal(order.appeal)), move |tx| {
                let mine = |found: &Appealed| caller.may(Action::Moderate, Some(found.appeal.site_id));
                let mut found = tx.appeal_by_id(order.appeal)?.filter(mine).ok_or_else(Error::not_found)?;
                match found.appeal.site_id {
                    WHOLE_SERVER => caller.require(Action::SanctionEverywhere, None)?,
                    site => caller.require(Action::Moderate, Some(site))?,
                }
                if replayed(tx, order.once.as_ref())?.is_some() {
                    return Ok(Made { made: found, replayed: true });
                }
                let comment = match found.entry.comment_id {
                    Some(id) => Some(tx.comment_by_id(id)?.ok_or_else(Error::not_found)?),
                    None => None,
                };
                require_unconcerned(&found.entry, comment.as_ref(), caller.user)?;
                require_other(tx, &found.entry.decision, caller.user)?;
                if found.appeal.state != AppealState::Open {
                    return Err(Code::AlreadyRuled.into());
                }
                if order.ruling == Ruling::Overturned {
                    found.appeal.undo = match comment {
                        Some(comment) => {
                            let decision = undo_of(&found.entry.decision, id, (caller.user, now_ms), &order.answer);
                            overturn(tx, &found.entry, comment, decision)?
                        }
                        None => lift_sanction(tx, &caller, &found.entry, (id, now_ms))?,
                    };
                }
                let appeal = &mut found.appeal;
                appeal.state = order.ruling.into();
                appeal.answer = Some(order.answer.clone());
                (appeal.ruled_by, appeal.decided_ms) = (Some(caller.user), Some(now_ms));
                tx.appeal_rule(appeal)?;
                tx.log_append(&log_entry(&found, caller.user, now_ms))?;
                if let Some(key) = &order.once {
                    tx.idempotency_keep(key, found.appeal.id.0, now_ms)?;
                }
                Ok(Made { made: found, replayed: false })
            })
            .await
    }
}

/// Refuses who is a party to the appeal.
fn require_unconcerned(entry: &Entry, comment: Option<&Comment>, user: UserId) -> Result<(), Error> {
    if entry.user_id == user || comment.is_some_and(|comment| comment.is_by(user)) {
        return Err(Error::refuse(Code::Forbidden, "this concerns you: another moderator has to rule on it"));
    }
    Ok(())
}

/// Refuses who took part in a decision: who made or confirmed it, and who has made it stand since or
/// before, by an undo of its undo.
pub(super) fn require_other(tx: &mut Tx<'_>, decision: &Decision, user: UserId) -> Result<(), Error> {
    let (mut last, mut stands) = (decision.clone(), true);
    while let Some(id) = last.undone_by {
        last = tx.decision_by_id(id)?.ok_or_else(|| Error::Fault(format!("decision {id} is gone")))?;
        stands = !stands;
    }
    let mut at = last;
    loop {
        if stands && [at.actor_id, at.course.confirmed_by].contains(&Some(user)) {
            return Err(Error::refuse(Code::Forbidden, "you decided this: another moderator has to rule on it"));
        }
        let Some(undone) = at.undoes else { return Ok(()) };
        at = tx.decision_by_id(undone)?.ok_or_else(|| Error::Fault(format!("decision {undone} is gone")))?;
        stands = !stands;
    }
}

/// The decision that takes one comment of another back, with its id, who rules and when.
fn undo_of(undone: &Decision, id: DecisionId, (user, now_ms): (UserId, i64), answer: &str) -> Decision {
    Decision {
        id,
        site_id: undone.site_id,
        at_ms: now_ms,
        actor_id: Some(user),
        act: Act::Undo,
        reach: Reach::Comment,
        reason: None,
        note: None,
        public_text: Some(answer.to_owned()),
        undoes: Some(undone.id),
        undone_by: None,
        course: Course::of(1),
    }
}

/// Lifts the sanction that an entry tells of, by a decision with that id and time; none when it has
/// been lifted already.
fn lift_sanction(
    tx: &mut Tx<'_>,
    caller: &Caller,
    entry: &Entry,
    at: (DecisionId, i64),
) -> Result<Option<Undo>, Error> {
    if entry.sanction.as_ref().is_none_or(|sanction| sanction.lifted_ms.is_some()) {
        return Ok(None);
    }
    // it may have been lifted and put back since: the last of the line is what stands
    let mut last = entry.decision.clone();
    while let Some(id) = last.undone_by {
        last = tx.decision_by_id(id)?.ok_or_else(|| Error::Fault(format!("decision {id} is gone")))?;
    }
    lift::turn(tx, caller, &last, at)?;
    Ok(Some(Undo { decision: at.0, extent: Extent::Whole }))
}

/// Takes back what an entry tells of by `decision`; none when that has been done already.
fn overturn(tx: &mut Tx<'_>, entry: &Entry, comment: Comment, decision: Decision) -> Result<Option<Undo>, Error> {
    match entry.party {
        Party::Owner => restore(tx, entry, comment, decision),
        Party::Reporter => reopen_flag(tx, entry, comment, decision),
    }
}

/// Puts a comment back to where the decision found it.
fn restore(tx: &mut Tx<'_>, entry: &Entry, comment: Comment, mut decision: Decision) -> Result<Option<Undo>, Error> {
    tx.thread_add_overturned(comment.id)?;
    let undone = &entry.decision;
    if undone.act == Act::Purge {
        // its text is gone
        return Err(moved_on());
    }
    let Some(Fate::Applied { before, after }) = tx.target_of(undone.id, comment.id)?.map(|target| target.fate) else {
        return Err(Error::Fault(format!("entry {} tells of nothing that its decision did", entry.id)));
    };
    let Some(to) = taken_back(&comment.disposition, &before, &after).map_err(|_| moved_on())? else {
        return Ok(None);
    };
    tx.decision_insert(&decision)?;
    let (id, now_ms) = (decision.id, decision.at_ms);
    carry_out(tx, &mut decision, vec![judged(comment, to)], now_ms, reopen)?;
    let is_whole = undone.course.phase == Phase::Done && undone.course.applied == 1 && undone.undone_by.is_none();
    let extent = if is_whole {
        mark(tx, undone, Some(id))?;
        Extent::Whole
    } else {
        Extent::Part
    };
    Ok(Some(Undo { decision: id, extent }))
}

/// Opens the one flag again, so that the comment is looked at anew; what the decision did to the
/// comment and to other flags stands.
fn reopen_flag(
    tx: &mut Tx<'_>,
    entry: &Entry,
    comment: Comment,
    mut decision: Decision,
) -> Result<Option<Undo>, Error> {
    if comment.state() == State::Deleted {
        return Err(moved_on());
    }
    let Some(flag) = dismissed_flag(tx, entry)? else {
        // open again by an undo, or settled otherwise since
        return match tx.flag_open(comment.id, entry.user_id)? {
            Some(_) => Ok(None),
            None => Err(moved_on()),
        };
    };
    if !tx.flag_reopen(flag)? {
        // its reporter has another open one, so it is looked at anew anyway
        return Ok(None);
    }
    tx.record_add_flags(&[entry.user_id], decision.site_id, FlagState::Dismissed, -1)?;
    requeue(tx, &comment)?;
    let (id, at_ms, target, stays) = (decision.id, decision.at_ms, comment.id, comment.disposition.clone());
    tx.decision_insert(&decision)?;
    carry_out(tx, &mut decision, vec![judged(comment, stays)], at_ms, no_flags)?;
    tx.entry_insert(EntryId(new_id(at_ms)), id, target, (entry.user_id, Party::Reporter), at_ms)?;
    Ok(Some(Undo { decision: id, extent: Extent::Part }))
}

fn judged(comment: Comment, to: Disposition) -> Judged {
    Judged { id: comment.id, comment: Some(comment), to: Ok(to) }
}

/// Settles nothing more.
fn no_flags(_: &mut Tx<'_>, _: &Decision, _: CommentId) -> Result<Settled, Error> {
    Ok(Settled::default())
}

fn moved_on() -> Error {
    let detail = "it is no longer as that decision left it, so nothing can be taken back: decide on the comment itself";
    Error::refuse(Code::WrongState, detail)
}

fn log_entry(found: &Appealed, actor: UserId, at_ms: i64) -> LogEntry {
    let appeal = &found.appeal;
    let side = |state: AppealState, undo: Option<DecisionId>| {
        Some(serde_json::json!({ "state": state, "entry_id": appeal.entry_id, "decision_id": undo }).to_string())
    };
    LogEntry {
        chain: Chain::of(appeal.site_id.0),
        at_ms,
        actor_id: Some(actor),
        action: format!("appeal.{}", appeal.state.as_str()),
        target: format!("appeal:{}", appeal.id),
        reason_code: None,
        before: side(AppealState::Open, None),
        after: side(appeal.state, appeal.undo.map(|undo| undo.decision)),
        // what is answered may quote the comment, and stands where a purge finds it
        note: None,
        salt: rand::random(),
    }
}
