//! A moderator decides on comments: one decision, its targets, the flags it settles, what the
//! people concerned will see, and its log row, all in one unit; in steps of that kind where there
//! are too many for one (`go_on`), and only proposed where two moderators are needed (`confirm`).

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::aim::{Aims, Gathered, Select, site_of};
use super::caller::Caller;
use super::carry_out::{carry_out, judge_all, look_back, settle, told, turn};
use super::post::{Made, replayed};
use super::{App, Error, new_id};
use crate::domain::decision::{Act, Course, Decision, Phase, Reach, STEP, Target, WHOLE};
use crate::domain::flag::Reason;
use crate::domain::ids::{CommentId, DecisionId};
use crate::domain::permission::Action;
use crate::domain::time::rfc3339;
use crate::domain::two_persons::Class;
use crate::store::{IdempotencyKey, Key, Past, StoreError, Tx};

/// How often targets are gathered again whose claim has changed hands meanwhile.
const GATHERINGS: usize = 3;

/// What a moderator sends.
#[derive(Clone, Debug)]
pub struct Decide {
    /// The comments, each with the version that was looked at; none where some are selected.
    pub targets: Vec<(CommentId, i64)>,
    /// The comments that are not named but selected.
    pub select: Option<Select>,
    /// How far.
    pub reach: Reach,
    /// What; one that [is on comments](Act::is_on_comments).
    pub act: Act,
    /// Why; needed to hide.
    pub reason: Option<Reason>,
    /// For moderators.
    pub note: Option<String>,
    /// For the author.
    pub public_text: Option<String>,
    /// The claim that must hold each target.
    pub claim_token: Option<String>,
    /// Only say what would be done.
    pub dry_run: bool,
    /// For a request that may come again.
    pub once: Option<IdempotencyKey>,
}

/// A decision with what became of its targets. Its id is 0 when nothing was recorded.
#[derive(Clone, Debug)]
pub struct Decided {
    /// The decision.
    pub decision: Decision,
    /// What became of its targets: of each kind the first [`WHOLE`].
    pub targets: Vec<Target>,
    /// What had been decided last on those left alone.
    pub before: HashMap<CommentId, Past>,
}

impl Decided {
    /// Whether anything was recorded.
    pub fn is_recorded(&self) -> bool {
        self.decision.id.0 != 0
    }
}

impl App {
    /// Decides on comments of one site. On more than [`WHOLE`] it runs when this returns, and goes on
    /// by itself; where two moderators are needed it is proposed.
    ///
    /// # Errors
    /// 404 when no target exists, 403 without a role on its site, 422, and those of an
    /// idempotency key. A target that cannot be settled is no error but a conflict.
    pub async fn decide(&self, caller: &Caller, order: Decide) -> Result<Made<Decided>, Error> {
        caller.require_any_moderator()?;
        if matches!(order.act, Act::Hide | Act::Purge) && order.reason.is_none() {
            return Err(Error::field("/reason_code", "required", "a reason is needed to take a comment away"));
        }
        if order.select.is_some() && order.claim_token.is_some() {
            return Err(Error::field("/claim_token", "not_both", "a claim holds comments that are named"));
        }
        let now_ms = self.now_ms();
        let id = DecisionId(new_id(now_ms));
        let order = Arc::new(order);
        for _ in 0..GATHERINGS {
            let aims = match self.gather(caller, &order, now_ms).await? {
                Gathered::Aims(aims) => aims,
                Gathered::Before(made) => {
                    let made = self.store.read("decision", move |tx| recorded(tx, made)).await?;
                    return Ok(Made { made, replayed: true });
                }
            };
            if aims.list.len() > WHOLE && (order.dry_run || aims.counts.0 == 0) {
                let (caller, order) = (caller.clone(), Arc::clone(&order));
                let made = self.store.read("outlook", move |tx| outlook(tx, &caller, &order, &aims, now_ms)).await?;
                return Ok(Made { made, replayed: false });
            }
            let making = Making { id, now_ms, caller: caller.clone(), order: Arc::clone(&order), aims };
            let key = Key::log().and(making.threads());
            let made = self.store.write("decide", key, move |tx| making.make(tx)).await?;
            if let Some(made) = made {
                self.wake(&made.made.decision);
                return Ok(made);
            }
        }
        Err(StoreError::Busy.into())
    }

    /// A decision of a site the caller moderates.
    ///
    /// # Errors
    /// 404 when there is none that the caller may know of.
    pub async fn decision(&self, caller: &Caller, id: DecisionId) -> Result<Decided, Error> {
        caller.require_any_moderator()?;
        let caller = caller.clone();
        self.store
            .read("decision", move |tx| {
                let decided = recorded(tx, id)?;
                if !caller.may(Action::Moderate, Some(decided.decision.site_id)) {
                    return Err(Error::not_found());
                }
                Ok(decided)
            })
            .await
    }
}

/// A decision to be made, with its targets.
struct Making {
    id: DecisionId,
    now_ms: i64,
    caller: Caller,
    order: Arc<Decide>,
    aims: Aims,
}

impl Making {
    /// What it contends for beside the log: a wide one only writes down what is to be done.
    fn threads(&self) -> Key {
        match self.aims.list.len() {
            0..=WHOLE => Key::comments(self.aims.list.iter().map(|aim| aim.id).collect()),
            _ => Key::free(),
        }
    }

    /// Makes it; none when the claim that was named holds other comments by now.
    fn make(&self, tx: &mut Tx<'_>) -> Result<Option<Made<Decided>>, Error> {
        let (order, aims) = (&self.order, &self.aims);
        if order.select.is_none() {
            // nothing can have moved them to another site, but what is written is what was looked at
            self.caller.require(order.act.action(), Some(site_of(tx, &order.targets)?))?;
        }
        if let Some(made) = replayed(tx, order.once.as_ref())? {
            return Ok(Some(Made { made: recorded(tx, DecisionId(made))?, replayed: true }));
        }
        if held(tx, &self.caller, order.claim_token.as_deref(), self.now_ms)? != aims.held {
            return Ok(None);
        }
        let mut decision = decision(self.id, &self.caller, order, aims, self.now_ms);
        let is_wide = decision.course.is_wide();
        let judged = if is_wide { Vec::new() } else { judge_all(tx, &decision, &aims.list)? };
        if order.dry_run || !(is_wide || judged.iter().any(|target| target.to.is_ok())) {
            return Ok(Some(Made { made: unrecorded(tx, decision, told(judged))?, replayed: false }));
        }
        if let Some(key) = &order.once {
            tx.idempotency_keep(key, self.id.0, self.now_ms)?;
        }
        let rule = tx.site_two_persons(aims.site)?;
        let is_purge = order.act == Act::Purge && rule.are_needed_for(Class::Purge);
        if is_purge || rule.are_needed_for(Class::Wide { targets: aims.list.len() }) {
            decision.course.phase = Phase::Proposed;
            decision.course.proposed_ms = Some(self.now_ms);
        }
        tx.decision_insert(&decision)?;
        if decision.course.phase == Phase::Proposed || is_wide {
            for (number, aims) in aims.list.chunks(STEP).enumerate() {
                tx.batch_insert(decision.id, (number * STEP) as i64, aims)?;
            }
            let action = if decision.course.phase == Phase::Proposed { "propose" } else { "start" };
            tx.log_append(&turn(&decision, decision.actor_id, action, self.now_ms))?;
        } else {
            carry_out(tx, &mut decision, judged, self.now_ms, settle)?;
        }
        Ok(Some(Made { made: recorded(tx, decision.id)?, replayed: false }))
    }
}

fn decision(id: DecisionId, caller: &Caller, order: &Decide, aims: &Aims, now_ms: i64) -> Decision {
    let selected = order.select.as_ref().map(|select| match select {
        Select::Author { author, from_ms, to_ms, .. } => serde_json::json!({
            "author_id": author, "from": from_ms.map(rfc3339), "to": to_ms.map(rfc3339),
        }),
        Select::DuplicatesOf(id) => serde_json::json!({ "duplicates_of": id }),
    });
    Decision {
        id,
        site_id: aims.site,
        at_ms: now_ms,
        actor_id: Some(caller.user),
        act: order.act,
        reach: order.reach,
        reason: order.reason,
        note: order.note.clone(),
        public_text: order.public_text.clone(),
        undoes: None,
        undone_by: None,
        course: Course { selected: selected.map(|select| select.to_string()), ..Course::of(aims.list.len()) },
    }
}

/// A wide decision as it would be: where it is only tried, or would settle nothing.
fn outlook(tx: &mut Tx<'_>, caller: &Caller, order: &Decide, aims: &Aims, now_ms: i64) -> Result<Decided, Error> {
    let decision = decision(DecisionId(0), caller, order, aims, now_ms);
    let mut made = unrecorded(tx, decision, aims.outlook.clone())?;
    let (applied, conflicts) = aims.counts;
    (made.decision.course.applied, made.decision.course.conflicts) = (applied as i64, conflicts as i64);
    Ok(made)
}

/// A decision of which nothing is written.
pub(super) fn unrecorded(tx: &mut Tx<'_>, mut decision: Decision, mut targets: Vec<Target>) -> Result<Decided, Error> {
    decision.id = DecisionId(0);
    decision.course.count(&targets);
    decision.course.phase = Phase::Done;
    look_back(tx, &mut targets)?;
    let before = before(tx, &targets)?;
    Ok(Decided { decision, targets, before })
}

/// A decision as it was recorded.
pub(super) fn recorded(tx: &mut Tx<'_>, id: DecisionId) -> Result<Decided, Error> {
    let decision = tx.decision_by_id(id)?.ok_or_else(Error::not_found)?;
    let applied = tx.targets_applied_after(id, -1, WHOLE as i64)?;
    let mut targets: Vec<Target> = applied.into_iter().map(|(_, target)| target).collect();
    targets.extend(tx.targets_refused(id, WHOLE as i64)?);
    let before = before(tx, &targets)?;
    Ok(Decided { decision, targets, before })
}

/// What had been decided last on the targets that were left alone.
pub(super) fn before(tx: &mut Tx<'_>, targets: &[Target]) -> Result<HashMap<CommentId, Past>, Error> {
    let ids: Vec<DecisionId> = targets.iter().filter_map(|target| target.past).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let pasts: HashMap<DecisionId, Past> = tx.decisions_past(&ids)?.into_iter().map(|past| (past.id, past)).collect();
    let of = |target: &Target| Some((target.comment_id, pasts.get(&target.past?)?.clone()));
    Ok(targets.iter().filter_map(of).collect())
}

/// What the claim of that name holds for the caller: nothing when it has run out or is another's.
/// None: no claim was named, and the version alone counts.
pub(super) fn held(
    tx: &mut Tx<'_>,
    caller: &Caller,
    token: Option<&str>,
    now_ms: i64,
) -> Result<Option<HashSet<CommentId>>, Error> {
    let Some(token) = token else { return Ok(None) };
    let lease = tx.claim_by_token(token)?.filter(|lease| lease.user_id == caller.user && lease.holds(now_ms));
    let rows = match lease {
        Some(lease) => tx.queue_of_claim(lease.id, super::claim::ITEMS_MAX as i64)?,
        None => Vec::new(),
    };
    Ok(Some(rows.into_iter().map(|row| row.place.comment_id).collect()))
}
