//! Copies a store from its file to an empty database on a server, whole or not at all:
//! `understory move-store`.
//!
//! Tables, columns and their order are read from the file's own catalogue, so that a table added
//! later moves by itself. Everything on the server happens in one transaction, also the proof: the
//! rows of each table are read back in the order of their key and hashed as those of the file were.
//! Indexes are made after the rows, one sort each in place of an insert a row.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sha2::{Digest as _, Sha256};

use super::StoreError;
use super::driver::{Access, Columns, Driver, Row, Value, values};
use super::postgres::Postgres;
use super::postgres::connect::Server;
use super::schema;
use super::sqlite::{Sqlite, Use};

/// One table that was moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// Its name.
    pub table: String,
    /// How many rows it has, here and there.
    pub rows: u64,
}

/// Copies the store in `file` to the empty database at `url`; the tables in the order they were
/// copied. Nothing can be written to the file meanwhile, and it is left as it was. `busy` is how
/// long to wait for another process that writes to it.
///
/// # Errors
/// [`StoreError::Refused`] when the file is not of this program's schema, the database is not empty
/// or a text holds what it cannot keep; [`StoreError::Uncertain`] when the connection was lost at
/// the commit. After all others the database is as it was.
pub fn move_store(file: &Path, busy: Duration, url: &str) -> Result<Vec<Moved>, StoreError> {
    let node = format!("understory-move-{}", hex::encode(rand::random::<[u8; 8]>()));
    // a command waits for nobody who is not there, and looks at everything
    let server = Arc::new(Server::parse(url, &node, Duration::ZERO, 0)?);
    let work = move || {
        let mut source = Sqlite::open(file, busy, Use::Read)?;
        let mut target = Postgres::new(server)?;
        // keeps other commands from writing; given up at the end, with nothing done
        source.begin(Access::Write)?;
        let moved = schema::check_current(&mut source).and_then(|()| fill(&mut source, &mut target));
        source.rollback();
        moved
    };
    // a connection runs on the thread that uses it, and the caller's may have a runtime already
    std::thread::scope(|scope| scope.spawn(work).join().unwrap_or(Err(StoreError::Panicked)))
}

/// One transaction on the server, from the look at what is there to the commit.
fn fill(source: &mut Sqlite, target: &mut Postgres) -> Result<Vec<Moved>, StoreError> {
    target.hold(&[schema::TURN])?;
    let done = target.begin(Access::Write).and_then(|()| {
        // in a part of its own, after which a lost commit can be asked after
        target.savepoint()?;
        let moved = copy(source, target)?;
        target.release()?;
        target.commit()?;
        Ok(moved)
    });
    if done.is_err() {
        target.rollback();
    }
    target.let_go();
    done
}

fn copy(source: &mut Sqlite, target: &mut Postgres) -> Result<Vec<Moved>, StoreError> {
    refuse_unless_empty(target)?;
    let (tables, indexes) = schema::parts(target.dialect());
    target.batch(&tables)?;
    let tables = catalogue(source)?;
    let mut sums = Vec::with_capacity(tables.len());
    for table in &tables {
        let sum = send(source, target, table)?;
        tracing::info!(table = table.name, rows = sum.rows, "copied");
        sums.push(sum);
    }
    target.batch(&indexes)?;
    continue_numbers(source, target)?;
    let mut moved = Vec::with_capacity(tables.len());
    for (table, sent) in tables.iter().zip(sums) {
        let kept = sum_of(target, table)?;
        same(table, sent, kept)?;
        target.batch(&format!("ANALYZE {}", quoted(&table.name)))?;
        moved.push(Moved { table: table.name.clone(), rows: sent.rows });
    }
    Ok(moved)
}

/// Any table, in any schema of the database, that no extension brought.
fn refuse_unless_empty(target: &mut Postgres) -> Result<(), StoreError> {
    let mut found: Option<String> = None;
    target.query(
        "SELECT c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE c.relkind IN ('r', 'p', 'f') AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'
           AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
             AND d.deptype = 'e')
         ORDER BY c.relname <> 'meta', c.relname LIMIT 1",
        &[],
        &mut |row| {
            found = row.text(0)?.map(str::to_owned);
            Ok(())
        },
    )?;
    match found {
        None => Ok(()),
        Some(table) => Err(StoreError::Refused(format!(
            "the database is not empty, it has the table {table}: name one that was made for this (CREATE DATABASE)"
        ))),
    }
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Int,
    Text,
    Blob,
}

#[derive(Debug)]
struct Column {
    name: String,
    kind: Kind,
}

#[derive(Debug)]
struct Table {
    name: String,
    /// Those that are written; what is generated comes by itself.
    columns: Vec<Column>,
    /// Columns of the primary key, in its order.
    key: Vec<String>,
    /// Other tables that its rows refer to.
    refers_to: Vec<String>,
}

impl Table {
    /// All rows in the order of the key, the same text for both databases: they compare alike.
    fn select(&self) -> String {
        format!(
            "SELECT {} FROM {} ORDER BY {}",
            list(self.columns.iter().map(|column| &column.name)),
            quoted(&self.name),
            list(&self.key)
        )
    }

    /// The row's values.
    fn read<'r>(&self, row: &'r dyn Row) -> Result<Vec<Value<'r>>, StoreError> {
        let value = |(at, column): (usize, &Column)| {
            Ok(match column.kind {
                Kind::Int => Value::from(row.int(at)?),
                Kind::Text => Value::from(row.text(at)?),
                Kind::Blob => Value::from(row.blob(at)?),
            })
        };
        let read: Result<_, StoreError> = self.columns.iter().enumerate().map(value).collect();
        read.map_err(|error| StoreError::Corrupt(format!("table {}: {error}", self.name)))
    }

    /// Refuses what PostgreSQL cannot keep.
    fn check(&self, values: &[Value<'_>]) -> Result<(), StoreError> {
        for (column, value) in self.columns.iter().zip(values) {
            if let Value::Text(text) = value
                && text.contains('\0')
            {
                return Err(StoreError::Refused(format!(
                    "table {}, row {}: {} holds the character U+0000, which PostgreSQL cannot keep; take it out first",
                    self.name,
                    self.place(values),
                    column.name
                )));
            }
        }
        Ok(())
    }

    /// Which row it is, by its key.
    fn place(&self, values: &[Value<'_>]) -> String {
        let in_key = |name: &String| {
            let at = self.columns.iter().position(|column| column.name == *name)?;
            let shown = match values.get(at)? {
                Value::Null => "null".to_owned(),
                Value::Int(number) => number.to_string(),
                Value::Text(text) => format!("{text:?}"),
                Value::Blob(bytes) => hex::encode(bytes),
            };
            Some(format!("{name} {shown}"))
        };
        self.key.iter().filter_map(in_key).collect::<Vec<_>>().join(", ")
    }
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn list<'n>(names: impl IntoIterator<Item = &'n String>) -> String {
    names.into_iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", ")
}

/// The tables of the file, each after those that its rows refer to.
fn catalogue(source: &mut Sqlite) -> Result<Vec<Table>, StoreError> {
    let names: Vec<String> = all(
        source,
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name",
        &[],
        |c| c.take(),
    )?;
    let mut waiting = names.into_iter().map(|name| table(source, name)).collect::<Result<Vec<_>, _>>()?;
    let mut ordered: Vec<Table> = Vec::with_capacity(waiting.len());
    while !waiting.is_empty() {
        let may_go =
            |table: &Table| table.refers_to.iter().all(|name| ordered.iter().any(|before| before.name == *name));
        let Some(next) = waiting.iter().position(may_go) else {
            let names: Vec<&str> = waiting.iter().map(|table| table.name.as_str()).collect();
            return Err(StoreError::Corrupt(format!("these tables refer to each other: {}", names.join(", "))));
        };
        ordered.push(waiting.remove(next));
    }
    Ok(ordered)
}

fn table(source: &mut Sqlite, name: String) -> Result<Table, StoreError> {
    let columns = all(source, "SELECT name, type, pk FROM pragma_table_info(?1) ORDER BY cid", values![&name], |c| {
        Ok((c.take::<String>()?, c.word(kind)?, c.take::<i64>()?))
    })?;
    let mut key: Vec<(i64, String)> =
        columns.iter().filter(|(.., place)| *place > 0).map(|(column, _, place)| (*place, column.clone())).collect();
    key.sort_unstable();
    if key.is_empty() {
        return Err(StoreError::Corrupt(format!("table {name} has no primary key")));
    }
    let refers_to = all(
        source,
        "SELECT DISTINCT \"table\" FROM pragma_foreign_key_list(?1) WHERE \"table\" <> ?1",
        values![&name],
        |c| c.take(),
    )?;
    let columns = columns.into_iter().map(|(name, kind, _)| Column { name, kind }).collect();
    Ok(Table { name, columns, key: key.into_iter().map(|(_, column)| column).collect(), refers_to })
}

fn kind(word: &str) -> Option<Kind> {
    match word {
        "INTEGER" => Some(Kind::Int),
        "TEXT" => Some(Kind::Text),
        "BLOB" => Some(Kind::Blob),
        _ => None,
    }
}

fn all<T>(
    driver: &mut dyn Driver,
    sql: &'static str,
    values: &[Value<'_>],
    read: impl Fn(&mut Columns<'_>) -> Result<T, StoreError>,
) -> Result<Vec<T>, StoreError> {
    let mut rows = Vec::new();
    driver.query(sql, values, &mut |row| {
        rows.push(read(&mut Columns::new(row))?);
        Ok(())
    })?;
    Ok(rows)
}

/// What is compared of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Sum {
    rows: u64,
    digest: [u8; 32],
}

/// Counts and hashes rows, each value with its kind and length so that no two rows look alike.
#[derive(Default)]
struct Summing {
    rows: u64,
    hasher: Sha256,
}

impl Summing {
    fn add(&mut self, values: &[Value<'_>]) {
        self.rows += 1;
        for value in values {
            match value {
                Value::Null => self.hasher.update([0]),
                Value::Int(number) => {
                    self.hasher.update([1]);
                    self.hasher.update(number.to_be_bytes());
                }
                Value::Text(text) => self.add_bytes(2, text.as_bytes()),
                Value::Blob(bytes) => self.add_bytes(3, bytes),
            }
        }
    }

    fn add_bytes(&mut self, kind: u8, bytes: &[u8]) {
        self.hasher.update([kind]);
        self.hasher.update((bytes.len() as u64).to_be_bytes());
        self.hasher.update(bytes);
    }

    fn finish(self) -> Sum {
        Sum { rows: self.rows, digest: self.hasher.finalize().into() }
    }
}

/// Copies the rows of a table, a few at a time in memory; what was sent.
fn send(source: &Sqlite, target: &mut Postgres, table: &Table) -> Result<Sum, StoreError> {
    let columns = list(table.columns.iter().map(|column| &column.name));
    let sql = format!("COPY {} ({columns}) FROM STDIN (FORMAT binary)", quoted(&table.name));
    let kinds: Vec<Value<'_>> = table
        .columns
        .iter()
        .map(|column| match column.kind {
            Kind::Int => Value::Int(0),
            Kind::Text => Value::Text(""),
            Kind::Blob => Value::Blob(&[]),
        })
        .collect();
    let mut sum = Summing::default();
    let mut inflow = target.copy_in(&sql, &kinds)?;
    source.scan(&table.select(), &mut |row| {
        let values = table.read(row)?;
        table.check(&values)?;
        sum.add(&values);
        inflow.row(&values)
    })?;
    inflow.finish().map_err(|error| match error {
        StoreError::Constraint(said) => StoreError::Constraint(format!("table {}: {said}", table.name)),
        error => error,
    })?;
    Ok(sum.finish())
}

/// Reads a table back.
fn sum_of(target: &mut Postgres, table: &Table) -> Result<Sum, StoreError> {
    let mut sum = Summing::default();
    target.scan(&table.select(), &mut |row| {
        sum.add(&table.read(row)?);
        Ok(())
    })?;
    Ok(sum.finish())
}

fn same(table: &Table, sent: Sum, kept: Sum) -> Result<(), StoreError> {
    if sent == kept {
        return Ok(());
    }
    let shown = |sum: Sum| format!("{} rows, sha256 {}", sum.rows, hex::encode(sum.digest));
    Err(StoreError::Corrupt(format!(
        "table {} is not what was sent: {}, but {} were kept",
        table.name,
        shown(sent),
        shown(kept)
    )))
}

/// Lets numbers that the database gives out go on after the last one given out here.
fn continue_numbers(source: &mut Sqlite, target: &mut Postgres) -> Result<(), StoreError> {
    let last = all(
        source,
        "SELECT s.name, i.name, s.seq FROM sqlite_sequence s, pragma_table_info(s.name) i
         WHERE i.pk = 1 AND s.seq > 0 ORDER BY s.name",
        &[],
        |c| Ok((c.take::<String>()?, c.take::<String>()?, c.take::<i64>()?)),
    )?;
    for (table, column, last) in last {
        target.execute(
            "SELECT setval(pg_get_serial_sequence(quote_ident(?1), ?2), ?3)",
            values![&table, &column, last],
        )?;
    }
    Ok(())
}
