//! What happens around every request.
//!
//! [`around`] is outermost: the request's id, the body of a problem, headers, the log line and the
//! figures. [`within`] is around each route, once it is known: panics, rates, queries where none is
//! taken, and what other nodes have done meanwhile.

use std::any::Any;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::rc::Rc;
use std::time::Instant;

use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, web};

use crate::app::Error;
use crate::domain::code::Code;

use super::cookies;
use super::cors;
use super::extract::app_of;
use super::figures::Figures;
use super::limits::{Bound, Limits, Standing};
use super::problem::{self, Problem};
use super::query;
use super::reply;
use super::route::{BASE, Mounted, Policy};

/// For whatever is not a page: nothing in it may run, load, or be framed.
const INERT: &str = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// Two years, in seconds.
const HSTS: &str = "max-age=63072000";

/// Around everything. Answers every error itself, so that nothing goes out unmarked.
///
/// # Errors
/// None.
pub async fn around(
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let began = Instant::now();
    let id = reply::request_id();
    let (req, response) = next.call(req).await?.map_into_boxed_body().into_parts();
    let (mut response, cause) = worded(response, &id);
    let mounted = req.extensions().get::<Rc<Mounted>>().cloned();
    let policy = mounted.as_ref().map(|mounted| &mounted.policy);
    let failed = response.status().is_client_error();
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::try_from(id.as_str()) {
        headers.insert(HeaderName::from_static("x-request-id"), id);
    }
    if let Ok(app) = app_of(&req) {
        // a preflight says itself who may
        if req.method() != Method::OPTIONS || failed {
            cors::mark(headers, &req, app, policy);
        }
        secure(headers, cookies::is_https(app));
    }
    let told = Told { method: named(req.method()), status: response.status(), began, id: &id };
    match &mounted {
        Some(mounted) => told.tell(&mounted.figures, policy, cause.as_deref()),
        None => told.tell(&unmounted(&req), None, cause.as_deref()),
    }
    Ok(ServiceResponse::new(req, response))
}

/// Puts what failed into words; gives the cause for the log.
fn worded(response: HttpResponse<BoxBody>, id: &str) -> (HttpResponse<BoxBody>, Option<String>) {
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return (response, None);
    }
    let known = response.error().and_then(|error| error.as_error::<Problem>());
    let (body, cause) = match known {
        Some(problem) => (problem::Body::new(&problem.refusal(), id), problem.cause()),
        None => {
            let other = Problem::from(problem::code_of(status));
            let cause = response.error().filter(|_| status.is_server_error()).map(ToString::to_string);
            (problem::Body::new(&other.refusal(), id), cause)
        }
    };
    let bytes = serde_json::to_vec(&body).expect("invariant: a problem is plain data");
    let mut response = response.set_body(BoxBody::new(bytes));
    if let Ok(status) = StatusCode::from_u16(body.status) {
        *response.status_mut() = status;
    }
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(problem::MEDIA_TYPE));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    (response, cause)
}

/// Headers that every answer has; a page has said its own policy already.
fn secure(headers: &mut HeaderMap, https: bool) {
    let always = [
        (header::CONTENT_SECURITY_POLICY, INERT),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "strict-origin-when-cross-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    ];
    for (name, value) in always {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
    if https {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(HSTS));
    }
}

/// What answers without a route of its own: a preflight, a method that is not known, nothing at all.
fn unmounted(req: &HttpRequest) -> Figures {
    Figures::of(req.match_pattern().unwrap_or_else(|| "none".to_owned()))
}

/// A method's name, one of few: anybody can make one up.
fn named(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        _ => "other",
    }
}

/// What is told of a request: never its query, body or client.
struct Told<'r> {
    method: &'static str,
    status: StatusCode,
    began: Instant,
    id: &'r str,
}

impl Told<'_> {
    fn tell(&self, figures: &Figures, policy: Option<&Policy>, cause: Option<&str>) {
        figures.count(self.method, self.status, self.began.elapsed());
        let (method, route, status, request_id) = (self.method, figures.route(), self.status.as_u16(), self.id);
        if let Some(cause) = cause {
            tracing::error!(method, route, status, request_id, cause, "a request failed");
        }
        let is_routine = policy.is_some_and(|policy| policy.is_routine()) && matches!(status, 200 | 304);
        if !is_routine {
            let ms = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
            tracing::info!(method, route, status, ms, request_id, "request");
        }
    }
}

/// Around one route.
///
/// # Errors
/// None: what fails is an answer.
pub async fn within<B: MessageBody + 'static>(
    mounted: Rc<Mounted>,
    req: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, actix_web::Error> {
    let http = req.request().clone();
    http.extensions_mut().insert(Rc::clone(&mounted));
    let policy = &mounted.policy;
    let refused = |problem: Problem| {
        let response = HttpResponse::from_error(problem);
        ServiceResponse::new(http.clone(), response.map_into_right_body())
    };
    if !policy.takes_query
        && let Err(error) = query::none(req.query_string())
    {
        return Ok(refused(error.into()));
    }
    // before anything is asked of what is in memory
    if req.path().starts_with(BASE)
        && let Ok(app) = app_of(&http)
        && app.is_behind()
        && let Err(error) = app.catch_up().await
    {
        return Ok(refused(Error::from(error).into()));
    }
    let standing = match count(&http, policy.bound) {
        Ok(standing) => standing,
        Err((problem, standing)) => {
            let mut response = refused(problem);
            if let Some(standing) = standing {
                standing.write(response.headers_mut());
            }
            return Ok(response);
        }
    };
    let mut response = match unpanicked(next.call(req)).await {
        Ok(Ok(response)) => response.map_into_left_body(),
        Ok(Err(error)) => ServiceResponse::new(http, HttpResponse::from_error(error).map_into_right_body()),
        Err(panic) => {
            metrics::counter!("http_panics_total").increment(1);
            refused(Error::Fault(format!("a handler panicked: {}", said(&*panic))).into())
        }
    };
    let tells = policy.method != Method::GET || response.status() == StatusCode::TOO_MANY_REQUESTS;
    if let Some(standing) = standing.filter(|_| tells) {
        standing.write(response.headers_mut());
    }
    Ok(response)
}

fn count(req: &HttpRequest, bound: Bound) -> Result<Option<Standing>, (Problem, Option<Standing>)> {
    match req.app_data::<web::Data<Limits>>() {
        Some(limits) => limits.count(req, bound),
        None => Ok(None),
    }
}

/// Runs a future to its end, or to its panic.
pub(super) async fn unpanicked<F: Future>(future: F) -> Result<F::Output, Box<dyn Any + Send>> {
    let mut future = pin!(future);
    poll_fn(move |context| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context))) {
        Ok(poll) => poll.map(Ok),
        Err(panic) => std::task::Poll::Ready(Err(panic)),
    })
    .await
}

/// What a panic said.
pub(super) fn said(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("without words")
}

/// The answer where nothing stands: 404.
pub async fn nothing_here() -> HttpResponse {
    HttpResponse::from_error(Problem::from(Code::NotFound))
}

/// The answer to a method that an address does not know: 405 with those it does.
pub fn other_method(allow: &str) -> HttpResponse {
    let mut response = HttpResponse::from_error(Problem::from(Code::MethodNotAllowed));
    if let Ok(allow) = HeaderValue::try_from(allow) {
        response.headers_mut().insert(header::ALLOW, allow);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::super::route::{self, Route};
    use super::*;
    use actix_web::middleware::from_fn;
    use actix_web::test::{TestRequest, call_service, init_service, read_body_json};
    use serde_json::Value;

    async fn broken() -> HttpResponse {
        panic!("the secret of the house")
    }

    async fn fine() -> HttpResponse {
        HttpResponse::NoContent().finish()
    }

    #[actix_web::test]
    async fn a_panic_is_an_answer_and_the_next_request_is_served() {
        let routes: [Route; 2] = [route::get("/broken", broken).open(), route::get("/fine", fine).open()];
        let app = actix_web::App::new().wrap(from_fn(around)).configure(|cfg| route::mount(cfg, &routes));
        let app = init_service(app).await;
        for _ in 0..2 {
            let response = call_service(&app, TestRequest::get().uri("/api/v1/broken").to_request()).await;
            assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
            assert_eq!(response.headers().get(header::CONTENT_TYPE).unwrap(), problem::MEDIA_TYPE);
            let body: Value = read_body_json(response).await;
            assert_eq!(body["code"], "internal");
            assert!(!body["request_id"].as_str().unwrap().is_empty() && !body.to_string().contains("secret"));
        }
        let response = call_service(&app, TestRequest::get().uri("/api/v1/fine").to_request()).await;
        assert_eq!(response.status(), StatusCode::NO_CONTENT);
    }

    #[actix_web::test]
    async fn long_names_are_not_sent_back_whole() {
        let app = actix_web::App::new().wrap(from_fn(around));
        let app = init_service(app.configure(|cfg| route::mount(cfg, &[route::get("/fine", fine).open()]))).await;
        let uri = format!("/api/v1/fine?{}=1", "a".repeat(20_000));
        let response = call_service(&app, TestRequest::get().uri(&uri).to_request()).await;
        assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let body: Value = read_body_json(response).await;
        assert!(body.to_string().len() < 2_000, "{} bytes", body.to_string().len());
    }
}
