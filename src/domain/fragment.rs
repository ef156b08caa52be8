//! What pages are joined from: of each comment the part that changes only with its version, as
//! JSON that is stored, and beside it the few values that change more often.

use serde::Serialize;
use utoipa::ToSchema;

use super::comment::{Comment, Remover, Shown, State, Viewer, shown};
use super::flag::Reason;
use super::ids::{CommentId, ThreadId, UserId};
use super::path::Path;
use super::time::rfc3339;
use super::tree::{Listing, Node, Position};

/// The part of a comment that changes only with its version.
#[derive(Serialize, ToSchema)]
pub struct Fragment {
    /// Its id.
    #[schema(value_type = String)]
    id: CommentId,
    /// Its thread.
    #[schema(value_type = String)]
    thread_id: ThreadId,
    /// What it replies to.
    #[schema(value_type = Option<String>)]
    parent_id: Option<CommentId>,
    /// The outline number of the article page: "3.1".
    number: String,
    /// 1 at the top.
    depth: u32,
    /// Where it stands.
    state: State,
    /// The text as it was sent; null in a tombstone.
    body: Option<String>,
    /// The text as safe HTML; null in a tombstone.
    body_html: Option<String>,
    /// When it was posted.
    created_at: String,
    /// When its text last changed.
    edited_at: Option<String>,
    /// Moves with body, state, lock and pin only.
    version: i64,
    /// Whether it is named at the head of the thread.
    pinned: bool,
    /// Whether it takes no replies.
    locked: bool,
    /// By whom it was taken from the page; null while published or held.
    removed: Option<Removed>,
}

/// By whom and why a comment was taken from the page.
#[derive(Serialize, ToSchema)]
pub struct Removed {
    /// Who.
    by: Remover,
    /// Why; null when its author did.
    reason_code: Option<Reason>,
    /// When.
    at: String,
}

impl Fragment {
    /// As much of a comment as is shown.
    pub fn of(comment: &Comment, how: Shown) -> Fragment {
        let whole = how == Shown::Whole;
        let d = &comment.disposition;
        Fragment {
            id: comment.id,
            thread_id: comment.thread_id,
            parent_id: comment.parent_id,
            number: comment.path.number(),
            depth: comment.path.depth(),
            state: d.state,
            body: whole.then(|| comment.body.clone()),
            body_html: whole.then(|| comment.body_html.clone()),
            created_at: rfc3339(comment.created_ms),
            edited_at: comment.edited_ms.filter(|_| whole).map(rfc3339),
            version: comment.version,
            pinned: d.pinned,
            locked: d.locked,
            removed: d.removal.as_ref().map(|removal| Removed {
                by: removal.by,
                reason_code: removal.reason,
                at: rfc3339(removal.at_ms),
            }),
        }
    }

    /// What is stored: the fields that anybody may see, as JSON without braces. Of a comment that
    /// is not published these are a tombstone's, whether one stands at the time or not.
    pub fn stored(comment: &Comment) -> String {
        let how = shown(comment.state(), true, Viewer::Public).unwrap_or(Shown::Tombstone);
        let mut json = serde_json::to_string(&Fragment::of(comment, how)).expect("invariant: a fragment is plain data");
        json.pop();
        json.remove(0);
        json
    }
}

/// A comment as a page has it.
#[derive(Clone, Debug)]
pub struct Item {
    /// Its id.
    pub id: CommentId,
    /// Its place in the tree.
    pub path: Path,
    /// Its author; none in a tombstone, and once they are forgotten.
    pub author_id: Option<UserId>,
    /// Votes of +1; 0 in a tombstone.
    pub up: i64,
    /// Votes of −1; 0 in a tombstone.
    pub down: i64,
    /// Up less down, also in a tombstone: siblings are ordered by it.
    pub score: i64,
    /// Published direct replies.
    pub reply_count: i64,
    /// Direct replies a reader can see, tombstones too.
    pub visible_children: i64,
    /// The rest, as [`Fragment::stored`] wrote it.
    pub fragment: String,
}

/// An item on its page, as far as the tree goes.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// Which of the page's items it is.
    pub at: usize,
    /// Its id.
    pub id: CommentId,
    position: Position,
    visible_children: i64,
}

impl Place {
    /// The place of the item at `at`.
    pub fn of(item: &Item, at: usize) -> Place {
        let position = Position { ordinal: item.path.ordinal().cast_signed(), score: item.score };
        Place { at, id: item.id, position, visible_children: item.visible_children }
    }
}

impl Node for Place {
    fn id(&self) -> CommentId {
        self.id
    }

    fn position(&self) -> Position {
        self.position
    }

    fn visible_children(&self) -> i64 {
        self.visible_children
    }
}

/// A shown part of a level.
#[derive(Clone, Debug)]
pub struct Part {
    /// What is shown, and where.
    pub listing: Listing<Place>,
    /// What was read for it; some items perhaps have no place.
    pub items: Vec<Item>,
}

impl Part {
    /// Nothing at all.
    pub fn empty() -> Part {
        Part { listing: Listing { items: Vec::new(), next: None }, items: Vec::new() }
    }
}
