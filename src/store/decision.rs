//! Decisions, what they did to each target, and what the people concerned see of them.

use super::driver::{Columns, values};
use super::user::{maybe_user, user_columns};
use super::{StoreError, Tx};
use crate::domain::comment::State;
use crate::domain::decision::{Act, Conflict, Decision, Disposition, Fate, Reach, Target};
use crate::domain::flag::Reason;
use crate::domain::ids::{CommentId, DecisionId, EntryId, UserId};
use crate::domain::user::User;

fn decision(c: &mut Columns<'_>) -> Result<Decision, StoreError> {
    Ok(Decision {
        id: c.take()?,
        site_id: c.take()?,
        at_ms: c.take()?,
        actor_id: c.maybe()?,
        act: c.word(Act::parse)?,
        reach: c.word(Reach::parse)?,
        reason: c.maybe_word(Reason::parse)?,
        note: c.maybe()?,
        public_text: c.maybe()?,
        undoes: c.maybe()?,
        undone_by: c.maybe()?,
    })
}

/// One line of `/me/decisions`.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its id.
    pub id: EntryId,
    /// The comment.
    pub comment_id: CommentId,
    /// The decision.
    pub decision: Decision,
}

/// What was decided on a comment before.
#[derive(Clone, Debug)]
pub struct Past {
    /// The decision.
    pub id: DecisionId,
    /// What.
    pub act: Act,
    /// When, in milliseconds since 1970.
    pub at_ms: i64,
    /// Who; none: the command line.
    pub actor: Option<User>,
}

macro_rules! decision_columns {
    () => {
        "d.id, d.site_id, d.at_ms, d.actor_id, d.action, d.scope, d.reason_code, d.note, d.public_text, d.undoes, d.undone_by"
    };
}

fn to_json(disposition: &Disposition) -> String {
    serde_json::to_string(disposition).expect("invariant: a disposition is plain data")
}

fn from_json(text: &str) -> Result<Box<Disposition>, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::Corrupt(format!("decision_target: {error}")))
}

impl Tx<'_> {
    /// The last decision that settled a comment, of those before `before`.
    pub fn decision_before(&mut self, comment: CommentId, before: DecisionId) -> Result<Option<Past>, StoreError> {
        self.first(
            concat!(
                "SELECT ",
                user_columns!(),
                ", d.id, d.action, d.at_ms FROM decision_target t CROSS JOIN decision d
                 LEFT JOIN user_account u ON u.id = d.actor_id
                 WHERE t.comment_id = ?1 AND t.conflict IS NULL AND t.decision_id < ?2 AND d.id = t.decision_id
                 ORDER BY t.decision_id DESC LIMIT 1"
            ),
            values![comment, before],
            |c| {
                let actor = maybe_user(c)?;
                Ok(Past { id: c.take()?, act: c.word(Act::parse)?, at_ms: c.take()?, actor })
            },
        )
    }

    /// Writes a decision.
    pub fn decision_insert(&mut self, d: &Decision) -> Result<(), StoreError> {
        self.run(
            "INSERT INTO decision (id, site_id, at_ms, actor_id, action, scope, reason_code, note, public_text, undoes)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            values![
                d.id,
                d.site_id,
                d.at_ms,
                d.actor_id,
                d.act.as_str(),
                d.reach.as_str(),
                d.reason.map(Reason::as_str),
                d.note.as_deref(),
                d.public_text.as_deref(),
                d.undoes,
            ],
        )?;
        Ok(())
    }

    /// One decision.
    pub fn decision_by_id(&mut self, id: DecisionId) -> Result<Option<Decision>, StoreError> {
        self.first(concat!("SELECT ", decision_columns!(), " FROM decision d WHERE d.id = ?1"), values![id], decision)
    }

    /// Notes which decision took one back; none: it stands again.
    pub fn decision_set_undone(&mut self, id: DecisionId, by: Option<DecisionId>) -> Result<(), StoreError> {
        self.run("UPDATE decision SET undone_by = ?2 WHERE id = ?1", values![id, by])?;
        Ok(())
    }

    /// Writes what became of one target.
    pub fn target_insert(&mut self, id: DecisionId, position: usize, target: &Target) -> Result<(), StoreError> {
        let (conflict, before, after) = match &target.fate {
            Fate::Applied { before, after } => (None, Some(to_json(before)), Some(to_json(after))),
            Fate::Refused(conflict, state) => (Some(conflict.as_str()), state.map(|s| s.as_str().to_owned()), None),
        };
        self.run(
            "INSERT INTO decision_target (decision_id, position, comment_id, conflict, version, before, after)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            values![
                id,
                position as i64,
                target.comment_id,
                conflict,
                target.version,
                before.as_deref(),
                after.as_deref()
            ],
        )?;
        Ok(())
    }

    /// What became of each target of a decision, in order.
    pub fn targets_of(&mut self, id: DecisionId) -> Result<Vec<Target>, StoreError> {
        self.all(
            "SELECT comment_id, version, conflict, before, after FROM decision_target WHERE decision_id = ?1
             ORDER BY position",
            values![id],
            |c| {
                let (comment_id, version) = (c.take()?, c.maybe()?);
                let conflict = c.maybe_word(Conflict::parse)?;
                let (before, after): (Option<String>, Option<String>) = (c.maybe()?, c.maybe()?);
                let fate = match (conflict, before, after) {
                    (Some(conflict), state, _) => Fate::Refused(conflict, state.as_deref().and_then(State::parse)),
                    (None, Some(before), Some(after)) => {
                        Fate::Applied { before: from_json(&before)?, after: from_json(&after)? }
                    }
                    _ => return Err(StoreError::Corrupt(format!("decision_target of {id} is incomplete"))),
                };
                Ok(Target { comment_id, version, fate })
            },
        )
    }

    /// Writes what one person will see of a decision on one comment.
    pub fn entry_insert(
        &mut self,
        id: EntryId,
        decision: DecisionId,
        comment: CommentId,
        user: UserId,
        created_ms: i64,
    ) -> Result<(), StoreError> {
        self.run(
            "INSERT INTO decision_entry (id, decision_id, comment_id, user_id, created_ms) VALUES (?1, ?2, ?3, ?4, ?5)",
            values![id, decision, comment, user, created_ms],
        )?;
        Ok(())
    }

    /// What a person sees of decisions, newest first, after (time, id).
    pub fn entries_of(
        &mut self,
        user: UserId,
        after: Option<(i64, i64)>,
        count: i64,
    ) -> Result<Vec<Entry>, StoreError> {
        let (at, id) = after.unwrap_or((i64::MAX, i64::MAX));
        self.all(
            concat!(
                "SELECT e.id, e.comment_id, ",
                decision_columns!(),
                " FROM decision_entry e JOIN decision d ON d.id = e.decision_id
                  WHERE e.user_id = ?1 AND (e.created_ms, e.id) < (?2, ?3)
                  ORDER BY e.created_ms DESC, e.id DESC LIMIT ?4"
            ),
            values![user, at, id, count],
            |c| Ok(Entry { id: c.take()?, comment_id: c.take()?, decision: decision(c)? }),
        )
    }
}
