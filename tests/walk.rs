//! Following every `next` through the real store shows what readers may see, once, in order: for
//! random trees and cuts, all sorts, hidden, deleted and held nodes, chains of 1,000, and while
//! comments are posted in between.

#![allow(clippy::unwrap_used, reason = "a failing test may panic anywhere")]

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use understory::app::shift::{Placing, place, shift};
use understory::app::{App, Error};
use understory::config::Settings;
use understory::domain::comment::{Comment, Remover, State};
use understory::domain::decision::{Disposition, Removal};
use understory::domain::ids::{CommentId, SiteId, ThreadId};
use understory::domain::tree::{Cut, Level, Listing, Next, Sort};
use understory::store::{NewThread, Options, Store, Tx};

const SITE: &str = "walk";

struct World {
    app: App,
    site: SiteId,
    _directory: tempfile::TempDir,
}

async fn world() -> World {
    let directory = tempfile::tempdir().unwrap();
    let options = Options::at(directory.path());
    let store = Store::open(&options).unwrap();
    let clock = Arc::new(|| 1_700_000_000_000);
    let app = App::start(store, Settings::default(), "http://127.0.0.1".into(), clock).await.unwrap();
    let site = app.add_site(SITE, None, &[]).await.unwrap();
    World { app, site, _directory: directory }
}

/// A node to be planted: under which earlier one (0: none), its score, and what becomes of it.
#[derive(Clone, Debug)]
struct Seed {
    parent: usize,
    score: i64,
    fate: State,
}

fn seeds() -> impl Strategy<Value = Vec<Seed>> {
    let fate = prop_oneof![
        6 => Just(State::Published), 1 => Just(State::Held), 1 => Just(State::Hidden), 1 => Just(State::Deleted)
    ];
    // a parent among all earlier ones makes broad trees, one among the last few makes deep ones
    let seed = (any::<bool>(), any::<usize>(), -3i64..4, fate);
    prop::collection::vec(seed, 1..80).prop_map(|picks| {
        let plant = |(index, (deep, pick, score, fate)): (usize, (bool, usize, i64, State))| {
            let parent = if deep { index.saturating_sub(pick % 3) } else { pick % (index + 1) };
            Seed { parent, score, fate }
        };
        picks.into_iter().enumerate().map(plant).collect()
    })
}

fn chain(length: usize) -> Vec<Seed> {
    (0..length)
        .map(|index| Seed {
            parent: index,
            score: 0,
            fate: if index % 7 == 3 { State::Hidden } else { State::Published },
        })
        .collect()
}

fn disposition(state: State) -> Disposition {
    let taken = matches!(state, State::Hidden | State::Deleted);
    let by = if state == State::Deleted { Remover::Author } else { Remover::Moderator };
    Disposition {
        state,
        removal: taken.then_some(Removal { by, reason: None, at_ms: 1 }),
        ..Disposition::new((state == State::Held).then_some("test"))
    }
}

fn put(tx: &mut Tx<'_>, site: SiteId, thread: ThreadId, parent: Option<&Comment>, id: i64) -> Result<Comment, Error> {
    let placing = Placing {
        id: CommentId(id),
        site,
        thread,
        parent,
        author: None,
        disposition: &Disposition::new(None),
        body: "x",
        body_html: "<p>x</p>",
        created_ms: 1,
        edited_ms: None,
        source_id: None,
        now_ms: 1,
    };
    place(tx, &placing)
}

/// Plants a thread: everything published first, then moved to what becomes of it.
async fn plant(world: &World, number: i64, seeds: Vec<Seed>) -> ThreadId {
    let (site, thread) = (world.site, ThreadId(number));
    world
        .app
        .store
        .write("plant", move |tx| {
            let key = format!("t{number}");
            tx.thread_insert(&NewThread { id: thread, site_id: site, key, title: None, url: None, created_ms: 1 })?;
            let mut planted: Vec<Comment> = Vec::new();
            for (index, seed) in seeds.iter().enumerate() {
                let parent = seed.parent.checked_sub(1).map(|at| planted[at].clone());
                let comment = put(tx, site, thread, parent.as_ref(), number * 100_000 + index as i64 + 1)?;
                tx.comment_add_votes(comment.id, seed.score.max(0), (-seed.score).max(0))?;
                planted.push(comment);
            }
            for (comment, seed) in planted.iter().zip(&seeds) {
                let comment = tx.comment_by_id(comment.id)?.unwrap();
                shift(tx, &comment, &disposition(seed.fate), 1)?;
            }
            Ok::<_, Error>(())
        })
        .await
        .unwrap();
    thread
}

/// What readers may see, worked out from the rows alone: pre-order, tombstones that hold up
/// something visible.
async fn expected(world: &World, thread: ThreadId, sort: Sort) -> Vec<CommentId> {
    let rows = world.app.store.read("rows", move |tx| tx.comment_walk(thread, &[], 1_000_000)).await;
    let rows: Vec<Comment> = rows.map_err(|error: understory::store::StoreError| error.to_string()).unwrap();
    let mut visible: HashSet<CommentId> = HashSet::new();
    for row in rows.iter().rev() {
        if row.state() == State::Published || visible.contains(&row.id) {
            visible.insert(row.id);
            visible.extend(row.parent_id);
        }
    }
    let mut below: HashMap<Option<CommentId>, Vec<&Comment>> = HashMap::new();
    for row in rows.iter().filter(|row| visible.contains(&row.id)) {
        below.entry(row.parent_id).or_default().push(row);
    }
    for siblings in below.values_mut() {
        match sort {
            Sort::Oldest => siblings.sort_by_key(|c| c.ordinal),
            Sort::Newest => siblings.sort_by_key(|c| -c.ordinal),
            Sort::Top => siblings.sort_by_key(|c| (-c.score(), c.ordinal)),
        }
    }
    let mut order = Vec::new();
    let mut stack: Vec<&Comment> = below.get(&None).into_iter().flatten().rev().copied().collect();
    while let Some(row) = stack.pop() {
        order.push(row.id);
        stack.extend(below.get(&Some(row.id)).into_iter().flatten().rev());
    }
    order
}

/// A walker that follows every `next`, as a front end would.
struct Walker<'w> {
    world: &'w World,
    thread: ThreadId,
    key: String,
    cut: Cut,
    seen: Vec<CommentId>,
    /// Post a comment here and there while walking.
    posts: i64,
    is_exact: bool,
}

fn nodes(listing: &Listing<Comment>) -> usize {
    listing.items.iter().map(|branch| 1 + nodes(&branch.replies)).sum()
}

fn levels(listing: &Listing<Comment>) -> usize {
    listing.items.iter().map(|branch| 1 + levels(&branch.replies)).max().unwrap_or(0)
}

fn widest(listing: &Listing<Comment>) -> usize {
    listing.items.iter().map(|branch| branch.replies.items.len().max(widest(&branch.replies))).max().unwrap_or(0)
}

impl Walker<'_> {
    async fn fetch(&mut self, parent: Option<CommentId>, cursor: Option<String>) -> Listing<Comment> {
        let app = &self.world.app;
        let listing = match parent {
            None => app.tree(SITE.into(), self.key.clone(), cursor, self.cut).await.unwrap().listing,
            Some(parent) => app.replies(parent, cursor, self.cut).await.unwrap().1,
        };
        assert!(nodes(&listing) <= self.cut.limit);
        assert!(levels(&listing) <= self.cut.depth);
        assert!(widest(&listing) <= self.cut.per_parent);
        if parent.is_some() {
            assert!(listing.items.len() <= self.cut.per_parent);
        }
        if self.posts > 0 {
            self.posts -= 1;
            self.post_somewhere().await;
        }
        listing
    }

    /// A root and a reply to what was seen last.
    async fn post_somewhere(&self) {
        let (site, thread, number) = (self.world.site, self.thread, self.posts);
        let parent = self.seen.last().copied();
        let unit = move |tx: &mut Tx<'_>| {
            put(tx, site, thread, None, thread.0 * 100_000 + 50_000 + number * 2)?;
            let parent = parent.map(|id| tx.comment_by_id(id)).transpose()?.flatten();
            if let Some(parent) = parent.filter(|p| p.state() == State::Published && p.path.depth() < 900) {
                put(tx, site, thread, Some(&parent), thread.0 * 100_000 + 50_001 + number * 2)?;
            }
            Ok::<_, Error>(())
        };
        self.world.app.store.write("post_somewhere", unit).await.unwrap();
    }

    /// Walks with a stack of its own: trees are deep.
    async fn walk(&mut self) {
        enum Step {
            Show(Box<(CommentId, i64, Listing<Comment>)>),
            Fetch(Option<CommentId>, Option<Next>, i64),
        }
        let mut stack = vec![Step::Fetch(None, None, -1)];
        while let Some(step) = stack.pop() {
            let (parent, known, listing) = match step {
                Step::Fetch(parent, next, known) => {
                    let level = Level { thread: self.thread, parent };
                    let cursor = next.map(|next| next.encode(level, self.cut.sort));
                    let listing = self.fetch(parent, cursor).await;
                    (parent, known, listing)
                }
                Step::Show(shown) => {
                    let (id, known, listing) = *shown;
                    self.seen.push(id);
                    (Some(id), known, listing)
                }
            };
            if self.is_exact && known >= 0 {
                assert_eq!(listing.remaining(), known - listing.items.len() as i64, "remaining of {parent:?}");
            }
            if let Some(next) = listing.next {
                assert!(next.remaining > 0);
                stack.push(Step::Fetch(parent, Some(next), next.remaining));
            }
            for branch in listing.items.into_iter().rev() {
                stack.push(Step::Show(Box::new((branch.node.id, branch.node.visible_children, branch.replies))));
            }
        }
    }
}

async fn walk(world: &World, thread: ThreadId, cut: Cut, posts: i64) -> Vec<CommentId> {
    let key = format!("t{}", thread.0);
    let mut walker = Walker { world, thread, key, cut, seen: Vec::new(), posts, is_exact: posts == 0 };
    walker.walk().await;
    walker.seen
}

fn cuts() -> impl Strategy<Value = Cut> {
    (0usize..3, 1usize..60, 1usize..17, 1usize..30).prop_map(|(sort, limit, depth, per_parent)| Cut {
        sort: Sort::ALL[sort],
        limit,
        depth,
        per_parent,
    })
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

fn config() -> Config {
    Config { failure_persistence: None, ..Config::with_cases(Config::default().cases.min(96)) }
}

#[test]
fn every_next_followed_shows_all_once_in_order() {
    let runtime = runtime();
    let world = runtime.block_on(world());
    let number = std::cell::Cell::new(1);
    let run = |(seeds, cut): (Vec<Seed>, Cut)| {
        runtime.block_on(async {
            number.set(number.get() + 1);
            let thread = plant(&world, number.get(), seeds).await;
            let expected = expected(&world, thread, cut.sort).await;
            assert_eq!(walk(&world, thread, cut, 0).await, expected);
        });
        Ok(())
    };
    TestRunner::new(config()).run(&(seeds(), cuts()), run).unwrap();
    let verified = runtime.block_on(understory::app::verify::verify(&world.app.store)).unwrap();
    // the scores here have no voters behind them
    let wrong =
        verified.differences.iter().find(|d| !d.name.starts_with("comment.up") && !d.name.starts_with("comment.down"));
    assert!(wrong.is_none(), "{wrong:?}");
}

#[test]
fn what_was_there_all_along_is_shown_once_while_others_post() {
    let runtime = runtime();
    let world = runtime.block_on(world());
    let number = std::cell::Cell::new(1);
    let run = |(seeds, cut): (Vec<Seed>, Cut)| {
        runtime.block_on(async {
            number.set(number.get() + 1);
            let thread = plant(&world, number.get(), seeds).await;
            let expected = expected(&world, thread, cut.sort).await;
            let seen = walk(&world, thread, cut, 5).await;
            let known: HashSet<CommentId> = expected.iter().copied().collect();
            let old: Vec<CommentId> = seen.iter().copied().filter(|id| known.contains(id)).collect();
            assert_eq!(old, expected, "{cut:?}");
            let once: HashSet<CommentId> = seen.iter().copied().collect();
            assert_eq!(once.len(), seen.len(), "nothing twice");
        });
        Ok(())
    };
    TestRunner::new(config()).run(&(seeds(), cuts()), run).unwrap();
}

#[test]
fn a_chain_of_a_thousand_is_walked() {
    let runtime = runtime();
    let world = runtime.block_on(world());
    runtime.block_on(async {
        let thread = plant(&world, 2, chain(1_000)).await;
        for sort in Sort::ALL {
            let expected = expected(&world, thread, *sort).await;
            assert_eq!(expected.len(), 1_000);
            let cut = Cut { sort: *sort, limit: 50, depth: 16, per_parent: 20 };
            assert_eq!(walk(&world, thread, cut, 0).await, expected);
        }
        let deepest = CommentId(2 * 100_000 + 1_000);
        let (_, ancestors, _) = world.app.context(deepest).await.unwrap();
        assert_eq!(ancestors.len(), 999);
    });
}
