//! Carries out what was decided: on each comment, with everything that follows, inside the caller's
//! unit. For decisions made at once, confirmed, or gone on with in steps, for undos and for rulings.

use std::collections::HashMap;

use super::Error;
use super::others::settle_others;
use super::shift::{requeue, shift};
use super::state_reasons::state_reasons;
use crate::domain::appeal::Party;
use crate::domain::comment::Comment;
use crate::domain::decision::{Act, Aim, Conflict, Decision, Disposition, Fate, Order, Target, decided};
use crate::domain::flag::FlagState;
use crate::domain::ids::{self, CommentId, EntryId, UserId};
use crate::domain::log::{Chain, LogEntry};
use crate::domain::statement::Origin;
use crate::store::Tx;

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
    tx.flag_settlement_insert(comment, to, decision.id)?;
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

/// Notes on the targets that are left alone what was decided last on each.
pub(super) fn look_back(tx: &mut Tx<'_>, targets: &mut [Target]) -> Result<(), Error> {
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
