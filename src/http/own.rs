//! A person's own things: profile, password, sign-ins.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::app::App;
use crate::app::edit_profile::Profile;
use crate::domain::ids::SessionId;

use super::auth::password_fits;
use super::extract::{Id, Json, Signed};
use super::problem::Problem;
use super::{reply, wire};

/// Changes to a profile; what is absent stays.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProfileBody {
    /// The name beside comments.
    #[schema(min_length = 1, max_length = 64)]
    pub display_name: Option<String>,
    /// A new address; needs `current_password`.
    #[validate(email, length(max = 254))]
    #[schema(format = Email, max_length = 254)]
    pub email: Option<String>,
    /// The password, to change the address.
    #[validate(custom(function = "password_fits"))]
    #[schema(min_length = 1, max_length = 1024)]
    pub current_password: Option<String>,
    /// What is chosen.
    pub settings: Option<SettingsBody>,
}

/// Changes to what is chosen; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SettingsBody {
    /// Whether others may see when one is online.
    pub show_presence: Option<bool>,
}

/// A change of the password.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordBody {
    /// The one so far.
    #[validate(custom(function = "password_fits"))]
    #[schema(min_length = 1, max_length = 1024)]
    pub current_password: String,
    /// The new one: at least 15 characters, at most 1,024 bytes; taken exactly as sent.
    #[schema(min_length = 15, max_length = 1024)]
    pub new_password: String,
}

/// `GET /me`
pub async fn me(app: web::Data<App>, caller: Signed) -> Result<HttpResponse, Problem> {
    let me = app.me(&caller.0).await?;
    reply::private(&wire::me(&app, &me))
}

/// `PATCH /me`
pub async fn edit(app: web::Data<App>, caller: Signed, body: Json<ProfileBody>) -> Result<HttpResponse, Problem> {
    let ProfileBody { display_name, email, current_password, settings } = body.value;
    let show_presence = settings.and_then(|settings| settings.show_presence);
    let profile = Profile { display_name, email, current_password, show_presence };
    let me = app.edit_profile(&caller.0, profile).await?;
    reply::private(&wire::me(&app, &me))
}

/// `PUT /me/password`
pub async fn password(app: web::Data<App>, caller: Signed, body: Json<PasswordBody>) -> Result<HttpResponse, Problem> {
    app.change_password(&caller.0, &body.value.current_password, &body.value.new_password).await?;
    Ok(reply::done())
}

/// The sign-ins in force.
#[derive(Serialize, ToSchema)]
pub struct OwnSessions {
    /// Newest first.
    items: Vec<wire::OwnSession>,
    /// Always null: the list is whole.
    next: Option<String>,
}

/// `GET /me/sessions`
pub async fn sessions(app: web::Data<App>, caller: Signed) -> Result<HttpResponse, Problem> {
    let sessions = app.sessions(&caller.0).await?;
    let items = sessions.iter().map(|session| wire::own_session(session, caller.0.session)).collect();
    reply::private(&OwnSessions { items, next: None })
}

/// `DELETE /me/sessions`
pub async fn end_others(app: web::Data<App>, caller: Signed) -> Result<HttpResponse, Problem> {
    app.end_other_sessions(&caller.0).await?;
    Ok(reply::done())
}

/// `DELETE /me/sessions/{id}`
pub async fn end(app: web::Data<App>, caller: Signed, id: Id<SessionId>) -> Result<HttpResponse, Problem> {
    app.end_session(&caller.0, id.0).await?;
    Ok(reply::done())
}
