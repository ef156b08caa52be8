//! Moderators side by side: what one holds nobody else is given, and a decision on what one no
//! longer holds says who decided.

#![allow(clippy::unwrap_used, reason = "a failing test may panic anywhere")]

mod common;

use std::collections::HashSet;
use std::time::Instant;

use common::{PASSWORD, THREAD, World, id};
use futures_util::future::{join, join_all};
use serde_json::{Value, json};
use understory::app::Error;
use understory::app::queue::{QueueQuery, page};
use understory::domain::permission::Role;
use understory::domain::queue::QueueKind;
use understory::store::{Tx, Waits};

const MODERATORS: usize = 32;
const READERS: usize = 32;
const LEASE_MS: i64 = 300_000;

fn items(of: &Value) -> Vec<String> {
    of["items"].as_array().unwrap().iter().map(|item| id(&item["comment"])).collect()
}

async fn claim(world: &World, who: &str, wanted: Value) -> Value {
    let mut body = json!({"site": "here"});
    body.as_object_mut().unwrap().extend(wanted.as_object().unwrap().clone());
    let answer = world.call(who, "POST", "/moderation/claims", body).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer.json
}

/// Each in a millisecond of its own: of thousands in one, two would draw the same id.
async fn decide(world: &World, token: Option<&str>, comment: &Value, claim: &Value) -> Value {
    world.wait_ms(1);
    let target = json!({"comment_id": comment["id"], "version": comment["version"]});
    let body = json!({"targets": [target], "action": "approve", "claim_token": claim["token"]});
    world.send(token, "POST", "/moderation/decisions", body, &[]).await.ok()
}

/// Each a millisecond after the one before, so that it stands behind it in the queue.
async fn flagged(world: &World, text: &str) -> Value {
    world.wait_ms(1);
    let comment = world.post("alice", text, None).await;
    let path = format!("/comments/{}/flags", id(&comment));
    world.call("bob", "POST", &path, json!({"reason": "spam"})).await.ok();
    comment
}

#[actix_web::test]
async fn what_is_held_is_given_to_nobody_else_until_it_is_given_back_or_runs_out() {
    let world = World::new().await;
    let (first, second) = (flagged(&world, "one").await, flagged(&world, "two").await);
    let mine = claim(&world, "mona", json!({"count": 1, "kind": "flagged"})).await;
    assert_eq!(items(&mine), [id(&first)]);
    assert_eq!(mine["items"][0]["claim"]["user"]["login"], "mona");
    // neither by count nor by name
    let theirs = claim(&world, "ada", json!({"comment_ids": [first["id"], second["id"]]})).await;
    assert_eq!(items(&theirs), [id(&second)]);
    assert_eq!(items(&claim(&world, "ada", json!({"count": 9})).await), Vec::<String>::new());
    let queue = world.get("ada", "/moderation/queue?site=here").await.ok();
    let holders: Vec<&Value> =
        queue["items"].as_array().unwrap().iter().map(|i| &i["claim"]["user"]["login"]).collect();
    assert_eq!(holders, ["mona", "ada"]);
    // a flag more does not take it out of her hands
    let path = format!("/comments/{}/flags", id(&first));
    world.call("carol", "POST", &path, json!({"reason": "hate"})).await.ok();
    assert_eq!(items(&claim(&world, "ada", json!({"count": 9, "reason": "hate"})).await), Vec::<String>::new());
    world.verified().await;

    let path = format!("/moderation/claims/{}", mine["token"].as_str().unwrap());
    world.call("ada", "PATCH", &path, Value::Null).await.fails(404, "not_found");
    world.call("ada", "DELETE", &path, Value::Null).await.fails(404, "not_found");
    world.wait_ms(LEASE_MS - 1);
    let renewed = world.call("mona", "PATCH", &path, json!({"lease_s": 600})).await.ok();
    assert_eq!(items(&renewed), [id(&first)]);
    // since when is told as it was, however often it is renewed
    let since = |claim: &Value| claim["items"][0]["claim"]["since"].as_str().unwrap().to_owned();
    assert_eq!(since(&renewed), since(&mine));
    assert!(since(&mine).as_str() < mine["expires_at"].as_str().unwrap());
    // ada's has run out, by itself; mona's holds on
    world.wait_ms(LEASE_MS);
    let queue = world.get("ada", "/moderation/queue?site=here").await.ok();
    assert_eq!(
        (&queue["items"][0]["claim"]["user"]["login"], &queue["items"][1]["claim"]),
        (&json!("mona"), &Value::Null)
    );
    let again = claim(&world, "mona", json!({"count": 9})).await;
    assert_eq!(items(&again), [id(&second)]);
    assert_eq!(world.call("mona", "DELETE", &path, Value::Null).await.status, 204);
    world.call("mona", "PATCH", &path, Value::Null).await.fails(409, "stale_claim");
    assert_eq!(items(&claim(&world, "ada", json!({"count": 9})).await), [id(&first)]);
    world.verified().await;
}

#[actix_web::test]
async fn a_decision_on_what_one_no_longer_holds_says_who_decided() {
    let world = World::new().await;
    let comment = flagged(&world, "one").await;
    let mine = claim(&world, "mona", json!({"count": 1})).await;
    // of another, and of nobody
    for (who, claim) in [("ada", &mine), ("mona", &json!({"token": "none"}))] {
        let made = decide(&world, Some(world.token(who)), &comment, claim).await;
        assert_eq!((&made["id"], &made["conflicts"][0]["code"]), (&Value::Null, &json!("stale_claim")));
        assert_eq!(made["conflicts"][0]["decided"], Value::Null);
    }
    world.wait_ms(LEASE_MS);
    let late = decide(&world, Some(world.token("mona")), &comment, &mine).await;
    assert_eq!(late["conflicts"][0]["code"], "stale_claim");
    let theirs = claim(&world, "ada", json!({"count": 1})).await;
    let made = decide(&world, Some(world.token("ada")), &comment, &theirs).await;
    assert_eq!(made["applied"][0]["comment_id"], comment["id"]);
    let late = decide(&world, Some(world.token("mona")), &comment, &mine).await;
    let decided = &late["conflicts"][0]["decided"];
    assert_eq!((&decided["actor"]["login"], &decided["action"]), (&json!("ada"), &json!("approve")));
    assert_eq!(decided["decision_id"], made["id"]);
    world.verified().await;
}

#[actix_web::test]
async fn a_claim_asked_for_again_is_the_same() {
    let world = World::new().await;
    let comment = flagged(&world, "one").await;
    let (body, key) = (json!({"site": "here", "count": 1}), [("idempotency-key", "k")]);
    let first = world.call_with("mona", "POST", "/moderation/claims", body.clone(), &key).await;
    let again = world.call_with("mona", "POST", "/moderation/claims", body, &key).await;
    assert_eq!((first.status, again.status, items(&again.json)), (201, 201, vec![id(&comment)]));
    assert_eq!((&first.json["token"], &again.headers["idempotency-replayed"] == "true"), (&again.json["token"], true));
    for wrong in [json!({}), json!({"count": 0}), json!({"count": 201}), json!({"count": 1, "comment_ids": ["1"]})] {
        let mut body = json!({"site": "here"});
        body.as_object_mut().unwrap().extend(wrong.as_object().unwrap().clone());
        world.call("mona", "POST", "/moderation/claims", body).await.fails(422, "validation_failed");
    }
}

/// How many wait at first; `CLAIMS_QUEUE` says more.
#[allow(clippy::disallowed_methods, reason = "how long to test is no setting of the service")]
fn waiting() -> usize {
    std::env::var("CLAIMS_QUEUE").map_or(200, |number| number.parse().unwrap())
}

#[actix_web::test]
async fn thirty_two_drain_a_queue_while_readers_post_flag_and_edit() {
    let world = World::with(&["server.workers=4"]).await;
    let mut tokens = Vec::new();
    for number in 0..MODERATORS {
        let login = format!("moderator{number}");
        let body = json!({"login": login, "password": PASSWORD, "client": "native"});
        let session = world.call("anon", "POST", "/auth/register", body).await.ok();
        world.app.set_role(&login, Role::Moderator, Some("here")).await.unwrap();
        tokens.push(session["access_token"].as_str().unwrap().to_owned());
    }
    for number in 0..waiting() {
        flagged(&world, &format!("number {number}")).await;
    }
    let moderators = tokens.iter().map(|token| drain(&world, token));
    let begun = Instant::now();
    let readers = (0..READERS).map(|number| disturb(&world, number));
    let (decided, added) = join(join_all(moderators), join_all(readers)).await;
    // what came in after the last had looked
    let rest = drain(&world, &tokens[0]).await;
    println!("{} drained in {:.1} s", waiting(), begun.elapsed().as_secs_f64());
    let decided: Vec<String> = decided.into_iter().flatten().chain(rest).collect();
    let once: HashSet<&String> = decided.iter().collect();
    assert_eq!(once.len(), decided.len(), "decided twice");
    assert_eq!(decided.len(), waiting() + added.iter().sum::<usize>(), "lost");
    let queue = world.get("mona", "/moderation/queue?site=here").await.ok();
    assert_eq!(
        (&queue["counts"], &queue["items"]),
        (&json!({"flagged": 0, "held": 0, "notice": 0, "sample": 0}), &json!([]))
    );
    world.verified().await;
}

/// Claims and decides until there is nothing to be had; what was decided.
async fn drain(world: &World, token: &str) -> Vec<String> {
    let mut decided = Vec::new();
    loop {
        let body = json!({"site": "here", "count": 5});
        let claim = world.send(Some(token), "POST", "/moderation/claims", body, &[]).await.ok();
        if claim["items"].as_array().unwrap().is_empty() {
            return decided;
        }
        for item in claim["items"].as_array().unwrap() {
            let made = decide(world, Some(token), &item["comment"], &claim).await;
            match made["conflicts"].as_array().unwrap().as_slice() {
                [] => decided.push(id(&item["comment"])),
                // its author has edited it: look again
                [conflict] => {
                    assert_eq!(conflict["code"], "stale_version");
                    let now = json!({"id": conflict["comment_id"], "version": conflict["version"]});
                    let made = decide(world, Some(token), &now, &claim).await;
                    assert_eq!(made["conflicts"], json!([]));
                    decided.push(id(&item["comment"]));
                }
                more => panic!("{more:?}"),
            }
        }
    }
}

/// Posts and flags, and edits what was posted; how many more wait.
async fn disturb(world: &World, reader: usize) -> usize {
    const POSTS: usize = 5;
    for number in 0..POSTS {
        let body = json!({"body": format!("reader {reader}, {number}")});
        let comment = world.call("carol", "POST", THREAD, body).await.ok();
        let path = format!("/comments/{}", id(&comment));
        world.call("bob", "POST", &format!("{path}/flags"), json!({"reason": "other"})).await.ok();
        world.call("carol", "PATCH", &path, json!({"body": "edited"})).await.ok();
        let queue = world.get("mona", "/moderation/queue?site=here&limit=200").await.ok();
        // nothing else is held here: what is shown in one answer is what it counts
        let shown = queue["items"].as_array().unwrap().len();
        if queue["next"].is_null() {
            assert_eq!(queue["counts"]["flagged"], shown);
        }
        recounted(world).await;
    }
    POSTS
}

/// What a page of the queue counts is what a recount gives in the same snapshot, and so is every
/// other counter.
async fn recounted(world: &World) {
    let now_ms = world.app.now_ms();
    let read = move |tx: &mut Tx<'_>| {
        let site = tx.site_by_key("here")?.unwrap();
        let asked = QueueQuery::of(QueueKind::All);
        let page = page(tx, site.clone(), &asked, &(None, 5), now_ms)?;
        let mut counted = Waits::default();
        for row in tx.queue_walk(site.id, "all", None, i64::MAX)? {
            counted.flagged += i64::from(row.waiting.flagged);
            counted.held += i64::from(row.waiting.held);
            counted.notice += i64::from(row.waiting.notice);
            counted.sample += i64::from(row.waiting.sample);
        }
        Ok::<_, Error>((page.counts, counted, tx.check_counters()?))
    };
    let (counts, counted, differences) = world.app.store.read("recount", read).await.unwrap();
    assert_eq!(counts, counted);
    assert!(differences.is_empty(), "{differences:?}");
}
