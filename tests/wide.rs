//! Decisions on more comments than one unit takes: branches, what a person has written, what says the
//! same. They go on in steps, are taken back in steps, and after a crash go on where they were.

#![allow(clippy::unwrap_used, reason = "a failing test may panic anywhere")]

mod common;

use std::collections::{BTreeMap, BTreeSet};

use common::{World, id};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};
use understory::app::post::Post;
use understory::domain::comment::Comment;
use understory::domain::decision::{STEP, WHOLE};
use understory::domain::ids::CommentId;

const DECISIONS: &str = "/moderation/decisions";

async fn post(world: &World, who: &str, site: &str, body: String, parent: Option<CommentId>) -> Comment {
    let (site, thread) = (site.to_owned(), "article".to_owned());
    let post = Post { site, thread, body, parent, article: None, once: None };
    world.app.post(&world.caller(who), post).await.unwrap().made
}

/// A branch of so many comments by `who`, of several levels; its root first.
async fn branch(world: &World, who: &str, count: usize) -> Vec<Comment> {
    let mut made: Vec<Comment> = Vec::with_capacity(count);
    for number in 0..count {
        world.wait_ms(1);
        let parent = number.checked_sub(1).and_then(|last| made.get(last / 7)).map(|parent| parent.id);
        made.push(post(world, who, "here", format!("number {number}"), parent).await);
    }
    made
}

fn target(of: &Comment) -> Value {
    json!({"comment_id": of.id, "version": of.version})
}

fn on_branch(root: &Comment, action: &str) -> Value {
    json!({"targets": [target(root)], "scope": "subtree", "action": action, "reason_code": "spam"})
}

async fn now(world: &World, id: &str) -> Value {
    world.get("mona", &format!("{DECISIONS}/{id}")).await.ok()
}

/// All that a decision is aimed at, page by page, each item by its comment.
async fn targets(world: &World, id: &str) -> BTreeMap<String, Value> {
    let (mut found, mut next) = (BTreeMap::new(), String::new());
    loop {
        let page = world.get("mona", &format!("{DECISIONS}/{id}/targets?limit=170{next}")).await.ok();
        for item in page["items"].as_array().unwrap() {
            let comment = item["comment_id"].as_str().unwrap().to_owned();
            assert!(found.insert(comment, item.clone()).is_none(), "twice: {item}");
        }
        match page["next"].as_str() {
            Some(cursor) => next = format!("&cursor={cursor}"),
            None => return found,
        }
    }
}

fn count(of: &BTreeMap<String, Value>, outcome: &str) -> usize {
    of.values().filter(|item| item["outcome"] == outcome).count()
}

/// What decisions move: where each comment, flag, person, place in the queue and counter stands.
fn standing(world: &World) -> Vec<Vec<Vec<String>>> {
    [
        "SELECT id, state, COALESCE(state_ref, 0), locked, COALESCE(lock_ref, 0), pinned, COALESCE(pin_ref, 0),
           COALESCE(removed_reason, ''), COALESCE(held_by, ''), visible, reply_count, visible_children
         FROM comment ORDER BY id",
        "SELECT id, state, COALESCE(decision_id, 0) FROM flag ORDER BY id",
        "SELECT comment_id, reason, open FROM flag_count WHERE open > 0 ORDER BY comment_id, reason",
        "SELECT comment_id, flagged, held, notice, sample, reasons, first_ms FROM queue_item ORDER BY comment_id",
        "SELECT comment_id, list FROM queue_place ORDER BY comment_id, list",
        "SELECT user_id, site_id, published, held, hidden, deleted, flags_upheld, flags_dismissed FROM record
         WHERE published + held + hidden + deleted + flags_upheld + flags_dismissed > 0 ORDER BY user_id, site_id",
        "SELECT id, published_count, held_count, hidden_count, flagged_count, visible_roots FROM thread ORDER BY id",
        "SELECT id, flagged_count, held_count FROM site ORDER BY id",
        "SELECT user_id, site_id, kind FROM sanction WHERE lifted_ms IS NULL ORDER BY id",
    ]
    .map(|sql| world.by_hand(sql))
    .into()
}

/// What only ever grows: the versions of comments and threads, rows of the log, events.
fn grown(world: &World) -> Vec<i64> {
    let sql = "SELECT (SELECT COALESCE(SUM(version), 0) FROM comment), (SELECT COALESCE(SUM(version), 0) FROM thread),
                 (SELECT COUNT(*) FROM moderation_log), (SELECT COUNT(*) FROM event)";
    world.by_hand(sql)[0].iter().map(|text| text.parse().unwrap()).collect()
}

fn rows(world: &World, sql: &str) -> i64 {
    world.by_hand(sql)[0][0].parse().unwrap()
}

#[actix_web::test]
async fn a_branch_goes_in_steps_and_comes_back_in_steps() {
    const COUNT: usize = 1_200;
    let world = World::new().await;
    let made = branch(&world, "alice", COUNT).await;
    let other = post(&world, "alice", "here", "beside it".into(), None).await;
    for comment in [&made[3], &made[900]] {
        let path = format!("/comments/{}/flags", comment.id);
        world.call("bob", "POST", &path, json!({"reason": "spam"})).await.ok();
    }
    // hidden already: the act does not start from there
    let hidden = json!({"targets": [target(&made[500])], "action": "hide", "reason_code": "hate"});
    world.call("mona", "POST", DECISIONS, hidden).await.ok();
    let at_first = standing(&world);

    let mut order = on_branch(&made[0], "hide");
    order["dry_run"] = json!(true);
    let tried = world.call("mona", "POST", DECISIONS, order).await;
    assert_eq!((tried.status, &tried.json["id"], &tried.json["state"]), (200, &Value::Null, &json!("done")));
    assert_eq!((&tried.json["applied_count"], &tried.json["conflict_count"]), (&json!(COUNT - 1), &json!(1)));
    assert_eq!(
        (tried.json["applied"].as_array().unwrap().len(), tried.json["conflicts"][0]["code"].as_str()),
        (WHOLE, Some("wrong_state"))
    );
    assert_eq!(standing(&world), at_first, "a dry run changes nothing");

    let begun = world.call("mona", "POST", DECISIONS, on_branch(&made[0], "hide")).await;
    let decision = id(&begun.json);
    assert_eq!((begun.status, begun.json["state"].as_str()), (202, Some("running")), "{}", begun.text);
    assert_eq!(begun.headers["location"], format!("/api/v1{DECISIONS}/{decision}"));
    assert_eq!(begun.json["progress"], json!({"done": 0, "total": COUNT}));
    let listed = targets(&world, &decision).await;
    assert_eq!((listed.len(), count(&listed, "waiting")), (COUNT, COUNT));
    // the list is fixed: what comes after is not on it, what changes is left alone
    world.wait_ms(1);
    let late = post(&world, "bob", "here", "afterwards".into(), Some(made[1].id)).await;
    world.call("alice", "PATCH", &format!("/comments/{}", made[100].id), json!({"body": "edited"})).await.ok();
    world.verified().await;

    assert!(world.app.go_on().await.unwrap());
    let running = now(&world, &decision).await;
    assert_eq!((&running["state"], &running["progress"]["done"]), (&json!("running"), &json!(STEP)));
    let open = world.get("mona", &format!("{DECISIONS}?site=here&state=running")).await.ok();
    assert_eq!((id(&open["items"][0]), &open["items"][0]["progress"]), (decision.clone(), &running["progress"]));
    let listed = targets(&world, &decision).await;
    assert_eq!((count(&listed, "applied"), count(&listed, "waiting")), (STEP, COUNT - STEP));
    world.verified().await;
    assert_eq!(world.go_on().await, COUNT.div_ceil(STEP) - 1);

    let done = now(&world, &decision).await;
    assert_eq!((&done["state"], &done["progress"]), (&json!("done"), &json!({"done": COUNT, "total": COUNT})));
    assert_eq!((&done["applied_count"], &done["conflict_count"]), (&json!(COUNT - 2), &json!(2)));
    assert_eq!(done["applied"].as_array().unwrap().len(), WHOLE);
    let conflicts: BTreeSet<_> =
        done["conflicts"].as_array().unwrap().iter().map(|c| c["code"].as_str().unwrap()).collect();
    assert_eq!(conflicts, BTreeSet::from(["stale_version", "wrong_state"]));
    // who had hidden it before
    let before = done["conflicts"].as_array().unwrap().iter().find(|c| c["code"] == "wrong_state").unwrap();
    assert_eq!(before["decided"]["actor"]["login"], "mona");
    let listed = targets(&world, &decision).await;
    assert_eq!((listed.len(), count(&listed, "applied"), count(&listed, "conflict")), (COUNT, COUNT - 2, 2));
    assert_eq!(listed[&made[100].id.to_string()]["code"], "stale_version");
    let path = |id: CommentId| format!("/comments/{id}");
    assert_eq!(world.get("anon", &path(made[100].id)).await.ok()["state"], "published");
    assert_eq!(world.get("anon", &path(late.id)).await.ok()["state"], "published");
    assert_eq!(world.get("anon", &path(other.id)).await.ok()["state"], "published");
    // a row in the log for its start and for each step, one entry for each comment
    let log = format!("SELECT COUNT(*) FROM moderation_log WHERE target = 'decision:{decision}'");
    assert_eq!(rows(&world, &log), 1 + COUNT.div_ceil(STEP) as i64);
    let entries = format!("SELECT COUNT(*) FROM decision_entry WHERE decision_id = {decision}");
    assert_eq!(rows(&world, &entries), COUNT as i64 - 2 + 2, "its author, and two reporters");
    assert_eq!(rows(&world, "SELECT COUNT(*) FROM decision_batch"), 0);
    let flags = world.get("bob", "/me/flags").await.ok();
    assert!(flags["items"].as_array().unwrap().iter().all(|flag| flag["state"] == "upheld"));
    world.verified().await;

    // somebody has decided otherwise on one of them since
    let moved = json!({"targets": [{"comment_id": made[700].id, "version": 2}], "action": "restore"});
    let moved = id(&world.call("ada", "POST", DECISIONS, moved).await.ok());
    let undone = world.call("mona", "POST", &format!("{DECISIONS}/{decision}/undo"), Value::Null).await;
    let undo = id(&undone.json);
    assert_eq!((undone.status, undone.json["state"].as_str()), (202, Some("running")));
    assert_eq!(undone.json["progress"], json!({"done": 0, "total": COUNT - 2}));
    assert_eq!(now(&world, &decision).await["undone_by"], undo.as_str());
    world.call("mona", "POST", &format!("{DECISIONS}/{decision}/undo"), Value::Null).await.fails(409, "already_undone");
    assert_eq!(world.go_on().await, (COUNT - 2).div_ceil(STEP));
    let undone = now(&world, &undo).await;
    assert_eq!((&undone["applied_count"], &undone["conflict_count"]), (&json!(COUNT - 3), &json!(1)));
    assert_eq!(undone["conflicts"][0]["comment_id"], made[700].id.to_string());
    assert_eq!(undone["conflicts"][0]["decided"]["decision_id"], moved.as_str());
    // with that taken back as well all is as it was, save what others did
    world.call("ada", "POST", &format!("{DECISIONS}/{moved}/undo"), Value::Null).await.ok();
    world.call("mona", "POST", &format!("{DECISIONS}/{undo}/undo"), Value::Null).await.ok();
    world.go_on().await;
    world.call("mona", "POST", &format!("{DECISIONS}/{decision}/undo"), Value::Null).await.ok();
    world.go_on().await;
    world.call("bob", "DELETE", &path(late.id), Value::Null).await;
    let (mut after, mut before) = (standing(&world), at_first);
    for side in [&mut after, &mut before] {
        // bob's reply, and that it is counted among what he deleted
        side[0].retain(|row| row[0] != late.id.to_string());
        side[5].retain(|row| row[5] == "0");
    }
    assert_eq!(after, before);
    world.verified().await;
}

#[actix_web::test]
async fn five_hundred_are_one_unit_and_one_more_is_not() {
    let world = World::new().await;
    let made = branch(&world, "alice", WHOLE + 1).await;
    let named: Vec<Value> = made.iter().take(WHOLE).map(target).collect();
    let body = json!({"targets": named, "action": "lock"});
    let done = world.call("mona", "POST", DECISIONS, body).await;
    assert_eq!(
        (done.status, done.json["state"].as_str(), &done.json["applied_count"]),
        (200, Some("done"), &json!(WHOLE))
    );
    assert_eq!(done.json["applied"].as_array().unwrap().len(), WHOLE);
    let undone = world.call("mona", "POST", &format!("{DECISIONS}/{}/undo", id(&done.json)), Value::Null).await;
    assert_eq!((undone.status, &undone.json["applied_count"]), (200, &json!(WHOLE)));
    let root = Comment { version: 3, ..made[0].clone() };
    let begun = world.call("mona", "POST", DECISIONS, on_branch(&root, "lock")).await;
    assert_eq!((begun.status, &begun.json["progress"]["total"]), (202, &json!(WHOLE + 1)));
    assert_eq!(world.go_on().await, WHOLE / STEP + 1);
    world.verified().await;
    // what nothing of would be settled leaves no trace
    let root = Comment { version: 4, ..made[0].clone() };
    let again = world.call("mona", "POST", DECISIONS, on_branch(&root, "lock")).await;
    assert_eq!(
        (again.status, &again.json["id"], &again.json["conflict_count"]),
        (200, &Value::Null, &json!(WHOLE + 1))
    );
}

#[actix_web::test]
async fn what_a_person_wrote_in_a_period_is_decided_on_at_once() {
    const COUNT: usize = 1_200;
    let world = World::new().await;
    let mut made = Vec::new();
    for number in 0..COUNT {
        world.wait_ms(100);
        made.push(post(&world, "alice", "here", format!("number {number}"), None).await);
        if number % 100 == 0 {
            post(&world, "bob", "here", format!("beside {number}"), None).await;
            post(&world, "alice", "there", format!("elsewhere {number}"), None).await;
        }
    }
    world.call("alice", "DELETE", &format!("/comments/{}", made[200].id), Value::Null).await;
    let me = world.get("alice", "/me").await.ok();
    let time = understory::domain::time::rfc3339;
    let (from, to) = (time(made[100].created_ms), time(made[1_100].created_ms));
    let select = json!({"author_id": me["id"], "site": "here", "from": from, "to": to});
    let order = json!({"select": select, "action": "hide", "reason_code": "spam"});
    let key = [("idempotency-key", "k")];
    let begun = world.call_with("mona", "POST", DECISIONS, order.clone(), &key).await;
    let decision = id(&begun.json);
    assert_eq!((begun.status, &begun.json["progress"]["total"]), (202, &json!(1_000)));
    assert_eq!(begun.json["select"]["from"], from.as_str());
    world.go_on().await;
    // a repeat is told the first status, and what has come of it
    let again = world.call_with("mona", "POST", DECISIONS, order, &key).await;
    assert_eq!((again.status, again.headers["idempotency-replayed"].as_bytes()), (202, &b"true"[..]));
    assert_eq!((id(&again.json), again.json["state"].as_str()), (decision.clone(), Some("done")));
    assert_eq!((&again.json["applied_count"], &again.json["conflict_count"]), (&json!(999), &json!(1)));
    let hidden: BTreeSet<String> =
        world.by_hand("SELECT id FROM comment WHERE state = 'hidden'").into_iter().map(|row| row[0].clone()).collect();
    let expected = made[100..1_100].iter().filter(|c| c.id != made[200].id).map(|c| c.id.to_string()).collect();
    assert_eq!(hidden, expected);
    world.verified().await;
}

#[actix_web::test]
async fn what_says_the_same_is_decided_on_at_once() {
    let world = World::new().await;
    let first = post(&world, "alice", "here", "Buy  NOW".into(), None).await;
    let mut same = vec![first.id];
    for (who, site, body, is_same) in [
        ("bob", "here", "buy now", true),
        ("carol", "here", "\u{ff22}uy\nnow ", true),
        ("bob", "here", "buy now!", false),
        ("bob", "there", "buy now", false),
    ] {
        world.wait_ms(1);
        let made = post(&world, who, site, body.into(), None).await;
        same.extend(is_same.then_some(made.id));
    }
    // its words are others since, or now the same
    let edited = post(&world, "bob", "here", "something".into(), None).await;
    world.call("bob", "PATCH", &format!("/comments/{}", edited.id), json!({"body": "Buy now"})).await.ok();
    same.push(edited.id);
    let away = post(&world, "bob", "here", "buy now".into(), None).await;
    world.call("bob", "PATCH", &format!("/comments/{}", away.id), json!({"body": "never mind"})).await.ok();

    let order = json!({"select": {"duplicates_of": first.id}, "action": "hide", "reason_code": "spam"});
    let done = world.call("mona", "POST", DECISIONS, order.clone()).await;
    assert_eq!(done.status, 200, "{}", done.text);
    let told = |of: &Value| -> BTreeSet<String> {
        of.as_array().unwrap().iter().map(|one| one["comment_id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(told(&done.json["applied"]), same.iter().map(ToString::to_string).collect());
    assert_eq!(done.json["select"], json!({"duplicates_of": first.id.to_string()}));
    // the cluster may be itself alone; the site is that of the comment
    let alone = json!({"select": {"duplicates_of": away.id}, "action": "lock"});
    world.call("theo", "POST", DECISIONS, alone.clone()).await.fails(403, "forbidden");
    assert_eq!(told(&world.call("mona", "POST", DECISIONS, alone).await.ok()["applied"]).len(), 1);
    world.verified().await;
}

#[actix_web::test]
async fn what_contradicts_itself_is_refused() {
    let world = World::new().await;
    let comment = post(&world, "alice", "here", "one".into(), None).await;
    let me = world.get("alice", "/me").await.ok();
    let author = json!({"author_id": me["id"], "site": "here"});
    let of = |select: &Value, more: Value| {
        let mut body = json!({"select": select, "action": "lock"});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    for wrong in [
        json!({"action": "lock"}),
        of(&author, json!({"targets": [target(&comment)]})),
        of(&author, json!({"claim_token": "x"})),
        of(&author, json!({"scope": "subtree"})),
        of(&json!({}), json!({})),
        of(&json!({"author_id": me["id"]}), json!({})),
        of(&json!({"site": "here"}), json!({})),
        of(&json!({"author_id": me["id"], "site": "here", "duplicates_of": comment.id}), json!({})),
        of(&json!({"author_id": me["id"], "site": "here", "from": "yesterday"}), json!({})),
        json!({"targets": [], "action": "lock"}),
    ] {
        world.call("mona", "POST", DECISIONS, wrong).await.fails(422, "validation_failed");
    }
    let unknown = of(&json!({"author_id": me["id"], "site": "here", "thread": "x"}), json!({}));
    world.call("mona", "POST", DECISIONS, unknown).await.fails(422, "unknown_field");
    for site in ["there", "nowhere"] {
        let abroad = of(&json!({"author_id": me["id"], "site": site}), json!({}));
        world.call("mona", "POST", DECISIONS, abroad).await.fails(403, "forbidden");
    }
    let none = of(&json!({"duplicates_of": "1"}), json!({}));
    world.call("mona", "POST", DECISIONS, none).await.fails(404, "not_found");
    // nobody's comments are no comments
    let nobody = of(&json!({"author_id": "1", "site": "here"}), json!({}));
    let made = world.call("mona", "POST", DECISIONS, nobody).await.ok();
    assert_eq!((&made["id"], &made["progress"]["total"]), (&Value::Null, &json!(0)));
    for list in [format!("{DECISIONS}?site=here&cursor=x"), format!("{DECISIONS}?site=here&state=gone")] {
        world.get("mona", &list).await.fails(422, "validation_failed");
    }
}

#[actix_web::test]
async fn after_a_crash_it_goes_on_where_it_was_or_goes_back() {
    const COUNT: usize = 1_200;
    let world = World::new().await;
    let made = branch(&world, "alice", COUNT).await;
    let at_first = standing(&world);
    let begun = world.call("mona", "POST", DECISIONS, on_branch(&made[0], "hide")).await.ok();
    let decision = id(&begun);
    for _ in 0..3 {
        assert!(world.app.go_on().await.unwrap());
    }
    let other = world.restarted().await;
    assert_eq!(now(&other, &decision).await["progress"]["done"], 3 * STEP);
    other.verified().await;
    // the node that did the last step may only be slow: for a while it is left to it
    assert!(!other.app.go_on().await.unwrap());
    other.wait_ms(3_000);
    assert!(other.app.go_on().await.unwrap());
    assert!(!world.app.go_on().await.unwrap(), "one at a time");
    assert_eq!(now(&other, &decision).await["progress"]["done"], 4 * STEP);

    // stopped in the middle, what is done goes back
    let undone = other.call("ada", "POST", &format!("{DECISIONS}/{decision}/undo"), Value::Null).await.ok();
    assert_eq!(now(&other, &decision).await["state"], "done");
    assert_eq!(now(&other, &decision).await["progress"], json!({"done": 4 * STEP, "total": COUNT}));
    assert_eq!((&undone["state"], &undone["applied_count"]), (&json!("done"), &json!(4 * STEP)));
    assert_eq!((other.go_on().await, standing(&other)), (0, at_first.clone()));
    other.verified().await;

    // the same for a wide undo: a crash in it, and it stopped in turn
    let begun = other.call("mona", "POST", DECISIONS, on_branch(&made[0], "hide")).await.ok();
    let decision = id(&begun);
    other.go_on().await;
    let all_hidden = standing(&other);
    let undone = other.call("mona", "POST", &format!("{DECISIONS}/{decision}/undo"), Value::Null).await.ok();
    for _ in 0..7 {
        assert!(other.app.go_on().await.unwrap());
    }
    let third = other.restarted().await;
    third.verified().await;
    let again = third.call("mona", "POST", &format!("{DECISIONS}/{}/undo", id(&undone)), Value::Null).await.ok();
    assert_eq!((&again["state"], &again["progress"]["total"]), (&json!("running"), &json!(7 * STEP)));
    third.wait_ms(3_000);
    assert_eq!(third.go_on().await, 7);
    assert_eq!(standing(&third), all_hidden);
    assert_eq!(now(&third, &decision).await["undone_by"], Value::Null, "it stands again");
    third.call("mona", "POST", &format!("{DECISIONS}/{decision}/undo"), Value::Null).await.ok();
    assert_eq!(third.go_on().await, COUNT.div_ceil(STEP));
    assert_eq!(standing(&third), at_first);
    third.verified().await;
}

#[actix_web::test]
async fn of_several_each_has_its_turn() {
    const COUNT: usize = WHOLE + 100;
    let world = World::new().await;
    let (one, two) = (branch(&world, "alice", COUNT).await, branch(&world, "bob", COUNT).await);
    let mut decisions = Vec::new();
    for made in [&one, &two] {
        world.wait_ms(1);
        decisions.push(id(&world.call("mona", "POST", DECISIONS, on_branch(&made[0], "hide")).await.ok()));
    }
    for _ in 0..4 {
        assert!(world.app.go_on().await.unwrap());
    }
    for decision in &decisions {
        assert_eq!(now(&world, decision).await["progress"]["done"], 2 * STEP);
    }
    let page = world.get("mona", &format!("{DECISIONS}?site=here&limit=1")).await.ok();
    assert_eq!(id(&page["items"][0]), decisions[1], "newest first");
    let next = page["next"].as_str().unwrap();
    let page = world.get("mona", &format!("{DECISIONS}?site=here&limit=1&cursor={next}")).await.ok();
    assert_eq!((id(&page["items"][0]), &page["next"]), (decisions[0].clone(), &Value::Null));
    world.go_on().await;
    world.verified().await;
}

/// A decision on a branch or on some that are named, as they stand now.
fn order(world: &World, random: &mut StdRng, made: &[Comment], act: &str) -> Value {
    let rows = world.by_hand("SELECT id, version FROM comment ORDER BY id").into_iter();
    let versions: BTreeMap<String, i64> = rows.map(|row| (row[0].clone(), row[1].parse().unwrap())).collect();
    let aim = |of: &Comment| json!({"comment_id": of.id, "version": versions[&of.id.to_string()]});
    if random.random_ratio(1, 2) {
        return json!({"targets": [aim(&made[0])], "scope": "subtree", "action": act, "reason_code": "spam"});
    }
    let some: Vec<Value> = (0..9).map(|_| aim(&made[random.random_range(0..made.len())])).collect();
    json!({"targets": some, "action": act, "reason_code": "spam"})
}

/// A sanction on one of two people, of any kind that has no end; its decision.
async fn sanction(world: &World, random: &mut StdRng) -> String {
    const KINDS: [&str; 4] = ["warn", "premoderate", "mute", "ban"];
    let kind = KINDS[random.random_range(0..KINDS.len())];
    let who = if random.random_ratio(1, 2) { "bob" } else { "carol" };
    let user = world.get(who, "/me").await.ok()["id"].as_str().unwrap().to_owned();
    let body = json!({"site": "here", "kind": kind, "reason_code": "hate"});
    let made = world.call("mona", "POST", &format!("/moderation/users/{user}/sanctions"), body).await.ok();
    made["decision_id"].as_str().unwrap().to_owned()
}

/// Takes a decision back; the undo, unless there was nothing to take back.
async fn undo(world: &World, decision: &str) -> Option<String> {
    let undone = world.call("ada", "POST", &format!("{DECISIONS}/{decision}/undo"), Value::Null).await.ok();
    let undo = undone["id"].as_str().map(str::to_owned);
    assert!(undo.is_some() || undone["conflicts"] == json!([]), "{undone}");
    undo
}

/// How many sequences are tried; `WIDE_CASES` says more.
#[allow(clippy::disallowed_methods, reason = "how long to test is no setting of the service")]
fn sequences(world: &World) -> u64 {
    let usual = if world.database.is_server() { 1 } else { 3 };
    std::env::var("WIDE_CASES").map_or(usual, |number| number.parse().unwrap())
}

/// Decisions on few and on many and sanctions, some stopped in the middle, several at a time; then all of them
/// taken back in any order that is possible: those that move the same facet last first, and each
/// such row whenever it likes.
#[actix_web::test]
async fn decided_and_undone_in_any_possible_order_nothing_is_left() {
    const COUNT: usize = WHOLE + 40;
    const ACTS: [&[&str]; 3] = [&["hide", "restore", "approve", "dismiss"], &["lock", "unlock"], &["pin", "unpin"]];
    let world = World::new().await;
    world.call("mona", "PUT", "/sites/here/threads/article", json!({})).await.ok();
    let mut made = branch(&world, "alice", COUNT - 40).await;
    world.call("mona", "PUT", "/sites/here/threads/article", json!({"premoderation": true})).await.ok();
    for number in 0..40 {
        world.wait_ms(1);
        made.push(post(&world, "bob", "here", format!("held {number}"), Some(made[number].id)).await);
    }
    for comment in made.iter().step_by(9).take(30) {
        let path = format!("/comments/{}/flags", comment.id);
        world.call("carol", "POST", &path, json!({"reason": "hate"})).await.ok();
    }
    let at_first = standing(&world);
    for seed in 0..sequences(&world) {
        println!("sequence {seed}");
        let mut random = StdRng::seed_from_u64(seed);
        // the last one is of sanctions
        let mut stacks: [Vec<String>; 4] = Default::default();
        // facets that something which still runs moves
        let mut busy: BTreeSet<usize> = BTreeSet::new();
        let mut before = grown(&world);
        let mut only_grows = |world: &World| {
            let after = grown(world);
            assert!(before.iter().zip(&after).all(|(before, after)| before <= after), "{before:?} {after:?}");
            before = after;
        };
        for _ in 0..16 {
            world.wait_ms(10);
            let facet = random.random_range(0..stacks.len());
            if facet == ACTS.len() {
                let decision = sanction(&world, &mut random).await;
                if random.random_ratio(1, 3) {
                    world.wait_ms(10);
                    let lift = undo(&world, &decision).await.unwrap();
                    world.wait_ms(10);
                    undo(&world, &lift).await.unwrap();
                }
                stacks[facet].push(decision);
                only_grows(&world);
                continue;
            }
            if busy.contains(&facet) {
                // of the same facet the next one starts where this one has ended
                world.go_on().await;
                busy.clear();
            }
            let act = ACTS[facet][random.random_range(0..ACTS[facet].len())];
            let body = order(&world, &mut random, &made, act);
            let decided = world.call("mona", "POST", DECISIONS, body).await.ok();
            let Some(decision) = decided["id"].as_str().map(str::to_owned) else { continue };
            for _ in 0..random.random_range(0..8) {
                world.wait_ms(10);
                world.app.go_on().await.unwrap();
            }
            busy.insert(facet);
            let is_taken_back = random.random_ratio(1, 3);
            if is_taken_back {
                // also where it still runs
                let undo = undo(&world, &decision).await;
                // and now and then that is taken back as well: it stands again, as far as it went
                let Some(undo) = undo.filter(|_| random.random_ratio(1, 2)) else { continue };
                // one that was stopped before it had done anything stays stopped
                if self::undo(&world, &undo).await.is_none() {
                    continue;
                }
            }
            stacks[facet].push(decision);
            only_grows(&world);
        }
        let mut undos = Vec::new();
        while stacks.iter().any(|stack| !stack.is_empty()) {
            world.wait_ms(10);
            let facet = random.random_range(0..stacks.len());
            let Some(decision) = stacks[facet].pop() else { continue };
            if busy.contains(&facet) {
                world.go_on().await;
                busy.clear();
            }
            undos.extend(undo(&world, &decision).await);
            busy.insert(facet);
            only_grows(&world);
        }
        world.go_on().await;
        for undo in undos {
            assert_eq!(now(&world, &undo).await["conflicts"], json!([]), "sequence {seed}");
        }
        world.verified().await;
        let after = standing(&world);
        for (part, (after, before)) in after.iter().zip(&at_first).enumerate() {
            assert_eq!(after, before, "sequence {seed}, part {part}");
        }
    }
}
