//! What failed, as `application/problem+json` (RFC 9457).
//!
//! A handler returns [`Problem`] and is done; the body is written last, in `middleware`, where the
//! request's id is known. What callers see is chosen here; the whole cause is logged there, once.

use std::borrow::Cow;
use std::fmt;

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::{Error, FieldError, Place, Refusal};
use crate::domain::code::Code;
use crate::store::StoreError;

/// The media type of every problem.
pub const MEDIA_TYPE: &str = "application/problem+json";
/// The longest text of a problem, in characters: names and values that were sent come back in it.
const TEXT_MAX: usize = 300;
/// When to try again after a 503 that names no time, in seconds.
const RETRY_S: u64 = 1;

/// Why a request was not done. Made by `?` from whatever a use-case or the store fails with.
pub struct Problem(pub Error);

impl Problem {
    /// What the caller is told.
    pub fn refusal(&self) -> Cow<'_, Refusal> {
        let told = |code: Code, retry_after_s| {
            Cow::Owned(Refusal { code, detail: code.title().to_owned(), fields: Vec::new(), retry_after_s })
        };
        match &self.0 {
            Error::Refused(refusal) if refusal.code == Code::Overloaded && refusal.retry_after_s.is_none() => {
                Cow::Owned(Refusal { retry_after_s: Some(RETRY_S), ..refusal.clone() })
            }
            Error::Refused(refusal) => Cow::Borrowed(refusal),
            Error::Store(StoreError::Overloaded | StoreError::Busy | StoreError::Closed) => {
                told(Code::Overloaded, Some(RETRY_S))
            }
            Error::Store(StoreError::Full) => told(Code::StorageFull, None),
            Error::Store(_) | Error::Fault(_) => told(Code::Internal, None),
        }
    }

    /// What the log is told, whole; none for what callers can act on themselves.
    pub fn cause(&self) -> Option<String> {
        match &self.0 {
            Error::Refused(_) => None,
            error => Some(format!("{error:?}")),
        }
    }
}

impl<E: Into<Error>> From<E> for Problem {
    fn from(error: E) -> Problem {
        Problem(error.into())
    }
}

impl fmt::Debug for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.refusal().detail)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        status(self.refusal().code)
    }

    /// Status and headers; the body follows in `middleware`.
    fn error_response(&self) -> HttpResponse<BoxBody> {
        let refusal = self.refusal();
        let mut response = HttpResponse::new(status(refusal.code));
        if response.status() == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = refusal.retry_after_s {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// The body of every answer that is not a success.
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct Body {
    /// A name for this kind of problem, `urn:understory:problem:` and the code.
    #[serde(rename = "type")]
    pub kind: String,
    /// What kind of problem it is, for people.
    pub title: String,
    /// The HTTP status, again.
    pub status: u16,
    /// What happened this time and what to do, for people.
    pub detail: String,
    /// What a program matches on.
    pub code: String,
    /// Which parts of the request are wrong.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub errors: Vec<Part>,
    /// Names the request in the log.
    pub request_id: String,
}

/// A part of a request that is wrong: `pointer` or `parameter` says which.
#[derive(Serialize, ToSchema)]
#[schema(as = ProblemPart)]
pub struct Part {
    /// A JSON pointer into the body (RFC 6901).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// A parameter of path or query, or a header.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameter: Option<String>,
    /// What kind of wrong, for programs.
    pub code: String,
    /// The same for people.
    pub detail: String,
}

impl Body {
    /// Puts a refusal into words.
    pub fn new(refusal: &Refusal, request_id: &str) -> Body {
        Body {
            kind: format!("urn:understory:problem:{}", refusal.code.name()),
            title: refusal.code.title().to_owned(),
            status: refusal.code.status(),
            detail: short(&refusal.detail),
            code: refusal.code.name().to_owned(),
            errors: refusal.fields.iter().map(Part::new).collect(),
            request_id: request_id.to_owned(),
        }
    }
}

impl Part {
    fn new(field: &FieldError) -> Part {
        let (pointer, parameter) = match &field.place {
            Place::Pointer(pointer) => (Some(short(pointer)), None),
            Place::Parameter(name) => (None, Some(short(name))),
        };
        Part { pointer, parameter, code: field.code.clone(), detail: short(&field.detail) }
    }
}

fn short(text: &str) -> String {
    match text.char_indices().nth(TEXT_MAX) {
        Some((end, _)) => text.get(..end).map(|start| format!("{start}…")).unwrap_or_default(),
        None => text.to_owned(),
    }
}

/// A refusal that names several wrong parts at once.
pub fn invalid(code: Code, fields: Vec<FieldError>) -> Error {
    let detail = match fields.as_slice() {
        [FieldError { place: Place::Pointer(name) | Place::Parameter(name), detail, .. }] => {
            format!("{name}: {detail}")
        }
        _ => code.title().to_owned(),
    };
    Error::Refused(Refusal { code, detail, fields, retry_after_s: None })
}

/// The code for an answer that the framework made without one.
pub fn code_of(status: StatusCode) -> Code {
    match status.as_u16() {
        401 => Code::SignInRequired,
        403 => Code::Forbidden,
        404 => Code::NotFound,
        405 => Code::MethodNotAllowed,
        408 => Code::RequestTimeout,
        413 => Code::PayloadTooLarge,
        415 => Code::UnsupportedMediaType,
        429 => Code::RateLimited,
        503 => Code::Overloaded,
        400..=499 => Code::BadRequest,
        _ => Code::Internal,
    }
}

fn status(code: Code) -> StatusCode {
    StatusCode::from_u16(code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn internals_stay_inside() {
        let problem = Problem::from(StoreError::Corrupt("row 7 of users".into()));
        let body = serde_json::to_string(&Body::new(&problem.refusal(), "r1")).unwrap();
        assert!(body.contains("\"internal\"") && !body.contains("row 7"), "{body}");
        assert!(problem.cause().unwrap().contains("row 7"));
        assert_eq!(problem.status_code(), StatusCode::INTERNAL_SERVER_ERROR);
    }

    #[test]
    fn what_passes_by_itself_says_when() {
        for error in [StoreError::Overloaded, StoreError::Busy] {
            let response = Problem::from(error).error_response();
            assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
            assert_eq!(response.headers().get(header::RETRY_AFTER).unwrap(), "1");
        }
        assert_eq!(Problem::from(StoreError::Full).status_code().as_u16(), 507);
    }

    #[test]
    fn every_code_has_its_status() {
        for code in Code::ALL {
            assert_eq!(status(*code).as_u16(), code.status(), "{code:?}");
        }
    }
}
