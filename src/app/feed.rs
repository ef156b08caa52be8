//! What goes out to other programs about single comments: the newest of a thread, and one by its
//! permalink. Published ones only, whoever asks.

use super::read::{ThreadPage, thread_page};
use super::{App, Error};
use crate::domain::comment::{Comment, State};
use crate::domain::ids::CommentId;
use crate::store::CommentFilter;

/// Comments in a feed.
const NEWEST: i64 = 50;

impl App {
    /// A thread and its newest published comments, 50 at most, newest first.
    ///
    /// # Errors
    /// 404 for the site.
    pub async fn newest(&self, site: String, key: String) -> Result<(ThreadPage, Vec<Comment>), Error> {
        self.store
            .read("newest", move |tx| {
                let page = thread_page(tx, &site, &key)?;
                let comments = match &page.thread {
                    Some(born) => tx.comment_list(CommentFilter::Thread(born.id), &[State::Published], None, NEWEST)?,
                    None => Vec::new(),
                };
                Ok((page, comments))
            })
            .await
    }

    /// A published comment and its thread.
    ///
    /// # Errors
    /// 404.
    pub async fn permalink(&self, id: CommentId) -> Result<(ThreadPage, Comment), Error> {
        self.store
            .read("permalink", move |tx| {
                let comment = tx.comment_by_id(id)?.filter(|comment| comment.state() == State::Published);
                let comment = comment.ok_or_else(Error::not_found)?;
                let thread = tx.thread_by_id(comment.thread_id)?.ok_or_else(Error::not_found)?;
                let site = tx.site_by_id(thread.site_id)?.ok_or_else(Error::not_found)?;
                let page = ThreadPage { site, key: thread.key.clone(), thread: Some(thread), pinned: Vec::new() };
                Ok((page, comment))
            })
            .await
    }
}
