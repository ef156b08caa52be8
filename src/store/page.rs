//! Items: comments as pages have them, in the order in which they are read.

use super::driver::{Columns, Value, values};
use super::{StoreError, Tx};
use crate::domain::comment::State;
use crate::domain::fragment::{Item, Place};
use crate::domain::ids::{CommentId, ThreadId};
use crate::domain::path::Path;
use crate::domain::tree::{Cut, Level, Levels, Next, Node as _, Position, Sort};

/// The columns of an item, from alias `c`.
macro_rules! item_select {
    ($tail:literal) => {
        concat!(
            "SELECT c.id, c.path, c.author_id, c.state, c.up, c.down, c.reply_count, c.visible_children,
               c.fragment ",
            $tail
        )
    };
}

/// The visible items of one level.
macro_rules! level_where {
    ($tail:literal) => {
        concat!(item_select!("FROM comment c WHERE c.thread_id = ?1 AND c.parent_key = ?2 AND c.visible = 1 "), $tail)
    };
}

fn item(c: &mut Columns<'_>) -> Result<Item, StoreError> {
    let mut item = Item {
        id: c.take()?,
        path: Path::from_bytes(c.take()?),
        author_id: c.maybe()?,
        up: 0,
        down: 0,
        score: 0,
        reply_count: 0,
        visible_children: 0,
        fragment: String::new(),
    };
    let whole = c.word(State::parse)? == State::Published;
    (item.up, item.down) = (c.take()?, c.take()?);
    (item.reply_count, item.visible_children, item.fragment) = (c.take()?, c.take()?, c.take()?);
    // each column is 30 ns of a page's 50 rows: the one of this name is this
    item.score = item.up - item.down;
    if !whole {
        (item.author_id, item.up, item.down) = (None, 0, 0);
    }
    Ok(item)
}

impl Tx<'_> {
    /// A comment that readers see, and its thread.
    pub fn item_by_id(&mut self, id: CommentId) -> Result<Option<(ThreadId, Item)>, StoreError> {
        self.first(item_select!(", c.thread_id FROM comment c WHERE c.id = ?1 AND c.visible = 1"), values![id], |c| {
            let item = item(c)?;
            Ok((c.take()?, item))
        })
    }

    /// What a comment replies to, root first, without the comment itself.
    pub fn items_above(&mut self, id: CommentId) -> Result<Vec<Item>, StoreError> {
        // CROSS JOIN keeps SQLite's planner from turning the join round and scanning the table
        self.all(
            concat!(
                "WITH RECURSIVE up (id, parent_id) AS (
                   SELECT id, parent_id FROM comment WHERE id = ?1
                   UNION ALL
                   SELECT p.id, p.parent_id FROM up CROSS JOIN comment p WHERE p.id = up.parent_id) ",
                item_select!("FROM up CROSS JOIN comment c WHERE c.id = up.id AND c.id <> ?1 ORDER BY c.depth")
            ),
            values![id],
            item,
        )
    }

    /// The path of the visible item of a thread that comes `count` after a path.
    fn path_ahead(&mut self, thread: ThreadId, after: &[u8], count: i64) -> Result<Option<Vec<u8>>, StoreError> {
        self.first(
            "SELECT path FROM comment WHERE thread_id = ?1 AND visible = 1 AND path > ?2 ORDER BY path LIMIT 1 OFFSET ?3",
            values![thread, after, count],
            |c| c.take(),
        )
    }

    /// Visible items of a thread between two paths, both excluded, down to a depth, in reading
    /// order. It walks over all that is deeper: the paths must be near each other.
    fn items_between(
        &mut self,
        thread: ThreadId,
        (after, before): (&[u8], &[u8]),
        depth: i64,
        count: i64,
    ) -> Result<Vec<Item>, StoreError> {
        self.all(
            item_select!(
                "FROM comment c WHERE c.thread_id = ?1 AND c.visible = 1 AND c.path > ?2 AND c.path < ?3
                   AND c.depth <= ?4 ORDER BY c.path LIMIT ?5"
            ),
            values![thread, after, before, depth, count],
            item,
        )
    }

    /// Visible items of one level, one or two seeks.
    fn items_of(
        &mut self,
        level: Level,
        sort: Sort,
        after: Option<Position>,
        wanted: usize,
    ) -> Result<Vec<Item>, StoreError> {
        let (thread, parent) = (Value::from(level.thread), Value::Int(level.parent.map_or(0, |id| id.0)));
        let count = Value::Int(wanted as i64);
        match (sort, after) {
            (Sort::Oldest, after) => self.all(
                level_where!("AND c.ordinal > ?3 ORDER BY c.ordinal LIMIT ?4"),
                &[thread, parent, Value::Int(after.map_or(0, |a| a.ordinal)), count],
                item,
            ),
            (Sort::Newest, after) => self.all(
                level_where!("AND c.ordinal < ?3 ORDER BY c.ordinal DESC LIMIT ?4"),
                &[thread, parent, Value::Int(after.map_or(i64::MAX, |a| a.ordinal)), count],
                item,
            ),
            (Sort::Top, None) => {
                self.all(level_where!("ORDER BY c.score DESC, c.ordinal LIMIT ?3"), &[thread, parent, count], item)
            }
            (Sort::Top, Some(after)) => {
                // two seeks, since one condition would walk all that was shown of the same score
                let mut found = self.all(
                    level_where!("AND c.score = ?3 AND c.ordinal > ?4 ORDER BY c.ordinal LIMIT ?5"),
                    &[thread, parent, Value::Int(after.score), Value::Int(after.ordinal), count],
                    item,
                )?;
                let rest = wanted - found.len();
                if rest > 0 {
                    found.extend(self.all(
                        level_where!("AND c.score < ?3 ORDER BY c.score DESC, c.ordinal LIMIT ?4"),
                        &[thread, parent, Value::Int(after.score), Value::Int(rest as i64)],
                        item,
                    )?);
                }
                Ok(found)
            }
        }
    }
}

/// The levels of one page. In the order of posting all of a page mostly stands together, so it is
/// read ahead with one seek; what that has not brought, and every other order, is a seek a level.
pub struct Reader<'t, 'd> {
    tx: &'t mut Tx<'d>,
    /// The comment whose replies are the page's top level, and its path; none and empty: the roots.
    top: (Option<CommentId>, Vec<u8>),
    items: Vec<Item>,
    /// How many of the items were read ahead, in the order of their paths.
    ahead: usize,
}

impl<'t, 'd> Reader<'t, 'd> {
    /// Starts a page of `level`, under the comment at the path `parent`, at `from`.
    ///
    /// # Errors
    /// What the store fails with.
    pub fn start(
        tx: &'t mut Tx<'d>,
        level: Level,
        parent: Option<&Path>,
        from: Next,
        cut: Cut,
    ) -> Result<Reader<'t, 'd>, StoreError> {
        let top = (level.parent, parent.map_or_else(Vec::new, |parent| parent.as_bytes().to_vec()));
        let mut reader = Reader { tx, top, items: Vec::new(), ahead: 0 };
        if cut.sort == Sort::Oldest {
            reader.read_ahead(level, parent, from, cut)?;
        }
        Ok(reader)
    }

    /// What was read, for the places of the page.
    pub fn items(self) -> Vec<Item> {
        self.items
    }

    fn read_ahead(&mut self, level: Level, parent: Option<&Path>, from: Next, cut: Cut) -> Result<(), StoreError> {
        let last = from.after.map(|after| after.ordinal.unsigned_abs());
        let after = match (parent, last) {
            (None, None) => Vec::new(),
            (None, Some(last)) => Path::root(last).subtree_end(),
            (Some(parent), None) => parent.as_bytes().to_vec(),
            (Some(parent), Some(last)) => match parent.child(last) {
                Ok(sibling) => sibling.subtree_end(),
                // a cursor that somebody made up: nothing has such a path, and the seek will say so
                Err(_) => return Ok(()),
            },
        };
        let end = parent.map_or_else(Path::end, Path::subtree_end);
        // what is too deep for the page is walked over, but no more of it than a page
        let far = self.tx.path_ahead(level.thread, &after, 2 * cut.limit as i64)?;
        let before = far.map_or(end.clone(), |far| far.min(end));
        let depth = parent.map_or(0, |parent| i64::from(parent.depth())) + cut.depth as i64;
        self.items = self.tx.items_between(level.thread, (&after, &before), depth, cut.limit as i64)?;
        self.ahead = self.items.len();
        Ok(())
    }

    /// What was read ahead of a level, after a sibling: all up to some place of it.
    fn known(&self, parent: Option<CommentId>, after: Option<Position>, count: usize) -> Vec<Place> {
        let ahead = self.items.get(..self.ahead).unwrap_or_default();
        let (top, path) = &self.top;
        let (first, above) = if parent == *top {
            (0, path.as_slice())
        } else {
            let found = ahead.iter().enumerate().find(|(_, item)| Some(item.id) == parent);
            let Some((at, item)) = found else { return Vec::new() };
            (at + 1, item.path.as_bytes())
        };
        let below =
            ahead.iter().enumerate().skip(first).take_while(|(_, item)| item.path.as_bytes().starts_with(above));
        let siblings = below.filter(|(_, item)| item.path.is_right_below(above)).map(|(at, item)| Place::of(item, at));
        let shown = after.map_or(0, |after| after.ordinal);
        siblings.skip_while(|place| place.position().ordinal <= shown).take(count).collect()
    }
}

impl Levels for Reader<'_, '_> {
    type Node = Place;
    type Error = StoreError;

    fn siblings(
        &mut self,
        level: Level,
        sort: Sort,
        after: Option<Position>,
        count: usize,
    ) -> Result<Vec<Place>, StoreError> {
        let known = self.known(level.parent, after, count);
        if !known.is_empty() {
            return Ok(known);
        }
        let found = self.tx.items_of(level, sort, after, count)?;
        let first = self.items.len();
        let places = found.iter().enumerate().map(|(offset, item)| Place::of(item, first + offset)).collect();
        self.items.extend(found);
        Ok(places)
    }
}
