//! Streams: each event, in order and without a gap, over reconnects, writes meanwhile and several
//! nodes; never a text that is not published; an end when the server ends, or a role does.

#![allow(clippy::unwrap_used, reason = "a failing test may panic anywhere")]

mod common;

use std::process::Stdio;
use std::time::Duration;

use common::{THREAD, World, id};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::time::timeout;
use understory::app::set_site::SiteChange;
use understory::domain::ids::UserId;
use understory::domain::permission::Role;
use understory::live::{Reader, Row};

const EVENTS: &str = "/api/v1/sites/here/threads/article/events";
const QUEUE: &str = "/api/v1/moderation/events?site=here";
/// How long what is sent may take to come. A loaded machine takes longer without being wrong.
const SOON: Duration = Duration::from_secs(20);

/// An event as a browser has it.
#[derive(Clone, Debug, PartialEq)]
struct Event {
    name: String,
    id: Option<i64>,
    data: Value,
}

struct Stream {
    response: reqwest::Response,
    text: String,
}

impl Stream {
    /// The next event, or comment (by the name ""); none at the end.
    async fn next_block(&mut self) -> Option<Event> {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
                let event = Event {
                    name: field("event: ").unwrap_or_default(),
                    id: field("id: ").map(|id| id.parse().unwrap()),
                    data: field("data: ").map_or(Value::Null, |data| serde_json::from_str(&data).unwrap()),
                };
                let is_retry = block.starts_with("retry: ");
                self.text = rest.to_owned();
                if is_retry {
                    continue;
                }
                return Some(event);
            }
            let bytes = timeout(SOON, self.response.chunk()).await.expect("something comes").ok()??;
            self.text.push_str(std::str::from_utf8(&bytes).unwrap());
        }
    }

    /// The next event.
    async fn next_event(&mut self) -> Event {
        loop {
            let event = self.next_block().await.expect("the stream goes on");
            if !event.name.is_empty() {
                return event;
            }
        }
    }

    /// The next event of the thread; who is online is left out.
    async fn next(&mut self) -> Event {
        loop {
            let event = self.next_event().await;
            if event.name != "presence" {
                return event;
            }
        }
    }

    /// What was missed: everything before the first comment.
    async fn missed(&mut self) -> Vec<Event> {
        let mut missed = Vec::new();
        loop {
            let event = self.next_block().await.expect("the stream goes on");
            if event.name.is_empty() {
                return missed;
            }
            missed.push(event);
        }
    }

    /// Reads on until the server ends it.
    async fn ends(mut self) {
        while self.next_block().await.is_some() {}
    }
}

async fn answer(world: &World, path: &str, headers: &[(&str, &str)]) -> reqwest::Response {
    let mut request = world.client.get(format!("{}{path}", world.url));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.unwrap()
}

async fn open(world: &World, path: &str, headers: &[(&str, &str)]) -> Stream {
    let response = answer(world, path, headers).await;
    assert_eq!(response.status().as_u16(), 200);
    Stream { response, text: String::new() }
}

/// Follows the article from after a version.
async fn follow(world: &World, after: i64) -> Stream {
    open(world, EVENTS, &[("last-event-id", &after.to_string())]).await
}

/// Follows the article from now on: what is told before is over when this returns.
async fn follow_on(world: &World) -> Stream {
    let mut stream = open(world, EVENTS, &[]).await;
    assert_eq!(stream.missed().await, []);
    stream
}

/// One whose line is full: nothing is taken out of it before they are asked for the next.
async fn full_line(world: &World) -> Reader {
    let seat = world.app.live.seat("slow".to_owned(), Row::Readers).unwrap();
    let following = world.app.follow_thread("here".to_owned(), "article".to_owned(), None).await.unwrap();
    Reader::new(seat, following.joined, following.seen, Vec::new())
}

async fn queue(world: &World, who: &str) -> Stream {
    open(world, QUEUE, &[("authorization", &format!("Bearer {}", world.token(who)))]).await
}

async fn thread(world: &World) -> Value {
    world.get("anon", "/sites/here/threads/article").await.ok()
}

#[actix_web::test]
async fn each_thing_that_happens_is_told_once_and_in_order() {
    let world = World::new().await;
    // nobody has posted yet
    let mut stream = follow_on(&world).await;
    let root = world.post("alice", "the root", None).await;
    let event = stream.next().await;
    assert_eq!((event.name.as_str(), event.id), ("comment.created", Some(1)));
    assert_eq!((&event.data["comment_id"], &event.data["comment"]["body"]), (&root["id"], &json!("the root")));
    assert_eq!(event.data["comment"]["author"]["login"], "alice");
    assert_eq!(event.data["counts"]["published"], 1);

    let reply = world.post("bob", "a reply", Some(&id(&root))).await;
    assert_eq!(stream.next().await.data["comment"]["parent_id"], root["id"]);
    let path = format!("/comments/{}", id(&reply));
    let reply = world.call("bob", "PATCH", &path, json!({"body": "a better reply"})).await.ok();
    let event = stream.next().await;
    assert_eq!((event.name.as_str(), &event.data["comment"]["body"]), ("comment.edited", &json!("a better reply")));
    world.call("carol", "PUT", &format!("{path}/vote"), json!({"value": 1})).await.ok();
    let event = stream.next().await;
    assert_eq!((event.name.as_str(), &event.data["score"]), ("comment.voted", &json!(1)));
    assert_eq!((&event.data["up"], &event.data["down"], event.data.get("comment")), (&json!(1), &json!(0), None));
    let decision = world.decide("mona", "hide", &root).await.ok();
    let event = stream.next().await;
    assert_eq!((event.name.as_str(), &event.data["comment"]), ("comment.hidden", &Value::Null));
    assert_eq!(event.data["tombstone"]["removed"]["by"], "moderator");
    assert!(event.data["tombstone"]["body"].is_null() && event.data["tombstone"]["author"].is_null());
    let undo = format!("/moderation/decisions/{}/undo", id(&decision));
    world.call("mona", "POST", &undo, json!({})).await.ok();
    let event = stream.next().await;
    assert_eq!((event.name.as_str(), &event.data["comment"]["body"]), ("comment.restored", &json!("the root")));
    world.call("mona", "PUT", "/sites/here/threads/article", json!({"state": "locked"})).await.ok();
    let event = stream.next().await;
    assert_eq!((event.name.as_str(), &event.data["thread"]["state"]), ("thread.updated", &json!("locked")));
    assert_eq!(event.data["comment_id"], Value::Null);
    world.call("mona", "PUT", "/sites/here/threads/article", json!({"state": "open"})).await.ok();
    stream.next().await;
    assert_eq!(world.call("bob", "DELETE", &path, Value::Null).await.status, 204);
    let event = stream.next().await;
    let gone = (&event.data["comment_id"], &event.data["comment"], &event.data["tombstone"]);
    assert_eq!((event.name.as_str(), gone), ("comment.deleted", (&reply["id"], &Value::Null, &Value::Null)));
    let version = thread(&world).await["version"].as_i64();
    assert_eq!(event.id, version);

    // all of it again: each version once, and of what went nothing but that it was there
    let missed = follow(&world, 0).await.missed().await;
    let ids: Vec<i64> = missed.iter().map(|event| event.id.unwrap()).collect();
    assert_eq!(ids, (1..=version.unwrap()).collect::<Vec<_>>());
    let of_reply = |event: &&Event| event.data["comment_id"] == reply["id"];
    assert!(missed.iter().filter(of_reply).all(|event| event.data["comment"].is_null()), "{missed:?}");
    assert!(follow(&world, version.unwrap()).await.missed().await.is_empty());
    // what is sent back is newer than what stands in the address
    let headers = [("last-event-id", "8")];
    let missed = open(&world, &format!("{EVENTS}?last_event_id=1"), &headers).await.missed().await;
    assert_eq!(missed.first().and_then(|event| event.id), Some(9));
}

#[actix_web::test]
async fn nothing_is_missed_or_doubled_while_others_write_and_lines_break() {
    const WRITERS: usize = 6;
    const POSTS: usize = 15;
    let world = World::with(&["server.workers=2"]).await;
    let mut steady = follow_on(&world).await;
    let write = async {
        let one = async |number: usize| {
            for post in 0..POSTS {
                let who = ["alice", "bob", "carol"][number % 3];
                let comment = world.post(who, &format!("{number} {post}"), None).await;
                if post % 3 == 0 {
                    let vote = format!("/comments/{}/vote", id(&comment));
                    world.call("mona", "PUT", &vote, json!({"value": 1})).await.ok();
                }
            }
        };
        futures_util::future::join_all((0..WRITERS).map(one)).await;
    };
    let all = (WRITERS * (POSTS + POSTS.div_ceil(3))) as i64;
    let listen = async {
        let mut seen = Vec::new();
        while seen.len() < all as usize {
            seen.push(steady.next().await.id.unwrap());
        }
        seen
    };
    let come_back = async {
        let mut seen = vec![0];
        let mut lines = 0;
        while *seen.last().unwrap() < all {
            let mut stream = follow(&world, *seen.last().unwrap()).await;
            lines += 1;
            // a few, and then the line breaks, perhaps in the middle of one
            for _ in 0..3 {
                if *seen.last().unwrap() < all {
                    let event = stream.next().await;
                    assert_ne!(event.name, "thread.reset");
                    seen.push(event.id.unwrap());
                }
            }
        }
        (seen, lines)
    };
    let ((), seen, (again, lines)) = tokio::join!(write, listen, come_back);
    assert_eq!(seen, (1..=all).collect::<Vec<_>>());
    assert_eq!(again, (0..=all).collect::<Vec<_>>());
    assert!(lines > 10, "{lines} lines");
    world.verified().await;
}

#[actix_web::test]
async fn what_cannot_be_told_one_by_one_is_to_be_read_again() {
    let world = World::new().await;
    for number in 0..3 {
        world.post("alice", &format!("number {number}"), None).await;
    }
    // ahead of what there is: another history
    let event = follow(&world, 99).await.next().await;
    assert_eq!((event.name.as_str(), event.id), ("thread.reset", Some(3)));
    assert_eq!(event.data["counts"]["published"], 3);
    // a day later, and with something since
    world.wait_ms(2 * 86_400_000);
    let alice = world.sign_in("alice").await;
    let token = alice["access_token"].as_str();
    world.send(token, "POST", THREAD, json!({"body": "late"}), &[]).await.ok();
    world.app.housekeep().await.unwrap();
    let event = follow(&world, 1).await.next().await;
    assert_eq!((event.name.as_str(), event.id), ("thread.reset", Some(4)));
    let event = follow(&world, 3).await.next().await;
    assert_eq!((event.name.as_str(), event.id), ("comment.created", Some(4)));
    // and so is more than is worth telling
    for number in 0..210 {
        world.send(token, "POST", THREAD, json!({"body": format!("many {number}")}), &[]).await.ok();
    }
    let mut stream = follow(&world, 4).await;
    let event = stream.next().await;
    assert_eq!((event.name.as_str(), event.id), ("thread.reset", Some(214)));
    world.send(token, "POST", THREAD, json!({"body": "the next"}), &[]).await.ok();
    assert_eq!(stream.next().await.id, Some(215));
    // no version, no thread, no site
    answer_is(&world, &format!("{EVENTS}?last_event_id=-1"), &[], 422).await;
    answer_is(&world, &format!("{EVENTS}?since=1"), &[], 422).await;
    answer_is(&world, EVENTS, &[("last-event-id", "x")], 422).await;
    answer_is(&world, "/api/v1/sites/nowhere/threads/article/events", &[], 404).await;
}

async fn answer_is(world: &World, path: &str, headers: &[(&str, &str)], status: u16) {
    assert_eq!(answer(world, path, headers).await.status().as_u16(), status, "{path} {headers:?}");
}

#[actix_web::test]
async fn no_text_travels_that_is_not_published() {
    let world = World::new().await;
    let mut stream = follow_on(&world).await;
    let first = world.post("bob", "for all to read", None).await;
    world.call("mona", "PUT", "/sites/here/threads/article", json!({"premoderation": true})).await.ok();
    let held = world.post("alice", "canary held", None).await;
    let approved = world.post("alice", "a text that is approved", None).await;
    let event = world.decide("mona", "approve", &approved).await.ok();
    assert_eq!(event["applied"][0]["to"], "published");
    world.call("mona", "PUT", "/sites/here/threads/article", json!({"premoderation": false})).await.ok();
    let edited = world.post("alice", "canary that was edited away", None).await;
    let mut seen = Vec::new();
    while seen.last().is_none_or(|event: &Event| event.data["comment_id"] != edited["id"]) {
        seen.push(stream.next().await);
    }
    let created = |event: &&Event| event.name == "comment.created";
    let told: Vec<_> = seen.iter().filter(created).map(|event| event.data["comment_id"].clone()).collect();
    assert_eq!(told, [&first, &approved, &edited].map(|comment| comment["id"].clone()));
    assert!(!format!("{seen:?}").contains("canary held"));
    let path = format!("/comments/{}", id(&edited));
    world.call("alice", "PATCH", &path, json!({"body": "another text"})).await.ok();
    let now = world.now(&held).await;
    world.decide("mona", "hide", &now).await.ok();
    let hidden = world.post("alice", "canary hidden", None).await;
    world.decide("mona", "hide", &hidden).await.ok();
    let deleted = world.post("alice", "canary deleted", None).await;
    assert_eq!(world.call("alice", "DELETE", &format!("/comments/{}", id(&deleted)), Value::Null).await.status, 204);
    // who comes later finds of each what it is now
    let missed = follow(&world, 0).await.missed().await;
    assert!(!format!("{missed:?}").contains("canary"), "{missed:?}");
    for gone in [&hidden, &deleted] {
        let of: Vec<_> = missed.iter().filter(|event| event.data["comment_id"] == gone["id"]).collect();
        assert_eq!(of[0].name, "comment.created");
        assert!(of.len() == 2 && of.iter().all(|event| event.data["comment"].is_null()));
    }
    assert!(!format!("{missed:?}").contains(&id(&held)), "a held comment is not even named");
}

#[actix_web::test]
async fn who_lags_behind_a_reset_is_sent_no_text_of_before() {
    let world = World::new().await;
    for number in 0..200 {
        world.post("alice", &format!("number {number}"), None).await;
    }
    let mut quick = follow_on(&world).await;
    let mut slow = full_line(&world).await;
    for number in 0..3 {
        world.post("alice", &format!("canary {number}"), None).await;
        assert_eq!(quick.next().await.data["comment"]["body"], format!("canary {number}"));
    }
    let me = world.get("alice", "/me").await.ok();
    let decision = json!({"select": {"author_id": me["id"], "site": "here"}, "action": "hide", "reason_code": "spam"});
    let decision = world.call("mona", "POST", "/moderation/decisions", decision).await.ok();
    assert_eq!(decision["applied"].as_array().map(Vec::len), Some(203), "{decision}");
    let event = quick.next().await;
    assert_eq!((event.name.as_str(), event.id), ("thread.reset", Some(406)));
    let mut sent = Vec::new();
    while sent.last().is_none_or(|text: &String| !text.starts_with("event: thread.reset")) {
        sent.push(String::from_utf8(slow.next(|| true).await.unwrap().to_vec()).unwrap());
    }
    let created = sent.iter().filter(|text| text.starts_with("event: comment.created"));
    assert_eq!(created.count(), 3);
    assert!(!sent.concat().contains("canary"), "{sent:?}");
}

#[actix_web::test]
async fn a_vote_repeats_no_text_and_longer_texts_are_read_with_the_page() {
    let world = World::new().await;
    let comment = world.post("alice", &"x".repeat(9_990), None).await;
    let path = format!("/comments/{}", id(&comment));
    for number in 0..12 {
        let value = if number % 2 == 0 { 1 } else { -1 };
        world.call("carol", "PUT", &format!("{path}/vote"), json!({"value": value})).await.ok();
    }
    let missed = follow(&world, 0).await.missed().await;
    assert_eq!(missed.len(), 13);
    let length = |event: &Event| event.data.to_string().len();
    assert!(length(&missed[0]) > 19_980 && missed[1..].iter().all(|event| length(event) < 200), "{missed:?}");
    for number in 0..8 {
        let body = format!("{number} {}", "y".repeat(9_990));
        world.call("alice", "PATCH", &path, json!({"body": body})).await.ok();
    }
    let event = follow(&world, 0).await.next().await;
    assert_eq!((event.name.as_str(), event.id), ("thread.reset", Some(21)));
    assert_eq!(follow(&world, 20).await.next().await.name, "comment.edited");
}

#[actix_web::test]
async fn who_is_online_is_told_together_and_when_it_changes() {
    let world = World::new().await;
    world.post("alice", "here I am", None).await;
    let mut stream = follow_on(&world).await;
    let me = id(&world.get("alice", "/me").await.ok());
    let event = stream.next_event().await;
    assert_eq!((event.name.as_str(), event.id, event.data), ("presence", None, json!({"online": [me]})));
    // who comes meanwhile is told, too
    let mut other = follow_on(&world).await;
    assert_eq!(other.next_event().await.name, "presence");
    let settings = json!({"settings": {"show_presence": false}});
    world.call("alice", "PATCH", "/me", settings).await.ok();
    world.wait_ms(30_000);
    let event = stream.next_event().await;
    assert_eq!((event.name.as_str(), event.data), ("presence", json!({"online": []})));
}

#[actix_web::test]
async fn who_is_online_is_found_among_however_many_are() {
    let world = World::new().await;
    world.post("alice", "here I am", None).await;
    let me = id(&world.get("alice", "/me").await.ok());
    world.wait_ms(1_000);
    // so many were seen since, elsewhere
    for number in 1..=2_500 {
        world.app.presence.saw(UserId(number), world.app.now_ms());
    }
    let online = world.get("anon", "/sites/here/threads/article/presence").await.ok();
    assert_eq!(online, json!({"online": [me]}));
    let event = follow_on(&world).await.next_event().await;
    assert_eq!((event.name.as_str(), event.data), ("presence", online));
}

#[actix_web::test]
async fn where_too_many_are_online_it_is_said_once_that_it_is_not_told() {
    let world = World::new().await;
    let post = |number: i32| {
        json!({"login": format!("reader{number}"), "display_name": "Reader", "body": "here I am", "replies": [],
               "created_at": "2020-01-01T00:00:00.000Z"})
    };
    let posts: Vec<Value> = (0..201).map(post).collect();
    let document = json!({"article": {"key": "article", "title": "T"}, "comments": posts}).to_string();
    world.app.import("here", document.as_bytes(), false).await.unwrap();
    let rows = world.by_hand("SELECT DISTINCT author_id FROM comment");
    let people: Vec<UserId> = rows.iter().map(|row| UserId(row[0].parse().unwrap())).collect();
    assert_eq!(people.len(), 201);
    let come = |people: &[UserId]| people.iter().for_each(|one| world.app.presence.saw(*one, world.app.now_ms()));
    let count = |event: &Event| event.data["online"].as_array().map(Vec::len);
    come(&people[..200]);
    let mut stream = follow_on(&world).await;
    assert_eq!(count(&stream.next_event().await), Some(200));
    come(&people);
    world.wait_ms(30_000);
    let event = stream.next_event().await;
    assert_eq!((event.name.as_str(), &event.data), ("presence", &json!({"online": null})));
    // who comes meanwhile is told the same
    assert_eq!(follow_on(&world).await.next_event().await, event);
    come(&people[..3]);
    world.wait_ms(299_000);
    assert_eq!(count(&stream.next_event().await), Some(3));
}

#[actix_web::test]
async fn who_lags_behind_an_edit_is_sent_the_text_as_it_is_now() {
    let world = World::new().await;
    world.post("alice", "the first", None).await;
    let mut quick = follow_on(&world).await;
    let mut slow = full_line(&world).await;
    let edited = world.post("alice", "canary before", None).await;
    let path = format!("/comments/{}", id(&edited));
    assert_eq!(quick.next().await.data["comment"]["body"], "canary before");
    world.call("bob", "PUT", &format!("{path}/vote"), json!({"value": 1})).await.ok();
    assert_eq!(quick.next().await.name, "comment.voted");
    world.call("alice", "PATCH", &path, json!({"body": "the text after"})).await.ok();
    assert_eq!(quick.next().await.data["comment"]["body"], "the text after");
    let mut sent = Vec::new();
    while sent.last().is_none_or(|text: &String| !text.starts_with("event: comment.edited")) {
        let text = String::from_utf8(slow.next(|| true).await.unwrap().to_vec()).unwrap();
        if !text.starts_with("event: presence") {
            sent.push(text);
        }
    }
    let names: Vec<_> = sent.iter().map(|text| text.lines().take(2).collect::<Vec<_>>().join(" ")).collect();
    assert_eq!(names, ["event: comment.created id: 2", "event: comment.voted id: 3", "event: comment.edited id: 4"]);
    assert!(!sent.concat().contains("canary"), "{sent:?}");
    assert!(sent[0].contains("the text after") && sent[1].contains("\"score\":1"), "{sent:?}");
}

#[actix_web::test]
async fn a_stream_is_for_everybody_and_kept_by_nobody() {
    let world = World::new().await;
    let headers = [("origin", "https://elsewhere.example"), ("accept-encoding", "gzip, br")];
    let response = answer(&world, EVENTS, &headers).await;
    let header = |name: &str| response.headers().get(name).map(|value| value.to_str().unwrap());
    assert_eq!(header("content-type"), Some("text/event-stream"));
    assert_eq!(header("cache-control"), Some("no-store"));
    assert_eq!(header("x-accel-buffering"), Some("no"));
    assert_eq!(header("access-control-allow-origin"), Some("*"));
    assert_eq!((header("content-encoding"), header("etag")), (None, None));
    let head = world.client.head(format!("{}{EVENTS}", world.url)).send().await.unwrap();
    assert_eq!((head.status().as_u16(), head.headers()["content-type"].to_str().unwrap()), (200, "text/event-stream"));
    let response = answer(&world, QUEUE, &headers).await;
    assert_eq!((response.status().as_u16(), response.headers().get("access-control-allow-origin")), (401, None));
}

#[actix_web::test]
async fn there_are_only_so_many_and_each_place_is_free_again() {
    let world = World::with(&["live.connections_max=3", "live.connections_per_client=2"]).await;
    let (one, two) = (follow_on(&world).await, follow_on(&world).await);
    let refused = answer(&world, EVENTS, &[]).await;
    assert_eq!((refused.status().as_u16(), &refused.headers()["retry-after"]), (429, &"10".parse().unwrap()));
    let metrics = world.fetch("anon", "/metrics", &[]).await.text;
    assert!(metrics.contains("live_connections 2"), "{metrics}");
    drop(one);
    let begun = std::time::Instant::now();
    while world.app.live.count() == 2 {
        assert!(begun.elapsed() < SOON, "the place is free again");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let three = follow_on(&world).await;
    drop((two, three));

    let world = World::with(&["live.connections_max=1"]).await;
    let _one = follow_on(&world).await;
    let refused = answer(&world, EVENTS, &[]).await;
    assert_eq!((refused.status().as_u16(), &refused.headers()["retry-after"]), (503, &"10".parse().unwrap()));
    let code = refused.json::<Value>().await.unwrap()["code"].clone();
    assert_eq!(code, "overloaded");
    // a problem takes no place
    answer_is(&world, "/api/v1/sites/nowhere/threads/article/events", &[], 503).await;
}

#[actix_web::test]
async fn moderators_are_told_what_waits_and_who_holds_it() {
    let world = World::new().await;
    let mut stream = queue(&world, "mona").await;
    stream.missed().await;
    let event = stream.next_event().await;
    let nothing = json!({"flagged": 0, "held": 0, "notice": 0, "sample": 0});
    assert_eq!((event.name.as_str(), &event.data["counts"]), ("queue.changed", &nothing));
    let tag = event.data["claims"]["tag"].clone();
    let comment = world.post("alice", "flag me", None).await;
    let flags = format!("/comments/{}/flags", id(&comment));
    world.call("bob", "POST", &flags, json!({"reason": "spam"})).await.ok();
    let event = stream.next_event().await;
    assert_eq!((&event.data["counts"]["flagged"], &event.data["claims"]["tag"]), (&json!(1), &tag));
    let claim = json!({"site": "here", "count": 1});
    let claim = world.call("ada", "POST", "/moderation/claims", claim).await.ok();
    let event = stream.next_event().await;
    assert_eq!(event.data["claims"]["held"], 1);
    assert_ne!(event.data["claims"]["tag"], tag);
    let path = format!("/moderation/claims/{}", claim["token"].as_str().unwrap());
    assert_eq!(world.call("ada", "DELETE", &path, Value::Null).await.status, 204);
    let event = stream.next_event().await;
    assert_eq!(event.data["claims"], json!({"held": 0, "tag": tag}));
    // what needs a second moderator is told to all of them
    assert_eq!(event.data["proposed"], 0);
    world.app.set_site("here", SiteChange { two_persons_over: Some(Some(1)), ..SiteChange::default() }).await.unwrap();
    let targets = [&comment, &world.post("alice", "and me", None).await];
    let targets = targets.map(|comment| json!({"comment_id": comment["id"], "version": comment["version"]}));
    let body = json!({"targets": targets, "action": "lock"});
    let proposal = world.call("mona", "POST", "/moderation/decisions", body).await.ok();
    assert_eq!(proposal["state"], "proposed");
    assert_eq!(stream.next_event().await.data["proposed"], 1);
    world.undo("mona", &proposal).await.ok();
    assert_eq!(stream.next_event().await.data["proposed"], 0);
    assert!(!event.data.to_string().contains("flag me"));
}

#[actix_web::test]
async fn a_role_taken_a_session_ended_and_a_token_grown_old_end_a_moderators_stream() {
    let world = World::new().await;
    world.app.set_role("bob", Role::Moderator, Some("here")).await.unwrap();
    let (bob, mona, ada) = (queue(&world, "bob").await, queue(&world, "mona").await, queue(&world, "ada").await);
    world.app.set_role("bob", Role::Reader, Some("here")).await.unwrap();
    bob.ends().await;
    world.call("mona", "POST", "/auth/logout", json!({})).await;
    mona.ends().await;
    world.wait_ms(900_000);
    // the next thing that is told of ends it
    world.app.set_role("bob", Role::Reader, Some("there")).await.unwrap();
    ada.ends().await;
    let token = world.reader_token("theo").await;
    answer_is(&world, QUEUE, &[("authorization", &format!("Bearer {token}"))], 403).await;
}

#[actix_web::test]
async fn what_a_command_or_another_node_does_is_told() {
    let one = World::new().await;
    if one.database.is_server() {
        let two = one.beside(one.database.url.clone().unwrap(), &[]).await;
        let mut streams = [follow_on(&one).await, follow_on(&two).await];
        for number in 0..20_i64 {
            let world = if number % 2 == 0 { &one } else { &two };
            world.post("alice", &format!("number {number}"), None).await;
        }
        for stream in &mut streams {
            for version in 1..=20 {
                assert_eq!(stream.next().await.id, Some(version));
            }
        }
        // whoever comes back to the other node has missed nothing there
        let mut back = follow(&two, 20).await;
        let hidden = one.post("alice", "canary", None).await;
        assert_eq!(back.next().await.data["comment"]["body"], "canary");
        two.decide("mona", "hide", &hidden).await.ok();
        assert_eq!(back.next().await.name, "comment.hidden");
        return;
    }
    // on a file: another process, which is heard of through the file alone
    let mut stream = follow_on(&one).await;
    let file = one.directory.path().join("article.json");
    let article = json!({"article": {"key": "article", "title": "T"}, "comments": [
        {"login": "dora", "display_name": "Dora", "created_at": "2020-01-01T00:00:00.000Z", "body": "from before", "replies": []},
    ]});
    std::fs::write(&file, article.to_string()).unwrap();
    let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_understory"));
    command.arg("import").args(["--site", "here", "--data"]).arg(one.directory.path()).arg(&file);
    let done = command.output().await.unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    assert_eq!(stream.next().await.name, "thread.updated");
    let event = stream.next().await;
    assert_eq!((event.name.as_str(), &event.data["comment"]["body"]), ("comment.created", &json!("from before")));
}

#[actix_web::test]
async fn after_another_server_has_taken_over_everything_is_to_be_read_again() {
    let world = World::new().await;
    world.post("alice", "before", None).await;
    let mut stream = follow_on(&world).await;
    // as the listener does it when it is told so
    world.app.live.lose();
    let event = stream.next().await;
    assert_eq!((event.name.as_str(), event.id), ("thread.reset", Some(1)));
    world.post("alice", "after", None).await;
    assert_eq!(stream.next().await.id, Some(2));
}

#[actix_web::test]
async fn streams_end_at_once_when_the_server_does() {
    let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_understory"));
    let data = tempfile::tempdir().unwrap();
    command.args(["demo", "--listen", "127.0.0.1:0", "--set", "server.shutdown_s=300", "--data"]).arg(data.path());
    let mut server = command.stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true).spawn().unwrap();
    let mut said = BufReader::new(server.stdout.take().unwrap()).lines();
    let url = loop {
        let line = said.next_line().await.unwrap().expect("it starts");
        if let Some(url) = line.strip_prefix("listening on ") {
            break url.to_owned();
        }
    };
    let mut streams = Vec::new();
    for number in 0..10 {
        let path = format!("{url}/api/v1/sites/demo/threads/{number}/events");
        let response = reqwest::get(path).await.unwrap();
        let mut stream = Stream { response, text: String::new() };
        stream.missed().await;
        streams.push(stream);
    }
    let pid = rustix::process::Pid::from_raw(i32::try_from(server.id().unwrap()).unwrap()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    futures_util::future::join_all(streams.into_iter().map(Stream::ends)).await;
    // long before the 300 s that requests under way are given
    assert!(timeout(SOON, server.wait()).await.expect("it ends").unwrap().success());
}
