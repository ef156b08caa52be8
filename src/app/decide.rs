//! A moderator decides on comments: one decision, its targets, the flags it settles, what the
//! people concerned will see, and its log row, all in one unit; in steps of that kind where there
//! are too many for one (`go_on`), and only proposed where two moderators are needed (`confirm`).

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::aim::{Aims, Gathered, Select, site_of};
use super::caller::Caller;
use super::others::settle_others;
use super::post::{Made, replayed};
use super::shift::{requeue, shift};
use super::state_reasons::state_reasons;
use super::{App, Error, new_id};
use crate::domain::appeal::Party;
use crate::domain::code::Code;
use crate::domain::comment::Comment;
use crate::domain::decision::{
    Act, Aim, Conflict, Course, Decision, Disposition, Fate, Order, Phase, Reach, STEP, Target, WHOLE, decided,
};
use crate::domain::flag::{FlagState, Reason};
use crate::domain::ids::{self, CommentId, DecisionId, EntryId, UserId};
use crate::domain::log::{Chain, LogEntry};
use crate::domain::permission::Action;
use crate::domain::statement::Origin;
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

impl Caller {
    /// Refuses who moderates nothing at all, before anything is looked up.
    pub(super) fn require_any_moderator(&self) -> Result<(), Error> {
        let sites = self.grants.iter().map(|grant| grant.site);
        if !sites.into_iter().any(|site| self.may(Action::Moderate, site)) {
            return Err(Error::refuse(Code::Forbidden, "this is for moderators"));
        }
        self.require_unbarred(Action::Moderate, None)
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

/// Notes on the targets that are left alone what was decided last on each.
fn look_back(tx: &mut Tx<'_>, targets: &mut [Target]) -> Result<(), Error> {
    for target in targets {
        // what is of another site is not there
        if let Fate::Refused(conflict, _) = target.fate
            && conflict != Conflict::NotFound
        {
            target.past = tx.decision_last(target.comment_id)?;
        }
    }
    Ok(())
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

/// What a decision will make of one target.
pub(super) struct Judged {
    /// The comment's id.
    pub id: CommentId,
    /// The comment, where there is one on the site.
    pub comment: Option<Comment>,
    /// Where it will stand, or why it is left alone.
    pub to: Result<Disposition, Conflict>,
}

/// What a decision will make of its targets, as they stand now.
pub(super) fn judge_all(tx: &mut Tx<'_>, decision: &Decision, aims: &[Aim]) -> Result<Vec<Judged>, Error> {
    let ids: Vec<CommentId> = aims.iter().map(|aim| aim.id).collect();
    let comments = tx.comments_by_id(&ids)?.into_iter().filter(|comment| comment.site_id == decision.site_id);
    let mut comments: HashMap<CommentId, Comment> = comments.map(|comment| (comment.id, comment)).collect();
    Ok(aims.iter().map(|aim| judge(*aim, comments.remove(&aim.id), decision)).collect())
}

fn judge(aim: Aim, comment: Option<Comment>, decision: &Decision) -> Judged {
    let order = Order { act: decision.act, decision: decision.id, reason: decision.reason, at_ms: decision.at_ms };
    let to = match (&comment, aim.refused) {
        (None, _) => Err(Conflict::NotFound),
        (Some(comment), _) if aim.version != comment.version => Err(Conflict::StaleVersion),
        (Some(_), Some(conflict)) => Err(conflict),
        (Some(comment), None) => decided(&comment.disposition, order).map_err(|_| Conflict::WrongState),
    };
    Judged { id: aim.id, comment, to }
}

/// What was settled, or opened again, of one target.
#[derive(Default)]
pub(super) struct Settled {
    /// Whose flags.
    pub reporters: Vec<UserId>,
    /// Whether notices or a place in the sample.
    pub others: bool,
    /// Whether a notice was among them.
    pub by_notice: bool,
}

/// Settles what is open on one target.
pub(super) type Settle = fn(&mut Tx<'_>, &Decision, CommentId) -> Result<Settled, Error>;

pub(super) fn settle(tx: &mut Tx<'_>, decision: &Decision, comment: CommentId) -> Result<Settled, Error> {
    let Some(to) = settled_as(decision.act) else { return Ok(Settled::default()) };
    let open = tx.queue_others(comment)?;
    let others = settle_others(tx, decision, (comment, open), to)?;
    tx.settlements_insert(comment, to, decision.id)?;
    let reporters = tx.flags_settle(comment, to, decision.id)?;
    tx.record_add_flags(&reporters, decision.site_id, to, 1)?;
    Ok(Settled { reporters, others, by_notice: open.notice.is_some() })
}

/// What becomes of a comment's open flags.
pub(super) fn settled_as(act: Act) -> Option<FlagState> {
    match act {
        Act::Approve | Act::Dismiss => Some(FlagState::Dismissed),
        Act::Hide | Act::Purge => Some(FlagState::Upheld),
        _ => None,
    }
}

/// What becomes of judged targets, with the version that follows.
pub(super) fn told(judged: Vec<Judged>) -> Vec<Target> {
    judged
        .into_iter()
        .map(|judged| match (judged.to, judged.comment) {
            (Ok(to), Some(comment)) => {
                let version = comment.version + i64::from(comment.disposition != to);
                applied(comment, to, version)
            }
            (to, comment) => refused(judged.id, comment, to.err()),
        })
        .collect()
}

fn applied(comment: Comment, to: Disposition, version: i64) -> Target {
    let before = Box::new(comment.disposition);
    let fate = Fate::Applied { before, after: Box::new(to) };
    Target { comment_id: comment.id, version: Some(version), past: None, waited_ms: None, fate }
}

fn refused(id: CommentId, comment: Option<Comment>, conflict: Option<Conflict>) -> Target {
    let fate = Fate::Refused(conflict.unwrap_or(Conflict::NotFound), comment.as_ref().map(Comment::state));
    Target { comment_id: id, version: comment.map(|comment| comment.version), past: None, waited_ms: None, fate }
}

/// Does to judged targets what a decision that is recorded says, with everything that follows, its
/// row in the log and its counts: all of it, or a step.
pub(super) fn carry_out(
    tx: &mut Tx<'_>,
    decision: &mut Decision,
    judged: Vec<Judged>,
    now_ms: i64,
    settle: Settle,
) -> Result<(), Error> {
    let mut targets = Vec::with_capacity(judged.len());
    let mut entries = Entries::new(now_ms);
    let since = since(tx, decision.act, &judged)?;
    for judged in judged {
        let (to, comment) = match (judged.to, judged.comment) {
            (Ok(to), Some(comment)) => (to, comment),
            (to, comment) => {
                targets.push(refused(judged.id, comment, to.err()));
                continue;
            }
        };
        let after = shift(tx, &comment, &to, now_ms)?;
        if decision.act == Act::Purge {
            purge(tx, decision, comment.id, now_ms)?;
        }
        let settled = settle(tx, decision, comment.id)?;
        // what moved has found its place in the queue already, with the flags as they were
        if settled.others || !settled.reporters.is_empty() {
            requeue(tx, &after)?;
        }
        tell(tx, decision, (&comment, &after), settled, &mut entries)?;
        let waited_ms = since.get(&comment.id).map(|first_ms| (now_ms - first_ms).max(0));
        targets.push(Target { waited_ms, ..applied(comment, to, after.version) });
    }
    look_back(tx, &mut targets)?;
    for (position, target) in (decision.course.done()..).zip(&targets) {
        tx.target_insert(decision.id, position, target)?;
    }
    // words stand with the first step alone: a purge has one row to take them out of
    let note = decision.note.clone().filter(|_| decision.course.done() == 0);
    decision.course.count(&targets);
    tx.decision_set_course(decision)?;
    tx.log_append(&LogEntry { note, ..log_entry(decision, &targets, now_ms) })?;
    Ok(())
}

/// Since when those wait in the queue that an act takes out of it.
fn since(tx: &mut Tx<'_>, act: Act, judged: &[Judged]) -> Result<HashMap<CommentId, i64>, Error> {
    if settled_as(act).is_none() {
        return Ok(HashMap::new());
    }
    let ids: Vec<CommentId> = judged.iter().filter(|target| target.to.is_ok()).map(|target| target.id).collect();
    Ok(tx.queue_since(&ids)?.into_iter().collect())
}

/// Erases a comment's text wherever it stands, and what was written about it, which may quote it: notes
/// of flags and of decisions, in the log, too, what notices say, and appeals. The log's rows and their
/// hashes stay.
fn purge(tx: &mut Tx<'_>, decision: &Decision, comment: CommentId, now_ms: i64) -> Result<(), Error> {
    tx.comment_erase(comment, now_ms)?;
    tx.revisions_delete(comment)?;
    tx.flags_erase_notes(comment)?;
    tx.notices_erase_texts(comment)?;
    tx.appeals_erase_texts(comment)?;
    tx.log_purge(comment, decision.id, now_ms)?;
    tx.decisions_erase_texts(comment, decision.id)?;
    Ok(())
}

/// Ids of entries made in one unit: one after the other from a random one on. Drawn each by itself,
/// two of five hundred would be the same in one unit of thirty.
struct Entries {
    last: i64,
    now_ms: i64,
}

impl Entries {
    fn new(now_ms: i64) -> Entries {
        // the lower half: so that what is counted on stays within the millisecond
        Entries { last: ids::compose(now_ms, rand::random::<u32>() & 0x1f_ffff), now_ms }
    }

    fn next(&mut self) -> EntryId {
        self.last += 1;
        EntryId(self.last)
    }
}

/// Gives the author, and each reporter whose flag was settled, an entry of their own.
fn tell(
    tx: &mut Tx<'_>,
    decision: &Decision,
    (before, after): (&Comment, &Comment),
    settled: Settled,
    entries: &mut Entries,
) -> Result<(), Error> {
    let author = after.author.as_ref().map(|author| author.id).filter(|_| after.version != before.version);
    let origin = match settled.reporters.is_empty() {
        _ if settled.by_notice => Origin::Notice,
        false => Origin::Flag,
        true => Origin::OwnInitiative,
    };
    let mut people: Vec<UserId> = author.into_iter().chain(settled.reporters).collect();
    people.sort_unstable();
    people.dedup();
    for user in people {
        let id = entries.next();
        let party = if Some(user) == author { Party::Owner } else { Party::Reporter };
        tx.entry_insert(id, decision.id, after.id, (user, party), decision.at_ms)?;
        if party == Party::Owner {
            state_reasons(tx, (id, entries.now_ms), decision, (before, after), origin)?;
        }
    }
    Ok(())
}

/// A turn that a decision takes other than by its targets: it is proposed, confirmed, or starts.
pub(super) fn turn(decision: &Decision, actor: Option<UserId>, action: &str, now_ms: i64) -> LogEntry {
    let selected = decision.course.selected.as_deref().and_then(|text| serde_json::from_str(text).ok());
    let selected: Option<serde_json::Value> = selected;
    let after = serde_json::json!({
        "action": decision.act, "state": decision.course.phase, "total": decision.course.total, "select": selected,
        "undoes": decision.undoes,
    });
    LogEntry {
        chain: Chain::Site(decision.site_id),
        at_ms: now_ms,
        actor_id: actor,
        action: action.to_owned(),
        target: format!("decision:{}", decision.id),
        reason_code: decision.reason.map(|reason| reason.as_str().to_owned()),
        before: None,
        after: Some(after.to_string()),
        note: decision.note.clone(),
        salt: rand::random(),
    }
}

fn log_entry(decision: &Decision, targets: &[Target], now_ms: i64) -> LogEntry {
    let side = |pick: fn(&Fate) -> Option<&Disposition>| {
        let stands: Vec<_> = targets
            .iter()
            .filter_map(|target| {
                let d = pick(&target.fate)?;
                Some(serde_json::json!({
                    "comment_id": target.comment_id, "state": d.state, "locked": d.locked, "pinned": d.pinned,
                }))
            })
            .collect();
        Some(serde_json::Value::Array(stands).to_string())
    };
    LogEntry {
        chain: Chain::Site(decision.site_id),
        at_ms: now_ms,
        actor_id: decision.actor_id,
        action: decision.act.as_str().to_owned(),
        target: format!("decision:{}", decision.id),
        reason_code: decision.reason.map(|reason| reason.as_str().to_owned()),
        before: side(|fate| match fate {
            Fate::Applied { before, .. } => Some(before),
            Fate::Refused(..) => None,
        }),
        after: side(|fate| match fate {
            Fate::Applied { after, .. } => Some(after),
            Fate::Refused(..) => None,
        }),
        note: decision.note.clone(),
        salt: rand::random(),
    }
}
