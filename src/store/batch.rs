//! What decisions have yet to do: their targets, a step in a row.
//!
//! A hundred thousand targets are a thousand rows and three megabytes, so the list is fixed in one
//! short unit, and each step takes one row away.

use super::driver::{Columns, values};
use super::{StoreError, Tx};
use crate::domain::decision::{Aim, Conflict};
use crate::domain::ids::{CommentId, DecisionId};

/// A step that is yet to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// The position of its first target, from 0.
    pub position: i64,
    /// Its targets.
    pub aims: Vec<Aim>,
}

/// `[[id, version], [id, version, "stale_claim"]]`
fn to_json(aims: &[Aim]) -> String {
    let aims = aims.iter().map(|aim| match aim.refused {
        None => serde_json::json!([aim.id.0, aim.version]),
        Some(conflict) => serde_json::json!([aim.id.0, aim.version, conflict.as_str()]),
    });
    serde_json::Value::Array(aims.collect()).to_string()
}

fn batch(c: &mut Columns<'_>) -> Result<Batch, StoreError> {
    let (position, text): (i64, String) = (c.take()?, c.take()?);
    let corrupt = |why: String| StoreError::Corrupt(format!("decision_batch at {position}: {why}"));
    let rows: Vec<Vec<serde_json::Value>> = serde_json::from_str(&text).map_err(|error| corrupt(error.to_string()))?;
    let aims = rows.iter().map(|row| {
        let number = |at: usize| row.get(at).and_then(serde_json::Value::as_i64);
        let refused = match row.get(2) {
            None => None,
            Some(code) => Some(code.as_str().and_then(Conflict::parse)?),
        };
        Some(Aim { id: CommentId(number(0)?), version: number(1)?, refused })
    });
    let aims = aims.collect::<Option<_>>().ok_or_else(|| corrupt("is no list of targets".into()))?;
    Ok(Batch { position, aims })
}

impl Tx<'_> {
    /// Writes a step that is to be done.
    pub fn batch_insert(&mut self, id: DecisionId, position: i64, aims: &[Aim]) -> Result<(), StoreError> {
        self.run(
            "INSERT INTO decision_batch (decision_id, position, size, targets) VALUES (?1, ?2, ?3, ?4)",
            values![id, position, aims.len() as i64, &to_json(aims)],
        )
    }

    /// The steps of a decision that are yet to be done and begin at a position or after it, in order;
    /// `count` at most.
    pub fn batches_from(&mut self, id: DecisionId, position: i64, count: i64) -> Result<Vec<Batch>, StoreError> {
        self.all(
            "SELECT position, targets FROM decision_batch WHERE decision_id = ?1 AND position >= ?2 ORDER BY position LIMIT ?3",
            values![id, position, count],
            batch,
        )
    }

    /// A step is done.
    pub fn batch_delete(&mut self, id: DecisionId, position: i64) -> Result<(), StoreError> {
        self.run("DELETE FROM decision_batch WHERE decision_id = ?1 AND position = ?2", values![id, position])
    }

    /// Nothing more is to be done.
    pub fn batches_delete(&mut self, id: DecisionId) -> Result<(), StoreError> {
        self.run("DELETE FROM decision_batch WHERE decision_id = ?1", values![id])
    }
}
