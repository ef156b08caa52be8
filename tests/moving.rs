//! `understory move-store`: what is in a file is on the server afterwards, all of it or nothing.

#![allow(clippy::unwrap_used, reason = "a failing test may panic anywhere")]

mod common;

use std::fs::File;
use std::process::{Command, Output};

use common::{Database, THREAD, World, id};
use rusqlite::Connection;
use serde_json::{Value, json};
use understory::app::App;
use understory::app::set_site::SiteChange;
use understory::store::FILE;
use url::Url;

/// A store with something in every table that the service writes.
async fn filled() -> World {
    let world = World::in_a_file_with(&["moderation.sample_per_mille=1000"]).await;
    let root = world.post("alice", "an **opinion**, \u{e9}\u{1f600}", None).await;
    let reply = world.post("bob", "a reply", Some(&id(&root))).await;
    let gone = world.post("carol", "taken back", Some(&id(&reply))).await;
    let hidden = world.post("carol", "a wrong word", None).await;
    let once = [("idempotency-key", "once")];
    world.call_with("alice", "POST", THREAD, json!({"body": "once"}), &once).await.ok();
    world.call("bob", "PUT", &format!("/comments/{}/vote", id(&root)), json!({"value": 1})).await.ok();
    world.call("alice", "PATCH", &format!("/comments/{}", id(&root)), json!({"body": "edited"})).await.ok();
    world.call("carol", "DELETE", &format!("/comments/{}", id(&gone)), Value::Null).await.ok();
    for comment in [&hidden, &reply] {
        let flags = format!("/comments/{}/flags", id(comment));
        world.call("alice", "POST", &flags, json!({"reason": "harassment", "note": "see"})).await.ok();
    }
    let notice = json!({"comment_id": hidden["id"], "explanation": "against the law", "good_faith": true,
                        "name": "A Neighbour", "email": "neighbour@example.org"});
    world.call("anon", "POST", "/notices", notice).await.ok();
    let decision = world.decide("mona", "hide", &hidden).await.ok();
    world.undo("mona", &decision).await.ok();
    let hidden = world.now(&hidden).await;
    world.decide("mona", "hide", &hidden).await.ok();
    world.call("mona", "PUT", "/sites/here/threads/article", json!({"premoderation": true})).await.ok();
    world.post("bob", "waits", None).await;
    world.call("mona", "POST", "/moderation/claims", json!({"site": "here", "count": 1})).await.ok();
    let over = SiteChange { two_persons_over: Some(Some(0)), ..SiteChange::default() };
    world.app.set_site("here", over.clone()).await.unwrap();
    assert_eq!(world.decide("mona", "dismiss", &reply).await.ok()["state"], "proposed");
    world.app.set_site("here", SiteChange { two_persons_over: Some(None), ..over }).await.unwrap();
    let told = world.get("carol", "/me/decisions").await.ok();
    let appeal = format!("/me/decisions/{}/appeal", id(&told["items"][0]));
    world.call("carol", "POST", &appeal, json!({"text": "it was meant well"})).await.ok();
    let carol = id(&world.get("carol", "/me").await.ok());
    let (note, warn) = (json!({"site": "here", "text": "seen"}), json!({"kind": "warn", "reason_code": "spam"}));
    world.call("mona", "POST", &format!("/moderation/users/{carol}/notes"), note).await.ok();
    world.call("ada", "POST", &format!("/moderation/users/{carol}/sanctions"), warn).await.ok();
    world.sign_in("bob").await;
    world.reader_token("carol").await;
    world
}

fn move_store(world: &World, to: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_understory"));
    let directory = world.directory.path();
    command.args(["move-store", "--set", "log.level=error", "--data"]).arg(directory).current_dir(directory);
    command.args(["--to", to]).output().unwrap()
}

#[track_caller]
fn refused(output: &Output, why: &str) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains(why), "{said}");
}

fn tables_there(database: &Database) -> usize {
    database.run("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").unwrap().len()
}

async fn exported(app: &App) -> String {
    let mut text = Vec::new();
    app.export("here", None, &mut text).await.unwrap();
    String::from_utf8(text).unwrap()
}

/// Every object of the schema, as the server describes it.
fn objects(database: &Database) -> Vec<Vec<String>> {
    let sql = "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
               UNION ALL SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
               WHERE connamespace = 'public'::regnamespace
               UNION ALL SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1, 2";
    database.run(sql).unwrap()
}

#[actix_web::test]
async fn a_store_goes_on_where_it_was_moved_to() {
    if !Database::new().is_server() {
        return;
    }
    let world = filled().await;
    let target = Database::new();
    let output = move_store(&world, target.url.as_deref().unwrap());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));

    // every table of the schema, with as many rows as the file still has
    let said = String::from_utf8(output.stdout).unwrap();
    for table in include_str!("../schema.sql").lines().filter_map(|line| line.strip_prefix("CREATE TABLE ")) {
        let table = table.trim_end_matches(" (");
        let count = format!("SELECT count(*) FROM {table}");
        let rows = world.by_hand(&count);
        assert_eq!(target.run(&count).unwrap(), rows, "{table}");
        assert!(said.lines().any(|line| line.trim() == format!("{} {table}", rows[0][0])), "{table} in {said}");
        let is_empty = ["exchange_code", "sign_in_failure", "job"].contains(&table);
        assert!(rows[0][0] != "0" || is_empty, "{table} was empty, so nothing was tested");
    }

    let moved = world.again_on(target).await;
    moved.verified().await;
    assert_eq!(exported(&moved.app).await, exported(&world.app).await);
    let head = "/moderation/log/head?site=here";
    let before = world.get("mona", head).await.ok();
    assert_eq!(moved.get("mona", head).await.ok(), before);

    // tokens and keys are as good as before, and numbers go on
    let once = [("idempotency-key", "once")];
    let again = moved.call_with("alice", "POST", THREAD, json!({"body": "once"}), &once).await;
    assert_eq!(again.headers["idempotency-replayed"], "true");
    moved.sign_in("carol").await;
    let last = "SELECT max(seq) FROM event";
    let events = moved.by_hand(last);
    assert_eq!(events, world.by_hand(last));
    moved.call("mona", "PUT", "/sites/here/threads/article", json!({"premoderation": false})).await.ok();
    let posted = moved.post("bob", "on the server", None).await;
    moved.decide("mona", "hide", &posted).await.ok();
    let number = |rows: Vec<Vec<String>>| rows[0][0].parse::<i64>().unwrap();
    assert!(number(moved.by_hand(last)) > number(events));
    moved.verified().await;

    // the schema is the one of a store that was made there
    let fresh = Database::new();
    let _made = world.again_on(Database { url: fresh.url.clone() }).await;
    assert_eq!(objects(&moved.database), objects(&fresh));
}

#[actix_web::test]
async fn what_cannot_be_moved_is_refused_and_leaves_nothing() {
    if !Database::new().is_server() {
        return;
    }
    let world = World::in_a_file().await;
    world.post("alice", "kept", None).await;
    let target = Database::new();
    let url = target.url.clone().unwrap();

    let lock = File::create(world.directory.path().join("lock")).unwrap();
    lock.try_lock().unwrap();
    refused(&move_store(&world, &url), "another understory serves the store");
    drop(lock);

    refused(&move_store(&world, &format!("{url}_not")), "does not exist");
    refused(&move_store(&world, "postgres://nobody@127.0.0.1:1/none"), "cannot be reached");

    let connection = Connection::open(world.directory.path().join(FILE)).unwrap();
    connection.execute("UPDATE comment SET body = 'a' || char(0)", []).unwrap();
    refused(&move_store(&world, &url), "body holds the character U+0000");
    assert_eq!(tables_there(&target), 0);
    connection.execute("UPDATE comment SET body = 'a'", []).unwrap();

    // a row that the server's copy of the schema refuses comes to light there
    connection.execute_batch("PRAGMA foreign_keys = OFF; UPDATE comment SET author_id = 1").unwrap();
    refused(&move_store(&world, &url), "table comment: ");
    assert_eq!(tables_there(&target), 0);
    connection.execute_batch("UPDATE comment SET author_id = (SELECT id FROM user_account LIMIT 1)").unwrap();

    connection.execute_batch("UPDATE meta SET value = '0' WHERE key = 'schema'").unwrap();
    refused(&move_store(&world, &url), "start it once with this program first");
    connection.execute_batch("UPDATE meta SET value = '1' WHERE key = 'schema'").unwrap();

    target.run("CREATE SCHEMA theirs; CREATE TABLE theirs.own (id INT)").unwrap();
    refused(&move_store(&world, &url), "it has the table own");
    target.run("DROP SCHEMA theirs CASCADE").unwrap();
    assert!(move_store(&world, &url).status.success());
    refused(&move_store(&world, &url), "it has the table meta");
}

#[actix_web::test]
async fn a_password_that_is_wrong_is_told_and_not_repeated() {
    let database = Database::new();
    let Some(url) = &database.url else { return };
    let mut url = Url::parse(url).unwrap();
    let world = World::in_a_file().await;
    // a server that trusts whoever is on its socket asks for none; a login that is not there is refused alike
    url.set_username("nobody_here").unwrap();
    if url.has_host() {
        url.set_password(Some("tick-tock")).unwrap();
    }
    let output = move_store(&world, url.as_str());
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        said.contains("nothing was moved") && said.contains("nobody_here") && !said.contains("tick-tock"),
        "{said}"
    );
}
