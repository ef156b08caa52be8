//! Notices of illegal content: anybody gives one, follows it by its token, and is told the outcome;
//! who gave it is for moderators only.

#![allow(clippy::unwrap_used, reason = "a failing test may panic anywhere")]

mod common;

use common::{PEOPLE, World, id};
use serde_json::{Value, json};
use understory::http::route::BASE;
use understory::http::routes;

const DAY_MS: i64 = 86_400_000;
const NAME: &str = "Canary Neighbour";
const EMAIL: &str = "canary.neighbour@example.org";

fn body(comment: &Value) -> Value {
    json!({"comment_id": comment["id"], "explanation": "It names my child.", "good_faith": true,
           "name": NAME, "email": EMAIL})
}

async fn give(world: &World, comment: &Value) -> Value {
    let answer = world.call("anon", "POST", "/notices", body(comment)).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer.json
}

async fn state(world: &World, receipt: &Value) -> Value {
    world.get("anon", &format!("/notices/{}", receipt["token"].as_str().unwrap())).await.ok()
}

#[actix_web::test]
async fn a_notice_comes_first_and_its_giver_is_told_the_outcome() {
    let world = World::new().await;
    let (flagged, comment) = (world.post("alice", "flagged", None).await, world.post("alice", "a name", None).await);
    let flags = format!("/comments/{}/flags", id(&flagged));
    world.call("bob", "POST", &flags, json!({"reason": "illegal"})).await.ok();
    world.wait_ms(1_000);
    let answer = world.call("anon", "POST", "/notices", body(&comment)).await;
    let receipt = &answer.json;
    let token = receipt["token"].as_str().unwrap();
    assert_eq!(token.len(), 43, "256 bits");
    assert_eq!(answer.headers["location"].to_str().unwrap(), format!("{BASE}/notices/{token}"));
    assert_eq!(
        (&receipt["state"], &receipt["outcome"], &receipt["redress"]),
        (&json!("open"), &Value::Null, &Value::Null)
    );
    assert_eq!((&receipt["category"], &receipt["due_at"]), (&json!("illegal"), &json!("2023-11-15T22:13:21.000Z")));

    let shown = world.queue("").await;
    assert_eq!(shown["counts"], json!({"flagged": 1, "held": 0, "notice": 1, "sample": 0}));
    let item = &shown["items"][0];
    assert_eq!((&item["comment"]["id"], &item["band"]), (&comment["id"], &json!(0)));
    let notice = &item["notices"][0];
    assert_eq!((&notice["name"], &notice["email"]), (&json!(NAME), &json!(EMAIL)));
    assert_eq!((&notice["explanation"], &notice["category"]), (&json!("It names my child."), &json!("illegal")));
    assert_eq!(world.queue("&kind=notice").await["items"].as_array().unwrap().len(), 1);
    assert_eq!(world.queue("&reason=illegal").await["items"].as_array().unwrap().len(), 2);
    let claim = json!({"site": "here", "kind": "notice", "count": 9});
    let claim = world.call("mona", "POST", "/moderation/claims", claim).await.ok();
    assert_eq!(claim["items"][0]["comment"]["id"], comment["id"]);

    let target = json!({"comment_id": comment["id"], "version": comment["version"]});
    let order = json!({"targets": [target], "action": "hide", "reason_code": "illegal", "note": "canary note",
                       "public_text": "canary words to the author"});
    world.wait_ms(1_000);
    let decision = world.call("mona", "POST", "/moderation/decisions", order).await.ok();
    let told = state(&world, receipt).await;
    assert_eq!(told["state"], "upheld");
    let outcome = json!({"action": "hide", "at": decision["at"], "reason_code": "illegal", "automated": false});
    assert_eq!(told["outcome"], outcome);
    assert!(told["reason"].as_str().unwrap().contains("against the law") && told["redress"].is_string());
    assert!(!told.to_string().contains("canary") && !told.to_string().contains("alice"), "{told}");
    assert_eq!(world.queue("").await["counts"]["notice"], 0);
    world.verified().await;
}

#[actix_web::test]
async fn each_decision_settles_a_notice_as_it_does_flags_and_an_undo_opens_it_again() {
    let world = World::new().await;
    for (action, settled) in [("hide", "upheld"), ("approve", "dismissed"), ("dismiss", "dismissed")] {
        let comment = world.post("alice", "a name", None).await;
        let receipt = give(&world, &comment).await;
        world.wait_ms(1_000);
        let decision = world.decide("mona", action, &comment).await.ok();
        let told = state(&world, &receipt).await;
        assert_eq!((&told["state"], &told["outcome"]["action"]), (&json!(settled), &json!(action)));
        let first = world.undo("mona", &decision).await.ok();
        let told = state(&world, &receipt).await;
        assert_eq!((&told["state"], &told["outcome"]), (&json!("open"), &Value::Null));
        assert_eq!(world.queue("").await["counts"]["notice"], 1);
        // the undo taken back settles it as it was
        let second = world.undo("mona", &first).await.ok();
        let told = state(&world, &receipt).await;
        assert_eq!((&told["state"], &told["outcome"]["action"]), (&json!(settled), &json!(action)));
        world.undo("mona", &second).await.ok();
        assert_eq!(state(&world, &receipt).await["state"], "open");
        // what has nothing to do with it leaves it open
        let pinned = world.decide("mona", "lock", &world.now(&comment).await).await.ok();
        world.undo("mona", &pinned).await.ok();
        assert_eq!(state(&world, &receipt).await["state"], "open");
        world.decide("mona", "dismiss", &world.now(&comment).await).await.ok();
        assert_eq!(state(&world, &receipt).await["state"], "dismissed");
        world.verified().await;
    }
    // its author takes the comment back: the notice is answered all the same
    let comment = world.post("alice", "a name", None).await;
    let receipt = give(&world, &comment).await;
    assert_eq!(world.call("alice", "DELETE", &format!("/comments/{}", id(&comment)), Value::Null).await.status, 204);
    assert_eq!(world.queue("&kind=notice").await["items"][0]["comment"]["id"], comment["id"]);
    world.decide("mona", "dismiss", &world.now(&comment).await).await.ok();
    assert_eq!(state(&world, &receipt).await["state"], "dismissed");
    world.verified().await;
}

#[actix_web::test]
async fn what_readers_do_not_see_is_not_there_and_what_is_wrong_is_named() {
    let world = World::new().await;
    let comment = world.post("alice", "a comment", None).await;
    let hidden = world.post("alice", "hidden", None).await;
    world.post("bob", "below", Some(&id(&hidden))).await;
    world.decide("mona", "hide", &hidden).await.ok();
    let deleted = world.post("alice", "deleted", None).await;
    world.call("alice", "DELETE", &format!("/comments/{}", id(&deleted)), Value::Null).await;
    world.call("mona", "PUT", "/sites/here/threads/article", json!({"premoderation": true})).await.ok();
    let held = world.post("alice", "held", None).await;
    let mut answers = Vec::new();
    for unseen in [&hidden, &deleted, &held, &json!({"id": "1"})] {
        // not even to who wrote or moderates it
        for who in ["anon", "alice", "mona"] {
            let answer = world.call(who, "POST", "/notices", body(unseen)).await;
            assert_eq!((answer.status, answer.code()), (404, "not_found"));
            answers.push((answer.json["title"].clone(), answer.json["detail"].clone()));
        }
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "one of them tells more: {answers:?}");
    for token in ["x", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "%00"] {
        world.get("anon", &format!("/notices/{token}")).await.fails(404, "not_found");
    }

    let with = |field: &str, value: Value| {
        let mut body = body(&comment);
        body[field] = value;
        body
    };
    let long = "x".repeat(5_001);
    for (field, value) in [
        ("good_faith", json!(false)),
        ("explanation", json!(" \n")),
        ("explanation", json!(long)),
        ("name", json!(" ")),
        ("name", json!("x".repeat(201))),
        ("name", Value::Null),
        ("email", Value::Null),
        ("email", json!("nobody")),
        ("email", json!(format!("{}@example.org", "x".repeat(254)))),
        ("category", json!("rule_violation")),
        ("category", json!("none")),
        ("comment_id", json!("x")),
        ("comment_id", json!(1)),
    ] {
        let answer = world.call("anon", "POST", "/notices", with(field, value.clone())).await;
        assert_eq!(answer.json["errors"][0]["pointer"], format!("/{field}"), "{value} {}", answer.text);
        answer.fails(422, "validation_failed");
    }
    world.call("anon", "POST", "/notices", with("token", json!("mine"))).await.fails(422, "unknown_field");
    for missing in ["comment_id", "explanation", "good_faith"] {
        let mut body = body(&comment);
        body.as_object_mut().unwrap().remove(missing);
        world.call("anon", "POST", "/notices", body).await.fails(422, "validation_failed");
    }
    assert_eq!(world.by_hand("SELECT count(*) FROM notice"), [["0"]]);
    // a closed thread is no place to hide
    world.call("mona", "PUT", "/sites/here/threads/article", json!({"state": "archived"})).await.ok();
    give(&world, &comment).await;
}

#[actix_web::test]
async fn a_notice_without_a_name_is_taken_where_law_and_site_allow() {
    let nameless = |comment: &Value, category: &str| json!({"comment_id": comment["id"], "explanation": "why", "good_faith": true, "category": category});
    let world = World::new().await;
    let comment = world.post("alice", "a comment", None).await;
    world.call("anon", "POST", "/notices", nameless(&comment, "illegal")).await.ok();
    assert_eq!(world.queue("").await["items"][0]["notices"][0]["name"], Value::Null);

    let strict = World::with(&["moderation.notice_contact_required=true"]).await;
    let comment = strict.post("alice", "a comment", None).await;
    let answer = strict.call("anon", "POST", "/notices", nameless(&comment, "illegal")).await;
    assert_eq!(answer.json["errors"][0]["pointer"], "/name");
    answer.fails(422, "validation_failed");
    strict.call("anon", "POST", "/notices", nameless(&comment, "sexual")).await.ok();
    give(&strict, &comment).await;
}

#[actix_web::test]
async fn a_notice_sent_again_is_one_notice_with_the_same_token() {
    let world = World::new().await;
    let comment = world.post("alice", "a comment", None).await;
    let send = async |body: Value| world.call_with("anon", "POST", "/notices", body, &[("idempotency-key", "k")]).await;
    let first = send(body(&comment)).await;
    world.decide("mona", "hide", &comment).await.ok();
    let again = send(body(&comment)).await;
    assert_eq!((first.status, again.status), (201, 201));
    assert_eq!((&first.json["token"], &again.json["state"]), (&again.json["token"], &json!("upheld")));
    assert_eq!(&again.headers["idempotency-replayed"], "true");
    let mut other = body(&comment);
    other["category"] = json!("hate");
    send(other).await.fails(422, "idempotency_key_reused");
    assert_eq!(world.by_hand("SELECT count(*) FROM notice"), [["1"]]);
    assert!(
        !format!("{:?}", world.by_hand("SELECT scope FROM idempotency")).contains("127.0.0.1"),
        "an address is kept"
    );
}

#[actix_web::test]
async fn notices_are_counted_as_writes_of_their_client() {
    let world = World::with(&["limits.enabled=true", "limits.write_per_min=1", "limits.register_per_hour=100"]).await;
    let comment = world.post("alice", "a comment", None).await;
    let first = world.call("anon", "POST", "/notices", body(&comment)).await;
    assert_eq!(first.status, 201, "{}", first.text);
    assert!(first.headers.contains_key("ratelimit"));
    let second = world.call("anon", "POST", "/notices", body(&comment)).await;
    assert!(second.headers.contains_key("retry-after"));
    second.fails(429, "rate_limited");
}

/// Who gave a notice is found by moderators of the site, in queue and claims, and nowhere else.
#[actix_web::test]
async fn who_gave_a_notice_is_told_to_moderators_only() {
    let world = World::new().await;
    let comment = world.post("alice", "a comment", None).await;
    world.post("bob", "below", Some(&id(&comment))).await;
    let receipt = give(&world, &comment).await;
    let second = world.post("alice", "another", None).await;
    give(&world, &second).await;
    let decision = world.decide("mona", "hide", &second).await.ok();
    let alice = id(&world.get("alice", "/me").await.ok());
    let mut found = Vec::new();
    for route in routes::all().into_iter().filter(|route| route.method.as_str() == "GET") {
        let id = match route.path.as_str() {
            path if path.contains("/users/") => &alice,
            path if path.contains("/decisions/") => decision["id"].as_str().unwrap(),
            _ => comment["id"].as_str().unwrap(),
        };
        let path = route.path.replace("{site}", "here").replace("{key}", "article").replace("{id}", id);
        let path = path.replace("{token}", receipt["token"].as_str().unwrap()).replace("{path}", "console.js");
        for query in ["", "?site=here", &format!("?site=here&user={alice}")] {
            for who in std::iter::once("anon").chain(PEOPLE) {
                let answer = world.fetch(who, &format!("{path}{query}"), &[]).await;
                assert!(answer.status < 500, "{path}");
                if answer.text.contains("anary") {
                    found.push(format!("{who} {path}{query}"));
                }
            }
        }
    }
    let queue = format!("{BASE}/moderation/queue?site=here");
    assert_eq!(found, [format!("mona {queue}"), format!("ada {queue}")]);
    let claim = json!({"site": "here", "kind": "notice", "count": 9});
    let claim = world.call("mona", "POST", "/moderation/claims", claim).await;
    assert!(claim.text.contains(EMAIL));
    for sql in ["SELECT detail FROM event WHERE detail IS NOT NULL", "SELECT target FROM moderation_log"] {
        assert!(!format!("{:?}", world.by_hand(sql)).contains("anary"), "{sql}");
    }
    let texts = "SELECT COALESCE(before, '') || COALESCE(after, '') || COALESCE(note, '') FROM moderation_log_text";
    assert!(!format!("{:?}", world.by_hand(texts)).contains("anary"));
    let mut export = Vec::new();
    world.app.export("here", None, &mut export).await.unwrap();
    assert!(!String::from_utf8(export).unwrap().contains("anary"));
}

#[actix_web::test]
async fn who_gave_a_notice_is_forgotten_some_time_after_its_outcome() {
    let world = World::with(&["moderation.notice_contact_days=10"]).await;
    let (settled, open) = (world.post("alice", "one", None).await, world.post("alice", "two", None).await);
    let receipt = give(&world, &settled).await;
    give(&world, &open).await;
    world.decide("mona", "approve", &settled).await.ok();
    let kept = || world.by_hand("SELECT count(*) FROM notice WHERE email IS NOT NULL AND name IS NOT NULL");
    world.wait_ms(10 * DAY_MS);
    world.app.housekeep().await.unwrap();
    assert_eq!(kept(), [["2"]]);
    world.wait_ms(1);
    world.app.housekeep().await.unwrap();
    assert_eq!(kept(), [["1"]]);
    // the rest of it stands, and so does its receipt
    assert_eq!(state(&world, &receipt).await["state"], "dismissed");
    assert_eq!(world.by_hand("SELECT count(*) FROM notice WHERE explanation <> ''"), [["2"]]);
    world.verified().await;
}

#[actix_web::test]
async fn a_purge_erases_what_a_notice_says_of_the_text() {
    let world = World::new().await;
    let comment = world.post("alice", "a name", None).await;
    let receipt = give(&world, &comment).await;
    world.decide("ada", "purge", &comment).await.ok();
    let told = state(&world, &receipt).await;
    assert_eq!((&told["state"], &told["outcome"]["action"]), (&json!("upheld"), &json!("purge")));
    assert_eq!(world.by_hand("SELECT count(*) FROM notice WHERE explanation = ''"), [["1"]]);
    assert_eq!(world.queue("").await["counts"]["notice"], 0);
    world.verified().await;
}

#[actix_web::test]
async fn a_token_is_kept_as_a_hash() {
    let world = World::new().await;
    let comment = world.post("alice", "a comment", None).await;
    let (first, second) = (give(&world, &comment).await, give(&world, &comment).await);
    assert_ne!(first["token"], second["token"]);
    let hashes = if world.database.is_server() { "encode(token_hash, 'hex')" } else { "lower(hex(token_hash))" };
    let kept = world.by_hand(&format!("SELECT {hashes} FROM notice"));
    for receipt in [first, second] {
        let token = receipt["token"].as_str().unwrap();
        let hash = hex::encode(<sha2::Sha256 as sha2::Digest>::digest(token));
        assert!(kept.contains(&vec![hash]));
    }
}
