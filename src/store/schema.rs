//! Brings a store to this program's schema, and refuses what it cannot serve.
//!
//! A fresh store runs `schema.sql`; an older one runs the numbered migrations it lacks, each in
//! one transaction, after a copy of it was put into `backups`. The first migration is the first
//! schema; a test holds that all of them together equal `schema.sql`.

use std::path::Path;

use super::dialect::Dialect;
use super::driver::{Access, Driver, values};
use super::{FILE, Missing, Options, StoreError, Tx};

/// The schema of a fresh store.
const SCHEMA: &str = include_str!("../../schema.sql");

/// What leads from each schema to the next, from the empty store on.
const MIGRATIONS: &[&str] = &[include_str!("migrations/0001_start.sql")];

/// The key of whoever makes or changes the schema: "under" as a number.
pub const TURN: i64 = 0x75_6e64_6572;

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
pub fn prepare(driver: &mut dyn Driver, options: &Options) -> Result<(), StoreError> {
    let Some(from) = step(driver, |tx| tx.schema_check(options))? else { return Ok(()) };
    // a server has its own backups, and no directory here
    if driver.dialect() == Dialect::Sqlite {
        let backups = options.directory.join("backups");
        std::fs::create_dir_all(&backups).map_err(|error| StoreError::Database(Box::new(error)))?;
        driver.copy_to(&backups.join(format!("schema-{from}-{}-{FILE}", options.now_ms)))?;
    }
    for (number, migration) in MIGRATIONS.iter().enumerate().skip(from) {
        step(driver, |tx| tx.schema_migrate(number, migration))?;
    }
    Ok(())
}

/// Refuses a store that is not of this program's schema; changes nothing.
pub fn check_current(driver: &mut dyn Driver) -> Result<(), StoreError> {
    let options = Options { purpose: Purpose::Any, missing: Missing::Refuse, ..Options::at(Path::new("")) };
    match Tx::new(driver).schema_check(&options)? {
        None => Ok(()),
        Some(from) => Err(StoreError::Refused(format!(
            "this store has schema {from}, this program makes {}: start it once with this program first",
            MIGRATIONS.len()
        ))),
    }
}

/// The schema of a fresh store in two halves: the tables with all that guards them, and the indexes,
/// which are made faster when the rows are there.
pub fn parts(dialect: Dialect) -> (String, String) {
    let is_index = |line: &&str| line.starts_with("CREATE INDEX ") || line.starts_with("CREATE UNIQUE INDEX ");
    let whole = dialect.schema(SCHEMA);
    let (indexes, tables): (Vec<&str>, Vec<&str>) = whole.lines().partition(is_index);
    (tables.join("\n"), indexes.join("\n"))
}

/// One transaction. Nodes that start together take turns.
fn step<T>(driver: &mut dyn Driver, work: impl Fn(&mut Tx<'_>) -> Result<T, StoreError>) -> Result<T, StoreError> {
    driver.hold(&[TURN])?;
    let done = driver.begin(Access::Write).and_then(|()| {
        let done = work(&mut Tx::new(driver))?;
        driver.commit()?;
        Ok(done)
    });
    if done.is_err() {
        driver.rollback();
    }
    driver.let_go();
    done
}

impl Tx<'_> {
    /// Makes a fresh store, or checks an old one. Some: the schema it must be migrated from.
    fn schema_check(&mut self, options: &Options) -> Result<Option<usize>, StoreError> {
        if !self.exists(self.dialect().is_made(), &[])? {
            if options.missing == Missing::Refuse {
                return Err(StoreError::Refused("there is no store in that database".into()));
            }
            self.batch(&self.dialect().schema(SCHEMA))?;
            self.meta_set("schema", &MIGRATIONS.len().to_string())?;
            self.meta_set("purpose", options.purpose.as_str())?;
            return Ok(None);
        }
        let found = self.meta_get("purpose")?.unwrap_or_default();
        if options.purpose != Purpose::Any && found != options.purpose.as_str() {
            let other = match self.dialect() {
                Dialect::Sqlite => "--data DIR",
                Dialect::Postgres => "another database",
            };
            return Err(StoreError::Refused(format!(
                "this store was made by `understory {found}`; `{}` needs one of its own ({other})",
                options.purpose.as_str()
            )));
        }
        let version = self.schema_version()?;
        if version > MIGRATIONS.len() {
            return Err(StoreError::Refused(format!(
                "this store has schema {version}, this program knows up to {}: use the newer understory",
                MIGRATIONS.len()
            )));
        }
        Ok((version < MIGRATIONS.len()).then_some(version))
    }

    /// Takes the step from one schema to the next, unless another node has just done so.
    fn schema_migrate(&mut self, from: usize, migration: &str) -> Result<(), StoreError> {
        if self.schema_version()? > from {
            return Ok(());
        }
        self.batch(&self.dialect().schema(migration))?;
        self.meta_set("schema", &(from + 1).to_string())?;
        tracing::info!(version = from + 1, "schema migrated");
        Ok(())
    }

    fn schema_version(&mut self) -> Result<usize, StoreError> {
        match self.meta_get("schema")?.map(|text| text.parse()) {
            Some(Ok(version)) => Ok(version),
            _ => Err(StoreError::Corrupt("meta.schema is not a number".into())),
        }
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
    use crate::database::Database;
    use crate::store::postgres::Postgres;
    use crate::store::postgres::connect::Server;
    use crate::store::sqlite::{Sqlite, Use};
    use std::sync::Arc;
    use std::time::Duration;

    /// A store's place, twice if need be, and how to reach it.
    /// Long enough for a loaded machine.
    const PATIENCE: Duration = Duration::from_secs(30);

    struct Place {
        database: Database,
        directory: tempfile::TempDir,
    }

    impl Place {
        fn new() -> Place {
            Place { database: Database::new(), directory: tempfile::tempdir().unwrap() }
        }

        fn driver(&self) -> Box<dyn Driver> {
            match &self.database.url {
                None => Box::new(Sqlite::open(&self.directory.path().join(FILE), PATIENCE, Use::Write).unwrap()),
                Some(url) => {
                    let server = Server::parse(url, "understory-test", PATIENCE, 30).unwrap();
                    Box::new(Postgres::new(Arc::new(server)).unwrap())
                }
            }
        }

        fn options(&self, purpose: Purpose) -> Options {
            Options { url: self.database.url.clone(), purpose, ..Options::at(self.directory.path()) }
        }
    }

    /// Everything the schema has made, in words.
    fn objects(driver: &mut dyn Driver) -> Vec<(String, String)> {
        let sql = match driver.dialect() {
            Dialect::Sqlite => "SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name",
            Dialect::Postgres => {
                "SELECT table_name || '.' || column_name, concat_ws(' ', ordinal_position, data_type, is_nullable,
                   collation_name, column_default, is_identity, generation_expression)
                 FROM information_schema.columns WHERE table_schema = current_schema()
                 UNION ALL SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema()
                 UNION ALL SELECT conrelid::regclass::text || '.' || conname, pg_get_constraintdef(oid)
                 FROM pg_constraint WHERE connamespace = current_schema()::regnamespace
                 UNION ALL SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
                 UNION ALL SELECT proname, prosrc FROM pg_proc WHERE pronamespace = current_schema()::regnamespace
                 ORDER BY 1, 2"
            }
        };
        let mut tx = Tx::new(driver);
        let rows = tx.all(sql, &[], |c| Ok((c.take()?, c.take()?))).unwrap();
        assert!(rows.len() > 50, "{rows:?}");
        rows
    }

    #[test]
    fn a_fresh_schema_equals_all_migrations_applied() {
        let (one, other) = (Place::new(), Place::new());
        let (mut fresh, mut migrated) = (one.driver(), other.driver());
        let dialect = fresh.dialect();
        fresh.batch(&dialect.schema(SCHEMA)).unwrap();
        for step in MIGRATIONS {
            migrated.batch(&dialect.schema(step)).unwrap();
        }
        assert_eq!(objects(fresh.as_mut()), objects(migrated.as_mut()));
    }

    #[test]
    fn refuses_a_newer_schema_and_another_purpose() {
        let place = Place::new();
        let mut driver = place.driver();
        let driver = driver.as_mut();
        prepare(driver, &Options { missing: Missing::Make, ..place.options(Purpose::Serve) }).unwrap();
        prepare(driver, &place.options(Purpose::Serve)).unwrap();
        let demo = prepare(driver, &place.options(Purpose::Demo));
        assert!(matches!(demo, Err(StoreError::Refused(text)) if text.contains("understory serve")));
        Tx::new(driver).meta_set("schema", "99").unwrap();
        let newer = prepare(driver, &place.options(Purpose::Serve));
        assert!(matches!(newer, Err(StoreError::Refused(text)) if text.contains("schema 99")));
    }

    #[test]
    fn stores_that_start_together_make_one_schema() {
        let place = Place::new();
        let prepared = std::thread::scope(|scope| {
            let start = || scope.spawn(|| prepare(place.driver().as_mut(), &place.options(Purpose::Serve)));
            [start(), start(), start()].map(|start| start.join().unwrap())
        });
        assert!(prepared.iter().all(Result::is_ok), "{prepared:?}");
    }

    #[test]
    fn nothing_is_made_where_a_store_should_be() {
        let place = Place::new();
        let missing = Options { missing: Missing::Refuse, ..place.options(Purpose::Any) };
        assert!(matches!(prepare(place.driver().as_mut(), &missing), Err(StoreError::Refused(_))));
        assert!(matches!(prepare(place.driver().as_mut(), &missing), Err(StoreError::Refused(_))));
    }
}
