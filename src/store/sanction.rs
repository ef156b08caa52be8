//! Sanctions on people, and what of them stands.

use super::driver::{Columns, values};
use super::user::{maybe_user, user_columns};
use super::{StoreError, Tx};
use crate::domain::flag::Reason;
use crate::domain::ids::{DecisionId, EntryId, SanctionId, SiteId, UserId};
use crate::domain::sanction::{Restriction, Sanction, SanctionKind, WHOLE_SERVER, merge};
use crate::domain::user::User;

/// A sanction as moderators see it.
#[derive(Clone, Debug)]
pub struct Sanctioned {
    /// The sanction.
    pub sanction: Sanction,
    /// Who made it; none: the command line.
    pub actor: Option<User>,
    /// For moderators.
    pub note: Option<String>,
    /// Whether it waits for a second moderator, and does not hold yet.
    pub is_proposed: bool,
}

/// The columns of a sanction `x` and the key of its site `p`, for use in joins; last in a list, as
/// [`maybe_sanction`] may stop at the first.
macro_rules! sanction_columns {
    () => {
        "x.id, x.decision_id, x.user_id, x.kind, x.site_id, x.until_ms, x.reason_code, x.public_text, x.created_ms, x.lifted_ms, p.key"
    };
}
pub(super) use sanction_columns;

/// Reads [`sanction_columns`] of an outer join that may find none.
pub(super) fn maybe_sanction(c: &mut Columns<'_>) -> Result<Option<Sanction>, StoreError> {
    let Some(id) = c.maybe()? else { return Ok(None) };
    let (decision_id, user_id, kind) = (c.take()?, c.take()?, c.word(SanctionKind::parse)?);
    let site_id: SiteId = c.take()?;
    let mut sanction = Sanction {
        id,
        decision_id,
        user_id,
        kind,
        site: None,
        until_ms: c.maybe()?,
        reason: c.word(Reason::parse)?,
        public_text: c.maybe()?,
        created_ms: c.take()?,
        lifted_ms: c.maybe()?,
    };
    sanction.site = c.maybe()?.map(|key| (site_id, key));
    if sanction.site.is_none() && site_id != WHOLE_SERVER {
        return Err(StoreError::Corrupt(format!("sanction {id} is on no site")));
    }
    Ok(Some(sanction))
}

fn sanction(c: &mut Columns<'_>) -> Result<Sanction, StoreError> {
    maybe_sanction(c)?.ok_or_else(|| StoreError::Corrupt("a sanction without an id".into()))
}

fn sanctioned(c: &mut Columns<'_>) -> Result<Sanctioned, StoreError> {
    let (actor, note, is_proposed) = (maybe_user(c)?, c.maybe()?, c.take()?);
    let mut sanction = sanction(c)?;
    if is_proposed {
        // it does not hold, but nobody lifted it
        sanction.lifted_ms = None;
    }
    Ok(Sanctioned { actor, note, is_proposed, sanction })
}

/// A sanction with who made it and why.
macro_rules! sanctioned_where {
    ($tail:literal) => {
        concat!(
            "SELECT ",
            user_columns!(),
            ", d.note, CASE WHEN d.state = 'proposed' THEN 1 ELSE 0 END, ",
            sanction_columns!(),
            " FROM sanction x JOIN decision d ON d.id = x.decision_id LEFT JOIN site p ON p.id = x.site_id
              LEFT JOIN user_account u ON u.id = d.actor_id ",
            $tail
        )
    };
}

fn number(site: Option<SiteId>) -> SiteId {
    site.unwrap_or(WHOLE_SERVER)
}

impl Tx<'_> {
    /// Writes a sanction; one that is only proposed counts as lifted by its own decision.
    pub fn sanction_insert(&mut self, s: &Sanction) -> Result<(), StoreError> {
        self.run(
            "INSERT INTO sanction (id, decision_id, user_id, site_id, kind, until_ms, reason_code, public_text, created_ms,
               lifted_ms, lifted_by)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
            values![
                s.id,
                s.decision_id,
                s.user_id,
                number(s.site_id()),
                s.kind.as_str(),
                s.until_ms,
                s.reason.as_str(),
                s.public_text.as_deref(),
                s.created_ms,
                s.lifted_ms,
                s.lifted_ms.map(|_| s.decision_id)
            ],
        )
    }

    /// One sanction.
    pub fn sanction_by_id(&mut self, id: SanctionId) -> Result<Option<Sanctioned>, StoreError> {
        self.first(sanctioned_where!("WHERE x.id = ?1"), values![id], sanctioned)
    }

    /// The sanction that a decision made.
    pub fn sanction_of_decision(&mut self, id: DecisionId) -> Result<Option<Sanctioned>, StoreError> {
        self.first(sanctioned_where!("WHERE x.decision_id = ?1"), values![id], sanctioned)
    }

    /// Notes when and by which decision a sanction was lifted; none: it stands again.
    pub fn sanction_set_lifted(&mut self, id: SanctionId, by: Option<(i64, DecisionId)>) -> Result<(), StoreError> {
        self.run(
            "UPDATE sanction SET lifted_ms = ?2, lifted_by = ?3 WHERE id = ?1",
            values![id, by.map(|(at_ms, _)| at_ms), by.map(|(_, decision)| decision)],
        )
    }

    /// A person's sanctions on a site and on the whole server, newest first, after (time, id): a
    /// seek in each.
    pub fn sanctions_on(
        &mut self,
        user: UserId,
        site: SiteId,
        after: Option<(i64, i64)>,
        count: i64,
    ) -> Result<Vec<Sanctioned>, StoreError> {
        let (at, id) = after.unwrap_or((i64::MAX, i64::MAX));
        let mut found = Vec::new();
        for site in [site, WHOLE_SERVER] {
            found.extend(self.all(
                sanctioned_where!(
                    "WHERE x.user_id = ?1 AND x.site_id = ?2 AND (x.created_ms, x.id) < (?3, ?4)
                     ORDER BY x.created_ms DESC, x.id DESC LIMIT ?5"
                ),
                values![user, site, at, id, count],
                sanctioned,
            )?);
        }
        found.sort_by_key(|s| std::cmp::Reverse((s.sanction.created_ms, s.sanction.id)));
        found.truncate(usize::try_from(count).unwrap_or(0));
        Ok(found)
    }

    /// A person's sanctions anywhere, newest first, after (time, id).
    pub fn sanctions_anywhere(
        &mut self,
        user: UserId,
        after: Option<(i64, i64)>,
        count: i64,
    ) -> Result<Vec<Sanctioned>, StoreError> {
        let (at, id) = after.unwrap_or((i64::MAX, i64::MAX));
        self.all(
            sanctioned_where!(
                "WHERE x.user_id = ?1 AND (x.created_ms, x.id) < (?2, ?3)
                 ORDER BY x.created_ms DESC, x.id DESC LIMIT ?4"
            ),
            values![user, at, id, count],
            sanctioned,
        )
    }

    /// What stands against a person at that time: of each kind and place the one that ends last.
    pub fn sanctions_standing(&mut self, user: UserId, now_ms: i64) -> Result<Vec<Restriction>, StoreError> {
        let mut found = Vec::new();
        let mut keep = |c: &mut Columns<'_>| {
            merge(&mut found, restriction(c)?);
            Ok(())
        };
        self.each(
            "SELECT kind, site_id, until_ms FROM sanction WHERE user_id = ?1 AND until_ms IS NULL
               AND lifted_ms IS NULL AND kind <> 'warn'",
            values![user],
            &mut keep,
        )?;
        self.each(
            "SELECT kind, site_id, until_ms FROM sanction WHERE user_id = ?1 AND until_ms > ?2
               AND lifted_ms IS NULL AND kind <> 'warn'",
            values![user, now_ms],
            &mut keep,
        )?;
        Ok(found)
    }

    /// What stands against anybody at that time.
    pub fn sanctions_all(&mut self, now_ms: i64) -> Result<Vec<(UserId, Restriction)>, StoreError> {
        let mut found = self.all(
            "SELECT user_id, kind, site_id, until_ms FROM sanction WHERE until_ms IS NULL
               AND lifted_ms IS NULL AND kind <> 'warn'",
            &[],
            |c| Ok((c.take()?, restriction(c)?)),
        )?;
        found.extend(self.all(
            "SELECT user_id, kind, site_id, until_ms FROM sanction WHERE until_ms > ?1
               AND lifted_ms IS NULL AND kind <> 'warn'",
            values![now_ms],
            |c| Ok((c.take()?, restriction(c)?)),
        )?);
        Ok(found)
    }

    /// Writes what a person will see of a decision on them.
    pub fn entry_insert_on_person(
        &mut self,
        id: EntryId,
        decision: DecisionId,
        sanction: SanctionId,
        user: UserId,
        created_ms: i64,
    ) -> Result<(), StoreError> {
        self.run(
            "INSERT INTO decision_entry (id, decision_id, site_id, sanction_id, user_id, created_ms)
               SELECT ?1, id, site_id, ?3, ?4, ?5 FROM decision WHERE id = ?2",
            values![id, decision, sanction, user, created_ms],
        )
    }
}

fn restriction(c: &mut Columns<'_>) -> Result<Restriction, StoreError> {
    let (kind, site) = (c.word(SanctionKind::parse)?, c.take::<SiteId>()?);
    Ok(Restriction { kind, site: (site != WHOLE_SERVER).then_some(site), until_ms: c.maybe()? })
}
