//! The main job end to end, over real HTTP, as anon, alice, bob, moderator and admin.

#![allow(clippy::unwrap_used, reason = "a failing test may panic anywhere")]

mod common;

use common::{PASSWORD, THREAD, World, id};
use serde_json::{Value, json};

#[actix_web::test]
async fn hide_and_undo_bring_everything_back() {
    let world = World::new().await;
    world.call("anon", "POST", THREAD, json!({"body": "let me in"})).await.fails(401, "sign_in_required");
    let root = world.post("alice", "first **thought**", None).await;
    assert_eq!(root["body_html"], "<p>first <strong>thought</strong></p>");
    world.post("bob", "a reply", Some(&id(&root))).await;
    world.call("bob", "PUT", &format!("/comments/{}/vote", id(&root)), json!({"value": 1})).await.ok();
    let flags = format!("/comments/{}/flags", id(&root));
    world.call("bob", "POST", &flags, json!({"reason": "spam", "note": "again"})).await.ok();
    world.call("bob", "POST", &flags, json!({"reason": "hate"})).await.fails(409, "already_flagged");
    let before = world.get("anon", THREAD).await.ok();

    world.decide("bob", "hide", &root).await.fails(403, "forbidden");
    let queue = world.get("mona", "/moderation/queue?site=here").await.ok();
    // the base rate's 8 % on a newcomer with one flag of a reporter who is not proven: 33 %, as spam
    assert_eq!((&queue["counts"]["flagged"], &queue["items"][0]["priority"]), (&json!(1), &json!(0.654_346)));
    let decision = world.decide("mona", "hide", &root).await.ok();
    assert_eq!(decision["applied"][0]["to"], "hidden");

    let page = world.get("anon", THREAD).await.ok();
    let tombstone = &page["items"][0];
    assert_eq!(
        (&tombstone["body"], &tombstone["author"], &tombstone["score"]),
        (&Value::Null, &Value::Null, &json!(0))
    );
    assert_eq!(
        (&tombstone["removed"]["by"], &tombstone["removed"]["reason_code"]),
        (&json!("moderator"), &json!("harassment"))
    );
    assert_eq!(
        (&tombstone["replies"]["items"][0]["number"], &page["thread"]["counts"]["published"]),
        (&json!("1.1"), &json!(1))
    );
    assert_eq!(world.get("bob", "/me/flags").await.ok()["items"][0]["state"], "upheld");
    let told = world.get("alice", "/me/decisions").await.ok();
    assert_eq!((&told["items"][0]["decision_id"], &told["items"][0]["action"]), (&decision["id"], &json!("hide")));
    assert_eq!(world.get("alice", "/me/comments").await.ok()["items"][0]["body"], "first **thought**");
    assert_eq!(world.get("mona", "/moderation/queue?site=here").await.ok()["counts"]["flagged"], 0);

    let undo = format!("/moderation/decisions/{}/undo", id(&decision));
    let undone = world.call("mona", "POST", &undo, Value::Null).await.ok();
    assert_eq!(undone["undoes"], decision["id"]);
    world.call("ada", "POST", &undo, Value::Null).await.fails(409, "already_undone");
    let mut after = world.get("anon", THREAD).await.ok();
    assert!(after["thread"]["version"].as_i64() > before["thread"]["version"].as_i64());
    after["thread"]["version"] = before["thread"]["version"].clone();
    after["items"][0]["version"] = before["items"][0]["version"].clone();
    assert_eq!(after, before);
    assert_eq!(world.get("bob", "/me/flags").await.ok()["items"][0]["state"], "open");

    // the undo taken back in turn hides again and settles the flag as it was
    let redo = format!("/moderation/decisions/{}/undo", id(&undone));
    world.call("mona", "POST", &redo, Value::Null).await.ok();
    assert_eq!(world.get("anon", THREAD).await.ok()["items"][0]["state"], "hidden");
    assert_eq!(world.get("bob", "/me/flags").await.ok()["items"][0]["state"], "upheld");
    let log = world.get("mona", "/moderation/log?site=here").await.ok();
    let acts: Vec<&str> = log["items"].as_array().unwrap().iter().map(|row| row["action"].as_str().unwrap()).collect();
    assert_eq!(acts[..3], ["undo", "undo", "hide"]);
    world.verified().await;
}

#[actix_web::test]
async fn sessions_end_on_the_next_request() {
    let world = World::new().await;
    let first = world.sign_in("alice").await;
    let token = first["access_token"].as_str();
    world.send(token, "POST", "/auth/logout", json!({}), &[]).await;
    world.send(token, "GET", "/me", Value::Null, &[]).await.fails(401, "session_ended");

    let second = world.sign_in("alice").await;
    let sessions = world.get("alice", "/me/sessions").await.ok();
    let other = sessions["items"].as_array().unwrap().iter().find(|s| s["current"] != json!(true)).unwrap().clone();
    world.call("alice", "DELETE", &format!("/me/sessions/{}", id(&other)), Value::Null).await;
    world.send(second["access_token"].as_str(), "GET", "/me", Value::Null, &[]).await.fails(401, "session_ended");

    let third = world.sign_in("alice").await;
    let change = json!({"current_password": PASSWORD, "new_password": "other unrelated words"});
    assert_eq!(world.call("alice", "PUT", "/me/password", change).await.status, 204);
    world.send(third["access_token"].as_str(), "GET", "/me", Value::Null, &[]).await.fails(401, "session_ended");
    world.get("alice", "/me").await.ok();

    world.get("mona", "/moderation/queue?site=here").await.ok();
    world.app.set_role("mona", understory::domain::permission::Role::Reader, Some("here")).await.unwrap();
    world.get("mona", "/moderation/queue?site=here").await.fails(403, "forbidden");

    world.wait_ms(16 * 60_000);
    world.get("bob", "/me").await.fails(401, "token_expired");
}

#[actix_web::test]
async fn a_spent_refresh_token_ends_its_family() {
    let world = World::new().await;
    let session = world.sign_in("bob").await;
    let refresh = |token: &Value| {
        let body = json!({"refresh_token": token, "client": "native"});
        async { world.call("anon", "POST", "/auth/refresh", body).await }
    };
    let next = refresh(&session["refresh_token"]).await.ok();
    let lost = refresh(&session["refresh_token"]).await.ok();
    assert_ne!(next["refresh_token"], lost["refresh_token"]);
    world.wait_ms(11_000);
    refresh(&session["refresh_token"]).await.fails(401, "session_ended");
    refresh(&next["refresh_token"]).await.fails(401, "session_ended");
    let token = next["access_token"].as_str();
    world.send(token, "GET", "/me", Value::Null, &[]).await.fails(401, "session_ended");
}

#[actix_web::test]
async fn cookies_need_a_page_of_ours_and_readers_tokens_never_moderate() {
    let world = World::new().await;
    let body = json!({"identifier": "mona", "password": PASSWORD});
    let answer = world.call("anon", "POST", "/auth/login", body.clone()).await;
    let cookie = answer.headers["set-cookie"].to_str().unwrap().to_owned();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && !cookie.contains("Secure"), "{cookie}");
    let pair = cookie.split(';').next().unwrap();
    let path = "/auth/refresh";
    let evil = [("cookie", pair), ("origin", "https://evil.example")];
    world.call_with("anon", "POST", path, json!({}), &evil).await.fails(403, "forbidden");
    world.call_with("anon", "POST", path, json!({}), &evil[..1]).await.fails(403, "forbidden");
    let ours = [("cookie", pair), ("origin", "https://here.example")];
    let narrowed = world.call_with("anon", "POST", path, json!({}), &ours).await.ok();
    let narrowed = narrowed["access_token"].as_str();
    world.send(narrowed, "GET", "/moderation/queue?site=here", Value::Null, &[]).await.fails(403, "forbidden");

    let answer = world.call_with("anon", "POST", "/auth/login", body, &[("origin", "https://here.example")]).await.ok();
    let reader = answer["access_token"].as_str();
    world.send(reader, "GET", "/moderation/queue?site=here", Value::Null, &[]).await.fails(403, "forbidden");

    let console = json!({"identifier": "mona", "password": PASSWORD, "client": "console"});
    world.call("anon", "POST", "/auth/login", console.clone()).await.fails(403, "forbidden");
    let own = world.url.clone();
    let answer = world.call_with("anon", "POST", "/auth/login", console, &[("origin", &own)]).await;
    assert!(answer.json.get("access_token").is_none_or(Value::is_null), "{}", answer.text);
    let cookie = answer.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let with = [("cookie", cookie.as_str()), ("sec-fetch-site", "same-origin")];
    world.call_with("anon", "GET", "/moderation/queue?site=here", Value::Null, &with).await.ok();
    let put = ("PUT", "/sites/here/threads/article");
    world.call_with("anon", put.0, put.1, json!({"title": "T"}), &with).await.fails(403, "forbidden");
    let marked = [with[0], with[1], ("x-understory", "1")];
    world.call_with("anon", put.0, put.1, json!({"title": "T"}), &marked).await.ok();
}

#[actix_web::test]
async fn threads_that_hold_slow_and_close() {
    let world = World::new().await;
    let thread = "/sites/here/threads/article";
    let set = async |body: Value| world.call("mona", "PUT", thread, body).await.ok();
    set(json!({"premoderation": true, "slow_mode_seconds": 60})).await;
    let held = world.post("alice", "may I", None).await;
    assert_eq!((&held["state"], &held["held_by"]), (&json!("held"), &json!("premoderation")));
    world.get("anon", &format!("/comments/{}", id(&held))).await.fails(404, "not_found");
    world.get("alice", &format!("/comments/{}", id(&held))).await.ok();
    world.call("alice", "POST", THREAD, json!({"body": "again"})).await.fails(429, "slow_mode");
    world.decide("mona", "approve", &held).await.ok();
    world.get("anon", &format!("/comments/{}", id(&held))).await.ok();

    set(json!({"premoderation": false, "slow_mode_seconds": 0})).await;
    let path = format!("/comments/{}", id(&held));
    let edit = |headers: [(&'static str, &'static str); 1]| {
        let path = path.clone();
        let world = &world;
        async move { world.call_with("alice", "PATCH", &path, json!({"body": "new"}), &headers).await }
    };
    for wrong in ["\"1\"", "*", "W/\"2\"", "x"] {
        edit([("if-match", wrong)]).await.fails(412, "stale_version");
    }
    assert_eq!(edit([("if-match", "\"2\"")]).await.ok()["version"], 3);
    world.call("alice", "PATCH", &path, json!({"body": "x", "version": 1})).await.fails(409, "stale_version");
    world.call("bob", "PATCH", &path, json!({"body": "x"})).await.fails(403, "forbidden");

    set(json!({"state": "locked"})).await;
    world.call("bob", "POST", THREAD, json!({"body": "x"})).await.fails(409, "thread_locked");
    world.call("bob", "PUT", &format!("{path}/vote"), json!({"value": 1})).await.fails(409, "thread_locked");
    world.call("bob", "POST", &format!("{path}/flags"), json!({"reason": "other"})).await.ok();
    set(json!({"state": "archived"})).await;
    world.call("carol", "POST", &format!("{path}/flags"), json!({"reason": "other"})).await.fails(409, "thread_locked");
    set(json!({"state": "open"})).await;
    world.wait_ms(901_000);
    let late = world.sign_in("alice").await;
    let late = late["access_token"].as_str();
    world.send(late, "PATCH", &path, json!({"body": "late"}), &[]).await.fails(409, "edit_window_closed");
    world.verified().await;
}

#[actix_web::test]
async fn a_request_that_comes_again_is_done_once() {
    let world = World::new().await;
    let once = [("idempotency-key", "key 1")];
    let first = world.call_with("alice", "POST", THREAD, json!({"body": "once"}), &once).await;
    assert!(first.headers.contains_key("location"));
    let again = world.call_with("alice", "POST", THREAD, json!({"body": "once"}), &once).await;
    assert_eq!((again.status, &again.json["id"]), (201, &first.json["id"]));
    assert_eq!(again.headers["idempotency-replayed"], "true");
    let other = world.call_with("alice", "POST", THREAD, json!({"body": "twice"}), &once).await;
    other.fails(422, "idempotency_key_reused");
    world.call_with("bob", "POST", THREAD, json!({"body": "once"}), &once).await.ok();
    assert_eq!(world.get("anon", THREAD).await.ok()["thread"]["counts"]["published"], 2);
}

#[actix_web::test]
async fn decisions_name_their_conflicts() {
    let world = World::new().await;
    let root = world.post("alice", "root", None).await;
    let reply = world.post("bob", "reply", Some(&id(&root))).await;
    let there = "/sites/there/threads/t/comments";
    let foreign = world.call("bob", "POST", there, json!({"body": "elsewhere"})).await.ok();
    let target = |of: &Value, version: i64| json!({"comment_id": of["id"], "version": version});
    let body = json!({"targets": [target(&root, 9), target(&reply, 1), target(&foreign, 1)], "action": "restore"});
    let none = world.call("mona", "POST", "/moderation/decisions", body).await.ok();
    let codes: Vec<&str> = none["conflicts"].as_array().unwrap().iter().map(|c| c["code"].as_str().unwrap()).collect();
    assert_eq!((codes, &none["id"]), (vec!["stale_version", "wrong_state", "not_found"], &Value::Null));
    world.decide("theo", "hide", &root).await.fails(403, "forbidden");
    world.decide("mona", "hide", &foreign).await.fails(403, "forbidden");

    let mut sub = json!({"targets": [target(&root, 1)], "scope": "subtree", "action": "hide", "reason_code": "spam", "dry_run": true});
    let dry = world.call("mona", "POST", "/moderation/decisions", sub.clone()).await.ok();
    assert_eq!((dry["applied"].as_array().unwrap().len(), &dry["id"]), (2, &Value::Null));
    assert_eq!(world.get("anon", THREAD).await.ok()["thread"]["counts"]["published"], 2);
    sub["dry_run"] = json!(false);
    let done = world.call("mona", "POST", "/moderation/decisions", sub).await.ok();
    assert_eq!(done["applied"], dry["applied"]);
    let page = world.get("anon", THREAD).await.ok();
    assert_eq!((page["items"].as_array().unwrap().len(), &page["thread"]["counts"]["published"]), (0, &json!(0)));
    world.get("anon", &format!("/comments/{}", id(&root))).await.fails(404, "not_found");
    let undo = format!("/moderation/decisions/{}/undo", id(&done));
    world.call("theo", "POST", &undo, Value::Null).await.fails(404, "not_found");
    world.call("mona", "POST", &undo, Value::Null).await.ok();
    assert_eq!(world.get("anon", THREAD).await.ok()["thread"]["counts"]["published"], 2);
    world.verified().await;
}

#[actix_web::test]
async fn every_way_to_end_a_session_ends_its_tokens() {
    let world = World::new().await;
    let refuses = async |session: &Value| {
        let token = session["access_token"].as_str();
        for (method, path) in [("GET", "/me"), ("PUT", "/comments/1/vote"), ("DELETE", "/me/sessions")] {
            world.send(token, method, path, json!({"value": 1}), &[]).await.fails(401, "session_ended");
        }
        // what widens does not fall back to what everybody sees
        world.send(token, "GET", "/comments/1", Value::Null, &[]).await.fails(401, "session_ended");
        let body = json!({"refresh_token": session["refresh_token"]});
        world.call("anon", "POST", "/auth/refresh", body).await.fails(401, "session_ended");
    };
    // by an access token, and by a refresh token
    for by in ["access_token", "refresh_token"] {
        let session = world.sign_in("alice").await;
        let answer = match by {
            "access_token" => world.send(session[by].as_str(), "POST", "/auth/logout", Value::Null, &[]).await,
            _ => world.call("anon", "POST", "/auth/logout", json!({"refresh_token": session[by]})).await,
        };
        assert_eq!(answer.status, 204, "{}", answer.text);
        refuses(&session).await;
    }
    // one, all others
    let (first, second) = (world.sign_in("alice").await, world.sign_in("alice").await);
    assert_eq!(world.call("alice", "DELETE", "/me/sessions", Value::Null).await.status, 204);
    refuses(&first).await;
    refuses(&second).await;
    world.get("alice", "/me").await.ok();
    assert_eq!(world.get("alice", "/me/sessions").await.ok()["items"].as_array().unwrap().len(), 1);
    // another person's is not there
    let bobs = world.get("bob", "/me/sessions").await.ok();
    let path = format!("/me/sessions/{}", id(&bobs["items"][0]));
    world.call("alice", "DELETE", &path, Value::Null).await.fails(404, "not_found");
    world.get("bob", "/me").await.ok();
    // a change of the password that is refused ends nothing
    let other = world.sign_in("alice").await;
    let wrong = json!({"current_password": "not the password", "new_password": "other unrelated words"});
    assert!((400..500).contains(&world.call("alice", "PUT", "/me/password", wrong).await.status));
    world.send(other["access_token"].as_str(), "GET", "/me", Value::Null, &[]).await.ok();
    // one that is done ends all others, and the old password signs in no more
    let change = json!({"current_password": PASSWORD, "new_password": "other unrelated words"});
    assert_eq!(world.call("alice", "PUT", "/me/password", change).await.status, 204);
    refuses(&other).await;
    let body = json!({"identifier": "alice", "password": PASSWORD});
    world.call("anon", "POST", "/auth/login", body).await.fails(401, "invalid_credentials");
    let body = json!({"identifier": "alice", "password": "other unrelated words"});
    world.call("anon", "POST", "/auth/login", body).await.ok();
}

#[actix_web::test]
async fn a_lost_answer_is_forgiven_once_within_ten_seconds() {
    let world = World::new().await;
    let session = world.sign_in("bob").await;
    let refresh = async |token: &Value| {
        world.call("anon", "POST", "/auth/refresh", json!({"refresh_token": token, "client": "native"})).await
    };
    let first = refresh(&session["refresh_token"]).await.ok();
    world.wait_ms(10_000);
    let second = refresh(&session["refresh_token"]).await.ok();
    // both children are good: nobody knows which answer was lost
    for child in [&first, &second] {
        world.send(child["access_token"].as_str(), "GET", "/me", Value::Null, &[]).await.ok();
    }
    let grandchild = refresh(&second["refresh_token"]).await.ok();
    world.send(grandchild["access_token"].as_str(), "GET", "/me", Value::Null, &[]).await.ok();
    refresh(&session["refresh_token"]).await.fails(401, "session_ended");
    for child in [&first, &second, &grandchild] {
        world.send(child["access_token"].as_str(), "GET", "/me", Value::Null, &[]).await.fails(401, "session_ended");
        refresh(&child["refresh_token"]).await.fails(401, "session_ended");
    }
}

#[actix_web::test]
async fn the_refresh_cookie_is_used_by_pages_of_ours_alone() {
    let world = World::new().await;
    let body = json!({"identifier": "alice", "password": PASSWORD});
    let answer = world.call("anon", "POST", "/auth/login", body).await;
    assert!(answer.json.get("refresh_token").is_none_or(Value::is_null), "the cookie has it");
    let given =
        |answer: &common::Answer| answer.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let pair = given(&answer);
    let own = world.url.clone();
    for path in ["/auth/refresh", "/auth/logout"] {
        // a form of another page sends no JSON, a page without an origin says nothing
        for headers in [
            vec![("cookie", pair.as_str()), ("origin", &own), ("content-type", "text/plain")],
            vec![("cookie", pair.as_str()), ("origin", "null"), ("content-type", "application/json")],
            vec![("cookie", pair.as_str()), ("origin", "https://evil.example"), ("content-type", "application/json")],
            vec![("cookie", pair.as_str()), ("content-type", "application/json")],
        ] {
            let answer = world.call_with("anon", "POST", path, Value::Null, &headers).await;
            assert!(matches!(answer.status, 403 | 415), "{path} {headers:?} {} {}", answer.status, answer.text);
            assert!(!answer.headers.contains_key("set-cookie"), "{path} {headers:?}");
        }
    }
    // none of those ended or rotated it
    let ours = |pair: &str| [("cookie".to_owned(), pair.to_owned()), ("origin".to_owned(), own.clone())];
    let call = async |path: &str, pair: &str| {
        let headers = ours(pair);
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        world.call_with("anon", "POST", path, json!({}), &headers).await
    };
    let next = call("/auth/refresh", &pair).await;
    assert_eq!(next.status, 200, "{}", next.text);
    let rotated = given(&next);
    assert_ne!(rotated, pair);
    let out = call("/auth/logout", &rotated).await;
    assert_eq!(out.status, 204);
    assert!(out.headers["set-cookie"].to_str().unwrap().contains("Max-Age=0"));
    call("/auth/refresh", &rotated).await.fails(401, "session_ended");
    world.send(next.json["access_token"].as_str(), "GET", "/me", Value::Null, &[]).await.fails(401, "session_ended");
}

#[actix_web::test]
async fn the_console_cookie_is_taken_on_the_services_own_pages_alone() {
    let world = World::new().await;
    let console = json!({"identifier": "mona", "password": PASSWORD, "client": "console"});
    let registered = [("origin", "https://here.example")];
    world.call_with("anon", "POST", "/auth/login", console.clone(), &registered).await.fails(403, "forbidden");
    let own = world.url.clone();
    let answer = world.call_with("anon", "POST", "/auth/login", console, &[("origin", &own)]).await;
    let cookies: Vec<&str> = answer.headers.get_all("set-cookie").iter().map(|c| c.to_str().unwrap()).collect();
    assert_eq!((cookies.len(), answer.json.get("refresh_token").is_none_or(Value::is_null)), (1, true));
    assert!(cookies[0].contains("HttpOnly") && cookies[0].contains("SameSite=Strict"), "{}", cookies[0]);
    let pair = cookies[0].split(';').next().unwrap();
    let queue = "/moderation/queue?site=here";
    for site in ["cross-site", "same-site", "none"] {
        let with = [("cookie", pair), ("sec-fetch-site", site), ("x-understory", "1")];
        world.call_with("anon", "GET", queue, Value::Null, &with).await.fails(401, "sign_in_required");
    }
    world.call_with("anon", "GET", queue, Value::Null, &[("cookie", pair)]).await.fails(401, "sign_in_required");
    // the console's token is no bearer token
    let token = pair.split_once('=').unwrap().1;
    world.send(Some(token), "GET", queue, Value::Null, &[]).await.fails(401, "invalid_token");
    let marked = [("cookie", pair), ("sec-fetch-site", "same-origin"), ("x-understory", "1")];
    world.call_with("anon", "GET", queue, Value::Null, &marked).await.ok();
    world.app.set_role("mona", understory::domain::permission::Role::Reader, Some("here")).await.unwrap();
    world.call_with("anon", "GET", queue, Value::Null, &marked).await.fails(403, "forbidden");
    assert_eq!(world.call_with("anon", "POST", "/auth/logout", json!({}), &marked).await.status, 204);
    world.call_with("anon", "GET", "/me", Value::Null, &marked).await.fails(401, "session_ended");
}

#[actix_web::test]
async fn flags_and_decisions_that_come_again_are_done_once() {
    let world = World::new().await;
    let comment = world.post("alice", "flag me", None).await;
    let flags = format!("/comments/{}/flags", id(&comment));
    let once = [("idempotency-key", "one")];
    let spam = json!({"reason": "spam"});
    let made = world.call_with("bob", "POST", &flags, spam.clone(), &once).await.ok();
    let again = world.call_with("bob", "POST", &flags, spam.clone(), &once).await;
    assert_eq!((again.status, &again.json["id"]), (201, &made["id"]));
    assert_eq!(again.headers["idempotency-replayed"], "true");
    world.call_with("bob", "POST", &flags, json!({"reason": "hate"}), &once).await.fails(422, "idempotency_key_reused");
    world.call("bob", "POST", &flags, spam.clone()).await.fails(409, "already_flagged");

    let hide =
        json!({"targets": [{"comment_id": comment["id"], "version": 1}], "action": "hide", "reason_code": "spam"});
    let path = "/moderation/decisions";
    let decided = world.call_with("mona", "POST", path, hide.clone(), &once).await.ok();
    let again = world.call_with("mona", "POST", path, hide.clone(), &once).await;
    assert_eq!((again.status, &again.json), (200, &decided));
    assert_eq!(again.headers["idempotency-replayed"], "true");
    // the flag as it is now
    let again = world.call_with("bob", "POST", &flags, spam, &once).await;
    assert_eq!((again.status, &again.json["state"]), (201, &json!("upheld")));
    // without a key it is looked at anew
    let anew = world.call("mona", "POST", path, hide.clone()).await.ok();
    assert_eq!((&anew["id"], &anew["conflicts"][0]["code"]), (&Value::Null, &json!("stale_version")));
    // a day later the key is free again
    world.wait_ms(24 * 3_600_000 + 1);
    let mona = world.sign_in("mona").await;
    let late = world.send(mona["access_token"].as_str(), "POST", path, hide, &once).await;
    assert!(!late.headers.contains_key("idempotency-replayed"));
    assert_eq!(late.ok()["conflicts"][0]["code"], "stale_version");
    // what failed is not kept
    let world = World::new().await;
    let failing = json!({"body": "x", "parent_id": "1"});
    world.call_with("alice", "POST", THREAD, failing.clone(), &once).await.fails(409, "parent_unavailable");
    world.call_with("alice", "POST", THREAD, failing, &once).await.fails(409, "parent_unavailable");
    world.call_with("alice", "POST", THREAD, json!({"body": "x"}), &once).await.ok();
    world.verified().await;
}

#[actix_web::test]
async fn an_undo_leaves_alone_what_has_moved_on() {
    let world = World::new().await;
    let comment = world.post("alice", "in and out", None).await;
    let path = format!("/comments/{}", id(&comment));
    let flags = format!("{path}/flags");
    world.call("bob", "POST", &flags, json!({"reason": "spam"})).await.ok();
    world.call("carol", "POST", &flags, json!({"reason": "hate"})).await.ok();
    let hidden = world.decide("mona", "hide", &comment).await.ok();
    world.wait_ms(1);
    let now = world.get("mona", &path).await.ok();
    world.decide("mona", "restore", &now).await.ok();
    // the state is no longer as the first decision left it: a conflict, and nothing is recorded
    let undo = |of: &Value| format!("/moderation/decisions/{}/undo", id(of));
    let none = world.call("mona", "POST", &undo(&hidden), Value::Null).await.ok();
    assert_eq!((&none["id"], &none["conflicts"][0]["code"]), (&Value::Null, &json!("wrong_state")));
    assert_eq!(
        world.get("mona", &format!("/moderation/decisions/{}", id(&hidden))).await.ok()["undone_by"],
        Value::Null
    );
    assert_eq!(world.get("bob", "/me/flags").await.ok()["items"][0]["state"], "upheld");
    // restored, it can be flagged again; an undone `hide` then opens nothing twice
    world.call("bob", "POST", &flags, json!({"reason": "other"})).await.ok();
    world.wait_ms(1);
    let now = world.get("mona", &path).await.ok();
    let again = world.decide("mona", "hide", &now).await.ok();
    world.wait_ms(1);
    world.call("ada", "POST", &undo(&again), Value::Null).await.ok();
    let states = |of: Value| -> Vec<(String, String)> {
        let items = of["items"].as_array().unwrap().clone();
        items
            .iter()
            .map(|f| (f["reason"].as_str().unwrap().to_owned(), f["state"].as_str().unwrap().to_owned()))
            .collect()
    };
    let bobs = states(world.get("bob", "/me/flags").await.ok());
    let pair = |reason: &str, state: &str| (reason.to_owned(), state.to_owned());
    assert!(bobs.contains(&pair("other", "open")) && bobs.contains(&pair("spam", "upheld")), "{bobs:?}");
    assert_eq!(states(world.get("carol", "/me/flags").await.ok()), [pair("hate", "upheld")]);
    // both people concerned were told, each of what concerns them
    let told = world.get("carol", "/me/decisions").await.ok();
    assert_eq!(told["items"].as_array().unwrap().len(), 1);
    let told = world.get("alice", "/me/decisions").await.ok();
    let acts: Vec<&str> = told["items"].as_array().unwrap().iter().map(|e| e["action"].as_str().unwrap()).collect();
    assert_eq!(acts, ["undo", "hide", "restore", "hide"]);
    // the author takes it back: the undo of an undo finds it elsewhere
    assert_eq!(world.call("alice", "DELETE", &path, Value::Null).await.status, 204);
    let undone = world.get("mona", &format!("/moderation/decisions/{}", id(&again))).await.ok();
    let path = format!("/moderation/decisions/{}/undo", undone["undone_by"].as_str().unwrap());
    let none = world.call("mona", "POST", &path, Value::Null).await.ok();
    assert_eq!((&none["id"], &none["conflicts"][0]["code"]), (&Value::Null, &json!("wrong_state")));
    world.verified().await;
}

#[actix_web::test]
async fn each_act_starts_from_its_states_only() {
    let world = World::new().await;
    let thread = "/sites/here/threads/article";
    let acts = ["approve", "hide", "restore", "dismiss", "lock", "unlock", "pin", "unpin"];
    for (state, good) in [
        ("published", &["approve", "hide", "dismiss", "lock", "pin"][..]),
        ("held", &["approve", "hide", "dismiss", "lock"][..]),
        ("hidden", &["restore", "dismiss", "lock"][..]),
        ("deleted", &["dismiss"][..]),
    ] {
        for act in acts {
            world.call("mona", "PUT", thread, json!({"premoderation": state == "held"})).await.ok();
            let comment = world.post("alice", &format!("{state} {act}"), None).await;
            let path = format!("/comments/{}", id(&comment));
            match state {
                "hidden" => drop(world.decide("mona", "hide", &comment).await.ok()),
                "deleted" => drop(world.call("alice", "DELETE", &path, Value::Null).await),
                _ => {}
            }
            let now = world.get("mona", &path).await.ok();
            assert_eq!(now["state"], state);
            let made = world.decide("mona", act, &now).await.ok();
            if good.contains(&act) {
                assert_eq!(made["applied"].as_array().unwrap().len(), 1, "{act} {state}");
                let stays = act == "dismiss" || (act == "approve" && state == "published");
                let version = now["version"].as_i64().unwrap() + i64::from(!stays);
                assert_eq!(made["applied"][0]["version"], version, "{act} {state}");
                assert_eq!(world.get("mona", &path).await.ok()["version"], version, "{act} {state}");
            } else {
                let conflict = &made["conflicts"][0];
                assert_eq!((&made["id"], &conflict["code"]), (&Value::Null, &json!("wrong_state")), "{act} {state}");
                assert_eq!((&conflict["state"], &conflict["version"]), (&json!(state), &now["version"]));
            }
        }
    }
    let comment = world.post("alice", "reasons", None).await;
    let bare = json!({"targets": [{"comment_id": comment["id"], "version": 1}], "action": "hide"});
    world.call("mona", "POST", "/moderation/decisions", bare).await.fails(422, "validation_failed");
    world.verified().await;
}

#[actix_web::test]
async fn a_nul_is_no_fault_wherever_it_is_sent() {
    let world = World::new().await;
    let comment = world.post("alice", "look", None).await;
    let target = json!({"comment_id": comment["id"], "version": 1});
    let hide =
        json!({"targets": [target], "action": "hide", "reason_code": "spam", "note": "a\0b", "public_text": "a\0b"});
    let flag = json!({"reason": "spam", "note": "a\0b"});
    let thread = json!({"title": "a\0b"});
    let born = json!({"body": "first", "thread": {"title": "a\0b"}});
    let login = json!({"identifier": "a\0b", "password": "a\0b", "client": "native"});
    let register = json!({"login": "a\0b", "password": PASSWORD, "display_name": "a\0b", "client": "native"});
    for (who, method, path, body) in [
        ("mona", "POST", "/moderation/decisions".to_owned(), hide),
        ("bob", "POST", format!("/comments/{}/flags", id(&comment)), flag),
        ("mona", "PUT", "/sites/here/threads/article".to_owned(), thread),
        ("alice", "POST", "/sites/here/threads/unborn/comments".to_owned(), born),
        ("anon", "POST", "/auth/login".to_owned(), login),
        ("anon", "POST", "/auth/register".to_owned(), register),
        ("alice", "PATCH", "/me".to_owned(), json!({"display_name": "a\0b", "email": "a\0b@example.org"})),
        ("anon", "POST", "/auth/refresh".to_owned(), json!({"refresh_token": "a\0b", "client": "native"})),
        ("anon", "GET", "/sites/he%00re/threads/article".to_owned(), Value::Null),
        ("anon", "GET", "/sites/here/threads/art%00icle/comments".to_owned(), Value::Null),
        ("mona", "GET", "/sites/here/moderation/queue?reason=%00".to_owned(), Value::Null),
    ] {
        let answer = world.call(who, method, &path, body).await;
        assert!(answer.status < 500, "{method} {path}: {}", answer.text);
    }
}

#[actix_web::test]
async fn sessions_begin_and_go_on_however_many_share_an_address() {
    let bounds =
        ["limits.enabled=true", "limits.write_per_min=1", "limits.sign_in_per_min=1", "limits.register_per_hour=100"];
    let world = World::with(&bounds).await;
    let mut session = world.sign_in("mona").await;
    for _ in 0..3 {
        // who never signed in asks as well, at each page
        world.call("anon", "POST", "/auth/refresh", json!({})).await.fails(401, "sign_in_required");
        let body = json!({"refresh_token": session["refresh_token"]});
        let answer = world.call("anon", "POST", "/auth/refresh", body).await;
        assert!(answer.headers.contains_key("ratelimit"), "it writes all the same");
        session = answer.ok();
        assert_eq!(world.call("anon", "POST", "/auth/logout", json!({"refresh_token": "x"})).await.status, 204);
        let page = [("origin", "https://here.example")];
        let exchange = world.call_with("anon", "POST", "/auth/exchange", json!({"code": "x"}), &page).await;
        exchange.fails(401, "invalid_credentials");
    }
    // a code is a write of who asks for it
    let code = json!({"origin": "https://here.example"});
    for who in ["alice", "bob"] {
        world.call(who, "POST", "/auth/code", code.clone()).await.ok();
    }
    world.call("alice", "POST", "/auth/code", code).await.fails(429, "rate_limited");
    // and passwords are guessed as slowly as ever
    let body = json!({"identifier": "mona", "password": PASSWORD});
    world.call("anon", "POST", "/auth/login", body).await.fails(429, "rate_limited");
}

#[actix_web::test]
async fn signing_out_takes_away_the_cookie_of_what_it_ended_alone() {
    let world = World::new().await;
    let own = world.url.clone();
    let log_in = async |login: &str, client: &str| {
        let body = json!({"identifier": login, "password": PASSWORD, "client": client});
        let answer = world.call_with("anon", "POST", "/auth/login", body, &[("origin", &own)]).await;
        let pair = answer.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
        (answer.json["access_token"].as_str().map(str::to_owned), pair)
    };
    // signs out by the token, else by the console's cookie; the cookies that are taken away
    let log_out = async |token: Option<&str>, cookies: &[&str]| {
        let cookies = cookies.join("; ");
        let headers =
            [("cookie", &*cookies), ("origin", &*own), ("sec-fetch-site", "same-origin"), ("x-understory", "1")];
        let answer = world.send(token, "POST", "/auth/logout", json!({}), &headers).await;
        assert_eq!(answer.status, 204, "{}", answer.text);
        let gone = answer.headers.get_all("set-cookie").iter().map(|line| line.to_str().unwrap());
        gone.map(|line| line.split('=').next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let console_of = async |pair: &str| {
        let headers = [("cookie", pair), ("sec-fetch-site", "same-origin")];
        world.call_with("anon", "GET", "/me", Value::Null, &headers).await.status
    };
    let refresh = async |pair: &str| {
        let headers = [("cookie", pair), ("origin", &*own)];
        world.call_with("anon", "POST", "/auth/refresh", json!({}), &headers).await.status
    };
    let (_, console) = log_in("mona", "console").await;
    let (reading, pair) = log_in("mona", "browser").await;
    assert_eq!(log_out(reading.as_deref(), &[&pair, &console]).await, ["understory_refresh"]);
    assert_eq!((refresh(&pair).await, console_of(&console).await), (401, 200));
    // the other way round
    let (_, pair) = log_in("mona", "browser").await;
    assert_eq!(log_out(None, &[&pair, &console]).await, ["understory_console"]);
    assert_eq!((console_of(&console).await, refresh(&pair).await), (401, 200));
    // another tab of the browser has signed in as somebody else meanwhile
    let (alice, _) = log_in("alice", "browser").await;
    let (_, bobs) = log_in("bob", "browser").await;
    assert_eq!(log_out(alice.as_deref(), &[&bobs]).await, [""; 0]);
    assert_eq!(refresh(&bobs).await, 200);
    // what is good for nothing goes, whatever it was
    let (alice, _) = log_in("alice", "browser").await;
    let both = ["understory_refresh=x", "understory_console=x"];
    assert_eq!(log_out(alice.as_deref(), &both).await, ["understory_refresh", "understory_console"]);
}
