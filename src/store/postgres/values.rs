//! Values on their way to a PostgreSQL server, columns and errors on their way back.

use bytes::BytesMut;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};

use crate::store::StoreError;
use crate::store::driver::{Row, Value};

/// Whether the server ended the connection: it stops, or it was told to.
pub fn said_goodbye(error: &tokio_postgres::Error) -> bool {
    matches!(
        error.code(),
        Some(
            &SqlState::ADMIN_SHUTDOWN
                | &SqlState::CRASH_SHUTDOWN
                | &SqlState::CANNOT_CONNECT_NOW
                | &SqlState::READ_ONLY_SQL_TRANSACTION
                | &SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT
        )
    )
}

/// A parameter kept until it is sent.
pub enum Owned {
    Null,
    Int(i64),
    Text(String),
    Blob(Vec<u8>),
}

impl From<&Value<'_>> for Owned {
    fn from(value: &Value<'_>) -> Owned {
        match value {
            Value::Null => Owned::Null,
            Value::Int(value) => Owned::Int(*value),
            Value::Text(text) => Owned::Text((*text).to_owned()),
            Value::Blob(bytes) => Owned::Blob(bytes.to_vec()),
        }
    }
}

type ToSqlResult = Result<IsNull, Box<dyn std::error::Error + Sync + Send>>;

impl Value<'_> {
    pub fn kind(&self) -> Type {
        match self {
            Value::Null => Type::UNKNOWN,
            Value::Int(_) => Type::INT8,
            Value::Text(_) => Type::TEXT,
            Value::Blob(_) => Type::BYTEA,
        }
    }
}

impl ToSql for Value<'_> {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> ToSqlResult {
        match self {
            Value::Null => Ok(IsNull::Yes),
            // a parameter that was first met without a value is typed by its place alone
            Value::Int(value) if *kind == Type::INT4 => i32::try_from(*value)?.to_sql(kind, out),
            Value::Int(value) => value.to_sql(kind, out),
            Value::Text(text) => text.to_sql(kind, out),
            Value::Blob(bytes) => bytes.to_sql(kind, out),
        }
    }

    fn accepts(_kind: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

impl ToSql for Owned {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> ToSqlResult {
        match self {
            Owned::Null => Value::Null,
            Owned::Int(value) => Value::Int(*value),
            Owned::Text(text) => Value::Text(text),
            Owned::Blob(bytes) => Value::Blob(bytes),
        }
        .to_sql(kind, out)
    }

    fn accepts(_kind: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

impl std::fmt::Debug for Owned {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a parameter")
    }
}

impl Row for tokio_postgres::Row {
    fn int(&self, column: usize) -> Result<Option<i64>, StoreError> {
        let is_short = self.columns().get(column).is_some_and(|column| *column.type_() == Type::INT4);
        match is_short {
            true => self.try_get::<_, Option<i32>>(column).map(|value| value.map(i64::from)),
            false => self.try_get(column),
        }
        .map_err(|error| unexpected(column, &error))
    }

    fn text(&self, column: usize) -> Result<Option<&str>, StoreError> {
        self.try_get(column).map_err(|error| unexpected(column, &error))
    }

    fn blob(&self, column: usize) -> Result<Option<&[u8]>, StoreError> {
        self.try_get(column).map_err(|error| unexpected(column, &error))
    }
}

fn unexpected(column: usize, error: &tokio_postgres::Error) -> StoreError {
    StoreError::Corrupt(format!("column {column}: {error}"))
}

impl From<tokio_postgres::Error> for StoreError {
    fn from(error: tokio_postgres::Error) -> Self {
        let Some(code) = error.code() else { return StoreError::Database(said(&error).into()) };
        match *code {
            SqlState::DISK_FULL => StoreError::Full,
            SqlState::T_R_SERIALIZATION_FAILURE
            | SqlState::T_R_DEADLOCK_DETECTED
            | SqlState::LOCK_NOT_AVAILABLE
            | SqlState::QUERY_CANCELED
            | SqlState::TOO_MANY_CONNECTIONS
            | SqlState::CANNOT_CONNECT_NOW
            | SqlState::ADMIN_SHUTDOWN
            | SqlState::CRASH_SHUTDOWN
            | SqlState::READ_ONLY_SQL_TRANSACTION => StoreError::Busy,
            SqlState::DATA_CORRUPTED | SqlState::INDEX_CORRUPTED => StoreError::Corrupt(said(&error)),
            // class 23: integrity constraints
            _ if code.code().starts_with("23") => StoreError::Constraint(said(&error)),
            _ => StoreError::Database(format!("{} (SQLSTATE {})", said(&error), code.code()).into()),
        }
    }
}

/// What the server said, without the row it said it of; or what went wrong on the way to it.
pub fn said(error: &tokio_postgres::Error) -> String {
    match (error.as_db_error(), std::error::Error::source(error)) {
        (Some(said), _) => said.message().to_owned(),
        (None, Some(cause)) => format!("{error}: {cause}"),
        (None, None) => error.to_string(),
    }
}
