//! The pages and modules that are built in: the thread's element, the API's page, and the article
//! of the demonstration.

use std::borrow::Cow;

use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use rust_embed::RustEmbed;

use crate::app::Error;

use super::problem::Problem;
use super::{Front, reply};

/// What our own pages may load and run: only what comes from here.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
     img-src 'self' data:; require-trusted-types-for 'script'; trusted-types understory; base-uri 'none'; \
     form-action 'none'; frame-ancestors 'none'";

#[derive(RustEmbed)]
#[folder = "web/demo"]
struct Demo;

#[derive(RustEmbed)]
#[folder = "web/thread"]
struct Thread;

#[derive(RustEmbed)]
#[folder = "web/shared"]
struct Shared;

#[derive(RustEmbed)]
#[folder = "web/docs"]
struct Docs;

#[derive(RustEmbed)]
#[folder = "web/words"]
struct Words;

/// `GET /web/{path}`
pub async fn file(req: HttpRequest) -> Result<HttpResponse, Problem> {
    let path = req.match_info().get("path").unwrap_or_default();
    let (bytes, media_type) = find(path).ok_or_else(Error::not_found)?;
    let mut response = serve(&req, media_type, bytes);
    // pages of other origins load the modules, which browsers allow only when told so
    response.headers_mut().insert(
        header::HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("cross-origin"),
    );
    Ok(response)
}

/// `GET /`: the article of the demonstration, in demo mode only.
pub async fn home(req: HttpRequest, front: web::Data<Front>) -> Result<HttpResponse, Problem> {
    if front.demo { page(&req, "demo/index.html") } else { Err(Error::not_found().into()) }
}

/// `GET /api/v1/docs`
pub async fn docs(req: HttpRequest) -> Result<HttpResponse, Problem> {
    page(&req, "docs/index.html")
}

fn page(req: &HttpRequest, path: &str) -> Result<HttpResponse, Problem> {
    let (bytes, media_type) = find(path).ok_or_else(|| Error::Fault(format!("{path} is not built in")))?;
    Ok(serve(req, media_type, bytes))
}

fn serve(req: &HttpRequest, media_type: &'static str, bytes: Cow<'static, [u8]>) -> HttpResponse {
    let mut response = reply::tagged(req, media_type, "no-cache", bytes.into_owned());
    if media_type.starts_with("text/html") {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(PAGE_POLICY));
    }
    response
}

/// A file that is served and its media type; types for the compiler alone are not.
fn find(path: &str) -> Option<(Cow<'static, [u8]>, &'static str)> {
    let media_type = media_type(path)?;
    let file = match path.split_once('/')? {
        ("demo", name) => Demo::get(name),
        ("shared", name) => Shared::get(name),
        ("thread", name) => Thread::get(name),
        ("docs", name) => Docs::get(name),
        ("words", name) => Words::get(name),
        _ => None,
    };
    file.map(|file| (file.data, media_type))
}

fn media_type(path: &str) -> Option<&'static str> {
    match path.rsplit_once('.')?.1 {
        "html" => Some("text/html; charset=utf-8"),
        "js" => Some("text/javascript; charset=utf-8"),
        "css" => Some("text/css; charset=utf-8"),
        "json" => Some("application/json; charset=utf-8"),
        "svg" => Some("image/svg+xml"),
        "png" => Some("image/png"),
        "woff2" => Some("font/woff2"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_meant_is_served() {
        for path in ["thread/thread.js", "shared/dom.js", "docs/index.html", "demo/demo.css", "words/en.json"] {
            assert!(find(path).is_some(), "{path}");
        }
        for path in [
            "thread/types.d.ts",
            "package.json",
            "thread/../package.json",
            "../Cargo.toml",
            "thread/",
            "",
            "demo/../../Cargo.lock",
        ] {
            assert!(find(path).is_none(), "{path}");
        }
    }
}
