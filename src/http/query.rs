//! The query of an address: [`Query`]. Never clamped, never ignored: what is unknown, given twice,
//! unparsable or out of range is 422 with the parameter's name.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterIn};
use validator::{Validate, ValidationErrorsKind};

use crate::app::{Error, FieldError, Place};
use crate::domain::code::Code;

use super::json;
use super::problem::{self, Problem};

/// A query, read into a struct that is `deny_unknown_fields`.
pub struct Query<T>(pub T);

impl<T: DeserializeOwned + Validate> FromRequest for Query<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(read(req.query_string()).map(Query).map_err(Problem))
    }
}

/// What a page itself says, in which language.
#[derive(Debug, Default, Deserialize, IntoParams, Validate)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Speech {
    /// A tag of BCP 47; English where there are no words in that language.
    #[validate(length(max = 35))]
    #[param(max_length = 35)]
    pub lang: Option<String>,
}

/// A query of a page, with its [`Speech`] beside it.
pub struct Spoken<T>(pub T, pub Speech);

impl<T: DeserializeOwned + Validate> FromRequest for Spoken<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let parts = req.query_string().split('&');
        let (speech, rest): (Vec<&str>, Vec<&str>) = parts.partition(|part| part.starts_with("lang="));
        let both = read(&speech.join("&")).and_then(|speech| Ok(Spoken(read(&rest.join("&"))?, speech)));
        ready(both.map_err(Problem))
    }
}

impl<T: IntoParams> IntoParams for Spoken<T> {
    fn into_params(place: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        [T::into_params(&place), Speech::into_params(&place)].concat()
    }
}

/// Refuses any query at all, for routes that take none.
///
/// # Errors
/// 422 with the name of the first parameter.
pub fn none(query: &str) -> Result<(), Error> {
    match url::form_urlencoded::parse(query.as_bytes()).next() {
        None => Ok(()),
        Some((name, _)) => Err(Error::parameter(&name, "unknown", "is not known here")),
    }
}

fn read<T: DeserializeOwned + Validate>(query: &str) -> Result<T, Error> {
    let pairs = url::form_urlencoded::parse(query.as_bytes());
    let value: T = serde_path_to_error::deserialize(serde_urlencoded::Deserializer::new(pairs)).map_err(|error| {
        let place = error.path().to_string();
        let refused = json::faulty(
            &error.into_inner().to_string(),
            place,
            |_, name| Place::Parameter(name.to_owned()),
            Place::Parameter,
        );
        match refused {
            // an unknown parameter is a matter of the query, not of a body's fields
            Error::Refused(refusal) => problem::invalid(Code::ValidationFailed, refusal.fields),
            other => other,
        }
    })?;
    match value.validate() {
        Ok(()) => Ok(value),
        Err(errors) => {
            let mut fields: Vec<FieldError> = Vec::new();
            for (name, kind) in errors.errors() {
                let ValidationErrorsKind::Field(errors) = kind else { continue };
                fields.extend(errors.iter().map(|error| FieldError {
                    place: Place::Parameter(name.to_string()),
                    code: error.code.to_string(),
                    detail: super::body::in_words(error),
                }));
            }
            fields.sort_by_key(|field| format!("{:?}", field.place));
            Err(problem::invalid(Code::ValidationFailed, fields))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::UserId;

    #[derive(Debug, Deserialize, Validate)]
    #[serde(deny_unknown_fields)]
    struct Page {
        #[validate(range(min = 1, max = 200))]
        limit: Option<u32>,
        cursor: Option<String>,
        author: Option<UserId>,
    }

    #[test]
    fn never_clamped_never_ignored() {
        let page = read::<Page>("limit=200&cursor=a%2Db&author=7").unwrap();
        assert_eq!((page.limit, page.cursor.as_deref(), page.author), (Some(200), Some("a-b"), Some(UserId(7))));
        assert!(read::<Page>("").unwrap().limit.is_none());
        let table = [
            ("limit=0", "limit"),
            ("limit=201", "limit"),
            ("limit=-1", "limit"),
            ("limit=", "limit"),
            ("limit=ten", "limit"),
            ("limit=1&limit=1", "limit"),
            ("limit=99999999999999999999", "limit"),
            ("author=07", "author"),
            ("page=2", "page"),
            ("Limit=2", "Limit"),
        ];
        for (query, name) in table {
            let Err(Error::Refused(refusal)) = read::<Page>(query) else { panic!("{query} was taken") };
            assert_eq!(refusal.code, Code::ValidationFailed, "{query}");
            assert_eq!(refusal.fields[0].place, Place::Parameter(name.into()), "{query}");
        }
        assert!(none("").is_ok() && none("a=1").is_err() && none("a").is_err());
    }
}
