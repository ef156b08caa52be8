//! Brings a store to this program's schema, and refuses what it cannot serve.
//!
//! A fresh store runs `schema.sql`; an older one runs the numbered migrations it lacks, each in
//! one transaction, after a copy of it was put into `backups`. The first migration is the first
//! schema; a test holds that all of them together equal `schema.sql`.

use super::driver::{Driver, values};
use super::sqlite::Sqlite;
use super::{FILE, Options, StoreError, Tx};

/// The schema of a fresh store.
const SCHEMA: &str = include_str!("../../schema.sql");

/// What leads from each schema to the next, from the empty store on.
const MIGRATIONS: &[&str] = &[include_str!("migrations/0001_start.sql")];

/// What a store is for. One never opens as the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Real use.
    Serve,
    /// The demonstration.
    Demo,
    /// Whichever the store was made for; a fresh one is for real use.
    Any,
}

impl Purpose {
    fn as_str(self) -> &'static str {
        match self {
            Purpose::Serve | Purpose::Any => "serve",
            Purpose::Demo => "demo",
        }
    }
}

/// Makes or migrates the store behind `driver`.
pub fn prepare(driver: &mut Sqlite, options: &Options) -> Result<(), StoreError> {
    driver.begin(true)?;
    let done = Tx::new(driver).schema_prepare(options.purpose);
    match done {
        Ok(None) => driver.commit(),
        Ok(Some(version)) => {
            driver.rollback();
            migrate(driver, options, version)
        }
        Err(error) => {
            driver.rollback();
            Err(error)
        }
    }
}

fn migrate(driver: &mut Sqlite, options: &Options, from: usize) -> Result<(), StoreError> {
    let backups = options.directory.join("backups");
    std::fs::create_dir_all(&backups).map_err(|error| StoreError::Database(Box::new(error)))?;
    driver.copy_to(&backups.join(format!("schema-{from}-{}-{FILE}", options.now_ms)))?;
    for (number, step) in MIGRATIONS.iter().enumerate().skip(from) {
        driver.begin(true)?;
        let stepped = driver.batch(step).and_then(|()| Tx::new(driver).meta_set("schema", &(number + 1).to_string()));
        match stepped.and_then(|()| driver.commit()) {
            Ok(()) => tracing::info!(version = number + 1, "schema migrated"),
            Err(error) => {
                driver.rollback();
                return Err(error);
            }
        }
    }
    Ok(())
}

impl Tx<'_> {
    /// Makes a fresh store, or checks an old one. Some: the schema it must be migrated from.
    fn schema_prepare(&mut self, purpose: Purpose) -> Result<Option<usize>, StoreError> {
        let fresh = !self.exists("SELECT 1 FROM sqlite_schema WHERE name = 'meta'", &[])?;
        if fresh {
            self.batch(SCHEMA)?;
            self.meta_set("schema", &MIGRATIONS.len().to_string())?;
            self.meta_set("purpose", purpose.as_str())?;
            return Ok(None);
        }
        let found = self.meta_get("purpose")?.unwrap_or_default();
        if purpose != Purpose::Any && found != purpose.as_str() {
            return Err(StoreError::Refused(format!(
                "this store was made by `understory {found}`; `{}` needs one of its own (--data DIR)",
                purpose.as_str()
            )));
        }
        let version: usize = match self.meta_get("schema")?.map(|text| text.parse()) {
            Some(Ok(version)) => version,
            _ => return Err(StoreError::Corrupt("meta.schema is not a number".into())),
        };
        if version > MIGRATIONS.len() {
            return Err(StoreError::Refused(format!(
                "this store has schema {version}, this program knows up to {}: use the newer understory",
                MIGRATIONS.len()
            )));
        }
        Ok((version < MIGRATIONS.len()).then_some(version))
    }

    /// A fact about the store itself.
    pub fn meta_get(&mut self, key: &str) -> Result<Option<String>, StoreError> {
        self.first("SELECT value FROM meta WHERE key = ?1", values![key], |c| c.take())
    }

    /// Keeps a fact about the store itself.
    pub fn meta_set(&mut self, key: &str, value: &str) -> Result<(), StoreError> {
        self.run(
            "INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            values![key, value],
        )?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;
    use std::time::Duration;

    fn objects(driver: &mut Sqlite) -> Vec<(String, String)> {
        Tx::new(driver)
            .all("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name", &[], |c| {
                Ok((c.take()?, c.take()?))
            })
            .unwrap()
    }

    fn options(directory: &Path, purpose: Purpose) -> Options {
        Options { directory: directory.into(), purpose, readers: 1, queue: 8, busy_timeout_ms: 1_000, now_ms: 1 }
    }

    #[test]
    fn a_fresh_schema_equals_all_migrations_applied() {
        let directory = tempfile::tempdir().unwrap();
        let open = |name: &str| Sqlite::open(&directory.path().join(name), Duration::from_secs(1)).unwrap();
        let mut fresh = open("fresh");
        fresh.batch(SCHEMA).unwrap();
        let mut migrated = open("migrated");
        for step in MIGRATIONS {
            migrated.batch(step).unwrap();
        }
        assert_eq!(objects(&mut fresh), objects(&mut migrated));
    }

    #[test]
    fn refuses_a_newer_schema_and_another_purpose() {
        let directory = tempfile::tempdir().unwrap();
        let mut driver = Sqlite::open(&directory.path().join(FILE), Duration::from_secs(1)).unwrap();
        prepare(&mut driver, &options(directory.path(), Purpose::Serve)).unwrap();
        prepare(&mut driver, &options(directory.path(), Purpose::Serve)).unwrap();
        let demo = prepare(&mut driver, &options(directory.path(), Purpose::Demo));
        assert!(matches!(demo, Err(StoreError::Refused(text)) if text.contains("understory serve")));
        Tx::new(&mut driver).meta_set("schema", "99").unwrap();
        let newer = prepare(&mut driver, &options(directory.path(), Purpose::Serve));
        assert!(matches!(newer, Err(StoreError::Refused(text)) if text.contains("schema 99")));
    }
}
