//! The limit of a cached page: the same bytes with the same fields, from memory.

use std::path::Path;

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};

use crate::Outcome;
use crate::http::Whole;

/// The answer's file in the limit's directory.
const FILE: &str = "answer.json";
/// What every server adds by itself.
const OWN_FIELDS: [&str; 3] = ["content-length", "date", "connection"];

/// An answer to give again and again.
#[derive(Serialize, Deserialize)]
struct Answer {
    status: u16,
    fields: Vec<(String, String)>,
    body: Vec<u8>,
}

/// Keeps an answer for the limit in `directory`.
///
/// # Errors
/// A field that is no text; when the file cannot be written.
pub fn keep(whole: &Whole, directory: &Path) -> Outcome<()> {
    let mut fields = Vec::new();
    for (name, value) in &whole.fields {
        if !OWN_FIELDS.iter().any(|own| name.eq_ignore_ascii_case(own)) {
            fields.push((name.clone(), String::from_utf8(value.clone())?));
        }
    }
    let answer = Answer { status: whole.status, fields, body: whole.body.clone() };
    std::fs::create_dir_all(directory)?;
    Ok(std::fs::write(directory.join(FILE), serde_json::to_vec(&answer)?)?)
}

/// An answer in the library's own terms.
pub struct Replay {
    status: StatusCode,
    fields: Vec<(HeaderName, HeaderValue)>,
    body: web::Bytes,
}

impl Replay {
    /// What was kept in `directory`; none when nothing was.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn read(directory: &Path) -> Outcome<Option<Replay>> {
        let file = directory.join(FILE);
        if !file.exists() {
            return Ok(None);
        }
        let answer: Answer = serde_json::from_slice(&std::fs::read(file)?)?;
        let mut fields = Vec::new();
        for (name, value) in answer.fields {
            fields.push((HeaderName::try_from(name)?, HeaderValue::try_from(value)?));
        }
        Ok(Some(Replay { status: StatusCode::from_u16(answer.status)?, fields, body: answer.body.into() }))
    }
}

/// Answers with it.
pub async fn replay(answer: web::Data<Replay>) -> HttpResponse {
    let mut response = HttpResponse::build(answer.status);
    for (name, value) in &answer.fields {
        response.insert_header((name, value));
    }
    response.body(answer.body.clone())
}
