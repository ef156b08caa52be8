//! Stores on PostgreSQL: the service makes the tables, and what a filled SQLite store has is
//! copied into them.

use std::io::Write;
use std::path::Path;

use postgres::{Client, NoTls};
use rusqlite::types::ValueRef;
use url::Url;

use crate::Outcome;
use crate::child::command;
use crate::fill::SITE;
use crate::rows::open;

/// What a filled store has, in the order in which rows refer to each other.
const TABLES: [&str; 5] = ["user_account", "thread", "comment", "vote", "record"];

/// Makes the database `name` anew on the server that `server` is an address on, with what is in the
/// SQLite store; its address.
///
/// # Errors
/// When the server refuses.
pub fn store(server: &str, name: &str, store: &Path) -> Outcome<String> {
    let mut maintenance = Client::connect(server, NoTls)?;
    maintenance.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))?;
    maintenance.batch_execute(&format!("CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0"))?;
    let mut address = Url::parse(server)?;
    address.set_path(name);
    let setting = format!("store.url={address}");
    command(store, &["site", "add", SITE, "--set", &setting])?;
    let from = open(store)?;
    let mut to = Client::connect(address.as_str(), NoTls)?;
    let site: i64 = from.query_row("SELECT id FROM site WHERE key = ?1", [SITE], |row| row.get(0))?;
    to.execute("UPDATE site SET id = $1 WHERE key = $2", &[&site, &SITE])?;
    let mut tx = to.transaction()?;
    for table in TABLES {
        copy(&from, &mut tx, table)?;
    }
    tx.commit()?;
    to.batch_execute("VACUUM ANALYZE")?;
    Ok(address.into())
}

/// Copies a table as text (PostgreSQL, COPY, "Text Format").
fn copy(from: &rusqlite::Connection, to: &mut postgres::Transaction<'_>, table: &str) -> Outcome<()> {
    // generated columns are not among these
    let columns: Vec<String> = from
        .prepare(&format!("PRAGMA table_info({table})"))?
        .query_map([], |row| row.get(1))?
        .collect::<Result<_, _>>()?;
    let columns = columns.join(", ");
    // a parent before its replies
    let mut statement = from.prepare(&format!("SELECT {columns} FROM {table} ORDER BY 1"))?;
    let count = statement.column_count();
    let mut rows = statement.query([])?;
    let mut sink = to.copy_in(&format!("COPY {table} ({columns}) FROM STDIN"))?;
    let mut line = Vec::new();
    while let Some(row) = rows.next()? {
        line.clear();
        for column in 0..count {
            if column > 0 {
                line.push(b'\t');
            }
            write_value(&mut line, row.get_ref(column)?)?;
        }
        line.push(b'\n');
        sink.write_all(&line)?;
    }
    sink.finish()?;
    Ok(())
}

fn write_value(line: &mut Vec<u8>, value: ValueRef<'_>) -> Outcome<()> {
    match value {
        ValueRef::Null => line.extend_from_slice(b"\\N"),
        ValueRef::Integer(value) => write!(line, "{value}")?,
        ValueRef::Blob(bytes) => write!(line, "\\\\x{}", hex::encode(bytes))?,
        ValueRef::Text(text) => {
            for byte in text {
                match byte {
                    b'\\' => line.extend_from_slice(b"\\\\"),
                    b'\n' => line.extend_from_slice(b"\\n"),
                    b'\r' => line.extend_from_slice(b"\\r"),
                    b'\t' => line.extend_from_slice(b"\\t"),
                    byte => line.push(*byte),
                }
            }
        }
        ValueRef::Real(_) => return Err("no column holds a real number".into()),
    }
    Ok(())
}
