//! A moderator lays a sanction on a person: a decision of its own, with what the person will see
//! of it, its log row, and the event by which it counts from the next request on.
//!
//! Taking it back is [`lift`](super::lift)'s.

use serde_json::json;

use super::caller::{Caller, site_for};
use super::post::{Made, replayed};
use super::read_own::newest_page;
use super::standing::SanctionsDetail;
use super::state_reasons::state_sanction;
use super::{App, Error, new_id};
use crate::domain::code::Code;
use crate::domain::decision::{Act, Course, Decision, Phase, Reach};
use crate::domain::flag::Reason;
use crate::domain::ids::{DecisionId, EntryId, SanctionId, SiteId, UserId};
use crate::domain::log::{Chain, LogEntry};
use crate::domain::permission::{Action, role_on};
use crate::domain::sanction::{Sanction, SanctionKind, WHOLE_SERVER, check_end, is_as_a_ban, outranks};
use crate::domain::two_persons::Class;
use crate::store::{EventKind, IdempotencyKey, Key, Sanctioned, StoreError, Tx};

/// What a moderator sends.
#[derive(Clone, Debug)]
pub struct Impose {
    /// On whom.
    pub user: UserId,
    /// What.
    pub kind: SanctionKind,
    /// The site's key; none: on the whole server.
    pub site: Option<String>,
    /// When it ends by itself, in milliseconds since 1970.
    pub until_ms: Option<i64>,
    /// Why.
    pub reason: Reason,
    /// For moderators.
    pub note: Option<String>,
    /// For the person.
    pub public_text: Option<String>,
    /// For a request that may come again.
    pub once: Option<IdempotencyKey>,
}

/// Sanctions and where the list goes on.
pub type SanctionPage = (Vec<Sanctioned>, Option<String>);

impl App {
    /// Lays a sanction on a person, on a site or, for admins, on the whole server.
    ///
    /// # Errors
    /// 403 without a role there, and for who is not below the caller there; 404 for the person;
    /// 422 for a missing site or the end; those of an idempotency key.
    pub async fn sanction(&self, caller: &Caller, order: Impose) -> Result<Made<Sanctioned>, Error> {
        caller.require_any_moderator()?;
        let now_ms = self.now_ms();
        check_end(order.kind, order.until_ms, now_ms).map_err(|(code, why)| Error::field("/until", code, why))?;
        let (id, decision_id) = (SanctionId(new_id(now_ms)), DecisionId(new_id(now_ms)));
        let caller = caller.clone();
        self.store
            .write("sanction", Key::log().and(Key::user(order.user)), move |tx| {
                let site = place(tx, &caller, order.site.as_deref())?;
                if let Some(made) = replayed(tx, order.once.as_ref())? {
                    return Ok(Made { made: kept(tx, SanctionId(made))?, replayed: true });
                }
                let site_id = site.as_ref().map(|(id, _)| *id);
                require_below(tx, &caller, order.user, site_id)?;
                let is_proposed = is_as_a_ban(order.kind, order.until_ms, now_ms) && two_needed(tx, site_id)?;
                let phase = if is_proposed { Phase::Proposed } else { Phase::Done };
                let decision = Decision {
                    id: decision_id,
                    site_id: site_id.unwrap_or(WHOLE_SERVER),
                    at_ms: now_ms,
                    actor_id: Some(caller.user),
                    act: Act::Sanction,
                    reach: Reach::Comment,
                    reason: Some(order.reason),
                    note: order.note.clone(),
                    public_text: order.public_text.clone(),
                    undoes: None,
                    undone_by: None,
                    course: Course { phase, proposed_ms: is_proposed.then_some(now_ms), ..Course::of(0) },
                };
                let sanction = Sanction {
                    id,
                    decision_id,
                    user_id: order.user,
                    kind: order.kind,
                    site,
                    until_ms: order.until_ms,
                    reason: order.reason,
                    public_text: order.public_text.clone(),
                    created_ms: now_ms,
                    lifted_ms: is_proposed.then_some(now_ms),
                };
                lay(tx, &decision, &sanction)?;
                if let Some(key) = &order.once {
                    tx.idempotency_keep(key, id.0, now_ms)?;
                }
                Ok(Made { made: kept(tx, id)?, replayed: false })
            })
            .await
    }

    /// A person's sanctions on a site and on the whole server, newest first; without a site, for
    /// admins, those on all sites.
    ///
    /// # Errors
    /// 403 without a role there, 404 for the person, 422 for a missing site or the cursor.
    pub async fn sanctions(
        &self,
        caller: &Caller,
        user: UserId,
        site: Option<String>,
        page: (Option<String>, usize),
    ) -> Result<SanctionPage, Error> {
        caller.require_any_moderator()?;
        let caller = caller.clone();
        self.store
            .read("sanctions", move |tx| {
                let site = place(tx, &caller, site.as_deref())?.map(|(id, _)| id);
                tx.user_own(user)?.ok_or_else(Error::not_found)?;
                let list = format!("sanctions:{user}:{}", site.unwrap_or(WHOLE_SERVER));
                let (mut items, next) = newest_page(
                    tx,
                    &list,
                    &page,
                    |s: &Sanctioned| (s.sanction.created_ms, s.sanction.id.0),
                    |tx, after, count| match site {
                        Some(site) => tx.sanctions_on(user, site, after, count),
                        None => tx.sanctions_anywhere(user, after, count),
                    },
                )?;
                items.iter_mut().for_each(|item| hide_note(&caller, item));
                Ok((items, next))
            })
            .await
    }

    /// The sanction that a decision made, lifted or put back; none for another decision.
    ///
    /// # Errors
    /// The store's.
    pub async fn sanction_of(&self, decision: &Decision) -> Result<Option<Sanction>, Error> {
        if !decision.act.is_on_person() {
            return Ok(None);
        }
        let decision = decision.clone();
        self.store.read("sanction_of", move |tx| Ok(Some(sanction_behind(tx, &decision)?))).await
    }
}

/// Writes a sanction and the decision that makes it, with everything that follows. Of one that is only
/// proposed the person learns when it is confirmed.
fn lay(tx: &mut Tx<'_>, decision: &Decision, sanction: &Sanction) -> Result<(), Error> {
    tx.decision_insert(decision)?;
    tx.sanction_insert(sanction)?;
    if decision.course.phase == Phase::Proposed {
        tx.log_append(&LogEntry {
            action: "propose".to_owned(),
            ..log_entry(decision, (None, Some(describe(sanction))))
        })?;
        return Ok(());
    }
    follow(tx, decision, sanction, (None, Some(describe(sanction))))
}

/// Whether a ban there waits for a second moderator. One on the whole server does wherever a site asks
/// for it, or it would be a way round.
pub(super) fn two_needed(tx: &mut Tx<'_>, site: Option<SiteId>) -> Result<bool, Error> {
    Ok(match site {
        Some(site) => tx.site_two_persons(site)?.are_needed_for(Class::Ban),
        None => tx.two_persons_for_bans()?,
    })
}

/// Puts a sanction that was proposed into effect, by its decision as it is confirmed.
pub(super) fn put_into_effect(tx: &mut Tx<'_>, caller: &Caller, decision: &Decision) -> Result<(), Error> {
    let before = sanction_behind(tx, decision)?;
    if before.site.is_none() {
        caller.require(Action::SanctionEverywhere, None)?;
    }
    require_below(tx, caller, before.user_id, before.site_id())?;
    check_end(before.kind, before.until_ms, decision.at_ms).map_err(|_| Code::SanctionEnded)?;
    tx.sanction_set_lifted(before.id, None)?;
    let after = Sanction { lifted_ms: None, ..before.clone() };
    follow(tx, decision, &after, (Some(describe(&before)), Some(describe(&after))))
}

/// The site named, with its key; none: the whole server, which is for admins.
pub(super) fn place(tx: &mut Tx<'_>, caller: &Caller, key: Option<&str>) -> Result<Option<(SiteId, String)>, Error> {
    match key {
        Some(key) => {
            let site = site_for(tx, caller, Action::Moderate, key)?;
            Ok(Some((site.id, site.key)))
        }
        None if caller.may(Action::SanctionEverywhere, None) => Ok(None),
        None => Err(Error::refuse(Code::ValidationFailed, "site: name a site that you moderate")),
    }
}

/// Refuses to sanction oneself, and who is not below the caller on the site or the whole server.
///
/// # Errors
/// 403 `forbidden`, 404 when there is no such person.
pub(super) fn require_below(tx: &mut Tx<'_>, caller: &Caller, user: UserId, site: Option<SiteId>) -> Result<(), Error> {
    tx.user_own(user)?.ok_or_else(Error::not_found)?;
    let role = role_on(&tx.roles_of(user)?, site);
    if user == caller.user || !outranks(caller.role(site), role) {
        let detail = "a sanction is for who has a lower role there than you, and never for oneself";
        return Err(Error::refuse(Code::Forbidden, detail));
    }
    Ok(())
}

/// Everything that follows a decision on a person: what they will see of it, the log's row, and the
/// event with what stands against them now.
pub(super) fn follow(
    tx: &mut Tx<'_>,
    decision: &Decision,
    sanction: &Sanction,
    (before, after): (Option<String>, Option<String>),
) -> Result<(), Error> {
    let entry = EntryId(new_id(decision.at_ms));
    tx.entry_insert_on_person(entry, decision.id, sanction.id, sanction.user_id, decision.at_ms)?;
    if decision.act == Act::Sanction {
        state_sanction(tx, entry, decision, sanction)?;
    }
    tx.log_append(&log_entry(decision, (before, after)))?;
    let detail = SanctionsDetail::to_json(tx.sanctions_standing(sanction.user_id, decision.at_ms)?);
    tx.event_on_user(EventKind::SanctionsChanged, sanction.user_id, Some(&detail), decision.at_ms)?;
    Ok(())
}

fn log_entry(decision: &Decision, (before, after): (Option<String>, Option<String>)) -> LogEntry {
    LogEntry {
        chain: Chain::of(decision.site_id.0),
        at_ms: decision.at_ms,
        actor_id: decision.actor_id,
        action: decision.act.as_str().to_owned(),
        target: format!("decision:{}", decision.id),
        reason_code: decision.reason.map(|reason| reason.as_str().to_owned()),
        before,
        after,
        note: decision.note.clone(),
        salt: rand::random(),
    }
}

/// A sanction for the log.
pub(super) fn describe(of: &Sanction) -> String {
    json!({
        "sanction_id": of.id, "user_id": of.user_id, "kind": of.kind, "until_ms": of.until_ms,
        "is_lifted": of.lifted_ms.is_some(),
    })
    .to_string()
}

/// The sanction that a decision on a person is about: the first of those it undoes made it.
pub(super) fn sanction_behind(tx: &mut Tx<'_>, decision: &Decision) -> Result<Sanction, Error> {
    let (mut first, mut undoes) = (decision.id, decision.undoes);
    while let Some(id) = undoes {
        first = id;
        undoes = tx.decision_by_id(id)?.and_then(|decision| decision.undoes);
    }
    let found = tx.sanction_of_decision(first)?;
    let missing = || StoreError::Corrupt(format!("decision {first} made no sanction"));
    Ok(found.ok_or_else(missing)?.sanction)
}

fn kept(tx: &mut Tx<'_>, id: SanctionId) -> Result<Sanctioned, Error> {
    tx.sanction_by_id(id)?.ok_or_else(Error::not_found)
}

/// What is noted on the whole server is for those who moderate all of it.
pub(super) fn hide_note(caller: &Caller, item: &mut Sanctioned) {
    if !caller.may(Action::Moderate, item.sanction.site_id()) {
        item.note = None;
    }
}
