//! Goes on with the decisions that run, a step at a time. Called by a timer.
//!
//! A step is a unit of its own with its counters, events and log row, and takes from the list what
//! it has done: after a crash the next one follows, whichever node does it. Between two steps readers
//! and other writers have their turn, and of several decisions each has its own.

use std::sync::atomic::{AtomicI64, Ordering};

use tokio::sync::Notify;

use super::carry_out::{carry_out, judge_all, settle};
use super::undo::{self, mark, reopen};
use super::{App, Error};
use crate::domain::decision::{Decision, Phase, STEP};
use crate::domain::ids::{CommentId, DecisionId};
use crate::store::{Key, Tx};

/// What holds the nodes apart.
const JOB: &str = "decisions";
/// A node that has done no step for so long has died, in milliseconds. Should it only have been
/// slow, the steps of both are whole in themselves.
const HOLD_MS: i64 = 3_000;

/// What is known of the decisions that run.
#[derive(Default)]
pub struct Running {
    /// Told when one begins here.
    pub begun: Notify,
    /// The one that had its turn.
    turn: AtomicI64,
}

impl App {
    /// Does the next step of a decision that runs, if there is one, and this node is to do it;
    /// whether it did.
    ///
    /// # Errors
    /// [`Error`] when the step could not be done; nothing of it is kept, and it can be tried again.
    pub async fn go_on(&self) -> Result<bool, Error> {
        let turn = DecisionId(self.running.turn.load(Ordering::SeqCst));
        let Some((id, comments)) = self.store.read("next_step", move |tx| next(tx, turn)).await? else {
            return Ok(false);
        };
        self.running.turn.store(id.0, Ordering::SeqCst);
        let (node, now_ms) = (self.node, self.now_ms());
        let key = Key::log().and(Key::job(JOB)).and(Key::comments(comments));
        let unit = move |tx: &mut Tx<'_>| match tx.job_hold(JOB, node, now_ms, now_ms + HOLD_MS)? {
            true => step(tx, id, now_ms),
            false => Ok(false),
        };
        self.store.write("step", key, unit).await
    }

    /// Lets a decision that has just begun to run go on at once.
    pub(super) fn wake(&self, decision: &Decision) {
        if decision.course.phase == Phase::Running {
            self.running.begun.notify_one();
        }
    }
}

/// The decision whose turn it is after another's, and the comments of its next step.
fn next(tx: &mut Tx<'_>, turn: DecisionId) -> Result<Option<(DecisionId, Vec<CommentId>)>, Error> {
    let decision = match tx.decision_running(turn)? {
        None if turn.0 > 0 => tx.decision_running(DecisionId(0))?,
        found => found,
    };
    let Some(decision) = decision else { return Ok(None) };
    let comments = match decision.undoes {
        None => {
            let batch = tx.batches_from(decision.id, 0, 1)?.pop();
            batch.into_iter().flat_map(|batch| batch.aims).map(|aim| aim.id).collect()
        }
        Some(undoes) => {
            let targets = tx.targets_applied_before(undoes, decision.course.looked_at, STEP as i64)?;
            targets.into_iter().map(|(_, target)| target.comment_id).collect()
        }
    };
    Ok(Some((decision.id, comments)))
}

fn step(tx: &mut Tx<'_>, id: DecisionId, now_ms: i64) -> Result<bool, Error> {
    // it may have been stopped since it was looked at
    let decision = tx.decision_by_id(id)?.filter(|decision| decision.course.phase == Phase::Running);
    let Some(mut decision) = decision else { return Ok(false) };
    match decision.undoes {
        None => forth(tx, &mut decision, now_ms)?,
        Some(undoes) => back(tx, &mut decision, undoes, now_ms)?,
    }
    Ok(true)
}

fn forth(tx: &mut Tx<'_>, decision: &mut Decision, now_ms: i64) -> Result<(), Error> {
    let batch = tx.batches_from(decision.id, 0, 1)?.pop();
    let batch = batch.ok_or_else(|| Error::Fault(format!("decision {} runs, with nothing to do", decision.id)))?;
    let judged = judge_all(tx, decision, &batch.aims)?;
    tx.batch_delete(decision.id, batch.position)?;
    carry_out(tx, decision, judged, now_ms, settle)
}

fn back(tx: &mut Tx<'_>, decision: &mut Decision, undoes: DecisionId, now_ms: i64) -> Result<(), Error> {
    let undone = tx.decision_by_id(undoes)?.ok_or_else(|| Error::Fault(format!("decision {undoes} is gone")))?;
    let targets = tx.targets_applied_before(undoes, decision.course.looked_at, STEP as i64)?;
    let last = targets.last().map(|(position, _)| *position);
    decision.course.looked_at =
        last.ok_or_else(|| Error::Fault(format!("undo {} runs, with nothing to do", decision.id)))?;
    let judged = undo::judge_all(tx, undone.act, targets.into_iter().map(|(_, target)| target).collect())?;
    carry_out(tx, decision, judged, now_ms, reopen)?;
    // what took nothing back leaves the other standing, to be tried again
    if decision.course.phase == Phase::Done && decision.course.applied == 0 {
        mark(tx, &undone, None)?;
    }
    Ok(())
}
