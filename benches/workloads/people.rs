//! People who are signed in, and what they send.

use std::net::SocketAddr;

use crate::Outcome;
use crate::fill::{PASSWORD, login};
use crate::http;
use crate::load::{Expected, Script};

/// Signs the first `count` readers in; their access tokens.
///
/// # Errors
/// When one is not let in.
pub fn sign_in(server: SocketAddr, count: usize) -> Outcome<Vec<String>> {
    (0..count)
        .map(|number| {
            let mut request = Vec::new();
            http::post(&mut request, "/api/v1/auth/login", "", &login_json(number));
            let session = http::call(server, &request)?.json()?;
            Ok(session["access_token"].as_str().ok_or("a session without a token")?.to_owned())
        })
        .collect()
}

/// What a reader sends to sign in.
pub fn login_json(number: usize) -> String {
    serde_json::json!({"identifier": login(number), "password": PASSWORD, "client": "native"}).to_string()
}

/// One who replies again and again, about 200 characters each time, to one of `parents` after the
/// other. `token` is none where nobody asks for it.
pub fn replier(path: String, token: Option<&str>, parents: Vec<i64>, number: usize) -> Script {
    let fields = token.map_or_else(String::new, bearer);
    let mut sent = 0;
    Box::new(move |out| {
        sent += 1;
        let parent = parents.get((number + sent) % parents.len().max(1))?;
        Some(reply(out, &path, &fields, *parent, sent))
    })
}

/// Writes a reply, the `sent`th of somebody, to the comments at `path`; what it should be answered with.
pub fn reply(out: &mut Vec<u8>, path: &str, fields: &str, parent: i64, sent: usize) -> Expected {
    let body = format!(
        "reply {sent} to comment {parent}: the bridge was closed in winter and nobody told the village why it \
         would stay so until spring, which the council could have done by a letter or a notice at the station."
    );
    http::post(out, path, fields, &format!("{{\"body\":\"{body}\",\"parent_id\":\"{parent}\"}}"));
    Expected { status: 201, length: None, lane: 0 }
}

/// The header field of somebody who is signed in.
pub fn bearer(token: &str) -> String {
    format!("authorization: Bearer {token}\r\n")
}
