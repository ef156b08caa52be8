//! As much of HTTP/1.1 as the load needs: requests as bytes, answers by status and length.
//!
//! Bodies are counted and not kept, so that the generator costs little beside the server it
//! shares the cores with. [`call`] is for everything that is not measured.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use crate::Outcome;

/// Header fields that an answer may have; more is an error.
const FIELDS: usize = 40;

/// Status and length of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Bytes of its body.
    pub length: usize,
}

/// An answer that is arriving on one connection.
#[derive(Default)]
pub struct Arriving {
    /// What came of an unfinished head.
    head: Vec<u8>,
    /// The answer, once its head is whole, and the bytes still to come.
    body: Option<(Answer, usize)>,
}

impl Arriving {
    /// Takes in what arrived; the answer when it is whole.
    ///
    /// # Errors
    /// What is no HTTP/1.1 answer with a length, or more than one.
    pub fn feed(&mut self, bytes: &[u8]) -> Outcome<Option<Answer>> {
        let (answer, left, here) = match self.body.take() {
            Some((answer, left)) => (answer, left, bytes.len()),
            None => {
                let parsed = if self.head.is_empty() {
                    parse(bytes)?
                } else {
                    self.head.extend_from_slice(bytes);
                    parse(&self.head)?
                };
                let Some((answer, head)) = parsed else {
                    if self.head.is_empty() {
                        self.head.extend_from_slice(bytes);
                    }
                    return Ok(None);
                };
                let had = self.head.len().max(bytes.len());
                self.head.clear();
                (answer, answer.length, had - head)
            }
        };
        match left.checked_sub(here) {
            None => Err("bytes after the end of an answer".into()),
            Some(0) => Ok(Some(answer)),
            Some(left) => {
                self.body = Some((answer, left));
                Ok(None)
            }
        }
    }
}

/// The answer that a head promises and the head's length; none while it is unfinished.
fn parse(bytes: &[u8]) -> Outcome<Option<(Answer, usize)>> {
    let mut fields = [httparse::EMPTY_HEADER; FIELDS];
    let mut response = httparse::Response::new(&mut fields);
    let httparse::Status::Complete(head) = response.parse(bytes)? else { return Ok(None) };
    let status = response.code.ok_or("an answer without a status")?;
    let length = response.headers.iter().find(|field| field.name.eq_ignore_ascii_case("content-length"));
    let length = match length {
        // 304 may say how long the body would be
        _ if matches!(status, 204 | 304) => 0,
        Some(length) => std::str::from_utf8(length.value)?.parse()?,
        None => return Err(format!("an answer {status} without a length").into()),
    };
    Ok(Some((Answer { status, length }, head)))
}

/// Writes a request without a body.
pub fn get(out: &mut Vec<u8>, path: &str, fields: &str) {
    out.extend_from_slice(format!("GET {path} HTTP/1.1\r\nhost: bench\r\n{fields}\r\n").as_bytes());
}

/// Writes a request with a JSON body; each line of `fields` ends with CR LF.
pub fn post(out: &mut Vec<u8>, path: &str, fields: &str, json: &str) {
    let length = json.len();
    out.extend_from_slice(
        format!(
            "POST {path} HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\n\
             content-length: {length}\r\n{fields}\r\n{json}"
        )
        .as_bytes(),
    );
}

/// A whole answer.
pub struct Whole {
    /// The status.
    pub status: u16,
    /// Header fields as they came.
    pub fields: Vec<(String, Vec<u8>)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Whole {
    /// The body as JSON.
    ///
    /// # Errors
    /// When it is none, or the status is no success.
    pub fn json(&self) -> Outcome<serde_json::Value> {
        if !(200..300).contains(&self.status) {
            return Err(format!("{}: {}", self.status, String::from_utf8_lossy(&self.body)).into());
        }
        Ok(serde_json::from_slice(&self.body)?)
    }

    /// A header field.
    pub fn field(&self, name: &str) -> Option<&str> {
        let found = self.fields.iter().find(|(field, _)| field.eq_ignore_ascii_case(name))?;
        std::str::from_utf8(&found.1).ok()
    }
}

/// Sends a request on a connection of its own and waits for the answer.
///
/// # Errors
/// What the connection fails with, and what is no answer with a length.
pub fn call(to: SocketAddr, request: &[u8]) -> Outcome<Whole> {
    let mut stream = TcpStream::connect(to)?;
    stream.write_all(request)?;
    let (mut bytes, mut piece) = (Vec::new(), vec![0; 1 << 16]);
    let mut arriving = Arriving::default();
    loop {
        let read = stream.read(&mut piece)?;
        if read == 0 {
            return Err("the connection was closed before the answer".into());
        }
        let piece = piece.get(..read).unwrap_or_default();
        bytes.extend_from_slice(piece);
        if arriving.feed(piece)?.is_some() {
            break;
        }
    }
    let mut fields = [httparse::EMPTY_HEADER; FIELDS];
    let mut response = httparse::Response::new(&mut fields);
    let httparse::Status::Complete(head) = response.parse(&bytes)? else { return Err("half an answer".into()) };
    Ok(Whole {
        status: response.code.unwrap_or(0),
        fields: response.headers.iter().map(|field| (field.name.to_owned(), field.value.to_vec())).collect(),
        body: bytes.get(head..).unwrap_or_default().to_vec(),
    })
}
