//! The seam to a database: the few calls that SQLite and PostgreSQL must both answer.
//!
//! What differs between them is in `dialect`; what is asked is in the table files beside this one.

use std::path::Path;

use super::StoreError;
use super::dialect::Dialect;
use crate::domain::ids::{
    AppealId, ClaimId, CommentId, DecisionId, EntryId, FlagId, NoteId, NoticeId, SanctionId, SessionId, SiteId,
    ThreadId, UserId,
};

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

/// What a transaction is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// A snapshot to read from.
    Read,
    /// Changes, seen by nobody before the commit.
    Write,
}

/// What a failure did to the transaction under way.
#[derive(Debug, Default)]
pub enum Verdict {
    /// It stands: the failure is the unit's own.
    #[default]
    Stands,
    /// A row was there that another transaction has just made. The same work may find it the next
    /// time; if it does not, the failure is the unit's own.
    Met,
    /// It is gone, for a reason that lies in others: the same work may succeed the next time.
    Again,
    /// It is gone.
    Gone(StoreError),
}

/// One session with a database. Used by one thread at a time.
///
/// A driver may put off what needs no answer (`begin`, `savepoint`, `send`, `hold`, `let_go`) and
/// send it along with the next statement that does; its failure then shows there, at the latest in
/// `release` or `commit`.
pub trait Driver: Send {
    /// Which database it is.
    fn dialect(&self) -> Dialect;
    /// Keeps other nodes from working on the same things until [`Driver::let_go`]. Waits for who
    /// has them; to be called before the transaction begins, so that it sees what they did.
    ///
    /// # Errors
    /// [`StoreError::Busy`] when that takes too long.
    fn hold(&mut self, keys: &[i64]) -> Result<(), StoreError>;
    /// Ends [`Driver::hold`], after the transaction.
    fn let_go(&mut self);
    /// Starts a transaction.
    ///
    /// # Errors
    /// [`StoreError::Busy`] when another process keeps the store too long, or it cannot be reached.
    fn begin(&mut self, access: Access) -> Result<(), StoreError>;
    /// Starts a part of the transaction that can be given up alone.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    fn savepoint(&mut self) -> Result<(), StoreError>;
    /// Ends that part and keeps what it did.
    ///
    /// # Errors
    /// [`StoreError`] of the first statement that failed; the part can then be given up.
    fn release(&mut self) -> Result<(), StoreError>;
    /// Ends that part and undoes what it did.
    ///
    /// # Errors
    /// [`StoreError`] when the whole transaction is gone.
    fn give_up(&mut self) -> Result<(), StoreError>;
    /// Lets other nodes know, once the transaction under way is committed, that it has events.
    fn announce(&mut self);
    /// Makes the transaction durable.
    ///
    /// # Errors
    /// [`StoreError::Uncertain`] when nobody can say whether it is; for others nothing is kept.
    fn commit(&mut self) -> Result<(), StoreError>;
    /// Gives the transaction up; also fine when there is none.
    fn rollback(&mut self);
    /// What the failures since the last call did to the transaction.
    fn verdict(&mut self) -> Verdict;
    /// Runs one statement and returns the number of rows it changed.
    ///
    /// # Errors
    /// [`StoreError`] by what the caller can do.
    fn execute(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<u64, StoreError>;
    /// Runs one statement whose answer nobody needs.
    ///
    /// # Errors
    /// [`StoreError`] by what the caller can do, perhaps that of an earlier one.
    fn send(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<(), StoreError>;
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
    /// Writes a consistent copy of the store to a file that must not exist, beside all other use.
    ///
    /// # Errors
    /// [`StoreError::Refused`] where the database has its own tool for it.
    fn copy_to(&mut self, file: &Path) -> Result<(), StoreError>;
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

id_columns!(
    AppealId, ClaimId, CommentId, DecisionId, EntryId, FlagId, NoteId, NoticeId, SanctionId, SessionId, SiteId,
    ThreadId, UserId
);

/// Writes a list of parameters: `values![id, name, Option::<i64>::None]`.
macro_rules! values {
    ($($value:expr),* $(,)?) => { &[$($crate::store::driver::Value::from($value)),*] };
}
pub(crate) use values;
