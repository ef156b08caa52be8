//! The answers that handlers of threads and comments give, in one line each; headers are
//! `reply`'s business.

use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

use super::problem::Problem;
use super::reply;
use crate::app::App;

/// What a handler answers.
pub type Answer = Result<HttpResponse, Problem>;

/// The same for everybody.
pub fn anonymous<T: Serialize>(request: &HttpRequest, app: &App, json: &T) -> Answer {
    Ok(reply::anonymous(request, app, reply::bytes(json)?))
}

/// What widens for who has signed in: then it is theirs alone. Caches keep both forms apart.
pub fn by_viewer<T: Serialize>(request: &HttpRequest, app: &App, signed: bool, json: &T) -> Answer {
    let mut response = if signed { reply::private(json)? } else { anonymous(request, app, json)? };
    response.headers_mut().append(header::VARY, HeaderValue::from_static("Authorization, Cookie"));
    Ok(response)
}

/// 201 for a thing made now, or made by an earlier request with the same key.
pub fn made<T: Serialize>(json: &T, location: Option<&str>, replayed: bool) -> Answer {
    let response = reply::created(json, location)?;
    Ok(if replayed { reply::replayed(response) } else { response })
}
