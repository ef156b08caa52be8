//! What truly differs between the databases. The statements elsewhere are written once, in the
//! dialect both understand; the marks below stand for what they do not share.
//!
//! `?n` is a parameter. `IN EACH_ID(?n)` tests for one of the integers in a JSON array given as
//! text, `IN EACH_TEXT(?n)` for one of its strings: one statement for any number of keys, prepared
//! once. The schema is turned in `derive`.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::derive;

/// A database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// One file, in this process.
    Sqlite,
    /// A server, 13 or newer.
    Postgres,
}

impl Dialect {
    /// A statement of the table files as this database takes it.
    pub fn statement(self, sql: &str) -> Cow<'_, str> {
        match self {
            Dialect::Sqlite if !sql.contains("EACH_") => Cow::Borrowed(sql),
            // `IN json_each(?n)` would compare rows; the sub-select names the one column
            Dialect::Sqlite => Cow::Owned(marks(sql, |_, list| format!("IN (SELECT value FROM json_each({list}))"))),
            // an array is searched by the index whatever its length is estimated to be
            Dialect::Postgres => Cow::Owned(numbered(&marks(sql, |mark, list| match mark {
                Mark::Id => format!("= ANY (CAST(translate({list}, '[]', '{{}}') AS BIGINT[]))"),
                Mark::Text => format!("= ANY (ARRAY(SELECT json_array_elements_text(CAST({list} AS JSON))))"),
            }))),
        }
    }

    /// A schema or migration as this database takes it.
    pub fn schema(self, text: &str) -> Cow<'_, str> {
        match self {
            Dialect::Sqlite => Cow::Borrowed(text),
            Dialect::Postgres => Cow::Owned(derive::postgres(text)),
        }
    }

    /// Finds a row where a store was made.
    pub fn is_made(self) -> &'static str {
        match self {
            Dialect::Sqlite => "SELECT 1 FROM sqlite_schema WHERE name = 'meta'",
            Dialect::Postgres => "SELECT 1 WHERE to_regclass('meta') IS NOT NULL",
        }
    }

    /// Finds what is wrong in the database itself: where, and what.
    pub fn integrity(self) -> &'static str {
        match self {
            Dialect::Sqlite => {
                "SELECT 'database', integrity_check FROM pragma_integrity_check WHERE integrity_check <> 'ok'
                 UNION ALL
                 SELECT \"table\" || ' row ' || COALESCE(rowid, 0), 'what it refers to is gone'
                 FROM pragma_foreign_key_check"
            }
            // the rows of each foreign key are counted by a statement made from its columns
            Dialect::Postgres => {
                "WITH reference (name, own, other, known, same) AS (
                   SELECT c.conname, c.conrelid::regclass::text, c.confrelid::regclass::text,
                     string_agg(format('o.%I IS NOT NULL', a.attname), ' AND '),
                     string_agg(format('o.%I = r.%I', a.attname, b.attname), ' AND ')
                   FROM pg_constraint c
                   CROSS JOIN LATERAL unnest(c.conkey, c.confkey) AS k (own, other)
                   JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.own
                   JOIN pg_attribute b ON b.attrelid = c.confrelid AND b.attnum = k.other
                   WHERE c.contype = 'f' AND c.connamespace = current_schema()::regnamespace
                   GROUP BY c.oid, c.conname, c.conrelid, c.confrelid),
                 counted (name, own, n) AS MATERIALIZED (
                   SELECT name, own, substring(query_to_xml(format(
                     'SELECT count(*) AS n FROM %s o WHERE %s AND NOT EXISTS (SELECT 1 FROM %s r WHERE %s)',
                     own, known, other, same), true, false, '')::text FROM '<n>([0-9]+)</n>')
                   FROM reference)
                 SELECT own || ' by ' || name, n || ' rows refer to what is gone' FROM counted WHERE n <> '0'
                 UNION ALL
                 SELECT 'index ' || i.indexrelid::regclass::text, 'is not valid' FROM pg_index i
                 JOIN pg_class c ON c.oid = i.indrelid
                 WHERE NOT i.indisvalid AND c.relnamespace = current_schema()::regnamespace"
            }
        }
    }
}

#[derive(Clone, Copy)]
enum Mark {
    Id,
    Text,
}

/// Replaces each `IN EACH_…(?n)`.
fn marks(sql: &str, write: impl Fn(Mark, &str) -> String) -> String {
    let mut text = String::with_capacity(sql.len() + 64);
    let mut rest = sql;
    while let Some((before, after)) = rest.split_once("IN EACH_") {
        let (mark, after) = match after.strip_prefix("ID(") {
            Some(after) => (Mark::Id, after),
            None => (Mark::Text, after.strip_prefix("TEXT(").unwrap_or(after)),
        };
        let (list, after) = after.split_once(')').unwrap_or((after, ""));
        text.push_str(before);
        text.push_str(&write(mark, list));
        rest = after;
    }
    text.push_str(rest);
    text
}

/// Writes `$1` for `?1`. No statement has a question mark in a literal.
fn numbered(sql: &str) -> String {
    sql.replace('?', "$")
}

/// Ids as the parameter of `EACH_ID`.
pub fn id_list(ids: impl IntoIterator<Item = i64>) -> String {
    let mut list = String::from("[");
    for id in ids {
        if list.len() > 1 {
            list.push(',');
        }
        write!(list, "{id}").expect("invariant: writing to a String does not fail");
    }
    list.push(']');
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_written_for_each_database() {
        let sql = "SELECT a FROM t WHERE b IN EACH_ID(?2) AND c IN EACH_TEXT(?1) ORDER BY a";
        assert_eq!(
            Dialect::Sqlite.statement(sql),
            "SELECT a FROM t WHERE b IN (SELECT value FROM json_each(?2)) AND c IN (SELECT value FROM json_each(?1)) ORDER BY a"
        );
        assert_eq!(
            Dialect::Postgres.statement(sql),
            "SELECT a FROM t WHERE b = ANY (CAST(translate($2, '[]', '{}') AS BIGINT[])) \
             AND c = ANY (ARRAY(SELECT json_array_elements_text(CAST($1 AS JSON)))) ORDER BY a"
        );
        assert_eq!(id_list([3, 1]), "[3,1]");
    }
}
