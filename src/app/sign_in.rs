//! Signs a person in with login or verified address and password.
//!
//! What is wrong is not told, and takes the same work whatever it is: nobody learns here which
//! addresses have an account (OWASP Authentication, "Authentication Responses").

use super::hashing::Verified;
use super::register::lower_domain;
use super::session::{Opening, StartSession, Started};
use super::throttle::Attempt;
use super::{App, Error};
use crate::domain::code::Code;
use crate::domain::login::Login;
use crate::domain::user::Own;
use crate::store::{Key, Tx};

/// Longer passwords are nobody's, see `domain::password`; in bytes.
const PASSWORD_MAX_BYTES: usize = 1_024;
/// Most characters of an identifier that failures are counted under.
const ACCOUNT_MAX_CHARS: usize = 254;
/// Stands for a password that is too long to be anybody's.
const PLACEHOLDER: &str = "longer than any password";

impl App {
    /// Starts a session for who knows the password. `client_net` is the client's network, under
    /// which failures are counted.
    ///
    /// # Errors
    /// 401 `invalid_credentials`, 429 `rate_limited`, 503 `overloaded`.
    pub async fn sign_in(
        &self,
        identifier: String,
        password: String,
        start: StartSession,
        client_net: String,
    ) -> Result<Started, Error> {
        let account = account_of(&identifier);
        let attempt = self.attempt(&account, &client_net).await?;
        let found = self.store.read("sign_in_find", move |tx| find(tx, &identifier)).await?;
        let kept = found.as_ref().and_then(|own| own.password_hash.clone());
        let verified = self.check_password_of(&password, kept.clone(), attempt).await?;
        let Some(own) = found.filter(|_| verified != Verified::No) else {
            return Err(Code::InvalidCredentials.into());
        };
        let renewed = match verified {
            Verified::Outdated => Some(self.hasher.hash(&password).await?),
            _ => None,
        };
        let (user, scope) = (own.user.id, start.scope);
        let opening = Opening::draw(self, start);
        let opened = self
            .store
            .write("sign_in", Key::free(), move |tx| {
                // the password may have been changed while it was checked
                if tx.user_own(user)?.and_then(|own| own.password_hash) != kept {
                    return Err(Code::InvalidCredentials.into());
                }
                if let Some(hash) = &renewed {
                    tx.user_set_password(user, hash)?;
                }
                attempt.succeed(tx)?;
                opening.insert(tx, user)
            })
            .await?;
        self.sign_tokens(opened, scope)
    }

    /// Checks a password against what is kept of it, with the same work when nothing is kept or
    /// the password is longer than any. Where that fails, the attempt is given back.
    pub(super) async fn check_password_of(
        &self,
        password: &str,
        kept: Option<String>,
        attempt: Attempt,
    ) -> Result<Verified, Error> {
        let (password, kept) = match password.len() {
            ..=PASSWORD_MAX_BYTES => (password, kept),
            _ => (PLACEHOLDER, None),
        };
        let verified = self.hasher.verify(password, kept).await;
        if verified.is_err() {
            self.take_back(attempt).await?;
        }
        verified
    }
}

/// What failures are counted under: the login's key, so that look-alikes count together, or the
/// address in lower case.
pub(super) fn account_of(identifier: &str) -> String {
    match Login::parse(identifier) {
        Ok(login) => login.key(),
        Err(_) => identifier.to_lowercase().chars().take(ACCOUNT_MAX_CHARS).collect(),
    }
}

fn find(tx: &mut Tx<'_>, identifier: &str) -> Result<Option<Own>, Error> {
    // a login has no '@', and an address always has one
    Ok(match Login::parse(identifier) {
        Ok(login) => tx.user_by_login_key(&login.key())?,
        Err(_) => tx.user_by_email(&lower_domain(identifier))?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::session::fixture::*;
    use crate::domain::session::Client;
    use crate::store::StoreError;

    async fn try_in(world: &World, identifier: &str, password: &str) -> Result<Started, Error> {
        let start = start(Client::Native);
        world.app.sign_in(identifier.into(), password.into(), start, "192.0.2.0/24".into()).await
    }

    #[tokio::test]
    async fn whatever_is_wrong_gets_one_answer() {
        let world = World::new().await;
        let mut alice = applicant("alice");
        alice.email = Some("alice@example.org".into());
        world.app.register(alice, start(Client::Native)).await.ok().unwrap();
        let long = "x".repeat(1_025);
        let wrong = [
            ("alice", "five unrelated words!"),
            ("alice", &long),
            ("nobody", PASSWORD),
            ("alice@example.org", PASSWORD), // not verified
            ("", PASSWORD),
            ("nobody", "nobody has this password"),
            ("alice", ""),
        ];
        let mut details = Vec::new();
        for (identifier, password) in wrong {
            match try_in(&world, identifier, password).await {
                Err(Error::Refused(refusal)) => details.push((refusal.code, refusal.detail)),
                _ => panic!("{identifier} was not refused"),
            }
        }
        details.dedup();
        assert_eq!(details, [(Code::InvalidCredentials, Code::InvalidCredentials.title().to_owned())]);
        assert!(try_in(&world, "ALICE", PASSWORD).await.is_ok());
    }

    #[tokio::test]
    async fn an_unknown_login_takes_as_long_as_a_wrong_password() {
        let world = World::new().await;
        world.register("alice").await;
        let mut fastest = [std::time::Duration::MAX; 3];
        for _ in 0..4 {
            let long = "x".repeat(1_025);
            let tries = [("alice", "a wrong password"), ("nobody", "a wrong password"), ("alice", long.as_str())];
            for ((identifier, password), fastest) in tries.into_iter().zip(&mut fastest) {
                let begun = std::time::Instant::now();
                assert_eq!(refused(try_in(&world, identifier, password).await), "invalid_credentials");
                *fastest = begun.elapsed().min(*fastest);
                world.wait_s(3_600);
            }
        }
        let [wrong, unknown, too_long] = fastest;
        // without the hash it would be a hundredth
        assert!(unknown * 3 > wrong && too_long * 3 > wrong, "{wrong:?} {unknown:?} {too_long:?}");
    }

    #[tokio::test]
    async fn guessing_is_slowed_and_the_right_password_too() {
        let world = World::new().await;
        world.register("alice").await;
        for _ in 0..5 {
            assert_eq!(refused(try_in(&world, "alice", "a wrong password").await), "invalid_credentials");
        }
        assert_eq!(refused(try_in(&world, "Alice", PASSWORD).await), "rate_limited");
        world.wait_s(1);
        assert!(try_in(&world, "alice", PASSWORD).await.is_ok());
    }

    #[tokio::test]
    async fn a_weaker_hash_is_renewed() {
        let world = World::new().await;
        let user = world.register("alice").await.session.user_id;
        let params = argon2::Params::new(1_024, 1, 1, None).unwrap();
        let weak = argon2::Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params);
        let weak = argon2::PasswordHasher::hash_password(&weak, PASSWORD.as_bytes()).unwrap().to_string();
        let kept = weak.clone();
        world.app.store.write("test", Key::free(), move |tx| tx.user_set_password(user, &weak)).await.unwrap();
        assert!(try_in(&world, "alice", PASSWORD).await.is_ok());
        let own = world.app.store.read("test", move |tx| tx.user_own(user)).await;
        let renewed = own.map_err(|e: StoreError| e).unwrap().unwrap().password_hash.unwrap();
        assert!(renewed != kept && renewed.contains("m=19456"), "{renewed}");
        assert!(try_in(&world, "alice", PASSWORD).await.is_ok());
    }
}
