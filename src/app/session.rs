//! Sessions: how they start, whom their tokens name, and every way they end but by reuse.
//!
//! Who may start one is decided in `register`, `sign_in` and `exchange`; how one goes on, in
//! `refresh`. Cookies are the business of `http`.

use super::token::{Claims, Kind};
use super::{App, Caller, Error, new_id, secret};
use crate::domain::code::Code;
use crate::domain::ids::{SessionId, UserId};
use crate::domain::permission::{Action, Role};
use crate::domain::session::{Client, Scope, Session};
use crate::domain::user::Own;
use crate::store::{Key, Tx};

/// Most characters kept of an agent's name.
const AGENT_MAX_CHARS: usize = 200;

/// What a session is to be.
#[derive(Clone, Debug)]
pub struct StartSession {
    /// How its tokens travel.
    pub client: Client,
    /// The most its tokens may do.
    pub scope: Scope,
    /// The browser's or program's own name; cut after 200 characters.
    pub agent: Option<String>,
}

/// A session just started or refreshed, with the tokens to give away. No `Debug`: it holds secrets.
pub struct Started {
    /// The access token; none for the console.
    pub access_token: Option<String>,
    /// The console's token; none for everybody else.
    pub console_token: Option<String>,
    /// The refresh token; none for the console.
    pub refresh_token: Option<String>,
    /// How long the access or console token is good for, in seconds.
    pub expires_in_s: u64,
    /// The session.
    pub session: Session,
    /// Whose it is.
    pub me: Me,
}

/// A person as they see themselves.
#[derive(Clone, Debug)]
pub struct Me {
    /// Name, address and settings.
    pub own: Own,
    /// Their roles: the key of the site, or none for the whole server.
    pub grants: Vec<(Option<String>, Role)>,
}

/// A session about to be started: all that has to be drawn before the unit.
pub(super) struct Opening {
    id: SessionId,
    start: StartSession,
    now_ms: i64,
    expires_ms: i64,
    refresh: Option<(String, [u8; 32])>,
}

/// A session kept by a unit, whose tokens are still to be signed.
pub(super) struct Opened {
    pub(super) session: Session,
    pub(super) me: Me,
    pub(super) refresh_token: Option<String>,
}

impl Opening {
    /// Draws the id and the refresh token of a session to start now.
    pub(super) fn draw(app: &App, start: StartSession) -> Opening {
        let auth = &app.settings.auth;
        let now_ms = app.now_ms();
        let max_s = if start.client == Client::Console { auth.console_max_s } else { auth.session_max_s };
        Opening {
            id: SessionId(new_id(now_ms)),
            now_ms,
            expires_ms: now_ms.saturating_add(millis(max_s)),
            refresh: (start.client != Client::Console).then(secret::opaque),
            start,
        }
    }

    /// Keeps the session and its refresh token, for a person who has been made or found before in
    /// the same unit.
    pub(super) fn insert(&self, tx: &mut Tx<'_>, user: UserId) -> Result<Opened, Error> {
        let session = Session {
            id: self.id,
            user_id: user,
            scope: self.start.scope,
            client: self.start.client,
            agent: self.start.agent.as_ref().map(|agent| agent.chars().take(AGENT_MAX_CHARS).collect()),
            created_ms: self.now_ms,
            used_ms: self.now_ms,
            expires_ms: self.expires_ms,
            ended_ms: None,
        };
        tx.session_insert(&session)?;
        if let Some((_, hash)) = &self.refresh {
            tx.refresh_insert(hash, self.id, self.now_ms)?;
        }
        let refresh_token = self.refresh.as_ref().map(|(text, _)| text.clone());
        Ok(Opened { session, me: me_of(tx, user)?, refresh_token })
    }
}

/// A person as they see themselves; who is gone has no session either.
pub(super) fn me_of(tx: &mut Tx<'_>, user: UserId) -> Result<Me, Error> {
    let own = tx.user_own(user)?.ok_or(Code::SessionEnded)?;
    Ok(Me { own, grants: tx.roles_named(user)? })
}

/// Ends all sessions of a person but one, and tells of each.
pub(super) fn end_all(tx: &mut Tx<'_>, user: UserId, keep: Option<SessionId>, now_ms: i64) -> Result<(), Error> {
    for session in tx.session_end_others(user, keep, now_ms)? {
        tx.event_on_session(session, now_ms)?;
    }
    Ok(())
}

/// Ends one session if it is under way, and tells of it.
pub(super) fn end_one(tx: &mut Tx<'_>, session: SessionId, now_ms: i64) -> Result<bool, Error> {
    let ended = tx.session_end(session, now_ms)?;
    if ended {
        tx.event_on_session(session, now_ms)?;
    }
    Ok(ended)
}

/// Seconds of a setting in milliseconds.
pub fn millis(seconds: u64) -> i64 {
    i64::try_from(seconds.saturating_mul(1_000)).unwrap_or(i64::MAX)
}

impl App {
    /// Signs the token of a session. `scope` is what the caller may have at the most; a token
    /// never outlives its session.
    pub(super) fn sign_tokens(&self, opened: Opened, scope: Scope) -> Result<Started, Error> {
        let Opened { session, me, refresh_token } = opened;
        let now_ms = self.now_ms();
        let left_s = (session.expires_ms - now_ms).max(0) / 1_000;
        let is_console = session.client == Client::Console;
        let (kind, ttl_s) = match is_console {
            true => (Kind::Console, self.settings.auth.console_max_s),
            false => (Kind::Access, self.settings.auth.access_ttl_s),
        };
        let ttl_s = i64::try_from(ttl_s).unwrap_or(i64::MAX).min(left_s);
        let claims = Claims { user: session.user_id, session: session.id, scope: session.scope.min(scope) };
        let token = self.keys.sign(claims, kind, now_ms, ttl_s)?;
        let (access_token, console_token) = if is_console { (None, Some(token)) } else { (Some(token), None) };
        let expires_in_s = u64::try_from(ttl_s).unwrap_or(0);
        Ok(Started { access_token, console_token, refresh_token, expires_in_s, session, me })
    }

    /// Ends the session whose token the caller showed; one that has ended stays so.
    ///
    /// # Errors
    /// The store's.
    pub async fn sign_out(&self, session: SessionId) -> Result<(), Error> {
        let now_ms = self.now_ms();
        self.store.write("sign_out", Key::free(), move |tx| end_one(tx, session, now_ms).map(drop)).await
    }

    /// Ends the session of a refresh token. An unknown one belongs to no session that could be
    /// used, which is what was asked for.
    ///
    /// # Errors
    /// The store's.
    pub async fn sign_out_refresh(&self, refresh_token: &str) -> Result<(), Error> {
        let hash = secret::hash(refresh_token);
        let now_ms = self.now_ms();
        self.store
            .write("sign_out_refresh", Key::token(&hash), move |tx| match tx.refresh_by_hash(&hash)? {
                Some(token) => end_one(tx, token.session_id, now_ms).map(drop),
                None => Ok(()),
            })
            .await
    }

    /// The caller's sessions that can still be used, newest first, 200 at most.
    ///
    /// # Errors
    /// 403 `forbidden`, or the store's.
    pub async fn sessions(&self, caller: &Caller) -> Result<Vec<Session>, Error> {
        caller.require(Action::Participate, None)?;
        let (user, now_ms) = (caller.user, self.now_ms());
        let idle_ms = millis(self.settings.auth.refresh_idle_s);
        let mut sessions = self.store.read("sessions", move |tx| Ok::<_, Error>(tx.sessions_of(user, now_ms)?)).await?;
        // who was away for too long cannot refresh, though nothing has marked the session
        sessions.retain(|session| session.client == Client::Console || now_ms - session.used_ms <= idle_ms);
        Ok(sessions)
    }

    /// Ends one of the caller's sessions, which may be the one they call with.
    ///
    /// # Errors
    /// 404 `not_found` when there is no such session, it is another's or it has ended.
    pub async fn end_session(&self, caller: &Caller, session: SessionId) -> Result<(), Error> {
        caller.require(Action::Participate, None)?;
        let (user, now_ms) = (caller.user, self.now_ms());
        self.store
            .write("end_session", Key::user(user), move |tx| {
                let found = tx.session_by_id(session)?.filter(|s| s.user_id == user && s.expires_ms > now_ms);
                if found.is_some() && end_one(tx, session, now_ms)? { Ok(()) } else { Err(Error::not_found()) }
            })
            .await
    }

    /// Ends all of the caller's sessions but the one they call with.
    ///
    /// # Errors
    /// 403 `forbidden`, or the store's.
    pub async fn end_other_sessions(&self, caller: &Caller) -> Result<(), Error> {
        caller.require(Action::Participate, None)?;
        let (user, keep, now_ms) = (caller.user, caller.session, self.now_ms());
        self.store.write("end_other_sessions", Key::user(user), move |tx| end_all(tx, user, Some(keep), now_ms)).await
    }
}

/// What the tests of sessions and their neighbours stand on.
#[cfg(test)]
pub(super) mod fixture {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::*;
    use crate::app::register::Register;
    use crate::config::Settings;
    use crate::database::Database;
    use crate::store::{Options, Store};

    pub const PASSWORD: &str = "four unrelated words";

    /// An app over a store of its own, with a clock that moves only by hand.
    pub struct World {
        pub app: App,
        clock: Arc<AtomicI64>,
        _directory: tempfile::TempDir,
        _database: Database,
    }

    impl World {
        pub async fn new() -> World {
            let directory = tempfile::tempdir().unwrap();
            let clock = Arc::new(AtomicI64::new(1_700_000_000_000));
            let database = Database::new();
            let options = Options { url: database.url.clone(), ..Options::at(directory.path()) };
            let told = Arc::clone(&clock);
            let tell = Arc::new(move || told.load(Ordering::SeqCst));
            let store = Store::open(&options).unwrap();
            let app = App::start(store, Settings::default(), "https://c.example".into(), tell).await.unwrap();
            World { app, clock, _directory: directory, _database: database }
        }

        pub fn wait_s(&self, seconds: i64) {
            self.clock.fetch_add(seconds * 1_000, Ordering::SeqCst);
        }

        pub async fn register(&self, login: &str) -> Started {
            self.app.register(applicant(login), start(Client::Native)).await.map_err(|e| e.to_string()).unwrap()
        }

        /// Who an access token belongs to, or the code of the refusal.
        pub fn caller(&self, started: &Started) -> Result<Caller, &'static str> {
            self.app.authenticate(started.access_token.as_deref().unwrap(), Kind::Access).map_err(|e| code(&e))
        }
    }

    pub fn applicant(login: &str) -> Register {
        Register { login: login.into(), password: PASSWORD.into(), display_name: None, email: None }
    }

    pub fn start(client: Client) -> StartSession {
        StartSession { client, scope: Scope::Full, agent: Some("test".into()) }
    }

    /// The code of a refusal.
    pub fn code(error: &Error) -> &'static str {
        match error {
            Error::Refused(refusal) => refusal.code.name(),
            other => panic!("{other}"),
        }
    }

    /// Like [`code`], for what should have been refused.
    pub fn refused<T>(result: Result<T, Error>) -> &'static str {
        code(&result.err().expect("a refusal"))
    }

    /// Pointer and code of the field that was refused.
    pub fn field<T>(result: Result<T, Error>) -> (String, String) {
        match result.err().expect("a refusal") {
            Error::Refused(refusal) => {
                let field = refusal.fields.into_iter().next().expect("a field");
                match field.place {
                    crate::app::Place::Pointer(name) | crate::app::Place::Parameter(name) => (name, field.code),
                }
            }
            other => panic!("{other}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::fixture::*;
    use super::*;

    #[tokio::test]
    async fn an_ended_session_is_refused_at_once() {
        let world = World::new().await;
        let alice = world.register("alice").await;
        let caller = world.caller(&alice).unwrap();
        world.app.sign_out(caller.session).await.unwrap();
        assert_eq!(world.caller(&alice).unwrap_err(), "session_ended");
        let refresh = alice.refresh_token.unwrap();
        assert_eq!(refused(world.app.refresh(&refresh, Scope::Full).await), "session_ended");
        world.app.sign_out_refresh(&refresh).await.unwrap();
        world.app.sign_out_refresh("never given").await.unwrap();
    }

    #[tokio::test]
    async fn only_own_sessions_that_go_on_can_be_ended() {
        let world = World::new().await;
        let (alice, bob) = (world.register("alice").await, world.register("bob").await);
        let caller = world.caller(&alice).unwrap();
        assert_eq!(refused(world.app.end_session(&caller, bob.session.id).await), "not_found");
        assert!(world.caller(&bob).is_ok());
        let sign_in = || world.app.sign_in("Alice".into(), PASSWORD.into(), start(Client::Browser), "1.1.1.1".into());
        let second = sign_in().await.map_err(|e| e.to_string()).unwrap();
        let third = sign_in().await.map_err(|e| e.to_string()).unwrap();
        assert_eq!(world.app.sessions(&caller).await.unwrap().len(), 3);
        world.app.end_session(&caller, second.session.id).await.unwrap();
        assert_eq!(refused(world.app.end_session(&caller, second.session.id).await), "not_found");
        assert_eq!(world.caller(&second).unwrap_err(), "session_ended");
        world.app.end_other_sessions(&caller).await.unwrap();
        assert_eq!(world.caller(&third).unwrap_err(), "session_ended");
        assert!(world.caller(&alice).is_ok());
        assert!(world.caller(&bob).is_ok());
        world.wait_s(31 * 86_400);
        assert!(world.app.sessions(&caller).await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn the_console_gets_one_token_that_is_no_access_token() {
        let world = World::new().await;
        let console = world.app.register(applicant("alice"), start(Client::Console)).await.ok().unwrap();
        assert!(console.access_token.is_none() && console.refresh_token.is_none());
        assert_eq!(console.expires_in_s, world.app.settings.auth.console_max_s);
        let token = console.console_token.unwrap();
        assert!(world.app.authenticate(&token, Kind::Console).is_ok());
        assert_eq!(refused(world.app.authenticate(&token, Kind::Access)), "invalid_token");
    }
}
