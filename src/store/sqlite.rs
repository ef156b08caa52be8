//! SQLite behind [`Driver`]: the only file that names rusqlite.

use std::collections::HashMap;
use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ErrorCode, OpenFlags, ToSql, ffi, params_from_iter};

use super::StoreError;
use super::dialect::Dialect;
use super::driver::{Access, Driver, Row, Value, Verdict};
#[cfg(test)]
use super::watch::Watch;

/// Prepared statements kept by a connection: more than the table files hold.
const STATEMENTS: usize = 256;

/// Between two tries to switch a new file to its log.
const SWITCHING: Duration = Duration::from_millis(5);

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// Writing, by the one thread that does.
    Write,
    /// Reading, and now and then something else.
    Read,
}

impl Use {
    /// Pages kept in memory. A post touches the ends of a dozen indexes, which 2 MiB, SQLite's own
    /// choice, does not hold.
    fn cache_kib(self) -> i64 {
        match self {
            Use::Write => 16 * 1_024,
            Use::Read => 4 * 1_024,
        }
    }
}

/// How the log is copied back into the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checkpoint {
    /// As much as can be without anybody waiting.
    Passive,
    /// All of it.
    Restart,
}

/// One connection to a store file.
pub struct Sqlite {
    connection: Connection,
    rewritten: HashMap<&'static str, String>,
    #[cfg(test)]
    watch: Option<Watch>,
}

impl Sqlite {
    /// Opens the store at `file`, making it when absent.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be opened or is no database.
    pub fn open(file: &Path, busy_timeout: Duration, purpose: Use) -> Result<Sqlite, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(file, flags)?;
        connection.busy_timeout(busy_timeout)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        // a plan that may depend on a bound value, be it a LIMIT, is made anew at each run: half of
        // the time of a page
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        log_ahead(&connection, busy_timeout)?;
        // FULL: the commit is on disk before it is acknowledged, also through a power loss
        connection.execute_batch(
            "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;
             PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY; PRAGMA wal_autocheckpoint = 0;
             PRAGMA journal_size_limit = 67108864;",
        )?;
        connection.pragma_update(None, "cache_size", -purpose.cache_kib())?;
        Ok(Sqlite {
            connection,
            rewritten: HashMap::new(),
            #[cfg(test)]
            watch: Watch::here(),
        })
    }

    /// Copies what is in the log back into the file, and says how many pages are still in the log.
    /// [`Checkpoint::Restart`] makes writers and readers wait for it, and the log start anew.
    ///
    /// # Errors
    /// [`StoreError`] when the file cannot be written.
    pub fn checkpoint(&mut self, how: Checkpoint) -> Result<i64, StoreError> {
        let sql = match how {
            Checkpoint::Passive => "PRAGMA wal_checkpoint(PASSIVE)",
            Checkpoint::Restart => "PRAGMA wal_checkpoint(RESTART)",
        };
        let mut statement = self.connection.prepare_cached(sql)?;
        Ok(statement.query_row([], |row| row.get(1))?)
    }

    /// Runs a query made for a table that is only known now, and hands over each row.
    ///
    /// # Errors
    /// [`StoreError`], also when `each` fails.
    pub fn scan(&self, sql: &str, each: &mut dyn FnMut(&dyn Row) -> Result<(), StoreError>) -> Result<(), StoreError> {
        let mut statement = self.connection.prepare(sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            each(row)?;
        }
        Ok(())
    }

    /// One of the few statements around others, which SQLite would else parse each time.
    fn control(&self, sql: &'static str) -> Result<(), StoreError> {
        self.connection.prepare_cached(sql)?.execute([])?;
        Ok(())
    }

    /// Moves when another process has committed.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be asked.
    pub fn foreign_version(&mut self) -> Result<i64, StoreError> {
        let mut statement = self.connection.prepare_cached("PRAGMA data_version")?;
        Ok(statement.query_row([], |row| row.get(0))?)
    }

    #[cfg(test)]
    fn see(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<(), StoreError> {
        let Some(watch) = &self.watch else { return Ok(()) };
        let text = rewrite(&mut self.rewritten, sql);
        let steps = self.connection.prepare_cached(text)?.reset_status(rusqlite::StatementStatus::VmStep);
        let mut explain = self.connection.prepare(&format!("EXPLAIN QUERY PLAN {text}"))?;
        let plan = explain.query_map(params_from_iter(values), |row| Ok((row.get(0)?, row.get(1)?, row.get(3)?)))?;
        watch.note(sql, i64::from(steps), plan.collect::<Result<_, _>>()?);
        Ok(())
    }
}

impl Driver for Sqlite {
    fn dialect(&self) -> Dialect {
        Dialect::Sqlite
    }

    // one writer at a time: nothing else can be contended for
    fn hold(&mut self, _keys: &[i64]) -> Result<(), StoreError> {
        Ok(())
    }

    fn let_go(&mut self) {}

    fn begin(&mut self, access: Access) -> Result<(), StoreError> {
        let sql = match access {
            Access::Read => "BEGIN",
            Access::Write => "BEGIN IMMEDIATE",
        };
        self.control(sql)
    }

    fn savepoint(&mut self) -> Result<(), StoreError> {
        self.control("SAVEPOINT unit")
    }

    fn release(&mut self) -> Result<(), StoreError> {
        self.control("RELEASE unit")
    }

    fn give_up(&mut self) -> Result<(), StoreError> {
        self.control("ROLLBACK TO unit")?;
        self.release()
    }

    // other processes see it by the file's version
    fn announce(&mut self) {}

    fn commit(&mut self) -> Result<(), StoreError> {
        self.control("COMMIT")
    }

    fn rollback(&mut self) {
        if !self.connection.is_autocommit()
            && let Err(error) = self.control("ROLLBACK")
        {
            tracing::error!(%error, "rollback failed");
        }
    }

    fn verdict(&mut self) -> Verdict {
        // SQLITE_FULL, IOERR and NOMEM may have ended the transaction under the unit
        if self.connection.is_autocommit() { Verdict::Gone(StoreError::Full) } else { Verdict::Stands }
    }

    fn send(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<(), StoreError> {
        self.execute(sql, values).map(drop)
    }

    fn execute(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<u64, StoreError> {
        let text = rewrite(&mut self.rewritten, sql);
        let changed = self.connection.prepare_cached(text)?.execute(params_from_iter(values))?;
        #[cfg(test)]
        self.see(sql, values)?;
        Ok(changed as u64)
    }

    fn query(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
        each: &mut dyn FnMut(&dyn Row) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let text = rewrite(&mut self.rewritten, sql);
        let mut statement = self.connection.prepare_cached(text)?;
        let mut rows = statement.query(params_from_iter(values))?;
        while let Some(row) = rows.next()? {
            each(row)?;
        }
        #[cfg(test)]
        {
            drop(rows);
            drop(statement);
            self.see(sql, values)?;
        }
        Ok(())
    }

    fn batch(&mut self, sql: &str) -> Result<(), StoreError> {
        Ok(self.connection.execute_batch(sql)?)
    }

    fn copy_to(&mut self, file: &Path) -> Result<(), StoreError> {
        let file = file.to_str().ok_or_else(|| StoreError::Corrupt("the path is not UTF-8".into()))?;
        self.connection.execute("VACUUM INTO ?1", [file])?;
        Ok(())
    }
}

/// Has changes written to a log first. The switch of a new file, unlike all else, does not wait for
/// others that are at it: SQLite says busy at once.
fn log_ahead(connection: &Connection, busy_timeout: Duration) -> Result<(), StoreError> {
    let begun = Instant::now();
    loop {
        match connection.execute_batch("PRAGMA journal_mode = WAL").map_err(StoreError::from) {
            Err(StoreError::Busy) if begun.elapsed() < busy_timeout => std::thread::sleep(SWITCHING),
            done => return done,
        }
    }
}

fn rewrite<'a>(rewritten: &'a mut HashMap<&'static str, String>, sql: &'static str) -> &'a str {
    match Dialect::Sqlite.statement(sql) {
        std::borrow::Cow::Borrowed(sql) => sql,
        std::borrow::Cow::Owned(text) => rewritten.entry(sql).or_insert(text),
    }
}

impl ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Value::Null => ValueRef::Null,
            Value::Int(value) => ValueRef::Integer(*value),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
            Value::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

impl Row for rusqlite::Row<'_> {
    fn int(&self, column: usize) -> Result<Option<i64>, StoreError> {
        match self.get_ref(column)? {
            ValueRef::Null => Ok(None),
            ValueRef::Integer(value) => Ok(Some(value)),
            other => Err(unexpected(column, &other)),
        }
    }

    fn text(&self, column: usize) -> Result<Option<&str>, StoreError> {
        match self.get_ref(column)? {
            ValueRef::Null => Ok(None),
            ValueRef::Text(bytes) => {
                std::str::from_utf8(bytes).map(Some).map_err(|_| StoreError::Corrupt("text is not UTF-8".into()))
            }
            other => Err(unexpected(column, &other)),
        }
    }

    fn blob(&self, column: usize) -> Result<Option<&[u8]>, StoreError> {
        match self.get_ref(column)? {
            ValueRef::Null => Ok(None),
            ValueRef::Blob(bytes) => Ok(Some(bytes)),
            other => Err(unexpected(column, &other)),
        }
    }
}

fn unexpected(column: usize, value: &ValueRef<'_>) -> StoreError {
    StoreError::Corrupt(format!("column {column} holds {}", value.data_type()))
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        let Some(code) = error.sqlite_error().copied() else { return StoreError::Database(Box::new(error)) };
        match code.code {
            ErrorCode::DiskFull => StoreError::Full,
            // a limit on the file's size shows as a failed write
            ErrorCode::SystemIoFailure if code.extended_code == ffi::SQLITE_IOERR_WRITE => StoreError::Full,
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => StoreError::Busy,
            ErrorCode::ConstraintViolation => StoreError::Constraint(error.to_string()),
            ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => StoreError::Corrupt(error.to_string()),
            _ => StoreError::Database(Box::new(error)),
        }
    }
}
