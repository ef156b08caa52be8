//! Flags and how they were settled.

use super::driver::{Columns, values};
use super::user::{user, user_columns};
use super::{StoreError, Tx, dialect};
use crate::domain::decision::Act;
use crate::domain::flag::{Flag, FlagState, Outcome, Reason};
use crate::domain::ids::{CommentId, DecisionId, FlagId, SiteId, UserId};
use crate::domain::queue::OpenFlags;
use crate::domain::report::FlagFigures;
use crate::domain::scoring::{Outcomes, Report};
use crate::domain::user::User;

macro_rules! flag_select {
    ($tail:literal) => {
        concat!(
            "SELECT f.id, f.comment_id, f.user_id, f.reason, f.note, f.state, f.created_ms, d.id, d.action, d.at_ms
             FROM flag f LEFT JOIN decision d ON d.id = f.decision_id ",
            $tail
        )
    };
}

fn flag(c: &mut Columns<'_>) -> Result<Flag, StoreError> {
    Ok(Flag {
        id: c.take()?,
        comment_id: c.take()?,
        user_id: c.take()?,
        reason: c.word(Reason::parse)?,
        note: c.maybe()?,
        state: c.word(FlagState::parse)?,
        created_ms: c.take()?,
        outcome: match (c.maybe()?, c.maybe_word(Act::parse)?, c.maybe()?) {
            (Some(decision_id), Some(action), Some(at_ms)) => Some(Outcome { decision_id, action, at_ms }),
            _ => None,
        },
    })
}

/// The open flags of one comment with one reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlagGroup {
    /// Why.
    pub reason: Reason,
    /// How many.
    pub count: i64,
    /// The reporters' words, oldest first.
    pub notes: Vec<String>,
}

/// An open flag with what is known of its reporter.
#[derive(Clone, Debug)]
pub struct Reported {
    /// Who flagged.
    pub user: User,
    /// Why.
    pub reason: Reason,
    /// The reporter's words.
    pub note: Option<String>,
    /// What it is weighed by.
    pub report: Report,
}

/// What decides which flags on a comment are weighed first.
#[derive(Clone, Copy, Debug)]
pub struct FlagWeight {
    /// How often the reporter was right before, in thousandths.
    pub precision: i64,
    /// On a reply to the reporter's own comment.
    pub on_own_reply: bool,
}

impl Tx<'_> {
    /// Writes an open flag.
    pub fn flag_insert(&mut self, flag: &Flag, site: SiteId, weight: FlagWeight) -> Result<(), StoreError> {
        self.run(
            "INSERT INTO flag (id, comment_id, site_id, user_id, reason, note, state, created_ms, weight, own_reply)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'open', ?7, ?8, ?9)",
            values![
                flag.id,
                flag.comment_id,
                site,
                flag.user_id,
                flag.reason.as_str(),
                flag.note.as_deref(),
                flag.created_ms,
                weight.precision,
                weight.on_own_reply
            ],
        )?;
        self.flag_count_add(flag.comment_id, flag.reason, 1)
    }

    fn flag_count_add(&mut self, comment: CommentId, reason: Reason, by: i64) -> Result<(), StoreError> {
        self.run(
            "INSERT INTO flag_count (comment_id, reason, open) VALUES (?1, ?2, ?3)
             ON CONFLICT (comment_id, reason) DO UPDATE SET open = flag_count.open + excluded.open",
            values![comment, reason.as_str(), by],
        )?;
        Ok(())
    }

    /// One flag.
    pub fn flag_by_id(&mut self, id: FlagId) -> Result<Option<Flag>, StoreError> {
        self.first(flag_select!("WHERE f.id = ?1"), values![id], flag)
    }

    /// A person's open flag on a comment.
    pub fn flag_open(&mut self, comment: CommentId, user: UserId) -> Result<Option<FlagId>, StoreError> {
        self.first(
            "SELECT id FROM flag WHERE comment_id = ?1 AND user_id = ?2 AND state = 'open'",
            values![comment, user],
            |c| c.take(),
        )
    }

    /// The open flags of a comment.
    pub fn flags_open(&mut self, comment: CommentId) -> Result<OpenFlags, StoreError> {
        let mut open = OpenFlags::default();
        self.each(
            "SELECT reason, open, (SELECT created_ms FROM flag WHERE comment_id = ?1 AND state = 'open'
               ORDER BY created_ms LIMIT 1) FROM flag_count WHERE comment_id = ?1 AND open > 0 ORDER BY reason",
            values![comment],
            |c| {
                open.counts.push((c.word(Reason::parse)?, c.take()?));
                open.first_ms = c.maybe()?;
                Ok(())
            },
        )?;
        Ok(open)
    }

    /// Takes an open flag back.
    pub fn flag_withdraw(&mut self, id: FlagId) -> Result<(), StoreError> {
        let withdrawn = self.first(
            "UPDATE flag SET state = 'withdrawn' WHERE id = ?1 AND state = 'open' RETURNING comment_id, reason",
            values![id],
            |c| Ok((c.take()?, c.word(Reason::parse)?)),
        )?;
        withdrawn.map_or(Ok(()), |(comment, reason)| self.flag_count_add(comment, reason, -1))
    }

    /// Settles the open flags of a comment; their reporters, each once.
    pub fn flags_settle(
        &mut self,
        comment: CommentId,
        to: FlagState,
        decision: DecisionId,
    ) -> Result<Vec<UserId>, StoreError> {
        let reporters = self.all(
            "UPDATE flag SET state = ?2, decision_id = ?3 WHERE comment_id = ?1 AND state = 'open' RETURNING user_id",
            values![comment, to.as_str(), decision],
            |c| c.take(),
        )?;
        self.run("DELETE FROM flag_count WHERE comment_id = ?1", values![comment])?;
        Ok(reporters)
    }

    /// Opens again what a decision settled on a comment, save where the reporter has another open
    /// flag; the reporters of those opened.
    pub fn flags_reopen(&mut self, comment: CommentId, decision: DecisionId) -> Result<Vec<UserId>, StoreError> {
        let opened = self.all(
            "UPDATE flag SET state = 'open', decision_id = NULL
             WHERE decision_id = ?2 AND comment_id = ?1 AND state IN ('upheld', 'dismissed')
               AND NOT EXISTS (SELECT 1 FROM flag other WHERE other.comment_id = ?1
                               AND other.user_id = flag.user_id AND other.state = 'open')
             RETURNING user_id, reason",
            values![comment, decision],
            |c| Ok((c.take()?, c.word(Reason::parse)?)),
        )?;
        self.flags_counted(comment, opened, 1)
    }

    /// Opens one flag again that a decision dismissed, unless its reporter has another open one;
    /// whether it is open now.
    pub fn flag_reopen(&mut self, id: FlagId) -> Result<bool, StoreError> {
        let opened = self.first(
            "UPDATE flag SET state = 'open', decision_id = NULL
             WHERE id = ?1 AND state = 'dismissed'
               AND NOT EXISTS (SELECT 1 FROM flag other WHERE other.comment_id = flag.comment_id
                               AND other.user_id = flag.user_id AND other.state = 'open')
             RETURNING comment_id, reason",
            values![id],
            |c| Ok((c.take()?, c.word(Reason::parse)?)),
        )?;
        let Some((comment, reason)) = opened else { return Ok(false) };
        self.flag_count_add(comment, reason, 1)?;
        Ok(true)
    }

    /// A person's flag on a comment that a decision dismissed, as far as that still stands.
    pub fn flag_dismissed(
        &mut self,
        decision: DecisionId,
        comment: CommentId,
        user: UserId,
    ) -> Result<Option<FlagId>, StoreError> {
        self.first(
            "SELECT id FROM flag WHERE decision_id = ?1 AND comment_id = ?2 AND user_id = ?3 AND state = 'dismissed'
             LIMIT 1",
            values![decision, comment, user],
            |c| c.take(),
        )
    }

    /// A site's flags made after (time, id) and before a time, oldest first, as far as they count.
    pub fn flag_walk(
        &mut self,
        site: SiteId,
        (at_ms, id): (i64, i64),
        before_ms: i64,
        count: i64,
    ) -> Result<Vec<(FlagId, FlagFigures)>, StoreError> {
        self.all(
            "SELECT f.id, f.reason, f.state, f.created_ms, d.at_ms FROM flag f LEFT JOIN decision d ON d.id = f.decision_id
             WHERE f.site_id = ?1 AND (f.created_ms, f.id) > (?2, ?3) AND f.created_ms < ?4
             ORDER BY f.created_ms, f.id LIMIT ?5",
            values![site, at_ms, id, before_ms, count],
            |c| {
                let id = c.take()?;
                let (reason, state) = (c.word(Reason::parse)?, c.word(FlagState::parse)?);
                Ok((id, FlagFigures { reason, state, created_ms: c.take()?, decided_ms: c.maybe()? }))
            },
        )
    }

    /// Notes how a decision is about to settle the open flags of a comment.
    pub fn flag_settlement_insert(
        &mut self,
        comment: CommentId,
        to: FlagState,
        decision: DecisionId,
    ) -> Result<(), StoreError> {
        self.run(
            "INSERT INTO flag_settlement (flag_id, decision_id, state)
             SELECT id, ?3, ?2 FROM flag WHERE comment_id = ?1 AND state = 'open'",
            values![comment, to.as_str(), decision],
        )?;
        Ok(())
    }

    /// Settles again, as it had done, what a decision settled and an undo opened; the reporters.
    pub fn flags_resettle(&mut self, comment: CommentId, decision: DecisionId) -> Result<Vec<UserId>, StoreError> {
        let settled = self.all(
            "UPDATE flag SET decision_id = ?2,
               state = (SELECT s.state FROM flag_settlement s WHERE s.flag_id = flag.id AND s.decision_id = ?2)
             WHERE comment_id = ?1 AND state = 'open'
               AND EXISTS (SELECT 1 FROM flag_settlement s WHERE s.flag_id = flag.id AND s.decision_id = ?2)
             RETURNING user_id, reason",
            values![comment, decision],
            |c| Ok((c.take()?, c.word(Reason::parse)?)),
        )?;
        self.flags_counted(comment, settled, -1)
    }

    /// Counts flags that were opened or settled; their reporters.
    fn flags_counted(
        &mut self,
        comment: CommentId,
        moved: Vec<(UserId, Reason)>,
        by: i64,
    ) -> Result<Vec<UserId>, StoreError> {
        for (_, reason) in &moved {
            self.flag_count_add(comment, *reason, by)?;
        }
        Ok(moved.into_iter().map(|(user, _)| user).collect())
    }

    /// A person's flags, newest first, after (time, id).
    pub fn flags_of(&mut self, user: UserId, after: Option<(i64, i64)>, count: i64) -> Result<Vec<Flag>, StoreError> {
        let (at, id) = after.unwrap_or((i64::MAX, i64::MAX));
        self.all(
            flag_select!(
                "WHERE f.user_id = ?1 AND (f.created_ms, f.id) < (?2, ?3)
                 ORDER BY f.created_ms DESC, f.id DESC LIMIT ?4"
            ),
            values![user, at, id, count],
            flag,
        )
    }

    /// A person's flags on one site, newest first, after (time, id).
    pub fn flags_of_on(
        &mut self,
        user: UserId,
        site: SiteId,
        after: Option<(i64, i64)>,
        count: i64,
    ) -> Result<Vec<Flag>, StoreError> {
        let (at, id) = after.unwrap_or((i64::MAX, i64::MAX));
        self.all(
            flag_select!(
                "WHERE f.user_id = ?1 AND f.site_id = ?2 AND (f.created_ms, f.id) < (?3, ?4)
                 ORDER BY f.created_ms DESC, f.id DESC LIMIT ?5"
            ),
            values![user, site, at, id, count],
            flag,
        )
    }

    /// The open flags of a comment by those who were right most often, `count` at most; each with
    /// its reporter's record on the site as it is now.
    pub fn flags_weighed(&mut self, comment: CommentId, count: i64) -> Result<Vec<Reported>, StoreError> {
        self.all(
            concat!(
                "SELECT ",
                user_columns!(),
                ", f.reason, f.note, f.created_ms, f.own_reply, COALESCE(r.flags_upheld, 0),
                   COALESCE(r.flags_dismissed, 0)
                 FROM flag f CROSS JOIN user_account u
                 LEFT JOIN record r ON r.user_id = f.user_id AND r.site_id = f.site_id
                 WHERE f.comment_id = ?1 AND f.state = 'open' AND u.id = f.user_id
                 ORDER BY f.weight DESC, f.id LIMIT ?2"
            ),
            values![comment, count],
            |c| {
                let (user, reason, note) = (user(c)?, c.word(Reason::parse)?, c.maybe()?);
                let (at_ms, on_own_reply) = (c.take()?, c.take()?);
                let record = Outcomes { upheld: c.take()?, dismissed: c.take()? };
                let report = Report { record, joined_ms: user.joined_ms, at_ms, on_own_reply };
                Ok(Reported { user, reason, note, report })
            },
        )
    }

    /// Which of these comments a person has an open flag on.
    pub fn flags_open_among(&mut self, user: UserId, ids: &[CommentId]) -> Result<Vec<CommentId>, StoreError> {
        let ids = dialect::id_list(ids.iter().map(|id| id.0));
        self.all(
            "SELECT comment_id FROM flag WHERE comment_id IN EACH_ID(?1) AND user_id = ?2 AND state = 'open'
             ORDER BY comment_id",
            values![&ids, user],
            |c| c.take(),
        )
    }

    /// The open flags of these comments, grouped by reason; the first 20 notes of each.
    pub fn flag_groups(&mut self, ids: &[CommentId]) -> Result<Vec<(CommentId, FlagGroup)>, StoreError> {
        let ids = dialect::id_list(ids.iter().map(|id| id.0));
        let counts: Vec<(CommentId, Reason, i64)> = self.all(
            "SELECT comment_id, reason, open FROM flag_count WHERE comment_id IN EACH_ID(?1) AND open > 0
             ORDER BY comment_id, reason",
            values![&ids],
            |c| Ok((c.take()?, c.word(Reason::parse)?, c.take()?)),
        )?;
        let mut groups = Vec::with_capacity(counts.len());
        for (comment, reason, count) in counts {
            // a seek a group: no one statement takes 20 of each without reading all of them
            let notes = self.all(
                "SELECT note FROM flag WHERE comment_id = ?1 AND reason = ?2 AND state = 'open' AND note IS NOT NULL
                 ORDER BY created_ms, id LIMIT 20",
                values![comment, reason.as_str()],
                |c| c.take(),
            )?;
            groups.push((comment, FlagGroup { reason, count, notes }));
        }
        Ok(groups)
    }

    /// Takes away what reporters wrote of a comment.
    pub fn flags_erase_notes(&mut self, comment: CommentId) -> Result<(), StoreError> {
        self.run("UPDATE flag SET note = NULL WHERE comment_id = ?1 AND note IS NOT NULL", values![comment])
    }
}
