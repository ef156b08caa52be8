//! What several answers have in common: people, sessions, lists, times.
//!
//! Ids are strings and times RFC 3339 here; inside they are numbers.

use serde::Serialize;
use utoipa::ToSchema;

use crate::app::session::{Me as OwnMe, Started};
use crate::app::{App, Error};
use crate::domain::ids::{SessionId, SiteId};
use crate::domain::permission::Role;
use crate::domain::session;
use crate::domain::time::{parse, rfc3339};
use crate::domain::user;

/// A person as any reader may see them.
#[derive(Clone, Serialize, ToSchema)]
pub struct User {
    /// What changes only with their profile.
    #[serde(flatten)]
    pub person: Person,
    /// Their role and whether they are here.
    #[serde(flatten)]
    pub now: Now,
}

/// What of a person changes only with their profile.
#[derive(Clone, Serialize, ToSchema)]
pub struct Person {
    /// Their id.
    #[schema(pattern = "^[1-9][0-9]{0,18}$")]
    pub id: String,
    /// The name under which they sign in.
    pub login: String,
    /// The name beside their comments.
    pub display_name: String,
    /// When they joined.
    #[schema(format = DateTime)]
    pub joined_at: String,
}

/// What of a person changes with time and place.
#[derive(Clone, Copy, Serialize, ToSchema)]
pub struct Now {
    /// Their role, on the comment's site where there is one; null for readers.
    pub badge: Option<Badge>,
    /// Whether they are here; null when they do not show it.
    pub presence: Option<Presence>,
}

/// A role that is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Badge {
    /// Moderates.
    Moderator,
    /// Runs the service.
    Admin,
}

/// Whether a person is here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// Seen within the last minutes.
    Online,
    /// Not seen lately.
    Offline,
}

/// A person as they see themselves.
#[derive(Clone, Serialize, ToSchema)]
pub struct Me {
    /// What everybody sees.
    #[serde(flatten)]
    pub user: User,
    /// Their address, which nobody else sees.
    pub email: Option<String>,
    /// Their roles, and where they hold.
    pub roles: Vec<OwnRole>,
    /// What they chose.
    pub settings: OwnSettings,
}

/// A role and where it holds.
#[derive(Clone, Serialize, ToSchema)]
pub struct OwnRole {
    /// The site; null for the whole server.
    pub site: Option<String>,
    /// The role.
    pub role: Role,
}

/// What a person chose.
#[derive(Clone, Serialize, ToSchema)]
pub struct OwnSettings {
    /// Whether others may see when they are online.
    pub show_presence: bool,
}

/// What a sign-in gives.
#[derive(Serialize, ToSchema)]
pub struct Session {
    /// For `Authorization: Bearer`; absent for the console, which has a cookie.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_token: Option<String>,
    /// How it is sent.
    pub token_type: TokenType,
    /// For how long it is good, in seconds.
    pub expires_in: u64,
    /// Gives the next access token; present only when the call asked for it in the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
    /// Who signed in.
    pub user: Me,
}

/// How an access token is sent.
#[derive(Clone, Copy, Serialize, ToSchema)]
pub enum TokenType {
    /// In `Authorization: Bearer`.
    Bearer,
}

/// One of a person's sign-ins.
#[derive(Serialize, ToSchema)]
pub struct OwnSession {
    /// Its id.
    #[schema(pattern = "^[1-9][0-9]{0,18}$")]
    pub id: String,
    /// How its tokens travel.
    pub client: session::Client,
    /// What its tokens may do.
    pub scope: session::Scope,
    /// The browser's or program's own name.
    pub agent: Option<String>,
    /// When it began.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// When it was last refreshed.
    #[schema(format = DateTime)]
    pub used_at: String,
    /// When it ends at the latest.
    #[schema(format = DateTime)]
    pub expires_at: String,
    /// Whether this call came by it.
    pub current: bool,
}

/// A person for others; `site` is where the badge is asked for, none for their highest role.
pub fn user(app: &App, user: &user::User, site: Option<SiteId>) -> User {
    User { person: person(user), now: now(app, user, site) }
}

/// Their unchanging part.
pub fn person(user: &user::User) -> Person {
    Person {
        id: user.id.to_string(),
        login: user.login.clone(),
        display_name: user.display_name.clone(),
        joined_at: rfc3339(user.joined_ms),
    }
}

/// The other part.
pub fn now(app: &App, user: &user::User, site: Option<SiteId>) -> Now {
    let role = match site {
        Some(site) => app.standing.badge(user.id, site),
        None => app.standing.highest(user.id),
    };
    let online = app.presence.of(user, app.now_ms());
    Now {
        badge: role.and_then(badge),
        presence: online.map(|online| if online { Presence::Online } else { Presence::Offline }),
    }
}

/// A person for themselves.
pub fn me(app: &App, me: &OwnMe) -> Me {
    Me {
        user: user(app, &me.own.user, None),
        email: me.own.email.clone(),
        roles: me.grants.iter().map(|(site, role)| OwnRole { site: site.clone(), role: *role }).collect(),
        settings: OwnSettings { show_presence: me.own.user.show_presence },
    }
}

/// What a sign-in gives; the tokens that go into the answer are named, the others are cookies.
pub fn session(app: &App, started: &Started, refresh_token: Option<String>) -> Session {
    Session {
        access_token: started.access_token.clone(),
        token_type: TokenType::Bearer,
        expires_in: started.expires_in_s,
        refresh_token,
        user: me(app, &started.me),
    }
}

/// One of a person's sign-ins; `current` is the one that asks.
pub fn own_session(session: &session::Session, current: SessionId) -> OwnSession {
    OwnSession {
        id: session.id.to_string(),
        client: session.client,
        scope: session.scope,
        agent: session.agent.clone(),
        created_at: rfc3339(session.created_ms),
        used_at: rfc3339(session.used_ms),
        expires_at: rfc3339(session.expires_ms),
        current: session.id == current,
    }
}

fn badge(role: Role) -> Option<Badge> {
    match role {
        Role::Reader => None,
        Role::Moderator => Some(Badge::Moderator),
        Role::Admin => Some(Badge::Admin),
    }
}

/// Reads a time in RFC 3339 as milliseconds since 1970; what is not given is none.
///
/// # Errors
/// What `refuse` makes of a code for programs and a sentence for people.
pub fn time(text: Option<String>, refuse: impl FnOnce(&str, &str) -> Error) -> Result<Option<i64>, Error> {
    let Some(text) = text else { return Ok(None) };
    let wrong = || refuse("malformed", "this is not a time: write 2026-01-31T12:00:00Z");
    parse(&text).ok_or_else(wrong).map(Some)
}
