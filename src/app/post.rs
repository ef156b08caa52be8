//! A reader posts a comment or a reply.

use super::caller::Caller;
use super::shift::{Placing, place, requeue};
use super::{App, Error, new_id};
use crate::domain::code::Code;
use crate::domain::comment::{Body, BodyError, Comment, State};
use crate::domain::decision::Disposition;
use crate::domain::ids::{CommentId, ThreadId};
use crate::domain::markup;
use crate::domain::permission::Action;
use crate::domain::sample::is_drawn;
use crate::domain::sanction::HELD_BY;
use crate::domain::thread::{Site, Thread, ThreadState};
use crate::store::{Claim, CommentFilter, IdempotencyKey, Key, NewThread, Tx};

/// Why a comment in a premoderated thread waits.
pub const PREMODERATION: &str = "premoderation";

/// What a reader sends.
#[derive(Clone, Debug)]
pub struct Post {
    /// The site's key.
    pub site: String,
    /// The thread's key.
    pub thread: String,
    /// The text.
    pub body: String,
    /// What it replies to.
    pub parent: Option<CommentId>,
    /// What is known of the article, in case this comment makes the thread.
    pub article: Option<Article>,
    /// For a request that may come again.
    pub once: Option<IdempotencyKey>,
}

/// An article's title and address.
#[derive(Clone, Debug)]
pub struct Article {
    /// The title, 300 characters at most.
    pub title: Option<String>,
    /// The address, on an origin registered with the site.
    pub url: Option<String>,
}

/// What a request made, now or when it was first sent.
#[derive(Clone, Debug)]
pub struct Made<T> {
    /// The thing as it is now.
    pub made: T,
    /// Whether an earlier request with the same key made it.
    pub replayed: bool,
}

impl App {
    /// Posts a comment.
    ///
    /// # Errors
    /// 403 for who is muted or suspended, 404 for the site, 409 `thread_locked`, `parent_unavailable`, `too_deep`, 422 for the body,
    /// 429 `slow_mode`, and those of an idempotency key.
    pub async fn post(&self, caller: &Caller, post: Post) -> Result<Made<Comment>, Error> {
        caller.require(Action::Contribute, None)?;
        let body = self.body(post.body.clone())?;
        let body_html = markup::render(body.as_str());
        let now_ms = self.now_ms();
        let (id, thread_id) = (CommentId(new_id(now_ms)), ThreadId(new_id(now_ms)));
        let is_drawn = is_drawn(&self.mark("sample", &id.0.to_be_bytes())?, self.settings.moderation.sample_per_mille);
        let standing = std::sync::Arc::clone(&self.standing);
        let caller = caller.clone();
        let author = self.authors([caller.user]).await?.remove(&caller.user).ok_or(Code::SignInRequired)?;
        self.store
            .write("post", Key::thread(&post.site, &post.thread), move |tx| {
                let site = tx.site_by_key(&post.site)?.ok_or_else(Error::not_found)?;
                caller.require(Action::Contribute, Some(site.id))?;
                if let Some(made) = replayed(tx, post.once.as_ref())? {
                    let made = tx.comment_by_id(CommentId(made))?.ok_or_else(Error::not_found)?;
                    return Ok(Made { made, replayed: true });
                }
                let moderates = caller.may(Action::Moderate, Some(site.id));
                let known_url = |url: &str| standing.origin_of(site.id, &origin_of(url));
                let thread = thread_for(tx, &site, &post, thread_id, now_ms, known_url)?;
                if thread.state != ThreadState::Open {
                    return Err(Code::ThreadLocked.into());
                }
                let parent = parent_for(tx, &thread, post.parent)?;
                if !moderates {
                    keep_pace(tx, &thread, &caller, now_ms)?;
                }
                let held_by = held_by(&caller, &thread);
                let made = place(
                    tx,
                    &Placing {
                        id,
                        site: site.id,
                        thread: thread.id,
                        parent: parent.as_ref(),
                        author: Some(&author.user),
                        disposition: &Disposition::new(held_by),
                        body: body.as_str(),
                        body_html: &body_html,
                        created_ms: now_ms,
                        edited_ms: None,
                        source_id: None,
                        now_ms,
                    },
                )?;
                if is_drawn && !moderates && made.state() == State::Published {
                    tx.sample_insert(made.id, site.id, now_ms)?;
                    requeue(tx, &made)?;
                }
                if let Some(key) = &post.once {
                    tx.idempotency_keep(key, made.id.0, now_ms)?;
                }
                Ok(Made { made, replayed: false })
            })
            .await
    }

    /// A body within the site's limit.
    pub(super) fn body(&self, text: String) -> Result<Body, Error> {
        Body::parse(text, self.settings.comments.body_max_chars).map_err(|error| {
            let code = match error {
                BodyError::Empty => "empty",
                BodyError::TooLong(_) => "too_long",
                BodyError::Nul => "character",
            };
            Error::field("/body", code, error.to_string())
        })
    }
}

/// What an earlier request with this key made; an error when the key was for another request.
pub(super) fn replayed(tx: &mut Tx<'_>, key: Option<&IdempotencyKey>) -> Result<Option<i64>, Error> {
    match key.map(|key| tx.idempotency_claim(key)).transpose()? {
        None | Some(Claim::Fresh) => Ok(None),
        Some(Claim::Replay(made)) => Ok(Some(made)),
        Some(Claim::Reused) => Err(Code::IdempotencyKeyReused.into()),
    }
}

/// Why what the caller writes in a thread waits for a moderator, if it does.
pub(super) fn held_by(caller: &Caller, thread: &Thread) -> Option<&'static str> {
    if caller.is_premoderated(thread.site_id) {
        return Some(HELD_BY);
    }
    let moderates = caller.may(Action::Moderate, Some(thread.site_id));
    (thread.premoderation && !moderates).then_some(PREMODERATION)
}

/// The origin of an address; empty when it has none.
pub(super) fn origin_of(url: &str) -> String {
    url::Url::parse(url).map(|url| url.origin().ascii_serialization()).unwrap_or_else(|_| String::new())
}

fn thread_for(
    tx: &mut Tx<'_>,
    site: &Site,
    post: &Post,
    id: ThreadId,
    now_ms: i64,
    known_url: impl Fn(&str) -> bool,
) -> Result<Thread, Error> {
    if let Some(thread) = tx.thread_by_key(site.id, &post.thread)? {
        return Ok(thread);
    }
    if site.explicit_threads {
        return Err(Error::refuse(Code::NotFound, "this site's threads are made by its moderators"));
    }
    if post.parent.is_some() {
        return Err(Code::ParentUnavailable.into());
    }
    let article = post.article.clone().unwrap_or(Article { title: None, url: None });
    if article.url.as_deref().is_some_and(|url| !known_url(url)) {
        return Err(Error::field("/thread/url", "origin", "the address is not on an origin of this site"));
    }
    let new = NewThread {
        id,
        site_id: site.id,
        key: post.thread.clone(),
        title: article.title,
        url: article.url,
        created_ms: now_ms,
    };
    tx.thread_insert(&new)?;
    tx.thread_by_id(id)?.ok_or_else(|| Error::Fault(format!("thread {id} was not kept")))
}

fn parent_for(tx: &mut Tx<'_>, thread: &Thread, id: Option<CommentId>) -> Result<Option<Comment>, Error> {
    let Some(id) = id else { return Ok(None) };
    let parent = tx.comment_by_id(id)?;
    let open = |parent: &Comment| {
        parent.thread_id == thread.id && parent.state() == State::Published && !parent.disposition.locked
    };
    Ok(Some(parent.filter(open).ok_or_else(|| Error::from(Code::ParentUnavailable))?))
}

fn keep_pace(tx: &mut Tx<'_>, thread: &Thread, caller: &Caller, now_ms: i64) -> Result<(), Error> {
    if thread.slow_mode_s == 0 {
        return Ok(());
    }
    let own = CommentFilter::AuthorInThread(caller.user, thread.id);
    let last = tx.comment_list(own, State::ALL, None, 1)?;
    let free_ms = last.first().map_or(i64::MIN, |last| last.created_ms + thread.slow_mode_s * 1_000);
    if free_ms > now_ms {
        return Err(Error::wait(Code::SlowMode, u64::try_from((free_ms - now_ms + 999) / 1_000).unwrap_or(1)));
    }
    Ok(())
}
