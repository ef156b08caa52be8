//! What anybody may read: sites, threads, pages of the tree, permalinks, counts.
//!
//! Nothing here knows who asks, save [`App::comment`] and [`App::revisions`], which show authors
//! and moderators more.

use super::caller::{Caller, viewer};
use super::people::Authors;
use super::stamps::Source;
use super::{App, Error};
use crate::domain::comment::{Comment, Shown, State, Viewer, shown};
use crate::domain::fragment::{Item, Part};
use crate::domain::ids::{CommentId, SiteId, UserId};
use crate::domain::path::Path;
use crate::domain::thread::{Site, Thread};
use crate::domain::tree::{Cut, Level, Next, page};
use crate::domain::user::User;
use crate::store::{CommentFilter, Reader, Tx};

/// A thread as its readers see it; none until its first comment.
#[derive(Clone, Debug)]
pub struct ThreadPage {
    /// The site.
    pub site: Site,
    /// The key that was asked for.
    pub key: String,
    /// The thread, once it is born.
    pub thread: Option<Thread>,
    /// Its pinned comments.
    pub pinned: Vec<CommentId>,
}

impl ThreadPage {
    /// What changes when anything here does.
    pub fn source(&self) -> Source {
        self.thread.as_ref().map_or(Source::Unborn, |born| Source::Thread(born.id))
    }
}

/// A page of the tree.
pub struct TreePage {
    /// Its thread.
    pub thread: ThreadPage,
    /// What is shown.
    pub part: Part,
    /// By whom.
    pub authors: Authors,
}

/// A part of the replies to a comment.
pub struct Replies {
    /// The comment's site.
    pub site: SiteId,
    /// The level they stand on.
    pub level: Level,
    /// What is shown.
    pub part: Part,
    /// By whom.
    pub authors: Authors,
}

/// A comment with all it replies to.
pub struct Context {
    /// Its thread.
    pub thread: ThreadPage,
    /// What it replies to, root first.
    pub ancestors: Vec<Item>,
    /// The comment.
    pub comment: Item,
    /// By whom they are.
    pub authors: Authors,
}

/// A comment and how much of it is shown.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The comment.
    pub comment: Comment,
    /// How much.
    pub shown: Shown,
    /// By whom it is seen.
    pub viewer: Viewer,
}

/// A text a comment has had.
#[derive(Clone, Debug)]
pub struct Revision {
    /// The comment's version that brought it.
    pub version: i64,
    /// The text.
    pub body: String,
    /// The text as rendered.
    pub body_html: String,
    /// When it was written, in milliseconds since 1970.
    pub written_ms: i64,
}

impl App {
    /// A site.
    ///
    /// # Errors
    /// 404.
    pub async fn site(&self, key: String) -> Result<Site, Error> {
        self.store.read("site", move |tx| tx.site_by_key(&key)?.ok_or_else(Error::not_found)).await
    }

    /// A thread.
    ///
    /// # Errors
    /// 404 for the site.
    pub async fn thread(&self, site: String, key: String) -> Result<ThreadPage, Error> {
        self.store.read("thread", move |tx| thread_page(tx, &site, &key)).await
    }

    /// A page of a thread's tree; `cursor` is a `next` of the roots.
    ///
    /// # Errors
    /// 404 for the site, 422 for the cursor.
    pub async fn tree(&self, site: String, key: String, cursor: Option<String>, cut: Cut) -> Result<TreePage, Error> {
        let (thread, part) = self
            .store
            .read("tree", move |tx| {
                let thread = thread_page(tx, &site, &key)?;
                let part = match &thread.thread {
                    None => match &cursor {
                        None => Part::empty(),
                        Some(_) => return Err(Error::from(crate::domain::cursor::CursorError::Mismatch)),
                    },
                    Some(born) => {
                        let level = Level { thread: born.id, parent: None };
                        part(tx, level, None, born.visible_roots, cursor.as_deref(), cut)?
                    }
                };
                Ok((thread, part))
            })
            .await?;
        let authors = self.authors(authors_of(&part.items)).await?;
        Ok(TreePage { thread, part, authors })
    }

    /// A page of the replies to a comment that readers see.
    ///
    /// # Errors
    /// 404, 422 for the cursor.
    pub async fn replies(&self, id: CommentId, cursor: Option<String>, cut: Cut) -> Result<Replies, Error> {
        let (site, level, part) = self
            .store
            .read("replies", move |tx| {
                let parent = tx.comment_by_id(id)?.filter(Comment::is_visible).ok_or_else(Error::not_found)?;
                let level = Level { thread: parent.thread_id, parent: Some(id) };
                let visible = parent.visible_children;
                let part = part(tx, level, Some(&parent.path), visible, cursor.as_deref(), cut)?;
                Ok::<_, Error>((parent.site_id, level, part))
            })
            .await?;
        let authors = self.authors(authors_of(&part.items)).await?;
        Ok(Replies { site, level, part, authors })
    }

    /// A comment that readers see, with all it replies to, root first.
    ///
    /// # Errors
    /// 404.
    pub async fn context(&self, id: CommentId) -> Result<Context, Error> {
        let (thread, ancestors, comment) = self
            .store
            .read("context", move |tx| {
                let (thread, comment) = tx.item_by_id(id)?.ok_or_else(Error::not_found)?;
                let thread = tx.thread_by_id(thread)?.ok_or_else(Error::not_found)?;
                let site = tx.site_by_id(thread.site_id)?.ok_or_else(Error::not_found)?;
                let pinned = tx.thread_pinned(thread.id)?;
                let page = ThreadPage { site, key: thread.key.clone(), thread: Some(thread), pinned };
                Ok::<_, Error>((page, tx.items_above(id)?, comment))
            })
            .await?;
        let authors = self.authors(authors_of(ancestors.iter().chain([&comment]))).await?;
        Ok(Context { thread, ancestors, comment, authors })
    }

    /// One comment, as much of it as the caller, or nobody, may see.
    ///
    /// # Errors
    /// 404 when that is nothing.
    pub async fn comment(&self, caller: Option<&Caller>, id: CommentId) -> Result<Seen, Error> {
        let caller = caller.cloned();
        self.store
            .read("comment", move |tx| {
                let comment = tx.comment_by_id(id)?.ok_or_else(Error::not_found)?;
                let viewer = viewer(caller.as_ref(), &comment);
                let shown =
                    shown(comment.state(), comment.visible_children > 0, viewer).ok_or_else(Error::not_found)?;
                Ok(Seen { comment, shown, viewer })
            })
            .await
    }

    /// All texts a comment has had, oldest first, for its author and moderators; for everybody
    /// else only that it is there, by an empty list.
    ///
    /// # Errors
    /// 404 when the caller may not know of the comment.
    pub async fn revisions(&self, caller: Option<&Caller>, id: CommentId) -> Result<Vec<Revision>, Error> {
        let caller = caller.cloned();
        self.store
            .read("revisions", move |tx| {
                let comment = tx.comment_by_id(id)?.ok_or_else(Error::not_found)?;
                let viewer = viewer(caller.as_ref(), &comment);
                let seen = shown(comment.state(), comment.visible_children > 0, viewer).ok_or_else(Error::not_found)?;
                if viewer == Viewer::Public || seen != Shown::Whole {
                    return Ok(Vec::new());
                }
                let mut texts: Vec<Revision> = tx
                    .revisions_of(id)?
                    .into_iter()
                    .map(|(version, body, body_html, written_ms)| Revision { version, body, body_html, written_ms })
                    .collect();
                texts.push(Revision {
                    version: comment.version,
                    body: comment.body,
                    body_html: comment.body_html,
                    written_ms: comment.edited_ms.unwrap_or(comment.created_ms),
                });
                Ok(texts)
            })
            .await
    }

    /// Published comments of each thread, in the order asked for; 0 for those not born.
    ///
    /// # Errors
    /// 404 for the site.
    pub async fn counts(&self, site: String, keys: Vec<String>) -> Result<Vec<(String, i64)>, Error> {
        self.store
            .read("counts", move |tx| {
                let site = tx.site_by_key(&site)?.ok_or_else(Error::not_found)?;
                let json = serde_json::Value::from(keys.clone()).to_string();
                let known: std::collections::HashMap<String, i64> =
                    tx.thread_counts(site.id, &json)?.into_iter().collect();
                Ok(keys.iter().map(|key| (key.clone(), known.get(key).copied().unwrap_or(0))).collect())
            })
            .await
    }

    /// Who of those who published in a thread is online and shows it.
    ///
    /// # Errors
    /// 404 for the site.
    pub async fn online_in(&self, site: String, key: String) -> Result<Vec<UserId>, Error> {
        let Some(thread) = self.thread(site, key).await?.thread else { return Ok(Vec::new()) };
        Ok(self.online_among(thread.id, &self.presence.online(self.now_ms()), usize::MAX).await?)
    }

    /// A person.
    ///
    /// # Errors
    /// 404.
    pub async fn user(&self, id: UserId) -> Result<User, Error> {
        self.store.read("user", move |tx| Ok(tx.user_own(id)?.ok_or_else(Error::not_found)?.user)).await
    }

    /// A person's published comments, newest first.
    ///
    /// # Errors
    /// 404 for the person, 422 for the cursor.
    pub async fn user_comments(
        &self,
        id: UserId,
        page: (Option<String>, usize),
    ) -> Result<(Vec<Comment>, Option<String>), Error> {
        self.store
            .read("user_comments", move |tx| {
                tx.user_own(id)?.ok_or_else(Error::not_found)?;
                super::read_own::comment_page(tx, CommentFilter::Author(id), &[State::Published], &page)
            })
            .await
    }
}

/// A thread by its names, born or not.
pub(super) fn thread_page(tx: &mut Tx<'_>, site: &str, key: &str) -> Result<ThreadPage, Error> {
    let site = tx.site_by_key(site)?.ok_or_else(Error::not_found)?;
    let thread = tx.thread_by_key(site.id, key)?;
    let pinned = match &thread {
        Some(thread) => tx.thread_pinned(thread.id)?,
        None => Vec::new(),
    };
    Ok(ThreadPage { site, key: key.to_owned(), thread, pinned })
}

fn part(
    tx: &mut Tx<'_>,
    level: Level,
    parent: Option<&Path>,
    visible: i64,
    cursor: Option<&str>,
    cut: Cut,
) -> Result<Part, Error> {
    let start = Next { after: None, remaining: visible };
    let from = match cursor {
        // what a cursor of the start says may have changed; what is counted now has not
        Some(cursor) => {
            Some(Next::decode(cursor, level, cut.sort)?).filter(|next| next.after.is_some()).unwrap_or(start)
        }
        None => start,
    };
    let mut reader = Reader::start(tx, level, parent, from, cut)?;
    let listing = page(&mut reader, level, from, cut)?;
    Ok(Part { listing, items: reader.items() })
}

/// Who wrote them, some perhaps twice.
fn authors_of<'i>(items: impl IntoIterator<Item = &'i Item>) -> impl Iterator<Item = UserId> {
    items.into_iter().filter_map(|item| item.author_id)
}
