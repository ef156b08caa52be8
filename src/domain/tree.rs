//! One page of the tree: which nodes are shown, and where each list goes on.
//!
//! The page is filled in pre-order until its limit; whatever is not shown is behind a `next` at the
//! very node where it was cut, so that following every `next` shows everything once. Fetching one
//! level is left to [`Levels`], which the store implements with one index seek a level.

use super::cursor::{self, CursorError};
use super::flag::words;
use super::ids::{CommentId, ThreadId};

words! {
    /// The order of siblings, at every level.
    Sort {
        /// As posted.
        Oldest "oldest",
        /// Last posted first.
        Newest "newest",
        /// Highest score first, then as posted.
        Top "top",
    }
}

/// How a page is cut.
#[derive(Clone, Copy, Debug)]
pub struct Cut {
    /// The order of siblings.
    pub sort: Sort,
    /// Nodes in the answer, 1 to 200, tombstones too.
    pub limit: usize,
    /// Levels in the answer, 1 to 16.
    pub depth: usize,
    /// Replies shown under one parent, 1 to 200.
    pub per_parent: usize,
}

/// The siblings of one list: the roots of a thread, or the replies to a comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Level {
    /// The thread.
    pub thread: ThreadId,
    /// The comment replied to; none: the roots.
    pub parent: Option<CommentId>,
}

/// A place among siblings, good for every sort.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The ordinal of the sibling before.
    pub ordinal: i64,
    /// Its score when it was shown.
    pub score: i64,
}

/// Where a list goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Next {
    /// After this sibling; none: from the start.
    pub after: Option<Position>,
    /// Nodes of this level behind it: exact if nothing changed. From the start a page relies on it.
    pub remaining: i64,
}

impl Next {
    /// Writes it as a cursor of `level` in `sort`.
    pub fn encode(&self, level: Level, sort: Sort) -> String {
        let after = self.after.unwrap_or(Position { ordinal: 0, score: 0 });
        cursor::encode(&list_name(level, sort), &[after.ordinal, after.score, self.remaining])
    }

    /// Reads a cursor of `level` in `sort`.
    ///
    /// # Errors
    /// [`CursorError`]: no cursor, or of another list.
    pub fn decode(text: &str, level: Level, sort: Sort) -> Result<Next, CursorError> {
        let [ordinal, score, remaining] = cursor::decode(&list_name(level, sort), text)?;
        if ordinal < 0 || remaining < 0 {
            return Err(CursorError::Malformed);
        }
        // ordinals start at 1, so 0 says "from the start"
        let after = (ordinal > 0).then_some(Position { ordinal, score });
        Ok(Next { after, remaining })
    }
}

fn list_name(level: Level, sort: Sort) -> String {
    let parent = level.parent.map_or(0, |id| id.0);
    format!("level:{}:{}:{}", level.thread, parent, sort.as_str())
}

/// What the page needs to know of a node.
pub trait Node {
    /// Its id.
    fn id(&self) -> CommentId;
    /// Its place among its siblings.
    fn position(&self) -> Position;
    /// How many replies a reader can see.
    fn visible_children(&self) -> i64;
}

/// Where levels come from.
pub trait Levels {
    /// A node.
    type Node: Node;
    /// What can go wrong.
    type Error;

    /// The visible siblings of `level` next after `after`, in the order of `sort`: `count` at the
    /// most and one at the least, where there are any.
    ///
    /// # Errors
    /// Whatever the source fails with.
    fn siblings(
        &mut self,
        level: Level,
        sort: Sort,
        after: Option<Position>,
        count: usize,
    ) -> Result<Vec<Self::Node>, Self::Error>;
}

/// A shown node and the replies under it.
#[derive(Clone, Debug)]
pub struct Branch<N> {
    /// The node.
    pub node: N,
    /// Its replies.
    pub replies: Listing<N>,
}

/// A shown part of one level.
#[derive(Clone, Debug)]
pub struct Listing<N> {
    /// The shown siblings, in order.
    pub items: Vec<Branch<N>>,
    /// Where it goes on; none at the end.
    pub next: Option<Next>,
}

impl<N> Listing<N> {
    /// Nodes of this level not shown: never 0 while there is a `next`.
    pub fn remaining(&self) -> i64 {
        self.next.map_or(0, |next| next.remaining)
    }
}

/// Fills one page of `level`, starting at `from`. Roots are bounded by the limit alone, replies
/// also by `per_parent`.
///
/// # Errors
/// What the source of levels fails with.
pub fn page<L: Levels>(source: &mut L, level: Level, from: Next, cut: Cut) -> Result<Listing<L::Node>, L::Error> {
    let mut room = cut.limit;
    fill(source, level, from, cut, cut.depth, &mut room)
}

/// Recursion is bounded by `cut.depth`, at most 16.
fn fill<L: Levels>(
    source: &mut L,
    level: Level,
    from: Next,
    cut: Cut,
    levels_left: usize,
    room: &mut usize,
) -> Result<Listing<L::Node>, L::Error> {
    let shown = if level.parent.is_none() { cut.limit } else { cut.per_parent };
    let mut items = Vec::new();
    let mut after = from.after;
    let more = 'level: loop {
        let free = (*room).min(shown - items.len());
        // from its start a list has what its parent counts, so whether it goes on need not be
        // asked; later on one more than there is room for tells
        let wanted = match from {
            Next { after: None, remaining } => {
                let left = usize::try_from(remaining).unwrap_or(0).saturating_sub(items.len());
                if free == 0 || left == 0 {
                    break left > 0;
                }
                free.min(left)
            }
            Next { after: Some(_), .. } => free + 1,
        };
        let nodes = source.siblings(level, cut.sort, after, wanted)?;
        if nodes.is_empty() {
            break false;
        }
        for node in nodes {
            if *room == 0 || items.len() == shown {
                // this level is cut before this node; deeper ones perhaps took the room
                break 'level true;
            }
            *room -= 1;
            after = Some(node.position());
            let below = Level { parent: Some(node.id()), ..level };
            let start = Next { after: None, remaining: node.visible_children() };
            let replies = if node.visible_children() == 0 {
                Listing { items: Vec::new(), next: None }
            } else if levels_left <= 1 || *room == 0 {
                Listing { items: Vec::new(), next: Some(start) }
            } else {
                fill(source, below, start, cut, levels_left - 1, room)?
            };
            items.push(Branch { node, replies });
        }
    };
    let next = more.then(|| Next { after, remaining: (from.remaining - items.len() as i64).max(1) });
    Ok(Listing { items, next })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;
    use std::convert::Infallible;

    #[derive(Clone, Debug)]
    struct Leaf {
        id: i64,
        ordinal: i64,
        score: i64,
        children: i64,
    }

    impl Node for Leaf {
        fn id(&self) -> CommentId {
            CommentId(self.id)
        }
        fn position(&self) -> Position {
            Position { ordinal: self.ordinal, score: self.score }
        }
        fn visible_children(&self) -> i64 {
            self.children
        }
    }

    /// A tree in memory: parent (0: root) to children in order of posting; and how many were given.
    #[derive(Clone, Debug, Default)]
    struct Memory(BTreeMap<i64, Vec<Leaf>>, usize);

    impl Memory {
        /// `parents[i]` is the parent of node i + 1: any earlier node, or 0.
        fn grow(parents: &[(usize, i64)]) -> Memory {
            let mut tree = Memory::default();
            for (index, (pick, score)) in parents.iter().enumerate() {
                let parent = (pick % (index + 1)) as i64;
                let siblings = tree.0.entry(parent).or_default();
                let ordinal = siblings.len() as i64 + 1;
                siblings.push(Leaf { id: index as i64 + 1, ordinal, score: *score, children: 0 });
            }
            let counts: BTreeMap<i64, i64> = tree.0.iter().map(|(p, c)| (*p, c.len() as i64)).collect();
            for leaf in tree.0.values_mut().flatten() {
                leaf.children = counts.get(&leaf.id).copied().unwrap_or(0);
            }
            tree
        }

        fn sorted(&self, parent: i64, sort: Sort) -> Vec<Leaf> {
            let mut all = self.0.get(&parent).cloned().unwrap_or_default();
            match sort {
                Sort::Oldest => {}
                Sort::Newest => all.reverse(),
                Sort::Top => all.sort_by_key(|leaf| (-leaf.score, leaf.ordinal)),
            }
            all
        }

        fn pre_order(&self, parent: i64, sort: Sort, out: &mut Vec<i64>) {
            for leaf in self.sorted(parent, sort) {
                out.push(leaf.id);
                self.pre_order(leaf.id, sort, out);
            }
        }
    }

    impl Levels for Memory {
        type Node = Leaf;
        type Error = Infallible;
        fn siblings(
            &mut self,
            level: Level,
            sort: Sort,
            after: Option<Position>,
            count: usize,
        ) -> Result<Vec<Leaf>, Infallible> {
            let all = self.sorted(level.parent.map_or(0, |p| p.0), sort);
            let start = after.map_or(0, |a| all.iter().position(|leaf| leaf.ordinal == a.ordinal).unwrap() + 1);
            // never all at once: a source may give less than it was asked for
            let part: Vec<Leaf> = all.into_iter().skip(start).take(count.min(3)).collect();
            self.1 += part.len();
            Ok(part)
        }
    }

    fn count(listing: &Listing<Leaf>) -> usize {
        listing.items.iter().map(|b| 1 + count(&b.replies)).sum()
    }

    /// Walks every `next`, replacing each list in place, and checks each page on the way.
    fn walk(tree: &mut Memory, level: Level, from: Next, cut: Cut, out: &mut Vec<i64>) {
        let listing = page(tree, level, from, cut).unwrap();
        assert!(count(&listing) <= cut.limit);
        assert!(!listing.items.is_empty(), "a next leads somewhere");
        unfold(tree, level, listing, from.remaining, cut, out);
    }

    fn unfold(tree: &mut Memory, level: Level, listing: Listing<Leaf>, known: i64, cut: Cut, out: &mut Vec<i64>) {
        assert_eq!(listing.remaining(), known - listing.items.len() as i64, "remaining is exact when nothing changes");
        for branch in listing.items {
            out.push(branch.node.id);
            let below = Level { parent: Some(branch.node.id()), ..level };
            unfold(tree, below, branch.replies, branch.node.children, cut, out);
        }
        if let Some(next) = listing.next {
            let next = Next::decode(&next.encode(level, cut.sort), level, cut.sort).unwrap();
            walk(tree, level, next, cut, out);
        }
    }

    proptest! {
        #[test]
        fn every_next_followed_shows_all_once_in_order(
            parents in prop::collection::vec((any::<usize>(), -3i64..4), 1..120),
            limit in 1usize..40, depth in 1usize..6, per_parent in 1usize..10, sort in 0usize..3,
        ) {
            let mut tree = Memory::grow(&parents);
            let sort = Sort::ALL[sort];
            let cut = Cut { sort, limit, depth, per_parent };
            let level = Level { thread: ThreadId(1), parent: None };
            let roots = tree.0[&0].len() as i64;
            let mut walked = Vec::new();
            walk(&mut tree, level, Next { after: None, remaining: roots }, cut, &mut walked);
            let mut expected = Vec::new();
            tree.pre_order(0, sort, &mut expected);
            prop_assert_eq!(walked, expected);
        }
    }

    #[test]
    fn a_page_is_full_while_there_is_more() {
        let mut tree = Memory::grow(&(0..100).map(|i| (i / 3, 0)).collect::<Vec<_>>());
        let cut = Cut { sort: Sort::Oldest, limit: 10, depth: 16, per_parent: 200 };
        let level = Level { thread: ThreadId(1), parent: None };
        let roots = tree.0[&0].len() as i64;
        let listing = page(&mut tree, level, Next { after: None, remaining: roots }, cut).unwrap();
        assert_eq!(count(&listing), 10);
    }

    #[test]
    fn a_first_page_reads_little_in_vain() {
        let mut tree = Memory::grow(&(0..1_000).map(|i| (i / 3, 0)).collect::<Vec<_>>());
        let cut = Cut { sort: Sort::Oldest, limit: 50, depth: 6, per_parent: 20 };
        let level = Level { thread: ThreadId(1), parent: None };
        let roots = tree.0[&0].len() as i64;
        let listing = page(&mut tree, level, Next { after: None, remaining: roots }, cut).unwrap();
        assert_eq!(count(&listing), 50);
        // of each level that is cut by the room, what came along in one answer
        assert!(tree.1 <= 50 + 2 * cut.depth, "{} read for 50", tree.1);
    }
}
