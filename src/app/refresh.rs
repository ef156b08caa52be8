//! Gives a new pair of tokens for a refresh token, once.
//!
//! A token that comes back after its use was stolen, or its successor was: the session ends, so
//! that thief and owner both have to sign in (RFC 9700, 4.14.2). What a token is good for is
//! judged by `domain::session::rotation`.

use super::session::{Opened, Started, end_one, me_of, millis};
use super::{App, Error, secret};
use crate::domain::code::Code;
use crate::domain::ids::SessionId;
use crate::domain::session::{Rotation, Scope, Session, rotation};
use crate::store::{Key, Tx};

/// What the unit did. A refusal that has to be kept must not come as an error: that rolls back.
enum Outcome {
    Rotated(Box<Opened>),
    Reused(SessionId),
    Ended,
    Unknown,
}

impl App {
    /// Rotates a refresh token. The access token may do what both the session and the caller
    /// (`scope`) may; the session keeps its scope.
    ///
    /// # Errors
    /// 401 `session_ended` when the session has ended, is too old or ends now because the token
    /// was used before; 401 `invalid_token` when there is no such token.
    pub async fn refresh(&self, token: &str, scope: Scope) -> Result<Started, Error> {
        let now_ms = self.now_ms();
        let idle_ms = millis(self.settings.auth.refresh_idle_s);
        let (text, hash) = secret::opaque();
        let rotate = Rotate { spent: secret::hash(token), text, hash, now_ms, idle_ms };
        let outcome = self.store.write("refresh", Key::token(&rotate.spent), move |tx| rotate.apply(tx)).await?;
        match outcome {
            Outcome::Rotated(opened) => self.sign_tokens(*opened, scope),
            Outcome::Reused(session) => {
                tracing::warn!(%session, "a refresh token was used again: its session is ended");
                Err(Code::SessionEnded.into())
            }
            Outcome::Ended => Err(Code::SessionEnded.into()),
            Outcome::Unknown => Err(Code::InvalidToken.into()),
        }
    }

    /// Whether the session of a refresh token goes on.
    ///
    /// # Errors
    /// The store's.
    pub async fn may_refresh(&self, token: &str) -> Result<bool, Error> {
        let (hash, now_ms) = (secret::hash(token), self.now_ms());
        let read = move |tx: &mut Tx<'_>| {
            let Some(kept) = tx.refresh_by_hash(&hash)? else { return Ok(false) };
            Ok(tx.session_by_id(kept.session_id)?.is_some_and(|session| is_under_way(&session, now_ms)))
        };
        self.store.read("may_refresh", read).await
    }
}

/// All that has to be known before the unit.
struct Rotate {
    spent: [u8; 32],
    text: String,
    hash: [u8; 32],
    now_ms: i64,
    idle_ms: i64,
}

impl Rotate {
    fn apply(&self, tx: &mut Tx<'_>) -> Result<Outcome, Error> {
        let now_ms = self.now_ms;
        let Some(kept) = tx.refresh_by_hash(&self.spent)? else { return Ok(Outcome::Unknown) };
        let Some(session) = tx.session_by_id(kept.session_id)?.filter(|s| is_under_way(s, now_ms)) else {
            return Ok(Outcome::Ended);
        };
        match rotation(&kept, now_ms, self.idle_ms) {
            Rotation::Expired => Ok(Outcome::Ended),
            Rotation::Reused => {
                end_one(tx, session.id, now_ms)?;
                Ok(Outcome::Reused(session.id))
            }
            Rotation::Rotate => {
                tx.refresh_spend(&self.spent, now_ms)?;
                tx.refresh_insert(&self.hash, session.id, now_ms)?;
                tx.session_use(session.id, now_ms)?;
                let me = me_of(tx, session.user_id)?;
                let session = Session { used_ms: now_ms, ..session };
                Ok(Outcome::Rotated(Box::new(Opened { session, me, refresh_token: Some(self.text.clone()) })))
            }
        }
    }
}

fn is_under_way(session: &Session, now_ms: i64) -> bool {
    session.ended_ms.is_none() && session.expires_ms > now_ms
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::session::fixture::*;

    async fn rotate(world: &World, token: &str) -> Result<Started, Error> {
        world.app.refresh(token, Scope::Full).await
    }

    #[tokio::test]
    async fn each_use_gives_another_token_of_the_same_session() {
        let world = World::new().await;
        let first = world.register("alice").await;
        world.wait_s(1_000);
        assert_eq!(world.caller(&first).unwrap_err(), "token_expired");
        let second = rotate(&world, first.refresh_token.as_deref().unwrap()).await.ok().unwrap();
        assert_ne!(second.refresh_token, first.refresh_token);
        let caller = world.caller(&second).unwrap();
        assert_eq!((caller.session, caller.user), (first.session.id, first.session.user_id));
        assert!(second.session.used_ms > first.session.used_ms);
        world.wait_s(60);
        assert!(rotate(&world, second.refresh_token.as_deref().unwrap()).await.is_ok());
        assert_eq!(refused(rotate(&world, "never given").await), "invalid_token");
    }

    #[tokio::test]
    async fn a_lost_answer_is_forgiven_and_reuse_ends_the_session() {
        let world = World::new().await;
        let first = world.register("alice").await;
        let token = first.refresh_token.clone().unwrap();
        rotate(&world, &token).await.ok().unwrap();
        world.wait_s(10);
        let child = rotate(&world, &token).await.ok().unwrap();
        assert!(world.caller(&child).is_ok());
        assert_eq!(refused(rotate(&world, &token).await), "session_ended");
        assert_eq!(world.caller(&child).unwrap_err(), "session_ended");
        let token = child.refresh_token.unwrap();
        assert_eq!(refused(rotate(&world, &token).await), "session_ended");
    }

    #[tokio::test]
    async fn a_late_reuse_ends_the_session() {
        let world = World::new().await;
        let first = world.register("alice").await;
        let token = first.refresh_token.clone().unwrap();
        let child = rotate(&world, &token).await.ok().unwrap();
        world.wait_s(11);
        assert_eq!(refused(rotate(&world, &token).await), "session_ended");
        assert_eq!(world.caller(&child).unwrap_err(), "session_ended");
    }

    #[tokio::test]
    async fn a_session_ends_by_idleness_and_by_age() {
        let world = World::new().await;
        let idle_s = i64::try_from(world.app.settings.auth.refresh_idle_s).unwrap();
        let first = world.register("alice").await;
        let mut token = first.refresh_token.unwrap();
        for _ in 0..5 {
            world.wait_s(idle_s);
            token = rotate(&world, &token).await.ok().unwrap().refresh_token.unwrap();
        }
        // 180 days in all: the sixth idle month is one too many
        world.wait_s(idle_s);
        assert_eq!(refused(rotate(&world, &token).await), "session_ended");
        let other = world.register("bob").await.refresh_token.unwrap();
        world.wait_s(idle_s + 1);
        assert_eq!(refused(rotate(&world, &other).await), "session_ended");
    }

    #[tokio::test]
    async fn a_token_does_not_outlive_its_session() {
        let world = World::new().await;
        let auth = &world.app.settings.auth;
        let (idle_s, max_s) = (i64::try_from(auth.refresh_idle_s).unwrap(), i64::try_from(auth.session_max_s).unwrap());
        let mut token = world.register("alice").await.refresh_token.unwrap();
        let mut left_s = max_s - 60;
        while left_s > 0 {
            world.wait_s(left_s.min(idle_s));
            left_s -= idle_s;
            let next = rotate(&world, &token).await.ok().unwrap();
            assert_eq!(next.expires_in_s, if left_s > 0 { 900 } else { 60 });
            token = next.refresh_token.unwrap();
        }
    }

    #[tokio::test]
    async fn the_narrower_scope_is_answered_and_the_session_keeps_its_own() {
        let world = World::new().await;
        let first = world.register("alice").await;
        let narrow = world.app.refresh(first.refresh_token.as_deref().unwrap(), Scope::Reader).await.ok().unwrap();
        assert_eq!(world.caller(&narrow).unwrap().scope, Scope::Reader);
        let wide = rotate(&world, narrow.refresh_token.as_deref().unwrap()).await.ok().unwrap();
        assert_eq!(world.caller(&wide).unwrap().scope, Scope::Full);
    }
}
