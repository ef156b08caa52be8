//! Tells those who listen what has happened: reads it, writes it once for all of them, and hands it
//! to `live`. One task of the process does that; it wakes when something was committed, and once a
//! second for what comes by the clock.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::rt::time::{interval, sleep, sleep_until};
use futures_util::future::join_all;
use serde::Serialize;
use tokio::task::yield_now;
use tokio::time::MissedTickBehavior;

use super::middleware::{said, unpanicked};
use super::problem::Problem;
use super::queue::QueueCounts;
use super::{reply, view};
use crate::app::follow::{Change, ThreadNews};
use crate::app::{App, Error};
use crate::domain::comment::{Comment, Shown, State, Viewer, shown};
use crate::domain::ids::{CommentId, ThreadId, UserId};
use crate::live::topic::Message;
use crate::live::{Frame, Gone, Part, Subject, Topic, frame};
use crate::store::EventKind;

/// Between two looks at what comes by the clock.
const SECOND: Duration = Duration::from_secs(1);
/// After something has failed.
const PAUSE: Duration = Duration::from_millis(200);
/// Seconds between two signs of life on a stream. Proxies end what is silent for a minute, some for
/// half of one.
const BEAT_S: u64 = 20;
/// Between two looks at who is online in a thread, in milliseconds.
const PRESENCE_MS: i64 = 30_000;
/// Where more are online it is not told who: it would be of no use, and long.
const PRESENCE_MAX: usize = 200;
/// Threads in which is looked who is online, in a second, at the most.
const PRESENCE_TOPICS: usize = 32;
/// People who are looked up in threads in a second: each takes some microseconds of a core.
const PRESENCE_PEOPLE: usize = 32_000;
/// Topics read for at a time.
const AT_ONCE: usize = 8;
/// What one message may have, in bytes: longer texts are read with the page. A message is kept for as
/// long as one reader has yet to take it, and what a reader missed is kept for that one alone.
const BYTES_MAX: usize = 128 << 10;

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

/// What an event of a vote says: the text is as it was.
#[derive(Serialize)]
struct VotesSaid {
    comment_id: CommentId,
    /// As they are now; null when the comment is not published.
    #[serde(flatten)]
    votes: Votes,
    counts: view::ThreadCounts,
}

/// The votes of a comment.
#[derive(Default, Serialize)]
struct Votes {
    score: Option<i64>,
    up: Option<i64>,
    down: Option<i64>,
}

/// Who is online in a thread; none: too many to be told.
#[derive(Serialize)]
struct Online {
    online: Option<Vec<UserId>>,
}

/// What waits on a site.
#[derive(Serialize)]
struct QueueSaid {
    counts: QueueCounts,
    /// Decisions that wait for a second moderator, 100 at most.
    proposed: usize,
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

/// What is still to be told.
#[derive(Default)]
struct Due {
    topics: Vec<Arc<Topic>>,
    births: Vec<ThreadId>,
    /// Nothing is told before then: something has failed.
    not_before: Option<Instant>,
}

/// Tells until the lines are closed.
pub async fn tell(app: Arc<App>) {
    kept_up(|| tell_on(&app, SECOND)).await;
}

/// Does what ends by itself; after a panic it is begun anew.
async fn kept_up<F: Future<Output = ()>>(mut begin: impl FnMut() -> F) {
    while let Err(panic) = unpanicked(begin()).await {
        tracing::error!(panic = said(&*panic), "telling what happens broke off; it begins anew");
        sleep(PAUSE).await;
    }
}

/// What comes by the clock comes each `second`.
async fn tell_on(app: &App, second: Duration) {
    tokio::select! {
        () = tell_news(app, second) => {}
        () = beat(app, second) => {}
    }
}

/// Shows that the lines are alive, also while a store is waited for.
async fn beat(app: &App, second: Duration) {
    let beat = Arc::new(Message::Line(frame::beat()));
    let mut second = interval(second);
    for seconds in 0.. {
        second.tick().await;
        // not all in the same second
        let due = |topic: &&Arc<Topic>| (seconds + topic.number).is_multiple_of(BEAT_S);
        app.live.all().iter().filter(due).for_each(|topic| topic.send(Arc::clone(&beat)));
    }
}

async fn tell_news(app: &App, second: Duration) {
    let mut second = interval(second);
    second.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // what was to be told when a panic came, births too
    let mut due = Due { topics: app.live.all(), ..Due::default() };
    loop {
        let next = due.next(Instant::now());
        tokio::select! {
            work = app.live.work() => {
                let Some(work) = work else { return };
                due.topics.extend(work.topics);
                due.births.extend(work.births);
            }
            () = sleep_until(next.unwrap_or_else(Instant::now).into()), if next.is_some() => due.tell(app).await,
            _ = second.tick() => by_the_clock(app).await,
        }
    }
}

impl Due {
    /// When to tell some of it; none: there is nothing.
    fn next(&self, now: Instant) -> Option<Instant> {
        let topics = self.topics.iter().map(|topic| topic.rests_until(now).unwrap_or(now));
        let next = topics.chain(self.births.first().map(|_| now)).min()?;
        Some(self.not_before.map_or(next, |not_before| not_before.max(next)))
    }

    /// Tells what does not rest. What cannot be read waits, and all of it with that, so that a store
    /// that is down is asked once and not for each.
    async fn tell(&mut self, app: &App) {
        self.not_before = None;
        while let Some(thread) = self.births.pop() {
            match app.thread_names(thread).await {
                Ok(Some((site, key))) => app.live.bind(site, &key, thread),
                Ok(None) => {}
                Err(error) => {
                    tracing::error!(%error, "a thread that was born cannot be read; trying again");
                    self.births.push(thread);
                    return self.pause();
                }
            }
        }
        let now = Instant::now();
        let (resting, mut ready) =
            std::mem::take(&mut self.topics).into_iter().partition(|topic| topic.rests_until(now).is_some());
        self.topics = resting;
        while !ready.is_empty() {
            let some: Vec<Arc<Topic>> = ready.drain(..AT_ONCE.min(ready.len())).collect();
            if self.tell_some(app, some).await > 0 {
                // those that failed come after these
                self.topics.splice(..0, ready);
                return self.pause();
            }
            // reads of a file are done in place
            yield_now().await;
        }
    }

    /// Tells of each of these at once; how many cannot be read.
    async fn tell_some(&mut self, app: &App, some: Vec<Arc<Topic>>) -> usize {
        let told = join_all(some.iter().map(|topic| unpanicked(tell_thread(app, topic)))).await;
        let mut failed = 0;
        for (topic, told) in some.into_iter().zip(told) {
            let cause = match told {
                Ok(Ok(())) => continue,
                Ok(Err(problem)) => problem.cause(),
                Err(panic) => Some(format!("a panic: {}", said(&*panic))),
            };
            tracing::error!(cause, "what happened in a thread cannot be told; trying again");
            failed += 1;
            if topic.mark() {
                self.topics.push(topic);
            }
        }
        failed
    }

    fn pause(&mut self) {
        self.not_before = Some(Instant::now() + PAUSE);
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
    let frames = frames(app, &news)?;
    let gone = if frames.iter().any(|frame| frame.is_reset) { Gone::All } else { gone(app, &news)? };
    topic.make_good(place.losses);
    topic.tell(frames, gone, news.version);
    Ok(())
}

/// What one reader has missed, as it is sent.
///
/// # Errors
/// A fault when it cannot be written.
pub fn missed(app: &App, topic: &Topic, news: &ThreadNews) -> Result<Arc<Message>, Problem> {
    Ok(topic.replay(frames(app, news)?, news.version))
}

/// The texts that were read before and are not to be read now.
fn gone(app: &App, news: &ThreadNews) -> Result<Gone, Problem> {
    let mut gone = HashMap::new();
    for change in news.changes.iter().flatten() {
        let Some(comment) = change.comment.and_then(|id| news.comments.get(&id)) else { continue };
        if comment.state() != State::Published {
            gone.insert(comment.id, None);
        } else if change.kind == EventKind::CommentEdited {
            gone.insert(comment.id, Some(json(&Said::of(app, news, comment))?));
        }
    }
    Ok(Gone::Of(gone))
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
    if let (EventKind::CommentVoted, Some(comment)) = (change.kind, change.comment) {
        let now = news.comments.get(&comment).filter(|comment| comment.state() == State::Published);
        let said = VotesSaid::of(news, comment, now.map(Votes::of).unwrap_or_default());
        let nothing = VotesSaid::of(news, comment, Votes::default());
        return Ok(Frame::of_comment(name, change.version, (comment, Part::Votes), &json(&said)?, &json(&nothing)?));
    }
    let nothing = Said::nothing(news, change.comment);
    let Some(comment) = change.comment.and_then(|id| news.comments.get(&id)) else {
        return Ok(Frame::versioned(name, change.version, &json(&nothing)?));
    };
    let said = json(&Said::of(app, news, comment))?;
    Ok(Frame::of_comment(name, change.version, (comment.id, Part::Text), &said, &json(&nothing)?))
}

impl<'n> Said<'n> {
    /// Of a comment what anybody sees of it.
    fn of(app: &App, news: &ThreadNews, comment: &Comment) -> Said<'n> {
        Said {
            comment: as_anybody(app, comment, Shown::Whole),
            tombstone: as_anybody(app, comment, Shown::Tombstone),
            ..Said::nothing(news, Some(comment.id))
        }
    }

    /// Of a comment not more than that something happened to it.
    fn nothing(news: &ThreadNews, comment_id: Option<CommentId>) -> Said<'n> {
        let counts = view::ThreadCounts { published: news.published };
        Said { comment_id, comment: None, tombstone: None, counts, thread: None }
    }
}

impl VotesSaid {
    fn of(news: &ThreadNews, comment_id: CommentId, votes: Votes) -> VotesSaid {
        VotesSaid { comment_id, votes, counts: view::ThreadCounts { published: news.published } }
    }
}

impl Votes {
    fn of(comment: &Comment) -> Votes {
        Votes { score: Some(comment.score()), up: Some(comment.up), down: Some(comment.down) }
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

/// What comes by the clock. What fails is not asked for again before the next second.
async fn by_the_clock(app: &App) {
    app.live.sweep();
    // a node that hears nothing looks by itself; what it finds comes as ever
    if app.live.count() > 0
        && app.is_behind()
        && let Err(error) = app.catch_up().await
    {
        tracing::warn!(%error, "what other nodes did cannot be read; trying again");
        return;
    }
    let topics = app.live.all();
    if let Err(problem) = tell_presence(app, &topics).await {
        tracing::error!(cause = problem.cause(), "who is online cannot be told; it is tried again");
        return;
    }
    for topic in &topics {
        if let Err(problem) = tell_queue(app, topic).await {
            tracing::error!(cause = problem.cause(), "what waits cannot be told; it is tried again");
            return;
        }
    }
}

/// Tells who is online, in some of the threads where that is due: those first that waited longest.
async fn tell_presence(app: &App, topics: &[Arc<Topic>]) -> Result<(), Problem> {
    let now_ms = app.now_ms();
    // a clock that was set back is no reason to wait
    let is_due = |looked_ms: i64| !(0..PRESENCE_MS).contains(&(now_ms - looked_ms));
    let born = topics.iter().filter_map(|topic| Some((topic.looked_ms(), topic, topic.place().thread?)));
    let mut due: Vec<_> = born.filter(|(looked_ms, ..)| looked_ms.is_none_or(is_due)).collect();
    if due.is_empty() {
        return Ok(());
    }
    due.sort_unstable_by_key(|(looked_ms, ..)| *looked_ms);
    let people = app.presence.online(now_ms);
    let topics = (PRESENCE_PEOPLE / people.len().max(1)).clamp(1, PRESENCE_TOPICS);
    for (_, topic, thread) in due.into_iter().take(topics) {
        topic.look(now_ms);
        let online = app.online_among(thread, &people, PRESENCE_MAX).await.map_err(Error::from)?;
        let online = Some(online).filter(|online| online.len() <= PRESENCE_MAX);
        topic.tell_state("presence", json(&Online { online })?);
    }
    Ok(())
}

async fn tell_queue(app: &App, topic: &Topic) -> Result<(), Problem> {
    let Subject::Queue(site) = topic.subject else { return Ok(()) };
    let state = app.queue_state(site).await.map_err(Error::from)?;
    let claims = ClaimsSaid { held: state.claims.len(), tag: reply::digest(&reply::bytes(&state.claims)?) };
    let said = QueueSaid { counts: QueueCounts::of(state.waiting), proposed: state.proposed, claims };
    topic.tell_state("queue.changed", json(&said)?);
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::sync::atomic::{AtomicI64, Ordering};

    use serde_json::{Value, json};
    use tokio::time::timeout;

    use super::*;
    use crate::config::Settings;
    use crate::database::Database;
    use crate::live::{Reader, Row};
    use crate::store::{Options, Store};

    /// An app whose clock moves by hand, and of which nobody tells: that is the test's to do.
    struct World {
        app: App,
        clock: Arc<AtomicI64>,
        _directory: tempfile::TempDir,
        database: Database,
    }

    impl World {
        async fn new() -> World {
            let (directory, database) = (tempfile::tempdir().unwrap(), Database::new());
            let clock = Arc::new(AtomicI64::new(1_700_000_000_000));
            let told = Arc::clone(&clock);
            let options = Options { url: database.url.clone(), ..Options::at(directory.path()) };
            let clock_of = Arc::new(move || told.load(Ordering::SeqCst));
            let (store, origin) = (Store::open(&options).unwrap(), "https://c.example".to_owned());
            let app = App::start(store, Settings::default(), origin, clock_of).await.unwrap();
            app.add_site("here", None, &[]).await.unwrap();
            World { app, clock, _directory: directory, database }
        }

        /// A thread with one comment.
        async fn import(&self, key: &str) {
            let comment = json!({"login": "alice", "display_name": "Alice", "body": "the text", "replies": [],
                                 "created_at": "2020-01-01T00:00:00.000Z"});
            let article: Value = json!({"article": {"key": key, "title": "T"}, "comments": [comment]});
            self.app.import("here", article.to_string().as_bytes(), false).await.unwrap();
        }

        async fn follow(&self, key: &str) -> Reader {
            let seat = self.app.live.seat("client".to_owned(), Row::Readers).unwrap();
            let following = self.app.follow_thread("here".to_owned(), key.to_owned(), None).await.unwrap();
            Reader::new(seat, following.joined, following.seen, Vec::new())
        }
    }

    #[actix_web::test]
    async fn a_birth_that_cannot_be_read_waits_and_all_else_with_it() {
        let world = World::new().await;
        let app = &world.app;
        let mut reader = world.follow("article").await;
        world.import("article").await;
        let work = app.live.work().await.unwrap();
        let mut due = Due { topics: work.topics, births: work.births, not_before: None };
        assert_eq!((due.topics.len(), due.births.len()), (1, 1));
        app.store.by_hand("ALTER TABLE thread RENAME TO away").await.unwrap();
        due.tell(app).await;
        assert_eq!((due.topics.len(), due.births.len(), due.not_before.is_some()), (1, 1, true));
        app.store.by_hand("ALTER TABLE away RENAME TO thread").await.unwrap();
        due.tell(app).await;
        assert_eq!((due.topics.len(), due.births.len(), due.not_before), (0, 0, None));
        for name in ["thread.updated", "comment.created"] {
            let sent = reader.next(|| true).await.unwrap();
            assert!(sent.starts_with(format!("event: {name}\n").as_bytes()), "{sent:?}");
        }
        // it is bound to its readers: what happens next is told
        assert!(app.live.all()[0].place().thread.is_some());
    }

    #[actix_web::test]
    async fn who_is_online_is_looked_at_first_where_it_waited_longest() {
        let world = World::new().await;
        let mut readers = Vec::new();
        for number in 0..=PRESENCE_TOPICS {
            world.import(&format!("number{number}")).await;
            readers.push(world.follow(&format!("number{number}")).await);
        }
        let topics = world.app.live.all();
        let looked = async || {
            tell_presence(&world.app, &topics).await.unwrap();
            let now_ms = world.app.now_ms();
            topics.iter().map(|topic| topic.looked_ms() == Some(now_ms)).collect::<Vec<bool>>()
        };
        let count = |looked: &[bool]| looked.iter().filter(|looked| **looked).count();
        let first = looked().await;
        assert_eq!(count(&first), PRESENCE_TOPICS);
        // the one that is left comes before all that are due again
        world.clock.fetch_add(PRESENCE_MS, Ordering::SeqCst);
        let second = looked().await;
        let left = first.iter().position(|looked| !looked).unwrap();
        assert_eq!((count(&second), second[left]), (PRESENCE_TOPICS, true));
        // the more are online, the fewer at a time
        world.clock.fetch_add(PRESENCE_MS, Ordering::SeqCst);
        (1..=PRESENCE_PEOPLE).for_each(|n| world.app.presence.saw(UserId(n as i64), world.app.now_ms()));
        let third = looked().await;
        let left = second.iter().position(|looked| !looked).unwrap();
        assert_eq!((count(&third), third[left]), (1, true));
    }

    #[actix_web::test]
    async fn the_lines_are_alive_while_the_store_hangs() {
        let world = World::new().await;
        // a file is not waited for: it is read in place
        if !world.database.is_server() {
            return;
        }
        world.import("article").await;
        let mut reader = world.follow("article").await;
        let lock = world.database.lock("thread").await;
        // there is something to tell, and it has to be read first
        world.app.live.lose();
        let mut next = async || loop {
            let sent = timeout(Duration::from_secs(20), reader.next(|| true)).await.expect("something comes").unwrap();
            if !sent.starts_with(b"event: presence\n") {
                return sent;
            }
        };
        let read = async {
            for _ in 0..3 {
                assert_eq!(next().await, frame::beat());
            }
            drop(lock);
            loop {
                let sent = next().await;
                if sent != frame::beat() {
                    return sent;
                }
            }
        };
        tokio::select! {
            () = tell_on(&world.app, Duration::from_millis(1)) => panic!("it tells until the lines are closed"),
            sent = read => assert!(sent.starts_with(b"event: thread.reset\n"), "{sent:?}"),
        }
    }

    #[actix_web::test]
    async fn what_panics_is_begun_anew_until_it_ends() {
        let begun = Cell::new(0);
        kept_up(|| async {
            begun.set(begun.get() + 1);
            assert!(begun.get() > 2, "not yet");
        })
        .await;
        assert_eq!(begun.get(), 3);
    }
}
