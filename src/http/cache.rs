//! Answers that are the same for all readers, kept as finished bytes.
//!
//! It stands before everything else: a page is found by its address as it was sent, before routing,
//! and goes out without a line in the log. What is kept is what the routes answered, with their
//! headers, so there is one place that writes them. A write to the thread makes a page out of date
//! before the writer is told; then it is made anew by one request, and the others wait for that.

use std::rc::Rc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};

use actix_http::{HttpMessage as _, Request, Response};
use actix_service::{Service, ServiceFactory};
use actix_web::body::{BoxBody, MessageBody as _};
use actix_web::dev::{AppConfig, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::web::Bytes;
use futures_util::future::{Either, LocalBoxFuture, Ready, ready};
use quick_cache::Weighter;
use quick_cache::sync::{EntryAction, EntryResult};

use super::client::Client;
use super::limits::Limits;
use super::{compress, reply};
use crate::app::App;
use crate::app::stamps::{Source, Stamp};

/// For how long a page is kept at the most, in milliseconds: who is online is on it and moves
/// nothing.
const KEPT_MS: i64 = 60_000;
/// Longer addresses are not worth their room.
const ADDRESS_MAX: usize = 1_024;
/// What a page takes beside its bytes, roughly: headers, counters, its place.
const OVERHEAD: u64 = 2_048;
/// Bytes of a page, to size tables by.
const USUAL_PAGE: u64 = 32 * 1_024;
/// Shorter answers are not worth compressing.
const COMPRESSED_MIN: usize = 1_024;

/// Marks an answer of a route as one to keep, and by what it goes out of date.
#[derive(Clone, Copy, Debug)]
pub struct Keep(pub Source);

/// One form of a page.
struct Form {
    bytes: Bytes,
    etag: HeaderValue,
    coding: Option<&'static str>,
}

/// A page.
struct Kept {
    source: Source,
    since: Stamp,
    at_ms: i64,
    headers: Vec<(HeaderName, HeaderValue)>,
    plain: Form,
    is_usual: bool,
    asked: AtomicU32,
    brotli: OnceLock<Option<Form>>,
    gzip: OnceLock<Option<Form>>,
    hits: metrics::Counter,
}

#[derive(Clone)]
struct ByBytes;

impl Weighter<String, Arc<Kept>> for ByBytes {
    fn weight(&self, address: &String, kept: &Arc<Kept>) -> u64 {
        // a compressed form may come later; it is never longer than the plain one
        2 * kept.plain.bytes.len() as u64 + address.len() as u64 + OVERHEAD
    }
}

/// All pages; one for all workers.
pub struct Cache {
    kept: quick_cache::sync::Cache<String, Arc<Kept>, ByBytes>,
    app: Arc<App>,
    limits: Arc<Limits>,
}

impl Cache {
    /// Keeps nothing yet; `bytes` is the most it will hold.
    pub fn new(app: Arc<App>, limits: Arc<Limits>, bytes: u64) -> Cache {
        let pages = usize::try_from(bytes / USUAL_PAGE).unwrap_or(usize::MAX);
        Cache { kept: quick_cache::sync::Cache::with_weighter(pages, bytes, ByBytes), app, limits }
    }

    fn is_young(&self, kept: &Kept) -> bool {
        // a clock that was set back is no reason to keep a page for longer
        (0..KEPT_MS).contains(&(self.app.now_ms() - kept.at_ms))
    }

    fn is_current(&self, kept: &Kept) -> bool {
        self.is_young(kept) && self.app.stamps.is_current(kept.source, kept.since) && !self.app.store.is_behind()
    }

    /// A page that is here and current.
    fn find(&self, address: &str) -> Option<Arc<Kept>> {
        self.kept.get(address).filter(|kept| self.is_current(kept))
    }

    /// Whether the client may read on; who may not is told so by the route.
    fn may_read(&self, req: &Request) -> bool {
        let peer = req.peer_addr().map(|peer| peer.ip());
        self.limits.may_read(|| Client::from(peer, req.headers(), &self.app.settings.server.trusted_proxies))
    }
}

impl Kept {
    /// Takes an answer apart; gives it back when it is none to keep.
    fn of(
        response: ServiceResponse<BoxBody>,
        address: &str,
        since: Stamp,
        at_ms: i64,
    ) -> Result<Kept, Box<ServiceResponse<BoxBody>>> {
        let keep = response.response().extensions().get::<Keep>().copied();
        let etag = response.headers().get(header::ETAG).cloned();
        let (Some(Keep(source)), Some(etag), StatusCode::OK) = (keep, etag, response.status()) else {
            return Err(Box::new(response));
        };
        let route = response.request().match_pattern().unwrap_or_default();
        let (request, response) = response.into_parts();
        let (response, body) = response.into_parts();
        let bytes = match body.try_into_bytes() {
            Ok(bytes) => bytes,
            Err(body) => return Err(Box::new(ServiceResponse::new(request, response.set_body(body)))),
        };
        let own = [HeaderName::from_static("x-request-id"), header::ETAG, header::CONTENT_LENGTH];
        let headers = response.headers().iter().filter(|(name, _)| !own.contains(name));
        Ok(Kept {
            source,
            since,
            at_ms,
            headers: headers.map(|(name, value)| (name.clone(), value.clone())).collect(),
            plain: Form { bytes, etag, coding: None },
            is_usual: is_usual(address),
            asked: AtomicU32::new(0),
            brotli: OnceLock::new(),
            gzip: OnceLock::new(),
            hits: metrics::counter!("http_cache_hits_total", "route" => route),
        })
    }

    /// The form for a client: compressed from the second time on that one could be, so that what
    /// is asked for once costs nothing, and well only where many will ask.
    fn form(&self, headers: &HeaderMap) -> &Form {
        if self.plain.bytes.len() < COMPRESSED_MIN {
            return &self.plain;
        }
        let accepted = compress::accepted(headers);
        if !(accepted.brotli || accepted.gzip) || self.asked.fetch_add(1, Ordering::Relaxed) == 0 {
            return &self.plain;
        }
        let compressed = if accepted.brotli && self.is_usual {
            self.brotli.get_or_init(|| self.compressed("br", compress::brotli))
        } else if accepted.gzip {
            self.gzip.get_or_init(|| self.compressed("gzip", compress::gzip))
        } else {
            &None
        };
        compressed.as_ref().unwrap_or(&self.plain)
    }

    fn compressed(&self, coding: &'static str, by: fn(&[u8]) -> Vec<u8>) -> Option<Form> {
        let bytes = by(&self.plain.bytes);
        let plain = self.plain.etag.to_str().unwrap_or_default().trim_matches('"');
        let etag = HeaderValue::try_from(format!("\"{plain}.{coding}\"")).ok()?;
        (bytes.len() < self.plain.bytes.len()).then(|| Form { bytes: bytes.into(), etag, coding: Some(coding) })
    }

    /// The form that a client has, by `If-None-Match`; any will do, they say the same.
    fn had(&self, headers: &HeaderMap) -> Option<&Form> {
        if !headers.contains_key(header::IF_NONE_MATCH) {
            return None;
        }
        let forms =
            [Some(&self.plain), self.brotli.get().and_then(Option::as_ref), self.gzip.get().and_then(Option::as_ref)];
        forms.into_iter().flatten().find(|form| form.etag.to_str().is_ok_and(|tag| reply::has(headers, tag)))
    }

    /// The answer to one client.
    fn answer(&self, asked: &HeaderMap) -> Response<BoxBody> {
        let had = self.had(asked);
        let form = had.unwrap_or_else(|| self.form(asked));
        let mut response = match had {
            Some(_) => Response::with_body(StatusCode::NOT_MODIFIED, BoxBody::new(())),
            None => Response::with_body(StatusCode::OK, BoxBody::new(form.bytes.clone())),
        };
        let headers = response.headers_mut();
        for (name, value) in &self.headers {
            if had.is_none() || name != header::CONTENT_TYPE {
                headers.append(name.clone(), value.clone());
            }
        }
        headers.insert(header::ETAG, form.etag.clone());
        if let Some(coding) = form.coding.filter(|_| had.is_none()) {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
        }
        if let Ok(id) = HeaderValue::try_from(reply::request_id()) {
            headers.insert(HeaderName::from_static("x-request-id"), id);
        }
        response
    }
}

/// Whether an address is that of a page: a thread, its comments, the replies to one, its context, in
/// whatever form.
fn is_page(path: &str) -> bool {
    let Some(rest) = path.strip_prefix("/api/v1/") else { return false };
    let mut parts = rest.split('/');
    let parts = [parts.next(), parts.next(), parts.next(), parts.next(), parts.next(), parts.next()];
    matches!(
        parts,
        [
            Some("sites"),
            Some(_),
            Some("threads"),
            Some(_),
            None | Some("comments" | "comments.html" | "feed.atom"),
            None
        ] | [Some("comments"), Some(_), Some("replies" | "replies.html" | "context"), None, ..]
    )
}

/// Whether an address is one that many ask for: the first page of a thread in a usual size. What
/// anybody can vary without end is not worth the better compression.
fn is_usual(address: &str) -> bool {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let usual = |pair: &str| match pair.split_once('=') {
        Some(("sort", _)) => true,
        Some(("limit", limit)) => matches!(limit, "10" | "20" | "25" | "50" | "100" | "200"),
        _ => pair.is_empty(),
    };
    let first = path.ends_with("/comments") || path.ends_with("/comments.html") || path.ends_with("/feed.atom");
    first && query.split('&').all(usual)
}

/// The app behind the cache.
pub struct Cached<A> {
    inner: A,
    cache: Option<Arc<Cache>>,
}

impl<A> Cached<A> {
    /// Without a cache everything goes to the app.
    pub fn new(inner: A, cache: Option<Arc<Cache>>) -> Cached<A> {
        Cached { inner, cache }
    }
}

impl<A> ServiceFactory<Request> for Cached<A>
where
    A: ServiceFactory<Request, Config = AppConfig, Response = ServiceResponse<BoxBody>> + 'static,
    A::Service: 'static,
{
    type Response = Response<BoxBody>;
    type Error = A::Error;
    type Config = AppConfig;
    type Service = CachedService<A::Service>;
    type InitError = A::InitError;
    type Future = LocalBoxFuture<'static, Result<Self::Service, A::InitError>>;

    fn new_service(&self, config: AppConfig) -> Self::Future {
        let (inner, cache) = (self.inner.new_service(config), self.cache.clone());
        Box::pin(async move { Ok(CachedService { inner: Rc::new(inner.await?), cache }) })
    }
}

/// One worker's app behind the cache.
pub struct CachedService<S> {
    inner: Rc<S>,
    cache: Option<Arc<Cache>>,
}

type Answered<E> = Result<Response<BoxBody>, E>;

impl<S> Service<Request> for CachedService<S>
where
    S: Service<Request, Response = ServiceResponse<BoxBody>> + 'static,
{
    type Response = Response<BoxBody>;
    type Error = S::Error;
    type Future = Either<Ready<Answered<S::Error>>, LocalBoxFuture<'static, Answered<S::Error>>>;

    fn poll_ready(&self, context: &mut std::task::Context<'_>) -> std::task::Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&self, req: Request) -> Self::Future {
        let inner = Rc::clone(&self.inner);
        let cache = self.cache.as_ref().filter(|_| req.method() == Method::GET && is_page(req.path()));
        let address = req.uri().path_and_query().map(|address| address.as_str());
        let (Some(cache), Some(address)) = (cache, address.filter(|address| address.len() <= ADDRESS_MAX)) else {
            let answer = inner.call(req);
            return Either::Right(Box::pin(async move { Ok(answer.await?.into()) }));
        };
        if let Some(kept) = cache.find(address)
            && cache.may_read(&req)
        {
            kept.hits.increment(1);
            return Either::Left(ready(Ok(kept.answer(req.headers()))));
        }
        let (cache, address) = (Arc::clone(cache), address.to_owned());
        Either::Right(Box::pin(fill(inner, cache, address, req)))
    }
}

/// Makes a page, or waits for the one who does.
async fn fill<S>(inner: Rc<S>, cache: Arc<Cache>, address: String, mut req: Request) -> Answered<S::Error>
where
    S: Service<Request, Response = ServiceResponse<BoxBody>>,
{
    let arrived = cache.app.stamps.now();
    let entry = cache.kept.entry_async(address.as_str(), |_, kept: &mut Arc<Kept>| {
        // one begun after this request came is as good as its own, even if it is out of date by
        // now: so nobody waits for ever behind a stream of writes
        if cache.is_current(kept) || (kept.since > arrived && cache.is_young(kept)) {
            EntryAction::Retain(Arc::clone(kept))
        } else {
            EntryAction::ReplaceWithGuard
        }
    });
    let guard = match entry.await {
        EntryResult::Retained(kept) if cache.may_read(&req) => {
            kept.hits.increment(1);
            return Ok(kept.answer(req.headers()));
        }
        EntryResult::Vacant(guard) | EntryResult::Replaced(guard, _) => Some(guard),
        EntryResult::Retained(_) | EntryResult::Removed(..) | EntryResult::Timeout => None,
    };
    let asked = req.headers().clone();
    // the route is to give the whole page, whatever this client has
    req.head_mut().headers.remove(header::IF_NONE_MATCH);
    let (since, at_ms) = (cache.app.stamps.now(), cache.app.now_ms());
    let response = inner.call(req).await?;
    match Kept::of(response, &address, since, at_ms) {
        Ok(kept) => {
            let kept = Arc::new(kept);
            let answer = kept.answer(&asked);
            if let Some(guard) = guard {
                // it fails only when the page was taken out meanwhile, which costs a page
                drop(guard.insert(kept));
            }
            Ok(answer)
        }
        Err(response) => Ok((*response).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_known_by_their_address() {
        for page in [
            "/api/v1/sites/s/threads/k",
            "/api/v1/sites/s/threads/k/comments",
            "/api/v1/sites/s/threads/k/comments.html",
            "/api/v1/sites/s/threads/k/feed.atom",
            "/api/v1/comments/1/replies",
            "/api/v1/comments/1/replies.html",
            "/api/v1/comments/1/context",
        ] {
            assert!(is_page(page), "{page}");
        }
        for other in [
            "/api/v1/sites/s",
            "/api/v1/sites/s/threads/k/viewer",
            "/api/v1/sites/s/threads/k/presence",
            "/api/v1/sites/s/threads/k/comments/x",
            "/api/v1/comments/1",
            "/api/v1/comments/1/revisions",
            "/api/v1/users/1/comments",
            "/api/v1/me",
            "/",
        ] {
            assert!(!is_page(other), "{other}");
        }
    }

    #[test]
    fn what_many_ask_for_is_usual() {
        let path = "/api/v1/sites/s/threads/k/comments";
        for query in ["", "?sort=top", "?limit=50&sort=newest"] {
            assert!(is_usual(&format!("{path}{query}")), "{query}");
        }
        for query in ["?limit=51", "?cursor=x", "?depth=2", "?sort=top&per_parent=3"] {
            assert!(!is_usual(&format!("{path}{query}")), "{query}");
        }
        assert!(!is_usual("/api/v1/comments/1/replies"));
    }
}
