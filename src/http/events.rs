//! Streams of what happens (server-sent events): in a thread, and in a moderators' queue. What they
//! say is written in `tell`, how it reaches many is `live`.

use std::sync::Arc;

use actix_web::http::Method;
use actix_web::http::header::{self, HeaderMap};
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};
use futures_util::stream;
use serde::Deserialize;
use utoipa::IntoParams;
use validator::Validate;

use super::answer::Answer;
use super::extract::{Client, Query, Signed, SiteKey, ThreadKey};
use super::moderation::SiteQuery;
use super::problem::Problem;
use super::tell;
use crate::app::session::millis;
use crate::app::{App, Error};
use crate::domain::code::Code;
use crate::live::topic::Message;
use crate::live::{Full, Reader, Row, Seat, frame};

/// When to come back where every place is taken, in seconds.
const AGAIN_S: u64 = 10;
/// How long browsers wait before they come back, in milliseconds: each another time, so that a server
/// that starts again is not met by all at the same moment.
const RETRY_MS: std::ops::Range<u64> = 2_000..5_000;
/// What a page sends when it comes back, and cannot set the first time.
const LAST: &str = "last-event-id";

/// What the reader has already.
#[derive(Deserialize, IntoParams, Validate)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ThreadQuery {
    /// The version of the thread that the reader has: what came after it is told first. Left out:
    /// the version it has now.
    #[validate(range(min = 0))]
    #[param(minimum = 0)]
    last_event_id: Option<i64>,
}

/// `GET /sites/{site}/threads/{key}/events`
pub async fn thread(
    request: HttpRequest,
    app: Data<App>,
    site: SiteKey,
    key: ThreadKey,
    client: Client,
    query: Query<ThreadQuery>,
) -> Answer {
    // what was sent back is newer than what stands in the address for ever
    let had = sent_back(request.headers())?.or(query.0.last_event_id);
    let seat = seat(&app, client, Row::Readers)?;
    let following = app.follow_thread(site.0, key.0, had).await?;
    let missed = match &following.missed {
        Some(news) => Some(tell::missed(&app, &following.joined.topic, news)?),
        None => None,
    };
    let reader = Reader::new(seat, following.joined, following.seen, first(missed));
    open(&request, &app, reader, || true)
}

/// `GET /moderation/events`
pub async fn queue(
    request: HttpRequest,
    app: Data<App>,
    client: Client,
    caller: Signed,
    query: Query<SiteQuery>,
) -> Answer {
    let seat = seat(&app, client, Row::Moderators)?;
    let (site, joined) = app.follow_queue(&caller.0, query.0.site).await?;
    let reader = Reader::new(seat, joined, 0, first(None));
    // from now as long as a token lasts; session and role are asked for again before each message
    let until_ms = app.now_ms().saturating_add(millis(app.settings.auth.access_ttl_s));
    let held = app.clone();
    open(&request, &app, reader, move || held.now_ms() < until_ms && held.may_follow_queue(&caller.0, site))
}

/// What comes before anything new.
fn first(missed: Option<Arc<Message>>) -> Vec<Arc<Message>> {
    let line = |bytes| Arc::new(Message::Line(bytes));
    let retry = line(frame::retry(rand::random_range(RETRY_MS)));
    // who waits for what was missed knows by this that there is no more
    [Some(retry), missed, Some(line(frame::beat()))].into_iter().flatten().collect()
}

/// The id of the last event that a browser has, when it comes back.
fn sent_back(headers: &HeaderMap) -> Result<Option<i64>, Problem> {
    let Some(sent) = headers.get(LAST) else { return Ok(None) };
    let version = sent.to_str().ok().and_then(|text| text.parse::<i64>().ok()).filter(|version| *version >= 0);
    match version {
        Some(version) => Ok(Some(version)),
        None => Err(Error::parameter("Last-Event-ID", "malformed", "not an id of an event of ours").into()),
    }
}

fn seat(app: &App, client: Client, row: Row) -> Result<Seat, Problem> {
    app.live.seat(client.net(), row).map_err(|full| {
        let code = match full {
            Full::Server => Code::Overloaded,
            Full::Client => Code::RateLimited,
        };
        Error::wait(code, AGAIN_S).into()
    })
}

/// Sends what a reader reads, for as long as `may_go_on` says so.
fn open(request: &HttpRequest, app: &App, reader: Reader, may_go_on: impl Fn() -> bool + 'static) -> Answer {
    // one that began while the streams were ended was not told so
    if app.live.is_closed() {
        return Err(Error::wait(Code::Overloaded, AGAIN_S).into());
    }
    let mut response = HttpResponse::Ok();
    response.insert_header((header::CONTENT_TYPE, "text/event-stream"));
    response.insert_header((header::CACHE_CONTROL, "no-store"));
    // proxies would keep it until it ends
    response.insert_header(("x-accel-buffering", "no"));
    response.insert_header(("x-robots-tag", "noindex"));
    if request.method() == Method::HEAD {
        return Ok(response.finish());
    }
    let read = stream::unfold((reader, may_go_on), |(mut reader, may_go_on)| async move {
        let bytes = reader.next(&may_go_on).await?;
        Some((Ok::<Bytes, std::convert::Infallible>(bytes), (reader, may_go_on)))
    });
    // no request comes after a stream on the same line, so that it ends with it
    Ok(response.force_close().streaming(read))
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    #[test]
    fn what_is_sent_back_is_an_id_of_ours() {
        let sent = |value: &'static str| {
            let request = TestRequest::get().insert_header((LAST, value)).to_http_request();
            sent_back(request.headers()).ok()
        };
        assert_eq!((sent("0"), sent("17")), (Some(Some(0)), Some(Some(17))));
        for value in ["-1", "", "x", "99999999999999999999"] {
            assert_eq!(sent(value), None, "{value}");
        }
        assert_eq!(sent_back(TestRequest::get().to_http_request().headers()).ok(), Some(None));
    }
}
