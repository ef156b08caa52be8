//! Which database a test runs on: SQLite or, where TEST_POSTGRES_URL names a server and a user who
//! may make databases, PostgreSQL, each store in a database of its own.
//!
//! Also part of the library's own tests, so it names nothing of either.

#![allow(dead_code, reason = "each test file uses its part")]
#![allow(clippy::unwrap_used, reason = "a failing test may panic anywhere")]

use std::sync::Once;

use tokio_postgres::{Client, NoTls, SimpleQueryMessage};
use url::Url;

/// A place for a store. What is in it goes away with this.
pub struct Database {
    /// Where it is on the server; none: SQLite.
    pub url: Option<String>,
}

impl Database {
    /// An empty one.
    pub fn new() -> Database {
        let Some(mut url) = server() else { return Database { url: None } };
        let name = format!("understory_test_{}", hex::encode(rand::random::<[u8; 8]>()));
        on_server(&format!("CREATE DATABASE {name}"));
        url.set_path(&name);
        Database { url: Some(url.into()) }
    }

    /// Whether it is on a server.
    pub fn is_server(&self) -> bool {
        self.url.is_some()
    }

    /// Runs statements in it by hand; the texts in the columns of the rows.
    ///
    /// # Errors
    /// What the server says.
    pub fn run(&self, sql: &str) -> Result<Vec<Vec<String>>, String> {
        by_hand(self.url.as_deref().unwrap(), sql)
    }

    /// Keeps everybody from a table, readers too, until what is answered is dropped.
    pub async fn lock(&self, table: &str) -> Client {
        let (client, line) = tokio_postgres::connect(self.url.as_deref().unwrap(), NoTls).await.unwrap();
        tokio::spawn(line);
        client.batch_execute(&format!("BEGIN; LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")).await.unwrap();
        client
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Some(url) = &self.url {
            let name = Url::parse(url).unwrap().path().trim_start_matches('/').to_owned();
            on_server(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        }
    }
}

/// The server, if there is one to test on; says once if not.
#[allow(clippy::disallowed_methods, reason = "where to test is no setting of the service")]
pub fn server() -> Option<Url> {
    static SAY: Once = Once::new();
    match std::env::var("TEST_POSTGRES_URL") {
        Ok(url) => Some(Url::parse(&url).unwrap()),
        Err(_) => {
            SAY.call_once(|| eprintln!("PostgreSQL NOT tested: TEST_POSTGRES_URL is not set, see scripts/test"));
            None
        }
    }
}

fn on_server(sql: &str) {
    by_hand(server().unwrap().as_str(), sql).unwrap();
}

/// On a thread of its own, since the caller's may have a runtime.
fn by_hand(url: &str, sql: &str) -> Result<Vec<Vec<String>>, String> {
    let work = async {
        let (client, line) = tokio_postgres::connect(url, NoTls).await?;
        let line = tokio::spawn(line);
        let messages = client.simple_query(sql).await;
        drop(client);
        line.await.unwrap()?;
        messages
    };
    let messages: Result<Vec<_>, tokio_postgres::Error> = std::thread::scope(|scope| {
        let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        scope.spawn(move || runtime().block_on(work)).join().unwrap()
    });
    let messages = messages.map_err(|e| e.as_db_error().map_or_else(|| e.to_string(), ToString::to_string))?;
    let rows = messages.iter().filter_map(|message| match message {
        SimpleQueryMessage::Row(row) => {
            Some((0..row.len()).map(|n| row.get(n).unwrap_or_default().to_owned()).collect())
        }
        _ => None,
    });
    Ok(rows.collect())
}
