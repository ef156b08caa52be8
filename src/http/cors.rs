//! Which pages of other origins may call (CORS).
//!
//! What is the same for everybody is for everybody. Everything else is for registered origins, by
//! name; cookies only under `/auth/`.

use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse};

use crate::app::App;

use super::cookies::{self, Origin};
use super::route::{Access, Policy};

const ALLOWED: &str = "authorization, content-type, idempotency-key, if-match, if-none-match";
const EXPOSED: &str = "etag, location, retry-after, ratelimit, ratelimit-policy, idempotency-replayed, x-request-id";
/// How long a browser may keep the answer to a preflight, in seconds.
const KEPT_S: &str = "7200";

/// Who may call something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Who {
    Everybody,
    Registered,
    RegisteredWithCookies,
    Nobody,
}

fn who(policy: Option<&Policy>) -> Who {
    match policy {
        Some(policy) if policy.access == Access::Operator => Who::Nobody,
        Some(policy) if policy.is_anonymous_read() => Who::Everybody,
        Some(policy) if policy.is_auth => Who::RegisteredWithCookies,
        _ => Who::Registered,
    }
}

/// Adds to an answer who may read it.
pub fn mark(headers: &mut HeaderMap, req: &HttpRequest, app: &App, policy: Option<&Policy>) {
    if grant(headers, req, app, who(policy)) {
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
    }
}

/// Answers a preflight, given what stands at its address.
pub fn preflight(req: &HttpRequest, app: &App, here: &[Policy]) -> HttpResponse {
    let asked = req.headers().get(header::ACCESS_CONTROL_REQUEST_METHOD).and_then(|method| method.to_str().ok());
    let asked = match asked {
        Some("HEAD") => Some("GET"),
        other => other,
    };
    let policy = here.iter().find(|policy| Some(policy.method.as_str()) == asked);
    let mut response = HttpResponse::new(StatusCode::NO_CONTENT);
    let headers = response.headers_mut();
    for name in ["access-control-request-method", "access-control-request-headers"] {
        headers.append(header::VARY, HeaderValue::from_static(name));
    }
    let granted = policy.is_some_and(|policy| grant(headers, req, app, who(Some(policy))));
    if granted {
        let mut methods: Vec<&str> = here.iter().map(|policy| policy.method.as_str()).collect();
        if here.iter().any(|policy| policy.method == Method::GET) {
            methods.push("HEAD");
        }
        if let Ok(methods) = HeaderValue::try_from(methods.join(", ")) {
            headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, methods);
        }
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(ALLOWED));
        headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static(KEPT_S));
    }
    response
}

/// Whether the caller's origin may; writes so.
fn grant(headers: &mut HeaderMap, req: &HttpRequest, app: &App, who: Who) -> bool {
    match who {
        Who::Nobody => return false,
        Who::Everybody => {
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
            return true;
        }
        Who::Registered | Who::RegisteredWithCookies => {}
    }
    headers.append(header::VARY, HeaderValue::from_static("origin"));
    let Some(origin) = req.headers().get(header::ORIGIN) else { return false };
    if !matches!(cookies::origin(req, app), Origin::Own | Origin::Registered(_)) {
        return false;
    }
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    if who == Who::RegisteredWithCookies {
        headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_go_to_auth_only() {
        for route in super::super::routes::all() {
            let expected = match () {
                () if route.access == Access::Operator => Who::Nobody,
                () if route.path.starts_with("/api/v1/auth/") => Who::RegisteredWithCookies,
                () if route.method == Method::GET && route.access == Access::Open && !route.policy().widens => {
                    Who::Everybody
                }
                () => Who::Registered,
            };
            assert_eq!(who(Some(&route.policy())), expected, "{} {}", route.method, route.path);
        }
    }
}
