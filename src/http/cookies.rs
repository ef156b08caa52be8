//! The two cookies, and which pages may use them.
//!
//! Names and attributes are the contract's. `__Host-` binds a cookie to this very host and to TLS;
//! over `http`, which is allowed on loopback only, the names go without it.

use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};
use url::{Host, Url};

use crate::app::token::Kind;
use crate::app::{App, Error};
use crate::domain::code::Code;
use crate::domain::session::Scope;

use super::body::is_json;

/// The name of the cookie with the refresh token.
pub fn refresh(app: &App) -> &'static str {
    if is_https(app) { "__Host-understory_refresh" } else { "understory_refresh" }
}

/// The name of the console's cookie.
pub fn console(app: &App) -> &'static str {
    if is_https(app) { "__Host-understory_console" } else { "understory_console" }
}

/// Whether browsers come by TLS.
pub fn is_https(app: &App) -> bool {
    app.origin.starts_with("https:")
}

/// The value of a cookie, the first that has one.
pub fn read<'r>(req: &'r HttpRequest, name: &str) -> Option<&'r str> {
    let lines = req.headers().get_all(header::COOKIE).filter_map(|line| line.to_str().ok());
    let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.filter(|(key, value)| *key == name && !value.is_empty()).map(|(_, value)| value).next()
}

/// Gives the refresh cookie for `ttl_s` seconds.
pub fn give_refresh(response: &mut HttpResponse, req: &HttpRequest, app: &App, token: &str, ttl_s: u64) {
    // in a frame of another site a browser keeps only what is partitioned by that site (CHIPS)
    let framed = is_https(app) && is_cross_site(req) && matches!(origin(req, app), Origin::Registered(_));
    let site = if framed { "SameSite=None; Partitioned" } else { "SameSite=Lax" };
    set(response, app, &format!("{}={token}", refresh(app)), ttl_s, site);
}

/// Gives the console's cookie for `ttl_s` seconds.
pub fn give_console(response: &mut HttpResponse, app: &App, token: &str, ttl_s: u64) {
    set(response, app, &format!("{}={token}", console(app)), ttl_s, "SameSite=Strict");
}

/// Takes away whichever of them the request came with and is good for nothing any more: a browser
/// may hold the other for another session, or another person.
///
/// # Errors
/// The store's.
pub async fn clear(response: &mut HttpResponse, req: &HttpRequest, app: &App) -> Result<(), Error> {
    if let Some(token) = read(req, refresh(app))
        && !app.may_refresh(token).await?
    {
        give_refresh(response, req, app, "", 0);
    }
    if let Some(token) = read(req, console(app))
        && app.authenticate(token, Kind::Console).is_err()
    {
        give_console(response, app, "", 0);
    }
    Ok(())
}

fn set(response: &mut HttpResponse, app: &App, pair: &str, ttl_s: u64, site: &str) {
    let secure = if is_https(app) { "; Secure" } else { "" };
    let line = format!("{pair}; Path=/; Max-Age={ttl_s}; HttpOnly{secure}; {site}");
    match HeaderValue::try_from(line) {
        Ok(line) => response.headers_mut().append(header::SET_COOKIE, line),
        Err(error) => tracing::error!(%error, "a token does not fit into a cookie"),
    }
}

fn is_cross_site(req: &HttpRequest) -> bool {
    req.headers().get("sec-fetch-site").is_some_and(|site| site == "cross-site")
}

/// Whose page calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Nobody says: not a browser's page, or one of the service's own that only reads.
    Absent,
    /// The service's own.
    Own,
    /// One registered with a site.
    Registered(String),
    /// Any other.
    Foreign,
}

/// Whose page calls, by the `Origin` header.
pub fn origin(req: &HttpRequest, app: &App) -> Origin {
    let mut values = req.headers().get_all(header::ORIGIN);
    let value = match (values.next(), values.next()) {
        (None, _) => return Origin::Absent,
        (Some(value), None) => value.to_str().unwrap_or_default(),
        _ => return Origin::Foreign,
    };
    if is_same_service(&app.origin, value) {
        Origin::Own
    } else if app.standing.knows_origin(value) {
        Origin::Registered(value.to_owned())
    } else {
        Origin::Foreign
    }
}

/// Refuses a call that uses a cookie unless it comes from a page that may, in a way that no form
/// of another page can imitate.
///
/// # Errors
/// 403 `forbidden`.
pub fn require_page(req: &HttpRequest, app: &App) -> Result<(), Error> {
    let page = matches!(origin(req, app), Origin::Own | Origin::Registered(_));
    if page && is_json(req) {
        Ok(())
    } else {
        Err(Error::refuse(
            Code::Forbidden,
            "a call by cookie needs Content-Type: application/json and an Origin of ours",
        ))
    }
}

/// What a session begun or refreshed by this request may do.
pub fn scope(req: &HttpRequest, app: &App) -> Scope {
    if matches!(origin(req, app), Origin::Registered(_)) { Scope::Reader } else { Scope::Full }
}

/// Whether two origins are one service: equal, or both loopback over `http` with the same port,
/// under whatever name it was opened.
fn is_same_service(own: &str, other: &str) -> bool {
    own == other || loopback_port(own).is_some_and(|port| loopback_port(other) == Some(port))
}

fn loopback_port(origin: &str) -> Option<u16> {
    let url =
        Url::parse(origin).ok().filter(|url| url.scheme() == "http" && url.origin().ascii_serialization() == origin)?;
    let is_loopback = match url.host()? {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    };
    if is_loopback { url.port_or_known_default() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    #[test]
    fn loopback_names_are_one_service() {
        let own = "http://127.0.0.1:8080";
        for other in ["http://127.0.0.1:8080", "http://localhost:8080", "http://[::1]:8080"] {
            assert!(is_same_service(own, other), "{other}");
        }
        for other in [
            "http://localhost:8081",
            "https://localhost:8080",
            "http://evil.example:8080",
            "null",
            "",
            "http://localhost:8080/",
        ] {
            assert!(!is_same_service(own, other), "{other}");
        }
        assert!(is_same_service("https://c.example", "https://c.example"));
        assert!(!is_same_service("https://c.example", "http://localhost"));
    }

    #[test]
    fn cookies_are_read_by_their_whole_name() {
        let req = TestRequest::get().insert_header(("cookie", "x_a=0; a=; a=1;b=2=3")).to_http_request();
        assert_eq!(read(&req, "a"), Some("1"));
        assert_eq!(read(&req, "b"), Some("2=3"));
        assert_eq!(read(&req, "c"), None);
    }
}
