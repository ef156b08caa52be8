//! What a moderator's act does to one comment, and how it is taken back exactly.
//!
//! Counters, flags and rows follow from what is decided here; writing them is `store` and `app`.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::comment::{Remover, State};
use super::flag::{Reason, words};
use super::ids::{CommentId, DecisionId, SiteId, UserId};
use super::permission::Action;

words! {
    /// A moderator's act.
    Act {
        /// Held becomes published, published stays; open flags are dismissed.
        Approve "approve",
        /// Held or published becomes hidden; open flags are upheld.
        Hide "hide",
        /// Hidden becomes published.
        Restore "restore",
        /// The state stays; open flags are dismissed.
        Dismiss "dismiss",
        /// The text is erased for good, for legal reasons; open flags are upheld. Not to be undone.
        Purge "purge",
        /// No more direct replies.
        Lock "lock",
        /// Replies again.
        Unlock "unlock",
        /// Named at the head of the thread.
        Pin "pin",
        /// No longer named there.
        Unpin "unpin",
        /// Takes back another decision.
        Undo "undo",
        /// Lays a sanction on a person, or puts back one that was lifted.
        Sanction "sanction",
        /// Takes a sanction back.
        Lift "lift",
    }
}

impl Act {
    /// Whether it is on a person and not on comments.
    pub fn is_on_person(self) -> bool {
        matches!(self, Act::Sanction | Act::Lift)
    }

    /// Whether it can be asked for with a list of comments: the others have addresses of their own.
    pub fn is_on_comments(self) -> bool {
        !self.is_on_person() && self != Act::Undo
    }
}

impl Act {
    /// What one must be allowed to, to decide that.
    pub fn action(self) -> Action {
        if self == Act::Purge { Action::Purge } else { Action::Moderate }
    }
}

words! {
    /// How far a decision reaches.
    Reach {
        /// The named comments.
        Comment "comment",
        /// They and all below them.
        Subtree "subtree",
    }
}

words! {
    /// How far a decision has got.
    Phase {
        /// It waits for a second moderator.
        Proposed "proposed",
        /// It goes on in steps.
        Running "running",
        /// It stands as far as it went, was taken back before that, or was a proposal that was refused.
        Done "done",
    }
}

/// Comments that are decided on in one unit; more go in steps. Also how many an answer lists.
pub const WHOLE: usize = 500;
/// Comments of one step. It keeps the one writer busy for as long as it takes, so it is less than
/// the 500 that were possible: see `scripts/prove-wide`.
pub const STEP: usize = 100;
/// The most comments of one decision: its list is held in memory while it is made.
pub const TARGETS_MAX: usize = 1_000_000;

/// Who took a comment away, why and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Removal {
    /// Who.
    pub by: Remover,
    /// Why; none when its author did.
    pub reason: Option<Reason>,
    /// When, in milliseconds since 1970.
    pub at_ms: i64,
}

/// The part of a comment that decisions move: state, lock and pin, each with the decision behind
/// it. An undo is exact as long as its facet still names that decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disposition {
    /// Where it stands.
    pub state: State,
    /// The decision that last moved the state; none: its author, an import or its birth did.
    pub state_ref: Option<DecisionId>,
    /// Set while hidden or deleted.
    pub removal: Option<Removal>,
    /// Why it waits, while held.
    pub held_by: Option<String>,
    /// Whether it takes no replies.
    pub locked: bool,
    /// The decision that last moved the lock.
    pub lock_ref: Option<DecisionId>,
    /// Whether it is named at the head of its thread.
    pub pinned: bool,
    /// The decision that last moved the pin.
    pub pin_ref: Option<DecisionId>,
}

impl Disposition {
    /// That of a comment just written: published, or held by what is named.
    pub fn new(held_by: Option<&str>) -> Disposition {
        Disposition {
            state: if held_by.is_some() { State::Held } else { State::Published },
            state_ref: None,
            removal: None,
            held_by: held_by.map(str::to_owned),
            locked: false,
            lock_ref: None,
            pinned: false,
            pin_ref: None,
        }
    }

    /// This, taken back by its author.
    pub fn deleted(&self, at_ms: i64) -> Disposition {
        let removal = Removal { by: Remover::Author, reason: None, at_ms };
        Disposition { state: State::Deleted, state_ref: None, removal: Some(removal), held_by: None, ..self.clone() }
    }

    /// This, held after an edit by what is named.
    pub fn held(&self, by: &str) -> Disposition {
        Disposition { state: State::Held, state_ref: None, removal: None, held_by: Some(by.to_owned()), ..self.clone() }
    }
}

/// The comment is not where the act could start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("not possible in this state")]
pub struct WrongState;

/// The act to do, with what the disposition keeps of it.
#[derive(Clone, Copy, Debug)]
pub struct Order {
    /// The act; [`Act::Undo`] goes through [`undone`] instead.
    pub act: Act,
    /// The decision it belongs to.
    pub decision: DecisionId,
    /// The reason a hidden comment will show.
    pub reason: Option<Reason>,
    /// When, in milliseconds since 1970.
    pub at_ms: i64,
}

/// What `order` makes of a comment standing at `at`.
///
/// # Errors
/// [`WrongState`] when the act does not start from there.
pub fn decided(at: &Disposition, order: Order) -> Result<Disposition, WrongState> {
    let moved =
        |state, removal| Disposition { state, state_ref: Some(order.decision), removal, held_by: None, ..at.clone() };
    let there = at.state != State::Deleted;
    match (order.act, at.state) {
        (Act::Approve, State::Held) | (Act::Restore, State::Hidden) => Ok(moved(State::Published, None)),
        (Act::Approve, State::Published) | (Act::Dismiss, _) => Ok(at.clone()),
        (Act::Hide, State::Held | State::Published) => {
            let removal = Removal { by: Remover::Moderator, reason: order.reason, at_ms: order.at_ms };
            Ok(moved(State::Hidden, Some(removal)))
        }
        // one that its author took back stays so, only its text goes earlier
        (Act::Purge, State::Deleted) => Ok(at.clone()),
        (Act::Purge, _) => {
            let removal = Removal { by: Remover::Moderator, reason: order.reason, at_ms: order.at_ms };
            Ok(moved(State::Deleted, Some(removal)))
        }
        (Act::Lock, _) if there && !at.locked => {
            Ok(Disposition { locked: true, lock_ref: Some(order.decision), ..at.clone() })
        }
        (Act::Unlock, _) if there && at.locked => {
            Ok(Disposition { locked: false, lock_ref: Some(order.decision), ..at.clone() })
        }
        (Act::Pin, State::Published) if !at.pinned => {
            Ok(Disposition { pinned: true, pin_ref: Some(order.decision), ..at.clone() })
        }
        (Act::Unpin, _) if there && at.pinned => {
            Ok(Disposition { pinned: false, pin_ref: Some(order.decision), ..at.clone() })
        }
        _ => Err(WrongState),
    }
}

/// What taking back a decision, which moved `before` to `after`, makes of a comment standing at
/// `now`: only the facets it moved go back, and only while they are as it left them.
///
/// # Errors
/// [`WrongState`] when one of those facets has moved on.
pub fn undone(now: &Disposition, before: &Disposition, after: &Disposition) -> Result<Disposition, WrongState> {
    let mut back = now.clone();
    if (before.state, before.state_ref) != (after.state, after.state_ref) {
        if (now.state, now.state_ref) != (after.state, after.state_ref) {
            return Err(WrongState);
        }
        back.state = before.state;
        back.state_ref = before.state_ref;
        back.removal.clone_from(&before.removal);
        back.held_by.clone_from(&before.held_by);
    }
    if (before.locked, before.lock_ref) != (after.locked, after.lock_ref) {
        if (now.locked, now.lock_ref) != (after.locked, after.lock_ref) {
            return Err(WrongState);
        }
        back.locked = before.locked;
        back.lock_ref = before.lock_ref;
    }
    if (before.pinned, before.pin_ref) != (after.pinned, after.pin_ref) {
        if (now.pinned, now.pin_ref) != (after.pinned, after.pin_ref) {
            return Err(WrongState);
        }
        back.pinned = before.pinned;
        back.pin_ref = before.pin_ref;
    }
    Ok(back)
}

/// Why one target of a decision was left alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conflict {
    /// No such comment on this site.
    NotFound,
    /// It has changed since it was looked at.
    StaleVersion,
    /// The act does not start from its state.
    WrongState,
    /// The claim that was named does not hold it: it has run out or is another's, or the item is gone.
    StaleClaim,
}

impl Conflict {
    /// The code that is stored and sent.
    pub fn as_str(self) -> &'static str {
        match self {
            Conflict::NotFound => "not_found",
            Conflict::StaleVersion => "stale_version",
            Conflict::WrongState => "wrong_state",
            Conflict::StaleClaim => "stale_claim",
        }
    }

    /// Reads a stored code.
    pub fn parse(code: &str) -> Option<Conflict> {
        let all = [Conflict::NotFound, Conflict::StaleVersion, Conflict::WrongState, Conflict::StaleClaim];
        all.into_iter().find(|c| c.as_str() == code)
    }
}

/// A comment that a decision is aimed at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Aim {
    /// The comment.
    pub id: CommentId,
    /// The version it must still have.
    pub version: i64,
    /// Why it is left alone whatever it is when its turn comes.
    pub refused: Option<Conflict>,
}

/// What became of one target.
#[derive(Clone, Debug)]
pub struct Target {
    /// The comment.
    pub comment_id: CommentId,
    /// Settled, or why not.
    pub fate: Fate,
    /// The comment's version afterwards; none when there is no such comment.
    pub version: Option<i64>,
    /// What had been decided last on one that was left alone.
    pub past: Option<DecisionId>,
    /// How long one that was settled had waited in the queue, in milliseconds.
    pub waited_ms: Option<i64>,
}

/// See [`Target`].
#[derive(Clone, Debug)]
pub enum Fate {
    /// Settled: from where to where, which may be the same.
    Applied {
        /// Where it stood.
        before: Box<Disposition>,
        /// Where it stands.
        after: Box<Disposition>,
    },
    /// Left alone; the state it is in.
    Refused(Conflict, Option<State>),
}

/// How a decision goes: who agreed to it, and how far it has got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Course {
    /// How far.
    pub phase: Phase,
    /// What was selected, as JSON; none: comments that were named.
    pub selected: Option<String>,
    /// How many targets there are.
    pub total: i64,
    /// Targets settled so far.
    pub applied: i64,
    /// Targets left alone so far.
    pub conflicts: i64,
    /// Of an undo: the place it has come to among the targets of what it takes back, last ones first.
    pub looked_at: i64,
    /// When it was proposed, in milliseconds since 1970; none: one moderator was enough.
    pub proposed_ms: Option<i64>,
    /// The second moderator.
    pub confirmed_by: Option<UserId>,
}

impl Course {
    /// Whether it was proposed, and nobody agreed.
    pub fn is_refused(&self) -> bool {
        self.phase == Phase::Done && self.proposed_ms.is_some() && self.confirmed_by.is_none()
    }

    /// Of a decision on so many targets that has yet to begin.
    pub fn of(total: usize) -> Course {
        Course {
            phase: Phase::Running,
            selected: None,
            total: i64::try_from(total).unwrap_or(i64::MAX),
            applied: 0,
            conflicts: 0,
            looked_at: 0,
            proposed_ms: None,
            confirmed_by: None,
        }
    }

    /// Targets that it has come to so far.
    pub fn done(&self) -> i64 {
        self.applied + self.conflicts
    }

    /// Whether it goes in steps.
    pub fn is_wide(&self) -> bool {
        self.total > WHOLE as i64
    }

    /// Counts what became of some targets; after the last of them it is done.
    pub fn count(&mut self, targets: &[Target]) {
        let applied = targets.iter().filter(|target| matches!(target.fate, Fate::Applied { .. })).count();
        self.applied += applied as i64;
        self.conflicts += (targets.len() - applied) as i64;
        if self.done() >= self.total {
            self.phase = Phase::Done;
        }
    }
}

/// A moderator's decision.
#[derive(Clone, Debug)]
pub struct Decision {
    /// Its id.
    pub id: DecisionId,
    /// Its site, or [`WHOLE_SERVER`](super::sanction::WHOLE_SERVER).
    pub site_id: SiteId,
    /// When, in milliseconds since 1970.
    pub at_ms: i64,
    /// Who; none: the command line.
    pub actor_id: Option<UserId>,
    /// What.
    pub act: Act,
    /// How far.
    pub reach: Reach,
    /// Why.
    pub reason: Option<Reason>,
    /// For moderators.
    pub note: Option<String>,
    /// For the author.
    pub public_text: Option<String>,
    /// The decision it takes back.
    pub undoes: Option<DecisionId>,
    /// The decision that took it back.
    pub undone_by: Option<DecisionId>,
    /// How it goes.
    pub course: Course,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn order(act: Act, id: i64) -> Order {
        Order { act, decision: DecisionId(id), reason: Some(Reason::Spam), at_ms: id }
    }

    #[test]
    fn starts() {
        let published = Disposition::new(None);
        let held = Disposition::new(Some("premoderation"));
        let hidden = decided(&published, order(Act::Hide, 1)).unwrap();
        let deleted = published.deleted(5);
        let possible = |at: &Disposition| -> Vec<&str> {
            Act::ALL.iter().filter(|a| decided(at, order(**a, 2)).is_ok()).map(|a| a.as_str()).collect()
        };
        assert_eq!(possible(&published), ["approve", "hide", "dismiss", "purge", "lock", "pin"]);
        assert_eq!(possible(&held), ["approve", "hide", "dismiss", "purge", "lock"]);
        assert_eq!(possible(&hidden), ["restore", "dismiss", "purge", "lock"]);
        assert_eq!(possible(&deleted), ["dismiss", "purge"]);
    }

    #[test]
    fn an_older_lock_is_taken_back_under_a_newer_pin() {
        let start = Disposition::new(None);
        let locked = decided(&start, order(Act::Lock, 1)).unwrap();
        let pinned = decided(&locked, order(Act::Pin, 2)).unwrap();
        let back = undone(&pinned, &start, &locked).unwrap();
        assert!(back.pinned && !back.locked);
        let hidden = decided(&back, order(Act::Hide, 3)).unwrap();
        let restored = decided(&hidden, order(Act::Restore, 4)).unwrap();
        assert_eq!(undone(&restored, &back, &hidden), Err(WrongState));
    }

    proptest! {
        #[test]
        fn acts_undone_last_first_leave_no_trace(acts in prop::collection::vec(0..Act::ALL.len(), 1..20)) {
            let start = Disposition::new(Some("premoderation"));
            let mut trail = vec![start.clone()];
            for (id, act) in acts.iter().enumerate() {
                if let Ok(next) = decided(trail.last().unwrap(), order(Act::ALL[*act], id as i64 + 1)) {
                    trail.push(next);
                }
            }
            let mut now = trail.last().unwrap().clone();
            for pair in trail.windows(2).rev() {
                now = undone(&now, &pair[0], &pair[1]).unwrap();
            }
            prop_assert_eq!(now, start);
        }
    }
}
