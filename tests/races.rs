//! 64 at once on the same thing: exactly one gets it, and every counter is right.

#![allow(clippy::unwrap_used, reason = "a failing test may panic anywhere")]

mod common;

use std::collections::BTreeSet;

use common::{PASSWORD, THREAD, World, id};
use futures_util::future::join_all;
use serde_json::{Value, json};

const AT_ONCE: usize = 64;

/// A service that answers on several threads, so that requests meet in the store itself.
async fn world() -> World {
    World::with(&["server.workers=4"]).await
}

#[actix_web::test]
async fn one_vote_a_reader() {
    let world = world().await;
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
    let world = world().await;
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
    let world = world().await;
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
    let world = world().await;
    let comment = world.post("alice", "who comes first", None).await;
    let both = join_all([world.decide("mona", "hide", &comment), world.decide("ada", "hide", &comment)]).await;
    let answers: Vec<_> = both.into_iter().map(|answer| answer.ok()).collect();
    let applied: usize = answers.iter().map(|answer| answer["applied"].as_array().unwrap().len()).sum();
    let conflicts: Vec<_> = answers.iter().flat_map(|answer| answer["conflicts"].as_array().unwrap()).collect();
    assert_eq!(applied, 1);
    assert_eq!((conflicts.len(), &conflicts[0]["code"]), (1, &json!("stale_version")));
    world.verified().await;
}

#[actix_web::test]
async fn votes_of_many_are_each_counted() {
    let world = world().await;
    let comment = world.post("alice", "vote for me", None).await;
    let path = format!("/comments/{}/vote", id(&comment));
    // each ends with a vote of its own, whatever came between
    let people = [("bob", 1), ("carol", 1), ("mona", -1), ("theo", 0), ("ada", 1)];
    let votes = (0..AT_ONCE).flat_map(|turn| people.map(|(who, last)| (who, if turn % 2 == 0 { -1 } else { last })));
    let path = &path;
    let world = &world;
    let votes = votes.map(|(who, value)| async move { world.call(who, "PUT", path, json!({"value": value})).await });
    assert!(join_all(votes).await.iter().all(|answer| answer.status == 200));
    for (who, last) in people {
        world.call(who, "PUT", path, json!({"value": last})).await.ok();
    }
    let now = world.get("anon", &format!("/comments/{}", id(&comment))).await.ok();
    assert_eq!((&now["up"], &now["down"], &now["score"]), (&json!(3), &json!(1), &json!(2)));
    world.verified().await;
}

#[actix_web::test]
async fn roots_of_an_unborn_thread_get_each_ordinal_once() {
    let world = world().await;
    let posts = (0..AT_ONCE).map(|number| world.call("alice", "POST", THREAD, json!({"body": format!("{number}")})));
    let numbers: BTreeSet<String> =
        join_all(posts).await.into_iter().map(|answer| answer.ok()["number"].as_str().unwrap().to_owned()).collect();
    assert_eq!(numbers, (1..=AT_ONCE).map(|ordinal| ordinal.to_string()).collect());
    let page = world.get("anon", THREAD).await.ok();
    assert_eq!(page["thread"]["counts"]["published"], AT_ONCE);
    world.verified().await;
}

#[actix_web::test]
async fn one_idempotency_key_makes_one_comment() {
    let world = world().await;
    let once = [("idempotency-key", "one")];
    let posts = (0..AT_ONCE).map(|_| world.call_with("alice", "POST", THREAD, json!({"body": "once"}), &once));
    let answers = join_all(posts).await;
    let ids: BTreeSet<String> = answers.iter().map(|answer| id(&answer.json)).collect();
    assert!(answers.iter().all(|answer| answer.status == 201));
    assert_eq!(ids.len(), 1);
    let replayed = answers.iter().filter(|answer| answer.headers.contains_key("idempotency-replayed")).count();
    assert_eq!(replayed, AT_ONCE - 1);
    assert_eq!(world.get("anon", THREAD).await.ok()["thread"]["counts"]["published"], 1);
    world.verified().await;
}

#[actix_web::test]
async fn a_decision_is_undone_once() {
    let world = world().await;
    let comment = world.post("alice", "in and out", None).await;
    let decision = id(&world.decide("mona", "hide", &comment).await.ok());
    let path = format!("/moderation/decisions/{decision}/undo");
    let undos = (0..AT_ONCE).map(|number| world.call(["mona", "ada"][number % 2], "POST", &path, Value::Null));
    let answers = join_all(undos).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    assert_eq!(answers.iter().filter(|answer| answer.code() == "already_undone").count(), AT_ONCE - 1);
    assert_eq!(world.get("anon", &format!("/comments/{}", id(&comment))).await.ok()["state"], "published");
    world.verified().await;
}

#[actix_web::test]
async fn a_refresh_token_has_two_children_at_most() {
    let world = world().await;
    let session = world.sign_in("alice").await;
    let body = json!({"refresh_token": session["refresh_token"], "client": "native"});
    let uses = (0..AT_ONCE).map(|_| world.call("anon", "POST", "/auth/refresh", body.clone()));
    let answers = join_all(uses).await;
    // its use, and its use again after a lost answer; the third ends the family
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 2);
    assert_eq!(answers.iter().filter(|answer| answer.code() == "session_ended").count(), AT_ONCE - 2);
    for child in answers.iter().filter(|answer| answer.status == 200) {
        let again = json!({"refresh_token": child.json["refresh_token"]});
        world.call("anon", "POST", "/auth/refresh", again).await.fails(401, "session_ended");
        let token = child.json["access_token"].as_str();
        world.send(token, "GET", "/me", Value::Null, &[]).await.fails(401, "session_ended");
    }
}

#[actix_web::test]
async fn a_login_is_taken_once() {
    let world = world().await;
    // few: each costs a hash
    let body = |login: &str| json!({"login": login, "password": PASSWORD, "client": "native"});
    let logins = ["Dora", "dora", "DORA", "\u{ff44}\u{ff4f}\u{ff52}\u{ff41}"];
    let answers = join_all(logins.map(|login| world.call("anon", "POST", "/auth/register", body(login)))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    let refused: Vec<(u16, &str)> = answers.iter().map(|a| (a.status, a.code())).filter(|a| a.0 != 201).collect();
    assert_eq!(refused, [(409, "login_taken"); 3]);
}

#[actix_web::test]
async fn author_readers_and_moderators_at_once_leave_every_counter_right() {
    let world = world().await;
    let root = world.post("alice", "root", None).await;
    for round in 0..8 {
        let comment = world.post("alice", &format!("round {round}"), Some(&id(&root))).await;
        let (of, world) = (format!("/comments/{}", id(&comment)), &world);
        let reply = json!({"body": "below", "parent_id": comment["id"]});
        let (edit, flag, vote) = (json!({"body": "new"}), json!({"reason": "spam"}), json!({"value": 1}));
        let decide = async |who: &str, action: &str| world.decide(who, action, &comment).await;
        let (a, b, c) = futures_util::future::join3(
            join_all([
                world.call("bob", "POST", THREAD, reply.clone()),
                world.call("carol", "POST", THREAD, reply),
                world.call("alice", "PATCH", &of, edit),
            ]),
            futures_util::future::join(
                world.call("bob", "PUT", &format!("{of}/vote"), vote),
                world.call("carol", "POST", &format!("{of}/flags"), flag),
            ),
            futures_util::future::join3(
                decide("mona", "hide"),
                decide("ada", "lock"),
                world.call("alice", "DELETE", &of, Value::Null),
            ),
        )
        .await;
        let all = a.iter().chain([&b.0, &b.1, &c.0, &c.1, &c.2]);
        assert!(all.clone().all(|answer| answer.status < 500), "a fault");
        assert_eq!(c.2.status, 204, "an author can always take a comment back");
        world.verified().await;
    }
}
