//! The facts behind statements of reasons.

use super::decision::from_json;
use super::driver::{Columns, values};
use super::{StoreError, Tx, dialect};
use crate::domain::appeal::AppealState;
use crate::domain::comment::State;
use crate::domain::decision::Disposition;
use crate::domain::flag::Reason;
use crate::domain::ids::{CommentId, EntryId, SiteId, ThreadId};
use crate::domain::statement::{Facts, Means, Origin, Restriction, Stands};

/// What [`facts`] reads.
macro_rules! statement_columns {
    () => {
        "s.entry_id, s.site_id, s.at_ms, s.restriction, s.until_ms, s.reason_code, s.origin, s.detected_by, s.decided_by,
         s.content_ms"
    };
}

fn facts(c: &mut Columns<'_>) -> Result<Facts, StoreError> {
    Ok(Facts {
        entry_id: c.take()?,
        site_id: c.take()?,
        at_ms: c.take()?,
        restriction: c.word(Restriction::parse)?,
        until_ms: c.maybe()?,
        reason: c.maybe_word(Reason::parse)?,
        origin: c.word(Origin::parse)?,
        detected_by: c.word(Means::parse)?,
        decided_by: c.word(Means::parse)?,
        content_ms: c.take()?,
    })
}

impl Tx<'_> {
    /// Keeps the facts of a statement.
    pub fn statement_insert(&mut self, f: &Facts) -> Result<(), StoreError> {
        self.run(
            "INSERT INTO statement (entry_id, site_id, at_ms, restriction, until_ms, reason_code, origin, detected_by,
               decided_by, content_ms)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            values![
                f.entry_id,
                f.site_id,
                f.at_ms,
                f.restriction.as_str(),
                f.until_ms,
                f.reason.map(Reason::as_str),
                f.origin.as_str(),
                f.detected_by.as_str(),
                f.decided_by.as_str(),
                f.content_ms,
            ],
        )?;
        Ok(())
    }

    /// Those of the statements among these entries, each with how what it is about stands.
    pub fn statements_of(&mut self, entries: &[EntryId]) -> Result<Vec<(Facts, Stands)>, StoreError> {
        let entries = dialect::id_list(entries.iter().map(|id| id.0));
        self.all(
            concat!(
                "SELECT ",
                statement_columns!(),
                ", x.lifted_ms, t.after, c.state, c.state_ref, c.locked, c.lock_ref FROM statement s
                 CROSS JOIN decision_entry e LEFT JOIN comment c ON c.id = e.comment_id
                 LEFT JOIN sanction x ON x.id = e.sanction_id
                 LEFT JOIN decision_target t ON t.comment_id = e.comment_id AND t.decision_id = e.decision_id
                   AND t.conflict IS NULL
                 WHERE s.entry_id IN EACH_ID(?1) AND e.id = s.entry_id ORDER BY s.entry_id"
            ),
            values![&entries],
            |c| {
                let facts = facts(c)?;
                let lifted_ms: Option<i64> = c.maybe()?;
                let after = c.maybe::<String>()?.map(|after| from_json(&after)).transpose()?;
                let (state, state_ref) = (c.maybe_word(State::parse)?, c.maybe()?);
                let (locked, lock_ref) = (c.maybe()?, c.maybe()?);
                let stands = match (after, state, locked) {
                    (Some(after), Some(state), Some(locked)) => {
                        let now = Disposition { state, state_ref, locked, lock_ref, ..Disposition::new(None) };
                        Stands::Comment { now, after: *after }
                    }
                    _ => Stands::Account { is_lifted: lifted_ms.is_some() },
                };
                Ok((facts, stands))
            },
        )
    }

    /// Whether an entry tells its owner of a restriction.
    pub fn statement_is_there(&mut self, entry: EntryId) -> Result<bool, StoreError> {
        self.exists("SELECT 1 FROM statement WHERE entry_id = ?1", values![entry])
    }

    /// A site's statements after (time, entry) and before a time, oldest first, each with how an
    /// appeal against it stands.
    pub fn statement_walk(
        &mut self,
        site: SiteId,
        (at_ms, entry): (i64, i64),
        before_ms: i64,
        count: i64,
    ) -> Result<Vec<(Facts, Option<AppealState>)>, StoreError> {
        self.all(
            concat!(
                "SELECT ",
                statement_columns!(),
                ", a.state FROM statement s LEFT JOIN appeal a ON a.entry_id = s.entry_id
                 WHERE s.site_id = ?1 AND (s.at_ms, s.entry_id) > (?2, ?3) AND s.at_ms < ?4
                 ORDER BY s.at_ms, s.entry_id LIMIT ?5"
            ),
            values![site, at_ms, entry, before_ms, count],
            |c| Ok((facts(c)?, c.maybe_word(AppealState::parse)?)),
        )
    }

    /// Counts a comment of a thread that was hidden, or came back.
    pub fn thread_hidden_add(
        &mut self,
        thread: ThreadId,
        removed_by: &str,
        reason: &str,
        by: i64,
    ) -> Result<(), StoreError> {
        self.run(
            "INSERT INTO thread_hidden (thread_id, removed_by, reason, hidden) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (thread_id, removed_by, reason)
             DO UPDATE SET hidden = thread_hidden.hidden + excluded.hidden",
            values![thread, removed_by, reason, by],
        )?;
        Ok(())
    }

    /// A thread's hidden comments: by whom, why, how many.
    pub fn thread_hidden(&mut self, thread: ThreadId) -> Result<Vec<(String, String, i64)>, StoreError> {
        self.all(
            "SELECT removed_by, reason, hidden FROM thread_hidden WHERE thread_id = ?1 AND hidden > 0
             ORDER BY removed_by, reason",
            values![thread],
            |c| Ok((c.take()?, c.take()?, c.take()?)),
        )
    }

    /// Counts a restriction that was overturned on appeal, in the thread of its comment.
    pub fn thread_add_overturned(&mut self, comment: CommentId) -> Result<(), StoreError> {
        self.run(
            "UPDATE thread SET overturned_count = overturned_count + 1
             WHERE id = (SELECT thread_id FROM comment WHERE id = ?1)",
            values![comment],
        )?;
        Ok(())
    }

    /// How many restrictions in a thread were overturned on appeal.
    pub fn thread_overturned(&mut self, thread: ThreadId) -> Result<i64, StoreError> {
        let count = self.first("SELECT overturned_count FROM thread WHERE id = ?1", values![thread], |c| c.take())?;
        Ok(count.unwrap_or(0))
    }
}
