//! People and their roles.

use std::collections::HashMap;

use super::driver::{Columns, values};
use super::{StoreError, Tx, dialect};
use crate::domain::comment::State;
use crate::domain::flag::FlagState;
use crate::domain::ids::{SiteId, UserId};
use crate::domain::permission::Role;
use crate::domain::scoring::Outcomes;
use crate::domain::user::{Grant, NewUser, Own, User};

/// The columns of a person as others see them, for use in joins: alias `u`.
macro_rules! user_columns {
    () => {
        "u.id, u.login, u.display_name, u.show_presence, u.created_ms"
    };
}
pub(super) use user_columns;

pub(super) fn user(c: &mut Columns<'_>) -> Result<User, StoreError> {
    Ok(User {
        id: c.take()?,
        login: c.take()?,
        display_name: c.take()?,
        show_presence: c.take()?,
        joined_ms: c.take()?,
    })
}

/// Like [`user`], for an outer join that may find nobody.
pub(super) fn maybe_user(c: &mut Columns<'_>) -> Result<Option<User>, StoreError> {
    let (id, login, display_name, show_presence, joined_ms) =
        (c.maybe()?, c.maybe()?, c.maybe()?, c.maybe()?, c.maybe()?);
    Ok(match (id, login, display_name, show_presence, joined_ms) {
        (Some(id), Some(login), Some(display_name), Some(show_presence), Some(joined_ms)) => {
            Some(User { id, login, display_name, show_presence, joined_ms })
        }
        _ => None,
    })
}

fn own(c: &mut Columns<'_>) -> Result<Own, StoreError> {
    Ok(Own { user: user(c)?, email: c.maybe()?, password_hash: c.maybe()? })
}

/// A person's record on one site, for its moderators.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// Comments by state, in the order of [`State::ALL`].
    pub comments: [i64; State::ALL.len()],
    /// Own flags that a moderator agreed with.
    pub flags_upheld: i64,
    /// Own flags that a moderator disagreed with.
    pub flags_dismissed: i64,
}

impl Record {
    /// Comments in a state.
    pub fn in_state(&self, state: State) -> i64 {
        State::ALL.iter().zip(self.comments).find(|(of, _)| **of == state).map_or(0, |(_, count)| count)
    }

    /// What became of the flags.
    pub fn reports(&self) -> Outcomes {
        Outcomes { upheld: self.flags_upheld, dismissed: self.flags_dismissed }
    }
}

impl Tx<'_> {
    /// A person with what only they see.
    pub fn user_own(&mut self, id: UserId) -> Result<Option<Own>, StoreError> {
        self.first(
            concat!("SELECT ", user_columns!(), ", u.email, u.password_hash FROM user_account u WHERE u.id = ?1"),
            values![id],
            own,
        )
    }

    /// The person with that login key.
    pub fn user_by_login_key(&mut self, key: &str) -> Result<Option<Own>, StoreError> {
        self.first(
            concat!(
                "SELECT ",
                user_columns!(),
                ", u.email, u.password_hash FROM user_account u WHERE u.login_key = ?1"
            ),
            values![key],
            own,
        )
    }

    /// The person who has proven to own that address.
    pub fn user_by_email(&mut self, email: &str) -> Result<Option<Own>, StoreError> {
        self.first(
            concat!(
                "SELECT ",
                user_columns!(),
                ", u.email, u.password_hash FROM user_account u WHERE u.email = ?1 AND u.email_verified_ms IS NOT NULL"
            ),
            values![email],
            own,
        )
    }

    /// People by id; who is gone is left out.
    pub fn users_by_id(&mut self, ids: &[UserId]) -> Result<Vec<User>, StoreError> {
        let ids = dialect::id_list(ids.iter().map(|id| id.0));
        self.all(
            concat!("SELECT ", user_columns!(), " FROM user_account u WHERE u.id IN EACH_ID(?1) ORDER BY u.id"),
            values![&ids],
            user,
        )
    }

    /// The same, to be found by id.
    pub fn people(&mut self, ids: &[UserId]) -> Result<HashMap<UserId, User>, StoreError> {
        Ok(self.users_by_id(ids)?.into_iter().map(|user| (user.id, user)).collect())
    }

    /// People whose login key begins so, in the order of keys, `count` at most.
    pub fn users_by_beginning(&mut self, key: &str, count: i64) -> Result<Vec<User>, StoreError> {
        // nothing that a key holds comes after this character
        let end = format!("{key}\u{10ffff}");
        self.all(
            concat!(
                "SELECT ",
                user_columns!(),
                " FROM user_account u WHERE u.login_key >= ?1 AND u.login_key < ?2 ORDER BY u.login_key LIMIT ?3"
            ),
            values![key, &end, count],
            user,
        )
    }

    /// Makes a person.
    pub fn user_insert(&mut self, new: &NewUser) -> Result<(), StoreError> {
        self.run(
            "INSERT INTO user_account (id, login, login_key, display_name, email, password_hash, created_ms)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            values![
                new.id,
                new.login.as_str(),
                &new.login.key(),
                new.display_name.as_str(),
                new.email.as_deref(),
                new.password_hash.as_deref(),
                new.created_ms
            ],
        )?;
        Ok(())
    }

    /// Gives a person a new password hash.
    pub fn user_set_password(&mut self, id: UserId, hash: &str) -> Result<(), StoreError> {
        self.run("UPDATE user_account SET password_hash = ?2 WHERE id = ?1", values![id, hash])?;
        Ok(())
    }

    /// Changes what a person says of themselves; none leaves a field as it is. A new address is
    /// not verified.
    pub fn user_set_profile(
        &mut self,
        id: UserId,
        display_name: Option<&str>,
        email: Option<&str>,
        show_presence: Option<bool>,
    ) -> Result<(), StoreError> {
        self.run(
            "UPDATE user_account SET display_name = COALESCE(?2, display_name), email = COALESCE(?3, email),
               email_verified_ms = CASE WHEN ?3 IS NULL THEN email_verified_ms END,
               show_presence = COALESCE(?4, show_presence) WHERE id = ?1",
            values![id, display_name, email, show_presence],
        )?;
        Ok(())
    }

    /// Notes when a person was last seen.
    pub fn user_set_seen(&mut self, id: UserId, seen_ms: i64) -> Result<(), StoreError> {
        self.run(
            "UPDATE user_account SET seen_ms = ?2 WHERE id = ?1 AND (seen_ms IS NULL OR seen_ms < ?2)",
            values![id, seen_ms],
        )?;
        Ok(())
    }

    /// Who was seen since then.
    pub fn users_seen_since(&mut self, since_ms: i64) -> Result<Vec<(UserId, i64)>, StoreError> {
        self.all(
            "SELECT id, seen_ms FROM user_account WHERE seen_ms >= ?1 ORDER BY seen_ms, id",
            values![since_ms],
            |c| Ok((c.take()?, c.take()?)),
        )
    }

    /// Every role given to anybody.
    pub fn roles_all(&mut self) -> Result<Vec<(UserId, Grant)>, StoreError> {
        self.all("SELECT user_id, site_id, role FROM role ORDER BY user_id, site_id", &[], |c| {
            let (user, site, role) = (c.take()?, c.take()?, c.word(Role::parse)?);
            Ok((user, Grant { site: (site != 0).then_some(SiteId(site)), role }))
        })
    }

    /// The roles of one person.
    pub fn roles_of(&mut self, user: UserId) -> Result<Vec<Grant>, StoreError> {
        self.all("SELECT site_id, role FROM role WHERE user_id = ?1 ORDER BY site_id", values![user], |c| {
            let (site, role) = (c.take()?, c.word(Role::parse)?);
            Ok(Grant { site: (site != 0).then_some(SiteId(site)), role })
        })
    }

    /// The roles of one person with the keys of their sites; none: the whole server.
    pub fn roles_named(&mut self, user: UserId) -> Result<Vec<(Option<String>, Role)>, StoreError> {
        self.all(
            "SELECT s.key, r.role FROM role r LEFT JOIN site s ON s.id = r.site_id WHERE r.user_id = ?1 ORDER BY r.site_id",
            values![user],
            |c| Ok((c.maybe()?, c.word(Role::parse)?)),
        )
    }

    /// Gives a role on a site, or on the whole server, in place of the one held there.
    pub fn role_set(&mut self, user: UserId, grant: Grant, granted_ms: i64) -> Result<(), StoreError> {
        self.run(
            "INSERT INTO role (user_id, site_id, role, granted_ms) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (user_id, site_id) DO UPDATE SET role = excluded.role, granted_ms = excluded.granted_ms",
            values![user, grant.site.map_or(0, |site| site.0), grant.role.as_str(), granted_ms],
        )?;
        Ok(())
    }

    /// Takes the role held on a site, or on the whole server.
    pub fn role_remove(&mut self, user: UserId, site: Option<SiteId>) -> Result<(), StoreError> {
        self.run("DELETE FROM role WHERE user_id = ?1 AND site_id = ?2", values![user, site.map_or(0, |site| site.0)])?;
        Ok(())
    }

    /// What a person has done on a site.
    pub fn record_of(&mut self, user: UserId, site: SiteId) -> Result<Record, StoreError> {
        let record = self.first(
            "SELECT published, held, hidden, deleted, flags_upheld, flags_dismissed FROM record
             WHERE user_id = ?1 AND site_id = ?2",
            values![user, site],
            |c| {
                let comments = [c.take()?, c.take()?, c.take()?, c.take()?];
                Ok(Record { comments, flags_upheld: c.take()?, flags_dismissed: c.take()? })
            },
        )?;
        Ok(record.unwrap_or_default())
    }

    /// Counts one comment of a person on a site in another state than before; a new one had none.
    pub fn record_move_comment(
        &mut self,
        user: UserId,
        site: SiteId,
        from: Option<State>,
        to: State,
    ) -> Result<(), StoreError> {
        let by = |state| i64::from(to == state) - i64::from(from == Some(state));
        self.run(
            "INSERT INTO record (user_id, site_id, published, held, hidden, deleted) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (user_id, site_id) DO UPDATE SET published = record.published + excluded.published,
               held = record.held + excluded.held, hidden = record.hidden + excluded.hidden,
               deleted = record.deleted + excluded.deleted",
            values![user, site, by(State::Published), by(State::Held), by(State::Hidden), by(State::Deleted)],
        )?;
        Ok(())
    }

    /// Moves the counts of settled flags of people, each by one flag.
    pub fn record_add_flags(
        &mut self,
        people: &[UserId],
        site: SiteId,
        settled: FlagState,
        by: i64,
    ) -> Result<(), StoreError> {
        let moved = |state| if settled == state { by } else { 0 };
        self.run(
            "INSERT INTO record (user_id, site_id, flags_upheld, flags_dismissed)
               SELECT id, ?2, ?3, ?4 FROM user_account WHERE id IN EACH_ID(?1)
             ON CONFLICT (user_id, site_id) DO UPDATE SET
               flags_upheld = record.flags_upheld + excluded.flags_upheld,
               flags_dismissed = record.flags_dismissed + excluded.flags_dismissed",
            values![
                &dialect::id_list(people.iter().map(|id| id.0)),
                site,
                moved(FlagState::Upheld),
                moved(FlagState::Dismissed)
            ],
        )?;
        Ok(())
    }
}
