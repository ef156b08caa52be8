//! What every request must know at once: ended sessions, roles, registered origins.
//!
//! Loaded at start and kept current by events, which the store hands over after each commit and
//! before it is acknowledged: what one request has changed, the next one sees.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, PoisonError, RwLock};

use serde::{Deserialize, Serialize};

use crate::domain::ids::{SessionId, SiteId, UserId};
use crate::domain::permission::{Role, role_on};
use crate::domain::user::Grant;
use crate::store::{Event, EventKind, Store, StoreError};

#[derive(Default)]
struct Known {
    ended: HashMap<SessionId, i64>,
    grants: HashMap<UserId, Arc<[Grant]>>,
    origins: HashMap<String, HashSet<SiteId>>,
}

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

/// The detail of a site event: an origin registered for a site.
#[derive(Serialize, Deserialize)]
pub struct OriginDetail {
    /// The site.
    pub site: SiteId,
    /// The origin.
    pub origin: String,
}

impl Standing {
    /// Knows nothing yet.
    pub fn new() -> Standing {
        Standing::default()
    }

    /// Loads roles, origins and the sessions that ended since then.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub async fn load(&self, store: &Store, ended_since_ms: i64) -> Result<(), StoreError> {
        let (ended, grants, origins) = store
            .read("standing", move |tx| {
                Ok::<_, StoreError>((tx.sessions_ended_since(ended_since_ms)?, tx.roles_all()?, tx.origins_all()?))
            })
            .await?;
        let mut by_user: HashMap<UserId, Vec<Grant>> = HashMap::new();
        for (user, grant) in grants {
            by_user.entry(user).or_default().push(grant);
        }
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        known.ended.extend(ended);
        known.grants.extend(by_user.into_iter().map(|(user, grants)| (user, grants.into())));
        for (site, origin) in origins {
            known.origins.entry(origin).or_default().insert(site);
        }
        Ok(())
    }

    /// Takes in what was committed.
    pub fn apply(&self, events: &[Event]) {
        let concerns = |event: &&Event| {
            matches!(event.kind, EventKind::SessionEnded | EventKind::RolesChanged | EventKind::SiteChanged)
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
                (EventKind::RolesChanged, _, Some(user)) => match serde_json::from_str::<RolesDetail>(detail) {
                    Ok(RolesDetail(roles)) => {
                        let grants = roles.into_iter().map(|(site, role)| Grant { site, role }).collect();
                        known.grants.insert(user, grants);
                    }
                    // unreadable roles are no roles: never more than was given
                    Err(error) => {
                        tracing::error!(%error, seq = event.seq, "a roles event cannot be read");
                        known.grants.remove(&user);
                    }
                },
                (EventKind::SiteChanged, ..) => match serde_json::from_str::<OriginDetail>(detail) {
                    Ok(detail) => {
                        known.origins.entry(detail.origin).or_default().insert(detail.site);
                    }
                    Err(error) => tracing::error!(%error, seq = event.seq, "a site event cannot be read"),
                },
                _ => tracing::error!(seq = event.seq, "an event lacks what it is about"),
            }
        }
    }

    /// Whether a session was ended.
    pub fn has_ended(&self, session: SessionId) -> bool {
        self.0.read().unwrap_or_else(PoisonError::into_inner).ended.contains_key(&session)
    }

    /// Forgets sessions that ended before then: their tokens have expired.
    pub fn forget_ended(&self, before_ms: i64) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).ended.retain(|_, at| *at >= before_ms);
    }

    /// A person's roles.
    pub fn grants(&self, user: UserId) -> Arc<[Grant]> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        known.grants.get(&user).cloned().unwrap_or_else(|| Arc::from([]))
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
        self.0.read().unwrap_or_else(PoisonError::into_inner).origins.contains_key(origin)
    }

    /// Whether an origin is registered with a site.
    pub fn origin_of(&self, site: SiteId, origin: &str) -> bool {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        known.origins.get(origin).is_some_and(|sites| sites.contains(&site))
    }
}
