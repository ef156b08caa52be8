//! Puts comments into the tree and moves them between states, with everything that follows:
//! counters up the tree, the thread's counts and version, the queue, the event.
//!
//! Every use-case that changes a comment goes through here, so that a counter has one place where
//! it moves. All of it works inside the caller's unit.

use super::Error;
use crate::domain::comment::{Comment, Remover, State};
use crate::domain::decision::Disposition;
use crate::domain::flag::Reason;
use crate::domain::ids::{CommentId, SiteId, ThreadId};
use crate::domain::path::Path;
use crate::domain::queue::{self, Facts, OpenNotices};
use crate::domain::scoring::{Author, FLAGS_WEIGHED, Odds, PERIODS, Report, base_rate};
use crate::domain::user::User;
use crate::store::{Below, EventKind, StoreError, ThreadDelta, Tx, Waits};

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
    pub author: Option<&'a User>,
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

/// Puts a comment into the tree. Its counters move first, with the ordinal: a caller that is told
/// `too_deep` must give its unit up.
///
/// # Errors
/// `too_deep` when its level has no room below; what the store fails with.
pub fn place(tx: &mut Tx<'_>, new: &Placing<'_>) -> Result<Comment, Error> {
    let state = new.disposition.state;
    let parent_id = new.parent.map(|parent| parent.id);
    let is_visible = state == State::Published;
    let moved = Moved { before: None, after: state, was_visible: false, is_visible };
    let (ordinal, version) = count(tx, new.thread, parent_id, moved)?;
    let path = match new.parent {
        None => Path::root(ordinal.unsigned_abs()),
        Some(parent) => parent.path.child(ordinal.unsigned_abs())?,
    };
    let mut comment = Comment {
        id: new.id,
        site_id: new.site,
        thread_id: new.thread,
        parent_id,
        ordinal,
        path,
        author: new.author.cloned(),
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
    // 22 random bits may meet within a millisecond: the next free number is as good
    while !tx.comment_insert(&comment, new.source_id)? {
        comment.id = CommentId(comment.id.0 + 1);
    }
    record(tx, &comment, moved)?;
    tally(tx, comment.thread_id, None, &comment.disposition)?;
    if state == State::Held {
        requeue(tx, &comment)?;
    }
    if is_visible {
        let at_version = (new.thread, version);
        tx.event_at_version(EventKind::CommentCreated, at_version, Some(comment.id), new.now_ms)?;
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
    if after.body != before.body {
        tx.comment_set_text_hash(&after)?;
    }
    let moved = Moved {
        before: Some(before.state()),
        after: after.state(),
        was_visible: before.is_visible(),
        is_visible: after.is_visible(),
    };
    let (_, version) = count(tx, after.thread_id, after.parent_id, moved)?;
    record(tx, &after, moved)?;
    tally(tx, after.thread_id, Some(&before.disposition), &after.disposition)?;
    requeue(tx, &after)?;
    if moved.is_seen() {
        let at_version = (after.thread_id, version);
        tx.event_at_version(kind(before.state(), after.state()), at_version, Some(after.id), now_ms)?;
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

/// How a comment moved; nothing before is a new one.
#[derive(Clone, Copy)]
struct Moved {
    before: Option<State>,
    after: State,
    was_visible: bool,
    is_visible: bool,
}

impl Moved {
    /// Whether an anonymous page changes.
    fn is_seen(self) -> bool {
        self.was_visible || self.is_visible
    }
}

/// Moves every counter that depends on the state of a comment, and the thread's version where a
/// page changes. The ordinals given on its level, and the version, afterwards.
fn count(tx: &mut Tx<'_>, thread: ThreadId, parent: Option<CommentId>, moved: Moved) -> Result<(i64, i64), Error> {
    let delta = |state| i64::from(moved.after == state) - i64::from(moved.before == Some(state));
    let given = i64::from(moved.before.is_none());
    let visible = i64::from(moved.is_visible) - i64::from(moved.was_visible);
    let mut by = ThreadDelta {
        published: delta(State::Published),
        held: delta(State::Held),
        hidden: delta(State::Hidden),
        version: i64::from(moved.is_seen()),
        ..ThreadDelta::default()
    };
    let mut on_level = None;
    let mut level = parent;
    let mut below = Below { given, published: by.published, visible };
    // up the tree for as long as tombstones come into view or go out of it
    while let Some(id) = level.filter(|_| below != Below::default()) {
        let above = tx.comment_add_below(id, &below)?;
        on_level.get_or_insert(above.given);
        level = above.parent_id;
        below = if above.turned { Below { visible, ..Below::default() } } else { Below::default() };
    }
    if level.is_none() {
        (by.root_count, by.visible_roots) = (below.given, below.visible);
    }
    let (roots, version) = tx.thread_add(thread, &by)?;
    Ok((on_level.unwrap_or(roots), version))
}

/// Moves what its author has done on the site.
fn record(tx: &mut Tx<'_>, comment: &Comment, moved: Moved) -> Result<(), Error> {
    match &comment.author {
        Some(author) if moved.before != Some(moved.after) => {
            Ok(tx.record_move_comment(author.id, comment.site_id, moved.before, moved.after)?)
        }
        _ => Ok(()),
    }
}

/// Moves what readers are told of a thread's hidden comments.
fn tally(tx: &mut Tx<'_>, thread: ThreadId, before: Option<&Disposition>, after: &Disposition) -> Result<(), Error> {
    let (before, after) = (before.and_then(hidden_by), hidden_by(after));
    if before == after {
        return Ok(());
    }
    for (place, by) in [(before, -1), (after, 1)] {
        if let Some((remover, reason)) = place {
            tx.thread_hidden_add(thread, remover.as_str(), reason.as_str(), by)?;
        }
    }
    Ok(())
}

/// By whom and why it is hidden, if it is.
fn hidden_by(at: &Disposition) -> Option<(Remover, Reason)> {
    let removal = at.removal.as_ref().filter(|_| at.state == State::Hidden)?;
    // what was hidden before it was brought here has no reason
    Some((removal.by, removal.reason.unwrap_or(Reason::Other)))
}

/// Brings the queue in line with what waits on a comment: open flags and notices, the sample, and
/// its state. Its score is made anew; that of others by the same author or reporters stays as of the
/// last time anything happened to them, or one decision would rewrite thousands of places.
///
/// # Errors
/// What the store fails with.
pub fn requeue(tx: &mut Tx<'_>, comment: &Comment) -> Result<(), Error> {
    let before = tx.queue_get(comment.id)?;
    let facts = facts(tx, comment)?;
    let after = match facts.first_ms() {
        Some(_) => queue::waiting(&facts, odds(tx, comment, &facts)?),
        None => None,
    };
    match &after {
        Some(waiting) if before != after => tx.queue_put(comment, before.as_ref(), waiting)?,
        None if before.is_some() => tx.queue_delete(comment.id)?,
        _ => {}
    }
    let moved = Waits::moved(before.as_ref(), after.as_ref());
    if moved != Waits::default() {
        tx.site_add_waiting(comment.site_id, moved)?;
    }
    if moved.flagged != 0 {
        tx.thread_add_flagged(comment.thread_id, moved.flagged)?;
    }
    Ok(())
}

fn facts(tx: &mut Tx<'_>, comment: &Comment) -> Result<Facts, Error> {
    let flags = tx.flags_open(comment.id)?;
    let others = tx.queue_others(comment.id)?;
    let notices = match others.notice {
        None => None,
        Some((first_ms, due_ms)) => {
            let mut categories = Vec::new();
            for category in Reason::for_flags() {
                if tx.notice_is_open(comment.id, category)? {
                    categories.push(category);
                }
            }
            Some(OpenNotices { first_ms, due_ms, categories })
        }
    };
    // a comment is held when it is written: at its post, or at its last edit
    let written_ms = comment.edited_ms.unwrap_or(comment.created_ms);
    let is_visible = comment.state() == State::Published;
    Ok(Facts {
        flags,
        notices,
        held_since_ms: (comment.state() == State::Held).then_some(written_ms),
        // what is not published any more shows nothing of what is
        drawn_ms: others.drawn_ms.filter(|_| is_visible),
        is_visible,
    })
}

/// Weighs a comment by the site's sample, its author's record and its open flags.
fn odds(tx: &mut Tx<'_>, comment: &Comment, facts: &Facts) -> Result<Odds, Error> {
    let base = base_rate(&tx.sample_counts(comment.site_id, PERIODS)?);
    let author = match &comment.author {
        None => None,
        Some(author) => {
            let record = tx.record_of(author.id, comment.site_id)?;
            Some(Author { published: record.in_state(State::Published), hidden: record.in_state(State::Hidden) })
        }
    };
    let reports: Vec<Report> = if facts.flags.counts.is_empty() {
        Vec::new()
    } else {
        tx.flags_weighed(comment.id, FLAGS_WEIGHED)?.into_iter().map(|flag| flag.report).collect()
    };
    Ok(Odds::weigh(base, author, &reports))
}
