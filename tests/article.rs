//! An article's thread comes in by a file, is read over HTTP, and goes out as it came.

#![allow(clippy::unwrap_used, reason = "a failing test may panic anywhere")]

mod common;

use std::path::Path;

use common::World;
use serde_json::{Value, json};

/// Of the shape of a real thread: seven comments, a login with a space, times of long ago.
fn fixture() -> Value {
    let row = |login: &str, name: &str, at: &str, body: &str, replies: Vec<Value>| json!({"login": login, "display_name": name, "created_at": at, "body": body, "presence": "offline", "replies": replies});
    json!({
        "article": {"key": "harbour-lights", "title": "The harbour keeps its lights", "paragraphs": ["One."]},
        "comments": [
            row("marta5", "Marta", "2019-03-02T08:10:00Z", "At last.", vec![]),
            row("Old Salt", "Henrik Aas", "2019-03-02T08:40:00Z", "They said so \"twice\" before.\n\nTwice!", vec![]),
            row("peer", "Peer", "2019-03-02T09:00:00Z", "And who pays?", vec![
                row("marta5", "Marta", "2019-03-03T10:00:00Z", "The port does.", vec![]),
            ]),
            row("инга", "Инга", "2019-03-02T09:01:00Z", "100%!!!", vec![]),
            row("quay", "quay", "2019-03-02T09:05:00Z", "Come and see.", vec![
                row("peer", "Peer", "2019-03-02T11:00:00Z", "I will.", vec![]),
            ]),
        ],
    })
}

/// What must come out as it went in: login, name, text, instant and nesting, in order.
fn essence(comments: &Value) -> Value {
    let one = |row: &Value| {
        let at: jiff::Timestamp = row["created_at"].as_str().unwrap().parse().unwrap();
        let below = row.get("replies").map_or(json!([]), essence);
        json!([row["login"], row["display_name"], row["body"], at.as_millisecond(), below])
    };
    comments.as_array().unwrap().iter().map(one).collect()
}

async fn comes_and_goes(document: &Value) {
    let world = World::new().await;
    let bytes = serde_json::to_vec(document).unwrap();
    let first = world.app.import("here", &bytes, false).await.unwrap();
    assert_eq!((first.made, first.known, first.skipped.len()), (7, 0, 0));
    let key = document["article"]["key"].as_str().unwrap();
    let path = format!("/sites/here/threads/{key}/comments");
    let page = world.get("anon", &path).await.ok();
    let mut numbers = Vec::new();
    for root in page["items"].as_array().unwrap() {
        numbers.push(root["number"].as_str().unwrap());
        numbers.extend(root["replies"]["items"].as_array().unwrap().iter().map(|r| r["number"].as_str().unwrap()));
    }
    assert_eq!(numbers, ["1", "2", "3", "3.1", "4", "5", "5.1"]);
    assert_eq!(page["thread"]["counts"]["published"], 7);

    let again = world.app.import("here", &bytes, false).await.unwrap();
    assert_eq!((again.made, again.known, again.people_made), (0, 7, 0));
    assert_eq!(world.get("anon", &path).await.ok(), page);

    let mut out = Vec::new();
    world.app.export("here", Some(key), &mut out).await.unwrap();
    let exported: Value = serde_json::from_slice(&out).unwrap();
    assert_eq!(exported["article"]["key"], document["article"]["key"]);
    assert_eq!(exported["article"]["title"], document["article"]["title"]);
    assert_eq!(essence(&exported["comments"]), essence(&document["comments"]));

    // what went out comes in again as it is: nothing here, all of it on another site
    let again = world.app.import("here", &out, false).await.unwrap();
    assert_eq!((again.made, again.known, again.people_made), (0, 7, 0));
    let dry = world.app.import("there", &out, true).await.unwrap();
    assert_eq!((dry.made, dry.people_made), (7, 0));
    let path_there = path.replace("/here/", "/there/");
    assert_eq!(world.get("anon", &path_there).await.ok()["thread"]["id"], Value::Null);
    world.app.import("there", &out, false).await.unwrap();
    let mut copy = Vec::new();
    world.app.export("there", Some(key), &mut copy).await.unwrap();
    let copy: Value = serde_json::from_slice(&copy).unwrap();
    assert_eq!(essence(&copy["comments"]), essence(&document["comments"]));
    assert_eq!(world.get("anon", &path).await.ok(), page);

    // who came by the file cannot sign in until an admin gives them a password
    let login = document["comments"][1]["login"].as_str().unwrap();
    let body = json!({"identifier": login, "password": "four unrelated words"});
    world.call("anon", "POST", "/auth/login", body.clone()).await.fails(401, "invalid_credentials");
    world.app.set_password(login, "four unrelated words").await.unwrap();
    world.call("anon", "POST", "/auth/login", body).await.ok();
    world.verified().await;
}

#[actix_web::test]
async fn a_thread_comes_and_goes_unchanged() {
    comes_and_goes(&fixture()).await;
}

#[actix_web::test]
async fn the_real_thread_comes_and_goes_unchanged() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/cases/article-thread.json");
    if !file.exists() {
        eprintln!("NOT RUN: {} is not there; the fixture of the same shape stands in", file.display());
        return;
    }
    comes_and_goes(&serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap()).await;
}
