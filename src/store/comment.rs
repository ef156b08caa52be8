//! Comments: rows, lists, subtrees, votes and revisions. What readers' pages are made of is in `page`.

use super::driver::{Columns, Value, values};
use super::user::{maybe_user, user_columns};
use super::{Difference, StoreError, Tx, dialect};
use crate::domain::comment::{Comment, Remover, State};
use crate::domain::decision::{Disposition, Removal};
use crate::domain::duplicate::text_hash;
use crate::domain::flag::Reason;
use crate::domain::fragment::Fragment;
use crate::domain::ids::{CommentId, SiteId, ThreadId, UserId};
use crate::domain::path::Path;

/// The columns of a comment with its author: aliases `c` and `u`.
macro_rules! comment_select {
    ($tail:literal) => {
        concat!(
            "SELECT ",
            user_columns!(),
            ", c.id, c.site_id, c.thread_id, c.parent_id, c.ordinal, c.path, c.state, c.state_ref, c.removed_by,
              c.removed_reason, c.removed_ms, c.held_by, c.locked, c.lock_ref, c.pinned, c.pin_ref, c.body,
              c.body_html, c.created_ms, c.edited_ms, c.version, c.up, c.down, c.reply_count, c.visible_children ",
            $tail
        )
    };
}

/// The same from their usual source.
macro_rules! comment_where {
    ($tail:literal) => {
        concat!(comment_select!("FROM comment c LEFT JOIN user_account u ON u.id = c.author_id "), $tail)
    };
}

fn comment(c: &mut Columns<'_>) -> Result<Comment, StoreError> {
    let author = maybe_user(c)?;
    Ok(Comment {
        author,
        id: c.take()?,
        site_id: c.take()?,
        thread_id: c.take()?,
        parent_id: c.maybe()?,
        ordinal: c.take()?,
        path: Path::from_bytes(c.take()?),
        disposition: disposition(c)?,
        body: c.take()?,
        body_html: c.take()?,
        created_ms: c.take()?,
        edited_ms: c.maybe()?,
        version: c.take()?,
        up: c.take()?,
        down: c.take()?,
        reply_count: c.take()?,
        visible_children: c.take()?,
    })
}

fn disposition(c: &mut Columns<'_>) -> Result<Disposition, StoreError> {
    let (state, state_ref) = (c.word(State::parse)?, c.maybe()?);
    let by = c.maybe_word(Remover::parse)?;
    let reason = c.maybe_word(Reason::parse)?;
    let at_ms = c.maybe()?;
    let removal = match (by, at_ms) {
        (Some(by), Some(at_ms)) => Some(Removal { by, reason, at_ms }),
        _ => None,
    };
    Ok(Disposition {
        state,
        state_ref,
        removal,
        held_by: c.maybe()?,
        locked: c.take()?,
        lock_ref: c.maybe()?,
        pinned: c.take()?,
        pin_ref: c.maybe()?,
    })
}

/// Which comments a list holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommentFilter {
    /// A person's.
    Author(UserId),
    /// A person's on a site.
    AuthorOnSite(UserId, SiteId),
    /// A person's in a thread.
    AuthorInThread(UserId, ThreadId),
    /// A site's.
    Site(SiteId),
    /// A thread's.
    Thread(ThreadId),
}

/// Where a comment stands: what a decision looks at, without texts.
#[derive(Clone, Debug)]
pub struct Stand {
    /// The comment.
    pub id: CommentId,
    /// Its version.
    pub version: i64,
    /// When it was posted, in milliseconds since 1970.
    pub created_ms: i64,
    /// Its place in its thread.
    pub path: Path,
    /// Where it stands.
    pub disposition: Disposition,
}

/// What [`stand`] reads.
macro_rules! stand_where {
    ($tail:literal) => {
        concat!(
            "SELECT c.id, c.version, c.created_ms, c.path, c.state, c.state_ref, c.removed_by, c.removed_reason,
               c.removed_ms, c.held_by, c.locked, c.lock_ref, c.pinned, c.pin_ref FROM comment c ",
            $tail
        )
    };
}

fn stand(c: &mut Columns<'_>) -> Result<Stand, StoreError> {
    Ok(Stand {
        id: c.take()?,
        version: c.take()?,
        created_ms: c.take()?,
        path: Path::from_bytes(c.take()?),
        disposition: disposition(c)?,
    })
}

/// By how much what a comment knows of its replies moves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Below {
    /// Ordinals given to direct replies.
    pub given: i64,
    /// Published direct replies.
    pub published: i64,
    /// Direct replies that readers see.
    pub visible: i64,
}

/// A comment after that.
#[derive(Clone, Copy, Debug)]
pub struct Above {
    /// What it replies to itself.
    pub parent_id: Option<CommentId>,
    /// Ordinals given to its direct replies.
    pub given: i64,
    /// Whether it came into view or went out of it.
    pub turned: bool,
}

impl Tx<'_> {
    /// One comment.
    pub fn comment_by_id(&mut self, id: CommentId) -> Result<Option<Comment>, StoreError> {
        self.first(comment_where!("WHERE c.id = ?1"), values![id], comment)
    }

    /// Comments by id; those that are gone are left out.
    pub fn comments_by_id(&mut self, ids: &[CommentId]) -> Result<Vec<Comment>, StoreError> {
        let ids = dialect::id_list(ids.iter().map(|id| id.0));
        self.all(comment_where!("WHERE c.id IN EACH_ID(?1) ORDER BY c.id"), values![&ids], comment)
    }

    /// Every comment whose fragment is not what its columns give, or whose hash not that of its text.
    pub fn check_fragments(&mut self) -> Result<Vec<Difference>, StoreError> {
        let mut found = Vec::new();
        self.each(
            comment_select!(
                ", c.fragment, c.text_hash, c.erased_ms FROM comment c LEFT JOIN user_account u ON u.id = c.author_id
                 ORDER BY c.id"
            ),
            &[],
            |c| {
                let (comment, kept): (Comment, String) = (comment(c)?, c.take()?);
                let (hash, erased_ms): (Option<i64>, Option<i64>) = (c.maybe()?, c.maybe()?);
                if hash != erased_ms.is_none().then(|| text_hash(&comment.body)) {
                    let name = format!("comment.text_hash {}", comment.id);
                    found.push(Difference { name, detail: "is not that of its text".into() });
                }
                if kept != Fragment::stored(&comment) {
                    let name = format!("comment.fragment {}", comment.id);
                    found.push(Difference { name, detail: "is not what the comment says".into() });
                }
                Ok(())
            },
        )?;
        Ok(found)
    }

    /// Where comments stand in a range of paths, after one and before another, in reading order;
    /// `count` at most.
    pub fn stands_below(
        &mut self,
        thread: ThreadId,
        after: &[u8],
        end: &[u8],
        count: i64,
    ) -> Result<Vec<Stand>, StoreError> {
        self.all(
            stand_where!("WHERE c.thread_id = ?1 AND c.path > ?2 AND c.path < ?3 ORDER BY c.path LIMIT ?4"),
            values![thread, after, end, count],
            stand,
        )
    }

    /// Where a person's comments of one state on a site stand that were posted before a time, oldest
    /// first, after (time, id); `count` at most.
    pub fn stands_by(
        &mut self,
        (author, site, state): (UserId, SiteId, State),
        after: (i64, i64),
        before_ms: i64,
        count: i64,
    ) -> Result<Vec<Stand>, StoreError> {
        self.all(
            stand_where!(
                "WHERE c.author_id = ?1 AND c.site_id = ?2 AND c.state = ?3 AND (c.created_ms, c.id) > (?4, ?5)
                   AND c.created_ms < ?6 ORDER BY c.created_ms, c.id LIMIT ?7"
            ),
            values![author, site, state.as_str(), after.0, after.1, before_ms, count],
            stand,
        )
    }

    /// Where a site's comments stand that say the same, by id, after one; `count` at most.
    pub fn stands_alike(
        &mut self,
        site: SiteId,
        text_hash: i64,
        after: CommentId,
        count: i64,
    ) -> Result<Vec<Stand>, StoreError> {
        self.all(
            stand_where!("WHERE c.site_id = ?1 AND c.text_hash = ?2 AND c.id > ?3 ORDER BY c.id LIMIT ?4"),
            values![site, text_hash, after, count],
            stand,
        )
    }

    /// What comments that say the same as this one have in common; none once its text is erased.
    pub fn text_hash_of(&mut self, id: CommentId) -> Result<Option<i64>, StoreError> {
        let found = self.first("SELECT text_hash FROM comment WHERE id = ?1", values![id], |c| c.maybe())?;
        Ok(found.flatten())
    }

    /// Keeps what comments that say the same as this one's new text have in common.
    pub fn comment_set_text_hash(&mut self, of: &Comment) -> Result<(), StoreError> {
        self.run("UPDATE comment SET text_hash = ?2 WHERE id = ?1", values![of.id, text_hash(&of.body)])
    }

    /// Comments of a thread after a path, in reading order, `count` at most.
    pub fn comment_walk(&mut self, thread: ThreadId, after: &[u8], count: i64) -> Result<Vec<Comment>, StoreError> {
        self.all(
            comment_where!("WHERE c.thread_id = ?1 AND c.path > ?2 ORDER BY c.path LIMIT ?3"),
            values![thread, after, count],
            comment,
        )
    }

    /// Comments in any of these states, newest first, after (time, id); `count` at most.
    ///
    /// Each state is a seek of its own, so that one index serves every choice of them; and what is
    /// of the same time as the last shown another, since after an import that may be all of them.
    pub fn comment_list(
        &mut self,
        filter: CommentFilter,
        states: &[State],
        after: Option<(i64, i64)>,
        count: i64,
    ) -> Result<Vec<Comment>, StoreError> {
        macro_rules! seeks {
            ($narrow:literal, $id:literal) => {
                (
                    concat!(
                        comment_where!("WHERE c.state = ?1 AND c.created_ms < ?2 AND "),
                        $narrow,
                        " ORDER BY c.created_ms DESC, c.id DESC LIMIT ?3"
                    ),
                    concat!(
                        comment_where!("WHERE c.state = ?1 AND c.created_ms = ?2 AND "),
                        $narrow,
                        " AND c.id < ",
                        $id,
                        " ORDER BY c.id DESC LIMIT ?3"
                    ),
                )
            };
        }
        let ((older, same_time), narrow) = match filter {
            CommentFilter::Author(author) => (seeks!("c.author_id = ?4", "?5"), vec![Value::from(author)]),
            CommentFilter::AuthorOnSite(author, site) => {
                (seeks!("c.author_id = ?4 AND c.site_id = ?5", "?6"), vec![author.into(), site.into()])
            }
            CommentFilter::AuthorInThread(author, thread) => {
                (seeks!("c.author_id = ?4 AND c.thread_id = ?5", "?6"), vec![author.into(), thread.into()])
            }
            CommentFilter::Site(site) => (seeks!("c.site_id = ?4", "?5"), vec![site.into()]),
            CommentFilter::Thread(thread) => (seeks!("c.thread_id = ?4", "?5"), vec![thread.into()]),
        };
        let mut found = Vec::new();
        for state in states {
            let at_ms = after.map_or(i64::MAX, |(at_ms, _)| at_ms);
            let mut values = vec![state.as_str().into(), at_ms.into(), count.into()];
            values.extend_from_slice(&narrow);
            found.extend(self.all(older, &values, comment)?);
            if let Some((_, id)) = after {
                values.push(id.into());
                found.extend(self.all(same_time, &values, comment)?);
            }
        }
        Ok(newest(found, count))
    }

    /// What its author alone must be shown in a thread: held, hidden, or posted since then;
    /// newest first, 50 at most.
    pub fn comment_own_recent(
        &mut self,
        thread: ThreadId,
        author: UserId,
        since_ms: i64,
    ) -> Result<Vec<Comment>, StoreError> {
        let mut found = Vec::new();
        for (state, since_ms) in [(State::Held, i64::MIN), (State::Hidden, i64::MIN), (State::Published, since_ms)] {
            found.extend(self.all(
                comment_where!(
                    "WHERE c.thread_id = ?1 AND c.author_id = ?2 AND c.state = ?3 AND c.created_ms > ?4
                     ORDER BY c.created_ms DESC, c.id DESC LIMIT 50"
                ),
                values![thread, author, state.as_str(), since_ms],
                comment,
            )?);
        }
        Ok(newest(found, 50))
    }

    /// Which of these people have published in a thread and show when they are online.
    pub fn comment_authors_showing(&mut self, thread: ThreadId, people: &[UserId]) -> Result<Vec<UserId>, StoreError> {
        let people = dialect::id_list(people.iter().map(|id| id.0));
        self.all(
            "SELECT u.id FROM user_account u WHERE u.id IN EACH_ID(?2) AND u.show_presence = 1 AND EXISTS
               (SELECT 1 FROM comment c WHERE c.author_id = u.id AND c.thread_id = ?1 AND c.state = 'published')
             ORDER BY u.id",
            values![thread, &people],
            |c| c.take(),
        )
    }

    /// Writes a new comment, whose counters are 0 and whose place must be free; whether its id was.
    pub fn comment_insert(&mut self, new: &Comment, source_id: Option<&str>) -> Result<bool, StoreError> {
        let d = &new.disposition;
        let made = self.changed(
            "INSERT INTO comment (id, site_id, thread_id, parent_id, ordinal, path, depth, author_id, state, body,
               body_html, created_ms, edited_ms, visible, held_by, removed_by, removed_reason, removed_ms, source_id,
               fragment, text_hash)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21)
             ON CONFLICT (id) DO NOTHING",
            values![
                new.id,
                new.site_id,
                new.thread_id,
                new.parent_id,
                new.ordinal,
                new.path.as_bytes(),
                i64::from(new.path.depth()),
                new.author.as_ref().map(|author| author.id),
                d.state.as_str(),
                &new.body,
                &new.body_html,
                new.created_ms,
                new.edited_ms,
                new.is_visible(),
                d.held_by.as_deref(),
                d.removal.as_ref().map(|r| r.by.as_str()),
                d.removal.as_ref().and_then(|r| r.reason).map(Reason::as_str),
                d.removal.as_ref().map(|r| r.at_ms),
                source_id,
                &Fragment::stored(new),
                text_hash(&new.body),
            ],
        )?;
        Ok(made > 0)
    }

    /// The comment that an import brought under this id of its source.
    pub fn comment_by_source(&mut self, thread: ThreadId, source_id: &str) -> Result<Option<CommentId>, StoreError> {
        self.first("SELECT id FROM comment WHERE thread_id = ?1 AND source_id = ?2", values![thread, source_id], |c| {
            c.take()
        })
    }

    /// Writes what changes with a comment's version: text, state, lock and pin.
    pub fn comment_update(&mut self, to: &Comment) -> Result<(), StoreError> {
        let d = &to.disposition;
        self.run(
            "UPDATE comment SET state = ?2, state_ref = ?3, removed_by = ?4, removed_reason = ?5, removed_ms = ?6,
               held_by = ?7, locked = ?8, lock_ref = ?9, pinned = ?10, pin_ref = ?11, version = ?12, visible = ?13,
               body = ?14, body_html = ?15, edited_ms = ?16, fragment = ?17
             WHERE id = ?1",
            values![
                to.id,
                d.state.as_str(),
                d.state_ref,
                d.removal.as_ref().map(|r| r.by.as_str()),
                d.removal.as_ref().and_then(|r| r.reason).map(Reason::as_str),
                d.removal.as_ref().map(|r| r.at_ms),
                d.held_by.as_deref(),
                d.locked,
                d.lock_ref,
                d.pinned,
                d.pin_ref,
                to.version,
                to.is_visible(),
                &to.body,
                &to.body_html,
                to.edited_ms,
                &Fragment::stored(to),
            ],
        )?;
        Ok(())
    }

    /// Moves what a comment knows of its replies, and with it, unless the comment is published
    /// itself, whether it stands as a tombstone.
    pub fn comment_add_below(&mut self, id: CommentId, by: &Below) -> Result<Above, StoreError> {
        let moved = self.first(
            "UPDATE comment SET child_count = child_count + ?2, reply_count = reply_count + ?3,
               visible_children = visible_children + ?4
             WHERE id = ?1 RETURNING parent_id, child_count, state, visible_children",
            values![id, by.given, by.published, by.visible],
            |c| Ok((c.maybe()?, c.take()?, c.word(State::parse)?, c.take::<i64>()?)),
        )?;
        let (parent_id, given, state, now) =
            moved.ok_or_else(|| StoreError::Corrupt(format!("comment {id} is gone")))?;
        let turned = state != State::Published && (now > 0) != (now - by.visible > 0);
        if turned {
            // apart, since it moves the comment in the indexes of what readers see
            self.run("UPDATE comment SET visible = ?2 WHERE id = ?1", values![id, now > 0])?;
        }
        Ok(Above { parent_id, given, turned })
    }

    /// Moves the votes; up and down afterwards.
    pub fn comment_add_votes(&mut self, id: CommentId, up: i64, down: i64) -> Result<(i64, i64), StoreError> {
        let votes = self.first(
            "UPDATE comment SET up = up + ?2, down = down + ?3, score = score + ?2 - ?3 WHERE id = ?1 RETURNING up, down",
            values![id, up, down],
            |c| Ok((c.take()?, c.take()?)),
        )?;
        votes.ok_or_else(|| StoreError::Corrupt(format!("comment {id} is gone")))
    }

    /// A person's vote on a comment; 0 for none.
    pub fn vote_get(&mut self, comment: CommentId, user: UserId) -> Result<i64, StoreError> {
        let vote =
            self.first("SELECT value FROM vote WHERE comment_id = ?1 AND user_id = ?2", values![comment, user], |c| {
                c.take()
            })?;
        Ok(vote.unwrap_or(0))
    }

    /// Writes a person's vote: 1 or −1.
    pub fn vote_put(&mut self, comment: CommentId, user: UserId, value: i64) -> Result<(), StoreError> {
        self.run(
            "INSERT INTO vote (comment_id, user_id, value) VALUES (?1, ?2, ?3)
             ON CONFLICT (comment_id, user_id) DO UPDATE SET value = excluded.value",
            values![comment, user, value],
        )?;
        Ok(())
    }

    /// Takes a person's vote back.
    pub fn vote_delete(&mut self, comment: CommentId, user: UserId) -> Result<(), StoreError> {
        self.run("DELETE FROM vote WHERE comment_id = ?1 AND user_id = ?2", values![comment, user])?;
        Ok(())
    }

    /// A person's votes on these comments.
    pub fn votes_among(&mut self, user: UserId, ids: &[CommentId]) -> Result<Vec<(CommentId, i64)>, StoreError> {
        let ids = dialect::id_list(ids.iter().map(|id| id.0));
        self.all(
            "SELECT comment_id, value FROM vote WHERE comment_id IN EACH_ID(?1) AND user_id = ?2 ORDER BY comment_id",
            values![&ids, user],
            |c| Ok((c.take()?, c.take()?)),
        )
    }

    /// Keeps a text that an edit replaces.
    pub fn revision_insert(&mut self, of: &Comment) -> Result<(), StoreError> {
        self.run(
            "INSERT INTO revision (comment_id, version, body, body_html, written_ms) VALUES (?1, ?2, ?3, ?4, ?5)",
            values![of.id, of.version, &of.body, &of.body_html, of.edited_ms.unwrap_or(of.created_ms)],
        )?;
        Ok(())
    }

    /// Takes the replaced texts of a comment away.
    pub fn revisions_delete(&mut self, id: CommentId) -> Result<(), StoreError> {
        self.run("DELETE FROM revision WHERE comment_id = ?1", values![id])
    }

    /// Takes the text of a comment away.
    pub fn comment_erase(&mut self, id: CommentId, now_ms: i64) -> Result<(), StoreError> {
        self.run(
            "UPDATE comment SET body = '', body_html = '', text_hash = NULL, erased_ms = ?2 WHERE id = ?1",
            values![id, now_ms],
        )
    }

    /// The replaced texts of a comment, oldest first: version, body, HTML, time.
    pub fn revisions_of(&mut self, id: CommentId) -> Result<Vec<(i64, String, String, i64)>, StoreError> {
        self.all(
            "SELECT version, body, body_html, written_ms FROM revision WHERE comment_id = ?1 ORDER BY version",
            values![id],
            |c| Ok((c.take()?, c.take()?, c.take()?, c.take()?)),
        )
    }
}

/// The newest of several lists.
fn newest(mut found: Vec<Comment>, count: i64) -> Vec<Comment> {
    found.sort_unstable_by_key(|comment| std::cmp::Reverse((comment.created_ms, comment.id)));
    found.truncate(usize::try_from(count).unwrap_or_default());
    found
}
