//! Whoever changes the store by hand is found: every column of a log row, and the counters.

#![allow(clippy::unwrap_used, reason = "a failing test may panic anywhere")]

mod common;

use std::process::Command;

use common::{World, id};
use rusqlite::Connection;
use serde_json::{Value, json};
use tempfile::TempDir;
use understory::app::prove_log::{export_log, log_heads, prove_export, prove_log};
use understory::app::verify::{Verified, verify};
use understory::store::{FILE, Options, Purpose, Store};

/// A store in which something was done by hand: on SQLite a closed copy, on a server the store
/// itself, until [`Changed::undo`].
struct Changed {
    copy: TempDir,
    url: Option<String>,
}

impl Changed {
    fn new(world: &World, change: &str) -> Changed {
        let copy = tempfile::tempdir().unwrap();
        let url = world.database.url.clone();
        if url.is_some() {
            let change = change.replace(" x'", " '\\x");
            let table = table(&change);
            // neither triggers nor references stop who may do this
            let sql = format!(
                "SET session_replication_role = replica; CREATE TABLE kept AS TABLE {table}; {change} RETURNING 1"
            );
            assert!(!world.database.run(&sql).unwrap().is_empty(), "{change} changed nothing");
            return Changed { copy, url };
        }
        world.app.store.backup(&copy.path().join(FILE)).unwrap();
        let connection = Connection::open(copy.path().join(FILE)).unwrap();
        connection
            .execute_batch("DROP TRIGGER moderation_log_no_update; DROP TRIGGER moderation_log_no_delete;")
            .unwrap();
        connection.execute_batch("PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON;").unwrap();
        assert!(connection.execute(change, []).unwrap() > 0, "{change} changed nothing");
        connection.close().unwrap();
        Changed { copy, url }
    }

    fn undo(self, world: &World, change: &str) {
        if self.url.is_some() {
            let table = table(change);
            let columns: Vec<String> = columns(world, table).into_iter().map(|(name, _)| name).collect();
            let columns = columns.join(", ");
            let sql = format!(
                "SET session_replication_role = replica; DELETE FROM {table};
                 INSERT INTO {table} ({columns}) SELECT {columns} FROM kept; DROP TABLE kept"
            );
            world.database.run(&sql).unwrap();
        }
    }
}

/// The table of `UPDATE table …` and `DELETE FROM table …`.
fn table(change: &str) -> &str {
    change.trim_start_matches("UPDATE ").trim_start_matches("DELETE FROM ").split(' ').next().unwrap()
}

/// What a proof says of such a store.
async fn found_by(world: &World, change: &str, proof: impl AsyncFnOnce(&Store) -> Verified) -> Vec<String> {
    let changed = Changed::new(world, change);
    let directory = changed.copy.path();
    let options = Options { url: changed.url.clone(), purpose: Purpose::Any, ..Options::at(directory) };
    let store = Store::open(&options).unwrap();
    let verified = proof(&store).await;
    changed.undo(world, change);
    names(verified)
}

fn names(verified: Verified) -> Vec<String> {
    verified.differences.into_iter().map(|difference| difference.name).collect()
}

/// What verify says of such a store.
async fn found(world: &World, change: &str) -> Vec<String> {
    found_by(world, change, async |store| verify(store).await.unwrap()).await
}

fn numbers(world: &World, sql: &str) -> Vec<i64> {
    world.by_hand(sql).into_iter().map(|row| row[0].parse().unwrap()).collect()
}

/// Columns of a table that can be written, as the store has it, with their types.
fn columns(world: &World, table: &str) -> Vec<(String, String)> {
    let sql = match world.database.is_server() {
        true => format!(
            "SELECT column_name, data_type FROM information_schema.columns
             WHERE table_name = '{table}' AND is_generated = 'NEVER' ORDER BY ordinal_position"
        ),
        false => format!("SELECT name, type FROM pragma_table_info('{table}')"),
    };
    world.by_hand(&sql).into_iter().map(|row| (row[0].clone(), row[1].clone())).collect()
}

/// Another value than the one that is there, whatever it is, of the same type.
fn other(column: &str, kind: &str) -> String {
    match kind {
        "INTEGER" | "bigint" => format!("COALESCE({column}, 0) + 1000"),
        "TEXT" | "text" => format!("COALESCE({column}, '') || 'x'"),
        "BLOB" | "bytea" => "x'00'".to_owned(),
        _ => panic!("{column} is {kind}"),
    }
}

/// A world in which every kind of log row and counter stands.
async fn world() -> (World, String, String) {
    let world = World::new().await;
    let root = world.post("alice", "root", None).await;
    let reply = world.post("bob", "reply", Some(&id(&root))).await;
    world.call("bob", "PUT", &format!("/comments/{}/vote", id(&root)), json!({"value": 1})).await.ok();
    let person = format!("/moderation/users/{}", id(&reply["author"]));
    for place in [json!({"site": "here"}), json!({})] {
        let mut order = json!({"kind": "mute", "reason_code": "spam", "note": "see"});
        order.as_object_mut().unwrap().extend(place.as_object().unwrap().clone());
        let sanction = world.call("ada", "POST", &format!("{person}/sanctions"), order).await.ok();
        world.call("ada", "DELETE", &format!("/moderation/sanctions/{}", id(&sanction)), Value::Null).await;
    }
    let note = json!({"site": "here", "text": "a note"});
    world.call("mona", "POST", &format!("{person}/notes"), note).await.ok();
    let target = json!({"comment_id": reply["id"], "version": 1});
    let hide = json!({"targets": [target], "action": "hide", "reason_code": "spam", "note": "a note"});
    let hidden = world.call("mona", "POST", "/moderation/decisions", hide).await.ok();
    world.decide("mona", "lock", &root).await.ok();
    world.undo("mona", &hidden).await.ok();
    world.call("mona", "PUT", "/sites/here/threads/article", json!({"slow_mode_seconds": 1})).await.ok();
    let flags = format!("/comments/{}/flags", id(&root));
    world.call("bob", "POST", &flags, json!({"reason": "spam"})).await.ok();
    world.verified().await;
    (world, id(&root), id(&reply))
}

fn seqs(world: &World) -> Vec<i64> {
    numbers(world, "SELECT seq FROM moderation_log ORDER BY seq")
}

#[actix_web::test]
async fn every_changed_column_of_every_log_row_is_named() {
    let (world, ..) = world().await;
    let (seqs, columns) = (seqs(&world), columns(&world, "moderation_log"));
    assert!(seqs.len() >= 4 && columns.len() == 12, "{seqs:?} {columns:?}");
    let mut cells = 0;
    for seq in &seqs {
        for (column, kind) in &columns {
            let value = other(column, kind);
            let names = found(&world, &format!("UPDATE moderation_log SET {column} = {value} WHERE seq = {seq}")).await;
            let expected = if column == "seq" { seq + 1_000 } else { *seq };
            assert!(names.contains(&format!("moderation_log seq {expected}")), "{seq} {column}: {names:?}");
            cells += 1;
        }
    }
    println!("{cells} changes found");
}

#[actix_web::test]
async fn every_changed_text_of_every_log_row_is_named() {
    let (world, ..) = world().await;
    let names: Vec<String> = columns(&world, "moderation_log_text").into_iter().map(|(name, _)| name).collect();
    // `purged_ms` is set when texts are purged, which keeps the digests; `seq` says whose they are
    assert_eq!(names, ["seq", "before", "after", "note", "salt", "purged_ms"]);
    let mut cells = 0;
    for seq in seqs(&world) {
        for column in ["before", "after", "note"] {
            let change =
                format!("UPDATE moderation_log_text SET {column} = COALESCE({column}, '') || 'x' WHERE seq = {seq}");
            let names = found(&world, &change).await;
            assert!(names.contains(&format!("moderation_log seq {seq}")), "{seq} {column}: {names:?}");
            cells += 1;
        }
    }
    let kept = numbers(
        &world,
        "SELECT seq FROM moderation_log_text WHERE COALESCE(before, after, note) IS NOT NULL ORDER BY seq",
    );
    assert!(kept.len() >= 4, "{kept:?}");
    for seq in kept {
        for change in [
            format!("UPDATE moderation_log_text SET salt = x'00' WHERE seq = {seq}"),
            format!("UPDATE moderation_log_text SET before = NULL, after = NULL, note = NULL WHERE seq = {seq}"),
            format!(
                "UPDATE moderation_log_text SET before = NULL, after = NULL, note = NULL, purged_ms = 5 WHERE seq = {seq}"
            ),
            format!("DELETE FROM moderation_log_text WHERE seq = {seq}"),
            format!("UPDATE moderation_log_text SET seq = seq + 1000 WHERE seq = {seq}"),
        ] {
            let names = found(&world, &change).await;
            assert!(names.contains(&format!("moderation_log seq {seq}")), "{change}: {names:?}");
            cells += 1;
        }
    }
    println!("{cells} changes found");
}

#[actix_web::test]
async fn a_row_taken_out_of_the_log_is_named_by_the_next() {
    let (world, ..) = world().await;
    for pair in seqs(&world).windows(2) {
        let names = found(&world, &format!("DELETE FROM moderation_log WHERE seq = {}", pair[0])).await;
        assert!(names.contains(&format!("moderation_log seq {}", pair[1])), "{names:?}");
    }
}

#[actix_web::test]
async fn a_decision_cut_off_the_end_of_the_log_is_named() {
    let (world, root, _) = world().await;
    let root = world.get("mona", &format!("/comments/{root}")).await.ok();
    world.decide("mona", "hide", &root).await.ok();
    let last = *seqs(&world).last().unwrap();
    let cut = format!("DELETE FROM moderation_log WHERE seq = {last} AND target LIKE 'decision:%'");
    let names = found(&world, &cut).await;
    assert!(names.iter().any(|name| name.starts_with("moderation_log decision ")), "{names:?}");
}

#[actix_web::test]
async fn what_was_published_proves_the_end_of_a_chain() {
    let (world, ..) = world().await;
    let last = *seqs(&world).last().unwrap();
    let heads = log_heads(&world.app.store).await.unwrap();
    assert!(heads.iter().any(|head| head.seq == last), "{heads:?}");
    // what came later does not matter
    world.call("mona", "PUT", "/sites/here/threads/article", json!({"slow_mode_seconds": 2})).await.ok();
    let proved = prove_log(&world.app.store, heads.clone()).await.unwrap();
    assert_eq!(names(proved), [""; 0]);
    for cut in [format!("DELETE FROM moderation_log WHERE seq >= {last}"), "DELETE FROM moderation_log".to_owned()] {
        let proof = async |store: &Store| prove_log(store, heads.clone()).await.unwrap();
        let names = found_by(&world, &cut, proof).await;
        assert!(names.contains(&format!("moderation_log seq {last}")), "{cut}: {names:?}");
    }
}

#[actix_web::test]
async fn an_export_of_the_log_is_proven_without_the_store() {
    let (world, ..) = world().await;
    let heads = log_heads(&world.app.store).await.unwrap();
    for site in [None, Some("here")] {
        let mut written = Vec::new();
        export_log(&world.app.store, site, &mut written).await.unwrap();
        let text = String::from_utf8(written).unwrap();
        let here: Vec<_> = heads.iter().filter(|head| site.is_none() || text.contains(&head.hash)).cloned().collect();
        let proved = |text: &str| prove_export(text.as_bytes(), &here).map(names);
        assert_eq!(proved(&text).unwrap(), [""; 0]);
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines.len() >= 4);
        for (at, line) in lines.iter().enumerate() {
            let row: Value = serde_json::from_str(line).unwrap();
            let seq = row["seq"].as_i64().unwrap();
            for (field, value) in row.as_object().unwrap() {
                let other = match (field.as_str(), value) {
                    // set when texts are purged, which keeps the digests
                    ("purged_ms", _) => continue,
                    ("seq" | "at_ms", value) => json!(value.as_i64().unwrap() + 1_000),
                    ("chain" | "actor_id", value) => json!(if *value == json!("7") { "8" } else { "7" }),
                    ("salt", _) => json!("00"),
                    (_, value) => json!(format!("{}x", value.as_str().unwrap_or_default())),
                };
                let mut changed = row.clone();
                changed[field] = other;
                let changed = changed.to_string();
                let text = [&lines[..at], &[changed.as_str()], &lines[at + 1..]].concat().join("\n");
                let names = proved(&text).unwrap();
                assert!(names.iter().any(|name| name.starts_with("moderation_log seq ")), "{seq} {field}");
            }
            // a row less is missed by the next of its chain, or by the head
            let text = [&lines[..at], &lines[at + 1..]].concat().join("\n");
            assert!(!proved(&text).unwrap().is_empty(), "{seq}");
        }
        assert!(proved(&text.replacen("\"seq\"", "\"sequence\"", 1)).unwrap_err().contains("line 1"));
    }
}

#[actix_web::test]
async fn every_changed_counter_is_named() {
    let (world, root, reply) = world().await;
    for comment in [&root, &reply] {
        for counter in ["reply_count", "up", "down", "score", "visible_children", "child_count"] {
            for by in [1, 1_000] {
                let change = format!("UPDATE comment SET {counter} = {counter} + {by} WHERE id = {comment}");
                let names = found(&world, &change).await;
                assert!(names.contains(&format!("comment.{counter} {comment}")), "{counter}: {names:?}");
            }
        }
        for (column, value) in [
            ("visible", "1 - visible"),
            ("depth", "depth + 1"),
            ("path", "x'05'"),
            ("fragment", "fragment || ' '"),
            ("text_hash", "text_hash + 1"),
        ] {
            let names = found(&world, &format!("UPDATE comment SET {column} = {value} WHERE id = {comment}")).await;
            assert!(names.contains(&format!("comment.{column} {comment}")), "{column}: {names:?}");
        }
    }
    let thread = id(&world.get("anon", "/sites/here/threads/article").await.ok());
    for counter in ["published_count", "held_count", "hidden_count", "flagged_count", "visible_roots", "root_count"] {
        let names = found(&world, &format!("UPDATE thread SET {counter} = {counter} + 1")).await;
        assert_eq!(names, [format!("thread.{counter} {thread}")], "{counter}");
    }
    for counter in ["flagged_count", "held_count", "notice_count", "sample_count"] {
        let names = found(&world, &format!("UPDATE site SET {counter} = {counter} + 1 WHERE key = 'here'")).await;
        assert!(names.len() == 1 && names[0].starts_with(&format!("site.{counter} ")), "{counter}: {names:?}");
    }
    let names = found(&world, "DELETE FROM queue_item").await;
    assert!(names.contains(&format!("queue_item.flagged {root}")), "{names:?}");
    for (change, name) in [
        ("UPDATE queue_place SET rank = rank + 1 WHERE list = 'all'", "queue_place.rank"),
        ("UPDATE queue_item SET flag_odds = flag_odds + 1", "queue_item.rank"),
        ("DELETE FROM queue_place WHERE list = 'flagged'", "queue_place.kinds"),
        ("DELETE FROM queue_place WHERE list LIKE 'reason:%'", "queue_place.reasons"),
        ("DELETE FROM queue_place WHERE list LIKE 'author:%'", "queue_place.people"),
        ("UPDATE flag_count SET open = open + 1", "flag_count.open"),
        ("DELETE FROM flag_count", "flag_count.reasons"),
    ] {
        assert_eq!(found(&world, change).await, [format!("{name} {root}")], "{change}");
    }
    for column in ["published", "held", "hidden", "deleted", "flags_upheld", "flags_dismissed"] {
        let names = found(&world, &format!("UPDATE record SET {column} = {column} + 1")).await;
        let named = names.iter().all(|name| name.starts_with(&format!("record.{column} ")));
        assert!(!names.is_empty() && named, "{column}: {names:?}");
    }
    for (change, counter) in [
        ("UPDATE decision SET applied_count = applied_count + 1", "applied_count"),
        ("UPDATE decision SET conflict_count = conflict_count + 1", "conflict_count"),
        ("UPDATE decision SET state = 'running', total = total + 1", "total"),
    ] {
        let names = found(&world, change).await;
        let named = names.iter().all(|name| name.starts_with(&format!("decision.{counter} ")));
        assert!(!names.is_empty() && named, "{counter}: {names:?}");
    }
    let sanctions = "UPDATE sanction SET lifted_ms = NULL, lifted_by = NULL";
    for (change, name) in
        [(sanctions, "sanction.lifted "), ("UPDATE decision_entry SET site_id = 7", "decision_entry.site_id ")]
    {
        let names = found(&world, change).await;
        assert!(!names.is_empty() && names.iter().all(|one| one.starts_with(name)), "{change}: {names:?}");
    }
    let names = found(&world, "DELETE FROM record").await;
    assert!(names[0].starts_with("record.published "), "{names:?}");
    let names = found(&world, "DELETE FROM vote").await;
    assert_eq!(names, [format!("comment.up {root}")]);
}

#[actix_web::test]
async fn the_command_fails_and_names_what_differs() {
    let (world, root, _) = world().await;
    let thread = id(&world.get("anon", "/sites/here/threads/article").await.ok());
    let last = *seqs(&world).last().unwrap();
    let verify = |change: &str| {
        let changed = Changed::new(&world, change);
        let directory = changed.copy.path();
        let mut command = Command::new(env!("CARGO_BIN_EXE_understory"));
        command.arg("verify").arg("--data").arg(directory).current_dir(directory);
        if let Some(url) = &changed.url {
            command.arg("--set").arg(format!("store.url={url}"));
        }
        let output = command.output().unwrap();
        changed.undo(&world, change);
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    let (code, said) = verify("UPDATE site SET title = 'another'");
    assert_eq!(code, Some(0), "{said}");
    let log = format!("UPDATE moderation_log SET actor_id = actor_id + 1 WHERE seq = {last}");
    for (change, name) in [
        (log.as_str(), format!("moderation_log seq {last}")),
        ("UPDATE comment SET reply_count = 7 WHERE parent_id IS NULL", format!("comment.reply_count {root}")),
        ("UPDATE comment SET up = 7 WHERE parent_id IS NULL", format!("comment.up {root}")),
        ("UPDATE thread SET published_count = 7", format!("thread.published_count {thread}")),
    ] {
        let (code, said) = verify(change);
        assert_eq!(code, Some(1), "{change}: {said}");
        assert!(said.lines().any(|line| line.starts_with(&format!("{name}:"))), "{change}: {said}");
    }
}

#[actix_web::test]
async fn the_log_commands_publish_export_and_prove() {
    let (world, ..) = world().await;
    let directory = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_understory"));
        command.arg("log").args(arguments).current_dir(directory.path());
        command.arg("--data").arg(world.directory.path());
        if let Some(url) = &world.database.url {
            command.arg("--set").arg(format!("store.url={url}"));
        }
        let output = command.output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.code(), text(output.stdout), text(output.stderr))
    };
    let file = |name: &str, text: &str| {
        let path = directory.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (code, heads, said) = run(&["heads"]);
    assert_eq!((code, heads.lines().count()), (Some(0), 3), "{said}");
    let heads_file = file("heads", &heads);
    assert_eq!(run(&["verify", "--heads", &heads_file]).0, Some(0));
    let (code, export, said) = run(&["export"]);
    assert_eq!((code, export.lines().count()), (Some(0), seqs(&world).len()), "{said}");
    let (code, said, _) = run(&["verify", "--heads", &heads_file, "--export", &file("export", &export)]);
    assert_eq!(code, Some(0), "{said}");
    let (_, short, _) = run(&["export", "--site", "there"]);
    let (code, said, _) = run(&["verify", "--heads", &heads_file, "--export", &file("short", &short)]);
    assert!(code == Some(1) && said.contains("was published as the end of chain"), "{said}");
    assert_eq!(run(&["export", "--site", "nowhere"]).0, Some(1));
    // nothing to prove against is no proof
    for wrong in ["", "[]", "{}", "no heads"] {
        let (code, _, said) = run(&["verify", "--heads", &file("wrong", wrong)]);
        assert!(code == Some(1) && said.contains("wrong"), "{wrong}: {said}");
    }
}

#[actix_web::test]
async fn the_store_itself_refuses_to_change_the_log() {
    let (world, ..) = world().await;
    let mut changes = vec!["UPDATE moderation_log SET action = 'x'", "DELETE FROM moderation_log WHERE seq = 1"];
    if world.database.is_server() {
        changes.push("TRUNCATE moderation_log CASCADE");
    }
    for change in changes {
        let refused = match world.database.is_server() {
            true => world.database.run(change).unwrap_err(),
            false => {
                let connection = Connection::open(world.directory.path().join(FILE)).unwrap();
                connection.execute(change, []).unwrap_err().to_string()
            }
        };
        assert!(refused.contains("append-only"), "{refused}");
    }
}
