//! Tells those who listen what has happened: reads it, writes it once for all of them, and hands it
//! to `live`. One task of the process does that; it wakes when something was committed, and once a
//! second for what comes by the clock.

use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::rt::time::{interval, sleep, sleep_until};
use actix_web::web::Bytes;
use futures_util::future::join_all;
use serde::Serialize;
use tokio::time::MissedTickBehavior;

use super::problem::Problem;
use super::queue::QueueCounts;
use super::{reply, view};
use crate::app::follow::{Change, ThreadNews};
use crate::app::{App, Error};
use crate::domain::comment::{Comment, Shown, State, Viewer, shown};
use crate::domain::ids::{CommentId, UserId};
use crate::live::topic::Message;
use crate::live::{Frame, Subject, Topic};
use crate::store::EventKind;

/// Between two looks at what comes by the clock.
const SECOND: Duration = Duration::from_secs(1);
/// After a failure of the store.
const PAUSE: Duration = Duration::from_millis(200);
/// Seconds between two signs of life on a stream. Proxies end what is silent for a minute, some for
/// half of one.
const BEAT_S: u64 = 20;
/// Between two looks at who is online in a thread, in milliseconds.
const PRESENCE_MS: i64 = 30_000;
/// Where more are online nobody is told: it would be of no use, and long.
const PRESENCE_MAX: usize = 200;
/// Threads in which is looked who is online, in a second.
const PRESENCE_TOPICS: usize = 32;
/// Topics read for at a time.
const AT_ONCE: usize = 8;
/// What one message may have, in bytes: longer texts are read with the page.
const BYTES_MAX: usize = 1 << 20;

/// What a stream says when it cannot say what has happened one by one.
const RESET: &str = "thread.reset";

/// What an event says.
#[derive(Serialize)]
struct Said<'n> {
    comment_id: Option<CommentId>,
    /// As it is now; null when it is not published.
    comment: Option<view::Comment>,
    /// What stands in its place, while something visible stands below it.
    tombstone: Option<view::Comment>,
    counts: view::ThreadCounts,
    /// The thread as it is now, where that is what changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    thread: Option<&'n view::Thread>,
}

/// Who is online in a thread.
#[derive(Serialize)]
struct Online {
    online: Vec<UserId>,
}

/// What waits on a site.
#[derive(Serialize)]
struct QueueSaid {
    counts: QueueCounts,
    claims: ClaimsSaid,
}

/// The claims on a site.
#[derive(Serialize)]
struct ClaimsSaid {
    /// How many hold, 200 at most.
    held: usize,
    /// Another whenever one has begun, was renewed, given back, or ran out.
    tag: String,
}

/// Tells until the lines are closed.
pub async fn tell(app: Arc<App>) {
    let mut second = interval(SECOND);
    second.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut seconds = 0;
    let mut waiting: Vec<Arc<Topic>> = Vec::new();
    loop {
        let now = Instant::now();
        let rests: Vec<Instant> = waiting.iter().filter_map(|topic| topic.rests_until(now)).collect();
        let all_rest = rests.len() == waiting.len();
        let next = if all_rest { rests.into_iter().min() } else { Some(now) };
        tokio::select! {
            work = app.live.work() => {
                let Some(work) = work else { return };
                waiting.extend(work.topics);
                for thread in work.births {
                    match app.thread_names(thread).await {
                        Ok(Some((site, key))) => app.live.bind(site, &key, thread),
                        Ok(None) => {}
                        Err(error) => tracing::error!(%error, "a thread that was born cannot be read"),
                    }
                }
            }
            () = sleep_until(next.unwrap_or(now).into()), if next.is_some() => {
                let now = Instant::now();
                let (resting, ready) = waiting.into_iter().partition(|topic| topic.rests_until(now).is_some());
                waiting = resting;
                tell_all(&app, ready, &mut waiting).await;
            }
            _ = second.tick() => {
                seconds += 1;
                by_the_clock(&app, seconds).await;
            }
        }
    }
}

/// Tells of each of these; those that could not be read wait again.
async fn tell_all(app: &App, ready: Vec<Arc<Topic>>, waiting: &mut Vec<Arc<Topic>>) {
    for some in ready.chunks(AT_ONCE) {
        let told = join_all(some.iter().map(|topic| tell_thread(app, topic))).await;
        for (topic, told) in some.iter().zip(told) {
            if let Err(error) = told {
                tracing::error!(cause = error.cause(), "what happened in a thread cannot be told; trying again");
                if topic.mark() {
                    waiting.push(Arc::clone(topic));
                }
                sleep(PAUSE).await;
            }
        }
    }
}

async fn tell_thread(app: &App, topic: &Topic) -> Result<(), Problem> {
    let Subject::Thread(site, key) = &topic.subject else { return Ok(()) };
    topic.unmark();
    let place = topic.place();
    // another history has other versions: none of it is as it was told
    let after = if place.is_lost { i64::MAX } else { place.told };
    let Some(news) = app.thread_news(*site, key.clone(), place.thread, after).await? else { return Ok(()) };
    if place.thread.is_none() {
        app.live.bind(*site, key, news.thread);
    }
    let gone: Vec<CommentId> = news
        .comments
        .values()
        .filter(|comment| comment.state() != State::Published)
        .map(|comment| comment.id)
        .collect();
    topic.tell(frames(app, &news)?, &gone, news.version);
    Ok(())
}

/// What one reader has missed, as it is sent.
///
/// # Errors
/// A fault when it cannot be written.
pub fn missed(app: &App, news: &ThreadNews) -> Result<Vec<Bytes>, Problem> {
    Ok(frames(app, news)?.iter().map(Frame::bytes).collect())
}

/// What has happened, an event for each version; or one that says to read anew.
fn frames(app: &App, news: &ThreadNews) -> Result<Vec<Frame>, Problem> {
    let mut frames = Vec::new();
    let mut bytes = 0;
    for change in news.changes.iter().flatten() {
        let frame = frame(app, news, change)?;
        bytes += frame.bytes().len();
        frames.push(frame);
        if bytes > BYTES_MAX {
            break;
        }
    }
    if news.changes.is_none() || bytes > BYTES_MAX {
        let said = Said { thread: Some(&view::thread(&news.page)), ..Said::nothing(news, None) };
        frames = vec![Frame::reset(RESET, news.version, &json(&said)?)];
    }
    Ok(frames)
}

fn frame(app: &App, news: &ThreadNews, change: &Change) -> Result<Frame, Problem> {
    let name = change.kind.as_str();
    if change.kind == EventKind::ThreadUpdated {
        let said = Said { thread: Some(&view::thread(&news.page)), ..Said::nothing(news, None) };
        return Ok(Frame::versioned(name, change.version, &json(&said)?));
    }
    let nothing = Said::nothing(news, change.comment);
    let Some(comment) = change.comment.and_then(|id| news.comments.get(&id)) else {
        return Ok(Frame::versioned(name, change.version, &json(&nothing)?));
    };
    let said = Said {
        comment: as_anybody(app, comment, Shown::Whole),
        tombstone: as_anybody(app, comment, Shown::Tombstone),
        ..Said::nothing(news, change.comment)
    };
    Ok(Frame::of_comment(name, change.version, comment.id, &json(&said)?, &json(&nothing)?))
}

impl<'n> Said<'n> {
    /// Of a comment not more than that something happened to it.
    fn nothing(news: &ThreadNews, comment_id: Option<CommentId>) -> Said<'n> {
        let counts = view::ThreadCounts { published: news.published };
        Said { comment_id, comment: None, tombstone: None, counts, thread: None }
    }
}

/// A comment as anybody sees it, if that is so much of it.
fn as_anybody(app: &App, comment: &Comment, how: Shown) -> Option<view::Comment> {
    let seen = shown(comment.state(), comment.visible_children > 0, Viewer::Public);
    (seen == Some(how)).then(|| view::comment(app, comment, how, Viewer::Public))
}

fn json<T: Serialize>(said: &T) -> Result<String, Problem> {
    String::from_utf8(reply::bytes(said)?).map_err(|error| Error::Fault(error.to_string()).into())
}

/// What comes by the clock.
async fn by_the_clock(app: &App, seconds: u64) {
    app.live.sweep();
    // a node that hears nothing looks by itself; what it finds comes as ever
    if app.live.count() > 0
        && app.is_behind()
        && let Err(error) = app.catch_up().await
    {
        tracing::warn!(%error, "what other nodes did cannot be read; trying again");
    }
    let topics = app.live.all();
    let beat = Arc::new(Message::Beat);
    // not all in the same second
    for topic in topics.iter().filter(|topic| (seconds + topic.number).is_multiple_of(BEAT_S)) {
        topic.send(Arc::clone(&beat));
    }
    if let Err(problem) = tell_presence(app, &topics).await {
        tracing::error!(cause = problem.cause(), "who is online cannot be told; it is tried again");
    }
    for topic in &topics {
        if let Err(problem) = tell_queue(app, topic).await {
            tracing::error!(cause = problem.cause(), "what waits cannot be told; it is tried again");
        }
    }
}

/// Tells who is online, in some of the threads where that is due.
async fn tell_presence(app: &App, topics: &[Arc<Topic>]) -> Result<(), Problem> {
    let now_ms = app.now_ms();
    let born = topics.iter().filter_map(|topic| Some((topic, topic.place().thread?)));
    let due: Vec<_> = born.filter(|(topic, _)| topic.is_due(now_ms, PRESENCE_MS)).take(PRESENCE_TOPICS).collect();
    if due.is_empty() {
        return Ok(());
    }
    let people = app.online();
    for (topic, thread) in due {
        let online = app.online_among(thread, people.clone()).await.map_err(Error::from)?;
        if online.len() > PRESENCE_MAX {
            topic.forget_state();
        } else {
            topic.tell_state("presence", json(&Online { online })?);
        }
    }
    Ok(())
}

async fn tell_queue(app: &App, topic: &Topic) -> Result<(), Problem> {
    let Subject::Queue(site) = topic.subject else { return Ok(()) };
    let state = app.queue_state(site).await.map_err(Error::from)?;
    let claims = ClaimsSaid { held: state.claims.len(), tag: reply::digest(&reply::bytes(&state.claims)?) };
    let said = QueueSaid { counts: QueueCounts::of(state.waiting), claims };
    topic.tell_state("queue.changed", json(&said)?);
    Ok(())
}
