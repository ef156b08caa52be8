//! Gives and takes roles from the command line, which is what authorises it.
//!
//! Holds at once: the event reaches every process's `Standing`, and no token says a role.

use serde_json::json;

use super::named::{site_named, user_named};
use super::standing::RolesDetail;
use super::{App, Error};
use crate::domain::ids::{SiteId, UserId};
use crate::domain::log::{Chain, LogEntry};
use crate::domain::permission::Role;
use crate::domain::user::Grant;
use crate::store::{EventKind, Key, Tx};

/// A role that is given, changed or taken at one place.
struct Change {
    place: Option<SiteId>,
    before: Role,
    after: Role,
}

impl App {
    /// Sets a person's role on a site or, without one, on the whole server. [`Role::Reader`]
    /// takes the role held on the site; without a site it takes all roles everywhere. Each change
    /// is a row in the log of its site or of the server; what changes nothing leaves none.
    ///
    /// # Errors
    /// 404 `not_found` when there is no such login or site.
    pub async fn set_role(&self, login: &str, role: Role, site: Option<&str>) -> Result<(), Error> {
        let (login, site, now_ms) = (login.to_owned(), site.map(str::to_owned), self.now_ms());
        self.store
            .write("set_role", Key::log(), move |tx| {
                let user = user_named(tx, &login)?.user.id;
                let site = site.as_deref().map(|key| site_named(tx, key)).transpose()?.map(|site| site.id);
                let changes = changes(&tx.roles_of(user)?, role, site);
                for change in &changes {
                    apply(tx, user, change, now_ms)?;
                }
                if !changes.is_empty() {
                    let detail = RolesDetail::to_json(&tx.roles_of(user)?);
                    tx.event_on_user(EventKind::RolesChanged, user, Some(&detail), now_ms)?;
                }
                Ok(())
            })
            .await
    }
}

/// What `role` at `place` changes about these grants.
fn changes(held: &[Grant], role: Role, place: Option<SiteId>) -> Vec<Change> {
    if role == Role::Reader && place.is_none() {
        return held.iter().map(|grant| Change { place: grant.site, before: grant.role, after: role }).collect();
    }
    let before = held.iter().find(|grant| grant.site == place).map_or(Role::Reader, |grant| grant.role);
    if before == role { Vec::new() } else { vec![Change { place, before, after: role }] }
}

fn apply(tx: &mut Tx<'_>, user: UserId, change: &Change, now_ms: i64) -> Result<(), Error> {
    match change.after {
        Role::Reader => tx.role_remove(user, change.place)?,
        role => tx.role_set(user, Grant { site: change.place, role }, now_ms)?,
    }
    tx.log_append(&LogEntry {
        chain: change.place.map_or(Chain::Server, Chain::Site),
        at_ms: now_ms,
        actor_id: None,
        action: "user.role".to_owned(),
        target: format!("user:{user}"),
        reason_code: None,
        before: Some(json!({"role": change.before}).to_string()),
        after: Some(json!({"role": change.after}).to_string()),
        note: None,
        salt: rand::random(),
    })?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::session::fixture::*;
    use crate::domain::permission::Action;

    async fn rows(world: &World, chain: Chain) -> Vec<(Option<String>, Option<String>)> {
        let rows = world.app.store.read("test", move |tx| Ok::<_, Error>(tx.log_page(chain, None, 99)?)).await.unwrap();
        let of_roles = rows.into_iter().filter(|line| line.row.action == "user.role");
        of_roles.map(|line| (line.before, line.after)).collect()
    }

    #[tokio::test]
    async fn a_role_holds_and_goes_with_the_next_request() {
        let world = World::new().await;
        let alice = world.register("alice").await;
        let blog = world.app.add_site("blog", None, &[]).await.unwrap();
        let may = || world.caller(&alice).unwrap().may(Action::Moderate, Some(blog));
        assert!(!may());
        world.app.set_role("Alice", Role::Moderator, Some("blog")).await.unwrap();
        assert!(may());
        assert!(!world.caller(&alice).unwrap().may(Action::Moderate, None));
        let me = world.app.me(&world.caller(&alice).unwrap()).await.unwrap();
        assert_eq!(me.grants, [(Some("blog".to_owned()), Role::Moderator)]);
        world.app.set_role("alice", Role::Moderator, Some("blog")).await.unwrap();
        world.app.set_role("alice", Role::Reader, Some("blog")).await.unwrap();
        assert!(!may());
        let words = |role: &str| Some(json!({ "role": role }).to_string());
        let expected = [(words("moderator"), words("reader")), (words("reader"), words("moderator"))];
        assert_eq!(rows(&world, Chain::Site(blog)).await, expected);
        assert!(rows(&world, Chain::Server).await.is_empty());
    }

    #[tokio::test]
    async fn reader_without_a_site_takes_everything() {
        let world = World::new().await;
        let alice = world.register("alice").await;
        let blog = world.app.add_site("blog", None, &[]).await.unwrap();
        world.app.set_role("alice", Role::Moderator, Some("blog")).await.unwrap();
        world.app.set_role("alice", Role::Admin, None).await.unwrap();
        assert!(world.caller(&alice).unwrap().may(Action::ReadServerLog, None));
        world.app.set_role("alice", Role::Reader, None).await.unwrap();
        assert!(world.caller(&alice).unwrap().grants.is_empty());
        assert_eq!(rows(&world, Chain::Server).await.len(), 2);
        assert_eq!(rows(&world, Chain::Site(blog)).await.len(), 2);
    }

    #[tokio::test]
    async fn unknown_names_are_told() {
        let world = World::new().await;
        world.register("alice").await;
        for (login, site) in [("nobody", None), ("", None), ("alice", Some("nowhere"))] {
            let error = world.app.set_role(login, Role::Admin, site).await.unwrap_err();
            assert_eq!(code(&error), "not_found");
            assert!(error.to_string().contains(site.unwrap_or(login)), "{error}");
        }
    }
}
