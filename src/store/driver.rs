//! The seam to a database: the few calls that SQLite and PostgreSQL must both answer.
//!
//! What differs between them is in `dialect`; what is asked is in the table files beside this one.

use super::StoreError;
use crate::domain::ids::{CommentId, DecisionId, EntryId, FlagId, SessionId, SiteId, ThreadId, UserId};

/// A parameter of a statement.
#[derive(Clone, Copy, Debug)]
pub enum Value<'a> {
    /// NULL.
    Null,
    /// A 64-bit integer.
    Int(i64),
    /// Text.
    Text(&'a str),
    /// Bytes.
    Blob(&'a [u8]),
}

/// One session with a database. Used by one thread at a time.
pub trait Driver {
    /// Starts a transaction: one that may write, or a snapshot to read from.
    ///
    /// # Errors
    /// [`StoreError::Busy`] when another process keeps the store too long.
    fn begin(&mut self, write: bool) -> Result<(), StoreError>;
    /// Makes the transaction durable.
    ///
    /// # Errors
    /// [`StoreError::Full`] and others; then nothing of it is kept.
    fn commit(&mut self) -> Result<(), StoreError>;
    /// Gives the transaction up; also fine when there is none.
    fn rollback(&mut self);
    /// Whether the transaction begun is still there: after some errors it is not.
    fn in_transaction(&self) -> bool;
    /// Runs one statement and returns the number of rows it changed.
    ///
    /// # Errors
    /// [`StoreError`] by what the caller can do.
    fn execute(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<u64, StoreError>;
    /// Runs one query and hands over each row.
    ///
    /// # Errors
    /// [`StoreError`], also when `each` fails.
    fn query(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
        each: &mut dyn FnMut(&dyn Row) -> Result<(), StoreError>,
    ) -> Result<(), StoreError>;
    /// Runs several statements without parameters.
    ///
    /// # Errors
    /// [`StoreError`] of the first that fails.
    fn batch(&mut self, sql: &str) -> Result<(), StoreError>;
    /// Moves when another process has committed.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be asked.
    fn foreign_version(&mut self) -> Result<i64, StoreError>;
}

/// A row of an answer.
pub trait Row {
    /// The integer in a column.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when it holds something else.
    fn int(&self, column: usize) -> Result<Option<i64>, StoreError>;
    /// The text in a column.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when it holds something else.
    fn text(&self, column: usize) -> Result<Option<&str>, StoreError>;
    /// The bytes in a column.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when it holds something else.
    fn blob(&self, column: usize) -> Result<Option<&[u8]>, StoreError>;
}

/// Reads the columns of a row from left to right.
pub struct Columns<'r> {
    row: &'r dyn Row,
    next: usize,
}

impl<'r> Columns<'r> {
    /// Starts at the first column.
    pub fn new(row: &'r dyn Row) -> Columns<'r> {
        Columns { row, next: 0 }
    }

    /// The next column.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when it does not hold a `T`.
    pub fn take<T: FromColumn>(&mut self) -> Result<T, StoreError> {
        let column = self.next;
        self.next += 1;
        match T::from_column(self.row, column)? {
            Some(value) => Ok(value),
            None => Err(StoreError::Corrupt(format!("column {column} is null"))),
        }
    }

    /// The next column, which may be null.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when it holds something else than a `T`.
    pub fn maybe<T: FromColumn>(&mut self) -> Result<Option<T>, StoreError> {
        let column = self.next;
        self.next += 1;
        T::from_column(self.row, column)
    }

    /// The next column as one of a set of words.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] for null and any other word.
    pub fn word<T>(&mut self, parse: fn(&str) -> Option<T>) -> Result<T, StoreError> {
        self.maybe_word(parse)?.ok_or_else(|| StoreError::Corrupt(format!("column {} is null", self.next - 1)))
    }

    /// The next column as one of a set of words, or null.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] for any other word.
    pub fn maybe_word<T>(&mut self, parse: fn(&str) -> Option<T>) -> Result<Option<T>, StoreError> {
        let column = self.next;
        self.next += 1;
        match self.row.text(column)? {
            None => Ok(None),
            Some(word) => match parse(word) {
                Some(value) => Ok(Some(value)),
                None => Err(StoreError::Corrupt(format!("unknown word {word:?} in column {column}"))),
            },
        }
    }
}

/// What a column can be read as.
pub trait FromColumn: Sized {
    /// Reads it; none for null.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when it holds something else.
    fn from_column(row: &dyn Row, column: usize) -> Result<Option<Self>, StoreError>;
}

impl FromColumn for i64 {
    fn from_column(row: &dyn Row, column: usize) -> Result<Option<Self>, StoreError> {
        row.int(column)
    }
}

impl FromColumn for bool {
    fn from_column(row: &dyn Row, column: usize) -> Result<Option<Self>, StoreError> {
        Ok(row.int(column)?.map(|value| value != 0))
    }
}

impl FromColumn for String {
    fn from_column(row: &dyn Row, column: usize) -> Result<Option<Self>, StoreError> {
        Ok(row.text(column)?.map(str::to_owned))
    }
}

impl FromColumn for Vec<u8> {
    fn from_column(row: &dyn Row, column: usize) -> Result<Option<Self>, StoreError> {
        Ok(row.blob(column)?.map(<[u8]>::to_vec))
    }
}

impl From<i64> for Value<'_> {
    fn from(value: i64) -> Self {
        Value::Int(value)
    }
}

impl From<bool> for Value<'_> {
    fn from(value: bool) -> Self {
        Value::Int(i64::from(value))
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(value: &'a str) -> Self {
        Value::Text(value)
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(value: &'a String) -> Self {
        Value::Text(value)
    }
}

impl<'a> From<&'a [u8]> for Value<'a> {
    fn from(value: &'a [u8]) -> Self {
        Value::Blob(value)
    }
}

impl<'a, T: Into<Value<'a>>> From<Option<T>> for Value<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Value::Null, Into::into)
    }
}

macro_rules! id_columns {
    ($($id:ident),+) => {$(
        impl FromColumn for $id {
            fn from_column(row: &dyn Row, column: usize) -> Result<Option<Self>, StoreError> {
                Ok(row.int(column)?.map($id))
            }
        }
        impl From<$id> for Value<'_> {
            fn from(id: $id) -> Self {
                Value::Int(id.0)
            }
        }
    )+};
}

id_columns!(SiteId, UserId, ThreadId, CommentId, FlagId, DecisionId, EntryId, SessionId);

/// Writes a list of parameters: `values![id, name, Option::<i64>::None]`.
macro_rules! values {
    ($($value:expr),* $(,)?) => { &[$($crate::store::driver::Value::from($value)),*] };
}
pub(crate) use values;
