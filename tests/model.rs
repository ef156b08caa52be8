//! Random acts of several people against a small model in memory: after each act outcome, states,
//! counters, the visible tree, the queue and flags agree; and undone last first, decisions leave no
//! trace.

#![allow(clippy::unwrap_used, reason = "a failing test may panic anywhere")]

mod support;

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use support::{SITE, START_MS};
use understory::app::Error;
use understory::app::caller::Caller;
use understory::app::decide::{Decide, Decided};
use understory::app::edit::Expected;
use understory::app::manage_thread::ThreadChange;
use understory::app::notice::GiveNotice;
use understory::app::post::Post;
use understory::app::queue::QueueQuery;
use understory::app::verify::verify;
use understory::domain::comment::{Comment, State};
use understory::domain::decision::{Act, Conflict, Fate, Reach, Target};
use understory::domain::flag::{Flag, FlagState, Reason};
use understory::domain::fragment::{Item, Place};
use understory::domain::ids::{CommentId, DecisionId, FlagId, SessionId, UserId};
use understory::domain::permission::Role;
use understory::domain::queue::QueueKind;
use understory::domain::session::Scope;
use understory::domain::thread::ThreadState;
use understory::domain::tree::{Cut, Listing, Sort};
use understory::domain::user::Grant;
use understory::store::{StoreError, Waits};

const KEY: &str = "t";
const READERS: usize = 3;
/// The moderator's place among the people.
const MODERATOR: usize = READERS;
/// A reader's words are long, so the deepest parent a reply is tried under.
const DEPTH: u32 = 14;

#[derive(Clone, Debug)]
enum Step {
    Post(usize, Option<usize>),
    Edit(usize, usize),
    Delete(usize, usize),
    Vote(usize, usize, i64),
    Flag(usize, usize, Reason),
    Withdraw(usize, usize),
    Notice(usize, Reason),
    Decide(Order),
    Undo(usize),
    Premoderate(bool),
    Open(ThreadState),
    Wait(i64),
}

/// A decision to be tried.
#[derive(Clone, Debug)]
struct Order {
    who: usize,
    act: Act,
    reach: Reach,
    /// Comments, each with whether an old version is named.
    picks: Vec<(usize, bool)>,
    /// Whether a comment that does not exist is among the targets.
    unknown: bool,
    dry_run: bool,
}

impl Order {
    fn on_first(act: Act) -> Order {
        let picks = vec![(0, false)];
        Order { who: MODERATOR, act, reach: Reach::Comment, picks, unknown: false, dry_run: false }
    }
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let who = || 0..=READERS;
    let pick = any::<usize>;
    // what is purged does not come back: see purge.rs
    let acts: Vec<Act> = Act::ALL.iter().copied().filter(|act| act.is_on_comments() && *act != Act::Purge).collect();
    let reasons: Vec<Reason> = Reason::for_flags().collect();
    let categories = reasons.clone();
    let order = (
        prop_oneof![9 => Just(MODERATOR), 1 => 0..READERS],
        prop::sample::select(acts),
        prop_oneof![3 => Just(Reach::Comment), 1 => Just(Reach::Subtree)],
        prop::collection::vec((pick(), prop::bool::weighted(0.1)), 1..4),
        prop::bool::weighted(0.1),
        prop::bool::weighted(0.1),
    );
    let order =
        order.prop_map(|(who, act, reach, picks, unknown, dry_run)| Order { who, act, reach, picks, unknown, dry_run });
    let states =
        prop_oneof![6 => Just(ThreadState::Open), 1 => Just(ThreadState::Locked), 1 => Just(ThreadState::Archived)];
    let step = prop_oneof![
        6 => (who(), prop::option::weighted(0.7, pick())).prop_map(|(w, p)| Step::Post(w, p)),
        2 => (who(), pick()).prop_map(|(w, c)| Step::Edit(w, c)),
        1 => (who(), pick()).prop_map(|(w, c)| Step::Delete(w, c)),
        3 => (who(), pick(), -1i64..2).prop_map(|(w, c, v)| Step::Vote(w, c, v)),
        4 => (who(), pick(), prop::sample::select(reasons)).prop_map(|(w, c, r)| Step::Flag(w, c, r)),
        1 => (who(), pick()).prop_map(|(w, f)| Step::Withdraw(w, f)),
        2 => (pick(), prop::sample::select(categories)).prop_map(|(c, r)| Step::Notice(c, r)),
        8 => order.prop_map(Step::Decide),
        // decisions that are looked at twice are mostly recent ones
        5 => prop_oneof![pick().boxed(), (0usize..3).prop_map(|back| usize::MAX - back).boxed()].prop_map(Step::Undo),
        1 => any::<bool>().prop_map(Step::Premoderate),
        1 => states.prop_map(Step::Open),
        3 => prop_oneof![20 => 1i64..5_000, 1 => Just(86_400_000i64)].prop_map(Step::Wait),
    ];
    prop::collection::vec(step, 1..60)
}

/// A value and which decision moved it last (0: none).
type Facet<T> = (T, i64);

#[derive(Clone, Debug, PartialEq)]
struct Stand {
    state: Facet<State>,
    locked: Facet<bool>,
    pinned: Facet<bool>,
}

impl Stand {
    fn values(&self) -> (State, bool, bool) {
        (self.state.0, self.locked.0, self.pinned.0)
    }
}

#[derive(Clone, Debug)]
struct Kept {
    id: CommentId,
    parent: Option<usize>,
    author: usize,
    body: String,
    stand: Stand,
    /// Where it stood when it was posted.
    first: Stand,
    /// Whether its author has moved its state.
    is_touched: bool,
    created_ms: i64,
    written_ms: i64,
    version: i64,
    votes: BTreeMap<usize, i64>,
    children: u64,
    number: String,
    depth: u32,
}

impl Kept {
    fn cast(&self, value: i64) -> i64 {
        self.votes.values().filter(|vote| **vote == value).count() as i64
    }
}

#[derive(Clone, Debug)]
struct KeptFlag {
    id: FlagId,
    by: usize,
    comment: usize,
    reason: Reason,
    at_ms: i64,
    /// Its state and the decision that settled it (0: none).
    stand: Facet<FlagState>,
    /// How each decision has settled it.
    settled: Vec<Facet<FlagState>>,
}

#[derive(Clone, Debug)]
struct KeptDecision {
    id: DecisionId,
    undoes: Option<usize>,
    is_undone: bool,
    targets: Vec<(usize, Stand, Stand)>,
}

#[derive(Default)]
struct Model {
    comments: Vec<Kept>,
    flags: Vec<KeptFlag>,
    /// Notices by their tokens: as flags of nobody, of which there may be several.
    notices: Vec<(String, KeptFlag)>,
    decisions: Vec<KeptDecision>,
    roots: u64,
    premoderation: bool,
    state: Option<ThreadState>,
    bodies: usize,
    now_ms: i64,
    version: i64,
}

impl Model {
    fn below(&self, root: usize) -> Vec<usize> {
        let mut found = vec![root];
        for (index, kept) in self.comments.iter().enumerate() {
            if kept.parent.is_some_and(|parent| found.contains(&parent)) {
                found.push(index);
            }
        }
        // reading order: by the numbers of the outline
        let key = |index: &usize| {
            self.comments[*index].number.split('.').map(|n| n.parse::<u64>().unwrap()).collect::<Vec<_>>()
        };
        found.sort_by_key(key);
        found
    }

    fn visible(&self) -> BTreeSet<usize> {
        let mut visible = BTreeSet::new();
        for (index, kept) in self.comments.iter().enumerate().rev() {
            if kept.stand.state.0 == State::Published || visible.contains(&index) {
                visible.insert(index);
                visible.extend(kept.parent);
            }
        }
        visible
    }

    fn is_published(&self, index: usize) -> bool {
        self.comments[index].stand.state.0 == State::Published
    }

    /// What an act makes of a comment, from the words of the contract.
    fn decided(stand: &Stand, act: Act, id: i64) -> Option<Stand> {
        let state = stand.state.0;
        let mut to = stand.clone();
        match act {
            Act::Approve if state == State::Held => to.state = (State::Published, id),
            Act::Approve if state == State::Published => {}
            Act::Hide if matches!(state, State::Held | State::Published) => to.state = (State::Hidden, id),
            Act::Restore if state == State::Hidden => to.state = (State::Published, id),
            Act::Dismiss => {}
            Act::Lock if state != State::Deleted && !stand.locked.0 => to.locked = (true, id),
            Act::Unlock if state != State::Deleted && stand.locked.0 => to.locked = (false, id),
            Act::Pin if state == State::Published && !stand.pinned.0 => to.pinned = (true, id),
            Act::Unpin if state != State::Deleted && stand.pinned.0 => to.pinned = (false, id),
            _ => return None,
        }
        Some(to)
    }

    fn undone(now: &Stand, before: &Stand, after: &Stand) -> Option<Stand> {
        let mut back = now.clone();
        if before.state != after.state {
            if now.state != after.state {
                return None;
            }
            back.state = before.state;
        }
        if before.locked != after.locked {
            if now.locked != after.locked {
                return None;
            }
            back.locked = before.locked;
        }
        if before.pinned != after.pinned {
            if now.pinned != after.pinned {
                return None;
            }
            back.pinned = before.pinned;
        }
        Some(back)
    }

    /// Settles the open flags of a comment as `act` does.
    fn settle(&mut self, comment: usize, act: Act, id: i64) {
        let to = match act {
            Act::Approve | Act::Dismiss => FlagState::Dismissed,
            Act::Hide => FlagState::Upheld,
            _ => return,
        };
        let notices = self.notices.iter_mut().map(|(_, notice)| notice);
        let open = |f: &&mut KeptFlag| f.comment == comment && f.stand.0 == FlagState::Open;
        for flag in self.flags.iter_mut().chain(notices).filter(open) {
            flag.stand = (to, id);
            flag.settled.push(flag.stand);
        }
    }

    /// Whether the flag's reporter has another open one on the comment.
    fn has_another(&self, index: usize) -> bool {
        let flag = &self.flags[index];
        self.flags.iter().enumerate().any(|(at, other)| {
            at != index && (other.comment, other.by) == (flag.comment, flag.by) && other.stand.0 == FlagState::Open
        })
    }

    /// Opens the flags of a comment that the first decision of a row of undos settled; an undo of
    /// its undo, which lets it stand again, settles them again.
    fn unsettle(&mut self, comment: usize, decision: usize) {
        let (mut first, mut stands) = (decision, false);
        while let Some(undoes) = self.decisions[first].undoes {
            (first, stands) = (undoes, !stands);
        }
        let id = self.decisions[first].id.0;
        let may_open: Vec<bool> = (0..self.flags.len()).map(|index| !self.has_another(index)).collect();
        let notices = self.notices.iter_mut().map(|(_, notice)| notice);
        let may_open = may_open.into_iter().chain(std::iter::repeat(true));
        for (flag, may_open) in self.flags.iter_mut().chain(notices).zip(may_open) {
            if flag.comment != comment {
                continue;
            }
            let is_settled = matches!(flag.stand.0, FlagState::Upheld | FlagState::Dismissed);
            if !stands && is_settled && flag.stand.1 == id && may_open {
                flag.stand = (FlagState::Open, 0);
            } else if stands && flag.stand.0 == FlagState::Open {
                let again = flag.settled.iter().find(|(_, decision)| *decision == id).copied();
                flag.stand = again.unwrap_or(flag.stand);
            }
        }
    }

    /// What waits on a comment: how grave what is said of it is, and since when.
    fn waits(&self, index: usize) -> Option<(i64, i64)> {
        let notices = self.notices.iter().map(|(_, notice)| notice);
        let all = self.flags.iter().chain(notices);
        let open = all.filter(|f| f.comment == index && f.stand.0 == FlagState::Open);
        let kept = &self.comments[index];
        let held = (kept.stand.state.0 == State::Held).then_some((1, kept.written_ms));
        let parts: Vec<(i64, i64)> = open.map(|f| (severity(f.reason), f.at_ms)).chain(held).collect();
        let first_ms = parts.iter().map(|(_, at)| *at).min()?;
        Some((parts.iter().map(|(grave, _)| *grave).max()?, first_ms))
    }

    fn is_open(&self) -> bool {
        self.state.is_none_or(|state| state == ThreadState::Open)
    }

    /// Marks a decision as undone; what it undid itself stands again, and so on.
    fn mark_undone(&mut self, index: usize) {
        let (mut at, mut is_undone) = (Some(index), true);
        while let Some(index) = at {
            self.decisions[index].is_undone = is_undone;
            (at, is_undone) = (self.decisions[index].undoes, !is_undone);
        }
    }

    /// What becomes of each comment a decision is aimed at; the first mention of a comment counts.
    fn judged(&self, order: &Order, targets: &[(usize, i64)]) -> BTreeMap<usize, Result<(), Conflict>> {
        let mut fates = BTreeMap::new();
        for (index, version) in targets {
            let is_stale = *version != self.comments[*index].version;
            let mut judge = |at: usize, is_stale: bool| {
                let possible = Model::decided(&self.comments[at].stand, order.act, 1).is_some();
                fates.entry(at).or_insert(match () {
                    () if is_stale => Err(Conflict::StaleVersion),
                    () if possible => Ok(()),
                    () => Err(Conflict::WrongState),
                });
            };
            judge(*index, is_stale);
            if order.reach == Reach::Subtree && !is_stale {
                self.below(*index).into_iter().for_each(|at| judge(at, false));
            }
        }
        fates
    }

    fn move_to(&mut self, index: usize, to: Stand) {
        let kept = &mut self.comments[index];
        if kept.stand != to {
            kept.stand = to;
            kept.version += 1;
        }
    }
}

/// How urgent a reason is.
fn severity(reason: Reason) -> i64 {
    match reason {
        Reason::Illegal => 5,
        Reason::Violence | Reason::Hate => 4,
        Reason::Harassment | Reason::Sexual => 3,
        Reason::Spam | Reason::Misinformation => 2,
        _ => 1,
    }
}

struct World {
    base: support::World,
    people: Vec<Caller>,
    model: Model,
}

fn code<T>(result: &Result<T, Error>) -> &'static str {
    match result {
        Ok(_) => "ok",
        Err(Error::Refused(refusal)) => refusal.code.name(),
        Err(error) => panic!("{error}"),
    }
}

/// What was said of each target.
fn said(made: &Decided) -> BTreeMap<CommentId, &Target> {
    made.targets.iter().map(|target| (target.comment_id, target)).collect()
}

impl World {
    async fn act(&mut self, step: &Step) {
        let count = self.model.comments.len();
        let at = |pick: usize| if count == 0 { None } else { Some(pick % count) };
        match step {
            Step::Post(who, parent) => self.post(*who, parent.and_then(at)).await,
            Step::Edit(who, pick) => {
                if let Some(index) = at(*pick) {
                    self.edit(*who, index).await;
                }
            }
            Step::Delete(who, pick) => {
                if let Some(index) = at(*pick) {
                    self.delete(*who, index).await;
                }
            }
            Step::Vote(who, pick, value) => {
                if let Some(index) = at(*pick) {
                    self.vote(*who, index, *value).await;
                }
            }
            Step::Flag(who, pick, reason) => {
                if let Some(index) = at(*pick) {
                    self.flag(*who, index, *reason).await;
                }
            }
            Step::Withdraw(who, pick) => self.withdraw(*who, *pick).await,
            Step::Notice(pick, category) => {
                if let Some(index) = at(*pick) {
                    self.notice(index, *category).await;
                }
            }
            Step::Decide(order) => {
                if count > 0 {
                    self.decide(order).await;
                }
            }
            Step::Undo(pick) => {
                let decisions = self.model.decisions.len();
                if decisions > 0 {
                    let index = if *pick > usize::MAX - 3 {
                        decisions - 1 - (usize::MAX - pick) % decisions
                    } else {
                        pick % decisions
                    };
                    self.undo(index).await;
                }
            }
            Step::Premoderate(on) => {
                let change = ThreadChange { premoderation: Some(*on), ..ThreadChange::default() };
                self.set(change).await;
                self.model.premoderation = *on;
            }
            Step::Open(state) => {
                self.set(ThreadChange { state: Some(*state), ..ThreadChange::default() }).await;
                self.model.state = Some(*state);
            }
            Step::Wait(ms) => {
                self.base.wait_ms(*ms);
                self.model.now_ms += ms;
            }
        }
    }

    async fn set(&self, change: ThreadChange) {
        self.base.app.manage_thread(&self.people[MODERATOR], SITE.into(), KEY.into(), change).await.unwrap();
    }

    async fn post(&mut self, who: usize, parent: Option<usize>) {
        let m = &mut self.model;
        if parent.is_some_and(|parent| m.comments[parent].depth >= DEPTH) {
            return;
        }
        m.bodies += 1;
        let body = format!("text {}", m.bodies);
        let open = |index: usize| {
            let stand = &m.comments[index].stand;
            stand.state.0 == State::Published && !stand.locked.0
        };
        let expected = match parent {
            _ if !m.is_open() => "thread_locked",
            Some(parent) if !open(parent) => "parent_unavailable",
            _ => "ok",
        };
        let post = Post {
            site: SITE.into(),
            thread: KEY.into(),
            body: body.clone(),
            parent: parent.map(|parent| m.comments[parent].id),
            article: None,
            once: None,
        };
        let result = self.base.app.post(&self.people[who], post).await;
        assert_eq!(code(&result), expected);
        let Ok(made) = result else { return };
        let held = m.premoderation && who != MODERATOR;
        let (ordinal, prefix, depth) = match parent {
            None => {
                m.roots += 1;
                (m.roots, String::new(), 1)
            }
            Some(parent) => {
                let parent = &mut m.comments[parent];
                parent.children += 1;
                (parent.children, format!("{}.", parent.number), parent.depth + 1)
            }
        };
        let stand = Stand {
            state: (if held { State::Held } else { State::Published }, 0),
            locked: (false, 0),
            pinned: (false, 0),
        };
        m.comments.push(Kept {
            id: made.made.id,
            parent,
            author: who,
            body,
            first: stand.clone(),
            stand,
            is_touched: false,
            created_ms: m.now_ms,
            written_ms: m.now_ms,
            version: 1,
            votes: BTreeMap::new(),
            children: 0,
            number: format!("{prefix}{ordinal}"),
            depth,
        });
    }

    /// The refusal of an act on somebody's own comment by another.
    fn not_own(&self, who: usize, index: usize) -> Option<&'static str> {
        if self.model.comments[index].author == who {
            return None;
        }
        let seen = who == MODERATOR || self.model.visible().contains(&index);
        Some(if seen { "forbidden" } else { "not_found" })
    }

    async fn edit(&mut self, who: usize, index: usize) {
        let not_own = self.not_own(who, index);
        let m = &mut self.model;
        m.bodies += 1;
        let body = format!("text {}", m.bodies);
        let state = m.comments[index].stand.state.0;
        let is_late = m.now_ms - m.comments[index].created_ms > self.base.app.edit_window_ms();
        let expected = match not_own {
            Some(code) => code,
            None if !m.is_open() => "thread_locked",
            None if is_late || !matches!(state, State::Published | State::Held) => "edit_window_closed",
            None => "ok",
        };
        let result = self.base.app.edit(&self.people[who], m.comments[index].id, body.clone(), Expected::Any).await;
        assert_eq!(code(&result), expected);
        if result.is_ok() {
            let kept = &mut m.comments[index];
            kept.body = body;
            kept.version += 1;
            kept.written_ms = m.now_ms;
            if m.premoderation && who != MODERATOR && state == State::Published {
                kept.stand.state = (State::Held, 0);
                kept.is_touched = true;
            }
        }
    }

    async fn delete(&mut self, who: usize, index: usize) {
        let not_own = self.not_own(who, index);
        let m = &mut self.model;
        let is_deleted = m.comments[index].stand.state.0 == State::Deleted;
        let expected = match not_own {
            Some(code) => code,
            None if is_deleted => "not_found",
            None => "ok",
        };
        let result = self.base.app.delete(&self.people[who], m.comments[index].id).await;
        assert_eq!(code(&result), expected);
        if result.is_ok() {
            let kept = &mut m.comments[index];
            kept.stand.state = (State::Deleted, 0);
            kept.is_touched = true;
            kept.version += 1;
        }
    }

    async fn vote(&mut self, who: usize, index: usize, value: i64) {
        let m = &mut self.model;
        let expected = match () {
            () if !m.is_published(index) => "not_found",
            () if !m.is_open() => "thread_locked",
            () => "ok",
        };
        let result = self.base.app.vote(&self.people[who], m.comments[index].id, value).await;
        assert_eq!(code(&result), expected);
        if let Ok(votes) = result {
            let kept = &mut m.comments[index];
            kept.votes.insert(who, value);
            assert_eq!((votes.up, votes.down, votes.mine), (kept.cast(1), kept.cast(-1), value));
        }
    }

    async fn notice(&mut self, index: usize, reason: Reason) {
        let m = &mut self.model;
        let (comment, explanation) = (m.comments[index].id, "why".to_owned());
        let given = GiveNotice { comment, category: reason, explanation, name: None, email: None, once: None };
        let result = self.base.app.give_notice(given).await;
        assert_eq!(code(&result), if m.is_published(index) { "ok" } else { "not_found" });
        if let Ok(made) = result {
            let (id, by, stand, at_ms) = (FlagId(0), usize::MAX, (FlagState::Open, 0), m.now_ms);
            let notice = KeptFlag { id, by, comment: index, reason, at_ms, stand, settled: Vec::new() };
            m.notices.push((made.made.token, notice));
        }
    }

    async fn flag(&mut self, who: usize, index: usize, reason: Reason) {
        let m = &mut self.model;
        let is_own = |f: &&KeptFlag| f.by == who && f.comment == index && f.stand.0 == FlagState::Open;
        let open = m.flags.iter().find(is_own).is_some();
        let expected = match () {
            () if !m.is_published(index) => "not_found",
            () if m.state == Some(ThreadState::Archived) => "thread_locked",
            () if open => "already_flagged",
            () => "ok",
        };
        let result = self.base.app.flag(&self.people[who], m.comments[index].id, reason, None, None).await;
        assert_eq!(code(&result), expected);
        if let Ok(made) = result {
            let (id, stand, at_ms) = (made.made.id, (FlagState::Open, 0), m.now_ms);
            m.flags.push(KeptFlag { id, by: who, comment: index, reason, at_ms, stand, settled: Vec::new() });
        }
    }

    async fn withdraw(&mut self, who: usize, pick: usize) {
        if self.model.flags.is_empty() {
            return;
        }
        let index = pick % self.model.flags.len();
        let flag = &mut self.model.flags[index];
        let expected = if flag.by == who && flag.stand.0 == FlagState::Open { "ok" } else { "not_found" };
        let result = self.base.app.withdraw(&self.people[who], flag.id).await;
        assert_eq!(code(&result), expected);
        if result.is_ok() {
            flag.stand = (FlagState::Withdrawn, 0);
        }
    }

    async fn decide(&mut self, order: &Order) {
        let m = &mut self.model;
        let aim = |(pick, is_old): &(usize, bool)| {
            let index = pick % m.comments.len();
            (index, m.comments[index].version - i64::from(*is_old))
        };
        let targets: Vec<(usize, i64)> = order.picks.iter().map(aim).collect();
        let fates = m.judged(order, &targets);
        let unknown = order.unknown.then_some((CommentId(1), 1));
        let sent = Decide {
            targets: unknown.into_iter().chain(targets.iter().map(|(at, v)| (m.comments[*at].id, *v))).collect(),
            reach: order.reach,
            select: None,
            act: order.act,
            reason: Some(Reason::Spam),
            note: None,
            public_text: None,
            claim_token: None,
            dry_run: order.dry_run,
            once: None,
        };
        let result = self.base.app.decide(&self.people[order.who], sent).await;
        assert_eq!(code(&result), if order.who == MODERATOR { "ok" } else { "forbidden" });
        let Ok(made) = result else { return };
        let made = made.made;
        let said = said(&made);
        assert_eq!(said.len(), fates.len() + usize::from(order.unknown));
        if order.unknown {
            assert!(matches!(said[&CommentId(1)].fate, Fate::Refused(Conflict::NotFound, None)));
        }
        let is_recorded = !order.dry_run && fates.values().any(Result::is_ok);
        assert_eq!(made.is_recorded(), is_recorded);
        let id = made.decision.id.0;
        let mut moved = Vec::new();
        for (index, fate) in fates {
            let kept = m.comments[index].clone();
            let said = said[&kept.id];
            let Ok(()) = fate else {
                let refused = (fate.unwrap_err(), Some(kept.stand.state.0));
                assert!(matches!(said.fate, Fate::Refused(why, at) if (why, at) == refused), "{order:?} {said:?}");
                assert_eq!(said.version, Some(kept.version));
                continue;
            };
            let to = Model::decided(&kept.stand, order.act, id).unwrap();
            assert!(matches!(said.fate, Fate::Applied { .. }), "{order:?} {said:?}");
            // the version that follows is told by a dry run as well
            assert_eq!(said.version, Some(kept.version + i64::from(to.values() != kept.stand.values())));
            if is_recorded {
                moved.push((index, kept.stand, to.clone()));
                m.move_to(index, to);
                m.settle(index, order.act, id);
            }
        }
        if is_recorded {
            let id = made.decision.id;
            m.decisions.push(KeptDecision { id, undoes: None, is_undone: false, targets: moved });
        }
    }

    /// Undoes a decision; whether anything was recorded.
    async fn undo(&mut self, index: usize) -> bool {
        let m = &mut self.model;
        let old = m.decisions[index].clone();
        let result = self.base.app.undo(&self.people[MODERATOR], old.id).await;
        assert_eq!(code(&result), if old.is_undone { "already_undone" } else { "ok" }, "{old:?}");
        let Ok(made) = result else { return false };
        let said = said(&made);
        assert_eq!(said.len(), old.targets.len());
        let mut targets = Vec::new();
        for (comment, before, after) in &old.targets {
            let kept = m.comments[*comment].clone();
            let back = Model::undone(&kept.stand, before, after);
            let said = said[&kept.id];
            assert_eq!(matches!(said.fate, Fate::Applied { .. }), back.is_some(), "{kept:?} {before:?} {after:?}");
            if let Some(back) = back {
                targets.push((*comment, kept.stand, back.clone()));
                m.move_to(*comment, back);
                m.unsettle(*comment, index);
            }
            assert_eq!(said.version, Some(m.comments[*comment].version));
        }
        let is_recorded = !targets.is_empty();
        assert_eq!(made.is_recorded(), is_recorded);
        if is_recorded {
            m.mark_undone(index);
            let id = made.decision.id;
            m.decisions.push(KeptDecision { id, undoes: Some(index), is_undone: false, targets });
        }
        is_recorded
    }

    /// Undoes everything last first: nothing is left of any decision, where no author came between.
    async fn unwind(&mut self) {
        for index in (0..self.model.decisions.len()).rev() {
            if self.model.decisions[index].is_undone {
                return;
            }
            self.undo(index).await;
            self.agrees().await;
        }
        let m = &self.model;
        for (index, kept) in m.comments.iter().enumerate().filter(|(_, kept)| !kept.is_touched) {
            assert_eq!(kept.stand, kept.first);
            for (at, flag) in m.flags.iter().enumerate().filter(|(_, flag)| flag.comment == index) {
                assert!(flag.stand.0 == FlagState::Withdrawn || flag.stand.0 == FlagState::Open || m.has_another(at));
            }
        }
    }

    /// Compares everything that can be seen with the model.
    async fn agrees(&mut self) {
        let page = self.base.app.thread(SITE.into(), KEY.into()).await.unwrap();
        let Some(thread) = page.thread else {
            assert!(self.model.comments.is_empty());
            return;
        };
        assert!(thread.version >= self.model.version, "a version never goes back");
        self.model.version = thread.version;
        let published = |c: &&Kept| c.stand.state.0 == State::Published;
        assert_eq!(thread.published_count, self.model.comments.iter().filter(published).count() as i64);
        let pinned = self.model.comments.iter().filter(published).filter(|c| c.stand.pinned.0).map(|c| c.id);
        assert_eq!(page.pinned.iter().copied().collect::<BTreeSet<_>>(), pinned.collect());
        self.rows_agree(thread.id).await;
        self.tree_agrees().await;
        self.queue_agrees().await;
        self.flags_agree().await;
    }

    async fn rows_agree(&self, thread: understory::domain::ids::ThreadId) {
        let m = &self.model;
        let rows: Result<Vec<Comment>, StoreError> =
            self.base.app.store.read("rows", move |tx| tx.comment_walk(thread, &[], 1_000)).await;
        let rows: BTreeMap<CommentId, Comment> = rows.unwrap().into_iter().map(|row| (row.id, row)).collect();
        assert_eq!(rows.len(), m.comments.len());
        for (index, kept) in m.comments.iter().enumerate() {
            let row = &rows[&kept.id];
            let d = &row.disposition;
            assert_eq!((d.state, d.locked, d.pinned), kept.stand.values());
            assert_eq!((row.version, &row.body, row.path.number()), (kept.version, &kept.body, kept.number.clone()));
            assert_eq!((row.up, row.down), (kept.cast(1), kept.cast(-1)));
            assert_eq!(row.score(), kept.cast(1) - kept.cast(-1));
            let replies = m.comments.iter().filter(|c| c.parent == Some(index) && c.stand.state.0 == State::Published);
            assert_eq!(row.reply_count, replies.count() as i64);
            assert_eq!(d.removal.is_some(), matches!(d.state, State::Hidden | State::Deleted), "{d:?}");
            assert_eq!(d.held_by.is_some(), d.state == State::Held, "{d:?}");
        }
        for decision in &m.decisions {
            let told = self.base.app.decision(&self.people[MODERATOR], decision.id).await.unwrap().decision;
            assert_eq!(told.undone_by.is_some(), decision.is_undone, "{decision:?}");
            assert_eq!(told.undoes, decision.undoes.map(|index| m.decisions[index].id));
        }
    }

    async fn tree_agrees(&self) {
        let m = &self.model;
        let cut = Cut { sort: Sort::Oldest, limit: 200, depth: 16, per_parent: 200 };
        let tree = self.base.app.tree(SITE.into(), KEY.into(), None, cut).await.unwrap();
        let mut shown = Vec::new();
        numbers(&tree.part.items, &tree.part.listing, &mut shown);
        let visible = m.visible();
        let roots = (0..m.comments.len()).filter(|index| m.comments[*index].parent.is_none());
        let all = roots.flat_map(|root| m.below(root)).filter(|index| visible.contains(index));
        let expected: Vec<(String, State)> =
            all.map(|index| (m.comments[index].number.clone(), m.comments[index].stand.state.0)).collect();
        assert_eq!(shown, expected);
    }

    async fn queue_agrees(&self) {
        let (m, app, moderator) = (&self.model, &self.base.app, &self.people[MODERATOR]);
        let open = |f: &&KeptFlag| f.stand.0 == FlagState::Open;
        let flagged: BTreeSet<usize> = m.flags.iter().filter(open).map(|f| f.comment).collect();
        let is_held = |index: &usize| m.comments[*index].stand.state.0 == State::Held;
        let held: BTreeSet<usize> = (0..m.comments.len()).filter(is_held).collect();
        let notices = || m.notices.iter().map(|(_, notice)| notice).filter(open);
        let noticed: BTreeSet<usize> = notices().map(|n| n.comment).collect();
        let said = m.flags.iter().filter(open).chain(notices());
        let hateful = said.filter(|f| f.reason == Reason::Hate).map(|f| f.comment);
        let all = flagged.union(&held).chain(&noticed).copied();
        let lists = [
            (QueueKind::All, None, all.collect()),
            (QueueKind::Notice, None, noticed.clone()),
            (QueueKind::All, Some(Reason::Hate), hateful.collect()),
            (QueueKind::Flagged, None, flagged.clone()),
            (QueueKind::Held, None, held.clone()),
        ];
        for (kind, reason, waiting) in lists {
            let waiting: BTreeSet<usize> = waiting;
            let expected: BTreeSet<CommentId> = waiting.into_iter().map(|index| m.comments[index].id).collect();
            let (mut seen, mut cursor) = (Vec::new(), None);
            let asked = QueueQuery { reason, ..QueueQuery::of(kind) };
            loop {
                let page = app.queue(moderator, SITE.into(), asked.clone(), (cursor, 5)).await.unwrap();
                let [flagged, held, notice] = [&flagged, &held, &noticed].map(|those| those.len() as i64);
                let counts = Waits { flagged, held, notice, ..Waits::default() };
                assert_eq!(page.counts, counts);
                for item in &page.items {
                    seen.push((item.waiting.rank(), item.comment.id));
                    let index = m.comments.iter().position(|c| c.id == item.comment.id).unwrap();
                    assert_eq!(Some((item.waiting.severity(), item.waiting.first_ms)), m.waits(index));
                    let is_seen = m.comments[index].stand.state.0 == State::Published;
                    assert_eq!((item.waiting.is_visible, item.waiting.odds.base), (is_seen, -2_442));
                    let flags: i64 = item.flags.iter().map(|group| group.count).sum();
                    assert_eq!(flags, m.flags.iter().filter(open).filter(|f| f.comment == index).count() as i64);
                }
                cursor = page.next;
                if cursor.is_none() {
                    break;
                }
            }
            assert!(seen.is_sorted(), "{kind:?} {reason:?}: {seen:?}");
            let ids: BTreeSet<CommentId> = seen.iter().map(|(_, id)| *id).collect();
            assert_eq!((ids.len(), ids), (seen.len(), expected), "{kind:?} {reason:?}");
        }
        let viewer = app.thread_viewer(moderator, SITE.into(), KEY.into(), Vec::new()).await.unwrap();
        let hidden = m.comments.iter().filter(|c| c.stand.state.0 == State::Hidden).count();
        assert_eq!(viewer.moderation, Some((held.len() as i64, hidden as i64, flagged.len() as i64)));
    }

    async fn flags_agree(&self) {
        for (who, caller) in self.people.iter().enumerate() {
            let (flags, _) = self.base.app.own_flags(caller, (None, 200)).await.unwrap();
            let told = |f: &Flag| (f.id, (f.state, f.outcome.as_ref().map_or(0, |outcome| outcome.decision_id.0)));
            let told: BTreeMap<FlagId, Facet<FlagState>> = flags.iter().map(told).collect();
            let own = self.model.flags.iter().filter(|f| f.by == who);
            assert_eq!(told, own.map(|f| (f.id, f.stand)).collect(), "flags of {who}");
        }
        for (token, kept) in &self.model.notices {
            let notice = self.base.app.notice(token.clone()).await.unwrap().notice;
            let by = notice.outcome.map_or(0, |outcome| outcome.decision_id.0);
            assert_eq!((notice.state, by), kept.stand);
        }
    }
}

fn numbers(items: &[Item], listing: &Listing<Place>, out: &mut Vec<(String, State)>) {
    assert!(listing.next.is_none(), "the page is large enough");
    for branch in &listing.items {
        let fragment = format!("{{{}}}", items[branch.node.at].fragment);
        let fragment: serde_json::Value = serde_json::from_str(&fragment).unwrap();
        let state = State::parse(fragment["state"].as_str().unwrap()).unwrap();
        out.push((fragment["number"].as_str().unwrap().to_owned(), state));
        numbers(items, &branch.replies, out);
    }
}

/// Three readers and a moderator, with no password: nobody signs in here, and hashing would take
/// most of the time.
async fn people(base: &support::World) -> Vec<Caller> {
    let mut people = Vec::new();
    for (index, login) in ["ann", "ben", "cat", "moe"].iter().enumerate() {
        let document = format!(
            r#"{{"article":{{"key":"people"}},"comments":[{{"login":"{login}","display_name":"P","created_at":"2020-01-01T00:00:0{index}Z","body":"x"}}]}}"#
        );
        base.app.import(SITE, document.as_bytes(), false).await.unwrap();
        let key = understory::domain::login::Login::parse(login).unwrap().key();
        let find = move |tx: &mut understory::store::Tx<'_>| {
            Ok::<UserId, StoreError>(tx.user_by_login_key(&key)?.unwrap().user.id)
        };
        let user = base.app.store.read("user", find).await.unwrap();
        let grant = (index == MODERATOR).then_some(Grant { site: Some(base.site), role: Role::Moderator });
        let grants: Vec<Grant> = grant.into_iter().collect();
        people.push(Caller {
            user,
            session: SessionId(1),
            scope: Scope::Full,
            grants: grants.into(),
            sanctions: [].into(),
        });
    }
    people
}

async fn new_world(directory: &std::path::Path) -> World {
    let base = support::World::at(directory).await;
    let people = people(&base).await;
    World { base, people, model: Model { now_ms: START_MS, ..Model::default() } }
}

async fn run(directory: &std::path::Path, steps: &[Step]) {
    let mut world = new_world(directory).await;
    for step in steps {
        world.act(step).await;
        world.agrees().await;
    }
    world.is_sound().await;
    world.unwind().await;
    world.is_sound().await;
}

impl World {
    /// Everything kept twice is right, and each version of the thread has its event.
    async fn is_sound(&self) {
        let verified = verify(&self.base.app.store).await.unwrap();
        assert!(verified.differences.is_empty(), "{:?}", verified.differences.first());
        let site = self.base.site;
        let unit = move |tx: &mut understory::store::Tx<'_>| {
            let Some(thread) = tx.thread_by_key(site, KEY)? else { return Ok(true) };
            let events = tx.event_between(0, i64::MAX)?;
            let versions = events.iter().filter_map(|e| e.thread).filter(|(id, _)| *id == thread.id).map(|(_, v)| v);
            Ok::<_, StoreError>(versions.eq(1..=thread.version))
        };
        assert!(self.base.app.store.read("events", unit).await.unwrap(), "versions are gapless");
    }
}

#[test]
fn acts_agree_with_the_model() {
    let runtime = support::runtime();
    let run = |steps: Vec<Step>| {
        let directory = tempfile::tempdir().unwrap();
        runtime.block_on(run(directory.path(), &steps));
        Ok(())
    };
    TestRunner::new(support::cases(64)).run(&steps(), run).unwrap();
}

/// Alternates between undoing a decision and undoing that undo, five deep, for each act that
/// starts from a published comment with an open flag.
#[test]
fn an_undo_of_any_depth_takes_back_what_was_done() {
    let runtime = support::runtime();
    for act in [Act::Hide, Act::Approve, Act::Dismiss, Act::Lock, Act::Pin] {
        let directory = tempfile::tempdir().unwrap();
        runtime.block_on(async {
            let mut world = new_world(directory.path()).await;
            world.post(0, None).await;
            world.flag(1, 0, Reason::Hate).await;
            let order = Order::on_first(act);
            world.decide(&order).await;
            world.agrees().await;
            for depth in 0..5 {
                assert!(world.undo(depth).await, "{act:?} {depth}");
                world.agrees().await;
            }
            // those whose undo stands are undone already
            for index in 0..6 {
                if world.model.decisions[index].is_undone {
                    assert!(!world.undo(index).await);
                }
            }
        });
    }
}

/// A reply chosen before what it replies to: each counts from what the other has left.
#[test]
fn a_parent_is_decided_on_after_its_reply() {
    let runtime = support::runtime();
    for first in [0, 1] {
        let directory = tempfile::tempdir().unwrap();
        runtime.block_on(async {
            let mut world = new_world(directory.path()).await;
            world.post(0, None).await;
            world.post(1, Some(0)).await;
            for act in [Act::Hide, Act::Restore] {
                let picks = vec![(first, false), (1 - first, false)];
                world.decide(&Order { picks, ..Order::on_first(act) }).await;
                world.agrees().await;
            }
            world.unwind().await;
            world.is_sound().await;
        });
    }
}

#[test]
fn a_flag_settled_and_opened_twice_is_settled_again_by_either() {
    let runtime = support::runtime();
    let directory = tempfile::tempdir().unwrap();
    runtime.block_on(async {
        let mut world = new_world(directory.path()).await;
        world.post(0, None).await;
        world.flag(1, 0, Reason::Hate).await;
        for act in [Act::Hide, Act::Dismiss] {
            world.decide(&Order::on_first(act)).await;
            let last = world.model.decisions.len() - 1;
            world.undo(last).await;
        }
        world.agrees().await;
        // taking back the first undo hides the comment again, and upholds the flag again
        let undo = world.model.decisions[1].id;
        world.base.app.undo(&world.people[MODERATOR], undo).await.unwrap();
        let (flags, _) = world.base.app.own_flags(&world.people[1], (None, 200)).await.unwrap();
        assert_eq!(flags[0].state, FlagState::Upheld);
    });
}
