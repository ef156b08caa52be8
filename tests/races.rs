//! 64 at once on the same thing: exactly one gets it, and every counter is right.

#![allow(clippy::unwrap_used, reason = "a failing test may panic anywhere")]

mod common;

use std::collections::BTreeSet;

use common::{THREAD, World, id};
use futures_util::future::join_all;
use serde_json::json;

const AT_ONCE: usize = 64;

#[actix_web::test]
async fn one_vote_a_reader() {
    let world = World::new().await;
    let comment = world.post("alice", "vote for me", None).await;
    let path = format!("/comments/{}/vote", id(&comment));
    let votes = (0..AT_ONCE).map(|_| world.call("bob", "PUT", &path, json!({"value": 1})));
    assert!(join_all(votes).await.iter().all(|answer| answer.status == 200));
    let now = world.get("anon", &format!("/comments/{}", id(&comment))).await.ok();
    assert_eq!((&now["up"], &now["down"], &now["score"]), (&json!(1), &json!(0), &json!(1)));
    world.verified().await;
}

#[actix_web::test]
async fn one_open_flag_a_reader() {
    let world = World::new().await;
    let comment = world.post("alice", "flag me", None).await;
    let path = format!("/comments/{}/flags", id(&comment));
    let flags = (0..AT_ONCE).map(|_| world.call("bob", "POST", &path, json!({"reason": "spam"})));
    let answers = join_all(flags).await;
    let made = answers.iter().filter(|answer| answer.status == 201).count();
    let refused = answers.iter().filter(|answer| answer.code() == "already_flagged").count();
    assert_eq!((made, refused), (1, AT_ONCE - 1));
    world.verified().await;
}

#[actix_web::test]
async fn siblings_get_each_ordinal_once() {
    let world = World::new().await;
    let root = world.post("alice", "root", None).await;
    let posts = (0..AT_ONCE).map(|number| {
        let body = json!({"body": format!("reply {number}"), "parent_id": root["id"]});
        world.call(if number % 2 == 0 { "alice" } else { "bob" }, "POST", THREAD, body)
    });
    let numbers: BTreeSet<String> =
        join_all(posts).await.into_iter().map(|answer| answer.ok()["number"].as_str().unwrap().to_owned()).collect();
    let expected: BTreeSet<String> = (1..=AT_ONCE).map(|ordinal| format!("1.{ordinal}")).collect();
    assert_eq!(numbers, expected);
    assert_eq!(world.get("anon", THREAD).await.ok()["items"][0]["reply_count"], AT_ONCE);
    world.verified().await;
}

#[actix_web::test]
async fn one_of_two_moderators_decides() {
    let world = World::new().await;
    let comment = world.post("alice", "who comes first", None).await;
    let both = join_all([world.decide("mona", "hide", &comment), world.decide("ada", "hide", &comment)]).await;
    let answers: Vec<_> = both.into_iter().map(|answer| answer.ok()).collect();
    let applied: usize = answers.iter().map(|answer| answer["applied"].as_array().unwrap().len()).sum();
    let conflicts: Vec<_> = answers.iter().flat_map(|answer| answer["conflicts"].as_array().unwrap()).collect();
    assert_eq!(applied, 1);
    assert_eq!((conflicts.len(), &conflicts[0]["code"]), (1, &json!("stale_version")));
    world.verified().await;
}
