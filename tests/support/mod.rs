//! What tests inside the process share: an app over a store of its own with a clock that moves by
//! hand, and how many cases a property is given.

#![allow(dead_code, reason = "each test file uses its part")]
#![allow(clippy::unwrap_used, reason = "a failing test may panic anywhere")]

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use proptest::test_runner::Config;
use understory::app::App;
use understory::config::Settings;
use understory::domain::ids::SiteId;
use understory::store::{Options, Store};

mod database;

use database::Database;

/// The site of every world.
pub const SITE: &str = "site";

/// When every world begins, in milliseconds since 1970.
pub const START_MS: i64 = 1_700_000_000_000;

/// An app with one site.
pub struct World {
    pub app: App,
    pub site: SiteId,
    clock: Arc<AtomicI64>,
    _database: Database,
}

impl World {
    pub async fn at(directory: &Path) -> World {
        std::fs::create_dir_all(directory).unwrap();
        let database = Database::new();
        let store = Store::open(&Options { url: database.url.clone(), ..Options::at(directory) }).unwrap();
        let clock = Arc::new(AtomicI64::new(START_MS));
        let told = Arc::clone(&clock);
        let tell = Arc::new(move || told.load(Ordering::SeqCst));
        let app = App::start(store, Settings::default(), "http://127.0.0.1".into(), tell).await.unwrap();
        let site = app.add_site(SITE, None, &[]).await.unwrap();
        World { app, site, clock, _database: database }
    }

    pub fn wait_ms(&self, ms: i64) {
        self.clock.fetch_add(ms, Ordering::SeqCst);
    }
}

/// `usual` cases, a third of them on a server, or as many as `PROPTEST_CASES` says.
#[allow(clippy::disallowed_methods, reason = "how long to test is no setting of the service")]
pub fn cases(usual: u32) -> Config {
    let config = Config { failure_persistence: None, max_shrink_iters: 2_000, ..Config::default() };
    let usual = if database::server().is_some() { usual.div_ceil(3) } else { usual };
    if std::env::var_os("PROPTEST_CASES").is_some() { config } else { Config { cases: usual, ..config } }
}

pub fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}
