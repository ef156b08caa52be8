//! The limit of a cold page: one prepared range read of one stored fragment a row, joined to a
//! JSON array, on the connection of the worker that was asked.

use std::rc::Rc;

use actix_web::{HttpRequest, HttpResponse, web};
use rusqlite::Connection;

/// Comments of a page.
const PAGE: i64 = 50;

/// Answers with the first page of a thread.
pub async fn range(req: HttpRequest, thread: web::Path<i64>) -> HttpResponse {
    let Some(connection) = req.app_data::<Rc<Connection>>() else { return HttpResponse::NotFound().finish() };
    match joined(connection, *thread) {
        Ok(body) => HttpResponse::Ok().content_type("application/json; charset=utf-8").body(body),
        Err(error) => HttpResponse::InternalServerError().body(error.to_string()),
    }
}

fn joined(connection: &Connection, thread: i64) -> rusqlite::Result<Vec<u8>> {
    let mut statement = connection.prepare_cached(
        "SELECT fragment FROM comment WHERE thread_id = ?1 AND path > x'' AND visible = 1 ORDER BY path LIMIT ?2",
    )?;
    let mut rows = statement.query([thread, PAGE])?;
    let mut body = Vec::with_capacity(1 << 16);
    body.extend_from_slice(b"{\"items\":[");
    while let Some(row) = rows.next()? {
        if !body.ends_with(b"[") {
            body.push(b',');
        }
        // fragments are stored without braces
        body.push(b'{');
        body.extend_from_slice(row.get_ref(0)?.as_bytes()?);
        body.push(b'}');
    }
    body.extend_from_slice(b"]}");
    Ok(body)
}
