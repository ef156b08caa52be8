//! Puts comments into the tree and moves them between states, with everything that follows:
//! counters up the tree, the thread's counts and version, the queue, the event.
//!
//! Every use-case that changes a comment goes through here, so that a counter has one place where
//! it moves. All of it works inside the caller's unit.

use super::Error;
use crate::domain::comment::{Comment, State};
use crate::domain::decision::Disposition;
use crate::domain::ids::{CommentId, SiteId, ThreadId, UserId};
use crate::domain::path::Path;
use crate::domain::queue;
use crate::store::{EventKind, StoreError, Tx};

/// A comment to be put into the tree, at the end of its level.
pub struct Placing<'a> {
    /// Its id.
    pub id: CommentId,
    /// Its site.
    pub site: SiteId,
    /// Its thread.
    pub thread: ThreadId,
    /// What it replies to.
    pub parent: Option<&'a Comment>,
    /// Its author.
    pub author: Option<UserId>,
    /// Where it starts.
    pub disposition: &'a Disposition,
    /// Its text.
    pub body: &'a str,
    /// Its text as rendered.
    pub body_html: &'a str,
    /// When it was written, in milliseconds since 1970.
    pub created_ms: i64,
    /// When its text last changed, for imports.
    pub edited_ms: Option<i64>,
    /// Its id where it came from, for imports.
    pub source_id: Option<&'a str>,
    /// Now, in milliseconds since 1970.
    pub now_ms: i64,
}

/// Puts a comment into the tree. The ordinal is taken first: a caller that is told `too_deep` must
/// give its unit up.
///
/// # Errors
/// `too_deep` when its level has no room below; what the store fails with.
pub fn place(tx: &mut Tx<'_>, new: &Placing<'_>) -> Result<Comment, Error> {
    let ordinal = match new.parent {
        None => tx.thread_take_ordinal(new.thread)?,
        Some(parent) => tx.comment_take_ordinal(parent.id)?,
    };
    let path = match new.parent {
        None => Path::root(ordinal.unsigned_abs()),
        Some(parent) => parent.path.child(ordinal.unsigned_abs())?,
    };
    // 22 random bits may meet within a millisecond: the next free number is as good
    let mut id = new.id;
    while tx.comment_exists(id)? {
        id = CommentId(id.0 + 1);
    }
    let author = match new.author {
        Some(author) => tx.users_by_id(&[author])?.pop(),
        None => None,
    };
    let comment = Comment {
        id,
        site_id: new.site,
        thread_id: new.thread,
        parent_id: new.parent.map(|parent| parent.id),
        ordinal,
        path,
        author,
        disposition: new.disposition.clone(),
        body: new.body.to_owned(),
        body_html: new.body_html.to_owned(),
        created_ms: new.created_ms,
        edited_ms: new.edited_ms,
        version: 1,
        up: 0,
        down: 0,
        reply_count: 0,
        visible_children: 0,
    };
    tx.comment_insert(&comment, new.source_id)?;
    let moved = Moved { before: None, after: comment.state(), was_visible: false };
    count(tx, &comment, moved)?;
    requeue(tx, &comment)?;
    if comment.is_visible() {
        tx.event_on_thread(EventKind::CommentCreated, new.thread, Some(id), new.now_ms)?;
    }
    Ok(comment)
}

/// Moves a comment to another disposition and returns it as it is then. Nothing happens, and its
/// version stays, when it is there already.
///
/// # Errors
/// What the store fails with.
pub fn shift(tx: &mut Tx<'_>, comment: &Comment, to: &Disposition, now_ms: i64) -> Result<Comment, Error> {
    if comment.disposition == *to {
        return Ok(comment.clone());
    }
    let mut after = comment.clone();
    after.disposition = to.clone();
    rewrite(tx, after, now_ms)
}

/// Writes a comment that has another text or disposition than before, as its next version, and
/// returns it as it is then.
///
/// # Errors
/// What the store fails with.
pub fn rewrite(tx: &mut Tx<'_>, to: Comment, now_ms: i64) -> Result<Comment, Error> {
    // its counters may have moved since it was looked at, by another target of the same decision
    let before = tx.comment_by_id(to.id)?.ok_or_else(|| StoreError::Corrupt(format!("comment {} is gone", to.id)))?;
    let after = Comment {
        disposition: to.disposition,
        body: to.body,
        body_html: to.body_html,
        edited_ms: to.edited_ms,
        version: before.version + 1,
        ..before.clone()
    };
    tx.comment_update(&after)?;
    let was_visible = before.is_visible();
    count(tx, &after, Moved { before: Some(before.state()), after: after.state(), was_visible })?;
    requeue(tx, &after)?;
    if was_visible || after.is_visible() {
        tx.event_on_thread(kind(before.state(), after.state()), after.thread_id, Some(after.id), now_ms)?;
    }
    Ok(after)
}

fn kind(before: State, after: State) -> EventKind {
    match (before, after) {
        (State::Held, State::Published) => EventKind::CommentCreated,
        (_, State::Published) if before != State::Published => EventKind::CommentRestored,
        (_, State::Deleted) => EventKind::CommentDeleted,
        (State::Published, State::Held | State::Hidden) => EventKind::CommentHidden,
        _ => EventKind::CommentEdited,
    }
}

struct Moved {
    before: Option<State>,
    after: State,
    was_visible: bool,
}

/// Moves every counter that depends on the state of `comment`, which is as it is after the move.
fn count(tx: &mut Tx<'_>, comment: &Comment, moved: Moved) -> Result<(), Error> {
    let delta = |state| i64::from(moved.after == state) - i64::from(moved.before == Some(state));
    let (published, held, hidden) = (delta(State::Published), delta(State::Held), delta(State::Hidden));
    if (published, held, hidden) != (0, 0, 0) {
        tx.thread_add_states(comment.thread_id, published, held, hidden)?;
    }
    if published != 0
        && let Some(parent) = comment.parent_id
    {
        tx.comment_add_replies(parent, published)?;
    }
    let visible = i64::from(comment.is_visible()) - i64::from(moved.was_visible);
    if visible == 0 {
        return Ok(());
    }
    // up the tree for as long as tombstones come into view or go out of it
    let mut parent = comment.parent_id;
    while let Some(id) = parent {
        let (above, turned) = tx.comment_add_visible_children(id, visible)?;
        if !turned {
            return Ok(());
        }
        parent = above;
    }
    Ok(tx.thread_add_visible_roots(comment.thread_id, visible)?)
}

/// Brings the queue in line with a comment's open flags and state.
///
/// # Errors
/// What the store fails with.
pub fn requeue(tx: &mut Tx<'_>, comment: &Comment) -> Result<(), Error> {
    let before = tx.queue_get(comment.id)?;
    let open = tx.flags_open(comment.id)?;
    // a comment is held when it is written: at its post, or at its last edit
    let written_ms = comment.edited_ms.unwrap_or(comment.created_ms);
    let held_since = (comment.state() == State::Held).then_some(written_ms);
    let after = queue::waiting(&open, held_since);
    match after {
        Some(waiting) if before != Some(waiting) => tx.queue_put(comment.id, comment.site_id, &waiting)?,
        None if before.is_some() => tx.queue_delete(comment.id)?,
        _ => {}
    }
    let flagged = i64::from(after.is_some_and(|w| w.flagged)) - i64::from(before.is_some_and(|w| w.flagged));
    let held = i64::from(after.is_some_and(|w| w.held)) - i64::from(before.is_some_and(|w| w.held));
    if (flagged, held) != (0, 0) {
        tx.site_add_waiting(comment.site_id, flagged, held)?;
    }
    if flagged != 0 {
        tx.thread_add_flagged(comment.thread_id, flagged)?;
    }
    Ok(())
}
