//! An author edits a comment within the edit window.

use super::caller::Caller;
use super::post::held_by;
use super::shift::rewrite;
use super::{App, Error};
use crate::domain::code::Code;
use crate::domain::comment::{Comment, State, shown};
use crate::domain::ids::CommentId;
use crate::domain::markup;
use crate::domain::permission::Action;
use crate::domain::thread::ThreadState;
use crate::store::{Key, Tx};

/// Which version an edit is meant for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// Whichever.
    Any,
    /// This one, from the body: else 409.
    Version(i64),
    /// This one, from `If-Match`: else 412. None: the header holds no version.
    Match(Option<i64>),
}

impl App {
    /// Replaces the text of one's own comment. It is judged as a new post: where that would be
    /// held, the comment becomes held.
    ///
    /// # Errors
    /// 403 for others' comments and for who is muted or suspended, 404, 409 `stale_version`, `thread_locked`, `edit_window_closed`,
    /// 412, 422 for the body.
    pub async fn edit(
        &self,
        caller: &Caller,
        id: CommentId,
        text: String,
        expected: Expected,
    ) -> Result<Comment, Error> {
        caller.require(Action::Contribute, None)?;
        let body = self.body(text)?;
        let body_html = markup::render(body.as_str());
        let (now_ms, window_ms) = (self.now_ms(), self.edit_window_ms());
        let caller = caller.clone();
        self.store
            .write("edit", Key::comment(id), move |tx| {
                let comment = own_comment(tx, &caller, id)?;
                caller.require(Action::Contribute, Some(comment.site_id))?;
                match expected {
                    Expected::Version(version) if version != comment.version => return Err(Code::StaleVersion.into()),
                    Expected::Match(version) if version != Some(comment.version) => {
                        return Err(Code::PreconditionFailed.into());
                    }
                    _ => {}
                }
                let thread = tx.thread_by_id(comment.thread_id)?.ok_or_else(Error::not_found)?;
                if thread.state != ThreadState::Open {
                    return Err(Code::ThreadLocked.into());
                }
                if !matches!(comment.state(), State::Published | State::Held) {
                    return Err(Error::refuse(Code::EditWindowClosed, "what was taken from the page cannot be edited"));
                }
                if now_ms - comment.created_ms > window_ms {
                    return Err(Code::EditWindowClosed.into());
                }
                if comment.body == body.as_str() {
                    return Ok(comment);
                }
                tx.revision_insert(&comment)?;
                let mut edited = comment.clone();
                (edited.body, edited.body_html) = (body.as_str().to_owned(), body_html.clone());
                edited.edited_ms = Some(now_ms);
                if let Some(by) = held_by(&caller, &thread)
                    && comment.state() == State::Published
                {
                    edited.disposition = comment.disposition.held(by);
                }
                rewrite(tx, edited, now_ms)
            })
            .await
    }
}

/// A comment that is the caller's own. Others' are 403 where they can be seen, else 404.
pub(super) fn own_comment(tx: &mut Tx<'_>, caller: &Caller, id: CommentId) -> Result<Comment, Error> {
    let comment = tx.comment_by_id(id)?.ok_or_else(Error::not_found)?;
    if comment.is_by(caller.user) {
        return Ok(comment);
    }
    match shown(comment.state(), comment.visible_children > 0, caller.views(&comment)) {
        Some(_) => Err(Error::refuse(Code::Forbidden, "only its author may do this")),
        None => Err(Error::not_found()),
    }
}

/// A published comment, for whatever only makes sense on one.
pub(super) fn published(tx: &mut Tx<'_>, id: CommentId) -> Result<Comment, Error> {
    tx.comment_by_id(id)?.filter(|comment| comment.state() == State::Published).ok_or_else(Error::not_found)
}
