//! A route: one method at one path, who may call it, and what it takes and answers. The page of
//! all of them is `routes`; the document made from it is `openapi`.

use std::rc::Rc;

use actix_web::guard;
use actix_web::http::Method;
use actix_web::middleware::from_fn;
use actix_web::web::ServiceConfig;
use actix_web::{FromRequest, Handler, HttpRequest, Responder, web};
use utoipa::openapi::path::{Parameter, ParameterIn};
use utoipa::openapi::{RefOr, schema::Schema};
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::domain::code::Code;

use super::figures::Figures;
use super::limits::Bound;
use super::{cors, middleware};

/// Where the API begins.
pub const BASE: &str = "/api/v1";
/// What is asked for most.
const MOST_READ: &str = "/api/v1/sites/{site}/threads/{key}/comments";

/// Who may call a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anybody.
    Open,
    /// Who has signed in.
    Signed,
    /// Who has signed in and has a role on the site in question.
    Moderators,
    /// For whoever runs the service; not part of the API.
    Operator,
}

/// What has to be known of a route while it answers.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Its method.
    pub method: Method,
    /// Who may call it.
    pub access: Access,
    /// Whether it is open and shows more to some who have signed in.
    pub widens: bool,
    /// Whether it is about tokens, and so may use cookies.
    pub is_auth: bool,
    /// Whether sanctions count for who calls it.
    pub is_restricted: bool,
    /// Whether it takes a query.
    pub takes_query: bool,
    /// How it is counted.
    pub bound: Bound,
}

impl Policy {
    /// Whether it answers everybody with the same bytes.
    pub fn is_anonymous_read(&self) -> bool {
        self.access == Access::Open && self.method == Method::GET && !self.widens && !self.is_auth
    }

    /// Whether a good answer is not worth a line in the log.
    pub fn is_routine(&self) -> bool {
        self.is_anonymous_read() || self.access == Access::Operator
    }
}

/// A route on one worker's thread.
pub struct Mounted {
    /// What has to be known of it.
    pub policy: Policy,
    /// Its figures.
    pub figures: Figures,
}

/// Gives a schema, and adds those it refers to.
pub type SchemaOf = fn(&mut Vec<(String, RefOr<Schema>)>) -> RefOr<Schema>;

/// What a success answers.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) media_type: &'static str,
    pub(super) schema: Option<SchemaOf>,
}

/// What is written about a route.
#[derive(Default)]
pub(super) struct Words {
    pub(super) text: &'static str,
    pub(super) tag: &'static str,
    pub(super) query: Option<fn() -> Vec<Parameter>>,
    pub(super) body: Option<SchemaOf>,
    pub(super) body_optional: bool,
    pub(super) answers: Vec<Answer>,
    pub(super) fails: Vec<Code>,
    pub(super) is_idempotent: bool,
    pub(super) takes_if_match: bool,
    pub(super) streams: bool,
}

/// One method at one path.
pub struct Route {
    /// Its method; HEAD comes along with GET.
    pub method: Method,
    /// Its whole path, `{…}` for what varies.
    pub path: String,
    /// Who may call it.
    pub access: Access,
    pub(super) words: Words,
    widens: bool,
    even_suspended: bool,
    any_query: bool,
    bound: Bound,
    make: Box<dyn Fn() -> actix_web::Route>,
}

/// Reads.
pub fn get<F, Args>(path: &str, handler: F) -> Route
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    Route::new(Method::GET, path, handler)
}

/// Makes or does.
pub fn post<F, Args>(path: &str, handler: F) -> Route
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    Route::new(Method::POST, path, handler)
}

/// Sets.
pub fn put<F, Args>(path: &str, handler: F) -> Route
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    Route::new(Method::PUT, path, handler)
}

/// Changes a part.
pub fn patch<F, Args>(path: &str, handler: F) -> Route
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    Route::new(Method::PATCH, path, handler)
}

/// Takes away.
pub fn delete<F, Args>(path: &str, handler: F) -> Route
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    Route::new(Method::DELETE, path, handler)
}

/// Reads something outside the API; `path` is whole.
pub fn page<F, Args>(path: &str, handler: F) -> Route
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    Route { path: path.to_owned(), any_query: true, ..Route::new(Method::GET, "", handler) }.open()
}

impl Route {
    fn new<F, Args>(method: Method, path: &str, handler: F) -> Route
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        let bound = if method == Method::GET { Bound::Reads } else { Bound::Writes };
        Route {
            method,
            path: format!("{BASE}{path}"),
            // what is not declared is for nobody but moderators: deny by default
            access: Access::Moderators,
            words: Words::default(),
            widens: false,
            even_suspended: false,
            any_query: false,
            bound,
            make: Box::new(move || web::route().to(handler.clone())),
        }
    }

    /// Anybody may call it.
    pub fn open(self) -> Route {
        Route { access: Access::Open, ..self }
    }

    /// Anybody may call it, and some who have signed in see more.
    pub fn widens(self) -> Route {
        Route { access: Access::Open, widens: true, ..self }
    }

    /// It needs a sign-in.
    pub fn signed(self) -> Route {
        Route { access: Access::Signed, ..self }
    }

    /// It needs a role on the site in question.
    pub fn moderators(self) -> Route {
        Route { access: Access::Moderators, ..self }
    }

    /// It writes, and no sanction keeps anybody from it: what is one's own safety, or one's defence.
    pub fn even_suspended(self) -> Route {
        Route { even_suspended: true, ..self }
    }

    /// It is for whoever runs the service.
    pub fn operator(self) -> Route {
        Route { access: Access::Operator, bound: Bound::Nothing, ..self }
    }

    /// Counted by another bound than its method's.
    pub fn counted(self, bound: Bound) -> Route {
        Route { bound, ..self }
    }

    /// What it does, in a sentence.
    pub fn text(mut self, text: &'static str) -> Route {
        self.words.text = text;
        self
    }

    /// The query it takes.
    pub fn query<T: IntoParams>(mut self) -> Route {
        self.words.query = Some(|| T::into_params(|| Some(ParameterIn::Query)));
        self
    }

    /// The body it takes.
    pub fn takes<T: ToSchema>(mut self) -> Route {
        self.words.body = Some(schema_of::<T>);
        self
    }

    /// The body it takes, which may be left out.
    pub fn may_take<T: ToSchema>(mut self) -> Route {
        self.words.body_optional = true;
        self.takes::<T>()
    }

    /// What it answers with a status.
    pub fn answers<T: ToSchema>(mut self, status: u16) -> Route {
        self.words.answers.push(Answer { status, media_type: "application/json", schema: Some(schema_of::<T>) });
        self
    }

    /// A success without a body: 204.
    pub fn answers_nothing(mut self) -> Route {
        self.words.answers.push(Answer { status: 204, media_type: "", schema: None });
        self
    }

    /// What it answers is a stream of events, which does not end by itself.
    pub fn streams(mut self) -> Route {
        self.words.streams = true;
        self.answers_text("text/event-stream")
    }

    /// What it answers is text of a media type.
    pub fn answers_text(mut self, media_type: &'static str) -> Route {
        self.words.answers.push(Answer { status: 200, media_type, schema: None });
        self
    }

    /// How it can fail, beside what any route of its kind can.
    pub fn fails(mut self, codes: &[Code]) -> Route {
        self.words.fails.extend_from_slice(codes);
        self
    }

    /// It takes an `Idempotency-Key`.
    pub fn idempotent(mut self) -> Route {
        self.words.is_idempotent = true;
        self
    }

    /// It takes an `If-Match`.
    pub fn if_match(mut self) -> Route {
        self.words.takes_if_match = true;
        self
    }

    /// Under which heading it stands.
    pub(super) fn tagged(mut self, tag: &'static str) -> Route {
        self.words.tag = tag;
        self
    }

    /// Whether its answer goes on for as long as somebody listens.
    pub fn is_stream(&self) -> bool {
        self.words.streams
    }

    /// Whether it belongs to the API.
    pub fn is_api(&self) -> bool {
        self.path.starts_with(BASE) && !self.any_query
    }

    /// What has to be known while it answers.
    pub fn policy(&self) -> Policy {
        Policy {
            method: self.method.clone(),
            access: self.access,
            widens: self.widens,
            is_auth: self.path.starts_with("/api/v1/auth/"),
            is_restricted: self.method != Method::GET && !self.even_suspended,
            takes_query: self.any_query || self.words.query.is_some(),
            bound: self.bound,
        }
    }

    fn actix(&self, method: Method) -> actix_web::Route {
        let mounted = Rc::new(Mounted { policy: self.policy(), figures: Figures::of(self.path.clone()) });
        let route = (self.make)().method(method);
        route.wrap(from_fn(move |req, next| middleware::within(Rc::clone(&mounted), req, next)))
    }
}

/// Registers routes: those of one path together, HEAD wherever GET, preflights, and 405 for
/// whatever else is sent there.
pub fn mount(cfg: &mut ServiceConfig, routes: &[Route]) {
    let mut paths: Vec<&str> = Vec::new();
    for route in routes {
        if !paths.contains(&route.path.as_str()) {
            paths.push(&route.path);
        }
    }
    // addresses are tried one after the other, each that varies by a regular expression
    paths.sort_by_key(|path| *path != MOST_READ);
    for path in paths {
        let here: Vec<&Route> = routes.iter().filter(|route| route.path == path).collect();
        let policies: Vec<Policy> = here.iter().map(|route| route.policy()).collect();
        let mut methods: Vec<String> = here.iter().map(|route| route.method.to_string()).collect();
        // `{path}` alone may have slashes: it is the rest of the address
        let mut resource = web::resource(path.replace("{path}", "{path:.+}"));
        for route in here {
            resource = resource.route(route.actix(route.method.clone()));
            if route.method == Method::GET {
                resource = resource.route(route.actix(Method::HEAD));
                methods.push("HEAD".to_owned());
            }
        }
        let asks = guard::All(guard::Options())
            .and(guard::fn_guard(|context| context.head().headers().contains_key("access-control-request-method")));
        let preflight = move |req: HttpRequest, app: web::Data<App>| {
            let response = cors::preflight(&req, &app, &policies);
            async move { response }
        };
        let allow = methods.join(", ");
        let other = move || {
            let response = middleware::other_method(&allow);
            async move { response }
        };
        cfg.service(resource.route(web::route().guard(asks).to(preflight)).default_service(web::to(other)));
    }
}

fn schema_of<T: ToSchema>(others: &mut Vec<(String, RefOr<Schema>)>) -> RefOr<Schema> {
    T::schemas(others);
    let name = T::name().into_owned();
    others.push((name.clone(), T::schema()));
    RefOr::Ref(utoipa::openapi::Ref::from_schema_name(name))
}
