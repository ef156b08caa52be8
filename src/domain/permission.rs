//! Who may do what: one table of action and role, nothing allowed that is not in it. What a sanction
//! then keeps a person from is in `sanction`.

use super::flag::words;
use super::ids::SiteId;
use super::session::Scope;
use super::user::Grant;

words! {
    /// What a person is on a site, or on the whole server.
    Role {
        /// Anybody signed in.
        Reader "reader",
        /// Works the site's queue.
        Moderator "moderator",
        /// Moderates every site and reads the server's own log.
        Admin "admin",
    }
}

/// What can be asked for. Acts on one's own things need no role, only to be the owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Read what anonymous readers see.
    Read,
    /// Take back own comments and flags; and everything under `/me`.
    Participate,
    /// Post, edit, vote and flag: what a mute keeps one from.
    Contribute,
    /// Decide on comments and people, read queue, hidden texts and people's history.
    Moderate,
    /// Erase texts for good.
    Purge,
    /// Lay a sanction on a person on the whole server, or lift it.
    SanctionEverywhere,
    /// Set a thread's title, state and modes.
    ManageThread,
    /// Set how a site is called, which origins may use it, and for what two moderators are needed.
    ManageSite,
    /// Read the site's log.
    ReadLog,
    /// Read the server's own log.
    ReadServerLog,
}

impl Action {
    /// Every action.
    pub const ALL: &'static [Action] = &[
        Action::Read,
        Action::Participate,
        Action::Contribute,
        Action::Moderate,
        Action::Purge,
        Action::SanctionEverywhere,
        Action::ManageThread,
        Action::ManageSite,
        Action::ReadLog,
        Action::ReadServerLog,
    ];
}

/// The table. `role` is none for who is not signed in.
pub fn allows(role: Option<Role>, scope: Scope, action: Action) -> bool {
    // a reader's token never moderates, whoever holds it
    let role = if scope == Scope::Reader { role.map(|_| Role::Reader) } else { role };
    match action {
        Action::Read => true,
        Action::Participate | Action::Contribute => role.is_some(),
        Action::Moderate | Action::ManageThread | Action::ReadLog => role >= Some(Role::Moderator),
        Action::ManageSite | Action::Purge | Action::SanctionEverywhere | Action::ReadServerLog => {
            role >= Some(Role::Admin)
        }
    }
}

/// The highest role that `grants` give on a site; on no site, what holds for the whole server.
pub fn role_on(grants: &[Grant], site: Option<SiteId>) -> Role {
    grants
        .iter()
        .filter(|grant| grant.site.is_none() || grant.site == site)
        .map(|grant| grant.role)
        .max()
        .unwrap_or(Role::Reader)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_table() {
        let roles = [None, Some(Role::Reader), Some(Role::Moderator), Some(Role::Admin)];
        let expected = [
            (Action::Read, [true, true, true, true]),
            (Action::Participate, [false, true, true, true]),
            (Action::Contribute, [false, true, true, true]),
            (Action::Moderate, [false, false, true, true]),
            (Action::Purge, [false, false, false, true]),
            (Action::SanctionEverywhere, [false, false, false, true]),
            (Action::ManageThread, [false, false, true, true]),
            (Action::ManageSite, [false, false, false, true]),
            (Action::ReadLog, [false, false, true, true]),
            (Action::ReadServerLog, [false, false, false, true]),
        ];
        assert_eq!(expected.len(), Action::ALL.len());
        for (action, row) in expected {
            for (role, allowed) in roles.into_iter().zip(row) {
                assert_eq!(allows(role, Scope::Full, action), allowed, "{role:?} {action:?}");
                let narrowed = allowed && matches!(action, Action::Read | Action::Participate | Action::Contribute);
                assert_eq!(allows(role, Scope::Reader, action), narrowed, "{role:?} {action:?} with a reader's token");
            }
        }
    }

    #[test]
    fn a_role_holds_on_its_site_only() {
        let here = Grant { site: Some(SiteId(1)), role: Role::Moderator };
        assert_eq!(role_on(&[here], Some(SiteId(1))), Role::Moderator);
        assert_eq!(role_on(&[here], Some(SiteId(2))), Role::Reader);
        assert_eq!(role_on(&[here], None), Role::Reader);
        let everywhere = Grant { site: None, role: Role::Admin };
        assert_eq!(role_on(&[here, everywhere], Some(SiteId(2))), Role::Admin);
    }
}
