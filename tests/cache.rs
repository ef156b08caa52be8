//! Pages that are kept as bytes: current at once after a write, made once however many ask, and
//! compressed only where that pays.

#![allow(clippy::unwrap_used, reason = "a failing test may panic anywhere")]

mod common;

use std::io::Read as _;

use common::{THREAD, World, id};
use reqwest::header::{ACCEPT_ENCODING, CONTENT_ENCODING, ETAG, HeaderMap, IF_NONE_MATCH, VARY};
use serde_json::{Value, json};
use understory::domain::permission::Role;

struct Page {
    status: u16,
    headers: HeaderMap,
    bytes: Vec<u8>,
}

impl Page {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap()
    }

    fn tag(&self) -> String {
        self.headers[ETAG].to_str().unwrap().to_owned()
    }

    fn coding(&self) -> Option<&str> {
        self.headers.get(CONTENT_ENCODING).map(|coding| coding.to_str().unwrap())
    }
}

async fn get(world: &World, path: &str, coding: &str, had: Option<&str>) -> Page {
    let mut request = world.client.get(format!("{}/api/v1{path}", world.url)).header(ACCEPT_ENCODING, coding);
    if let Some(tag) = had {
        request = request.header(IF_NONE_MATCH, tag);
    }
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Page { status, headers, bytes: response.bytes().await.unwrap().to_vec() }
}

/// Changes a text behind the service's back: whoever shows it has read the store.
fn change_unseen(world: &World, text: &str) {
    let change = format!("UPDATE comment SET fragment = replace(fragment, 'the first', '{text}') RETURNING id");
    assert!(!world.by_hand(&change).is_empty());
}

#[actix_web::test]
async fn a_page_is_the_same_from_the_cache_and_out_of_date_at_once() {
    let world = World::new().await;
    let empty = get(&world, THREAD, "identity", None).await;
    assert_eq!(empty.json()["items"], json!([]));
    let root = world.post("alice", "the first", None).await;
    let paths = [
        THREAD.to_owned(),
        "/sites/here/threads/article".to_owned(),
        format!("/comments/{}/replies", id(&root)),
        format!("/comments/{}/context", id(&root)),
    ];
    let mut tags = Vec::new();
    for path in &paths {
        let (made, kept) = (get(&world, path, "identity", None).await, get(&world, path, "identity", None).await);
        assert_eq!((made.status, &made.bytes, made.tag()), (200, &kept.bytes, kept.tag()), "{path}");
        let names = |page: &Page| page.headers.keys().map(ToString::to_string).collect::<Vec<_>>();
        let (mut made_names, mut kept_names) = (names(&made), names(&kept));
        made_names.sort();
        kept_names.sort();
        assert_eq!(made_names, kept_names, "{path}");
        assert_ne!(made.headers["x-request-id"], kept.headers["x-request-id"]);
        assert_eq!(made.headers[VARY], "accept-encoding");
        let known = get(&world, path, "identity", Some(&kept.tag())).await;
        assert_eq!((known.status, known.bytes.len(), known.tag()), (304, 0, kept.tag()), "{path}");
        tags.push(kept.tag());
    }
    change_unseen(&world, "the second");
    for path in [&paths[0], &paths[3]] {
        let page = get(&world, path, "identity", None).await;
        assert!(String::from_utf8_lossy(&page.bytes).contains("the first"), "{path} was not kept");
    }
    world.post("bob", "an answer", Some(&id(&root))).await;
    for (path, old) in paths.iter().zip(&tags) {
        let page = get(&world, path, "identity", Some(old)).await;
        assert_eq!(page.status, 200, "{path} is out of date");
    }
    assert_eq!(
        get(&world, THREAD, "identity", None).await.json()["items"][0]["replies"]["items"][0]["body"],
        "an answer"
    );
}

#[actix_web::test]
async fn a_name_a_badge_and_a_hidden_text_are_not_kept() {
    let world = World::new().await;
    let root = world.post("alice", "the secret text", None).await;
    let name = |page: &Page| page.json()["items"][0]["author"]["display_name"].clone();
    assert_eq!(name(&get(&world, THREAD, "identity", None).await), "alice");
    world.call("alice", "PATCH", "/me", json!({"display_name": "Alice the Second"})).await.ok();
    assert_eq!(name(&get(&world, THREAD, "identity", None).await), "Alice the Second");
    world.app.set_role("alice", Role::Moderator, Some("here")).await.unwrap();
    let page = get(&world, THREAD, "identity", None).await;
    assert_eq!(page.json()["items"][0]["author"]["badge"], "moderator");
    world.decide("mona", "hide", &root).await.ok();
    let page = get(&world, THREAD, "identity", None).await;
    assert!(!String::from_utf8_lossy(&page.bytes).contains("secret"));
}

#[actix_web::test]
async fn what_changes_nothing_that_is_shown_leaves_pages_as_they_are() {
    let world = World::new().await;
    world.post("alice", "the first", None).await;
    let edit = async |profile: Value| drop(world.call("alice", "PATCH", "/me", profile).await.ok());
    let shows =
        async |text: &str| String::from_utf8_lossy(&get(&world, THREAD, "identity", None).await.bytes).contains(text);
    edit(json!({"display_name": "Alice"})).await;
    assert!(shows("the first").await);
    change_unseen(&world, "the second");
    edit(json!({"display_name": "Alice", "settings": {"show_presence": true}})).await;
    edit(json!({"email": "alice@example.org", "current_password": common::PASSWORD})).await;
    assert!(shows("the first").await, "it was made anew");
    assert_eq!(world.get("alice", "/me").await.ok()["email"], "alice@example.org");
    edit(json!({"settings": {"show_presence": false}})).await;
    assert!(shows("the second").await, "it is out of date");
}

#[actix_web::test]
async fn what_is_asked_for_again_is_compressed_and_odd_queries_only_cheaply() {
    let world = World::new().await;
    for number in 0..12 {
        world.post("alice", &format!("comment number {number}, long enough to be worth it"), None).await;
    }
    let plain = get(&world, THREAD, "identity", None).await;
    let first = get(&world, THREAD, "gzip, br", None).await;
    assert_eq!((first.coding(), &first.bytes), (None, &plain.bytes), "once costs nothing");
    let second = get(&world, THREAD, "gzip, br", None).await;
    assert_eq!(second.coding(), Some("br"));
    let mut back = Vec::new();
    brotli::Decompressor::new(second.bytes.as_slice(), 4_096).read_to_end(&mut back).unwrap();
    assert_eq!(back, plain.bytes);
    assert_ne!(second.tag(), plain.tag(), "a strong tag is of one form");
    for tag in [plain.tag(), second.tag()] {
        let known = get(&world, THREAD, "gzip, br", Some(&tag)).await;
        assert_eq!((known.status, known.tag()), (304, tag));
    }
    assert_eq!(get(&world, THREAD, "identity", None).await.bytes, plain.bytes);
    let odd = format!("{THREAD}?limit=13");
    assert_eq!(get(&world, &odd, "gzip, br", None).await.coding(), None);
    let odd = get(&world, &odd, "gzip, br", None).await;
    assert_eq!(odd.coding(), Some("gzip"));
    back.clear();
    flate2::read::GzDecoder::new(odd.bytes.as_slice()).read_to_end(&mut back).unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&back).unwrap()["items"].as_array().unwrap().len(), 12);
}

#[actix_web::test]
async fn who_is_online_is_on_a_page_for_a_minute_at_the_most() {
    let world = World::new().await;
    world.post("alice", "here", None).await;
    let presence = |page: &Page| page.json()["items"][0]["author"]["presence"].clone();
    assert_eq!(presence(&get(&world, THREAD, "identity", None).await), "online");
    world.wait_ms(400_000);
    assert_eq!(presence(&get(&world, THREAD, "identity", None).await), "offline");
}

#[actix_web::test]
async fn many_at_once_are_given_one_page_and_each_its_own_write() {
    let world = World::new().await;
    let root = world.post("alice", "root", None).await;
    for round in 0..10 {
        let reads = (0..32).map(|_| get(&world, THREAD, "identity", None));
        let (text, parent) = (format!("reply {round}"), id(&root));
        let made = world.post("bob", &text, Some(&parent));
        let (made, pages) = futures_util::future::join(made, futures_util::future::join_all(reads)).await;
        assert!(pages.iter().all(|page| page.status == 200));
        // written, told, and then read: it must be there
        let page = get(&world, &format!("/comments/{}/replies", id(&root)), "identity", None).await;
        let ids: Vec<Value> = page.json()["items"].as_array().unwrap().iter().map(|item| item["id"].clone()).collect();
        assert_eq!(ids.last(), Some(&made["id"]), "round {round}");
    }
}

#[actix_web::test]
async fn without_a_cache_everything_is_made_anew() {
    let world = World::with(&["cache.enabled=false"]).await;
    world.post("alice", "the first", None).await;
    let page = get(&world, THREAD, "br", None).await;
    assert_eq!(get(&world, THREAD, "br", Some(&page.tag())).await.status, 304);
    change_unseen(&world, "the second");
    let again = get(&world, THREAD, "br", None).await;
    assert_eq!(again.coding(), None);
    assert_eq!(again.json()["items"][0]["body"], "the second");
}

#[actix_web::test]
async fn reads_from_the_cache_are_counted() {
    let world = World::with(&["limits.enabled=true", "limits.read_per_s=5"]).await;
    let mut refused = 0;
    for _ in 0..20 {
        refused += i32::from(get(&world, THREAD, "identity", None).await.status == 429);
    }
    assert!(refused > 0, "nobody was counted");
}
