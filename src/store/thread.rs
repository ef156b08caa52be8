//! Threads with their counters.

use super::driver::{Columns, values};
use super::{StoreError, Tx, dialect};
use crate::domain::ids::{CommentId, SiteId, ThreadId};
use crate::domain::thread::{Thread, ThreadState};

/// A thread about to be born.
#[derive(Clone, Debug)]
pub struct NewThread {
    /// Its id.
    pub id: ThreadId,
    /// Its site.
    pub site_id: SiteId,
    /// Its key.
    pub key: String,
    /// The article's title.
    pub title: Option<String>,
    /// The article's address.
    pub url: Option<String>,
    /// When, in milliseconds since 1970.
    pub created_ms: i64,
}

macro_rules! thread_select {
    ($tail:literal) => {
        concat!(
            "SELECT id, site_id, key, title, url, state, premoderation, slow_mode_s, root_count, visible_roots,
               published_count, version, created_ms FROM thread ",
            $tail
        )
    };
}

fn thread(c: &mut Columns<'_>) -> Result<Thread, StoreError> {
    Ok(Thread {
        id: c.take()?,
        site_id: c.take()?,
        key: c.take()?,
        title: c.maybe()?,
        url: c.maybe()?,
        state: c.word(ThreadState::parse)?,
        premoderation: c.take()?,
        slow_mode_s: c.take()?,
        root_count: c.take()?,
        visible_roots: c.take()?,
        published_count: c.take()?,
        version: c.take()?,
        created_ms: c.take()?,
    })
}

/// By how much the counts of a thread move.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ThreadDelta {
    /// Ordinals given to roots.
    pub root_count: i64,
    /// Roots that readers see.
    pub visible_roots: i64,
    /// Published comments.
    pub published: i64,
    /// Held comments.
    pub held: i64,
    /// Hidden comments.
    pub hidden: i64,
    /// Its version, because an anonymous page changes.
    pub version: i64,
}

impl Tx<'_> {
    /// The thread of that key on a site.
    pub fn thread_by_key(&mut self, site: SiteId, key: &str) -> Result<Option<Thread>, StoreError> {
        self.first(thread_select!("WHERE site_id = ?1 AND key = ?2"), values![site, key], thread)
    }

    /// The thread of that id.
    pub fn thread_by_id(&mut self, id: ThreadId) -> Result<Option<Thread>, StoreError> {
        self.first(thread_select!("WHERE id = ?1"), values![id], thread)
    }

    /// Threads by id.
    pub fn threads_by_id(&mut self, ids: &[ThreadId]) -> Result<Vec<Thread>, StoreError> {
        let ids = dialect::id_list(ids.iter().map(|id| id.0));
        self.all(thread_select!("WHERE id IN EACH_ID(?1) ORDER BY id"), values![&ids], thread)
    }

    /// Every thread of a site after a key, 100 at most, for exports.
    pub fn threads_of(&mut self, site: SiteId, after: &str) -> Result<Vec<Thread>, StoreError> {
        self.all(thread_select!("WHERE site_id = ?1 AND key > ?2 ORDER BY key LIMIT 100"), values![site, after], thread)
    }

    /// Makes a thread.
    pub fn thread_insert(&mut self, new: &NewThread) -> Result<(), StoreError> {
        self.run(
            "INSERT INTO thread (id, site_id, key, title, url, created_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            values![new.id, new.site_id, &new.key, new.title.as_deref(), new.url.as_deref(), new.created_ms],
        )?;
        Ok(())
    }

    /// Writes what a moderator may set.
    pub fn thread_update(&mut self, t: &Thread) -> Result<(), StoreError> {
        self.run(
            "UPDATE thread SET title = ?2, url = ?3, state = ?4, premoderation = ?5, slow_mode_s = ?6 WHERE id = ?1",
            values![t.id, t.title.as_deref(), t.url.as_deref(), t.state.as_str(), t.premoderation, t.slow_mode_s],
        )?;
        Ok(())
    }

    /// Moves the version, because an anonymous page changes; the new one.
    pub fn thread_bump(&mut self, id: ThreadId) -> Result<i64, StoreError> {
        let version =
            self.first("UPDATE thread SET version = version + 1 WHERE id = ?1 RETURNING version", values![id], |c| {
                c.take()
            })?;
        version.ok_or_else(|| StoreError::Corrupt(format!("thread {id} is gone")))
    }

    /// Moves several counts at once: the ordinals given to roots, and the version, afterwards.
    pub fn thread_add(&mut self, id: ThreadId, by: &ThreadDelta) -> Result<(i64, i64), StoreError> {
        let counts = self.first(
            "UPDATE thread SET root_count = root_count + ?2, visible_roots = visible_roots + ?3,
               published_count = published_count + ?4, held_count = held_count + ?5, hidden_count = hidden_count + ?6,
               version = version + ?7 WHERE id = ?1 RETURNING root_count, version",
            values![id, by.root_count, by.visible_roots, by.published, by.held, by.hidden, by.version],
            |c| Ok((c.take()?, c.take()?)),
        )?;
        counts.ok_or_else(|| StoreError::Corrupt(format!("thread {id} is gone")))
    }

    /// Moves the count of flagged comments.
    pub fn thread_add_flagged(&mut self, id: ThreadId, by: i64) -> Result<(), StoreError> {
        self.run("UPDATE thread SET flagged_count = flagged_count + ?2 WHERE id = ?1", values![id, by])?;
        Ok(())
    }

    /// Comments held, hidden and flagged.
    pub fn thread_waiting(&mut self, id: ThreadId) -> Result<Option<(i64, i64, i64)>, StoreError> {
        self.first("SELECT held_count, hidden_count, flagged_count FROM thread WHERE id = ?1", values![id], |c| {
            Ok((c.take()?, c.take()?, c.take()?))
        })
    }

    /// Published comments of each of these threads; those that do not exist are left out.
    pub fn thread_counts(&mut self, site: SiteId, keys_json: &str) -> Result<Vec<(String, i64)>, StoreError> {
        self.all(
            "SELECT key, published_count FROM thread WHERE site_id = ?1 AND key IN EACH_TEXT(?2) ORDER BY key",
            values![site, keys_json],
            |c| Ok((c.take()?, c.take()?)),
        )
    }

    /// The pinned comments that readers see, in order of posting, 50 at most.
    pub fn thread_pinned(&mut self, id: ThreadId) -> Result<Vec<CommentId>, StoreError> {
        self.all(
            "SELECT id FROM comment WHERE thread_id = ?1 AND pinned = 1 AND state = 'published' ORDER BY ordinal, id LIMIT 50",
            values![id],
            |c| c.take(),
        )
    }
}
