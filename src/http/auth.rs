//! Registering, signing in and out, and the tokens of a session.
//!
//! Where tokens travel: a browser gets the refresh token as a cookie, a native client both in the
//! answer, the console one cookie alone. A token that came in the body is answered in the body.

use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use crate::app::register::Register;
use crate::app::session::{StartSession, Started};
use crate::app::{App, Error};
use crate::domain::code::Code;
use crate::domain::session::Client as Travel;

use super::cookies::{self, Origin};
use super::extract::{Client, Json, JsonOrNothing, Signed, identify};
use super::problem::Problem;
use super::{reply, wire};

/// The longest name of a browser or program that is kept, in characters.
const AGENT_MAX: usize = 200;
/// The longest password, in bytes; longer ones are refused before any hashing.
const PASSWORD_MAX: usize = 1_024;

/// Asks for an account.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RegisterBody {
    /// 2 to 32 letters and digits of any script, with single spaces, `.`, `_` or `-` between them.
    #[schema(min_length = 2, max_length = 32)]
    pub login: String,
    /// At least 15 characters, at most 1,024 bytes; taken exactly as sent.
    #[schema(min_length = 15, max_length = 1024)]
    pub password: String,
    /// The name beside comments; the login when absent.
    #[schema(min_length = 1, max_length = 64)]
    pub display_name: Option<String>,
    /// An address, not verified yet.
    #[validate(email, length(max = 254))]
    #[schema(format = Email, max_length = 254)]
    pub email: Option<String>,
    /// How the tokens travel; `browser` when absent.
    pub client: Option<Travel>,
}

/// Signs in.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LoginBody {
    /// The login, or a verified address.
    #[validate(length(min = 1, max = 254))]
    #[schema(min_length = 1, max_length = 254)]
    pub identifier: String,
    /// The password.
    #[validate(custom(function = "password_fits"))]
    #[schema(min_length = 1, max_length = 1024)]
    pub password: String,
    /// How the tokens travel; `browser` when absent.
    pub client: Option<Travel>,
}

/// A refresh token, where there is no cookie.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RefreshBody {
    /// The token; absent when the cookie has it.
    #[validate(length(min = 1, max = 512))]
    #[schema(min_length = 1, max_length = 512)]
    pub refresh_token: Option<String>,
    /// May be said as at sign-in; what counts is where the token comes from: one in the body is
    /// answered in the body.
    pub client: Option<Travel>,
}

/// A code from the sign-in popup.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExchangeBody {
    /// The code, good for 60 s and once, from the page that asked for it.
    #[validate(length(min = 1, max = 512))]
    #[schema(min_length = 1, max_length = 512)]
    pub code: String,
}

/// Asks for a code for another origin's page.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CodeBody {
    /// The registered origin whose page may exchange it.
    #[validate(length(min = 1, max = 512))]
    #[schema(min_length = 1, max_length = 512)]
    pub origin: String,
}

/// A code for another origin's page.
#[derive(Serialize, ToSchema)]
pub struct SignInCode {
    /// For `POST /auth/exchange`.
    pub code: String,
}

pub(super) fn password_fits(password: &str) -> Result<(), ValidationError> {
    if (1..=PASSWORD_MAX).contains(&password.len()) {
        Ok(())
    } else {
        Err(ValidationError::new("length").with_message("must be 1 to 1024 bytes".into()))
    }
}

/// `POST /auth/register`
pub async fn register(
    req: HttpRequest,
    app: web::Data<App>,
    body: Json<RegisterBody>,
) -> Result<HttpResponse, Problem> {
    let RegisterBody { login, password, display_name, email, client } = body.value;
    let start = start(&req, &app, client)?;
    let started = app.register(Register { login, password, display_name, email }, start).await?;
    let location = format!("/api/v1/users/{}", started.me.own.user.id);
    let mut response = answer(&req, &app, &started, StatusCode::CREATED)?;
    let location = header::HeaderValue::try_from(location).map_err(|error| Error::Fault(error.to_string()))?;
    response.headers_mut().insert(header::LOCATION, location);
    Ok(response)
}

/// `POST /auth/login`
pub async fn login(
    req: HttpRequest,
    app: web::Data<App>,
    from: Client,
    body: Json<LoginBody>,
) -> Result<HttpResponse, Problem> {
    let LoginBody { identifier, password, client } = body.value;
    let start = start(&req, &app, client)?;
    let started = app.sign_in(identifier, password, start, from.net()).await?;
    answer(&req, &app, &started, StatusCode::OK)
}

/// `POST /auth/refresh`
pub async fn refresh(
    req: HttpRequest,
    app: web::Data<App>,
    body: JsonOrNothing<RefreshBody>,
) -> Result<HttpResponse, Problem> {
    let scope = cookies::scope(&req, &app);
    if let Some(token) = body.0.refresh_token {
        let started = app.refresh(&token, scope).await?;
        return in_body(&app, &started, StatusCode::OK);
    }
    let token = cookies::read(&req, cookies::refresh(&app)).ok_or_else(|| Error::from(Code::SignInRequired))?;
    cookies::require_page(&req, &app)?;
    let started = app.refresh(token, scope).await?;
    answer_by_cookie(&req, &app, &started, StatusCode::OK)
}

/// `POST /auth/logout`: the session of the bearer token (or the console's cookie), else that of
/// the refresh token. An expired bearer token does not keep anybody signed in.
pub async fn logout(
    req: HttpRequest,
    app: web::Data<App>,
    body: JsonOrNothing<RefreshBody>,
) -> Result<HttpResponse, Problem> {
    match identify(&req) {
        Ok(Some(caller)) => app.sign_out(caller.session).await?,
        known => {
            if let Some(token) = body.0.refresh_token {
                app.sign_out_refresh(&token).await?;
            } else if let Some(token) = cookies::read(&req, cookies::refresh(&app)) {
                cookies::require_page(&req, &app)?;
                app.sign_out_refresh(token).await?;
            } else {
                known?;
                return Err(Code::SignInRequired.into());
            }
        }
    }
    let mut response = reply::done();
    cookies::clear(&mut response, &req, &app).await?;
    Ok(response)
}

/// `POST /auth/exchange`: a sign-in for the registered page that asked for it, as a reader.
pub async fn exchange(
    req: HttpRequest,
    app: web::Data<App>,
    body: Json<ExchangeBody>,
) -> Result<HttpResponse, Problem> {
    let Origin::Registered(origin) = cookies::origin(&req, &app) else {
        return Err(Error::refuse(Code::Forbidden, "only a page of a registered origin can exchange a code").into());
    };
    let started = app.exchange(&body.value.code, &origin, agent(&req)).await?;
    answer(&req, &app, &started, StatusCode::OK)
}

/// `POST /auth/code`: the code that the sign-in popup hands to the page that opened it.
pub async fn code(app: web::Data<App>, caller: Signed, body: Json<CodeBody>) -> Result<HttpResponse, Problem> {
    let code = app.make_code(&caller.0, &body.value.origin).await?;
    reply::private(&SignInCode { code })
}

fn start(req: &HttpRequest, app: &App, client: Option<Travel>) -> Result<StartSession, Error> {
    let client = client.unwrap_or(Travel::Browser);
    if client == Travel::Console && cookies::origin(req, app) != Origin::Own {
        return Err(Error::refuse(Code::Forbidden, "the console signs in from the service's own pages only"));
    }
    Ok(StartSession { client, scope: cookies::scope(req, app), agent: agent(req) })
}

fn agent(req: &HttpRequest) -> Option<String> {
    let agent = req.headers().get(header::USER_AGENT)?.to_str().ok()?;
    Some(agent.chars().take(AGENT_MAX).collect())
}

fn answer(req: &HttpRequest, app: &App, started: &Started, status: StatusCode) -> Result<HttpResponse, Problem> {
    match started.session.client {
        Travel::Native => in_body(app, started, status),
        Travel::Browser | Travel::Console => answer_by_cookie(req, app, started, status),
    }
}

fn in_body(app: &App, started: &Started, status: StatusCode) -> Result<HttpResponse, Problem> {
    reply::with_status(status, &wire::session(app, started, started.refresh_token.clone()))
}

fn answer_by_cookie(
    req: &HttpRequest,
    app: &App,
    started: &Started,
    status: StatusCode,
) -> Result<HttpResponse, Problem> {
    let mut response = reply::with_status(status, &wire::session(app, started, None))?;
    if let Some(token) = &started.refresh_token {
        cookies::give_refresh(&mut response, req, app, token, app.settings.auth.refresh_idle_s);
    }
    if let Some(token) = &started.console_token {
        cookies::give_console(&mut response, app, token, started.expires_in_s);
    }
    Ok(response)
}
