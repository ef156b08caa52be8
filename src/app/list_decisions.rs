//! What moderators read of decisions: those of a site, and what one was aimed at.

use std::collections::HashMap;

use super::caller::{Caller, site_for};
use super::decide::before;
use super::{App, Error};
use crate::domain::cursor;
use crate::domain::decision::{Aim, Decision, Phase, STEP, Target, WHOLE};
use crate::domain::ids::{CommentId, DecisionId, SiteId, UserId};
use crate::domain::permission::Action;
use crate::domain::user::User;
use crate::store::{Past, StoreError, Tx};

/// A page of a site's decisions, newest first.
pub struct DecisionPage {
    /// The decisions.
    pub decisions: Vec<Decision>,
    /// Those who made and confirmed them.
    pub people: HashMap<UserId, User>,
    /// Where it goes on.
    pub next: Option<String>,
}

/// A target of a decision.
#[derive(Clone, Debug)]
pub enum Listed {
    /// What became of it.
    Done(Target),
    /// It is still to come.
    Waiting(Aim),
}

/// A page of what a decision is aimed at, in order.
pub struct TargetPage {
    /// The decision's site.
    pub site: SiteId,
    /// The targets.
    pub targets: Vec<Listed>,
    /// What had been decided last on those left alone.
    pub before: HashMap<CommentId, Past>,
    /// Where it goes on.
    pub next: Option<String>,
}

impl App {
    /// A site's decisions, newest first; only those that have got as far as `phase`, if it is given.
    ///
    /// # Errors
    /// 403 without a role on the site, 422 for the cursor.
    pub async fn decisions(
        &self,
        caller: &Caller,
        site: String,
        phase: Option<Phase>,
        page: (Option<String>, usize),
    ) -> Result<DecisionPage, Error> {
        caller.require_any_moderator()?;
        let caller = caller.clone();
        self.store
            .read("decisions", move |tx| {
                let site = site_for(tx, &caller, Action::Moderate, &site)?.id;
                let (list, (cursor, limit)) = (format!("decisions-of:{site}"), &page);
                let after = cursor.as_ref().map(|cursor| cursor::decode::<2>(&list, cursor)).transpose()?;
                let after = after.map(|[at, id]| (at, id));
                let mut decisions = Vec::new();
                // a seek in each phase: one index serves whichever is asked for
                for phase in phase.as_ref().map_or(Phase::ALL, std::slice::from_ref) {
                    decisions.extend(tx.decisions_of_site(site, *phase, after, *limit as i64 + 1)?);
                }
                decisions.sort_unstable_by_key(|decision| std::cmp::Reverse((decision.at_ms, decision.id)));
                let next = cursor::cut(&list, &mut decisions, *limit, |decision| [decision.at_ms, decision.id.0]);
                let people = decisions.iter().flat_map(|d| [d.actor_id, d.course.confirmed_by]).flatten();
                let people: Vec<UserId> = people.collect();
                let people = tx.people(&people)?;
                Ok(DecisionPage { decisions, people, next })
            })
            .await
    }

    /// What a decision is aimed at, in order: what became of each, and what is still to come.
    ///
    /// # Errors
    /// 404 when there is none that the caller may know of, 422 for the cursor.
    pub async fn decision_targets(
        &self,
        caller: &Caller,
        id: DecisionId,
        page: (Option<String>, usize),
    ) -> Result<TargetPage, Error> {
        caller.require_any_moderator()?;
        let caller = caller.clone();
        self.store
            .read("decision_targets", move |tx| {
                let decision = tx.decision_by_id(id)?.ok_or_else(Error::not_found)?;
                if !caller.may(Action::Moderate, Some(decision.site_id)) {
                    return Err(Error::not_found());
                }
                let (list, (cursor, limit)) = (format!("targets:{id}"), &page);
                let after = cursor.as_ref().map(|cursor| cursor::decode::<1>(&list, cursor)).transpose()?;
                let mut found = after_position(tx, &decision, after.map_or(-1, |[position]| position), *limit + 1)?;
                let next = cursor::cut(&list, &mut found, *limit, |(position, _)| [*position]);
                let done = found.iter().filter_map(|(_, listed)| match listed {
                    Listed::Done(target) => Some(target.clone()),
                    Listed::Waiting(_) => None,
                });
                let before = before(tx, &done.collect::<Vec<_>>())?;
                let targets = found.into_iter().map(|(_, listed)| listed).collect();
                Ok(TargetPage { site: decision.site_id, targets, before, next })
            })
            .await
    }
}

/// The targets after a position, each with its own: those it has come to, then those of the list. An
/// undo has no list of its own: what is to come is what the other has settled.
fn after_position(
    tx: &mut Tx<'_>,
    decision: &Decision,
    position: i64,
    count: usize,
) -> Result<Vec<(i64, Listed)>, StoreError> {
    let done = tx.targets_after(decision.id, position, count as i64)?;
    let mut found: Vec<(i64, Listed)> = done.into_iter().map(|(at, target)| (at, Listed::Done(target))).collect();
    if found.len() < count && decision.course.phase != Phase::Done {
        let first = (position + 1).max(decision.course.done());
        // the step that a position lies in begins less than a unit before it
        let steps = (count + WHOLE) / STEP + 2;
        for batch in tx.batches_from(decision.id, first - WHOLE as i64, steps as i64)? {
            let places = (batch.position..).zip(batch.aims);
            found.extend(places.filter(|(at, _)| *at >= first).map(|(at, aim)| (at, Listed::Waiting(aim))));
        }
        found.truncate(count);
    }
    Ok(found)
}
