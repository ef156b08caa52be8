//! What the console asks beside the queue: a moderator's sites, settings of a site, whether the log
//! stands, figures by day, and people by login.

#![allow(clippy::unwrap_used, reason = "a failing test may panic anywhere")]

mod common;

use common::{Answer, World, id};
use serde_json::{Value, json};
use understory::app::set_site::SiteChange;
use understory::domain::permission::Role;

const SETTINGS: &str = "/moderation/sites/here/settings";
const DAY_MS: i64 = 86_400_000;

async fn set(world: &World, who: &str, change: Value) -> Answer {
    world.call(who, "PATCH", SETTINGS, change).await
}

async fn log(world: &World) -> Vec<Value> {
    let page = world.get("ada", "/moderation/log?limit=200").await.ok();
    page["items"].as_array().unwrap().clone()
}

#[actix_web::test]
async fn an_admin_sets_what_moderators_read_and_readers_see() {
    let world = World::new().await;
    let before = world.get("mona", SETTINGS).await.ok();
    assert_eq!((&before["title"], &before["may_change"]), (&json!("here"), &json!(false)));
    assert_eq!((&before["policy_url"], &before["two_persons_over"]), (&Value::Null, &Value::Null));
    assert_eq!(before["origins"], json!(["https://here.example"]));
    set(&world, "mona", json!({"title": "Mine"})).await.fails(403, "forbidden");

    let change = json!({
        "title": "The Valley", "policy_url": "https://here.example/rules", "two_persons_over": 20,
        "two_persons_ban": true,
    });
    let after = set(&world, "ada", change).await.ok();
    assert_eq!(world.get("mona", SETTINGS).await.ok()["title"], "The Valley");
    assert_eq!((&after["two_persons_over"], &after["may_change"]), (&json!(20), &json!(true)));
    let site = world.get("anon", "/sites/here").await.ok();
    assert_eq!((&site["title"], &site["policy_url"]), (&json!("The Valley"), &json!("https://here.example/rules")));

    // one row, with who, and only what has changed
    let rows = log(&world).await;
    let user = id(&world.get("ada", "/me").await.ok());
    assert_eq!((&rows[0]["action"], &rows[0]["actor"]["id"]), (&json!("site.set"), &json!(user)));
    let was = json!({"title": "here", "policy_url": null, "two_persons_over": null, "two_persons_ban": false});
    assert_eq!(rows[0]["before"], was);
    assert_eq!(rows[0]["after"]["two_persons_over"], 20);

    // null sets, what is left out stays, what changes nothing is no row
    let after = set(&world, "ada", json!({"policy_url": null, "two_persons_over": null})).await.ok();
    assert_eq!((&after["policy_url"], &after["two_persons_over"]), (&Value::Null, &Value::Null));
    assert_eq!((&after["title"], &after["two_persons_ban"]), (&json!("The Valley"), &json!(true)));
    let rows = log(&world).await.len();
    set(&world, "ada", json!({"title": "The Valley"})).await.ok();
    set(&world, "ada", json!({})).await.ok();
    assert_eq!(log(&world).await.len(), rows);
    world.verified().await;
}

#[actix_web::test]
async fn what_is_wrong_is_named_and_nothing_is_set() {
    let world = World::new().await;
    for (change, pointer) in [
        (json!({"title": ""}), "/title"),
        (json!({"title": "a\nb"}), "/title"),
        (json!({"title": "x".repeat(201)}), "/title"),
        (json!({"title": "T", "policy_url": "javascript:alert(1)"}), "/policy_url"),
        (json!({"policy_url": "file:///etc/passwd"}), "/policy_url"),
        (json!({"policy_url": ""}), "/policy_url"),
        (json!({"origins": ["https://a.example", "https://b.example/path"]}), "/origins/1"),
        (json!({"origins": ["null"]}), "/origins/0"),
        (json!({"two_persons_over": -1}), "/two_persons_over"),
        (json!({"two_persons_ban": "yes"}), "/two_persons_ban"),
    ] {
        let answer = set(&world, "ada", change.clone()).await;
        assert_eq!((answer.status, answer.code()), (422, "validation_failed"), "{change} {}", answer.text);
        assert_eq!(answer.json["errors"][0]["pointer"], pointer, "{change}");
    }
    set(&world, "ada", json!({"file": "/etc/passwd"})).await.fails(422, "unknown_field");
    assert_eq!(world.get("mona", SETTINGS).await.ok()["title"], "here");
}

#[actix_web::test]
async fn what_was_changed_meanwhile_is_not_overwritten() {
    let world = World::new().await;
    let read = world.get("ada", SETTINGS).await.ok();
    assert_eq!(read["version"], world.get("mona", SETTINGS).await.ok()["version"]);
    let origins = json!(["https://here.example", "https://new.example"]);
    let after = set(&world, "ada", json!({"origins": origins, "version": read["version"]})).await.ok();
    assert_ne!(after["version"], read["version"]);
    let stale = json!({"title": "Mine", "origins": read["origins"], "version": read["version"]});
    set(&world, "ada", stale).await.fails(409, "stale_version");
    let now = world.get("ada", SETTINGS).await.ok();
    assert_eq!((&now["title"], &now["origins"], &now["version"]), (&json!("here"), &origins, &after["version"]));
    set(&world, "ada", json!({"title": "Mine", "version": now["version"]})).await.ok();
}

#[actix_web::test]
async fn an_origin_that_is_taken_out_is_trusted_no_more() {
    let world = World::new().await;
    let allowed = async |origin: &str| {
        let headers = [("origin", origin)];
        let answer = world.call_with("alice", "GET", "/me", Value::Null, &headers).await;
        answer.headers.get("access-control-allow-origin").is_some()
    };
    assert!(allowed("https://here.example").await && !allowed("https://new.example").await);
    let after = set(&world, "ada", json!({"origins": ["https://New.example/", "https://new.example"]})).await.ok();
    assert_eq!(after["origins"], json!(["https://new.example"]));
    assert!(!allowed("https://here.example").await && allowed("https://new.example").await);
    // the other site's is as it was
    assert!(allowed("https://there.example").await);
    let world = world.restarted().await;
    let headers = [("origin", "https://here.example")];
    let answer = world.call_with("alice", "GET", "/me", Value::Null, &headers).await;
    assert!(answer.headers.get("access-control-allow-origin").is_none());
}

#[actix_web::test]
async fn the_command_line_sets_the_same() {
    let world = World::new().await;
    let change = SiteChange {
        policy_url: Some(Some("https://here.example/rules".into())),
        explicit_threads: Some(true),
        ..SiteChange::default()
    };
    let after = world.app.set_site("here", change).await.unwrap();
    assert_eq!(after.site.policy_url.as_deref(), Some("https://here.example/rules"));
    assert_eq!(world.get("mona", SETTINGS).await.ok()["explicit_threads"], true);
    let posted = world.call("alice", "POST", "/sites/here/threads/new/comments", json!({"body": "x"})).await;
    posted.fails(404, "not_found");
    assert_eq!(log(&world).await[0]["actor"], Value::Null);
    let wrong = SiteChange { policy_url: Some(Some("/rules".into())), ..SiteChange::default() };
    assert!(world.app.set_site("here", wrong).await.unwrap_err().to_string().contains("policy_url"));
}

/// The keys and titles of a page of sites, and where it goes on.
async fn sites(world: &World, who: &str, query: &str) -> (Vec<(String, String)>, Option<String>) {
    let page = world.get(who, &format!("/sites{query}")).await.ok();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let items = page["items"].as_array().unwrap().iter();
    (items.map(|site| (text(&site["site"]), text(&site["title"]))).collect(), page["next"].as_str().map(str::to_owned))
}

/// All of them, page by page.
async fn all_sites(world: &World, who: &str, limit: usize) -> Vec<String> {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let (page, next) = sites(world, who, &format!("?limit={limit}{cursor}")).await;
        assert!(page.len() <= limit);
        all.extend(page.into_iter().map(|(key, _)| key));
        match next {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return all,
        }
    }
}

#[actix_web::test]
async fn a_moderator_lists_the_sites_of_their_roles_by_key() {
    let world = World::new().await;
    // not made in the order of their keys
    for site in ["valley", "b-side", "b2", "b_side", "apple"] {
        world.wait_ms(1);
        world.app.add_site(site, Some("A title"), &[]).await.unwrap();
    }
    let ordered = ["apple", "b-side", "b2", "b_side", "here", "there", "valley"];
    for limit in [1, 2, 6, 7, 200] {
        assert_eq!(all_sites(&world, "ada", limit).await, ordered, "{limit}");
    }
    world.app.set_role("mona", Role::Moderator, Some("valley")).await.unwrap();
    world.app.set_role("mona", Role::Admin, Some("b2")).await.unwrap();
    for limit in [1, 2, 3, 200] {
        assert_eq!(all_sites(&world, "mona", limit).await, ["b2", "here", "valley"], "{limit}");
    }
    let own = [("b2", "A title"), ("here", "here"), ("valley", "A title")];
    assert_eq!(sites(&world, "mona", "").await, (own.map(|(key, title)| (key.into(), title.into())).into(), None));
    assert_eq!(all_sites(&world, "theo", 50).await, ["there"]);

    // a role that is taken counts no more, one on the whole server is one on each site
    world.app.set_role("mona", Role::Reader, Some("b2")).await.unwrap();
    assert_eq!(all_sites(&world, "mona", 50).await, ["here", "valley"]);
    world.app.set_role("theo", Role::Moderator, None).await.unwrap();
    assert_eq!(all_sites(&world, "theo", 3).await, ordered);
}

#[actix_web::test]
async fn nobody_else_lists_sites_and_a_wrong_query_is_named() {
    let world = World::new().await;
    world.get("anon", "/sites").await.fails(401, "sign_in_required");
    world.get("bob", "/sites").await.fails(403, "forbidden");
    let reader = world.reader_token("ada").await;
    world.send(Some(&reader), "GET", "/sites", Value::Null, &[]).await.fails(403, "forbidden");
    for wrong in ["limit=0", "limit=201", "limit=x", "cursor=x", "site=here", "limit=1&limit=1"] {
        world.get("ada", &format!("/sites?{wrong}")).await.fails(422, "validation_failed");
    }
    let (_, next) = sites(&world, "ada", "?limit=1").await;
    let next = next.unwrap();
    let other = format!("/moderation/log?site=here&cursor={next}");
    world.get("ada", &other).await.fails(422, "cursor_mismatch");
    // what one may list is asked at each page, whoever was given the cursor
    assert_eq!(sites(&world, "theo", &format!("?cursor={next}")).await.0, [("there".into(), "there".into())]);
    assert_eq!(sites(&world, "mona", &format!("?cursor={next}")).await.0, []);
    assert_eq!(world.get("mona", "/sites").await.headers["cache-control"], "private, no-store");
}

/// As `who`, whose access token has expired since.
async fn later(world: &World, who: &str, method: &str, path: &str, body: Value) -> Answer {
    let session = world.sign_in(who).await;
    world.send(session["access_token"].as_str(), method, path, body, &[]).await
}

/// Walks the log of `here` as the console does; the pieces.
async fn walked(world: &World) -> Vec<Value> {
    let (mut pieces, mut after) = (Vec::new(), 0);
    loop {
        let path = format!("/moderation/log/verification?site=here&after={after}");
        let piece = world.get("mona", &path).await.ok();
        let next = piece["next"].as_i64();
        pieces.push(piece);
        match next {
            Some(next) => after = next,
            None => return pieces,
        }
    }
}

/// Changes a row of the log behind the service's back.
fn tamper(world: &World, sql: &str) {
    if world.database.is_server() {
        world.by_hand(&format!("SET session_replication_role = replica; {sql}"));
    } else {
        world.by_hand("DROP TRIGGER IF EXISTS moderation_log_no_update");
        world.by_hand("DROP TRIGGER IF EXISTS moderation_log_no_delete");
        world.by_hand("PRAGMA foreign_keys = OFF");
        world.by_hand(sql);
    }
}

#[actix_web::test]
async fn a_log_is_proven_piece_by_piece() {
    let world = World::new().await;
    let path = "/moderation/log/verification?site=there";
    let empty = world.get("theo", path).await.ok();
    // a role is given on each site
    assert_eq!((&empty["rows"], &empty["verified"], &empty["next"]), (&json!(1), &json!(true), &Value::Null));
    for number in 0..3 {
        let comment = world.post("alice", &format!("number {number}"), None).await;
        world.wait_ms(1);
        world.decide("mona", "hide", &comment).await.ok();
    }
    let whole = walked(&world).await;
    let head = world.get("mona", "/moderation/log/head?site=here").await.ok();
    assert_eq!(whole.len(), 1);
    assert_eq!((&whole[0]["to_seq"], &whole[0]["hash"]), (&head["seq"], &head["hash"]));
    assert_eq!((&whole[0]["verified"], &whole[0]["difference"]), (&json!(true), &Value::Null));
    // from a row in the middle, and from the last one
    let middle = whole[0]["from_seq"].as_i64().unwrap();
    let rest = world.get("mona", &format!("/moderation/log/verification?site=here&after={middle}")).await.ok();
    assert_eq!((&rest["verified"], &rest["rows"]), (&json!(true), &json!(whole[0]["rows"].as_i64().unwrap() - 1)));
    let none = world.get("mona", &format!("/moderation/log/verification?site=here&after={}", head["seq"])).await.ok();
    assert_eq!((&none["rows"], &none["from_seq"], &none["verified"]), (&json!(0), &Value::Null, &json!(true)));
    world.get("mona", "/moderation/log/verification?site=here&after=-1").await.fails(422, "validation_failed");
    // the server's own is for admins
    world.get("mona", "/moderation/log/verification").await.fails(422, "validation_failed");
    assert_eq!(world.get("ada", "/moderation/log/verification").await.ok()["verified"], true);

    let seq = head["seq"].as_i64().unwrap() - 1;
    tamper(&world, &format!("UPDATE moderation_log SET reason_code = 'spam' WHERE seq = {seq}"));
    let found = walked(&world).await;
    assert_eq!((&found[0]["verified"], &found[0]["differences"]), (&json!(false), &json!(1)));
    assert_eq!(found[0]["difference"]["name"], format!("moderation_log seq {seq}"));
    assert_eq!(found[0]["difference"]["detail"], "hash does not fit the row");
}

#[actix_web::test]
async fn rows_cut_off_the_end_are_missed_and_purged_texts_are_not() {
    let world = World::new().await;
    let mut comments = Vec::new();
    for number in 0..2 {
        comments.push(world.post("alice", &format!("number {number}"), None).await);
        world.wait_ms(1);
        let target = json!({"comment_id": comments[number]["id"], "version": 1});
        let hide = json!({"targets": [target], "action": "hide", "reason_code": "spam", "note": "a note"});
        world.call("mona", "POST", "/moderation/decisions", hide).await.ok();
    }
    world.wait_ms(1);
    let now = world.get("ada", &format!("/comments/{}", id(&comments[0]))).await.ok();
    world.decide("ada", "purge", &now).await.ok();
    assert_eq!(walked(&world).await[0]["verified"], true);
    // so also in a piece that ends before the row which says so: here it is looked at from the end
    let head = world.get("mona", "/moderation/log/head?site=here").await.ok()["seq"].as_i64().unwrap();
    let last = world.get("mona", &format!("/moderation/log/verification?site=here&after={}", head - 1)).await.ok();
    assert_eq!((&last["verified"], &last["rows"]), (&json!(true), &json!(1)));
    tamper(&world, &format!("DELETE FROM moderation_log_text WHERE seq = {head}"));
    tamper(&world, &format!("DELETE FROM moderation_log WHERE seq = {head}"));
    let found = walked(&world).await;
    let names: Vec<&str> = found.iter().filter_map(|piece| piece["difference"]["name"].as_str()).collect();
    assert!(names[0].starts_with("moderation_log "), "{names:?}");
    // the purge is no longer told of, and its decision has no row
    assert_eq!((&found[0]["verified"], &found[0]["differences"]), (&json!(false), &json!(2)), "{found:?}");
}

#[actix_web::test]
async fn figures_by_day_are_those_of_the_day() {
    let world = World::new().await;
    let flag = async |comment: &Value| {
        let path = format!("/comments/{}/flags", id(comment));
        world.call("bob", "POST", &path, json!({"reason": "spam"})).await.ok();
    };
    let comments = [world.post("alice", "one", None).await, world.post("alice", "two", None).await];
    flag(&comments[0]).await;
    flag(&comments[1]).await;
    world.wait_ms(60_000);
    let hidden = world.decide("mona", "hide", &comments[0]).await.ok();
    world.wait_ms(60_000);
    world.decide("mona", "dismiss", &comments[1]).await.ok();
    world.wait_ms(2 * DAY_MS);
    let undo = format!("/moderation/decisions/{}/undo", id(&hidden));
    later(&world, "ada", "POST", &undo, Value::Null).await.ok();
    let read = async |query: &str| {
        let path = format!("/moderation/stats/series?site=here&{query}");
        later(&world, "mona", "GET", &path, Value::Null).await
    };
    let series = read("days=4").await.ok();
    let days = series["items"].as_array().unwrap();
    let of = |name: &str| days.iter().map(|day| day[name].clone()).collect::<Vec<Value>>();
    // the clock began on 2023-11-14
    assert_eq!(of("date"), ["2023-11-13", "2023-11-14", "2023-11-15", "2023-11-16"]);
    assert_eq!(of("decisions"), [json!(0), json!(2), json!(0), json!(1)]);
    assert_eq!(of("flags"), [json!(0), json!(2), json!(0), json!(0)]);
    // of the day it was made on
    assert_eq!(of("overturned"), [json!(0), json!(1), json!(0), json!(0)]);
    assert_eq!(of("time_to_decision_s"), [Value::Null, json!(60.0), Value::Null, Value::Null]);
    assert_eq!(of("capped"), [json!(false), json!(false), json!(false), json!(false)]);
    let most = read("days=90").await.ok();
    assert_eq!(most["items"].as_array().unwrap().len(), 90);
    for wrong in ["days=0", "days=91", "days=x", "weeks=1"] {
        read(wrong).await.fails(422, "validation_failed");
    }
}

#[actix_web::test]
async fn appeals_that_were_granted_are_of_the_day_of_the_ruling() {
    let world = World::new().await;
    let comment = world.post("alice", "one", None).await;
    world.decide("mona", "hide", &comment).await.ok();
    let told = world.get("alice", "/me/decisions").await.ok();
    let appeal = format!("/me/decisions/{}/appeal", id(&told["items"][0]));
    let appeal = id(&world.call("alice", "POST", &appeal, json!({"text": "no"})).await.ok());
    world.wait_ms(DAY_MS);
    let ruling = json!({"result": "overturned", "public_text": "you are right"});
    later(&world, "ada", "POST", &format!("/moderation/appeals/{appeal}/ruling"), ruling).await.ok();
    let series = later(&world, "mona", "GET", "/moderation/stats/series?site=here&days=2", Value::Null).await.ok();
    let of = |at: usize, name: &str| series["items"][at][name].as_i64().unwrap();
    assert_eq!([of(0, "appeals_granted"), of(1, "appeals_granted")], [0, 1]);
    assert_eq!(of(0, "decisions"), 1);
}

#[actix_web::test]
async fn people_are_found_by_the_beginning_of_a_login_and_by_id() {
    let world = World::new().await;
    let find = async |q: &str| {
        let found = world.get("mona", &format!("/moderation/users?site=here&q={q}")).await.ok();
        let people = found["items"].as_array().unwrap().clone();
        people.iter().map(|one| one["login"].as_str().unwrap().to_owned()).collect::<Vec<String>>()
    };
    assert_eq!(find("al").await, ["alice"]);
    // as a reader takes it: case and look-alikes count for nothing
    assert_eq!(find("ALI").await, ["alice"]);
    assert_eq!(find("aIice").await, ["alice"]);
    assert_eq!(find("zz").await, [""; 0]);
    assert_eq!(find("%25").await, [""; 0]);
    let bob = id(&world.get("bob", "/me").await.ok());
    assert_eq!(find(&bob).await, ["bob"]);
    world.get("mona", "/moderation/users?site=here&q=").await.fails(422, "validation_failed");
}

#[actix_web::test]
async fn a_report_is_a_file_too() {
    let world = World::new().await;
    let answer = world.get("mona", "/moderation/stats/report.csv?site=here&year=2023").await;
    assert!(answer.text.starts_with("site,year,section,of,figure,value\nhere,2023,"), "{}", answer.text);
    assert_eq!(answer.headers["content-type"], "text/csv; charset=utf-8");
    assert_eq!(answer.headers["content-disposition"], "attachment; filename=\"here-2023.csv\"");
    assert_eq!(answer.headers["cache-control"], "private, no-store");
}
