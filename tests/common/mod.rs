//! A whole service for a test: a store of its own, a clock that moves by hand, real HTTP on a free
//! port, and people to act as.

#![allow(dead_code, reason = "each test file uses its part")]
#![allow(clippy::unwrap_used, reason = "a failing test may panic anywhere")]

use std::collections::HashMap;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use reqwest::{Client, Method};
use serde_json::{Value, json};
use understory::app::token::Kind;
use understory::app::verify::verify;
use understory::app::{App, Caller};
use understory::config::Settings;
use understory::domain::permission::Role;
use understory::http::{Front, serve};
use understory::store::{FILE, Options, Store};

#[path = "../support/database.rs"]
mod database;

pub use database::Database;

pub const PASSWORD: &str = "four unrelated words";
pub const THREAD: &str = "/sites/here/threads/article/comments";

/// Roles of the people in every test: `mona` moderates `here`, `theo` moderates `there`.
pub const PEOPLE: [&str; 6] = ["alice", "bob", "carol", "mona", "theo", "ada"];

pub struct World {
    pub app: Arc<App>,
    pub url: String,
    origin: String,
    pub client: Client,
    pub directory: Arc<tempfile::TempDir>,
    pub database: Arc<Database>,
    clock: Arc<AtomicI64>,
    tokens: HashMap<String, String>,
}

/// An answer: status, JSON (null when there is none), headers.
pub struct Answer {
    pub status: u16,
    pub json: Value,
    pub text: String,
    pub headers: reqwest::header::HeaderMap,
}

impl Answer {
    pub fn code(&self) -> &str {
        self.json["code"].as_str().unwrap_or("")
    }

    #[track_caller]
    pub fn ok(self) -> Value {
        assert!(self.status < 300, "{} {}", self.status, self.text);
        self.json
    }

    #[track_caller]
    pub fn fails(self, status: u16, code: &str) {
        assert_eq!((self.status, self.code()), (status, code), "{}", self.text);
    }
}

impl World {
    pub async fn new() -> World {
        World::with(&[]).await
    }

    pub async fn with(sets: &[&str]) -> World {
        World::over(sets, Database::new()).await
    }

    /// The same with a store in a file, whatever else is tested on.
    pub async fn in_a_file() -> World {
        World::in_a_file_with(&[]).await
    }

    /// The same with settings.
    pub async fn in_a_file_with(sets: &[&str]) -> World {
        World::over(sets, Database { url: None }).await
    }

    async fn over(sets: &[&str], database: Database) -> World {
        let clock = Arc::new(AtomicI64::new(1_700_000_000_000));
        let url = database.url.clone();
        let directory = Arc::new(tempfile::tempdir().unwrap());
        let mut world = World::start(sets, Arc::new(database), url, (clock, directory), None).await;
        for (site, origin) in [("here", "https://here.example"), ("there", "https://there.example")] {
            world.app.add_site(site, None, &[origin.to_owned()]).await.unwrap();
        }
        for login in PEOPLE {
            let body = json!({"login": login, "password": PASSWORD, "client": "native"});
            let session = world.call("anon", "POST", "/auth/register", body).await.ok();
            world.tokens.insert(login.to_owned(), session["access_token"].as_str().unwrap().to_owned());
        }
        world.app.set_role("mona", Role::Moderator, Some("here")).await.unwrap();
        world.app.set_role("theo", Role::Moderator, Some("there")).await.unwrap();
        world.app.set_role("ada", Role::Admin, None).await.unwrap();
        world
    }

    /// Another node on the same database, which it reaches by `url`.
    pub async fn beside(&self, url: String, sets: &[&str]) -> World {
        self.again(sets, Arc::clone(&self.database), Some(url)).await
    }

    /// The service as readers know it, with their tokens, over another store.
    pub async fn again_on(&self, database: Database) -> World {
        let url = database.url.clone();
        self.again(&[], Arc::new(database), url).await
    }

    async fn again(&self, sets: &[&str], database: Arc<Database>, url: Option<String>) -> World {
        let place = (Arc::clone(&self.clock), Arc::new(tempfile::tempdir().unwrap()));
        let world = World::start(sets, database, url, place, Some(&self.origin)).await;
        World { tokens: self.tokens.clone(), ..world }
    }

    /// The service on the same store after this process has ended in whatever way.
    pub async fn restarted(&self) -> World {
        let place = (Arc::clone(&self.clock), Arc::clone(&self.directory));
        let (database, url) = (Arc::clone(&self.database), self.database.url.clone());
        let world = World::start(&[], database, url, place, Some(&self.origin)).await;
        World { tokens: self.tokens.clone(), ..world }
    }

    async fn start(
        sets: &[&str],
        database: Arc<Database>,
        database_url: Option<String>,
        (clock, directory): (Arc<AtomicI64>, Arc<tempfile::TempDir>),
        origin: Option<&str>,
    ) -> World {
        let mut all = vec!["limits.enabled=false".to_owned(), "server.workers=1".to_owned()];
        all.extend(sets.iter().map(|set| (*set).to_owned()));
        let settings = Settings::load(None, std::iter::empty(), &all).unwrap();
        let store = Store::open(&Options { url: database_url, ..Options::at(directory.path()) }).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let origin = origin.unwrap_or(&url).to_owned();
        let told = Arc::clone(&clock);
        let clock_of = Arc::new(move || told.load(Ordering::SeqCst));
        let app = Arc::new(App::start(store, settings, origin.clone(), clock_of).await.unwrap());
        actix_web::rt::spawn(serve(Arc::clone(&app), listener, Front { demo: false }).unwrap());
        World { app, url, origin, client: Client::new(), directory, database, clock, tokens: HashMap::new() }
    }

    pub fn wait_ms(&self, ms: i64) {
        self.clock.fetch_add(ms, Ordering::SeqCst);
    }

    pub fn token(&self, who: &str) -> &str {
        &self.tokens[who]
    }

    pub async fn sign_in(&self, login: &str) -> Value {
        let body = json!({"identifier": login, "password": PASSWORD, "client": "native"});
        self.call("anon", "POST", "/auth/login", body).await.ok()
    }

    /// As `who` calls, for use-cases without HTTP between.
    pub fn caller(&self, who: &str) -> Caller {
        self.app.authenticate(&self.tokens[who], Kind::Access).unwrap()
    }

    /// Does all steps of the decisions that run; how many there were. Each comes a while after the
    /// one before.
    pub async fn go_on(&self) -> usize {
        let mut steps = 0;
        loop {
            self.wait_ms(10);
            match self.app.go_on().await.unwrap() {
                true => steps += 1,
                false => return steps,
            }
        }
    }

    /// Acts as `who`; `anon` sends no token. A null body is none.
    pub async fn call(&self, who: &str, method: &str, path: &str, body: Value) -> Answer {
        self.call_with(who, method, path, body, &[]).await
    }

    pub async fn get(&self, who: &str, path: &str) -> Answer {
        self.call(who, "GET", path, Value::Null).await
    }

    pub async fn call_with(
        &self,
        who: &str,
        method: &str,
        path: &str,
        body: Value,
        headers: &[(&str, &str)],
    ) -> Answer {
        let token = if who == "anon" { None } else { Some(self.tokens[who].clone()) };
        self.send(token.as_deref(), method, path, body, headers).await
    }

    pub async fn send(
        &self,
        token: Option<&str>,
        method: &str,
        path: &str,
        body: Value,
        headers: &[(&str, &str)],
    ) -> Answer {
        // a path of the table is whole, one of a test may leave the base out
        let path = if path.starts_with("/api/v1") { path.to_owned() } else { format!("/api/v1{path}") };
        self.whole(token, method, &path, body, headers).await
    }

    /// As [`World::send`], at an address that may stand outside the API.
    pub async fn whole(
        &self,
        token: Option<&str>,
        method: &str,
        path: &str,
        body: Value,
        headers: &[(&str, &str)],
    ) -> Answer {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let mut request = self.client.request(method, format!("{}{path}", self.url));
        if !body.is_null() {
            request = request.json(&body);
        }
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = match is_stream(&headers) {
            true => begun(response).await,
            false => response.text().await.unwrap(),
        };
        Answer { status, json: serde_json::from_str(&text).unwrap_or(Value::Null), text, headers }
    }

    /// Reads a whole address, in the API or not, as `who`.
    pub async fn fetch(&self, who: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
        let token = if who == "anon" { None } else { Some(self.tokens[who].as_str()) };
        self.whole(token, "GET", path, Value::Null, headers).await
    }

    /// A sign-in on a page of `here`, whose token is a reader's whoever holds it; the token.
    pub async fn reader_token(&self, login: &str) -> String {
        let body = json!({"identifier": login, "password": PASSWORD, "client": "native"});
        let headers = [("origin", "https://here.example")];
        let session = self.send(None, "POST", "/auth/login", body, &headers).await.ok();
        session["access_token"].as_str().unwrap().to_owned()
    }

    /// Posts to the article on `here`; the comment.
    pub async fn post(&self, who: &str, body: &str, parent: Option<&str>) -> Value {
        let sent = match parent {
            Some(parent) => json!({"body": body, "parent_id": parent}),
            None => json!({"body": body}),
        };
        self.call(who, "POST", THREAD, sent).await.ok()
    }

    pub async fn decide(&self, who: &str, action: &str, comment: &Value) -> Answer {
        let target = json!({"comment_id": comment["id"], "version": comment["version"]});
        let body = json!({"targets": [target], "action": action, "reason_code": "harassment"});
        self.call(who, "POST", "/moderation/decisions", body).await
    }

    pub async fn undo(&self, who: &str, decision: &Value) -> Answer {
        self.wait_ms(1);
        self.call(who, "POST", &format!("/moderation/decisions/{}/undo", id(decision)), Value::Null).await
    }

    /// The flag.
    pub async fn flag(&self, who: &str, comment: &Value, reason: &str) -> Value {
        self.call(who, "POST", &format!("/comments/{}/flags", id(comment)), json!({"reason": reason})).await.ok()
    }

    /// A comment as a moderator has it now.
    pub async fn now(&self, comment: &Value) -> Value {
        self.get("mona", &format!("/comments/{}", id(comment))).await.ok()
    }

    /// The queue of `here`, with more of a query: `&kind=notice`.
    pub async fn queue(&self, query: &str) -> Value {
        self.get("mona", &format!("/moderation/queue?site=here{query}")).await.ok()
    }

    /// The newest entry that tells `who` of a decision.
    pub async fn told(&self, who: &str) -> Value {
        self.get(who, "/me/decisions?limit=1").await.ok()["items"][0].clone()
    }

    /// The rows of a statement done on the store by hand, as texts.
    pub fn by_hand(&self, sql: &str) -> Vec<Vec<String>> {
        if self.database.is_server() {
            return self.database.run(sql).unwrap();
        }
        let connection = rusqlite::Connection::open(self.directory.path().join(FILE)).unwrap();
        let mut statement = connection.prepare(sql).unwrap();
        let width = statement.column_count();
        let text = |row: &rusqlite::Row<'_>, at| match row.get::<_, rusqlite::types::Value>(at)? {
            rusqlite::types::Value::Integer(number) => Ok(number.to_string()),
            rusqlite::types::Value::Text(text) => Ok(text),
            other => panic!("{other:?}"),
        };
        let read = statement.query_map([], |row| (0..width).map(|at| text(row, at)).collect());
        read.unwrap().map(Result::unwrap).collect()
    }

    /// Everything that is kept twice is right, and the log proves itself.
    pub async fn verified(&self) {
        let verified = verify(&self.app.store).await.unwrap();
        assert!(verified.differences.is_empty(), "{:?}", verified.differences);
    }
}

/// Whether an answer goes on for as long as somebody listens.
fn is_stream(headers: &reqwest::header::HeaderMap) -> bool {
    headers.get("content-type").is_some_and(|kind| kind == "text/event-stream")
}

/// What a stream says before there is anything new: up to its first comment, without when to come
/// back, which is another time for each.
async fn begun(mut stream: reqwest::Response) -> String {
    let mut text = String::new();
    loop {
        if let Some((missed, _)) = text.split_once("\n:\n") {
            return missed.lines().filter(|line| !line.starts_with("retry: ")).collect::<Vec<_>>().join("\n");
        }
        let bytes = stream.chunk().await.unwrap().expect("the stream goes on");
        text.push_str(std::str::from_utf8(&bytes).unwrap());
    }
}

/// The id of a thing.
pub fn id(of: &Value) -> String {
    of["id"].as_str().unwrap().to_owned()
}
