//! Appeals, each of one entry.

use super::decision::{Entry, decision_columns, entry, entry_columns, entry_from};
use super::driver::{Columns, values};
use super::sanction::sanction_columns;
use super::{StoreError, Tx, dialect};
use crate::domain::appeal::{Appeal, AppealState, Extent, Party, Undo};
use crate::domain::ids::{AppealId, CommentId, DecisionId, EntryId, SiteId};
use crate::domain::report::AppealFigures;

/// An appeal with what it is against.
#[derive(Clone, Debug)]
pub struct Appealed {
    /// The appeal.
    pub appeal: Appeal,
    /// The entry, and with it the decision.
    pub entry: Entry,
}

/// What [`appeal`] reads.
macro_rules! appeal_columns {
    () => {
        "a.id, a.entry_id, a.site_id, a.comment_id, a.state, a.text, a.answer, a.ruled_by, a.undo_id, a.undo_part, a.created_ms, a.due_ms,
         a.decided_ms"
    };
}

fn appeal(c: &mut Columns<'_>) -> Result<Appeal, StoreError> {
    Ok(Appeal {
        id: c.take()?,
        entry_id: c.take()?,
        site_id: c.take()?,
        comment_id: c.maybe()?,
        state: c.word(AppealState::parse)?,
        text: c.take()?,
        answer: c.maybe()?,
        ruled_by: c.maybe()?,
        undo: {
            let (decision, is_part): (Option<DecisionId>, bool) = (c.maybe()?, c.take()?);
            let extent = if is_part { Extent::Part } else { Extent::Whole };
            decision.map(|decision| Undo { decision, extent })
        },
        created_ms: c.take()?,
        due_ms: c.take()?,
        decided_ms: c.maybe()?,
    })
}

fn appealed(c: &mut Columns<'_>) -> Result<Appealed, StoreError> {
    Ok(Appealed { appeal: appeal(c)?, entry: entry(c)? })
}

macro_rules! appealed_select {
    ($tail:literal) => {
        concat!(
            "SELECT ",
            appeal_columns!(),
            ", ",
            entry_columns!(),
            " FROM appeal a CROSS JOIN ",
            entry_from!(),
            "WHERE e.id = a.entry_id AND d.id = e.decision_id AND ",
            $tail
        )
    };
}

impl Tx<'_> {
    /// Writes an open appeal.
    pub fn appeal_insert(&mut self, a: &Appeal) -> Result<(), StoreError> {
        self.run(
            "INSERT INTO appeal (id, entry_id, site_id, comment_id, state, text, created_ms, due_ms)
             VALUES (?1, ?2, ?3, ?4, 'open', ?5, ?6, ?7)",
            values![a.id, a.entry_id, a.site_id, a.comment_id, &a.text, a.created_ms, a.due_ms],
        )?;
        Ok(())
    }

    /// One appeal.
    pub fn appeal_by_id(&mut self, id: AppealId) -> Result<Option<Appealed>, StoreError> {
        self.first(appealed_select!("a.id = ?1"), values![id], appealed)
    }

    /// The appeals against these entries.
    pub fn appeals_of(&mut self, entries: &[EntryId]) -> Result<Vec<Appeal>, StoreError> {
        let entries = dialect::id_list(entries.iter().map(|id| id.0));
        self.all(
            concat!("SELECT ", appeal_columns!(), " FROM appeal a WHERE a.entry_id IN EACH_ID(?1) ORDER BY a.entry_id"),
            values![&entries],
            appeal,
        )
    }

    /// A site's open appeals after (time, id), oldest first.
    pub fn appeals_open(&mut self, site: SiteId, after: (i64, i64), count: i64) -> Result<Vec<Appealed>, StoreError> {
        self.all(
            appealed_select!(
                "a.site_id = ?1 AND a.state = 'open' AND (a.created_ms, a.id) > (?2, ?3)
                 ORDER BY a.created_ms, a.id LIMIT ?4"
            ),
            values![site, after.0, after.1, count],
            appealed,
        )
    }

    /// A site's decided appeals before (time of the ruling, id), newest first.
    pub fn appeals_decided(
        &mut self,
        site: SiteId,
        before: (i64, i64),
        count: i64,
    ) -> Result<Vec<Appealed>, StoreError> {
        self.all(
            appealed_select!(
                "a.site_id = ?1 AND a.decided_ms IS NOT NULL AND (a.decided_ms, a.id) < (?2, ?3)
                 ORDER BY a.decided_ms DESC, a.id DESC LIMIT ?4"
            ),
            values![site, before.0, before.1, count],
            appealed,
        )
    }

    /// A site's appeals made after (time, id) and before a time, oldest first, as far as they count.
    pub fn appeal_walk(
        &mut self,
        site: SiteId,
        (at_ms, id): (i64, i64),
        before_ms: i64,
        count: i64,
    ) -> Result<Vec<(AppealId, AppealFigures)>, StoreError> {
        self.all(
            "SELECT a.id, e.party, a.state, a.created_ms, a.decided_ms
             FROM appeal a CROSS JOIN decision_entry e
             WHERE a.site_id = ?1 AND (a.created_ms, a.id) > (?2, ?3) AND a.created_ms < ?4 AND e.id = a.entry_id
             ORDER BY a.created_ms, a.id LIMIT ?5",
            values![site, at_ms, id, before_ms, count],
            |c| {
                let id = c.take()?;
                let (party, state) = (c.word(Party::parse)?, c.word(AppealState::parse)?);
                Ok((id, AppealFigures { party, state, created_ms: c.take()?, decided_ms: c.maybe()? }))
            },
        )
    }

    /// Writes what was ruled on an appeal.
    pub fn appeal_rule(&mut self, a: &Appeal) -> Result<(), StoreError> {
        let undo = a.undo.map(|undo| undo.decision);
        let is_part = a.undo.is_some_and(|undo| undo.extent == Extent::Part);
        self.run(
            "UPDATE appeal SET state = ?2, answer = ?3, ruled_by = ?4, undo_id = ?5, undo_part = ?6, decided_ms = ?7
             WHERE id = ?1",
            values![a.id, a.state.as_str(), a.answer.as_deref(), a.ruled_by, undo, is_part, a.decided_ms],
        )?;
        Ok(())
    }

    /// Takes away what was said in appeals about a comment.
    pub fn appeals_erase_texts(&mut self, comment: CommentId) -> Result<(), StoreError> {
        self.run("UPDATE appeal SET text = '', answer = NULL WHERE comment_id = ?1", values![comment])
    }

    /// How much of another decision this one took back on appeal; none when it was not made so.
    pub fn appeal_extent(&mut self, undo: DecisionId) -> Result<Option<Extent>, StoreError> {
        self.first("SELECT undo_part FROM appeal WHERE undo_id = ?1 LIMIT 1", values![undo], |c| {
            Ok(if c.take()? { Extent::Part } else { Extent::Whole })
        })
    }
}
