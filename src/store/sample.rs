//! The random sample and what moderators made of it.

use super::driver::values;
use super::{StoreError, Tx};
use crate::domain::flag::FlagState;
use crate::domain::ids::{CommentId, DecisionId, SiteId};
use crate::domain::scoring::Outcomes;

impl Tx<'_> {
    /// Draws a comment.
    pub fn sample_insert(&mut self, comment: CommentId, site: SiteId, drawn_ms: i64) -> Result<(), StoreError> {
        self.run(
            "INSERT INTO sample (comment_id, site_id, state, drawn_ms) VALUES (?1, ?2, 'open', ?3)",
            values![comment, site, drawn_ms],
        )
    }

    /// Its author has taken a comment back: there is nothing to be learnt from it.
    pub fn sample_withdraw(&mut self, comment: CommentId) -> Result<(), StoreError> {
        self.run("UPDATE sample SET state = 'withdrawn' WHERE comment_id = ?1 AND state = 'open'", values![comment])
    }

    /// Settles a comment's place in the sample, if that is open.
    pub fn sample_settle(&mut self, comment: CommentId, to: FlagState, decision: DecisionId) -> Result<(), StoreError> {
        self.run(
            "UPDATE sample SET state = ?2, decision_id = ?3 WHERE comment_id = ?1 AND state = 'open'",
            values![comment, to.as_str(), decision],
        )
    }

    /// Opens a comment's place in the sample again, if that decision settled it; as what.
    pub fn sample_reopen(&mut self, comment: CommentId, decision: DecisionId) -> Result<Option<FlagState>, StoreError> {
        // what it was settled as stands in `settlement`
        self.first(
            "UPDATE sample SET state = 'open', decision_id = NULL
             WHERE comment_id = ?1 AND decision_id = ?2 AND state IN ('upheld', 'dismissed')
             RETURNING (SELECT s.state FROM settlement s WHERE s.decision_id = ?2 AND s.comment_id = ?1
                        AND s.kind = 'sample' AND s.subject_id = ?1)",
            values![comment, decision],
            |c| c.word(FlagState::parse),
        )
    }

    /// Settles it again, if that decision had settled it and it is open; as what.
    pub fn sample_resettle(
        &mut self,
        comment: CommentId,
        decision: DecisionId,
    ) -> Result<Option<FlagState>, StoreError> {
        self.first(
            "UPDATE sample SET decision_id = ?2,
               state = (SELECT s.state FROM settlement s WHERE s.decision_id = ?2 AND s.comment_id = ?1
                        AND s.kind = 'sample' AND s.subject_id = ?1)
             WHERE comment_id = ?1 AND state = 'open'
               AND EXISTS (SELECT 1 FROM settlement s WHERE s.decision_id = ?2 AND s.comment_id = ?1
                           AND s.kind = 'sample' AND s.subject_id = ?1)
             RETURNING state",
            values![comment, decision],
            |c| c.word(FlagState::parse),
        )
    }

    /// Counts what became of one of the sample, in a period.
    pub fn sample_count_add(
        &mut self,
        site: SiteId,
        period: i64,
        settled: FlagState,
        by: i64,
    ) -> Result<(), StoreError> {
        let moved = |state| if settled == state { by } else { 0 };
        self.run(
            "INSERT INTO sample_count (site_id, period, upheld, dismissed) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (site_id, period) DO UPDATE SET upheld = sample_count.upheld + excluded.upheld,
               dismissed = sample_count.dismissed + excluded.dismissed",
            values![site, period, moved(FlagState::Upheld), moved(FlagState::Dismissed)],
        )
    }

    /// What became of a site's sample, by period, newest first, `count` at most.
    pub fn sample_counts(&mut self, site: SiteId, count: i64) -> Result<Vec<(i64, Outcomes)>, StoreError> {
        self.all(
            "SELECT period, upheld, dismissed FROM sample_count WHERE site_id = ?1 ORDER BY period DESC LIMIT ?2",
            values![site, count],
            |c| Ok((c.take()?, Outcomes { upheld: c.take()?, dismissed: c.take()? })),
        )
    }
}
