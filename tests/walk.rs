//! Following every `next` through the real store shows what readers may see, once, in order: for
//! random trees and cuts, all sorts, hidden, deleted and held nodes, chains of 1,000, and while
//! comments are posted, hidden and restored in between.

#![allow(clippy::unwrap_used, reason = "a failing test may panic anywhere")]

mod support;

use std::cell::Cell;
use std::collections::{HashMap, HashSet};

use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use support::{SITE, World};
use understory::app::Error;
use understory::app::shift::{Placing, place, shift};
use understory::domain::code::Code;
use understory::domain::comment::{Comment, Remover, State};
use understory::domain::decision::{Disposition, Removal};
use understory::domain::display_name::DisplayName;
use understory::domain::fragment::Place;
use understory::domain::ids::{CommentId, SiteId, ThreadId, UserId};
use understory::domain::login::Login;
use understory::domain::tree::{Cut, Level, Listing, Next, Node as _, Sort};
use understory::domain::user::NewUser;
use understory::store::{CommentFilter, Key, NewThread, Tx};

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
    // a parent among all earlier ones makes bushes, among the last few depth, among the first breadth
    let seed = (0..3, any::<usize>(), -3i64..4, fate);
    prop::collection::vec(seed, 1..80).prop_map(|picks| {
        let plant = |(index, (shape, pick, score, fate)): (usize, (i32, usize, i64, State))| {
            let parent = match shape {
                0 => pick % (index + 1),
                1 => index.saturating_sub(pick % 3),
                _ => pick % 4.min(index + 1),
            };
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
        .write("plant", Key::free(), move |tx| {
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

async fn rows(world: &World, thread: ThreadId) -> Vec<Comment> {
    let rows = world.app.store.read("rows", move |tx| tx.comment_walk(thread, &[], 1_000_000)).await;
    rows.map_err(|error: understory::store::StoreError| error.to_string()).unwrap()
}

/// What readers may see, worked out from the rows alone: pre-order, tombstones that hold up
/// something visible.
async fn expected(world: &World, thread: ThreadId, sort: Sort) -> Vec<CommentId> {
    let rows = rows(world, thread).await;
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

/// What happens between two pages.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Meanwhile {
    Nothing,
    /// So many times, a root is posted and a reply to what was seen last and to what was seen first.
    Posts(i64),
    /// Comments are also hidden and restored, picked by this number.
    Moderation(usize),
}

/// A walker that follows every `next`, as a front end would.
struct Walker<'w> {
    world: &'w World,
    thread: ThreadId,
    key: String,
    cut: Cut,
    meanwhile: Meanwhile,
    seen: Vec<CommentId>,
    fetched: i64,
    /// Levels of which something was shown, and levels shown to their end.
    begun: HashSet<Option<CommentId>>,
    ended: HashSet<Option<CommentId>>,
    /// Posted meanwhile: on a level already begun, and on one not yet at its end.
    posted: Vec<(CommentId, bool, bool)>,
    /// What was visible before and after each thing that happened.
    throughout: HashSet<CommentId>,
}

fn nodes(listing: &Listing<Place>) -> usize {
    listing.items.iter().map(|branch| 1 + nodes(&branch.replies)).sum()
}

fn levels(listing: &Listing<Place>) -> usize {
    listing.items.iter().map(|branch| 1 + levels(&branch.replies)).max().unwrap_or(0)
}

fn widest(listing: &Listing<Place>) -> usize {
    listing.items.iter().map(|branch| branch.replies.items.len().max(widest(&branch.replies))).max().unwrap_or(0)
}

/// Whether each `next` of a page with room left is where the depth or `per_parent` cut, not the limit.
fn is_full(listing: &Listing<Place>, parent: Option<CommentId>, level: usize, cut: Cut) -> bool {
    let by_depth = level > cut.depth && listing.items.is_empty();
    let by_width = parent.is_some() && listing.items.len() == cut.per_parent;
    (listing.next.is_none() || by_depth || by_width)
        && listing.items.iter().all(|branch| is_full(&branch.replies, Some(branch.node.id), level + 1, cut))
}

impl Walker<'_> {
    /// None: the parent is out of sight meanwhile.
    async fn fetch(&mut self, parent: Option<CommentId>, cursor: Option<String>) -> Option<Listing<Place>> {
        let app = &self.world.app;
        let is_continued = cursor.is_some();
        let listing = match parent {
            None => app.tree(SITE.into(), self.key.clone(), cursor, self.cut).await.unwrap().part.listing,
            Some(parent) => match app.replies(parent, cursor, self.cut).await {
                Ok(replies) => replies.part.listing,
                Err(Error::Refused(refusal)) if refusal.code == Code::NotFound => {
                    assert!(matches!(self.meanwhile, Meanwhile::Moderation(_)), "{parent:?} is not found");
                    return None;
                }
                Err(error) => panic!("{error}"),
            },
        };
        assert!(nodes(&listing) <= self.cut.limit);
        assert!(levels(&listing) <= self.cut.depth);
        assert!(widest(&listing) <= self.cut.per_parent);
        assert!(parent.is_none() || listing.items.len() <= self.cut.per_parent);
        assert!(nodes(&listing) == self.cut.limit || is_full(&listing, parent, 1, self.cut), "a page is full");
        if !matches!(self.meanwhile, Meanwhile::Moderation(_)) && is_continued {
            assert!(!listing.items.is_empty(), "a next leads somewhere");
        }
        self.note(parent, &listing);
        self.fetched += 1;
        match self.meanwhile {
            Meanwhile::Posts(times) if self.fetched <= times => self.post_somewhere().await,
            Meanwhile::Moderation(pick) if self.fetched <= 8 => {
                self.post_somewhere().await;
                self.moderate(pick.rotate_left(7 * self.fetched as u32)).await;
            }
            _ => {}
        }
        Some(listing)
    }

    fn note(&mut self, parent: Option<CommentId>, listing: &Listing<Place>) {
        if !listing.items.is_empty() {
            self.begun.insert(parent);
        }
        if listing.next.is_none() {
            self.ended.insert(parent);
        }
        for branch in &listing.items {
            self.note(Some(branch.node.id), &branch.replies);
        }
    }

    /// A root, and replies to what was seen last and first.
    async fn post_somewhere(&mut self) {
        let (site, thread) = (self.world.site, self.thread);
        let id = thread.0 * 100_000 + 50_000 + self.fetched * 3;
        let parents = [None, self.seen.last().copied().map(Some).unwrap_or(None), self.seen.first().copied()];
        let unit = move |tx: &mut Tx<'_>| {
            let mut made = vec![put(tx, site, thread, None, id)?];
            for (number, parent) in parents.iter().flatten().enumerate() {
                let parent = tx.comment_by_id(*parent)?.unwrap();
                if parent.state() == State::Published && parent.path.depth() < 900 {
                    made.push(put(tx, site, thread, Some(&parent), id + 1 + number as i64)?);
                }
            }
            Ok::<_, Error>(made)
        };
        for made in self.world.app.store.write("post_somewhere", Key::free(), unit).await.unwrap() {
            let (begun, ended) = (self.begun.contains(&made.parent_id), self.ended.contains(&made.parent_id));
            self.posted.push((made.id, begun, !ended));
        }
    }

    /// Hides what is published, restores what is hidden.
    async fn moderate(&mut self, pick: usize) {
        let rows = rows(self.world, self.thread).await;
        let row = rows[pick % rows.len()].clone();
        let to = match row.state() {
            State::Published => State::Hidden,
            State::Hidden => State::Published,
            _ => return,
        };
        let unit = move |tx: &mut Tx<'_>| shift(tx, &row, &disposition(to), 1);
        self.world.app.store.write("moderate", Key::free(), unit).await.unwrap();
        let now: HashSet<CommentId> = expected(self.world, self.thread, self.cut.sort).await.into_iter().collect();
        self.throughout.retain(|id| now.contains(id));
    }

    /// Walks with a stack of its own: trees are deep.
    async fn walk(&mut self) {
        enum Step {
            Show(Box<(CommentId, i64, Listing<Place>)>),
            Fetch(Option<CommentId>, Option<Next>, i64),
        }
        let mut stack = vec![Step::Fetch(None, None, -1)];
        while let Some(step) = stack.pop() {
            let (parent, known, listing) = match step {
                Step::Fetch(parent, next, known) => {
                    let level = Level { thread: self.thread, parent };
                    let cursor = next.map(|next| next.encode(level, self.cut.sort));
                    let Some(listing) = self.fetch(parent, cursor).await else { continue };
                    (parent, known, listing)
                }
                Step::Show(shown) => {
                    let (id, known, listing) = *shown;
                    self.seen.push(id);
                    (Some(id), known, listing)
                }
            };
            if self.meanwhile == Meanwhile::Nothing && known >= 0 {
                assert_eq!(listing.remaining(), known - listing.items.len() as i64, "remaining of {parent:?}");
            }
            if let Some(next) = listing.next {
                assert!(next.remaining > 0);
                stack.push(Step::Fetch(parent, Some(next), next.remaining));
            }
            for branch in listing.items.into_iter().rev() {
                stack.push(Step::Show(Box::new((branch.node.id, branch.node.visible_children(), branch.replies))));
            }
        }
    }
}

async fn walk(world: &World, thread: ThreadId, cut: Cut, meanwhile: Meanwhile) -> Walker<'_> {
    let throughout = expected(world, thread, cut.sort).await.into_iter().collect();
    let mut walker = Walker {
        world,
        thread,
        key: format!("t{}", thread.0),
        cut,
        meanwhile,
        seen: Vec::new(),
        fetched: 0,
        begun: HashSet::new(),
        ended: HashSet::new(),
        posted: Vec::new(),
        throughout,
    };
    walker.walk().await;
    walker
}

fn cuts() -> impl Strategy<Value = Cut> {
    let upto = |usual: usize, most: usize| prop_oneof![8 => 1..usual, 1 => Just(most)];
    (prop::sample::select(Sort::ALL), upto(60, 200), upto(7, 16), upto(30, 200))
        .prop_map(|(sort, limit, depth, per_parent)| Cut { sort, limit, depth, per_parent })
}

/// Plants each case as a thread of its own in one store, and recounts the store at the end.
fn each(usual: u32, meanwhile: impl Strategy<Value = Meanwhile>, check: impl Fn(&Walker<'_>, Vec<CommentId>)) {
    let runtime = support::runtime();
    let directory = tempfile::tempdir().unwrap();
    let world = runtime.block_on(World::at(directory.path()));
    let number = Cell::new(1);
    let run = |(seeds, cut, meanwhile): (Vec<Seed>, Cut, Meanwhile)| {
        runtime.block_on(async {
            number.set(number.get() + 1);
            let thread = plant(&world, number.get(), seeds).await;
            let before = expected(&world, thread, cut.sort).await;
            check(&walk(&world, thread, cut, meanwhile).await, before);
        });
        Ok(())
    };
    TestRunner::new(support::cases(usual)).run(&(seeds(), cuts(), meanwhile), run).unwrap();
    let verified = runtime.block_on(understory::app::verify::verify(&world.app.store)).unwrap();
    // the scores here have no voters behind them
    let has_voters = |name: &str| !name.starts_with("comment.up") && !name.starts_with("comment.down");
    let wrong = verified.differences.iter().find(|difference| has_voters(&difference.name));
    assert!(wrong.is_none(), "{wrong:?}");
}

fn assert_once(seen: &[CommentId]) {
    let once: HashSet<CommentId> = seen.iter().copied().collect();
    assert_eq!(once.len(), seen.len(), "nothing twice");
}

#[test]
fn every_next_followed_shows_all_once_in_order() {
    each(96, Just(Meanwhile::Nothing), |walker, before| assert_eq!(walker.seen, before));
}

#[test]
fn what_was_there_all_along_is_shown_once_while_others_post() {
    each(96, (1i64..9).prop_map(Meanwhile::Posts), |walker, before| {
        let known: HashSet<CommentId> = before.iter().copied().collect();
        let old: Vec<CommentId> = walker.seen.iter().copied().filter(|id| known.contains(id)).collect();
        assert_eq!(old, before, "{:?}", walker.cut);
        assert_once(&walker.seen);
        for (id, was_begun, lay_ahead) in &walker.posted {
            let is_shown = walker.seen.contains(id);
            match walker.cut.sort {
                Sort::Newest => assert!(!(is_shown && *was_begun), "{id:?} on a level already begun"),
                Sort::Oldest => assert_eq!(is_shown, *lay_ahead, "{id:?} is shown where its level goes on"),
                Sort::Top => {}
            }
        }
    });
}

#[test]
fn what_was_visible_throughout_is_shown_once_while_others_are_hidden_and_restored() {
    each(64, any::<usize>().prop_map(Meanwhile::Moderation), |walker, before| {
        let throughout = |id: &CommentId| walker.throughout.contains(id);
        let seen: Vec<CommentId> = walker.seen.iter().copied().filter(throughout).collect();
        let stayed: Vec<CommentId> = before.into_iter().filter(throughout).collect();
        assert_eq!(seen, stayed, "{:?}", walker.cut);
        assert_once(&walker.seen);
    });
}

/// Lists that are put together from a seek for each state, where several comments are of one time.
#[test]
fn every_list_by_time_shows_all_once_newest_first() {
    const COUNT: i64 = 40;
    let runtime = support::runtime();
    let directory = tempfile::tempdir().unwrap();
    let world = runtime.block_on(World::at(directory.path()));
    let (site, thread, author) = (world.site, ThreadId(7), UserId(8));
    let unit = move |tx: &mut Tx<'_>| {
        tx.user_insert(&NewUser {
            id: author,
            login: Login::parse("alice").unwrap(),
            display_name: DisplayName::parse("Alice").unwrap(),
            email: None,
            password_hash: None,
            created_ms: 1,
        })?;
        tx.thread_insert(&NewThread {
            id: thread,
            site_id: site,
            key: "t".into(),
            title: None,
            url: None,
            created_ms: 1,
        })?;
        let author = tx.users_by_id(&[author])?.remove(0);
        for number in 1..=COUNT {
            let placing = Placing {
                id: CommentId(number),
                site,
                thread,
                parent: None,
                author: Some(&author),
                disposition: &disposition(State::ALL[number as usize % 3]),
                body: "x",
                body_html: "<p>x</p>",
                created_ms: number / 11,
                edited_ms: None,
                source_id: None,
                now_ms: 1,
            };
            place(tx, &placing)?;
        }
        for filter in [
            CommentFilter::Author(author.id),
            CommentFilter::AuthorOnSite(author.id, site),
            CommentFilter::AuthorInThread(author.id, thread),
            CommentFilter::Site(site),
            CommentFilter::Thread(thread),
        ] {
            for states in [State::ALL, &[State::Published], &[State::Held, State::Hidden], &[State::Deleted]] {
                let is_in = |number: &i64| states.contains(&State::ALL[*number as usize % 3]);
                let mut all: Vec<(i64, i64)> = (1..=COUNT).filter(is_in).map(|n| (n / 11, n)).collect();
                all.reverse();
                let (mut seen, mut after) = (Vec::new(), None);
                loop {
                    let page = tx.comment_list(filter, states, after, 3)?;
                    seen.extend(page.iter().map(|comment| (comment.created_ms, comment.id.0)));
                    if page.is_empty() {
                        break;
                    }
                    after = seen.last().copied();
                }
                assert_eq!(seen, all, "{filter:?} {states:?}");
            }
        }
        Ok::<_, Error>(())
    };
    runtime.block_on(world.app.store.write("lists", Key::free(), unit)).unwrap();
}

#[test]
fn a_chain_of_a_thousand_is_walked() {
    let runtime = support::runtime();
    let directory = tempfile::tempdir().unwrap();
    let world = runtime.block_on(World::at(directory.path()));
    let thread = runtime.block_on(plant(&world, 2, chain(1_000)));
    let run = |cut: Cut| {
        // one node a page is a thousand pages: it shows no more than some do
        let cut = Cut { limit: cut.limit.max(8), depth: cut.depth.max(3), ..cut };
        runtime.block_on(async {
            let expected = expected(&world, thread, cut.sort).await;
            assert_eq!(expected.len(), 1_000);
            assert_eq!(walk(&world, thread, cut, Meanwhile::Nothing).await.seen, expected);
        });
        Ok(())
    };
    TestRunner::new(support::cases(6)).run(&cuts(), run).unwrap();
    runtime.block_on(async {
        let deepest = CommentId(2 * 100_000 + 1_000);
        assert_eq!(world.app.context(deepest).await.unwrap().ancestors.len(), 999);
        let site = world.site;
        let unit = move |tx: &mut Tx<'_>| {
            let deepest = tx.comment_by_id(deepest)?;
            put(tx, site, thread, deepest.as_ref(), 1)
        };
        let below = world.app.store.write("below", Key::free(), unit).await;
        assert!(matches!(below, Err(Error::Refused(refusal)) if refusal.code == Code::TooDeep));
        assert_eq!(rows(&world, thread).await.len(), 1_000, "the unit left nothing");
    });
}
