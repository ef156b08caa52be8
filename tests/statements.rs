//! Statements of reasons: who is restricted reads why, by whom, for how long and what to do; and what
//! everybody may know of a thread.

#![allow(clippy::unwrap_used, reason = "a failing test may panic anywhere")]

mod common;

use common::{PEOPLE, World, id};
use serde_json::{Value, json};

/// A decision of `mona`, for a reason; the decision.
async fn act(world: &World, action: &str, comment: &Value, reason: Value) -> Value {
    world.wait_ms(1);
    let target = json!({"comment_id": comment["id"], "version": world.now(comment).await["version"]});
    let body = json!({"targets": [target], "action": action, "reason_code": reason});
    let made = world.call("mona", "POST", "/moderation/decisions", body).await.ok();
    assert_eq!(made["conflicts"], json!([]), "{action}");
    made
}

async fn transparency(world: &World) -> Value {
    world.get("anon", "/sites/here/threads/article/transparency").await.ok()
}

#[actix_web::test]
async fn an_author_reads_why_a_comment_was_hidden() {
    let world = World::new().await;
    world.by_hand("UPDATE site SET policy_url = 'https://here.example/rules'");
    let comment = world.post("alice", "mine", None).await;
    world.flag("bob", &comment, "spam").await;
    act(&world, "hide", &comment, json!("harassment")).await;
    let entry = world.told("alice").await;
    let statement = &entry["statement"];
    for (field, expected) in [
        ("puid", json!(format!("here-{}", id(&entry)))),
        ("restriction", json!("hidden")),
        ("territorial_scope", json!("worldwide")),
        ("from", entry["at"].clone()),
        ("until", Value::Null),
        ("in_force", json!(true)),
        ("origin", json!("flag")),
        ("automated_detection", json!(false)),
        ("automated_decision", json!(false)),
        ("ground", json!("terms")),
        ("policy_url", json!("https://here.example/rules")),
    ] {
        assert_eq!(statement[field], expected, "{field}");
    }
    for text in ["restriction_text", "territorial_scope_text", "duration_text", "facts", "ground_text", "explanation"] {
        assert!(statement[text].as_str().unwrap().ends_with('.'), "{text}");
    }
    assert!(statement["facts"].as_str().unwrap().contains("flagged"), "{statement}");
    let redress = &statement["redress"];
    assert!(redress["appeal_until"].as_str().unwrap().starts_with("2024-05-14T"), "{redress}");
    for way in ["appeal", "out_of_court", "court"] {
        assert!(redress[way].as_str().unwrap().ends_with('.'), "{way}");
    }
    // the reporter is told of the decision, not why
    assert_eq!(world.told("bob").await["statement"], Value::Null);
    // nor who they are
    assert!(!entry.to_string().contains("bob"));

    let other = world.post("alice", "other", None).await;
    act(&world, "hide", &other, json!("illegal")).await;
    let statement = world.told("alice").await["statement"].clone();
    assert_eq!((&statement["ground"], &statement["origin"]), (&json!("illegal_content"), &json!("own_initiative")));
    world.verified().await;
}

#[actix_web::test]
async fn only_what_takes_something_away_is_a_restriction() {
    let world = World::new().await;
    let comment = world.post("alice", "mine", None).await;
    let restriction = async || world.told("alice").await["statement"]["restriction"].clone();
    let hidden = act(&world, "hide", &comment, json!("hate")).await;
    assert_eq!(restriction().await, "hidden");
    let restored = act(&world, "restore", &comment, Value::Null).await;
    assert_eq!(restriction().await, Value::Null);
    // what was said of the hiding is over
    let entries = world.get("alice", "/me/decisions").await.ok();
    assert_eq!(entries["items"][1]["statement"]["in_force"], false);
    assert_eq!(entries["items"][1]["decision_id"], hidden["id"]);
    // hidden again by an undo, for the reason of old
    world.undo("mona", &restored).await.ok();
    let again = world.told("alice").await;
    assert_eq!((&again["action"], &again["reason_code"]), (&json!("undo"), &Value::Null));
    assert_eq!((&again["statement"]["restriction"], &again["statement"]["in_force"]), (&json!("hidden"), &json!(true)));
    assert!(again["statement"]["explanation"].as_str().unwrap().contains("group"), "{again}");
    let entries = world.get("alice", "/me/decisions").await.ok();
    assert_eq!(entries["items"][2]["statement"]["in_force"], true, "it stands as the first left it, too");
    world.undo("mona", &hidden).await.ok();
    assert_eq!(restriction().await, Value::Null);

    let locked = act(&world, "lock", &comment, json!("off_topic")).await;
    assert_eq!(restriction().await, "locked");
    act(&world, "pin", &comment, Value::Null).await;
    assert_eq!(restriction().await, Value::Null);
    let entries = world.get("alice", "/me/decisions").await.ok();
    assert_eq!(entries["items"][1]["statement"]["in_force"], true);
    world.undo("mona", &locked).await.ok();
    assert_eq!(restriction().await, Value::Null);

    // held again by the undo of an approval
    let premoderate = async |on: bool| {
        world.call("mona", "PUT", "/sites/here/threads/article", json!({"premoderation": on})).await.ok();
    };
    premoderate(true).await;
    let held = world.post("alice", "waits", None).await;
    let approved = act(&world, "approve", &held, Value::Null).await;
    assert_eq!(restriction().await, Value::Null);
    world.undo("mona", &approved).await.ok();
    assert_eq!(restriction().await, "held");
    act(&world, "hide", &held, json!("spam")).await;
    assert_eq!(restriction().await, "hidden");
    world.verified().await;
}

#[actix_web::test]
async fn everybody_reads_how_a_thread_was_moderated() {
    let world = World::new().await;
    let nothing = json!({"hidden": {"by_reason": {}, "by_rule": 0, "by_moderator": 0}, "overturned": 0});
    assert_eq!(transparency(&world).await, nothing, "also before it is born");
    world.get("anon", "/sites/nowhere/threads/article/transparency").await.fails(404, "not_found");
    let one = world.post("alice", "one", None).await;
    let two = world.post("alice", "two", Some(&id(&one))).await;
    let three = world.post("bob", "three", None).await;
    assert_eq!(transparency(&world).await, nothing);
    act(&world, "hide", &one, json!("hate")).await;
    let hidden = act(&world, "hide", &two, json!("spam")).await;
    act(&world, "hide", &three, json!("spam")).await;
    let expected =
        json!({"hidden": {"by_reason": {"hate": 1, "spam": 2}, "by_rule": 0, "by_moderator": 3}, "overturned": 0});
    assert_eq!(transparency(&world).await, expected);
    world.undo("mona", &hidden).await.ok();
    world.call("bob", "DELETE", &format!("/comments/{}", id(&three)), Value::Null).await.ok();
    let expected = json!({"hidden": {"by_reason": {"hate": 1}, "by_rule": 0, "by_moderator": 1}, "overturned": 0});
    assert_eq!(transparency(&world).await, expected);
    world.verified().await;

    // the same bytes for everybody, as other pages
    let path = "/api/v1/sites/here/threads/article/transparency";
    let first = world.fetch("anon", path, &[]).await;
    let cache = first.headers["cache-control"].to_str().unwrap();
    assert_eq!(cache, "public, max-age=0, s-maxage=5, stale-while-revalidate=5");
    assert_eq!(first.headers["access-control-allow-origin"], "*");
    for who in PEOPLE {
        assert_eq!(world.fetch(who, path, &[]).await.text, first.text, "{who}");
    }
    let etag = first.headers["etag"].to_str().unwrap().to_owned();
    assert_eq!(world.fetch("anon", path, &[("if-none-match", &etag)]).await.status, 304);
}
