//! Request bodies: [`Json`], which must be there, and [`JsonOrNothing`].
//!
//! What JSON is taken is `json`; here are media type, size and time.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::web::{Bytes, BytesMut};
use actix_web::{FromRequest, HttpRequest};
use futures_util::StreamExt as _;
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};
use validator::{Validate, ValidationErrors, ValidationErrorsKind};

use crate::app::{Error, FieldError, Place};
use crate::domain::code::Code;

use super::json::{self, escape};
use super::problem::{self, Problem};

/// The longest body, in bytes.
pub const BODY_MAX: usize = 128 * 1024;
/// How much more is read and thrown away, so that who still sends comes to read the answer.
const DRAIN_MAX: usize = 8 * 1024 * 1024;
/// The longest a body may take to arrive.
const PATIENCE: Duration = Duration::from_secs(30);

/// A JSON body, read and checked.
pub struct Json<T> {
    /// What it says.
    pub value: T,
    /// SHA-256 of the bytes as they came, for `Idempotency-Key`.
    pub hash: [u8; 32],
}

impl<T: DeserializeOwned + Validate + 'static> FromRequest for Json<T> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let typed = is_json(req);
        let payload = payload.take();
        Box::pin(async move {
            let bytes = collect(payload).await?;
            if !typed {
                return Err(Code::UnsupportedMediaType.into());
            }
            Ok(Json { value: read(&bytes)?, hash: Sha256::digest(&bytes).into() })
        })
    }
}

/// A JSON body, or none at all, which says the same as `{}`.
pub struct JsonOrNothing<T>(pub T);

impl<T: DeserializeOwned + Validate + 'static> FromRequest for JsonOrNothing<T> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let typed = is_json(req);
        // such a call may come from any page's form: it is not malformed, it is not allowed
        let otherwise =
            if req.headers().contains_key(header::COOKIE) { Code::Forbidden } else { Code::UnsupportedMediaType };
        let payload = payload.take();
        Box::pin(async move {
            let bytes = collect(payload).await?;
            match (bytes.is_empty(), typed) {
                (true, _) => Ok(JsonOrNothing(read(b"{}")?)),
                (false, true) => Ok(JsonOrNothing(read(&bytes)?)),
                (false, false) => Err(otherwise.into()),
            }
        })
    }
}

/// Whether a request says that its body is JSON: `application/json`, in UTF-8 if it says so, and
/// not encoded further.
pub fn is_json(req: &HttpRequest) -> bool {
    let mut types = req.headers().get_all(header::CONTENT_TYPE);
    let (Some(value), None) = (types.next(), types.next()) else { return false };
    let mut parts = value.to_str().unwrap_or_default().split(';').map(str::trim);
    let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("application/json"));
    let plain = parts.all(|parameter| match parameter.split_once('=') {
        Some((name, value)) if name.eq_ignore_ascii_case("charset") => {
            value.trim_matches('"').eq_ignore_ascii_case("utf-8")
        }
        _ => true,
    });
    named && plain && !req.headers().contains_key(header::CONTENT_ENCODING)
}

/// Reads a body to its end, within limits.
async fn collect(payload: Payload) -> Result<Bytes, Problem> {
    match actix_web::rt::time::timeout(PATIENCE, drained(payload)).await {
        Ok(bytes) => bytes,
        Err(_) => Err(Code::RequestTimeout.into()),
    }
}

async fn drained(mut payload: Payload) -> Result<Bytes, Problem> {
    let mut bytes = BytesMut::new();
    let mut length = 0_usize;
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|error| Error::refuse(Code::BadRequest, format!("the body broke off: {error}")))?;
        length += chunk.len();
        if length <= BODY_MAX {
            bytes.extend_from_slice(&chunk);
        } else if length > DRAIN_MAX {
            break;
        }
    }
    if length > BODY_MAX {
        return Err(Error::refuse(Code::PayloadTooLarge, format!("send at most {BODY_MAX} bytes")).into());
    }
    Ok(bytes.freeze())
}

fn read<T: DeserializeOwned + Validate>(bytes: &[u8]) -> Result<T, Error> {
    let value: T = json::read(bytes)?;
    match value.validate() {
        Ok(()) => Ok(value),
        Err(errors) => {
            let mut fields = Vec::new();
            gather(&errors, "", &mut fields);
            fields.sort_by_key(|field| format!("{:?}", field.place));
            Err(problem::invalid(Code::ValidationFailed, fields))
        }
    }
}

fn gather(errors: &ValidationErrors, at: &str, fields: &mut Vec<FieldError>) {
    for (name, kind) in errors.errors() {
        let at = format!("{at}/{}", escape(name));
        match kind {
            ValidationErrorsKind::Struct(inner) => gather(inner, &at, fields),
            ValidationErrorsKind::List(items) => {
                for (index, inner) in items {
                    gather(inner, &format!("{at}/{index}"), fields);
                }
            }
            ValidationErrorsKind::Field(errors) => fields.extend(errors.iter().map(|error| FieldError {
                place: Place::Pointer(at.clone()),
                code: error.code.to_string(),
                detail: in_words(error),
            })),
        }
    }
}

/// What is asked for, from the check's own figures.
pub(super) fn in_words(error: &validator::ValidationError) -> String {
    if let Some(message) = &error.message {
        return message.to_string();
    }
    let figure = |name: &str| error.params.get(name).map(ToString::to_string);
    let unit = if error.code == "length" { " long" } else { "" };
    match (figure("min"), figure("max"), figure("equal")) {
        (Some(min), Some(max), _) => format!("must be {min} to {max}{unit}"),
        (Some(min), None, _) => format!("must be at least {min}{unit}"),
        (None, Some(max), _) => format!("must be at most {max}{unit}"),
        (None, None, Some(equal)) => format!("must be exactly {equal}{unit}"),
        _ => format!("is not a valid {}", error.code),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;
    use serde::Deserialize;

    #[derive(Debug, Deserialize, Validate)]
    #[serde(deny_unknown_fields)]
    struct Note {
        #[validate(length(min = 1, max = 3))]
        text: String,
    }

    async fn taken(request: TestRequest) -> Result<Note, &'static str> {
        let (req, mut payload) = request.to_http_parts();
        Json::<Note>::from_request(&req, &mut payload).await.map(|json| json.value).map_err(|p| p.refusal().code.name())
    }

    fn post(kind: &str, body: impl Into<Bytes>) -> TestRequest {
        TestRequest::post().insert_header(("content-type", kind)).set_payload(body.into())
    }

    #[actix_web::test]
    async fn media_types() {
        let body = r#"{"text": "abc"}"#;
        for right in ["application/json", "Application/JSON; charset=UTF-8", "application/json;charset=\"utf-8\""] {
            assert_eq!(taken(post(right, body)).await.unwrap().text, "abc");
        }
        for wrong in ["text/plain", "application/json; charset=latin1", "application/x-www-form-urlencoded", ""] {
            assert_eq!(taken(post(wrong, body)).await.unwrap_err(), "unsupported_media_type");
        }
        let packed = post("application/json", body).insert_header(("content-encoding", "gzip"));
        assert_eq!(taken(packed).await.unwrap_err(), "unsupported_media_type");
    }

    #[actix_web::test]
    async fn sizes_and_values() {
        let long = format!(r#"{{"text": "{}"}}"#, "x".repeat(BODY_MAX));
        assert_eq!(taken(post("application/json", long)).await.unwrap_err(), "payload_too_large");
        for wrong in [r#"{"text": ""}"#, r#"{"text": "äöüß"}"#] {
            assert_eq!(taken(post("application/json", wrong)).await.unwrap_err(), "validation_failed");
        }
        assert_eq!(taken(post("application/json", r#"{"text": "äöü"}"#)).await.unwrap().text, "äöü");
    }
}
