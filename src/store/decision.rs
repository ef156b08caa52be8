//! Decisions, what they did to each target, and what the people concerned see of them.

use super::driver::{Columns, values};
use super::sanction::{maybe_sanction, sanction_columns};
use super::user::{maybe_user, user_columns};
use super::{StoreError, Tx, dialect};
use crate::domain::appeal::Party;
use crate::domain::comment::State;
use crate::domain::decision::{Act, Conflict, Course, Decision, Disposition, Fate, Phase, Reach, Target};
use crate::domain::flag::Reason;
use crate::domain::ids::{CommentId, DecisionId, EntryId, SiteId, UserId};
use crate::domain::sanction::Sanction;
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
        course: Course {
            phase: c.word(Phase::parse)?,
            selected: c.maybe()?,
            total: c.take()?,
            applied: c.take()?,
            conflicts: c.take()?,
            looked_at: c.take()?,
            proposed_ms: c.maybe()?,
            confirmed_by: c.maybe()?,
        },
    })
}

/// One line of `/me/decisions`.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its id.
    pub id: EntryId,
    /// The comment; none when it is about a sanction.
    pub comment_id: Option<CommentId>,
    /// Whose it is.
    pub user_id: UserId,
    /// What they are to the decision.
    pub party: Party,
    /// The decision.
    pub decision: Decision,
    /// The sanction.
    pub sanction: Option<Sanction>,
}

/// A decision that concerned a person, as moderators see it.
#[derive(Clone, Debug)]
pub struct Concern {
    /// The entry.
    pub entry: Entry,
    /// Who decided; none: the command line.
    pub actor: Option<User>,
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
        "d.id, d.site_id, d.at_ms, d.actor_id, d.action, d.scope, d.reason_code, d.note, d.public_text, d.undoes,
          d.undone_by, d.state, d.selected, d.total, d.applied_count, d.conflict_count, d.looked_at, d.proposed_ms,
          d.confirmed_by"
    };
}

/// What [`entry`] reads, of the aliases `e`, `d`, `x` and `p`.
macro_rules! entry_columns {
    () => {
        concat!("e.id, e.comment_id, e.user_id, e.party, ", decision_columns!(), ", ", sanction_columns!())
    };
}

/// Where an entry and what it tells of are, aliases `e`, `d`, `x` and `p`.
macro_rules! entry_from {
    () => {
        "decision_entry e CROSS JOIN decision d LEFT JOIN sanction x ON x.id = e.sanction_id
          LEFT JOIN site p ON p.id = x.site_id "
    };
}

pub(super) use {decision_columns, entry_columns, entry_from};

/// Reads [`entry_columns`].
pub(super) fn entry(c: &mut Columns<'_>) -> Result<Entry, StoreError> {
    let (id, comment_id, user_id) = (c.take()?, c.maybe()?, c.take()?);
    let (party, decision) = (c.word(Party::parse)?, decision(c)?);
    Ok(Entry { id, comment_id, user_id, party, decision, sanction: maybe_sanction(c)? })
}

fn to_json(disposition: &Disposition) -> String {
    serde_json::to_string(disposition).expect("invariant: a disposition is plain data")
}

pub(super) fn from_json(text: &str) -> Result<Box<Disposition>, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::Corrupt(format!("decision_target: {error}")))
}

/// What [`target`] reads.
macro_rules! target_select {
    ($tail:literal) => {
        concat!(
            "SELECT position, comment_id, version, past, waited_ms, conflict, before, after FROM decision_target ",
            $tail
        )
    };
}

/// A target with its position.
fn target(c: &mut Columns<'_>) -> Result<(i64, Target), StoreError> {
    let (position, comment_id, version, past) = (c.take()?, c.take()?, c.maybe()?, c.maybe()?);
    let waited_ms = c.maybe()?;
    let conflict = c.maybe_word(Conflict::parse)?;
    let (before, after): (Option<String>, Option<String>) = (c.maybe()?, c.maybe()?);
    let fate = match (conflict, before, after) {
        (Some(conflict), state, _) => Fate::Refused(conflict, state.as_deref().and_then(State::parse)),
        (None, Some(before), Some(after)) => Fate::Applied { before: from_json(&before)?, after: from_json(&after)? },
        _ => return Err(StoreError::Corrupt(format!("decision_target of comment {comment_id} is incomplete"))),
    };
    Ok((position, Target { comment_id, version, past, waited_ms, fate }))
}

impl Tx<'_> {
    /// The last decision that settled a comment.
    pub fn decision_last(&mut self, comment: CommentId) -> Result<Option<DecisionId>, StoreError> {
        self.first(
            "SELECT decision_id FROM decision_target WHERE comment_id = ?1 AND conflict IS NULL
             ORDER BY decision_id DESC LIMIT 1",
            values![comment],
            |c| c.take(),
        )
    }

    /// Decisions as those who come after are told of them.
    pub fn decisions_past(&mut self, ids: &[DecisionId]) -> Result<Vec<Past>, StoreError> {
        let ids = dialect::id_list(ids.iter().map(|id| id.0));
        self.all(
            concat!(
                "SELECT ",
                user_columns!(),
                ", d.id, d.action, d.at_ms FROM decision d LEFT JOIN user_account u ON u.id = d.actor_id
                 WHERE d.id IN EACH_ID(?1) ORDER BY d.id"
            ),
            values![&ids],
            |c| {
                let actor = maybe_user(c)?;
                Ok(Past { id: c.take()?, act: c.word(Act::parse)?, at_ms: c.take()?, actor })
            },
        )
    }

    /// Writes a decision.
    pub fn decision_insert(&mut self, d: &Decision) -> Result<(), StoreError> {
        self.run(
            "INSERT INTO decision (id, site_id, at_ms, actor_id, action, scope, reason_code, note, public_text, undoes,
               state, selected, total, looked_at, proposed_ms)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
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
                d.course.phase.as_str(),
                d.course.selected.as_deref(),
                d.course.total,
                d.course.looked_at,
                d.course.proposed_ms,
            ],
        )?;
        Ok(())
    }

    /// Writes how far a decision has got, who agreed, and since when it is in effect.
    pub fn decision_set_course(&mut self, d: &Decision) -> Result<(), StoreError> {
        let course = &d.course;
        self.run(
            "UPDATE decision SET state = ?2, applied_count = ?3, conflict_count = ?4, looked_at = ?5, confirmed_by = ?6,
               at_ms = ?7 WHERE id = ?1",
            values![
                d.id,
                course.phase.as_str(),
                course.applied,
                course.conflicts,
                course.looked_at,
                course.confirmed_by,
                d.at_ms
            ],
        )
    }

    /// The first decision after that one which runs.
    pub fn decision_running(&mut self, after: DecisionId) -> Result<Option<Decision>, StoreError> {
        self.first(
            concat!(
                "SELECT ",
                decision_columns!(),
                " FROM decision d WHERE d.state = 'running' AND d.id > ?1 ORDER BY d.id LIMIT 1"
            ),
            values![after],
            decision,
        )
    }

    /// A site's decisions that have got as far as that, newest first, after (time, id); `count` at most.
    pub fn decisions_of_site(
        &mut self,
        site: SiteId,
        phase: Phase,
        after: Option<(i64, i64)>,
        count: i64,
    ) -> Result<Vec<Decision>, StoreError> {
        let (at, id) = after.unwrap_or((i64::MAX, i64::MAX));
        self.all(
            concat!(
                "SELECT ",
                decision_columns!(),
                " FROM decision d WHERE d.site_id = ?1 AND d.state = ?2 AND (d.at_ms, d.id) < (?3, ?4)
                  ORDER BY d.at_ms DESC, d.id DESC LIMIT ?5"
            ),
            values![site, phase.as_str(), at, id, count],
            decision,
        )
    }

    /// How many of a site wait for a second moderator, counted to `most`.
    pub fn decisions_proposed(&mut self, site: SiteId, most: i64) -> Result<usize, StoreError> {
        let found = self.all(
            "SELECT id FROM decision WHERE site_id = ?1 AND state = 'proposed' LIMIT ?2",
            values![site, most],
            |c| c.take::<DecisionId>(),
        )?;
        Ok(found.len())
    }

    /// One decision.
    pub fn decision_by_id(&mut self, id: DecisionId) -> Result<Option<Decision>, StoreError> {
        self.first(concat!("SELECT ", decision_columns!(), " FROM decision d WHERE d.id = ?1"), values![id], decision)
    }

    /// The decisions that undid one, whether they stand or not: as many as moderators made in turn.
    pub fn decisions_undoing(&mut self, id: DecisionId) -> Result<Vec<DecisionId>, StoreError> {
        self.all("SELECT id FROM decision WHERE undoes = ?1 ORDER BY id LIMIT 1000", values![id], |c| c.take())
    }

    /// Notes which decision took one back; none: it stands again.
    pub fn decision_set_undone(&mut self, id: DecisionId, by: Option<DecisionId>) -> Result<(), StoreError> {
        self.run("UPDATE decision SET undone_by = ?2 WHERE id = ?1", values![id, by])?;
        Ok(())
    }

    /// Writes what became of one target.
    pub fn target_insert(&mut self, id: DecisionId, position: i64, target: &Target) -> Result<(), StoreError> {
        let (conflict, before, after) = match &target.fate {
            Fate::Applied { before, after } => (None, Some(to_json(before)), Some(to_json(after))),
            Fate::Refused(conflict, state) => (Some(conflict.as_str()), state.map(|s| s.as_str().to_owned()), None),
        };
        self.run(
            "INSERT INTO decision_target (decision_id, position, comment_id, conflict, version, before, after, past,
               waited_ms)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            values![
                id,
                position,
                target.comment_id,
                conflict,
                target.version,
                before.as_deref(),
                after.as_deref(),
                target.past,
                target.waited_ms
            ],
        )?;
        Ok(())
    }

    /// Takes away what was written with the decisions that were aimed at a comment, but for one of them.
    pub fn decisions_erase_texts(&mut self, comment: CommentId, but: DecisionId) -> Result<(), StoreError> {
        self.run(
            "UPDATE decision SET note = NULL, public_text = NULL WHERE id IN
               (SELECT decision_id FROM decision_target WHERE comment_id = ?1 AND decision_id <> ?2)",
            values![comment, but],
        )
    }

    /// The targets a decision left alone, in order, `count` at most.
    pub fn targets_refused(&mut self, id: DecisionId, count: i64) -> Result<Vec<Target>, StoreError> {
        self.all(
            target_select!("WHERE decision_id = ?1 AND conflict IS NOT NULL ORDER BY position LIMIT ?2"),
            values![id, count],
            |c| Ok(target(c)?.1),
        )
    }

    /// What became of the targets after a position, each with its own, in order; `count` at most.
    pub fn targets_after(
        &mut self,
        id: DecisionId,
        position: i64,
        count: i64,
    ) -> Result<Vec<(i64, Target)>, StoreError> {
        self.all(
            target_select!("WHERE decision_id = ?1 AND position > ?2 ORDER BY position LIMIT ?3"),
            values![id, position, count],
            target,
        )
    }

    /// The targets a decision settled after a position, each with its own, in order; `count` at most.
    pub fn targets_applied_after(
        &mut self,
        id: DecisionId,
        position: i64,
        count: i64,
    ) -> Result<Vec<(i64, Target)>, StoreError> {
        self.all(
            target_select!("WHERE decision_id = ?1 AND conflict IS NULL AND position > ?2 ORDER BY position LIMIT ?3"),
            values![id, position, count],
            target,
        )
    }

    /// The targets a decision settled before a position, each with its own, last ones first; `count`
    /// at most.
    pub fn targets_applied_before(
        &mut self,
        id: DecisionId,
        position: i64,
        count: i64,
    ) -> Result<Vec<(i64, Target)>, StoreError> {
        self.all(
            target_select!(
                "WHERE decision_id = ?1 AND conflict IS NULL AND position < ?2 ORDER BY position DESC LIMIT ?3"
            ),
            values![id, position, count],
            target,
        )
    }

    /// Writes what one person will see of a decision on one comment.
    pub fn entry_insert(
        &mut self,
        id: EntryId,
        decision: DecisionId,
        comment: CommentId,
        (user, party): (UserId, Party),
        created_ms: i64,
    ) -> Result<(), StoreError> {
        self.run(
            "INSERT INTO decision_entry (id, decision_id, site_id, comment_id, user_id, party, created_ms)
               SELECT ?1, id, site_id, ?3, ?4, ?5, ?6 FROM decision WHERE id = ?2",
            values![id, decision, comment, user, party.as_str(), created_ms],
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
                "SELECT ",
                entry_columns!(),
                " FROM ",
                entry_from!(),
                "WHERE e.user_id = ?1 AND (e.created_ms, e.id) < (?2, ?3) AND d.id = e.decision_id
                  ORDER BY e.created_ms DESC, e.id DESC LIMIT ?4"
            ),
            values![user, at, id, count],
            entry,
        )
    }

    /// One line of `/me/decisions`.
    pub fn entry_by_id(&mut self, id: EntryId) -> Result<Option<Entry>, StoreError> {
        self.first(
            concat!("SELECT ", entry_columns!(), " FROM ", entry_from!(), "WHERE e.id = ?1 AND d.id = e.decision_id"),
            values![id],
            entry,
        )
    }

    /// What a decision did to a comment that it settled.
    pub fn target_of(&mut self, id: DecisionId, comment: CommentId) -> Result<Option<Target>, StoreError> {
        self.first(
            target_select!("WHERE comment_id = ?2 AND decision_id = ?1 AND conflict IS NULL LIMIT 1"),
            values![id, comment],
            |c| Ok(target(c)?.1),
        )
    }

    /// The last decisions on a site that concerned a person, newest first.
    pub fn entries_on_site(&mut self, user: UserId, site: SiteId, count: i64) -> Result<Vec<Concern>, StoreError> {
        self.all(
            concat!(
                "SELECT ",
                user_columns!(),
                ", ",
                entry_columns!(),
                " FROM ",
                entry_from!(),
                "LEFT JOIN user_account u ON u.id = d.actor_id
                  WHERE e.user_id = ?1 AND e.site_id = ?2 AND d.id = e.decision_id ORDER BY e.created_ms DESC, e.id DESC LIMIT ?3"
            ),
            values![user, site, count],
            |c| {
                Ok(Concern { actor: maybe_user(c)?, entry: entry(c)? })
            },
        )
    }
}
