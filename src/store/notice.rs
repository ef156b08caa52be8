//! Notices of illegal content. Who gave one is read for moderators only, and by no list.

use super::driver::{Columns, values};
use super::{StoreError, Tx};
use crate::domain::decision::Act;
use crate::domain::flag::{FlagState, Reason};
use crate::domain::ids::{CommentId, DecisionId, NoticeId, SiteId};
use crate::domain::notice::{Contact, Notice, NoticeOutcome};
use crate::domain::report::FlagFigures;

macro_rules! notice_select {
    ($tail:literal) => {
        concat!(
            "SELECT n.id, n.comment_id, n.category, n.explanation, n.name, n.email, n.state, n.created_ms, n.due_ms,
               d.id, d.action, d.reason_code, d.at_ms
             FROM notice n LEFT JOIN decision d ON d.id = n.decision_id ",
            $tail
        )
    };
}

fn notice(c: &mut Columns<'_>) -> Result<Notice, StoreError> {
    let (id, comment_id, category, explanation) = (c.take()?, c.take()?, c.word(Reason::parse)?, c.take()?);
    let (name, email): (Option<String>, Option<String>) = (c.maybe()?, c.maybe()?);
    let (state, created_ms, due_ms) = (c.word(FlagState::parse)?, c.take()?, c.take()?);
    let (decision, action) = (c.maybe()?, c.maybe_word(Act::parse)?);
    let (reason, at_ms) = (c.maybe_word(Reason::parse)?, c.maybe()?);
    let outcome = match (decision, action, at_ms) {
        (Some(decision_id), Some(action), Some(at_ms)) => Some(NoticeOutcome { decision_id, action, reason, at_ms }),
        _ => None,
    };
    let contact = name.zip(email).map(|(name, email)| Contact { name, email });
    Ok(Notice { id, comment_id, category, explanation, contact, state, outcome, created_ms, due_ms })
}

impl Tx<'_> {
    /// Writes an open notice.
    pub fn notice_insert(&mut self, notice: &Notice, site: SiteId, token_hash: &[u8; 32]) -> Result<(), StoreError> {
        let contact = notice.contact.as_ref();
        self.run(
            "INSERT INTO notice (id, token_hash, comment_id, site_id, category, explanation, name, email, state,
               created_ms, due_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 'open', ?9, ?10)",
            values![
                notice.id,
                token_hash.as_slice(),
                notice.comment_id,
                site,
                notice.category.as_str(),
                &notice.explanation,
                contact.map(|contact| contact.name.as_str()),
                contact.map(|contact| contact.email.as_str()),
                notice.created_ms,
                notice.due_ms
            ],
        )
    }

    /// One notice.
    pub fn notice_by_id(&mut self, id: NoticeId) -> Result<Option<Notice>, StoreError> {
        self.first(notice_select!("WHERE n.id = ?1"), values![id], notice)
    }

    /// The notice whose token has that hash.
    pub fn notice_by_hash(&mut self, token_hash: &[u8; 32]) -> Result<Option<Notice>, StoreError> {
        self.first(notice_select!("WHERE n.token_hash = ?1"), values![token_hash.as_slice()], notice)
    }

    /// The open notices on a comment, oldest first, `count` at most.
    pub fn notices_open(&mut self, comment: CommentId, count: i64) -> Result<Vec<Notice>, StoreError> {
        self.all(
            notice_select!("WHERE n.comment_id = ?1 AND n.state = 'open' ORDER BY n.created_ms, n.id LIMIT ?2"),
            values![comment, count],
            notice,
        )
    }

    /// Whether a comment has an open notice of that category.
    pub fn notice_is_open(&mut self, comment: CommentId, category: Reason) -> Result<bool, StoreError> {
        self.exists(
            "SELECT 1 FROM notice WHERE comment_id = ?1 AND category = ?2 AND state = 'open' LIMIT 1",
            values![comment, category.as_str()],
        )
    }

    /// Settles the open notices on a comment.
    pub fn notices_settle(
        &mut self,
        comment: CommentId,
        to: FlagState,
        (decision, at_ms): (DecisionId, i64),
    ) -> Result<(), StoreError> {
        self.run(
            "UPDATE notice SET state = ?2, decision_id = ?3, settled_ms = ?4 WHERE comment_id = ?1 AND state = 'open'",
            values![comment, to.as_str(), decision, at_ms],
        )
    }

    /// Opens again what a decision settled on a comment.
    pub fn notices_reopen(&mut self, comment: CommentId, decision: DecisionId) -> Result<(), StoreError> {
        self.run(
            "UPDATE notice SET state = 'open', decision_id = NULL, settled_ms = NULL
             WHERE decision_id = ?2 AND comment_id = ?1",
            values![comment, decision],
        )
    }

    /// Erases what notices on a comment say, which may quote it.
    pub fn notices_erase_texts(&mut self, comment: CommentId) -> Result<(), StoreError> {
        self.run("UPDATE notice SET explanation = '' WHERE comment_id = ?1 AND explanation <> ''", values![comment])
    }

    /// Settles again, as it had done, what a decision settled and an undo opened.
    pub fn notices_resettle(
        &mut self,
        comment: CommentId,
        (decision, at_ms): (DecisionId, i64),
    ) -> Result<(), StoreError> {
        self.run(
            "UPDATE notice SET decision_id = ?2, settled_ms = ?3,
               state = (SELECT s.state FROM settlement s WHERE s.decision_id = ?2 AND s.comment_id = ?1
                        AND s.kind = 'notice' AND s.subject_id = notice.id)
             WHERE comment_id = ?1 AND state = 'open'
               AND EXISTS (SELECT 1 FROM settlement s WHERE s.decision_id = ?2 AND s.comment_id = ?1
                           AND s.kind = 'notice' AND s.subject_id = notice.id)",
            values![comment, decision, at_ms],
        )
    }

    /// A site's notices of a period as far as they count, oldest first, after (time, id); `count` at most.
    pub fn notice_walk(
        &mut self,
        site: SiteId,
        (at_ms, id): (i64, i64),
        before_ms: i64,
        count: i64,
    ) -> Result<Vec<(NoticeId, FlagFigures)>, StoreError> {
        self.all(
            "SELECT id, category, state, created_ms, settled_ms FROM notice
             WHERE site_id = ?1 AND (created_ms, id) > (?2, ?3) AND created_ms < ?4 ORDER BY created_ms, id LIMIT ?5",
            values![site, at_ms, id, before_ms, count],
            |c| {
                let id = c.take()?;
                let (reason, state) = (c.word(Reason::parse)?, c.word(FlagState::parse)?);
                Ok((id, FlagFigures { reason, state, created_ms: c.take()?, decided_ms: c.maybe()? }))
            },
        )
    }
}
