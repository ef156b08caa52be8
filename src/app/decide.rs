//! A moderator decides on comments: one decision, its targets, the flags it settles, what the
//! people concerned will see, and its log row, all in one unit.

use std::collections::{HashMap, HashSet};

use super::caller::Caller;
use super::post::{Made, replayed};
use super::shift::{requeue, shift};
use super::{App, Error, new_id};
use crate::domain::code::Code;
use crate::domain::comment::Comment;
use crate::domain::decision::{Act, Conflict, Decision, Disposition, Fate, Order, Reach, Target, decided};
use crate::domain::flag::{FlagState, Reason};
use crate::domain::ids::{CommentId, DecisionId, EntryId, SiteId, UserId};
use crate::domain::log::{Chain, LogEntry};
use crate::domain::permission::Action;
use crate::store::{IdempotencyKey, Key, Past, Tx};

/// What a moderator sends.
#[derive(Clone, Debug)]
pub struct Decide {
    /// The comments, each with the version that was looked at.
    pub targets: Vec<(CommentId, i64)>,
    /// How far.
    pub reach: Reach,
    /// What; not [`Act::Undo`].
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

/// A decision with what became of each target. Its id is 0 when nothing was recorded.
#[derive(Clone, Debug)]
pub struct Decided {
    /// The decision.
    pub decision: Decision,
    /// What became of each target.
    pub targets: Vec<Target>,
    /// What was decided last, before this, on those left alone.
    pub before: HashMap<CommentId, Past>,
}

impl Decided {
    /// Whether anything was recorded.
    pub fn is_recorded(&self) -> bool {
        self.decision.id.0 != 0
    }
}

impl App {
    /// Decides on comments of one site.
    ///
    /// # Errors
    /// 404 when no target exists, 403 without a role on its site, 422, and those of an
    /// idempotency key. A target that cannot be settled is no error but a conflict.
    pub async fn decide(&self, caller: &Caller, order: Decide) -> Result<Made<Decided>, Error> {
        caller.require_any_moderator()?;
        if order.act == Act::Hide && order.reason.is_none() {
            return Err(Error::field("/reason_code", "required", "a reason is needed to hide"));
        }
        let now_ms = self.now_ms();
        let id = DecisionId(new_id(now_ms));
        let caller = caller.clone();
        let key = Key::log().and(Key::comments(order.targets.iter().map(|(id, _)| *id).collect()));
        self.store
            .write("decide", key, move |tx| {
                let site = site_of(tx, &order.targets)?;
                caller.require(Action::Moderate, Some(site))?;
                if let Some(made) = replayed(tx, order.once.as_ref())? {
                    return Ok(Made { made: recorded(tx, DecisionId(made))?, replayed: true });
                }
                let decision = Decision {
                    id,
                    site_id: site,
                    at_ms: now_ms,
                    actor_id: Some(caller.user),
                    act: order.act,
                    reach: order.reach,
                    reason: order.reason,
                    note: order.note.clone(),
                    public_text: order.public_text.clone(),
                    undoes: None,
                    undone_by: None,
                };
                let aims = aims(tx, site, &order)?;
                let held = held(tx, &caller, order.claim_token.as_deref(), now_ms)?;
                let judged: Vec<Judged> = aims.into_iter().map(|aim| judge(aim, &decision, held.as_ref())).collect();
                let made = carry_out(tx, decision, judged, order.dry_run, settle)?;
                if made.is_recorded()
                    && let Some(key) = &order.once
                {
                    tx.idempotency_keep(key, id.0, now_ms)?;
                }
                Ok(Made { made, replayed: false })
            })
            .await
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
        if sites.into_iter().any(|site| self.may(Action::Moderate, site)) {
            Ok(())
        } else {
            Err(Error::refuse(Code::Forbidden, "this is for moderators"))
        }
    }
}

/// A decision as it was recorded.
pub(super) fn recorded(tx: &mut Tx<'_>, id: DecisionId) -> Result<Decided, Error> {
    let decision = tx.decision_by_id(id)?.ok_or_else(Error::not_found)?;
    let targets = tx.targets_of(id)?;
    let before = before(tx, id, &targets)?;
    Ok(Decided { decision, targets, before })
}

/// What was decided last, before a decision, on the targets that it left alone.
fn before(tx: &mut Tx<'_>, id: DecisionId, targets: &[Target]) -> Result<HashMap<CommentId, Past>, Error> {
    let mut found = HashMap::new();
    for target in targets {
        // what is of another site is not there
        let Fate::Refused(conflict, _) = target.fate else { continue };
        if conflict != Conflict::NotFound
            && let Some(past) = tx.decision_before(target.comment_id, id)?
        {
            found.insert(target.comment_id, past);
        }
    }
    Ok(found)
}

/// What the claim of that name holds for the caller: nothing when it has run out or is another's.
/// None: no claim was named, and the version alone counts.
fn held(
    tx: &mut Tx<'_>,
    caller: &Caller,
    token: Option<&str>,
    now_ms: i64,
) -> Result<Option<HashSet<CommentId>>, Error> {
    let Some(token) = token else { return Ok(None) };
    let lease = tx.claim_by_token(token)?.filter(|lease| lease.user_id == caller.user && lease.holds(now_ms));
    let places = match lease {
        Some(lease) => tx.queue_of_claim(lease.id, super::claim::ITEMS_MAX as i64)?,
        None => Vec::new(),
    };
    Ok(Some(places.into_iter().map(|place| place.comment_id).collect()))
}

/// The site of the first target found.
fn site_of(tx: &mut Tx<'_>, targets: &[(CommentId, i64)]) -> Result<SiteId, Error> {
    for (id, _) in targets {
        if let Some(comment) = tx.comment_by_id(*id)? {
            return Ok(comment.site_id);
        }
    }
    Err(Error::not_found())
}

/// A comment that a decision is aimed at, and the version it must have, if any.
struct Aim {
    id: CommentId,
    comment: Option<Comment>,
    version: Option<i64>,
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

fn aims(tx: &mut Tx<'_>, site: SiteId, order: &Decide) -> Result<Vec<Aim>, Error> {
    let mut aims: Vec<Aim> = Vec::new();
    let mut seen = HashSet::new();
    for (id, version) in &order.targets {
        let comment = tx.comment_by_id(*id)?.filter(|comment| comment.site_id == site);
        let whole = order.reach == Reach::Subtree && comment.as_ref().is_some_and(|c| c.version == *version);
        let below = match &comment {
            Some(comment) if whole => tx.comment_subtree(comment.thread_id, &comment.path)?,
            _ => Vec::new(),
        };
        if seen.insert(*id) {
            aims.push(Aim { id: *id, comment, version: Some(*version) });
        }
        for comment in below {
            if seen.insert(comment.id) {
                aims.push(Aim { id: comment.id, comment: Some(comment), version: None });
            }
        }
    }
    Ok(aims)
}

fn judge(aim: Aim, decision: &Decision, held: Option<&HashSet<CommentId>>) -> Judged {
    let order = Order { act: decision.act, decision: decision.id, reason: decision.reason, at_ms: decision.at_ms };
    let to = match &aim.comment {
        None => Err(Conflict::NotFound),
        Some(comment) if aim.version.is_some_and(|version| version != comment.version) => Err(Conflict::StaleVersion),
        // what lies below a target goes with it
        Some(comment) if aim.version.is_some() && held.is_some_and(|held| !held.contains(&comment.id)) => {
            Err(Conflict::StaleClaim)
        }
        Some(comment) => decided(&comment.disposition, order).map_err(|_| Conflict::WrongState),
    };
    Judged { id: aim.id, comment: aim.comment, to }
}

/// Settles the flags of one target; the reporters concerned.
type Settle = fn(&mut Tx<'_>, &Decision, CommentId) -> Result<Vec<UserId>, Error>;

fn settle(tx: &mut Tx<'_>, decision: &Decision, comment: CommentId) -> Result<Vec<UserId>, Error> {
    let Some(to) = settled_as(decision.act) else { return Ok(Vec::new()) };
    tx.settlements_insert(comment, to, decision.id)?;
    let reporters = tx.flags_settle(comment, to, decision.id)?;
    tx.record_add_flags(&reporters, decision.site_id, to, 1)?;
    Ok(reporters)
}

/// What becomes of a comment's open flags.
pub(super) fn settled_as(act: Act) -> Option<FlagState> {
    match act {
        Act::Approve | Act::Dismiss => Some(FlagState::Dismissed),
        Act::Hide => Some(FlagState::Upheld),
        _ => None,
    }
}

/// Writes a judged decision with everything that follows. When it is a dry run, or no target could
/// be settled, nothing is written and the decision's id becomes 0.
pub(super) fn carry_out(
    tx: &mut Tx<'_>,
    mut decision: Decision,
    judged: Vec<Judged>,
    dry_run: bool,
    settle: Settle,
) -> Result<Decided, Error> {
    let record = !dry_run && judged.iter().any(|target| target.to.is_ok());
    if record {
        tx.decision_insert(&decision)?;
    }
    let mut targets = Vec::with_capacity(judged.len());
    for (position, judged) in judged.into_iter().enumerate() {
        let target = match (judged.to, judged.comment) {
            (Ok(to), Some(comment)) => {
                let version = if record {
                    let after = shift(tx, &comment, &to, decision.at_ms)?;
                    let reporters = settle(tx, &decision, comment.id)?;
                    requeue(tx, &after)?;
                    tell(tx, &decision, &after, &comment, reporters)?;
                    after.version
                } else {
                    comment.version + i64::from(comment.disposition != to)
                };
                let before = Box::new(comment.disposition);
                Target {
                    comment_id: comment.id,
                    fate: Fate::Applied { before, after: Box::new(to) },
                    version: Some(version),
                }
            }
            (to, comment) => {
                let conflict = to.err().unwrap_or(Conflict::NotFound);
                Target {
                    comment_id: judged.id,
                    fate: Fate::Refused(conflict, comment.as_ref().map(Comment::state)),
                    version: comment.map(|comment| comment.version),
                }
            }
        };
        if record {
            tx.target_insert(decision.id, position, &target)?;
        }
        targets.push(target);
    }
    if record {
        tx.log_append(&log_entry(&decision, &targets))?;
    }
    // none is later than this one, whatever the clock that made its id said
    let before = before(tx, DecisionId(i64::MAX), &targets)?;
    if !record {
        decision.id = DecisionId(0);
    }
    Ok(Decided { decision, targets, before })
}

/// Gives the author, and each reporter whose flag was settled, an entry of their own.
fn tell(
    tx: &mut Tx<'_>,
    decision: &Decision,
    after: &Comment,
    before: &Comment,
    reporters: Vec<UserId>,
) -> Result<(), Error> {
    let author = after.author.as_ref().map(|author| author.id).filter(|_| after.version != before.version);
    let mut people: Vec<UserId> = author.into_iter().chain(reporters).collect();
    people.sort_unstable();
    people.dedup();
    for user in people {
        let id = EntryId(new_id(decision.at_ms));
        tx.entry_insert(id, decision.id, after.id, user, decision.at_ms)?;
    }
    Ok(())
}

fn log_entry(decision: &Decision, targets: &[Target]) -> LogEntry {
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
        at_ms: decision.at_ms,
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
