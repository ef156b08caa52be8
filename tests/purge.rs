//! A purge takes a text out of everything that was ever written of it, and leaves the log whole.

#![allow(clippy::unwrap_used, reason = "a failing test may panic anywhere")]

mod common;

use common::{World, id};
use serde_json::{Value, json};
use understory::app::prove_log::{log_heads, prove_log};
use understory::app::set_site::SiteChange;
use understory::domain::permission::Role;

/// Stands in every text that must go.
const CANARY: &str = "canary-of-a-text";

async fn decide(world: &World, who: &str, comment: &Value, action: &str, note: &str) -> common::Answer {
    let target = json!({"comment_id": comment["id"], "version": comment["version"]});
    let body = json!({"targets": [target], "action": action, "reason_code": "illegal", "note": note});
    world.call(who, "POST", "/moderation/decisions", body).await
}

/// Where the canary still stands, by table and column.
fn found(world: &World) -> Vec<String> {
    let all = match world.database.is_server() {
        true => {
            "SELECT table_name, column_name FROM information_schema.columns
                 WHERE table_schema = 'public' AND data_type = 'text'"
        }
        false => {
            "SELECT t.name, c.name FROM sqlite_schema t JOIN pragma_table_info(t.name) c
                  WHERE t.type = 'table' AND c.type = 'TEXT'"
        }
    };
    let holds = |row: &Vec<String>| {
        let (table, column) = (&row[0], &row[1]);
        let sql = format!("SELECT COUNT(*) FROM {table} WHERE {column} LIKE '%{CANARY}%'");
        (world.by_hand(&sql)[0][0] != "0").then(|| format!("{table}.{column}"))
    };
    world.by_hand(all).iter().filter_map(holds).collect()
}

#[actix_web::test]
async fn a_purged_text_is_nowhere_and_the_log_still_proves_itself() {
    let world = World::new().await;
    let comment = world.post("alice", &format!("{CANARY} one"), None).await;
    let reply = world.post("bob", "a reply", Some(&id(&comment))).await;
    let path = format!("/comments/{}", id(&comment));
    world.call("alice", "PATCH", &path, json!({"body": format!("{CANARY} two")})).await.ok();
    let flag = json!({"reason": "illegal", "note": format!("says {CANARY}")});
    let flag = world.call("bob", "POST", &format!("{path}/flags"), flag).await.ok();
    world.call("bob", "DELETE", &format!("/flags/{}", id(&flag)), Value::Null).await;
    world.call("carol", "POST", &format!("{path}/flags"), json!({"reason": "hate", "note": CANARY})).await.ok();
    let hidden = decide(&world, "mona", &world.now(&comment).await, "hide", CANARY).await.ok();
    world.wait_ms(1);
    let undo = format!("/moderation/decisions/{}/undo", id(&hidden));
    world.call("mona", "POST", &undo, Value::Null).await.ok();
    // a decision that left it alone had words, too
    let other = world.post("bob", "another", None).await;
    let stale = json!({"comment_id": comment["id"], "version": 1});
    let aimed =
        json!({"targets": [{"comment_id": other["id"], "version": 1}, stale], "action": "lock", "note": CANARY});
    let aimed = world.call("mona", "POST", "/moderation/decisions", aimed).await.ok();
    assert_eq!(aimed["conflicts"][0]["code"], "stale_version");
    assert!(found(&world).len() >= 7, "{:?}", found(&world));
    let heads = log_heads(&world.app.store).await.unwrap();
    world.wait_ms(1);

    // who only moderates may not, and it needs a reason
    let shown = world.now(&comment).await;
    decide(&world, "mona", &shown, "purge", "").await.fails(403, "forbidden");
    let target = json!({"comment_id": shown["id"], "version": shown["version"]});
    let body = json!({"targets": [target], "action": "purge"});
    world.call("ada", "POST", "/moderation/decisions", body).await.fails(422, "validation_failed");
    let purged = decide(&world, "ada", &shown, "purge", "a court said so").await.ok();
    assert_eq!((&purged["applied"][0]["to"], &purged["conflicts"]), (&json!("deleted"), &json!([])));

    assert_eq!(found(&world), [""; 0]);
    let tombstone = world.get("anon", &path).await.ok();
    assert_eq!((&tombstone["state"], &tombstone["body"]), (&json!("deleted"), &Value::Null));
    assert_eq!(tombstone["removed"]["reason_code"], "illegal");
    assert_eq!(world.get("anon", &format!("/comments/{}", id(&reply))).await.ok()["body"], "a reply");
    let entries = world.get("alice", "/me/decisions").await.ok();
    assert_eq!(entries["items"][0]["action"], "purge");
    let upheld = world.get("carol", "/me/flags").await.ok();
    assert_eq!((&upheld["items"][0]["state"], &upheld["items"][0]["note"]), (&json!("upheld"), &Value::Null));
    let log = world.get("ada", "/moderation/log?site=here").await.ok();
    assert_eq!((&log["items"][0]["action"], &log["items"][0]["note"]), (&json!("purge"), &json!("a court said so")));
    let hide = log["items"].as_array().unwrap().iter().find(|row| row["action"] == "hide").unwrap();
    assert!(hide["note"].is_null() && hide["purged_at"].is_string(), "{hide}");
    // what was published before is still there
    let proved = prove_log(&world.app.store, heads).await.unwrap();
    assert_eq!(proved.differences, []);
    world.verified().await;
}

#[actix_web::test]
async fn a_purge_is_for_good() {
    let world = World::new().await;
    let comment = world.post("alice", "one", None).await;
    let hidden = decide(&world, "mona", &comment, "hide", "").await.ok();
    world.wait_ms(1);
    let purged = decide(&world, "ada", &world.now(&comment).await, "purge", "").await.ok();
    for decision in [&purged, &hidden] {
        let path = format!("/moderation/decisions/{}/undo", id(decision));
        let undone = world.call("ada", "POST", &path, Value::Null).await.ok();
        assert_eq!((&undone["id"], &undone["conflicts"][0]["code"]), (&Value::Null, &json!("wrong_state")));
    }
    for action in ["restore", "approve", "hide"] {
        let made = decide(&world, "ada", &world.now(&comment).await, action, "").await.ok();
        assert_eq!(made["conflicts"][0]["code"], "wrong_state", "{action}");
    }
    // what its author took back is erased before its time, and stays the author's act
    let own = world.post("bob", "two", None).await;
    world.call("bob", "DELETE", &format!("/comments/{}", id(&own)), Value::Null).await;
    decide(&world, "ada", &world.now(&own).await, "purge", "").await.ok();
    let now = world.now(&own).await;
    assert_eq!((&now["state"], &now["body"], &now["removed"]["by"]), (&json!("deleted"), &json!(""), &json!("author")));
    world.verified().await;
}

#[actix_web::test]
async fn two_may_be_needed_for_a_purge() {
    let world = World::new().await;
    let change = SiteChange { two_persons_purge: Some(true), ..SiteChange::default() };
    world.app.set_site("here", change).await.unwrap();
    let comment = world.post("alice", "one", None).await;
    let proposed = decide(&world, "ada", &comment, "purge", "").await.ok();
    assert_eq!(proposed["state"], "proposed");
    let confirm = format!("/moderation/decisions/{}/confirm", id(&proposed));
    world.call("ada", "POST", &confirm, Value::Null).await.fails(403, "forbidden");
    // a second who may not purge is none
    world.call("mona", "POST", &confirm, Value::Null).await.fails(403, "forbidden");
    world.app.set_role("mona", Role::Admin, Some("here")).await.unwrap();
    let done = world.call("mona", "POST", &confirm, Value::Null).await.ok();
    assert_eq!((&done["state"], &done["applied"][0]["to"]), (&json!("done"), &json!("deleted")));
    world.verified().await;
}
