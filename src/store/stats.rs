//! Rows that figures of moderation are made of.

use super::decision::from_json;
use super::dialect;
use super::driver::values;
use super::{StoreError, Tx};
use crate::domain::decision::Act;
use crate::domain::flag::FlagState;
use crate::domain::ids::{DecisionId, SiteId};
use crate::domain::stats::{Made, Waited};

/// Rows of a kind that are looked at for the decisions of one window: a decision can have very many.
const ROWS_MAX: i64 = 10_000;

/// Waits that are looked at for one day.
const WAITS_MAX: i64 = 1_000;

/// A time in milliseconds since 1970; the end is outside.
type Span = (i64, i64);

impl Tx<'_> {
    /// The last decisions of a site that are done, newest first, `count` at most.
    pub fn stats_made(&mut self, site: SiteId, count: i64) -> Result<Vec<Made>, StoreError> {
        self.all(
            "SELECT d.id, d.at_ms, d.actor_id, CASE WHEN u.actor_id <> d.actor_id THEN 1 ELSE 0 END
             FROM decision d LEFT JOIN decision u ON u.id = d.undone_by
             WHERE d.site_id = ?1 AND d.state = 'done' ORDER BY d.at_ms DESC, d.id DESC LIMIT ?2",
            values![site, count],
            |c| Ok(Made { id: c.take()?, at_ms: c.take()?, actor: c.maybe()?, is_overturned: c.take()? }),
        )
    }

    /// The decisions of a site of which an appeal took something back, by the last appeals.
    pub fn stats_overturned(&mut self, site: SiteId, count: i64) -> Result<Vec<DecisionId>, StoreError> {
        self.all(
            "SELECT e.decision_id FROM appeal a CROSS JOIN decision_entry e
             WHERE a.site_id = ?1 AND a.state = 'overturned' AND e.id = a.entry_id
             ORDER BY a.created_ms DESC, a.id DESC LIMIT ?2",
            values![site, count],
            |c| c.take(),
        )
    }

    /// What waited in the queue until one of these decisions settled it.
    pub fn stats_waited(&mut self, decisions: &[DecisionId]) -> Result<Vec<Waited>, StoreError> {
        let ids = dialect::id_list(decisions.iter().map(|id| id.0));
        self.all(
            "SELECT t.waited_ms, t.before, d.action FROM decision_target t CROSS JOIN decision d
             WHERE t.decision_id IN EACH_ID(?1) AND t.waited_ms IS NOT NULL AND d.id = t.decision_id
             ORDER BY t.decision_id, t.position LIMIT ?2",
            values![&ids, ROWS_MAX],
            |c| {
                let (waited_ms, before): (i64, Option<String>) = (c.take()?, c.maybe()?);
                let held_by = before.as_deref().map(from_json).transpose()?.and_then(|before| before.held_by);
                Ok(Waited { waited_ms, held_by, act: c.word(Act::parse)? })
            },
        )
    }

    /// How many flags these decisions upheld and dismissed.
    pub fn stats_flags(&mut self, decisions: &[DecisionId]) -> Result<[u64; 2], StoreError> {
        let ids = dialect::id_list(decisions.iter().map(|id| id.0));
        let states = self.all(
            "SELECT state FROM flag WHERE decision_id IN EACH_ID(?1) ORDER BY decision_id, comment_id LIMIT ?2",
            values![&ids, ROWS_MAX],
            |c| c.word(FlagState::parse),
        )?;
        let count = |state| states.iter().filter(|found| **found == state).count() as u64;
        Ok([count(FlagState::Upheld), count(FlagState::Dismissed)])
    }

    /// Decisions of a site in a time, and how many of them another person has taken back since;
    /// `most` are looked at.
    pub fn stats_decided(&mut self, site: SiteId, (from, to): Span, most: i64) -> Result<(i64, i64), StoreError> {
        let counts = self.first(
            "SELECT COUNT(*), COUNT(CASE WHEN u.actor_id <> given.actor_id THEN 1 END) FROM
               (SELECT actor_id, undone_by FROM decision
                WHERE site_id = ?1 AND state = 'done' AND at_ms >= ?2 AND at_ms < ?3 LIMIT ?4) given
             LEFT JOIN decision u ON u.id = given.undone_by",
            values![site, from, to, most],
            |c| Ok((c.take()?, c.take()?)),
        )?;
        Ok(counts.unwrap_or_default())
    }

    /// Flags on a site in a time, `most` at most.
    pub fn stats_flagged(&mut self, site: SiteId, (from, to): Span, most: i64) -> Result<i64, StoreError> {
        let count = self.first(
            "SELECT COUNT(*) FROM (SELECT id FROM flag
               WHERE site_id = ?1 AND created_ms >= ?2 AND created_ms < ?3 LIMIT ?4) given",
            values![site, from, to, most],
            |c| c.take(),
        )?;
        Ok(count.unwrap_or_default())
    }

    /// Appeals on a site that were ruled on in a time, and how many of them were granted; `most` are
    /// looked at.
    pub fn stats_ruled(&mut self, site: SiteId, (from, to): Span, most: i64) -> Result<(i64, i64), StoreError> {
        let counts = self.first(
            "SELECT COUNT(*), COUNT(CASE WHEN given.state = 'overturned' THEN 1 END) FROM (SELECT state FROM appeal
               WHERE site_id = ?1 AND decided_ms >= ?2 AND decided_ms < ?3 LIMIT ?4) given",
            values![site, from, to, most],
            |c| Ok((c.take()?, c.take()?)),
        )?;
        Ok(counts.unwrap_or_default())
    }

    /// How long what the last decisions of a time settled had waited, in milliseconds: of `most`
    /// decisions, and 1,000 of their targets.
    pub fn stats_waits(&mut self, site: SiteId, (from, to): Span, most: i64) -> Result<Vec<i64>, StoreError> {
        self.all(
            "SELECT t.waited_ms FROM (SELECT id FROM decision
               WHERE site_id = ?1 AND state = 'done' AND at_ms >= ?2 AND at_ms < ?3
               ORDER BY at_ms DESC, id DESC LIMIT ?4) given
             CROSS JOIN decision_target t WHERE t.decision_id = given.id AND t.waited_ms IS NOT NULL LIMIT ?5",
            values![site, from, to, most, WAITS_MAX],
            |c| c.take(),
        )
    }

    /// Since when the item of a site's queue waits that waits longest and nobody holds, in milliseconds
    /// since 1970. It walks over what is held, which is as much as moderators can have at once.
    pub fn stats_oldest_free(&mut self, site: SiteId, now_ms: i64) -> Result<Option<i64>, StoreError> {
        self.first(
            "SELECT q.first_ms FROM queue_item q LEFT JOIN claim c ON c.id = q.claim_id
             WHERE q.site_id = ?1 AND (c.id IS NULL OR c.ended = 1 OR c.expires_ms <= ?2) ORDER BY q.first_ms LIMIT 1",
            values![site, now_ms],
            |c| c.take(),
        )
    }
}
