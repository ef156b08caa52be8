//! How decisions settled notices and the sample, kept so that the undo of an undo settles them
//! again; flags have a table of their own (`flag`).

use super::driver::values;
use super::{StoreError, Tx};
use crate::domain::flag::FlagState;
use crate::domain::ids::{CommentId, DecisionId};

impl Tx<'_> {
    /// Notes how a decision is about to settle what is open on a comment.
    pub fn settlement_insert(
        &mut self,
        comment: CommentId,
        to: FlagState,
        decision: DecisionId,
    ) -> Result<(), StoreError> {
        self.run(
            "INSERT INTO settlement (decision_id, comment_id, kind, subject_id, state)
             SELECT ?3, ?1, 'notice', id, ?2 FROM notice WHERE comment_id = ?1 AND state = 'open'",
            values![comment, to.as_str(), decision],
        )?;
        self.run(
            "INSERT INTO settlement (decision_id, comment_id, kind, subject_id, state)
             SELECT ?3, ?1, 'sample', comment_id, ?2 FROM sample WHERE comment_id = ?1 AND state = 'open'",
            values![comment, to.as_str(), decision],
        )
    }

    /// Whether a decision settled anything of that kind on a comment.
    pub fn settlement_is_there(&mut self, comment: CommentId, decision: DecisionId) -> Result<bool, StoreError> {
        self.exists(
            "SELECT 1 FROM settlement WHERE decision_id = ?2 AND comment_id = ?1 LIMIT 1",
            values![comment, decision],
        )
    }
}
