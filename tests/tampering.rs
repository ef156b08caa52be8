//! Whoever changes the store by hand is found: every column of a log row, and the counters.

#![allow(clippy::unwrap_used, reason = "a failing test may panic anywhere")]

mod common;

use common::{World, id};
use rusqlite::Connection;
use serde_json::json;
use understory::app::verify::verify;
use understory::store::{FILE, Options, Purpose, Store};

/// What verify says of a copy of the store in which `change` was done by hand.
async fn found(world: &World, change: &str) -> Vec<String> {
    let copy = tempfile::tempdir().unwrap();
    world.app.store.backup(&copy.path().join(FILE)).unwrap();
    let connection = Connection::open(copy.path().join(FILE)).unwrap();
    connection.execute_batch("DROP TRIGGER moderation_log_no_update; DROP TRIGGER moderation_log_no_delete;").unwrap();
    connection.execute_batch("PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON;").unwrap();
    assert!(connection.execute(change, []).unwrap() > 0, "{change} changed nothing");
    drop(connection);
    let options = Options { purpose: Purpose::Any, ..Options::at(copy.path()) };
    let store = Store::open(&options).unwrap();
    let verified = verify(&store).await.unwrap();
    verified.differences.into_iter().map(|difference| difference.name).collect()
}

#[actix_web::test]
async fn every_changed_column_is_named() {
    let world = World::new().await;
    let root = world.post("alice", "root", None).await;
    let reply = world.post("bob", "reply", Some(&id(&root))).await;
    world.call("bob", "PUT", &format!("/comments/{}/vote", id(&root)), json!({"value": 1})).await.ok();
    world.decide("mona", "hide", &reply).await.ok();
    world.decide("mona", "lock", &root).await.ok();
    world.verified().await;

    let log = world.get("mona", "/moderation/log?site=here").await.ok();
    let seq = log["items"][1]["seq"].as_i64().unwrap();
    let columns = [
        ("chain", "0"),
        ("at_ms", "at_ms + 1"),
        ("actor_id", "actor_id + 1"),
        ("action", "'approve'"),
        ("target", "'decision:1'"),
        ("reason_code", "'spam'"),
        ("before_digest", "after_digest"),
        ("after_digest", "before_digest"),
        ("note_digest", "'00'"),
        ("prev_hash", "hash"),
        ("hash", "prev_hash"),
        ("seq", "seq + 1000"),
    ];
    for (column, value) in columns {
        let names = found(&world, &format!("UPDATE moderation_log SET {column} = {value} WHERE seq = {seq}")).await;
        let expected = if column == "seq" { seq + 1_000 } else { seq };
        assert!(names.contains(&format!("moderation_log seq {expected}")), "{column}: {names:?}");
    }
    for column in ["before", "after", "note"] {
        let change = format!("UPDATE moderation_log_text SET {column} = 'forged' WHERE seq = {seq}");
        assert!(found(&world, &change).await.contains(&format!("moderation_log seq {seq}")), "text {column}");
    }
    let gone = found(&world, &format!("DELETE FROM moderation_log WHERE seq = {seq}")).await;
    assert!(gone.contains(&format!("moderation_log seq {}", seq + 1)), "{gone:?}");

    let root_id = id(&root);
    for counter in ["reply_count", "up", "down", "score", "visible_children", "child_count"] {
        let change = format!("UPDATE comment SET {counter} = {counter} + 1 WHERE id = {root_id}");
        assert!(found(&world, &change).await.contains(&format!("comment.{counter} {root_id}")), "{counter}");
    }
    for counter in ["published_count", "held_count", "hidden_count", "flagged_count", "visible_roots", "root_count"] {
        let names = found(&world, &format!("UPDATE thread SET {counter} = {counter} + 1")).await;
        assert!(names.iter().any(|name| name.starts_with(&format!("thread.{counter} "))), "{counter}: {names:?}");
    }
    let moved = found(&world, &format!("UPDATE comment SET path = x'05' WHERE id = {root_id}")).await;
    assert!(moved.contains(&format!("comment.path {root_id}")), "{moved:?}");
}
