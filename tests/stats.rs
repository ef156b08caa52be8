//! Figures of moderation: what moderators see of their own work, and what is told to monitors.

#![allow(clippy::unwrap_used, reason = "a failing test may panic anywhere")]

mod common;

use common::{World, id};
use serde_json::{Value, json};

const MINUTE_MS: i64 = 60_000;

async fn stats(world: &World) -> Value {
    world.get("mona", "/moderation/stats?site=here").await.ok()
}

async fn flagged(world: &World, text: &str) -> Value {
    let comment = world.post("alice", text, None).await;
    world.call("bob", "POST", &format!("/comments/{}/flags", id(&comment)), json!({"reason": "spam"})).await.ok();
    comment
}

#[actix_web::test]
async fn nothing_done_has_no_rates() {
    let world = World::new().await;
    let stats = stats(&world).await;
    assert_eq!(stats["window"], json!({"decisions": 0, "since": null}));
    for none in ["oldest_unclaimed_s", "time_to_decision_s"] {
        assert_eq!(stats[none], Value::Null, "{none}");
    }
    assert_eq!((&stats["moderators"], &stats["rules"]), (&json!([]), &json!([])));
    assert_eq!(stats["reporters"], json!({"upheld": 0, "dismissed": 0, "precision": null}));
}

#[actix_web::test]
async fn how_long_it_waits_and_waited() {
    let world = World::new().await;
    let comments = [flagged(&world, "one").await, flagged(&world, "two").await, flagged(&world, "three").await];
    world.wait_ms(MINUTE_MS);
    world.decide("mona", "approve", &comments[0]).await.ok();
    // a pin takes nothing out of the queue
    world.decide("mona", "pin", &comments[1]).await.ok();
    let now = world.now(&comments[1]).await;
    world.wait_ms(2 * MINUTE_MS);
    world.decide("mona", "dismiss", &now).await.ok();
    let first = stats(&world).await;
    assert_eq!(first["time_to_decision_s"], json!({"p50": 60.0, "p95": 180.0}));
    assert_eq!((&first["oldest_unclaimed_s"], &first["waiting"]["flagged"]), (&json!(180.0), &json!(1)));
    assert_eq!(first["decisions_per_hour"], 0.125);
    // what is held does not wait, until the lease is over
    let claim = json!({"site": "here", "count": 1});
    world.call("mona", "POST", "/moderation/claims", claim).await.ok();
    assert_eq!(stats(&world).await["oldest_unclaimed_s"], Value::Null);
    world.wait_ms(5 * MINUTE_MS);
    assert_eq!(stats(&world).await["oldest_unclaimed_s"], 480.0);
}

#[actix_web::test]
async fn who_was_overturned_and_whose_flags_were_right() {
    let world = World::new().await;
    let comments = [flagged(&world, "one").await, flagged(&world, "two").await, flagged(&world, "three").await];
    let hidden = world.decide("mona", "hide", &comments[0]).await.ok();
    world.decide("mona", "hide", &comments[1]).await.ok();
    world.decide("mona", "approve", &comments[2]).await.ok();
    world.undo("ada", &hidden).await.ok();
    let mine = world.post("bob", "four", None).await;
    let locked = world.decide("ada", "lock", &mine).await.ok();
    // to correct oneself is not to be overturned
    world.undo("ada", &locked).await.ok();
    let stats = stats(&world).await;
    let of = |login: &str| {
        let all = stats["moderators"].as_array().unwrap();
        let one = all.iter().find(|one| one["user"]["login"] == login).unwrap();
        (one["decisions"].as_u64().unwrap(), one["overturned"].as_u64().unwrap())
    };
    assert_eq!((of("mona"), of("ada")), ((3, 1), (3, 0)));
    // the flag of what was undone is open again
    assert_eq!(stats["reporters"], json!({"upheld": 1, "dismissed": 1, "precision": 0.5}));
}

#[actix_web::test]
async fn what_a_rule_held_in_vain() {
    let world = World::new().await;
    let modes = json!({"title": "T", "premoderation": true});
    world.call("mona", "PUT", "/sites/here/threads/article", modes).await.ok();
    let comments = [world.post("alice", "one", None).await, world.post("bob", "two", None).await];
    world.decide("mona", "approve", &comments[0]).await.ok();
    world.decide("mona", "hide", &comments[1]).await.ok();
    let stats = stats(&world).await;
    let rules = json!([{"rule": "premoderation", "decisions": 2, "overturned": 1, "overturn_rate": 0.5}]);
    assert_eq!(stats["rules"], rules);
}

#[actix_web::test]
async fn monitors_are_told_without_names() {
    let world = World::new().await;
    flagged(&world, "one").await;
    let comment = flagged(&world, "two").await;
    world.decide("mona", "hide", &comment).await.ok();
    world.wait_ms(MINUTE_MS);
    let url = format!("{}/metrics", world.url);
    let text = world.client.get(url).send().await.unwrap().text().await.unwrap();
    // the process's figures are of all its tests, but nobody else has a minute
    for line in [
        "moderation_waiting{site=\"here\",kind=\"flagged\"} ",
        "moderation_oldest_unclaimed_seconds{site=\"here\"} ",
        "moderation_time_to_decision_seconds{site=\"here\",quantile=\"0.95\"} ",
        "moderation_decisions_per_hour{site=\"here\"} ",
        "moderation_reporters_precision{site=\"here\"} ",
        "moderation_overturn_rate{site=\"here\",moderator=\"",
    ] {
        assert!(text.lines().any(|found| found.starts_with(line)), "{line}: {text}");
    }
    assert!(!text.contains("mona") && !text.contains("bob"), "{text}");
}
