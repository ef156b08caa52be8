//! What a use-case can fail with: a refusal the caller can act on, or a fault.

use crate::domain::code::Code;
use crate::domain::cursor::CursorError;
use crate::domain::path::TooDeep;
use crate::store::StoreError;

/// Why a use-case did not do it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The caller can do something about it.
    #[error("{}", .0.detail)]
    Refused(Refusal),
    /// The store could not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Something is broken here.
    #[error("{0}")]
    Fault(String),
}

/// A refusal, in terms of the contract.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// What the caller matches on.
    pub code: Code,
    /// What happened and what to do, for people.
    pub detail: String,
    /// Which parts of the request are wrong.
    pub fields: Vec<FieldError>,
    /// When to try again, in seconds.
    pub retry_after_s: Option<u64>,
}

/// A part of a request that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// Where.
    pub place: Place,
    /// What kind of wrong.
    pub code: String,
    /// In words.
    pub detail: String,
}

/// A place in a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A JSON pointer into the body (RFC 6901).
    Pointer(String),
    /// A parameter of path or query, or a header.
    Parameter(String),
}

impl Error {
    /// A refusal with its reason in words.
    pub fn refuse(code: Code, detail: impl Into<String>) -> Error {
        Error::Refused(Refusal { code, detail: detail.into(), fields: Vec::new(), retry_after_s: None })
    }

    /// A field of the body, named by its JSON pointer, is wrong.
    pub fn field(pointer: &str, code: &str, detail: impl Into<String>) -> Error {
        Error::invalid(Place::Pointer(pointer.to_owned()), code, detail)
    }

    /// A parameter of the query is wrong.
    pub fn parameter(name: &str, code: &str, detail: impl Into<String>) -> Error {
        Error::invalid(Place::Parameter(name.to_owned()), code, detail)
    }

    fn invalid(place: Place, code: &str, detail: impl Into<String>) -> Error {
        let detail = detail.into();
        let name = match &place {
            Place::Pointer(name) | Place::Parameter(name) => name.clone(),
        };
        Error::Refused(Refusal {
            code: Code::ValidationFailed,
            detail: format!("{name}: {detail}"),
            fields: vec![FieldError { place, code: code.to_owned(), detail }],
            retry_after_s: None,
        })
    }

    /// Too much too soon; when to try again.
    pub fn wait(code: Code, retry_after_s: u64) -> Error {
        Error::Refused(Refusal {
            code,
            detail: format!("try again in {retry_after_s} s"),
            fields: Vec::new(),
            retry_after_s: Some(retry_after_s),
        })
    }

    /// There is no such thing, or none that the caller may know of.
    pub fn not_found() -> Error {
        Code::NotFound.into()
    }
}

impl From<Code> for Error {
    fn from(code: Code) -> Error {
        Error::refuse(code, code.title())
    }
}

impl From<TooDeep> for Error {
    fn from(error: TooDeep) -> Error {
        Error::refuse(Code::TooDeep, error.to_string())
    }
}

impl From<CursorError> for Error {
    fn from(error: CursorError) -> Error {
        match error {
            CursorError::Malformed => Error::parameter("cursor", "malformed", error.to_string()),
            CursorError::Mismatch => Error::refuse(Code::CursorMismatch, error.to_string()),
        }
    }
}
