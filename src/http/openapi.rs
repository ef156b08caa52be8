//! The API's description (OpenAPI 3.1), made from the page of routes so that the two cannot differ.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use actix_web::http::Method;
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Map, Value, json};
use utoipa::PartialSchema as _;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;

use crate::app::App;
use crate::domain::code::Code;

use super::problem;
use super::reply;
use super::route::{Access, Answer, Route, SchemaOf};
use super::routes;

/// What every open route may answer when it does not succeed.
const ANY: [Code; 4] = [Code::ValidationFailed, Code::RateLimited, Code::Internal, Code::Overloaded];
/// What a route for who has signed in may answer too.
const SIGNED: [Code; 6] = [
    Code::SignInRequired,
    Code::TokenExpired,
    Code::SessionEnded,
    Code::InvalidToken,
    Code::Forbidden,
    Code::AccountSuspended,
];
/// What a route with a body may answer too.
const BODY: [Code; 6] = [
    Code::MalformedJson,
    Code::BadRequest,
    Code::RequestTimeout,
    Code::PayloadTooLarge,
    Code::UnsupportedMediaType,
    Code::UnknownField,
];

/// `GET /api/v1/openapi.json`
pub async fn serve(req: HttpRequest, app: web::Data<App>) -> HttpResponse {
    static TEXT: OnceLock<String> = OnceLock::new();
    reply::anonymous(&req, &app, TEXT.get_or_init(document).clone().into_bytes())
}

/// The whole description, as JSON for people and programs.
pub fn document() -> String {
    let mut schemas = Schemas::default();
    let mut paths: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    for route in routes::all().iter().filter(|route| route.is_api()) {
        let item = paths.entry(route.path.clone()).or_default();
        item.insert(route.method.as_str().to_ascii_lowercase(), operation(route, &mut schemas));
    }
    let problem = schemas.of(|others| {
        <problem::Body as utoipa::ToSchema>::schemas(others);
        problem::Body::schema()
    });
    schemas.0.insert("Problem".to_owned(), problem);
    let document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Understory",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "The comments under an article: a nested tree and fair moderation. Whatever fails is a \
                            problem (RFC 9457) whose `code` never changes its meaning.",
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "tags": tags(),
        "paths": paths,
        "components": {
            "schemas": schemas.0,
            "securitySchemes": {
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": "The `access_token` of a Session.",
                },
            },
        },
    });
    serde_json::to_string_pretty(&document).expect("invariant: the document is plain data")
}

fn tags() -> Vec<Value> {
    let mut seen: Vec<&str> = Vec::new();
    for route in routes::all().iter().filter(|route| route.is_api()) {
        if !seen.contains(&route.words.tag) {
            seen.push(route.words.tag);
        }
    }
    seen.into_iter().map(|tag| json!({ "name": tag })).collect()
}

/// Schemas by name.
#[derive(Default)]
struct Schemas(BTreeMap<String, Value>);

impl Schemas {
    fn of(&mut self, schema: SchemaOf) -> Value {
        let mut others: Vec<(String, RefOr<Schema>)> = Vec::new();
        let own = schema(&mut others);
        for (name, schema) in others {
            self.0.entry(name).or_insert_with(|| json!(schema));
        }
        json!(own)
    }
}

fn operation(route: &Route, schemas: &mut Schemas) -> Value {
    let words = &route.words;
    let mut operation = json!({
        "operationId": operation_id(route),
        "summary": words.text,
        "tags": [words.tag],
        "responses": responses(route, schemas),
    });
    let parameters = parameters(route);
    if !parameters.is_empty() {
        operation["parameters"] = Value::Array(parameters);
    }
    if let Some(body) = words.body {
        let schema = schemas.of(body);
        operation["requestBody"] =
            json!({ "required": !words.body_optional, "content": { "application/json": { "schema": schema } } });
    }
    operation["security"] = match (route.access, route.policy().widens) {
        (Access::Signed | Access::Moderators, _) => json!([{ "bearer": [] }]),
        (_, true) => json!([{}, { "bearer": [] }]),
        (_, false) => json!([]),
    };
    operation
}

/// `get_me_sessions_id` and the like.
fn operation_id(route: &Route) -> String {
    let path = route.path.strip_prefix(super::route::BASE).unwrap_or(&route.path);
    let words = path.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    std::iter::once(route.method.as_str().to_ascii_lowercase())
        .chain(words.map(str::to_owned))
        .collect::<Vec<_>>()
        .join("_")
}

fn parameters(route: &Route) -> Vec<Value> {
    let mut parameters: Vec<Value> = names(&route.path).map(path_parameter).collect();
    if let Some(query) = route.words.query {
        parameters.extend(query().iter().map(|parameter| json!(parameter)));
    }
    if route.words.is_idempotent {
        parameters.push(json!({
            "name": "Idempotency-Key", "in": "header", "required": false,
            "description": "The same request with the same key is done once within 24 hours.",
            "schema": { "type": "string", "pattern": "^[ -~]{1,128}$" },
        }));
    }
    if route.is_stream() && route.access == Access::Open {
        parameters.push(json!({
            "name": "Last-Event-ID", "in": "header", "required": false,
            "description": "As `last_event_id`, before which it goes: what a browser sends when it comes back.",
            "schema": { "type": "integer", "minimum": 0 },
        }));
    }
    if route.words.takes_if_match {
        parameters.push(json!({
            "name": "If-Match", "in": "header", "required": false,
            "description": "The version the change was made from, in double quotes.",
            "schema": { "type": "string" },
        }));
    }
    parameters
}

/// What varies in a path.
fn names(path: &str) -> impl Iterator<Item = &str> {
    path.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name)
}

fn path_parameter(name: &str) -> Value {
    let (pattern, text) = match name {
        "site" => (Some("^[a-z0-9][a-z0-9_-]{0,63}$"), "The site's name"),
        "key" => (Some("^[A-Za-z0-9._~-]{1,200}$"), "The thread's name on its site"),
        "id" => (Some("^[1-9][0-9]{0,18}$"), "An id, as the service gave it"),
        _ => (None, "As the service gave it"),
    };
    let mut schema = json!({ "type": "string" });
    if let Some(pattern) = pattern {
        schema["pattern"] = json!(pattern);
    }
    json!({ "name": name, "in": "path", "required": true, "description": text, "schema": schema })
}

fn responses(route: &Route, schemas: &mut Schemas) -> Value {
    let mut responses: BTreeMap<String, Value> = BTreeMap::new();
    let is_cached = route.policy().is_anonymous_read() && !route.is_stream();
    for answer in &route.words.answers {
        responses.insert(answer.status.to_string(), success(route, answer, is_cached, schemas));
    }
    if is_cached {
        responses.insert("304".to_owned(), json!({ "description": "It is as it was" }));
    }
    for (status, codes) in failures(route) {
        let list: Vec<String> = codes.iter().map(|code| format!("`{code}`")).collect();
        let mut response = json!({
            "description": list.join(", "),
            "content": { problem::MEDIA_TYPE: { "schema": { "$ref": "#/components/schemas/Problem" } } },
        });
        if matches!(status, 429 | 503) {
            response["headers"] = json!({ "Retry-After": header("Seconds until it may be tried again", "integer") });
        }
        responses.insert(status.to_string(), response);
    }
    json!(responses)
}

fn success(route: &Route, answer: &Answer, is_cached: bool, schemas: &mut Schemas) -> Value {
    let text = match answer.status {
        201 => "Made",
        202 => "Begun",
        204 => "Done",
        _ => "Here it is",
    };
    let mut response = json!({ "description": text });
    match answer.schema {
        Some(schema) => response["content"] = json!({ answer.media_type: { "schema": schemas.of(schema) } }),
        None if answer.media_type == "application/json" => {
            response["content"] = json!({ answer.media_type: { "schema": { "type": "object" } } });
        }
        None if !answer.media_type.is_empty() => {
            response["content"] = json!({ answer.media_type: { "schema": { "type": "string" } } });
        }
        None => {}
    }
    let mut headers = Map::new();
    if answer.status == 201 {
        headers.insert("Location".to_owned(), header("Where it can be read, if anywhere", "string"));
    }
    if is_cached {
        headers.insert("ETag".to_owned(), header("For If-None-Match", "string"));
    }
    if route.words.is_idempotent {
        headers.insert("Idempotency-Replayed".to_owned(), header("`true` when it had been done before", "string"));
    }
    if !headers.is_empty() {
        response["headers"] = Value::Object(headers);
    }
    response
}

fn header(text: &str, kind: &str) -> Value {
    json!({ "description": text, "required": false, "schema": { "type": kind } })
}

/// Every status a route may fail with, and by which codes.
fn failures(route: &Route) -> BTreeMap<u16, BTreeSet<&'static str>> {
    let mut codes: Vec<Code> = ANY.to_vec();
    if names(&route.path).next().is_some() {
        codes.push(Code::NotFound);
    }
    if matches!(route.access, Access::Signed | Access::Moderators) || route.policy().widens {
        codes.extend(SIGNED);
    }
    if route.words.body.is_some() {
        codes.extend(BODY);
    }
    if route.words.is_idempotent {
        codes.push(Code::IdempotencyKeyReused);
    }
    if route.words.takes_if_match {
        codes.push(Code::PreconditionFailed);
    }
    if route.method != Method::GET {
        codes.push(Code::StorageFull);
    }
    codes.extend(&route.words.fails);
    let mut failures: BTreeMap<u16, BTreeSet<&'static str>> = BTreeMap::new();
    for code in codes {
        failures.entry(code.status()).or_default().insert(code.name());
    }
    failures
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reference_leads_somewhere() {
        let text = document();
        let document: Value = serde_json::from_str(&text).unwrap();
        let mut rest = text.as_str();
        while let Some((_, after)) = rest.split_once("\"#/components/schemas/") {
            let (name, after) = after.split_once('"').unwrap();
            assert!(document["components"]["schemas"][name].is_object(), "{name}");
            rest = after;
        }
        assert!(!text.contains("\"default\""));
        assert_eq!(document["openapi"], "3.1.0");
    }

    #[test]
    fn operations_have_names_of_their_own() {
        let mut seen = BTreeSet::new();
        for route in routes::all().iter().filter(|route| route.is_api()) {
            assert!(seen.insert(operation_id(route)), "{}", operation_id(route));
        }
    }
}
