//! What a handler is given: who calls, what the address names, and the idempotency key. Bodies are
//! in `body`, queries in `query`, the client's network in `client`.

use std::future::{Ready, ready};
use std::rc::Rc;
use std::str::FromStr;

use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderMap};
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, web};

use crate::app::token::Kind;
use crate::app::{App, Caller, Error};
use crate::domain::code::Code;
use crate::domain::permission::Action;
use crate::domain::thread::{is_key, is_site_key};
use crate::domain::time::DAY_MS;
use crate::store::IdempotencyKey;

pub use super::body::{Json, JsonOrNothing};
pub use super::client::Client;
pub use super::query::{Query, Speech, Spoken};

use super::cookies;
use super::problem::Problem;
use super::route::Mounted;

/// For how long an idempotency key counts, in milliseconds.
const KEY_MS: i64 = DAY_MS;

/// The app that a request is for.
///
/// # Errors
/// A fault when the server runs without one.
pub fn app_of(req: &HttpRequest) -> Result<&App, Problem> {
    match req.app_data::<web::Data<App>>() {
        Some(app) => Ok(app.get_ref()),
        None => Err(Error::Fault("the server runs without an app".into()).into()),
    }
}

/// Who must have signed in, and is not kept from all writing by a sanction where this writes.
pub struct Signed(pub Caller);

/// Who may have signed in; a token that is sent must be good all the same.
pub struct MaybeSigned(pub Option<Caller>);

impl FromRequest for Signed {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(match identify(req) {
            // who may write nowhere is refused whatever the use-case asks
            Ok(Some(caller)) => match caller.require_unbarred(Action::Participate, None) {
                Ok(()) => Ok(Signed(caller)),
                Err(error) => Err(error.into()),
            },
            Ok(None) => Err(Code::SignInRequired.into()),
            Err(problem) => Err(problem),
        })
    }
}

impl FromRequest for MaybeSigned {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(identify(req).map(MaybeSigned))
    }
}

#[derive(Clone)]
struct Identified(Option<Caller>);

/// Who calls: by the Bearer header, else by the console's cookie on the service's own pages. Found
/// out once a request.
///
/// # Errors
/// 401 for a token that is not good, 403 for a console's write without `X-Understory: 1`.
pub fn identify(req: &HttpRequest) -> Result<Option<Caller>, Problem> {
    if let Some(Identified(caller)) = req.extensions().get::<Identified>() {
        return Ok(caller.clone());
    }
    let app = app_of(req)?;
    let caller = if req.headers().contains_key(header::AUTHORIZATION) {
        let token = bearer(req.headers()).ok_or_else(|| Error::from(Code::InvalidToken))?;
        Some(app.authenticate(token, Kind::Access)?)
    } else {
        match console_token(req, app)? {
            Some(token) => Some(app.authenticate(token, Kind::Console)?),
            None => None,
        }
    };
    let caller = caller.map(|caller| if is_restricted(req) { caller } else { caller.unrestricted() });
    req.extensions_mut().insert(Identified(caller.clone()));
    Ok(caller)
}

/// Whether sanctions count for this request; for what is on no page of routes they do.
fn is_restricted(req: &HttpRequest) -> bool {
    req.extensions().get::<Rc<Mounted>>().is_none_or(|mounted| mounted.policy.is_restricted)
}

/// The token of `Authorization: Bearer`; none when there is no such header, several, or another.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(header::AUTHORIZATION);
    let (Some(value), None) = (values.next(), values.next()) else { return None };
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim_matches(' '))
}

fn console_token<'r>(req: &'r HttpRequest, app: &App) -> Result<Option<&'r str>, Problem> {
    let own_page = req.headers().get("sec-fetch-site").is_some_and(|site| site == "same-origin");
    let Some(token) = cookies::read(req, cookies::console(app)).filter(|_| own_page) else { return Ok(None) };
    let marked = req.headers().get("x-understory").is_some_and(|mark| mark == "1");
    if !marked && !matches!(*req.method(), Method::GET | Method::HEAD) {
        return Err(
            Error::refuse(Code::Forbidden, "a call by cookie that changes something needs `X-Understory: 1`").into()
        );
    }
    Ok(Some(token))
}

/// The `{id}` of an address. What is no id names nothing: 404.
pub struct Id<T>(pub T);

impl<T: FromStr> FromRequest for Id<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let id = req.match_info().get("id").and_then(|text| text.parse().ok());
        ready(id.map(Id).ok_or_else(|| Error::not_found().into()))
    }
}

/// The `{site}` of an address, as it is written: whether there is one is the use-case's to say,
/// since who has no role must not learn it.
pub struct SiteKey(pub String);

impl FromRequest for SiteKey {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        // what cannot be one is nobody's, as the empty one is
        let possible = |site: &str| if is_site_key(site) { site.to_owned() } else { String::new() };
        ready(named(req, "site").map(|site| SiteKey(possible(site))))
    }
}

/// The `{key}` of an address. An impossible one names nothing (404), and where it would be made
/// (PUT, POST) it is 422.
pub struct ThreadKey(pub String);

impl FromRequest for ThreadKey {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let makes = matches!(*req.method(), Method::PUT | Method::POST);
        ready(named(req, "key").and_then(|key| match (is_key(key), makes) {
            (true, _) => Ok(ThreadKey(key.to_owned())),
            (false, true) => Err(Error::parameter("key", "invalid", "use 1 to 200 of A-Z a-z 0-9 . _ ~ -").into()),
            (false, false) => Err(Error::not_found().into()),
        }))
    }
}

fn named<'r>(req: &'r HttpRequest, name: &str) -> Result<&'r str, Problem> {
    let value = req.match_info().get(name);
    value.ok_or_else(|| Error::Fault(format!("the route has no {{{name}}}")).into())
}

/// The `Idempotency-Key` of a request, if it has one.
pub struct Idempotency {
    key: Option<String>,
    path: String,
}

impl Idempotency {
    /// What the use-case keeps, for a person and a body's hash.
    pub fn of_caller(self, app: &App, caller: &Caller, request_hash: [u8; 32]) -> Option<IdempotencyKey> {
        self.scoped(app, &format!("u:{}", caller.user), request_hash)
    }

    /// The same for who has not signed in. Of their network a keyed hash is kept, no address.
    ///
    /// # Errors
    /// A fault of the hash, which there is none of.
    pub fn of_client(
        self,
        app: &App,
        client: Client,
        request_hash: [u8; 32],
    ) -> Result<Option<IdempotencyKey>, Problem> {
        let who = app.mark("client", client.net().as_bytes())?;
        Ok(self.scoped(app, &format!("c:{}", hex::encode(who)), request_hash))
    }

    fn scoped(self, app: &App, who: &str, request_hash: [u8; 32]) -> Option<IdempotencyKey> {
        let path = self.path;
        let since_ms = app.now_ms() - KEY_MS;
        self.key.map(|key| IdempotencyKey { scope: format!("{who}:{path}"), key, request_hash, since_ms })
    }
}

impl FromRequest for Idempotency {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let mut values = req.headers().get_all("idempotency-key");
        let key = match (values.next(), values.next()) {
            (None, _) => None,
            (Some(value), None) => match value.to_str() {
                Ok(key) if (1..=128).contains(&key.len()) && key.bytes().all(|b| (b' '..=b'~').contains(&b)) => {
                    Some(key.to_owned())
                }
                _ => return ready(Err(wrong_key())),
            },
            _ => return ready(Err(wrong_key())),
        };
        ready(Ok(Idempotency { key, path: req.path().to_owned() }))
    }
}

fn wrong_key() -> Problem {
    Error::parameter("Idempotency-Key", "invalid", "send it once, 1 to 128 printable ASCII characters").into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    #[test]
    fn bearer_tokens() {
        let token = |value: &str| {
            bearer(TestRequest::get().insert_header(("authorization", value)).to_http_request().headers())
                .map(str::to_owned)
        };
        assert_eq!(token("Bearer abc").as_deref(), Some("abc"));
        assert_eq!(token("bearer  abc").as_deref(), Some("abc"));
        assert_eq!(token("Basic abc"), None);
        assert_eq!(token("abc"), None);
        let twice = TestRequest::get()
            .append_header(("authorization", "Bearer a"))
            .append_header(("authorization", "Bearer b"));
        assert_eq!(bearer(twice.to_http_request().headers()), None);
    }

    #[actix_web::test]
    async fn idempotency_keys() {
        for (value, good) in
            [("k", true), ("a b~", true), (&*"k".repeat(128), true), (&*"k".repeat(129), false), ("", false)]
        {
            let req = TestRequest::post().insert_header(("idempotency-key", value)).to_http_request();
            assert_eq!(Idempotency::extract(&req).await.is_ok(), good, "{value:?}");
        }
    }

    #[actix_web::test]
    async fn impossible_names() {
        use crate::domain::ids::CommentId;
        let with = |name: &'static str, value: &'static str, method: Method| {
            TestRequest::default().method(method).param(name, value).to_http_request()
        };
        assert!(Id::<CommentId>::extract(&with("id", "7", Method::GET)).await.is_ok());
        for (req, code) in [(with("id", "07", Method::GET), "not_found"), (with("id", "x", Method::POST), "not_found")]
        {
            let problem = Id::<CommentId>::extract(&req).await.err().unwrap();
            assert_eq!(problem.refusal().code.name(), code);
        }
        assert!(ThreadKey::extract(&with("key", "a.b", Method::GET)).await.is_ok());
        for (method, code) in [(Method::GET, "not_found"), (Method::PUT, "validation_failed")] {
            let problem = ThreadKey::extract(&with("key", "a b", method)).await.err().unwrap();
            assert_eq!(problem.refusal().code.name(), code);
        }
    }
}
