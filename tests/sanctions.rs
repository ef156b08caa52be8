//! Sanctions on people: what each kind keeps whom from, where, from the next request until its end;
//! that they leave no trace once lifted; and who may lay and lift them.

#![allow(clippy::unwrap_used, reason = "a failing test may panic anywhere")]

mod common;

use std::collections::BTreeMap;

use common::{PASSWORD, PEOPLE, THREAD, World, id};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use understory::app::set_site::SiteChange;
use understory::domain::permission::Role;
use understory::domain::time::rfc3339;
use understory::http::routes;

/// Shorter than a token is good for.
const MINUTE_MS: i64 = 60_000;
const KINDS: [&str; 5] = ["warn", "premoderate", "mute", "suspend", "ban"];

/// An order of a sanction; on a site, or without one on the whole server.
fn order(world: &World, kind: &str, site: Option<&str>) -> Value {
    let mut order = json!({"kind": kind, "reason_code": "harassment", "public_text": "too loud"});
    if let Some(site) = site {
        order["site"] = json!(site);
    }
    if kind == "suspend" {
        order["until"] = json!(rfc3339(world.app.now_ms() + MINUTE_MS));
    }
    order
}

async fn impose(world: &World, by: &str, on: &str, order: Value) -> common::Answer {
    let user = id(&world.get(on, "/me").await.ok());
    world.call(by, "POST", &format!("/moderation/users/{user}/sanctions"), order).await
}

async fn lift(world: &World, by: &str, sanction: &Value) -> common::Answer {
    world.call(by, "DELETE", &format!("/moderation/sanctions/{}", id(sanction)), Value::Null).await
}

async fn undo(world: &World, by: &str, decision: &Value) -> common::Answer {
    let decision = decision.as_str().unwrap();
    world.call(by, "POST", &format!("/moderation/decisions/{decision}/undo"), Value::Null).await
}

/// What a person writes, with their own and others' things on a site.
struct Stage {
    site: &'static str,
    theirs: String,
    own: String,
    to_delete: String,
    flag: String,
}

const WRITES: [&str; 7] = ["post", "edit", "vote", "flag", "withdraw", "delete", "profile"];

impl Stage {
    async fn at(world: &World, who: &str, site: &'static str) -> Stage {
        let list = format!("/sites/{site}/threads/article/comments");
        let post = async |who: &str| id(&world.call(who, "POST", &list, json!({"body": "text"})).await.ok());
        let (theirs, flagged) = (post("alice").await, post("alice").await);
        let flags = format!("/comments/{flagged}/flags");
        let flag = id(&world.call(who, "POST", &flags, json!({"reason": "spam"})).await.ok());
        Stage { site, theirs, own: post(who).await, to_delete: post(who).await, flag }
    }

    async fn write(&self, world: &World, who: &str, write: &str) -> common::Answer {
        let theirs = format!("/comments/{}", self.theirs);
        match write {
            "post" => {
                let list = format!("/sites/{}/threads/article/comments", self.site);
                world.call(who, "POST", &list, json!({"body": "text"})).await
            }
            "edit" => world.call(who, "PATCH", &format!("/comments/{}", self.own), json!({"body": "edited"})).await,
            "vote" => world.call(who, "PUT", &format!("{theirs}/vote"), json!({"value": 1})).await,
            "flag" => world.call(who, "POST", &format!("{theirs}/flags"), json!({"reason": "hate"})).await,
            "withdraw" => world.call(who, "DELETE", &format!("/flags/{}", self.flag), Value::Null).await,
            "delete" => world.call(who, "DELETE", &format!("/comments/{}", self.to_delete), Value::Null).await,
            _ => world.call(who, "PATCH", "/me", json!({"display_name": "Bob"})).await,
        }
    }
}

/// What a write is refused with, on a site where the sanction holds.
fn refusal(kind: &str, write: &str) -> Option<&'static str> {
    match (kind, write) {
        ("mute", "post" | "edit" | "vote" | "flag") => Some("muted"),
        ("suspend" | "ban", _) => Some("account_suspended"),
        _ => None,
    }
}

#[actix_web::test]
async fn each_kind_keeps_from_what_it_says_where_it_holds_until_it_is_lifted() {
    let world = World::new().await;
    let mut cells = 0;
    for kind in KINDS {
        for place in [Some("here"), Some("there"), None] {
            for lifted in [false, true] {
                let stages = [Stage::at(&world, "bob", "here").await, Stage::at(&world, "bob", "there").await];
                let sanction = impose(&world, "ada", "bob", order(&world, kind, place)).await.ok();
                if lifted {
                    assert_eq!(lift(&world, "ada", &sanction).await.status, 204);
                }
                for stage in &stages {
                    for write in WRITES {
                        let holds = !lifted && place.is_none_or(|site| site == stage.site && write != "profile");
                        let expected = refusal(kind, write).filter(|_| holds);
                        let answer = stage.write(&world, "bob", write).await;
                        let what = format!("{kind} {place:?}, lifted {lifted}: {write} on {}", stage.site);
                        match expected {
                            Some(code) => assert_eq!((answer.status, answer.code()), (403, code), "{what}"),
                            None => assert!(answer.status < 300, "{what}: {}", answer.text),
                        }
                        if matches!(write, "post" | "edit") && expected.is_none() {
                            let waits = kind == "premoderate" && holds;
                            let (state, by) = if waits {
                                (json!("held"), json!("sanction"))
                            } else {
                                (json!("published"), Value::Null)
                            };
                            assert_eq!((&answer.json["state"], &answer.json["held_by"]), (&state, &by), "{what}");
                        }
                        cells += 1;
                    }
                }
                if !lifted {
                    assert_eq!(lift(&world, "ada", &sanction).await.status, 204);
                }
            }
        }
    }
    world.verified().await;
    println!("{cells} cells");
}

#[actix_web::test]
async fn who_is_banned_reads_signs_in_and_keeps_their_account_safe() {
    let world = World::new().await;
    world.post("bob", "before", None).await;
    let sanction = impose(&world, "ada", "bob", order(&world, "ban", None)).await.ok();
    world.get("bob", THREAD).await.ok();
    for path in ["/me", "/me/comments", "/me/flags", "/me/sessions", "/sites/here/threads/article/viewer"] {
        world.get("bob", path).await.ok();
    }
    let told = world.get("bob", "/me/decisions").await.ok();
    let entry = &told["items"][0];
    assert_eq!((&entry["action"], &entry["sanction_id"]), (&json!("ban"), &sanction["id"]));
    assert_eq!((&entry["comment_id"], &entry["decision_id"]), (&Value::Null, &sanction["decision_id"]));
    assert_eq!((&entry["public_text"], &entry["reason_code"]), (&json!("too loud"), &json!("harassment")));
    assert_eq!((&entry["sanction"]["until"], &entry["sanction"]["site"]), (&Value::Null, &Value::Null));
    // signing in, and what keeps the account safe
    let session = world.sign_in("bob").await;
    let token = session["access_token"].as_str();
    assert_eq!(world.send(token, "DELETE", "/me/sessions", Value::Null, &[]).await.status, 204);
    let password = json!({"current_password": PASSWORD, "new_password": "five other unrelated words"});
    assert_eq!(world.send(token, "PUT", "/me/password", password, &[]).await.status, 204);
    world.send(token, "POST", THREAD, json!({"body": "x"}), &[]).await.fails(403, "account_suspended");
    world.send(token, "PATCH", "/me", json!({}), &[]).await.fails(403, "account_suspended");
    assert_eq!(world.send(token, "POST", "/auth/logout", json!({}), &[]).await.status, 204);
    world.verified().await;
}

#[actix_web::test]
async fn one_is_told_why_one_cannot_post() {
    let world = World::new().await;
    world.post("alice", "text", None).await;
    for (kind, can) in [
        ("warn", json!({"post": true, "moderate": false})),
        ("premoderate", json!({"post": true, "moderate": false})),
        ("mute", json!({"post": false, "moderate": false, "reason": "muted"})),
        ("suspend", json!({"post": false, "moderate": false, "reason": "account_suspended"})),
    ] {
        let sanction = impose(&world, "mona", "bob", order(&world, kind, Some("here"))).await.ok();
        for (thread, can) in [("article", &can), ("unborn", &can)] {
            let viewer = world.get("bob", &format!("/sites/here/threads/{thread}/viewer")).await.ok();
            assert_eq!(viewer["can"], *can, "{kind} {thread}");
        }
        let elsewhere = world.get("bob", "/sites/there/threads/article/viewer").await.ok();
        assert_eq!(elsewhere["can"], json!({"post": true, "moderate": false}), "{kind}");
        assert_eq!(lift(&world, "mona", &sanction).await.status, 204);
    }
    // a moderator who is suspended reads, and decides nothing
    impose(&world, "ada", "mona", order(&world, "suspend", Some("here"))).await.ok();
    let viewer = world.get("mona", "/sites/here/threads/article/viewer").await.ok();
    assert_eq!((&viewer["can"]["moderate"], viewer["moderation"].is_object()), (&json!(false), true));
    world.get("mona", "/moderation/queue?site=here").await.ok();
    let comment = world.get("anon", THREAD).await.ok()["items"][0].clone();
    world.decide("mona", "hide", &comment).await.fails(403, "account_suspended");
    world.verified().await;
}

#[actix_web::test]
async fn a_sanction_ends_by_itself_and_not_a_millisecond_before() {
    let world = World::new().await;
    let end_ms = world.app.now_ms() + 1_000;
    for kind in ["mute", "suspend", "ban"] {
        let mut order = order(&world, kind, Some("here"));
        order["until"] = json!(rfc3339(end_ms));
        impose(&world, "mona", "bob", order).await.ok();
    }
    world.wait_ms(999);
    world.call("bob", "POST", THREAD, json!({"body": "x"})).await.fails(403, "account_suspended");
    world.wait_ms(1);
    world.post("bob", "free", None).await;
    // at the end of a short one a long one goes on
    let until = |ms: i64| rfc3339(world.app.now_ms() + ms);
    for (kind, ms) in [("suspend", 10), ("mute", 1_000), ("mute", 20)] {
        let order = json!({"kind": kind, "site": "here", "reason_code": "spam", "until": until(ms)});
        impose(&world, "mona", "bob", order).await.ok();
    }
    world.call("bob", "POST", THREAD, json!({"body": "x"})).await.fails(403, "account_suspended");
    world.wait_ms(10);
    world.call("bob", "POST", THREAD, json!({"body": "x"})).await.fails(403, "muted");
    world.wait_ms(500);
    world.call("bob", "POST", THREAD, json!({"body": "x"})).await.fails(403, "muted");
    world.wait_ms(490);
    world.post("bob", "free again", None).await;
    world.verified().await;
}

#[actix_web::test]
async fn it_counts_after_a_restart() {
    let world = World::new().await;
    let mute = impose(&world, "mona", "bob", order(&world, "mute", Some("here"))).await.ok();
    impose(&world, "mona", "carol", order(&world, "suspend", Some("here"))).await.ok();
    let anew = world.restarted().await;
    anew.call("bob", "POST", THREAD, json!({"body": "x"})).await.fails(403, "muted");
    anew.call("carol", "POST", THREAD, json!({"body": "x"})).await.fails(403, "account_suspended");
    assert_eq!(lift(&anew, "mona", &mute).await.status, 204);
    anew.post("bob", "free", None).await;
    anew.wait_ms(MINUTE_MS);
    world.restarted().await.post("carol", "free", None).await;
    anew.verified().await;
}

#[actix_web::test]
async fn lifting_is_a_decision_that_can_be_taken_back() {
    let world = World::new().await;
    let sanction = impose(&world, "mona", "bob", order(&world, "mute", Some("here"))).await.ok();
    let muted = async || world.call("bob", "POST", THREAD, json!({"body": "x"})).await.code() == "muted";
    world.wait_ms(1);
    assert_eq!(lift(&world, "mona", &sanction).await.status, 204);
    lift(&world, "mona", &sanction).await.fails(409, "already_undone");
    undo(&world, "mona", &sanction["decision_id"]).await.fails(409, "already_undone");
    assert!(!muted().await);
    let path = format!("/moderation/decisions/{}", sanction["decision_id"].as_str().unwrap());
    let first = world.get("mona", &path).await.ok();
    assert_eq!((&first["action"], &first["sanction"]["id"]), (&json!("sanction"), &sanction["id"]));
    world.wait_ms(1);
    let back = undo(&world, "mona", &first["undone_by"]).await.ok();
    assert_eq!((&back["action"], &back["undoes"]), (&json!("sanction"), &first["undone_by"]));
    assert_eq!((&back["sanction"]["id"], &back["sanction"]["lifted_at"]), (&sanction["id"], &Value::Null));
    assert!(muted().await);
    assert_eq!(world.get("mona", &path).await.ok()["undone_by"], Value::Null);
    world.wait_ms(1);
    let lifted = undo(&world, "mona", &back["id"]).await.ok();
    assert_eq!((&lifted["action"], &lifted["undoes"]), (&json!("lift"), &back["id"]));
    assert!(!muted().await);
    // the person has heard of each
    let told = world.get("bob", "/me/decisions").await.ok();
    let actions: Vec<&Value> = told["items"].as_array().unwrap().iter().map(|entry| &entry["action"]).collect();
    assert_eq!(actions, ["lift", "mute", "lift", "mute"]);
    // and the log has a row for each
    let log = world.get("mona", "/moderation/log?site=here").await.ok();
    let rows: Vec<&Value> = log["items"].as_array().unwrap().iter().map(|row| &row["action"]).take(4).collect();
    assert_eq!(rows, ["lift", "sanction", "lift", "sanction"]);
    // one that would have ended is not put back
    let short = impose(&world, "mona", "bob", order(&world, "suspend", Some("here"))).await.ok();
    assert_eq!(lift(&world, "mona", &short).await.status, 204);
    world.wait_ms(MINUTE_MS);
    let path = format!("/moderation/decisions/{}", short["decision_id"].as_str().unwrap());
    let by = world.get("mona", &path).await.ok()["undone_by"].clone();
    undo(&world, "mona", &by).await.fails(409, "sanction_ended");
    world.verified().await;
}

#[actix_web::test]
async fn who_may_sanction_whom_and_where() {
    let world = World::new().await;
    world.app.set_role("carol", Role::Moderator, Some("here")).await.unwrap();
    let warn = |site| order(&world, "warn", site);
    // on one's own site, who has a lower role there
    impose(&world, "mona", "bob", warn(Some("here"))).await.ok();
    impose(&world, "mona", "theo", warn(Some("here"))).await.ok();
    for whom in ["carol", "ada", "mona"] {
        impose(&world, "mona", whom, warn(Some("here"))).await.fails(403, "forbidden");
    }
    impose(&world, "mona", "bob", warn(Some("there"))).await.fails(403, "forbidden");
    impose(&world, "mona", "bob", warn(Some("nowhere"))).await.fails(403, "forbidden");
    impose(&world, "mona", "bob", warn(None)).await.fails(422, "validation_failed");
    impose(&world, "bob", "alice", warn(None)).await.fails(403, "forbidden");
    // the whole server is for admins, a role on it alone is not enough
    let whole = impose(&world, "ada", "mona", warn(None)).await.ok();
    impose(&world, "ada", "mona", warn(Some("here"))).await.ok();
    for site in [None, Some("here")] {
        impose(&world, "ada", "ada", warn(site)).await.fails(403, "forbidden");
    }
    world.app.set_role("carol", Role::Moderator, None).await.unwrap();
    impose(&world, "carol", "bob", warn(None)).await.fails(422, "validation_failed");
    impose(&world, "carol", "bob", warn(Some("there"))).await.ok();
    // lifting needs the same right at the same place, and is not for oneself
    lift(&world, "theo", &whole).await.fails(404, "not_found");
    lift(&world, "carol", &whole).await.fails(403, "forbidden");
    let own = impose(&world, "ada", "mona", warn(Some("here"))).await.ok();
    lift(&world, "mona", &own).await.fails(403, "forbidden");
    undo(&world, "mona", &own["decision_id"]).await.fails(403, "forbidden");
    lift(&world, "theo", &own).await.fails(404, "not_found");
    assert_eq!(lift(&world, "carol", &own).await.status, 204);
    world.call("ada", "POST", "/moderation/users/1/sanctions", warn(None)).await.fails(404, "not_found");
    world.call("ada", "DELETE", "/moderation/sanctions/1", Value::Null).await.fails(404, "not_found");
    let path = format!("/moderation/users/{}/sanctions", id(&world.get("mona", "/me").await.ok()));
    world.get("theo", &format!("{path}?site=here")).await.fails(403, "forbidden");
    world.get("theo", &path).await.fails(422, "validation_failed");
    assert_eq!(world.get("ada", &path).await.ok()["items"].as_array().unwrap().len(), 3);
    assert_eq!(world.get("theo", &format!("{path}?site=there")).await.ok()["items"].as_array().unwrap().len(), 1);
    world.verified().await;
}

#[actix_web::test]
async fn what_is_wrong_with_an_order_is_told() {
    let world = World::new().await;
    let past = rfc3339(world.app.now_ms());
    for (change, place, code) in [
        (json!({"kind": "suspend"}), "/until", "required"),
        (json!({"kind": "mute", "until": past}), "/until", "past"),
        (json!({"kind": "warn", "until": "2099-01-01T00:00:00Z"}), "/until", "not_here"),
        (json!({"kind": "mute", "until": "tomorrow"}), "/until", "malformed"),
        (json!({"kind": "mute", "public_text": "x".repeat(2_001)}), "/public_text", "length"),
    ] {
        let mut order = json!({"site": "here", "reason_code": "spam"});
        order.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let answer = impose(&world, "mona", "bob", order).await;
        assert_eq!((answer.status, answer.code()), (422, "validation_failed"), "{change}");
        let part = &answer.json["errors"][0];
        assert_eq!((&part["pointer"], &part["code"]), (&json!(place), &json!(code)), "{change}");
    }
    for action in ["sanction", "lift", "undo"] {
        let comment = world.post("alice", "text", None).await;
        world.decide("mona", action, &comment).await.fails(422, "validation_failed");
    }
    // asked for again it is the same, as it is now
    let user = id(&world.get("bob", "/me").await.ok());
    let (path, once) = (format!("/moderation/users/{user}/sanctions"), [("idempotency-key", "k")]);
    let order = order(&world, "mute", Some("here"));
    let first = world.call_with("mona", "POST", &path, order.clone(), &once).await;
    assert_eq!((first.status, first.headers.get("location")), (201, None));
    let first = first.json;
    lift(&world, "mona", &first).await;
    let again = world.call_with("mona", "POST", &path, order, &once).await;
    assert_eq!((again.status, &again.json["id"]), (201, &first["id"]));
    assert_eq!((again.headers["idempotency-replayed"] == "true", again.json["lifted_at"].is_string()), (true, true));
    assert_eq!(world.get("mona", &format!("{path}?site=here")).await.ok()["items"].as_array().unwrap().len(), 1);
    world.verified().await;
}

#[actix_web::test]
async fn lists_go_on_without_repeating() {
    let world = World::new().await;
    let user = id(&world.get("bob", "/me").await.ok());
    for number in 0..7 {
        let place = [Some("here"), Some("there"), None][number % 3];
        impose(&world, "ada", "bob", order(&world, "warn", place)).await.ok();
        let note = json!({"site": "here", "text": format!("note {number}")});
        world.call("mona", "POST", &format!("/moderation/users/{user}/notes"), note).await.ok();
        world.wait_ms(1);
    }
    for (who, path, count) in [
        ("ada", format!("/moderation/users/{user}/sanctions?limit=2"), 7),
        ("mona", format!("/moderation/users/{user}/sanctions?limit=2&site=here"), 5),
        ("theo", format!("/moderation/users/{user}/sanctions?limit=2&site=there"), 4),
        ("mona", format!("/moderation/users/{user}/notes?limit=2&site=here"), 7),
        ("theo", format!("/moderation/users/{user}/notes?limit=2&site=there"), 0),
    ] {
        let (mut times, mut next) = (Vec::new(), String::new());
        loop {
            let page = world.get(who, &format!("{path}{next}")).await.ok();
            let items = page["items"].as_array().unwrap();
            times.extend(items.iter().map(|item| item["at"].as_str().unwrap().to_owned()));
            let Some(cursor) = page["next"].as_str() else { break };
            next = format!("&cursor={cursor}");
        }
        assert_eq!(times.len(), count, "{path}");
        assert!(times.windows(2).all(|pair| pair[0] > pair[1]), "{path}: {times:?}");
    }
    let sanctions = world.get("ada", &format!("/moderation/users/{user}/sanctions?limit=2")).await.ok();
    let cursor = sanctions["next"].as_str().unwrap();
    let elsewhere = format!("/moderation/users/{user}/sanctions?site=here&cursor={cursor}");
    world.get("ada", &elsewhere).await.fails(422, "cursor_mismatch");
}

#[actix_web::test]
async fn a_sheet_tells_what_a_person_did_and_what_was_done_about_it() {
    let world = World::new().await;
    let user = id(&world.get("bob", "/me").await.ok());
    let (kept, gone) = (world.post("bob", "kept", None).await, world.post("bob", "gone", None).await);
    world.post("bob", "waits", None).await;
    let other = world.post("alice", "fine", None).await;
    for comment in [&other, &gone] {
        let path = format!("/comments/{}/flags", id(comment));
        let who = if comment == &other { "bob" } else { "carol" };
        world.call(who, "POST", &path, json!({"reason": "spam"})).await.ok();
    }
    world.wait_ms(1);
    let dismissed = world.decide("mona", "dismiss", &other).await.ok();
    world.wait_ms(1);
    let hidden = world.decide("mona", "hide", &gone).await.ok();
    world.wait_ms(1);
    let here = impose(&world, "mona", "bob", order(&world, "premoderate", Some("here"))).await.ok();
    let mut everywhere = order(&world, "warn", None);
    everywhere["note"] = json!("for admins");
    world.wait_ms(1);
    let everywhere = impose(&world, "ada", "bob", everywhere).await.ok();
    impose(&world, "theo", "bob", order(&world, "warn", Some("there"))).await.ok();
    let note = json!({"site": "here", "text": "watch"});
    world.call("mona", "POST", &format!("/moderation/users/{user}/notes"), note).await.ok();
    world.call("bob", "PATCH", &format!("/comments/{}", id(&kept)), json!({"body": "anew"})).await.ok();

    let sheet = world.get("mona", &format!("/moderation/users/{user}?site=here")).await.ok();
    assert_eq!(sheet["comments"], json!({"published": 1, "held": 1, "hidden": 1, "deleted": 0}));
    assert_eq!(sheet["flags"], json!({"upheld": 0, "dismissed": 1, "share": 0.0}));
    assert_eq!((&sheet["notes"][0]["text"], &sheet["notes"][0]["author"]["login"]), (&json!("watch"), &json!("mona")));
    let pick = |list: &str, field: &str| -> Vec<Value> {
        sheet[list].as_array().unwrap().iter().map(|item| item[field].clone()).collect()
    };
    assert_eq!(pick("sanctions", "id"), [everywhere["id"].clone(), here["id"].clone()]);
    // what an admin noted on the whole server is not for the moderators of one site
    assert_eq!((&sheet["sanctions"][0]["note"], &everywhere["note"]), (&Value::Null, &json!("for admins")));
    assert_eq!(pick("decisions", "action"), [json!("premoderate"), json!("hide"), json!("dismiss")]);
    assert_eq!(pick("decisions", "concerned"), [json!("person"), json!("author"), json!("reporter")]);
    let decisions = [here["decision_id"].clone(), hidden["id"].clone(), dismissed["id"].clone()];
    assert_eq!(pick("decisions", "decision_id"), decisions);
    let elsewhere = world.get("theo", &format!("/moderation/users/{user}?site=there")).await.ok();
    assert_eq!((&elsewhere["notes"], elsewhere["sanctions"].as_array().unwrap().len()), (&json!([]), 2));
    world.verified().await;
}

/// Everything that can be read, by everybody.
async fn everything(world: &World, who: &str, on: &str, ids: &[(&str, &str)]) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for route in routes::all().into_iter().filter(|route| route.method.as_str() == "GET" && route.is_api()) {
        for site in ["?site=here", ""] {
            let own = ids.iter().find(|(part, _)| route.path.contains(part)).map_or(on, |(_, id)| *id);
            let path = route.path.replace("{site}", "here").replace("{key}", "article").replace("{id}", own);
            let answer = world.fetch(who, &format!("{path}{site}"), &[]).await;
            found.insert(format!("{path}{site}"), answer.text);
        }
    }
    found
}

#[actix_web::test]
async fn what_is_noted_is_read_by_moderators_alone_and_a_sanction_shows_nowhere_in_public() {
    let world = World::new().await;
    let user = id(&world.get("bob", "/me").await.ok());
    let comment = world.post("bob", "a comment", None).await;
    let public = async || {
        let mut pages = BTreeMap::new();
        for path in [
            THREAD.to_owned(),
            "/sites/here/threads/article".to_owned(),
            format!("/users/{user}"),
            format!("/users/{user}/comments"),
            format!("/comments/{}", id(&comment)),
            format!("/comments/{}/context", id(&comment)),
        ] {
            let answer = world.get("anon", &path).await;
            pages.insert(path, (answer.text, answer.headers.get("etag").cloned()));
        }
        pages
    };
    let before = public().await;
    let mut decisions = Vec::new();
    for kind in KINDS {
        let mut order = order(&world, kind, Some("here"));
        order["note"] = json!("canary-note");
        order["public_text"] = json!("canary-told");
        decisions.push(impose(&world, "mona", "bob", order).await.ok()["decision_id"].as_str().unwrap().to_owned());
    }
    let note = json!({"site": "here", "text": "canary-sheet"});
    world.call("mona", "POST", &format!("/moderation/users/{user}/notes"), note).await.ok();
    assert_eq!(public().await, before);

    let ids = [("/decisions/", decisions[0].as_str()), ("/comments/", comment["id"].as_str().unwrap())];
    for who in std::iter::once("anon").chain(PEOPLE) {
        let mut seen = BTreeMap::from([("canary-note", 0), ("canary-sheet", 0), ("canary-told", 0)]);
        for text in everything(&world, who, &user, &ids).await.into_values() {
            seen.iter_mut().for_each(|(canary, count)| *count += i32::from(text.contains(canary)));
        }
        let (moderates, is_theirs) = (matches!(who, "mona" | "ada"), who == "bob");
        for (canary, expected) in
            [("canary-note", moderates), ("canary-sheet", moderates), ("canary-told", moderates || is_theirs)]
        {
            assert_eq!(seen[canary] > 0, expected, "{who} {canary}: {seen:?}");
        }
    }
    world.verified().await;
}

/// A step of a random sequence.
#[derive(Clone, Debug)]
enum Step {
    Sanction { kind: usize, place: usize, ends: bool },
    Lift(usize),
    Undo(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let pick = any::<usize>;
    let step = prop_oneof![
        3 => (0..KINDS.len(), 0..3usize, any::<bool>()).prop_map(|(kind, place, ends)| Step::Sanction { kind, place, ends }),
        2 => pick().prop_map(Step::Lift),
        3 => pick().prop_map(Step::Undo),
    ];
    prop::collection::vec(step, 12..24)
}

/// What stands against a person, by id: kind and site.
type Stands = BTreeMap<String, (String, Value)>;

async fn standing(world: &World) -> Stands {
    let user = id(&world.get("bob", "/me").await.ok());
    let list = world.get("ada", &format!("/moderation/users/{user}/sanctions?limit=200")).await.ok();
    let stands = list["items"].as_array().unwrap().iter().filter(|sanction| sanction["lifted_at"].is_null());
    stands.map(|s| (id(s), (s["kind"].as_str().unwrap().to_owned(), s["site"].clone()))).collect()
}

/// What bob's posts come to is what the list of what stands says. What stands everywhere is told
/// before what stands on a site.
async fn assert_effect(world: &World, standing: &Stands) {
    for site in ["here", "there"] {
        let heaviest = |holds: &dyn Fn(&Value) -> bool| {
            let kinds = standing.values().filter(|(_, place)| holds(place)).map(|(kind, _)| kind.as_str());
            kinds.filter_map(|kind| Some((KINDS.iter().position(|one| *one == kind)?, refusal(kind, "post")?))).max()
        };
        let waits = standing.values().any(|(kind, place)| kind == "premoderate" && (place.is_null() || place == site));
        let list = format!("/sites/{site}/threads/article/comments");
        let answer = world.call("bob", "POST", &list, json!({"body": "x"})).await;
        match heaviest(&Value::is_null).or_else(|| heaviest(&|place| place == site)) {
            Some((_, code)) => answer.fails(403, code),
            None => assert_eq!(answer.ok()["state"], if waits { "held" } else { "published" }),
        }
    }
}

#[actix_web::test]
async fn any_sequence_undone_last_first_leaves_what_stood_before() {
    let world = World::new().await;
    let mut runner = TestRunner::deterministic();
    for _ in 0..4 {
        let steps = steps().new_tree(&mut runner).unwrap().current();
        // each decision made, and what stood before it
        let mut made: Vec<(Value, Stands)> = Vec::new();
        let mut sanctions: Vec<Value> = Vec::new();
        for step in steps {
            world.wait_ms(1);
            let before = standing(&world).await;
            let decision = match step {
                Step::Sanction { kind, place, ends } => {
                    let mut order = order(&world, KINDS[kind], [Some("here"), Some("there"), None][place]);
                    if ends && kind > 0 {
                        order["until"] = json!(rfc3339(world.app.now_ms() + MINUTE_MS));
                    }
                    let sanction = impose(&world, "ada", "bob", order).await.ok();
                    let decision = sanction["decision_id"].clone();
                    sanctions.push(sanction);
                    Some(decision)
                }
                Step::Lift(pick) if !sanctions.is_empty() => {
                    let sanction = &sanctions[pick % sanctions.len()];
                    let answer = lift(&world, "ada", sanction).await;
                    let stood = before.contains_key(&id(sanction));
                    assert_eq!(answer.status, if stood { 204 } else { 409 }, "{}", answer.text);
                    let path = format!("/moderation/decisions/{}", sanction["decision_id"].as_str().unwrap());
                    if stood { Some(world.get("ada", &path).await.ok()["undone_by"].clone()) } else { None }
                }
                Step::Undo(pick) if !made.is_empty() => {
                    let answer = undo(&world, "ada", &made[pick % made.len()].0).await;
                    if answer.status == 200 { Some(answer.json["id"].clone()) } else { None }
                }
                _ => None,
            };
            let now = standing(&world).await;
            assert_effect(&world, &now).await;
            match decision {
                Some(decision) => made.push((decision, before)),
                None => assert_eq!(now, before),
            }
        }
        for (decision, before) in made.into_iter().rev() {
            world.wait_ms(1);
            undo(&world, "ada", &decision).await.ok();
            assert_eq!(standing(&world).await, before);
        }
        assert_eq!(standing(&world).await, BTreeMap::new());
        assert_effect(&world, &BTreeMap::new()).await;
        world.verified().await;
    }
}

#[actix_web::test]
async fn of_many_who_lift_at_once_one_does() {
    let world = World::with(&["server.workers=4"]).await;
    let sanction = impose(&world, "mona", "bob", order(&world, "ban", Some("here"))).await.ok();
    let lifts = (0..16).map(|_| lift(&world, "mona", &sanction));
    let answers = futures_util::future::join_all(lifts).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 204).count(), 1);
    assert_eq!(answers.iter().filter(|answer| answer.code() == "already_undone").count(), 15);
    world.post("bob", "free", None).await;
    world.verified().await;
}

#[actix_web::test]
async fn a_sanction_is_stated_and_overturned_on_appeal() {
    let world = World::new().await;
    world.app.set_role("theo", Role::Moderator, Some("here")).await.unwrap();
    let comment = world.post("bob", "what led to it", None).await;
    world.decide("mona", "hide", &comment).await.ok();
    world.wait_ms(1);
    let sanction = impose(&world, "mona", "bob", order(&world, "suspend", Some("here"))).await.ok();
    let entry = world.get("bob", "/me/decisions?limit=1").await.ok()["items"][0].clone();
    assert_eq!((&entry["action"], &entry["sanction_id"]), (&json!("suspend"), &sanction["id"]));
    let statement = &entry["statement"];
    assert_eq!((&statement["restriction"], &statement["until"]), (&json!("suspended"), &sanction["until"]));
    assert_eq!((&statement["in_force"], &statement["origin"]), (&json!(true), &json!("own_initiative")));
    let exported = world.get("mona", "/moderation/statements?site=here").await.text;
    let line = exported.lines().find(|line| line.contains("DECISION_ACCOUNT_SUSPENDED")).unwrap();
    let line: Value = serde_json::from_str(line).unwrap();
    assert_eq!((&line["content_type"], &line["content_date"]), (&json!(["CONTENT_TYPE_TEXT"]), &json!("2023-11-14")));

    // who is suspended may still object, and is answered by another
    let path = format!("/me/decisions/{}/appeal", id(&entry));
    let appeal = world.call("bob", "POST", &path, json!({"text": "it was meant well"})).await.ok();
    let listed = world.get("theo", "/moderation/appeals?site=here").await.ok();
    assert_eq!((&listed["items"][0]["action"], &listed["items"][0]["comment"]), (&json!("suspend"), &Value::Null));
    assert_eq!(listed["items"][0]["sanction"]["id"], sanction["id"]);
    let ruling = format!("/moderation/appeals/{}/ruling", id(&appeal));
    let body = json!({"result": "overturned", "public_text": "so it was"});
    world.call("mona", "POST", &ruling, body.clone()).await.fails(403, "forbidden");
    world.wait_ms(1);
    let ruled = world.call("theo", "POST", &ruling, body).await.ok();
    assert_eq!((&ruled["state"], &ruled["answer"]), (&json!("overturned"), &json!("so it was")));
    let told = world.get("bob", "/me/decisions").await.ok();
    // who was overruled does not overrule
    undo(&world, "mona", &told["items"][0]["decision_id"]).await.fails(403, "forbidden");
    assert_eq!((&told["items"][0]["action"], &told["items"][0]["statement"]), (&json!("lift"), &Value::Null));
    assert_eq!(told["items"][1]["statement"]["in_force"], false);
    world.post("bob", "back again", None).await;
    let bob = id(&world.get("bob", "/me").await.ok());
    let sheet = world.get("mona", &format!("/moderation/users/{bob}?site=here")).await.ok();
    assert_eq!((&sheet["appeals"][0]["id"], &sheet["appeals"][0]["state"]), (&appeal["id"], &json!("overturned")));
    // a warning restricts nothing
    world.wait_ms(1);
    impose(&world, "mona", "bob", order(&world, "warn", Some("here"))).await.ok();
    let warned = world.get("bob", "/me/decisions?limit=1").await.ok()["items"][0].clone();
    assert_eq!((&warned["action"], &warned["statement"]), (&json!("warn"), &Value::Null));
    world.verified().await;
}

#[actix_web::test]
async fn a_sanction_on_the_whole_server_is_ruled_on_by_admins() {
    let world = World::new().await;
    world.app.set_role("theo", Role::Admin, None).await.unwrap();
    impose(&world, "ada", "bob", order(&world, "ban", None)).await.ok();
    let entry = world.get("bob", "/me/decisions?limit=1").await.ok()["items"][0].clone();
    assert_eq!(entry["statement"]["restriction"], "banned");
    let path = format!("/me/decisions/{}/appeal", id(&entry));
    let appeal = world.call("bob", "POST", &path, json!({"text": "no"})).await.ok();
    let ruling = format!("/moderation/appeals/{}/ruling", id(&appeal));
    let body = json!({"result": "overturned", "public_text": "yes"});
    world.call("mona", "POST", &ruling, body.clone()).await.fails(404, "not_found");
    world.get("mona", "/moderation/appeals").await.fails(422, "validation_failed");
    world.get("mona", "/moderation/statements").await.fails(422, "validation_failed");
    assert_eq!(world.get("theo", "/moderation/appeals").await.ok()["items"][0]["id"], appeal["id"]);
    assert!(world.get("theo", "/moderation/statements").await.text.contains("DECISION_ACCOUNT_TERMINATED"));
    world.call("ada", "POST", &ruling, body.clone()).await.fails(403, "forbidden");
    world.call("theo", "POST", &ruling, body).await.ok();
    world.post("bob", "back again", None).await;
    world.verified().await;
}

#[actix_web::test]
async fn two_may_be_needed_for_a_ban() {
    let world = World::new().await;
    world.app.set_role("theo", Role::Moderator, Some("here")).await.unwrap();
    let two = |on| SiteChange { two_persons_ban: Some(on), ..SiteChange::default() };
    world.app.set_site("here", two(true)).await.unwrap();
    // nothing else waits, and no other site's
    impose(&world, "mona", "carol", order(&world, "mute", Some("here"))).await.ok();
    let proposed = impose(&world, "mona", "bob", order(&world, "ban", Some("here"))).await.ok();
    assert_eq!((&proposed["proposed"], &proposed["lifted_at"]), (&json!(true), &Value::Null));
    let list = world.get("theo", "/moderation/decisions?site=here&state=proposed").await.ok();
    assert_eq!(list["items"][0]["id"], proposed["decision_id"]);
    // it does not hold, and nobody is told
    world.post("bob", "still here", None).await;
    assert_eq!(world.get("bob", "/me/decisions").await.ok()["items"], json!([]));
    world.verified().await;
    let confirm = format!("/moderation/decisions/{}/confirm", proposed["decision_id"].as_str().unwrap());
    world.call("mona", "POST", &confirm, Value::Null).await.fails(403, "forbidden");
    world.call("theo", "POST", &confirm, Value::Null).await.ok();
    world.call("bob", "POST", THREAD, json!({"body": "gone"})).await.fails(403, "account_suspended");
    assert_eq!(world.get("bob", "/me/decisions").await.ok()["items"][0]["statement"]["restriction"], "banned");
    world.call("theo", "POST", &confirm, Value::Null).await.fails(409, "already_confirmed");
    world.wait_ms(1);
    lift(&world, "mona", &proposed).await;
    world.post("bob", "back again", None).await;

    // what is refused never held, and no undo brings it about
    let refused = impose(&world, "mona", "bob", order(&world, "ban", Some("here"))).await.ok();
    let refusal = undo(&world, "theo", &refused["decision_id"]).await.ok();
    undo(&world, "mona", &refusal["id"]).await.fails(409, "already_undone");
    let confirm = format!("/moderation/decisions/{}/confirm", refused["decision_id"].as_str().unwrap());
    world.call("theo", "POST", &confirm, Value::Null).await.fails(409, "already_undone");
    world.post("bob", "still here", None).await;
    // one on the whole server is no way round
    let everywhere = impose(&world, "ada", "bob", order(&world, "ban", None)).await.ok();
    assert_eq!(everywhere["proposed"], true);
    // nor is a ban by another name, nor one that was lifted
    let long = json!({"site": "here", "kind": "suspend", "until": "2999-01-01T00:00:00Z", "reason_code": "hate"});
    assert_eq!(impose(&world, "mona", "bob", long).await.ok()["proposed"], true);
    let lifted = world.get("bob", "/me/decisions?limit=1").await.ok()["items"][0].clone();
    assert_eq!(lifted["action"], "lift");
    undo(&world, "mona", &lifted["decision_id"]).await.fails(403, "forbidden");
    // on the whole server only who may ban there confirms
    world.app.set_role("carol", Role::Moderator, None).await.unwrap();
    let confirm = format!("/moderation/decisions/{}/confirm", everywhere["decision_id"].as_str().unwrap());
    world.call("carol", "POST", &confirm, Value::Null).await.fails(403, "forbidden");
    world.app.set_site("here", two(false)).await.unwrap();
    assert_eq!(impose(&world, "ada", "bob", order(&world, "ban", None)).await.ok()["proposed"], false);
    world.verified().await;
}
