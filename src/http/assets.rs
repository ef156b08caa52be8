//! The pages, modules and styles that are built in. A page that starts at an address with a version
//! in it stays within that version, because modules import each other relatively.

mod files;
mod lean;
mod words;

use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use crate::app::{App, Error};
use crate::domain::code::Code;

use super::problem::Problem;
use super::{Front, compress, reply};
pub use files::ENGLISH;
use files::{File, Files, VERSION_DIGITS};
pub use words::Words;

/// What may be kept for ever: another state has another address.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// What has to be asked for each time.
const EACH_TIME: &str = "no-cache";
/// What a page embeds without saying which version: old for five minutes at the most.
const A_WHILE: &str = "public, max-age=300";

/// What the API's page and the demonstration may load and run: only what comes from here.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
     img-src 'self' data:; require-trusted-types-for 'script'; trusted-types understory; base-uri 'none'; \
     form-action 'none'; frame-ancestors 'none'";
/// The same for pages where people give their password or work on other people's texts: no pictures
/// but our own.
const DESK_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
     img-src 'self'; require-trusted-types-for 'script'; trusted-types understory; base-uri 'none'; \
     form-action 'none'; frame-ancestors 'none'";

/// How often a debug build looks whether a file has changed.
const LOOK: Duration = Duration::from_secs(1);

/// The files that are served now.
pub struct Assets(RwLock<(Arc<Files>, Instant)>);

impl Assets {
    /// As they are built in.
    pub fn new() -> Assets {
        Assets(RwLock::new((Arc::new(Files::read()), Instant::now())))
    }

    /// A debug build takes in what has changed on the disk.
    fn now(&self) -> Arc<Files> {
        let (files, read) = self.0.read().unwrap_or_else(PoisonError::into_inner).clone();
        if cfg!(debug_assertions) && read.elapsed() > LOOK { self.look() } else { files }
    }

    /// Writes something with the words for pages without script, in the language that is asked for.
    pub fn with_words<T>(&self, wish: Option<&str>, write: impl FnOnce(&Words) -> T) -> T {
        write(self.now().words(wish))
    }

    fn look(&self) -> Arc<Files> {
        let new = Files::read();
        let mut kept = self.0.write().unwrap_or_else(PoisonError::into_inner);
        // what is as it was keeps its compressed forms
        if new.version != kept.0.version {
            kept.0 = Arc::new(new);
        }
        kept.1 = Instant::now();
        Arc::clone(&kept.0)
    }
}

/// `GET /web/{path}`
pub async fn file(req: HttpRequest, assets: web::Data<Assets>) -> Result<HttpResponse, Problem> {
    let path = req.match_info().get("path").unwrap_or_default();
    let files = assets.now();
    let first = path.split_once('/');
    let (path, cache) = match first {
        Some((version, path)) if version == files.version => (path, FOR_EVER),
        Some((version, _)) if is_version(version) => return Err(other_version()),
        _ => (path, EACH_TIME),
    };
    Ok(serve(&req, files.part(path).ok_or_else(Error::not_found)?, cache))
}

/// `GET /embed.js`: the script of the newest version.
pub async fn embed(req: HttpRequest, assets: web::Data<Assets>) -> Result<HttpResponse, Problem> {
    let files = assets.now();
    Ok(serve(&req, files.embed().ok_or_else(Error::not_found)?, A_WHILE))
}

/// `GET /embed-{version}.js`: the script of one version, for pages that name its hash.
pub async fn embed_version(req: HttpRequest, assets: web::Data<Assets>) -> Result<HttpResponse, Problem> {
    let files = assets.now();
    if req.match_info().get("version") != Some(&files.version) {
        return Err(other_version());
    }
    Ok(serve(&req, files.embed().ok_or_else(Error::not_found)?, FOR_EVER))
}

/// What a page has to write to embed this version and no other.
#[derive(Serialize)]
struct Embed<'a> {
    version: &'a str,
    src: String,
    integrity: &'a str,
}

/// `GET /embed.json`
pub async fn embed_facts(
    req: HttpRequest,
    app: web::Data<App>,
    assets: web::Data<Assets>,
) -> Result<HttpResponse, Problem> {
    let files = assets.now();
    let src = format!("{}/embed-{}.js", app.origin, files.version);
    let facts = reply::bytes(&Embed { version: &files.version, src, integrity: &files.integrity })?;
    Ok(reply::tagged(&req, "application/json; charset=utf-8", A_WHILE, facts))
}

/// `GET /`: the article of the demonstration, in demo mode only.
pub async fn home(
    req: HttpRequest,
    front: web::Data<Front>,
    assets: web::Data<Assets>,
) -> Result<HttpResponse, Problem> {
    demo_page(&req, &front, &assets, "index.html")
}

/// `GET /demo/{path}`: the examples, in demo mode only.
pub async fn demo(
    req: HttpRequest,
    front: web::Data<Front>,
    assets: web::Data<Assets>,
) -> Result<HttpResponse, Problem> {
    let path = req.match_info().get("path").unwrap_or_default();
    demo_page(&req, &front, &assets, path)
}

fn demo_page(req: &HttpRequest, front: &Front, assets: &Assets, path: &str) -> Result<HttpResponse, Problem> {
    if !front.demo {
        return Err(Error::not_found().into());
    }
    let files = assets.now();
    let path = format!("demo/{path}");
    match files.page(&path) {
        Some(page) => Ok(with_policy(serve(req, page, EACH_TIME), PAGE_POLICY)),
        None => Ok(serve(req, files.part(&path).ok_or_else(Error::not_found)?, EACH_TIME)),
    }
}

/// `GET /api/v1/docs`
pub async fn docs(req: HttpRequest, assets: web::Data<Assets>) -> Result<HttpResponse, Problem> {
    let files = assets.now();
    let page = files.page("docs/index.html").ok_or_else(|| missing("docs"))?;
    Ok(with_policy(serve(&req, page, EACH_TIME), PAGE_POLICY))
}

/// `GET /console`
pub async fn console(req: HttpRequest, assets: web::Data<Assets>) -> Result<HttpResponse, Problem> {
    desk(&req, &assets, "console")
}

/// `GET /sign-in`: the window that pages of other origins open. It has to keep its opener, which
/// `Cross-Origin-Opener-Policy: same-origin` would take from it.
pub async fn sign_in(req: HttpRequest, assets: web::Data<Assets>) -> Result<HttpResponse, Problem> {
    let mut response = desk(&req, &assets, "signin")?;
    let headers = response.headers_mut();
    headers.insert(HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("unsafe-none"));
    Ok(response)
}

/// A page for who has signed in, or is about to: kept nowhere, framed by nobody, told to nobody.
fn desk(req: &HttpRequest, assets: &Assets, name: &str) -> Result<HttpResponse, Problem> {
    let files = assets.now();
    let page = files.page(&format!("{name}/index.html")).ok_or_else(|| missing(name))?;
    let mut response = with_policy(serve(req, page, "no-store"), DESK_POLICY);
    let headers = response.headers_mut();
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex"));
    headers.insert(CROSS_ORIGIN, HeaderValue::from_static("same-origin"));
    Ok(response)
}

fn missing(page: &str) -> Problem {
    Error::Fault(format!("{page}/index.html is not built in")).into()
}

fn is_version(text: &str) -> bool {
    text.len() == VERSION_DIGITS && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn other_version() -> Problem {
    Error::refuse(
        Code::NotFound,
        "this version is not served here, or no longer: /embed.js is the newest, and /embed.json has its hash",
    )
    .into()
}

const CROSS_ORIGIN: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// A file in the best form that the client takes; 304 for who has it, in whatever form.
fn serve(req: &HttpRequest, file: &File, cache: &'static str) -> HttpResponse {
    let (coding, bytes) = file.form(compress::accepted(req.headers()));
    let tag = |coding: Option<&str>| match coding {
        Some(coding) => format!("\"{}.{coding}\"", file.tag),
        None => format!("\"{}\"", file.tag),
    };
    let has = [None, Some("br"), Some("gzip")].into_iter().any(|one| reply::has(req.headers(), &tag(one)));
    let mut response =
        if has { HttpResponse::new(StatusCode::NOT_MODIFIED) } else { HttpResponse::Ok().body(bytes.clone()) };
    let headers = response.headers_mut();
    if let Ok(tag) = HeaderValue::try_from(tag(coding)) {
        headers.insert(header::ETAG, tag);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    // pages of other origins load the modules, which browsers allow only when told so
    headers.insert(CROSS_ORIGIN, HeaderValue::from_static("cross-origin"));
    if !has {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(file.media_type));
        if let Some(coding) = coding {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
        }
    }
    response
}

fn with_policy(mut response: HttpResponse, policy: &'static str) -> HttpResponse {
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    response
}
