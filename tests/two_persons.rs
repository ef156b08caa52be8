//! The rule of two: what one moderator proposes another confirms or refuses, and nobody is both.

#![allow(clippy::unwrap_used, reason = "a failing test may panic anywhere")]

mod common;

use std::process::Command;

use common::{World, id};
use serde_json::{Value, json};
use understory::app::set_site::SiteChange;
use understory::domain::permission::Role;

const DECISIONS: &str = "/moderation/decisions";

fn over(comments: Option<u32>) -> SiteChange {
    SiteChange { two_persons_over: Some(comments), ..SiteChange::default() }
}

/// Two are needed for more than one comment.
async fn world() -> World {
    let world = World::new().await;
    world.app.set_site("here", over(Some(1))).await.unwrap();
    world
}

fn hide(comments: &[&Value]) -> Value {
    let targets: Vec<Value> =
        comments.iter().map(|c| json!({"comment_id": c["id"], "version": c["version"]})).collect();
    json!({"targets": targets, "action": "hide", "reason_code": "spam"})
}

async fn state(world: &World, comment: &Value) -> String {
    let now = world.now(comment).await;
    now["state"].as_str().unwrap().to_owned()
}

async fn act(world: &World, who: &str, decision: &str, verb: &str) -> common::Answer {
    world.call(who, "POST", &format!("{DECISIONS}/{decision}/{verb}"), Value::Null).await
}

async fn log_of(world: &World, decision: &str) -> Vec<(String, String)> {
    let log = world.get("ada", "/moderation/log?site=here&limit=200").await.ok();
    let rows = log["items"].as_array().unwrap().iter().rev();
    let rows = rows.filter(|row| row["target"] == format!("decision:{decision}"));
    rows.map(|row| {
        let actor = row["actor"]["login"].as_str().unwrap_or_default();
        (row["action"].as_str().unwrap().to_owned(), actor.to_owned())
    })
    .collect()
}

#[actix_web::test]
async fn what_one_proposes_another_confirms() {
    let world = world().await;
    let (one, two, three) = (
        world.post("alice", "one", None).await,
        world.post("alice", "two", None).await,
        world.post("alice", "three", None).await,
    );
    // few enough for one
    assert_eq!(world.call("mona", "POST", DECISIONS, hide(&[&three])).await.ok()["state"], "done");
    let key = [("idempotency-key", "k")];
    let body = hide(&[&one, &two]);
    let proposed = world.call_with("mona", "POST", DECISIONS, body.clone(), &key).await;
    let decision = id(&proposed.json);
    assert_eq!((proposed.status, proposed.json["state"].as_str()), (202, Some("proposed")), "{}", proposed.text);
    assert_eq!((&proposed.json["applied"], &proposed.json["progress"]), (&json!([]), &json!({"done": 0, "total": 2})));
    let again = world.call_with("mona", "POST", DECISIONS, body, &key).await;
    assert_eq!((again.status, id(&again.json)), (202, decision.clone()));
    assert_eq!([state(&world, &one).await, state(&world, &two).await], ["published", "published"]);
    let list = format!("{DECISIONS}?site=here&state=proposed");
    let open = world.get("ada", &list).await.ok();
    assert_eq!((id(&open["items"][0]), open["items"].as_array().unwrap().len()), (decision.clone(), 1));
    assert_eq!(open["items"][0]["actor"]["login"], "mona");
    let targets = world.get("ada", &format!("{DECISIONS}/{decision}/targets")).await.ok();
    assert_eq!((&targets["items"][1]["comment_id"], &targets["items"][1]["outcome"]), (&two["id"], &json!("waiting")));
    assert!(!world.app.go_on().await.unwrap(), "a proposal does not run");
    world.verified().await;

    // what has changed since is not what was agreed on
    world.wait_ms(1_000);
    world.call("alice", "PATCH", &format!("/comments/{}", id(&two)), json!({"body": "other"})).await.ok();
    let confirmed = act(&world, "ada", &decision, "confirm").await;
    assert_eq!((confirmed.status, confirmed.json["state"].as_str()), (200, Some("done")));
    assert_eq!(confirmed.json["applied"][0]["comment_id"], one["id"]);
    let conflict = &confirmed.json["conflicts"][0];
    assert_eq!((&conflict["comment_id"], &conflict["code"]), (&two["id"], &json!("stale_version")));
    let people = [&confirmed.json["actor"]["login"], &confirmed.json["confirmed_by"]["login"]];
    assert_eq!(people, ["mona", "ada"]);
    assert!(confirmed.json["proposed_at"].as_str() < confirmed.json["at"].as_str());
    assert_eq!([state(&world, &one).await, state(&world, &two).await], ["hidden", "published"]);
    let removed = world.now(&one).await;
    assert_eq!(removed["removed"]["at"], confirmed.json["at"], "it counts from the confirmation");
    act(&world, "ada", &decision, "confirm").await.fails(409, "already_confirmed");
    let rows = log_of(&world, &decision).await;
    let rows: Vec<(&str, &str)> = rows.iter().map(|(action, actor)| (action.as_str(), actor.as_str())).collect();
    assert_eq!(rows, [("propose", "mona"), ("confirm", "ada"), ("hide", "mona")]);
    assert_eq!(world.get("ada", &list).await.ok()["items"], json!([]));
    // one is enough to take it back
    assert_eq!(act(&world, "mona", &decision, "undo").await.ok()["applied"][0]["to"], "published");
    act(&world, "ada", &decision, "confirm").await.fails(409, "already_undone");
    world.verified().await;
}

#[actix_web::test]
async fn nobody_is_two() {
    let world = world().await;
    let (one, two) = (world.post("alice", "one", None).await, world.post("alice", "two", None).await);
    let decision = id(&world.call("mona", "POST", DECISIONS, hide(&[&one, &two])).await.ok());
    act(&world, "mona", &decision, "confirm").await.fails(403, "forbidden");
    // another sign-in of the same person
    let session = world.sign_in("mona").await;
    let path = format!("{DECISIONS}/{decision}/confirm");
    world.send(session["access_token"].as_str(), "POST", &path, Value::Null, &[]).await.fails(403, "forbidden");
    // nor with a role that was lost, found again, and is a higher one
    world.app.set_role("mona", Role::Reader, Some("here")).await.unwrap();
    act(&world, "mona", &decision, "confirm").await.fails(403, "forbidden");
    for (role, site) in [(Role::Moderator, Some("here")), (Role::Admin, None)] {
        world.app.set_role("mona", role, site).await.unwrap();
        act(&world, "mona", &decision, "confirm").await.fails(403, "forbidden");
    }
    // nor by whoever has none here
    act(&world, "bob", &decision, "confirm").await.fails(403, "forbidden");
    act(&world, "theo", &decision, "confirm").await.fails(404, "not_found");
    let reader = world.reader_token("ada").await;
    world.send(Some(&reader), "POST", &path, Value::Null, &[]).await.fails(403, "forbidden");
    assert_eq!([state(&world, &one).await, state(&world, &two).await], ["published", "published"]);
    // that the rule is none any more does not confirm what was proposed under it
    world.app.set_site("here", over(None)).await.unwrap();
    act(&world, "mona", &decision, "confirm").await.fails(403, "forbidden");
    assert_eq!(act(&world, "ada", &decision, "confirm").await.ok()["state"], "done");
    world.verified().await;
}

#[actix_web::test]
async fn a_proposal_is_refused_by_whoever_moderates() {
    let world = world().await;
    let (one, two) = (world.post("alice", "one", None).await, world.post("alice", "two", None).await);
    for who in ["mona", "ada"] {
        let decision = id(&world.call("mona", "POST", DECISIONS, hide(&[&one, &two])).await.ok());
        act(&world, "theo", &decision, "undo").await.fails(404, "not_found");
        let refusal = act(&world, who, &decision, "undo").await.ok();
        assert_eq!((&refusal["undoes"], &refusal["applied"]), (&json!(decision), &json!([])));
        let refused = world.get("mona", &format!("{DECISIONS}/{decision}")).await.ok();
        assert_eq!((&refused["state"], &refused["undone_by"]), (&json!("done"), &refusal["id"]));
        assert_eq!((&refused["progress"], &refused["confirmed_by"]), (&json!({"done": 0, "total": 2}), &Value::Null));
        assert_eq!(log_of(&world, &id(&refusal)).await.first(), Some(&("refuse".to_owned(), who.to_owned())));
        act(&world, "ada", &decision, "confirm").await.fails(409, "already_undone");
        act(&world, who, &decision, "undo").await.fails(409, "already_undone");
        // what was refused stays refused: there is nothing to take back
        assert_eq!(act(&world, who, &id(&refusal), "undo").await.ok()["id"], Value::Null);
        world.wait_ms(1);
    }
    assert_eq!(world.get("ada", &format!("{DECISIONS}?site=here&state=proposed")).await.ok()["items"], json!([]));
    assert_eq!([state(&world, &one).await, state(&world, &two).await], ["published", "published"]);
    world.verified().await;
}

#[actix_web::test]
async fn a_wide_one_runs_once_it_is_confirmed() {
    let world = world().await;
    let mut last: Option<String> = None;
    let root = world.post("alice", "root", None).await;
    for number in 0..600 {
        let parent = if number % 20 == 0 { id(&root) } else { last.clone().unwrap() };
        last = Some(id(&world.post("alice", &format!("number {number}"), Some(&parent)).await));
    }
    let mut body = hide(&[&root]);
    body["scope"] = json!("subtree");
    let proposed = world.call("mona", "POST", DECISIONS, body).await;
    let decision = id(&proposed.json);
    assert_eq!((proposed.status, proposed.json["state"].as_str()), (202, Some("proposed")));
    assert_eq!((world.go_on().await, world.restarted().await.go_on().await), (0, 0));
    let confirmed = act(&world, "ada", &decision, "confirm").await;
    assert_eq!((confirmed.status, confirmed.json["state"].as_str()), (202, Some("running")));
    world.verified().await;
    assert!(world.go_on().await > 1);
    let done = world.get("mona", &format!("{DECISIONS}/{decision}")).await.ok();
    assert_eq!((&done["state"], &done["applied_count"]), (&json!("done"), &json!(601)));
    world.verified().await;
}

#[actix_web::test]
async fn a_dry_run_needs_nobody_and_what_settles_nothing_is_not_proposed() {
    let world = world().await;
    let (one, two) = (world.post("alice", "one", None).await, world.post("alice", "two", None).await);
    let mut body = hide(&[&one, &two]);
    body["dry_run"] = json!(true);
    let tried = world.call("mona", "POST", DECISIONS, body).await;
    assert_eq!((tried.status, &tried.json["id"], &tried.json["applied_count"]), (200, &Value::Null, &json!(2)));
    let unlock = json!({"targets": hide(&[&one, &two])["targets"], "action": "unlock"});
    let nothing = world.call("mona", "POST", DECISIONS, unlock).await;
    assert_eq!((nothing.status, &nothing.json["id"], &nothing.json["conflict_count"]), (200, &Value::Null, &json!(2)));
    // of another site the rule is another
    let list = "/sites/there/threads/article/comments";
    let there = [
        world.call("alice", "POST", list, json!({"body": "a"})).await.ok(),
        world.call("alice", "POST", list, json!({"body": "b"})).await.ok(),
    ];
    assert_eq!(world.call("theo", "POST", DECISIONS, hide(&[&there[0], &there[1]])).await.ok()["state"], "done");
    world.verified().await;
}

/// The command, on a store of its own.
#[test]
fn the_rule_is_set_from_the_command_line() {
    let directory = tempfile::tempdir().unwrap();
    let run = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_understory"));
        command
            .args(args)
            .args(["--set", "log.level=error", "--data"])
            .arg(directory.path())
            .current_dir(directory.path());
        let done = command.output().unwrap();
        (done.status.code().unwrap(), String::from_utf8(done.stdout).unwrap().trim().to_owned())
    };
    assert_eq!(run(&["site", "add", "news"]).0, 0);
    let set = |more: &[&str]| {
        let (code, said) = run(&[&["site", "set", "news"], more].concat());
        (code, said.lines().next().unwrap_or_default().to_owned())
    };
    let rules = "https://news.example/rules";
    assert!(run(&["site", "set", "news", "--policy-url", rules]).1.contains(&format!("\nrules: {rules}\n")));
    assert!(run(&["site", "set", "news", "--policy-url", "none"]).1.contains("\nrules: none\n"));
    assert_eq!(set(&["--policy-url", "/rules"]).0, 1);
    assert_eq!(set(&[]), (0, "site news: one moderator is enough for everything".into()));
    let said = "site news: two moderators are needed for decisions on more than 100 comments, bans".to_owned();
    assert_eq!(set(&["--two-persons-over", "100", "--two-persons-ban", "on"]), (0, said));
    // what is not named stays
    let said = "site news: two moderators are needed for decisions on more than 100 comments, bans, purges".to_owned();
    assert_eq!(set(&["--two-persons-purge", "on"]), (0, said));
    let said = "site news: two moderators are needed for bans".to_owned();
    assert_eq!(set(&["--two-persons-over", "never", "--two-persons-purge", "off"]), (0, said));
    assert_eq!(set(&["--two-persons-over", "some"]).0, 2);
    assert_eq!(run(&["site", "set", "none", "--two-persons-ban", "on"]).0, 1);
    assert_eq!(run(&["verify"]).0, 0);
}
