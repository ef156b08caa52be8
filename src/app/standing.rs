//! What every request must know at once: ended sessions, roles, sanctions, registered origins.
//!
//! Loaded at start and kept current by events, which the store hands over after each commit and
//! before it is acknowledged: what one request has changed, the next one sees.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use serde::{Deserialize, Serialize};

use crate::domain::ids::{SessionId, SiteId, UserId};
use crate::domain::permission::{Role, role_on};
use crate::domain::sanction::{Restriction, merge};
use crate::domain::user::Grant;
use crate::store::{Event, EventKind, Store, StoreError};

#[derive(Default)]
struct Known {
    ended: HashMap<SessionId, i64>,
    /// Roles, with the `seq` of the event that told of them; 0 for what was loaded.
    grants: HashMap<UserId, (i64, Arc<[Grant]>)>,
    /// What stands against people, likewise; [`LOST`] for what is to be loaded again.
    sanctions: HashMap<UserId, (i64, Arc<[Restriction]>)>,
    origins: HashMap<String, HashSet<SiteId>>,
    /// The `seq` of the event that told of a site's origins.
    origins_seq: HashMap<SiteId, i64>,
    /// How often all of it was lost, and how often that was by the time of the last load.
    lost: u64,
    loaded: Option<u64>,
}

/// The `seq` of what was known before a loss.
const LOST: i64 = -1;

/// See the module.
#[derive(Default)]
pub struct Standing(RwLock<Known>);

/// The detail of a roles event: all roles of the person as they are now.
#[derive(Serialize, Deserialize)]
pub struct RolesDetail(Vec<(Option<SiteId>, Role)>);

impl RolesDetail {
    /// Written into the event.
    pub fn to_json(grants: &[Grant]) -> String {
        let detail = RolesDetail(grants.iter().map(|grant| (grant.site, grant.role)).collect());
        serde_json::to_string(&detail).expect("invariant: roles are plain data")
    }
}

/// The detail of a sanctions event: all that stands against the person by then.
#[derive(Serialize, Deserialize)]
pub struct SanctionsDetail(Vec<Restriction>);

impl SanctionsDetail {
    /// Written into the event.
    pub fn to_json(standing: Vec<Restriction>) -> String {
        serde_json::to_string(&SanctionsDetail(standing)).expect("invariant: sanctions are plain data")
    }
}

/// The detail of a site event: all origins registered for the site by then.
#[derive(Serialize, Deserialize)]
pub struct OriginsDetail {
    site: SiteId,
    origins: Vec<String>,
}

impl OriginsDetail {
    /// Written into the event.
    pub fn to_json(site: SiteId, origins: Vec<String>) -> String {
        serde_json::to_string(&OriginsDetail { site, origins }).expect("invariant: origins are plain data")
    }
}

impl Known {
    fn set_origins(&mut self, told: OriginsDetail, seq: i64) {
        if self.origins_seq.get(&told.site).is_some_and(|known| *known > seq) {
            return;
        }
        self.origins.retain(|_, sites| {
            sites.remove(&told.site);
            !sites.is_empty()
        });
        for origin in told.origins {
            self.origins.entry(origin).or_default().insert(told.site);
        }
        self.origins_seq.insert(told.site, seq);
    }
}

impl Standing {
    /// Knows nothing yet.
    pub fn new() -> Standing {
        Standing::default()
    }

    /// Whether all is known: not before the first load, nor after a loss.
    pub fn is_known(&self) -> bool {
        let known = self.known();
        known.loaded == Some(known.lost)
    }

    /// Forgets what may not be so: it is to be loaded again. A session that ended stays so, and a
    /// sanction stands until then: nobody may more by a loss.
    pub fn lose(&self) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        known.grants.clear();
        known.sanctions.values_mut().for_each(|(seq, _)| *seq = LOST);
        known.origins.clear();
        known.origins_seq.clear();
        known.lost += 1;
    }

    /// Loads roles, origins, and the sessions and sanctions that ended since then or have not. What
    /// events have told meanwhile stays: it is as new or newer.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub async fn load(&self, store: &Store, ended_since_ms: i64) -> Result<(), StoreError> {
        let lost = self.known().lost;
        let (ended, grants, origins, sanctions) = store
            .read("standing", move |tx| {
                let ended = tx.sessions_ended_since(ended_since_ms)?;
                Ok::<_, StoreError>((ended, tx.roles_all()?, tx.origins_all()?, tx.sanctions_all(ended_since_ms)?))
            })
            .await?;
        let mut standing: HashMap<UserId, Vec<Restriction>> = HashMap::new();
        for (user, restriction) in sanctions {
            merge(standing.entry(user).or_default(), restriction);
        }
        let mut by_user: HashMap<UserId, Vec<Grant>> = HashMap::new();
        for (user, grant) in grants {
            by_user.entry(user).or_default().push(grant);
        }
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        known.ended.extend(ended);
        for (user, grants) in by_user {
            known.grants.entry(user).or_insert_with(|| (0, grants.into()));
        }
        let told: HashSet<SiteId> = known.origins_seq.keys().copied().collect();
        // what was loaded before, or known before a loss, gives way
        known.sanctions.retain(|_, (seq, _)| *seq > 0);
        for (user, restrictions) in standing {
            known.sanctions.entry(user).or_insert_with(|| (0, restrictions.into()));
        }
        for (site, origin) in origins.into_iter().filter(|(site, _)| !told.contains(site)) {
            known.origins.entry(origin).or_default().insert(site);
        }
        known.loaded = Some(lost);
        Ok(())
    }

    /// Takes in what was committed.
    pub fn apply(&self, events: &[Event]) {
        let concerns = |event: &&Event| {
            matches!(
                event.kind,
                EventKind::SessionEnded
                    | EventKind::RolesChanged
                    | EventKind::SanctionsChanged
                    | EventKind::SiteChanged
            )
        };
        let mut events = events.iter().filter(concerns).peekable();
        if events.peek().is_none() {
            return;
        }
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        for event in events {
            let detail = event.detail.as_deref().unwrap_or_default();
            match (event.kind, event.session_id, event.user_id) {
                (EventKind::SessionEnded, Some(session), _) => {
                    known.ended.insert(session, event.at_ms);
                }
                (EventKind::RolesChanged, _, Some(user)) => {
                    // another node's event may come after a later one of this node's
                    if known.grants.get(&user).is_some_and(|(seq, _)| *seq > event.seq) {
                        continue;
                    }
                    let roles = serde_json::from_str(detail).unwrap_or_else(|error| {
                        tracing::error!(%error, seq = event.seq, "a roles event cannot be read");
                        // unreadable roles are no roles: never more than was given
                        RolesDetail(Vec::new())
                    });
                    let grants = roles.0.into_iter().map(|(site, role)| Grant { site, role }).collect();
                    known.grants.insert(user, (event.seq, grants));
                }
                (EventKind::SanctionsChanged, _, Some(user)) => {
                    if known.sanctions.get(&user).is_some_and(|(seq, _)| *seq > event.seq) {
                        continue;
                    }
                    match serde_json::from_str::<SanctionsDetail>(detail) {
                        Ok(standing) => {
                            known.sanctions.insert(user, (event.seq, standing.0.into()));
                        }
                        // as it was: an event that cannot be read lifts nothing
                        Err(error) => tracing::error!(%error, seq = event.seq, "a sanctions event cannot be read"),
                    }
                }
                (EventKind::SiteChanged, ..) => match serde_json::from_str::<OriginsDetail>(detail) {
                    Ok(detail) => known.set_origins(detail, event.seq),
                    Err(error) => tracing::error!(%error, seq = event.seq, "a site event cannot be read"),
                },
                _ => tracing::error!(seq = event.seq, "an event lacks what it is about"),
            }
        }
    }

    /// Whether a session was ended.
    pub fn has_ended(&self, session: SessionId) -> bool {
        self.known().ended.contains_key(&session)
    }

    /// Forgets sessions that ended before then: their tokens have expired.
    pub fn forget_ended(&self, before_ms: i64) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).ended.retain(|_, at| *at >= before_ms);
    }

    /// A person's roles.
    pub fn grants(&self, user: UserId) -> Arc<[Grant]> {
        let known = self.known();
        known.grants.get(&user).map_or_else(|| Arc::from([]), |(_, grants)| Arc::clone(grants))
    }

    /// What stands against a person at that time.
    pub fn sanctions(&self, user: UserId, now_ms: i64) -> Arc<[Restriction]> {
        let known = self.known();
        let Some((_, standing)) = known.sanctions.get(&user) else { return Arc::from([]) };
        if standing.iter().all(|restriction| restriction.lasts(now_ms)) {
            return Arc::clone(standing);
        }
        standing.iter().filter(|restriction| restriction.lasts(now_ms)).copied().collect()
    }

    /// The role beside a person's name on a site.
    pub fn badge(&self, user: UserId, site: SiteId) -> Option<Role> {
        let role = role_on(&self.grants(user), Some(site));
        (role > Role::Reader).then_some(role)
    }

    /// The role beside a person's name where no site is meant: their highest.
    pub fn highest(&self, user: UserId) -> Option<Role> {
        self.grants(user).iter().map(|grant| grant.role).max()
    }

    /// Whether an origin is registered with any site.
    pub fn knows_origin(&self, origin: &str) -> bool {
        self.known().origins.contains_key(origin)
    }

    /// Whether an origin is registered with a site.
    pub fn origin_of(&self, site: SiteId, origin: &str) -> bool {
        let known = self.known();
        known.origins.get(origin).is_some_and(|sites| sites.contains(&site))
    }

    fn known(&self) -> RwLockReadGuard<'_, Known> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::sanction::SanctionKind;

    fn roles(seq: i64, role: Role) -> Event {
        Event {
            seq,
            at_ms: 0,
            kind: EventKind::RolesChanged,
            thread: None,
            comment_id: None,
            user_id: Some(UserId(1)),
            session_id: None,
            detail: Some(RolesDetail::to_json(&[Grant { site: None, role }])),
        }
    }

    fn sanctions(seq: i64, standing: Vec<Restriction>) -> Event {
        let detail = Some(SanctionsDetail::to_json(standing));
        Event { kind: EventKind::SanctionsChanged, detail, ..roles(seq, Role::Reader) }
    }

    #[test]
    fn a_sanction_stands_by_the_latest_event_until_its_end_and_through_a_loss() {
        let muted = Restriction { kind: SanctionKind::Mute, site: None, until_ms: Some(10) };
        let standing = Standing::new();
        let at = |now_ms| standing.sanctions(UserId(1), now_ms).to_vec();
        standing.apply(&[sanctions(2, vec![muted])]);
        standing.apply(&[sanctions(1, Vec::new())]);
        assert_eq!((at(9), at(10)), (vec![muted], Vec::new()));
        standing.lose();
        assert_eq!(at(9), [muted]);
        let unreadable = Event { detail: Some("?".into()), ..sanctions(3, Vec::new()) };
        standing.apply(&[unreadable]);
        assert_eq!(at(9), [muted]);
        // another history counts anew
        standing.apply(&[sanctions(1, Vec::new())]);
        assert_eq!(at(9), []);
    }

    #[test]
    fn a_sites_origins_are_those_of_the_latest_event() {
        let told = |seq, site, origins: &[&str]| Event {
            kind: EventKind::SiteChanged,
            user_id: None,
            detail: Some(OriginsDetail::to_json(SiteId(site), origins.iter().map(|o| (*o).to_owned()).collect())),
            ..roles(seq, Role::Reader)
        };
        let standing = Standing::new();
        standing.apply(&[told(1, 1, &["https://a.example"]), told(2, 2, &["https://a.example"])]);
        standing.apply(&[told(4, 1, &["https://b.example"])]);
        standing.apply(&[told(3, 1, &["https://c.example"])]);
        assert!(standing.origin_of(SiteId(1), "https://b.example"));
        assert!(!standing.origin_of(SiteId(1), "https://a.example") && !standing.knows_origin("https://c.example"));
        assert!(standing.origin_of(SiteId(2), "https://a.example"));
    }

    #[test]
    fn of_two_nodes_events_the_later_counts_in_whatever_order_they_come() {
        let standing = Standing::new();
        standing.apply(&[roles(2, Role::Moderator)]);
        standing.apply(&[roles(1, Role::Admin)]);
        assert_eq!(standing.highest(UserId(1)), Some(Role::Moderator));
        standing.lose();
        assert!(!standing.is_known());
        assert_eq!(standing.highest(UserId(1)), None);
        // another history counts anew
        standing.apply(&[roles(1, Role::Admin)]);
        assert_eq!(standing.highest(UserId(1)), Some(Role::Admin));
    }
}
