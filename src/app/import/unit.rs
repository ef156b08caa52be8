//! One unit of an import: up to 200 comments with their authors, counters and events.

use std::sync::Arc;

use super::WITHOUT_PARENT;
use super::people::{Cast, person};
use super::rows::Row;
use crate::app::Error;
use crate::app::import::people::Person;
use crate::app::shift::{Placing, place};
use crate::domain::comment::Comment;
use crate::domain::ids::{self, CommentId, SiteId, ThreadId, UserId};
use crate::domain::path::TooDeep;
use crate::store::{StoreError, Tx};

/// An ordinal that takes more bytes than any given so far.
const WIDE: u64 = u32::MAX as u64;

/// The rows of one unit.
pub struct Batch {
    /// The site.
    pub site: SiteId,
    /// The thread; none in a dry run that would make it.
    pub thread: Option<ThreadId>,
    /// Whether nothing is to be written.
    pub dry_run: bool,
    /// Now, in milliseconds since 1970.
    pub now_ms: i64,
    /// The rows, parents before their replies.
    pub works: Vec<Work>,
    /// Who was met in earlier units.
    pub cast: Arc<Cast>,
}

/// A row made ready.
pub struct Work {
    /// Its index in the document.
    pub index: usize,
    /// What it replies to.
    pub parent: Parent,
    /// The id it gets, unless that is taken.
    pub id: CommentId,
    /// What it is known by.
    pub source_id: String,
    /// Its text as rendered.
    pub body_html: String,
    /// The rest.
    pub row: Row,
}

/// What a row replies to.
#[derive(Clone, Copy)]
pub enum Parent {
    /// Nothing: it is a root.
    Top,
    /// A row of the same unit, by its index there.
    Before(usize),
    /// A comment; none in a dry run that would have made it.
    Kept(Option<CommentId>),
}

/// What became of a row.
pub enum Outcome {
    /// It is new; none in a dry run.
    Made(Option<CommentId>),
    /// It was there.
    Known(CommentId),
    /// It could not be kept.
    Skipped(String),
}

/// What a unit did.
pub struct Done {
    /// For each row, in order.
    pub outcomes: Vec<Outcome>,
    /// The people met for the first time.
    pub people: Vec<Person>,
}

/// Puts the rows of a unit.
///
/// # Errors
/// What the store fails with.
pub fn put(tx: &mut Tx<'_>, batch: &Batch) -> Result<Done, Error> {
    let mut done = Done { outcomes: Vec::with_capacity(batch.works.len()), people: Vec::new() };
    let mut cast = Arc::clone(&batch.cast);
    for work in &batch.works {
        let outcome = put_one(tx, batch, work, &mut cast, &mut done)?;
        done.outcomes.push(outcome);
    }
    Ok(done)
}

fn put_one(
    tx: &mut Tx<'_>,
    batch: &Batch,
    work: &Work,
    cast: &mut Arc<Cast>,
    done: &mut Done,
) -> Result<Outcome, Error> {
    let parent = match work.parent {
        Parent::Top => None,
        Parent::Kept(id) => id,
        Parent::Before(at) => match done.outcomes.get(at) {
            Some(Outcome::Made(id)) => *id,
            Some(Outcome::Known(id)) => Some(*id),
            Some(Outcome::Skipped(_)) | None => return Ok(Outcome::Skipped(WITHOUT_PARENT.into())),
        },
    };
    if let Some(known) = known(tx, batch.thread, &work.source_id)? {
        return Ok(Outcome::Known(known));
    }
    let parent = parent.map(|id| comment(tx, id)).transpose()?;
    // asked before an ordinal is taken, which would leave a gap
    if parent.as_ref().is_some_and(|parent| parent.path.child(WIDE).is_err()) {
        return Ok(Outcome::Skipped(TooDeep.to_string()));
    }
    let author = match author(tx, batch, work, cast, done)? {
        Ok(author) => author,
        Err(reason) => return Ok(Outcome::Skipped(reason)),
    };
    let Some(thread) = batch.thread.filter(|_| !batch.dry_run) else { return Ok(Outcome::Made(None)) };
    let row = &work.row;
    let author = match author {
        Some(id) => tx.users_by_id(&[id])?.pop(),
        None => None,
    };
    let placing = Placing {
        id: work.id,
        site: batch.site,
        thread,
        parent: parent.as_ref(),
        author: author.as_ref(),
        disposition: &row.disposition,
        body: &row.body,
        body_html: &work.body_html,
        created_ms: row.created_ms,
        edited_ms: row.edited_ms,
        source_id: Some(&work.source_id),
        now_ms: batch.now_ms,
    };
    Ok(Outcome::Made(Some(place(tx, &placing)?.id)))
}

/// The comment that an earlier run made of a row, or that was itself exported to the file.
fn known(tx: &mut Tx<'_>, thread: Option<ThreadId>, source_id: &str) -> Result<Option<CommentId>, Error> {
    let Some(thread) = thread else { return Ok(None) };
    if let Some(known) = tx.comment_by_source(thread, source_id)? {
        return Ok(Some(known));
    }
    let Some(own) = ids::parse(source_id) else { return Ok(None) };
    let own = tx.comment_by_id(CommentId(own))?;
    Ok(own.filter(|comment| comment.thread_id == thread).map(|comment| comment.id))
}

fn comment(tx: &mut Tx<'_>, id: CommentId) -> Result<Comment, Error> {
    Ok(tx.comment_by_id(id)?.ok_or_else(|| StoreError::Corrupt(format!("comment {id} is gone")))?)
}

/// The author of a row, none for a tombstone; the inner error is why there can be none.
fn author(
    tx: &mut Tx<'_>,
    batch: &Batch,
    work: &Work,
    cast: &mut Arc<Cast>,
    done: &mut Done,
) -> Result<Result<Option<UserId>, String>, Error> {
    let Some(author) = &work.row.author else { return Ok(Ok(None)) };
    if let Some(person) = cast.get(author.login.as_str()) {
        return Ok(Ok(person.id));
    }
    match person(tx, cast, author, batch.dry_run, batch.now_ms)? {
        Some(person) => {
            let id = person.id;
            Arc::make_mut(cast).keep(person.clone());
            done.people.push(person);
            Ok(Ok(id))
        }
        None => Ok(Err(format!("login: no free one like `{}`", author.login))),
    }
}
