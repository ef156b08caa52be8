//! Answers that succeed: what may be kept where, and for how long.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use twox_hash::XxHash3_128;

use crate::app::stamps::Source;
use crate::app::{App, Error};

use super::cache::Keep;
use super::problem::Problem;

/// An answer that is the same for everybody: with an `ETag`, and for shared caches to keep.
pub fn anonymous(req: &HttpRequest, app: &App, bytes: Vec<u8>) -> HttpResponse {
    page(req, app, "application/json; charset=utf-8", bytes)
}

/// The same for a page of comments, which the cache may keep until `source` changes.
pub fn kept(req: &HttpRequest, app: &App, source: Source, bytes: Vec<u8>) -> HttpResponse {
    kept_as(req, app, source, "application/json; charset=utf-8", bytes)
}

/// The same in another media type.
pub fn kept_as(req: &HttpRequest, app: &App, source: Source, media_type: &'static str, bytes: Vec<u8>) -> HttpResponse {
    let mut response = page(req, app, media_type, bytes);
    response.headers_mut().append(header::VARY, HeaderValue::from_static("accept-encoding"));
    response.extensions_mut().insert(Keep(source));
    response
}

/// A new id for a request.
pub fn request_id() -> String {
    hex::encode(rand::random::<[u8; 8]>())
}

/// The same in another media type.
pub fn page(req: &HttpRequest, app: &App, media_type: &'static str, bytes: Vec<u8>) -> HttpResponse {
    tagged(req, media_type, &shared(app.settings.cache.shared_s), bytes)
}

/// An answer with a strong `ETag`; 304 for who has it.
pub fn tagged(req: &HttpRequest, media_type: &'static str, cache: &str, bytes: Vec<u8>) -> HttpResponse {
    let tag = etag(&bytes);
    let known = has(req.headers(), &tag);
    let mut response = if known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response.insert_header((header::ETAG, tag)).insert_header((header::CACHE_CONTROL, cache));
    if known { response.finish() } else { response.insert_header((header::CONTENT_TYPE, media_type)).body(bytes) }
}

/// An answer for one person.
///
/// # Errors
/// A fault when it cannot be written as JSON.
pub fn private<T: Serialize>(json: &T) -> Result<HttpResponse, Problem> {
    with_status(StatusCode::OK, json)
}

/// An answer for one person, with its status.
///
/// # Errors
/// A fault when it cannot be written as JSON.
pub fn with_status<T: Serialize>(status: StatusCode, json: &T) -> Result<HttpResponse, Problem> {
    let bytes = bytes(json)?;
    let mut response = HttpResponse::build(status);
    response.insert_header((header::CACHE_CONTROL, "private, no-store"));
    response.insert_header(("x-robots-tag", "noindex"));
    Ok(response.insert_header((header::CONTENT_TYPE, "application/json; charset=utf-8")).body(bytes))
}

/// 201, and where the thing made is read; none where it cannot be.
///
/// # Errors
/// A fault when it cannot be written as JSON.
pub fn created<T: Serialize>(json: &T, location: Option<&str>) -> Result<HttpResponse, Problem> {
    let mut response = with_status(StatusCode::CREATED, json)?;
    if let Some(location) = location {
        let location = HeaderValue::from_str(location).map_err(|error| Error::Fault(error.to_string()))?;
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

/// 204.
pub fn done() -> HttpResponse {
    HttpResponse::NoContent().insert_header((header::CACHE_CONTROL, "no-store")).finish()
}

/// Marks an answer as that to a request which was done before.
pub fn replayed(mut response: HttpResponse) -> HttpResponse {
    response
        .headers_mut()
        .insert(header::HeaderName::from_static("idempotency-replayed"), HeaderValue::from_static("true"));
    response
}

/// Writes JSON.
///
/// # Errors
/// A fault when it cannot be written.
pub fn bytes<T: Serialize>(json: &T) -> Result<Vec<u8>, Problem> {
    serde_json::to_vec(json).map_err(|error| Error::Fault(format!("an answer cannot be written: {error}")).into())
}

/// How long shared caches may keep an answer: of `seconds` half as it is, half while they ask.
fn shared(seconds: u64) -> String {
    match seconds {
        0 => "no-cache".to_owned(),
        _ => format!("public, max-age=0, s-maxage={}, stale-while-revalidate={}", seconds.div_ceil(2), seconds / 2),
    }
}

fn etag(bytes: &[u8]) -> String {
    format!("\"{}\"", digest(bytes))
}

/// 128 bits of XXH3: a tag tells versions of one answer apart and proves nothing, and SHA-256 would
/// take a tenth of the time of a page.
pub fn digest(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(XxHash3_128::oneshot(bytes).to_be_bytes())
}

/// Whether `If-None-Match` has the tag, weak or strong (RFC 9110, 13.1.2).
pub fn has(headers: &HeaderMap, tag: &str) -> bool {
    let lines = headers.get_all(header::IF_NONE_MATCH).filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).map(str::trim).any(|one| one == "*" || one.trim_start_matches("W/") == tag)
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    #[test]
    fn who_has_it_is_told_so() {
        let req = TestRequest::get().to_http_request();
        let response = tagged(&req, "text/plain", "no-cache", b"abc".to_vec());
        let tag = response.headers().get(header::ETAG).unwrap().to_str().unwrap().to_owned();
        for (value, status) in
            [(tag.clone(), 304), (format!("\"x\", W/{tag}"), 304), ("*".into(), 304), ("\"x\"".into(), 200)]
        {
            let req = TestRequest::get().insert_header((header::IF_NONE_MATCH, value.clone())).to_http_request();
            assert_eq!(tagged(&req, "text/plain", "no-cache", b"abc".to_vec()).status().as_u16(), status, "{value}");
        }
    }

    #[test]
    fn shared_caches() {
        assert_eq!(shared(10), "public, max-age=0, s-maxage=5, stale-while-revalidate=5");
        assert_eq!(shared(1), "public, max-age=0, s-maxage=1, stale-while-revalidate=0");
        assert_eq!(shared(0), "no-cache");
    }
}
