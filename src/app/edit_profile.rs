//! What a person says of themselves: reading it whole, changing it.
//!
//! Passwords are `change_password`'s. Verifying an address is nobody's yet.

use super::change_password::{password_required, wrong_password};
use super::register::{parse_display_name, parse_email};
use super::session::{Me, me_of};
use super::{App, Caller, Error};
use crate::domain::permission::Action;
use crate::store::{EventKind, Key};

/// What is to change; none leaves a field as it is. No `Debug`: it may hold a password.
#[derive(Clone, Default)]
pub struct Profile {
    /// The name beside comments.
    pub display_name: Option<String>,
    /// A new address, which stays unverified; needs the current password.
    pub email: Option<String>,
    /// Proves who asks.
    pub current_password: Option<String>,
    /// Whether others may see when they are online.
    pub show_presence: Option<bool>,
}

impl App {
    /// The caller as they see themselves.
    ///
    /// # Errors
    /// 401 `session_ended` when they are gone, or the store's.
    pub async fn me(&self, caller: &Caller) -> Result<Me, Error> {
        caller.require(Action::Participate, None)?;
        let user = caller.user;
        self.store.read("me", move |tx| me_of(tx, user)).await
    }

    /// Changes the caller's name, address or settings. Whether an address is in use is never told.
    ///
    /// # Errors
    /// 422 `validation_failed` with the field, 429 `rate_limited` after wrong passwords.
    pub async fn edit_profile(&self, caller: &Caller, profile: Profile) -> Result<Me, Error> {
        caller.require(Action::Participate, None)?;
        let name = profile.display_name.as_deref().map(parse_display_name).transpose()?;
        let email = profile.email.as_deref().map(parse_email).transpose()?;
        let proven = match (&email, &profile.current_password) {
            (None, _) => None,
            (Some(_), None) => return Err(password_required()),
            (Some(_), Some(password)) => Some(self.prove(caller, password).await?.password_hash),
        };
        let (user, now_ms, show_presence) = (caller.user, self.now_ms(), profile.show_presence);
        self.store
            .write("edit_profile", Key::user(user), move |tx| {
                let before = me_of(tx, user)?.own;
                if proven.as_ref().is_some_and(|hash| *hash != before.password_hash) {
                    return Err(wrong_password());
                }
                // the same address again stays as verified as it is
                let email = email.as_deref().filter(|email| before.email.as_deref() != Some(email));
                let name = name.as_ref().map(|name| name.as_str()).filter(|name| before.user.display_name != *name);
                let show_presence = show_presence.filter(|shows| before.user.show_presence != *shows);
                let is_seen = name.is_some() || show_presence.is_some();
                if is_seen || email.is_some() {
                    tx.user_set_profile(user, name, email, show_presence)?;
                }
                // every page of every thread is made anew by it
                if is_seen {
                    tx.event_on_user(EventKind::UserChanged, user, None, now_ms)?;
                }
                me_of(tx, user)
            })
            .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::session::fixture::*;

    #[tokio::test]
    async fn an_address_needs_the_password_and_the_rest_does_not() {
        let world = World::new().await;
        let caller = world.caller(&world.register("alice").await).unwrap();
        let email = |password: Option<&str>| Profile {
            email: Some("a@Example.org".into()),
            current_password: password.map(str::to_owned),
            ..Profile::default()
        };
        let wrong = |code: &str| ("/current_password".to_owned(), code.to_owned());
        assert_eq!(field(world.app.edit_profile(&caller, email(None)).await), wrong("required"));
        assert_eq!(field(world.app.edit_profile(&caller, email(Some("wrong"))).await), wrong("wrong"));
        let me = world.app.edit_profile(&caller, email(Some(PASSWORD))).await.unwrap();
        assert_eq!(me.own.email.as_deref(), Some("a@example.org"));
        let rest = Profile { display_name: Some("Alice A.".into()), show_presence: Some(false), ..Profile::default() };
        world.app.edit_profile(&caller, rest).await.unwrap();
        world.app.edit_profile(&caller, Profile::default()).await.unwrap();
        let me = world.app.me(&caller).await.unwrap();
        assert_eq!(me.own.user.display_name, "Alice A.");
        assert!(!me.own.user.show_presence);
        assert_eq!(me.own.email.as_deref(), Some("a@example.org"));
        let bad = Profile { display_name: Some(" ".into()), ..Profile::default() };
        assert_eq!(field(world.app.edit_profile(&caller, bad).await).0, "/display_name");
    }
}
