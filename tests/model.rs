//! Random acts of several people against a small model in memory: after each act outcome, states,
//! counters, the visible tree, the queue and flags agree.

#![allow(clippy::unwrap_used, reason = "a failing test may panic anywhere")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use understory::app::caller::Caller;
use understory::app::decide::Decide;
use understory::app::edit::Expected;
use understory::app::manage_thread::ThreadChange;
use understory::app::post::Post;
use understory::app::verify::verify;
use understory::app::{App, Error};
use understory::config::Settings;
use understory::domain::comment::{Comment, State};
use understory::domain::decision::{Act, Fate, Reach};
use understory::domain::flag::{Flag, FlagState, Reason};
use understory::domain::ids::{CommentId, DecisionId, FlagId, SessionId, SiteId, UserId};
use understory::domain::permission::Role;
use understory::domain::queue::QueueKind;
use understory::domain::session::Scope;
use understory::domain::thread::ThreadState;
use understory::domain::tree::{Cut, Listing, Sort};
use understory::domain::user::Grant;
use understory::store::{Options, Store, StoreError};

const SITE: &str = "model";
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
    Flag(usize, usize),
    Withdraw(usize, usize),
    Decide(Act, usize, Reach),
    Undo(usize),
    Premoderate(bool),
    Lock(bool),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let who = || 0..=READERS;
    let pick = any::<usize>;
    let acts: Vec<Act> = Act::ALL.iter().copied().filter(|act| *act != Act::Undo).collect();
    let reach = prop_oneof![3 => Just(Reach::Comment), 1 => Just(Reach::Subtree)];
    let step = prop_oneof![
        6 => (who(), prop::option::weighted(0.7, pick())).prop_map(|(w, p)| Step::Post(w, p)),
        2 => (who(), pick()).prop_map(|(w, c)| Step::Edit(w, c)),
        1 => (who(), pick()).prop_map(|(w, c)| Step::Delete(w, c)),
        3 => (who(), pick(), -1i64..2).prop_map(|(w, c, v)| Step::Vote(w, c, v)),
        3 => (who(), pick()).prop_map(|(w, c)| Step::Flag(w, c)),
        1 => (who(), pick()).prop_map(|(w, f)| Step::Withdraw(w, f)),
        8 => (prop::sample::select(acts), pick(), reach).prop_map(|(a, c, r)| Step::Decide(a, c, r)),
        4 => pick().prop_map(Step::Undo),
        1 => any::<bool>().prop_map(Step::Premoderate),
        1 => prop::bool::weighted(0.2).prop_map(Step::Lock),
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

#[derive(Clone, Debug)]
struct Kept {
    id: CommentId,
    parent: Option<usize>,
    author: usize,
    body: String,
    stand: Stand,
    version: i64,
    votes: BTreeMap<usize, i64>,
    children: u64,
    number: String,
    depth: u32,
}

#[derive(Clone, Debug)]
struct KeptFlag {
    id: FlagId,
    by: usize,
    comment: usize,
    state: FlagState,
    decision: i64,
    was: Option<(FlagState, i64)>,
}

#[derive(Clone, Debug)]
struct KeptDecision {
    id: DecisionId,
    undoes: Option<usize>,
    undone: bool,
    targets: Vec<(usize, Stand, Stand)>,
}

#[derive(Default)]
struct Model {
    comments: Vec<Kept>,
    flags: Vec<KeptFlag>,
    decisions: Vec<KeptDecision>,
    roots: u64,
    premoderation: bool,
    is_locked: bool,
    bodies: usize,
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

    fn settle(&mut self, comment: usize, act: Act, id: i64) {
        let to = match act {
            Act::Approve | Act::Dismiss => FlagState::Dismissed,
            Act::Hide => FlagState::Upheld,
            _ => return,
        };
        for flag in self.flags.iter_mut().filter(|f| f.comment == comment && f.state == FlagState::Open) {
            (flag.state, flag.decision) = (to, id);
        }
    }

    fn reopen(&mut self, comment: usize, id: i64) {
        let settled = |f: &KeptFlag| {
            f.comment == comment && f.decision == id && matches!(f.state, FlagState::Upheld | FlagState::Dismissed)
        };
        for index in 0..self.flags.len() {
            let flag = self.flags[index].clone();
            let another =
                self.flags.iter().any(|o| o.comment == comment && o.by == flag.by && o.state == FlagState::Open);
            if settled(&flag) && !another {
                let flag = &mut self.flags[index];
                flag.was = Some((flag.state, flag.decision));
                (flag.state, flag.decision) = (FlagState::Open, 0);
            }
        }
    }

    fn resettle(&mut self, comment: usize, id: i64) {
        for flag in self.flags.iter_mut().filter(|f| f.comment == comment && f.state == FlagState::Open) {
            if let Some((state, decision)) = flag.was.filter(|(_, decision)| *decision == id) {
                (flag.state, flag.decision, flag.was) = (state, decision, None);
            }
        }
    }

    fn move_to(&mut self, index: usize, to: Stand) {
        let kept = &mut self.comments[index];
        if kept.stand != to {
            kept.stand = to;
            kept.version += 1;
        }
    }
}

struct World {
    app: App,
    site: SiteId,
    people: Vec<Caller>,
    key: String,
    model: Model,
}

fn code<T>(result: &Result<T, Error>) -> &'static str {
    match result {
        Ok(_) => "ok",
        Err(Error::Refused(refusal)) => refusal.code.name(),
        Err(error) => panic!("{error}"),
    }
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
            Step::Flag(who, pick) => {
                if let Some(index) = at(*pick) {
                    self.flag(*who, index).await;
                }
            }
            Step::Withdraw(who, pick) => self.withdraw(*who, *pick).await,
            Step::Decide(act, pick, reach) => {
                if let Some(index) = at(*pick) {
                    self.decide(*act, index, *reach).await;
                }
            }
            Step::Undo(pick) => self.undo(*pick).await,
            Step::Premoderate(on) => {
                let change = ThreadChange { premoderation: Some(*on), ..ThreadChange::default() };
                self.set(change).await;
                self.model.premoderation = *on;
            }
            Step::Lock(on) => {
                let state = if *on { ThreadState::Locked } else { ThreadState::Open };
                self.set(ThreadChange { state: Some(state), ..ThreadChange::default() }).await;
                self.model.is_locked = *on;
            }
        }
    }

    async fn set(&self, change: ThreadChange) {
        self.app.manage_thread(&self.people[MODERATOR], SITE.into(), self.key.clone(), change).await.unwrap();
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
            _ if m.is_locked => "thread_locked",
            Some(parent) if !open(parent) => "parent_unavailable",
            _ => "ok",
        };
        let post = Post {
            site: SITE.into(),
            thread: self.key.clone(),
            body: body.clone(),
            parent: parent.map(|parent| m.comments[parent].id),
            article: None,
            once: None,
        };
        let result = self.app.post(&self.people[who], post).await;
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
        m.comments.push(Kept {
            id: made.made.id,
            parent,
            author: who,
            body,
            stand: Stand {
                state: (if held { State::Held } else { State::Published }, 0),
                locked: (false, 0),
                pinned: (false, 0),
            },
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
        let expected = match not_own {
            Some(code) => code,
            None if m.is_locked => "thread_locked",
            None if !matches!(state, State::Published | State::Held) => "edit_window_closed",
            None => "ok",
        };
        let result = self.app.edit(&self.people[who], m.comments[index].id, body.clone(), Expected::Any).await;
        assert_eq!(code(&result), expected);
        if result.is_ok() {
            let kept = &mut m.comments[index];
            kept.body = body;
            kept.version += 1;
            if m.premoderation && who != MODERATOR && state == State::Published {
                kept.stand.state = (State::Held, 0);
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
        let result = self.app.delete(&self.people[who], m.comments[index].id).await;
        assert_eq!(code(&result), expected);
        if result.is_ok() {
            let kept = &mut m.comments[index];
            kept.stand.state = (State::Deleted, 0);
            kept.version += 1;
        }
    }

    async fn vote(&mut self, who: usize, index: usize, value: i64) {
        let m = &mut self.model;
        let expected = match () {
            () if !m.is_published(index) => "not_found",
            () if m.is_locked => "thread_locked",
            () => "ok",
        };
        let result = self.app.vote(&self.people[who], m.comments[index].id, value).await;
        assert_eq!(code(&result), expected);
        if result.is_ok() {
            m.comments[index].votes.insert(who, value);
        }
    }

    async fn flag(&mut self, who: usize, index: usize) {
        let m = &mut self.model;
        let open = m.flags.iter().any(|f| f.by == who && f.comment == index && f.state == FlagState::Open);
        let expected = match () {
            () if !m.is_published(index) => "not_found",
            () if open => "already_flagged",
            () => "ok",
        };
        let result = self.app.flag(&self.people[who], m.comments[index].id, Reason::Hate, None, None).await;
        assert_eq!(code(&result), expected);
        if let Ok(made) = result {
            let (id, state) = (made.made.id, FlagState::Open);
            m.flags.push(KeptFlag { id, by: who, comment: index, state, decision: 0, was: None });
        }
    }

    async fn withdraw(&mut self, who: usize, pick: usize) {
        if self.model.flags.is_empty() {
            return;
        }
        let index = pick % self.model.flags.len();
        let flag = &mut self.model.flags[index];
        let expected = if flag.by == who && flag.state == FlagState::Open { "ok" } else { "not_found" };
        let result = self.app.withdraw(&self.people[who], flag.id).await;
        assert_eq!(code(&result), expected);
        if result.is_ok() {
            flag.state = FlagState::Withdrawn;
        }
    }

    async fn decide(&mut self, act: Act, index: usize, reach: Reach) {
        let m = &mut self.model;
        let order = Decide {
            targets: vec![(m.comments[index].id, m.comments[index].version)],
            reach,
            act,
            reason: Some(Reason::Spam),
            note: None,
            public_text: None,
            dry_run: false,
            once: None,
        };
        let made = self.app.decide(&self.people[MODERATOR], order).await.unwrap().made;
        let aimed = if reach == Reach::Subtree { m.below(index) } else { vec![index] };
        let id = made.decision.id.0;
        let mut targets = Vec::new();
        for (said, aimed) in made.targets.iter().zip(&aimed) {
            let kept = &m.comments[*aimed];
            assert_eq!(said.comment_id, kept.id);
            let to = Model::decided(&kept.stand, act, id);
            assert_eq!(matches!(said.fate, Fate::Applied { .. }), to.is_some(), "{act:?} {:?}", kept.stand);
            if let Some(to) = to {
                targets.push((*aimed, kept.stand.clone(), to.clone()));
                m.move_to(*aimed, to);
                m.settle(*aimed, act, id);
            }
        }
        assert_eq!(made.targets.len(), aimed.len());
        assert_eq!(made.is_recorded(), !targets.is_empty());
        if made.is_recorded() {
            m.decisions.push(KeptDecision { id: made.decision.id, undoes: None, undone: false, targets });
        }
    }

    async fn undo(&mut self, pick: usize) {
        let m = &mut self.model;
        if m.decisions.is_empty() {
            return;
        }
        let index = pick % m.decisions.len();
        let old = m.decisions[index].clone();
        let result = self.app.undo(&self.people[MODERATOR], old.id).await;
        assert_eq!(code(&result), if old.undone { "already_undone" } else { "ok" });
        let Ok(made) = result else { return };
        let mut targets = Vec::new();
        for (said, (comment, before, after)) in made.targets.iter().zip(&old.targets) {
            let now = m.comments[*comment].stand.clone();
            let back = Model::undone(&now, before, after);
            assert_eq!(matches!(said.fate, Fate::Applied { .. }), back.is_some(), "{now:?} {before:?} {after:?}");
            if let Some(back) = back {
                targets.push((*comment, now, back.clone()));
                m.move_to(*comment, back);
                match old.undoes {
                    None => m.reopen(*comment, old.id.0),
                    Some(first) => {
                        let first = m.decisions[first].id.0;
                        m.resettle(*comment, first);
                    }
                }
            }
        }
        assert_eq!(made.is_recorded(), !targets.is_empty());
        if made.is_recorded() {
            m.decisions[index].undone = true;
            if let Some(first) = old.undoes {
                m.decisions[first].undone = false;
            }
            m.decisions.push(KeptDecision { id: made.decision.id, undoes: Some(index), undone: false, targets });
        }
    }

    /// Compares everything that can be seen with the model.
    async fn agrees(&self) {
        let m = &self.model;
        let page = self.app.thread(SITE.into(), self.key.clone()).await.unwrap();
        let Some(thread) = page.thread else {
            assert!(m.comments.is_empty());
            return;
        };
        let published = m.comments.iter().filter(|c| c.stand.state.0 == State::Published).count();
        assert_eq!(thread.published_count, published as i64);
        let id = thread.id;
        let rows: Result<Vec<Comment>, StoreError> =
            self.app.store.read("rows", move |tx| tx.comment_walk(id, &[], 1_000)).await;
        let rows: BTreeMap<CommentId, Comment> = rows.unwrap().into_iter().map(|row| (row.id, row)).collect();
        assert_eq!(rows.len(), m.comments.len());
        for (index, kept) in m.comments.iter().enumerate() {
            let row = &rows[&kept.id];
            let d = &row.disposition;
            assert_eq!((d.state, d.locked, d.pinned), (kept.stand.state.0, kept.stand.locked.0, kept.stand.pinned.0));
            assert_eq!((row.version, &row.body, row.path.number()), (kept.version, &kept.body, kept.number.clone()));
            let up = kept.votes.values().filter(|v| **v == 1).count() as i64;
            let down = kept.votes.values().filter(|v| **v == -1).count() as i64;
            assert_eq!((row.up, row.down), (up, down));
            let replies = m.comments.iter().filter(|c| c.parent == Some(index) && c.stand.state.0 == State::Published);
            assert_eq!(row.reply_count, replies.count() as i64);
        }
        let cut = Cut { sort: Sort::Oldest, limit: 200, depth: 16, per_parent: 200 };
        let tree = self.app.tree(SITE.into(), self.key.clone(), None, cut).await.unwrap();
        let mut shown = Vec::new();
        numbers(&tree.listing, &mut shown);
        let shown: BTreeSet<String> = shown.into_iter().collect();
        let visible: BTreeSet<String> = m.visible().iter().map(|index| m.comments[*index].number.clone()).collect();
        assert_eq!(shown, visible);

        let page = (None, 200);
        let queue = self.app.queue(&self.people[MODERATOR], SITE.into(), QueueKind::All, None, page).await.unwrap();
        let waiting: BTreeSet<CommentId> = queue.items.iter().map(|item| item.comment.id).collect();
        let flagged: BTreeSet<usize> =
            m.flags.iter().filter(|f| f.state == FlagState::Open).map(|f| f.comment).collect();
        let held =
            m.comments.iter().enumerate().filter(|(_, c)| c.stand.state.0 == State::Held).map(|(index, _)| index);
        let held: BTreeSet<usize> = held.collect();
        let expected: BTreeSet<CommentId> = flagged.union(&held).map(|index| m.comments[*index].id).collect();
        assert_eq!(waiting, expected);
        for (who, caller) in self.people.iter().enumerate() {
            let (flags, _) = self.app.own_flags(caller, (None, 200)).await.unwrap();
            let states: BTreeMap<FlagId, FlagState> = flags.iter().map(|f: &Flag| (f.id, f.state)).collect();
            for flag in m.flags.iter().filter(|f| f.by == who) {
                assert_eq!(states[&flag.id], flag.state);
            }
        }
    }
}

fn numbers(listing: &Listing<Comment>, out: &mut Vec<String>) {
    assert!(listing.next.is_none(), "the page is large enough");
    for branch in &listing.items {
        out.push(branch.node.path.number());
        numbers(&branch.replies, out);
    }
}

async fn run(directory: &std::path::Path, number: i64, steps: &[Step]) {
    let options = Options::at(directory);
    std::fs::create_dir_all(directory).unwrap();
    let store = Store::open(&options).unwrap();
    let clock = Arc::new(move || 1_700_000_000_000 + number);
    let app = App::start(store, Settings::default(), "http://127.0.0.1".into(), clock).await.unwrap();
    let site = app.add_site(SITE, None, &[]).await.unwrap();
    let mut people = Vec::new();
    for (index, login) in ["ann", "ben", "cat", "moe"].iter().enumerate() {
        // no password: nobody signs in here, and hashing would take most of the time
        let document = format!(
            r#"{{"article":{{"key":"people"}},"comments":[{{"login":"{login}","display_name":"P","created_at":"2020-01-01T00:00:0{index}Z","body":"x"}}]}}"#
        );
        app.import(SITE, document.as_bytes(), false).await.unwrap();
        let login = (*login).to_owned();
        let key = understory::domain::login::Login::parse(&login).unwrap().key();
        let user: UserId = app
            .store
            .read("user", move |tx| Ok::<_, StoreError>(tx.user_by_login_key(&key)?.unwrap().user.id))
            .await
            .unwrap();
        let grants = if index == MODERATOR { vec![Grant { site: Some(site), role: Role::Moderator }] } else { vec![] };
        people.push(Caller { user, session: SessionId(1), scope: Scope::Full, grants: grants.into() });
    }
    let mut world = World { app, site, people, key: "t".into(), model: Model::default() };
    for step in steps {
        world.act(step).await;
        world.agrees().await;
    }
    let verified = verify(&world.app.store).await.unwrap();
    assert!(verified.differences.is_empty(), "{:?}", verified.differences.first());
    let site = world.site;
    let gapless: bool = world
        .app
        .store
        .read("events", move |tx| {
            let Some(thread) = tx.thread_by_key(site, "t")? else { return Ok(true) };
            let events = tx.event_after(0)?;
            let versions = events.iter().filter_map(|e| e.thread).filter(|(id, _)| *id == thread.id).map(|(_, v)| v);
            Ok::<_, StoreError>(versions.eq(1..=thread.version))
        })
        .await
        .unwrap();
    assert!(gapless, "the thread's versions are gapless, each with its event");
}

#[test]
fn acts_agree_with_the_model() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let directory = tempfile::tempdir().unwrap();
    let number = std::cell::Cell::new(0);
    let config = Config { failure_persistence: None, ..Config::with_cases(Config::default().cases.min(64)) };
    TestRunner::new(config)
        .run(&steps(), |steps| {
            number.set(number.get() + 1);
            let place = directory.path().join(number.get().to_string());
            runtime.block_on(run(&place, number.get(), &steps));
            Ok(())
        })
        .unwrap();
}
