//! Changes a password: by its owner, who knows the old one, or from the command line.
//!
//! Whoever may have learnt the old password loses their sessions.

use super::hashing::Verified;
use super::named::user_named;
use super::register::check_password;
use super::session::end_all;
use super::sign_in::account_of;
use super::{App, Caller, Error};
use crate::domain::code::Code;
use crate::domain::log::{Chain, LogEntry};
use crate::domain::permission::Action;
use crate::domain::user::Own;
use crate::store::Key;

/// The field in which a password is given to prove who asks.
const PROOF: &str = "/current_password";

impl App {
    /// Changes the caller's password and ends their other sessions.
    ///
    /// A wrong current password is 422 and not 401, which front ends would take for a lost
    /// session; it counts as a failed sign-in.
    ///
    /// # Errors
    /// 422 `validation_failed` with the field, 429 `rate_limited`, 503 `overloaded`.
    pub async fn change_password(&self, caller: &Caller, current: &str, new: &str) -> Result<(), Error> {
        caller.require(Action::Participate, None)?;
        let own = self.prove(caller, current).await?;
        check_password("/new_password", new, &own.user.login)?;
        let hash = self.hasher.hash(new).await?;
        let (user, keep, now_ms) = (caller.user, caller.session, self.now_ms());
        self.store
            .write("change_password", Key::user(user), move |tx| {
                // two changes at once: the second has proven a password that is none any more
                if tx.user_own(user)?.and_then(|now| now.password_hash) != own.password_hash {
                    return Err(wrong_password());
                }
                tx.user_set_password(user, &hash)?;
                end_all(tx, user, Some(keep), now_ms)
            })
            .await
    }

    /// Sets the password of an account from the command line and ends all its sessions.
    ///
    /// # Errors
    /// 404 `not_found`, 422 `validation_failed` for a weak password.
    pub async fn set_password(&self, login: &str, new: &str) -> Result<(), Error> {
        let name = login.to_owned();
        let own = self.store.read("set_password_find", move |tx| user_named(tx, &name)).await?;
        check_password("/password", new, &own.user.login)?;
        let hash = self.hasher.hash(new).await?;
        let (user, now_ms, salt) = (own.user.id, self.now_ms(), rand::random());
        self.store
            .write("set_password", Key::log().and(Key::user(user)), move |tx| {
                tx.user_set_password(user, &hash)?;
                end_all(tx, user, None, now_ms)?;
                tx.log_append(&LogEntry {
                    chain: Chain::Server,
                    at_ms: now_ms,
                    actor_id: None,
                    action: "user.password".to_owned(),
                    target: format!("user:{user}"),
                    reason_code: None,
                    before: None,
                    after: None,
                    note: None,
                    salt,
                })?;
                Ok::<_, Error>(())
            })
            .await
    }

    /// Lets the caller prove that they know their password, as slowly as at sign-in. Failures
    /// are counted for the session, which is all that a thief of a token has.
    ///
    /// # Errors
    /// 422 `validation_failed` at `/current_password`, 429 `rate_limited`.
    pub(super) async fn prove(&self, caller: &Caller, password: &str) -> Result<Own, Error> {
        let user = caller.user;
        let own = self.store.read("prove", move |tx| Ok::<_, Error>(tx.user_own(user)?)).await?;
        let own = own.ok_or(Code::SessionEnded)?;
        let account = account_of(&own.user.login);
        let client = format!("session {}", caller.session);
        let attempt = self.attempt(&account, &client).await?;
        if self.check_password_of(password, own.password_hash.clone(), attempt).await? == Verified::No {
            return Err(wrong_password());
        }
        self.store.write("proved", Key::account(&account), move |tx| attempt.succeed(tx)).await?;
        Ok(own)
    }
}

/// The current password is another.
pub(super) fn wrong_password() -> Error {
    Error::field(PROOF, "wrong", "this is not the current password")
}

/// The current password has to be given.
pub(super) fn password_required() -> Error {
    Error::field(PROOF, "required", "give the current password to change the address")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::session::fixture::*;
    use crate::domain::session::Client;

    const NEW: &str = "five other unrelated words";

    async fn sign_in(world: &World, password: &str) -> Result<crate::app::session::Started, Error> {
        world.app.sign_in("alice".into(), password.into(), start(Client::Native), "1.1.1.1".into()).await
    }

    #[tokio::test]
    async fn the_new_password_ends_all_other_sessions() {
        let world = World::new().await;
        let here = world.register("alice").await;
        let there = sign_in(&world, PASSWORD).await.ok().unwrap();
        let caller = world.caller(&here).unwrap();
        let wrong = |at: &str, code: &str| (at.to_owned(), code.to_owned());
        let change = |current: &'static str, new: &'static str| world.app.change_password(&caller, current, new);
        assert_eq!(field(change("not the password", NEW).await), wrong("/current_password", "wrong"));
        assert_eq!(field(change(PASSWORD, "short").await), wrong("/new_password", "too_short"));
        assert!(world.caller(&there).is_ok());
        change(PASSWORD, NEW).await.unwrap();
        assert!(world.caller(&here).is_ok());
        assert_eq!(world.caller(&there).unwrap_err(), "session_ended");
        assert_eq!(refused(sign_in(&world, PASSWORD).await), "invalid_credentials");
        assert!(sign_in(&world, NEW).await.is_ok());
    }

    #[tokio::test]
    async fn a_thief_of_a_token_cannot_guess_without_end() {
        let world = World::new().await;
        let caller = world.caller(&world.register("alice").await).unwrap();
        for _ in 0..5 {
            assert_eq!(refused(world.app.change_password(&caller, "wrong", NEW).await), "validation_failed");
        }
        assert_eq!(refused(world.app.change_password(&caller, PASSWORD, NEW).await), "rate_limited");
        // whoever knows it still gets in elsewhere
        assert!(sign_in(&world, PASSWORD).await.is_ok());
    }

    #[tokio::test]
    async fn the_command_line_ends_every_session_and_leaves_a_row() {
        let world = World::new().await;
        let here = world.register("alice").await;
        assert_eq!(refused(world.app.set_password("nobody", NEW).await), "not_found");
        world.app.set_password("Alice", NEW).await.unwrap();
        assert_eq!(world.caller(&here).unwrap_err(), "session_ended");
        assert!(sign_in(&world, NEW).await.is_ok());
        let rows =
            world.app.store.read("test", |tx| Ok::<_, Error>(tx.log_page(Chain::Server, None, 9)?)).await.unwrap();
        assert_eq!(rows.first().unwrap().row.action, "user.password");
    }
}
