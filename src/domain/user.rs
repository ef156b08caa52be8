//! People as others see them.

use super::display_name::DisplayName;
use super::ids::{SiteId, UserId};
use super::login::Login;
use super::permission::Role;

/// A person as any reader may see them; what only the owner sees is [`Own`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Their id.
    pub id: UserId,
    /// Their login, unique under [`Login::key`].
    pub login: String,
    /// The name beside their comments.
    pub display_name: String,
    /// Whether others may see when they are online.
    pub show_presence: bool,
    /// When they joined, in milliseconds since 1970.
    pub joined_ms: i64,
}

/// What a person sees of themselves beside [`User`].
#[derive(Clone, Debug)]
pub struct Own {
    /// What everybody sees.
    pub user: User,
    /// Their address; nobody else ever sees it.
    pub email: Option<String>,
    /// The PHC string; none while they cannot sign in.
    pub password_hash: Option<String>,
}

/// A person about to be made.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// Their id.
    pub id: UserId,
    /// Their login.
    pub login: Login,
    /// The name beside their comments.
    pub display_name: DisplayName,
    /// Their unverified address.
    pub email: Option<String>,
    /// The PHC string; none for people who came by an import.
    pub password_hash: Option<String>,
    /// When, in milliseconds since 1970.
    pub created_ms: i64,
}

/// A role and where it holds; no site means the whole server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The site, or the whole server.
    pub site: Option<SiteId>,
    /// The role.
    pub role: Role,
}
