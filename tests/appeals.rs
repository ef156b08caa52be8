//! Appeals: once, in time, to another moderator; overturning takes back exactly what one person was
//! told of, and nothing else.

#![allow(clippy::unwrap_used, reason = "a failing test may panic anywhere")]

mod common;

use std::collections::BTreeMap;

use common::{Answer, PEOPLE, World, id};
use futures_util::future::join_all;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::{Value, json};
use understory::app::set_site::SiteChange;
use understory::domain::permission::Role;

const DAY_MS: i64 = 86_400_000;

async fn appeal(world: &World, who: &str, entry: &Value, text: &str) -> Answer {
    world.call(who, "POST", &format!("/me/decisions/{}/appeal", id(entry)), json!({"text": text})).await
}

async fn rule(world: &World, who: &str, appeal: &Value, result: &str) -> Answer {
    let body = json!({"result": result, "public_text": format!("{result}, since")});
    world.call(who, "POST", &format!("/moderation/appeals/{}/ruling", id(appeal)), body).await
}

/// One decision on several comments.
async fn hide(world: &World, who: &str, comments: &[&Value]) -> Value {
    world.wait_ms(1);
    let mut targets = Vec::new();
    for comment in comments {
        targets.push(json!({"comment_id": comment["id"], "version": world.now(comment).await["version"]}));
    }
    let body = json!({"targets": targets, "action": "hide", "reason_code": "harassment"});
    let made = world.call(who, "POST", "/moderation/decisions", body).await.ok();
    assert_eq!(made["conflicts"], json!([]));
    made
}

async fn act(world: &World, who: &str, action: &str, comment: &Value) -> Value {
    world.wait_ms(1);
    world.decide(who, action, &world.now(comment).await).await.ok()
}

#[actix_web::test]
async fn overturning_takes_one_comment_back_and_tells_all_concerned() {
    let world = World::new().await;
    let (mine, other) = (world.post("alice", "mine", None).await, world.post("bob", "other", None).await);
    let (on_mine, on_other) = (world.flag("carol", &mine, "spam").await, world.flag("carol", &other, "spam").await);
    let hidden = hide(&world, "mona", &[&mine, &other]).await;
    let entry = world.told("alice").await;
    assert_eq!((&entry["comment_id"], &entry["appeal"]), (&mine["id"], &Value::Null));
    let made = appeal(&world, "alice", &entry, "it was irony").await;
    assert_eq!(made.status, 201);
    let made = made.json;
    assert_eq!((&made["state"], &made["answer"], &made["decided_at"]), (&json!("open"), &Value::Null, &Value::Null));
    assert_eq!((&made["entry_id"], &made["decision_id"]), (&entry["id"], &hidden["id"]));
    assert_eq!(world.told("alice").await["appeal"], made);

    // by another moderator of the site than the first
    rule(&world, "anon", &made, "overturned").await.fails(401, "sign_in_required");
    rule(&world, "bob", &made, "overturned").await.fails(403, "forbidden");
    rule(&world, "theo", &made, "overturned").await.fails(404, "not_found");
    rule(&world, "mona", &made, "overturned").await.fails(403, "forbidden");
    rule(&world, "mona", &made, "upheld").await.fails(403, "forbidden");
    world.wait_ms(1);
    let ruled = rule(&world, "ada", &made, "overturned").await.ok();
    assert_eq!((&ruled["state"], &ruled["answer"]), (&json!("overturned"), &json!("overturned, since")));
    assert!(ruled["decided_at"].is_string());
    rule(&world, "ada", &made, "upheld").await.fails(409, "already_ruled");

    // one is back as it was, the other is not, and the decision stands
    let back = world.now(&mine).await;
    assert_eq!((&back["state"], &back["removed"]), (&json!("published"), &Value::Null));
    assert_eq!(world.now(&other).await["state"], "hidden");
    let path = format!("/moderation/decisions/{}", id(&hidden));
    assert_eq!(world.get("mona", &path).await.ok()["undone_by"], Value::Null);
    let flags = world.get("carol", "/me/flags").await.ok();
    let state = |of: &Value| {
        let flags = flags["items"].as_array().unwrap();
        flags.iter().find(|flag| flag["id"] == of["id"]).unwrap()["state"].clone()
    };
    assert_eq!((state(&on_mine), state(&on_other)), (json!("open"), json!("upheld")));

    // the author is told twice: of the decision with the appeal, and of its end; the reporter of that
    let entries = world.get("alice", "/me/decisions").await.ok()["items"].as_array().unwrap().clone();
    let (end, first) = (&entries[0], &entries[1]);
    assert_eq!((&end["action"], &end["public_text"]), (&json!("undo"), &json!("overturned, since")));
    assert_eq!((&end["statement"], &first["appeal"]), (&Value::Null, &ruled));
    assert_eq!(first["statement"]["in_force"], false);
    let reporters = world.told("carol").await;
    assert_eq!((&reporters["decision_id"], &reporters["comment_id"]), (&end["decision_id"], &mine["id"]));
    let undone = world.get("mona", &format!("/moderation/decisions/{}", end["decision_id"].as_str().unwrap())).await;
    let undone = undone.ok();
    assert_eq!((&undone["undoes"], undone["applied"].as_array().unwrap().len()), (&hidden["id"], 1));
    assert_eq!(undone["actor"]["login"], "ada");
    // both rows of the log name the ruling's moderator
    let log = world.get("mona", "/moderation/log?site=here&limit=2").await.ok();
    let rows: Vec<(&Value, &Value)> =
        log["items"].as_array().unwrap().iter().map(|row| (&row["action"], &row["actor"]["login"])).collect();
    assert_eq!(rows, [(&json!("appeal.overturned"), &json!("ada")), (&json!("undo"), &json!("ada"))]);
    assert_eq!(log["items"][0]["after"]["decision_id"], undone["id"]);
    world.verified().await;

    // the rest of the decision can still be taken back, exactly
    let rest = world.undo("mona", &hidden).await.ok();
    assert_eq!(
        (&rest["applied"][0]["comment_id"], &rest["conflicts"][0]["code"]),
        (&other["id"], &json!("wrong_state"))
    );
    assert_eq!(world.now(&other).await["state"], "published");
    assert_eq!(world.get("mona", &path).await.ok()["undone_by"], rest["id"]);
    // and the ruling by who did not lose by it: then the comment is as the decision had left it
    world.undo("mona", &undone).await.fails(403, "forbidden");
    world.wait_ms(1);
    world.undo("ada", &undone).await.ok();
    assert_eq!(world.now(&mine).await["state"], "hidden");
    assert_eq!(world.get("mona", &path).await.ok()["undone_by"], rest["id"]);
    let again = world.told("alice").await;
    assert_eq!((&again["action"], &again["statement"]["restriction"]), (&json!("undo"), &json!("hidden")));
    // that is a restriction of its own, to be appealed against; both who are behind it do not rule
    let anew = appeal(&world, "alice", &again, "again?").await.ok();
    rule(&world, "mona", &anew, "upheld").await.fails(403, "forbidden");
    rule(&world, "ada", &anew, "upheld").await.fails(403, "forbidden");
    world.verified().await;
}

#[actix_web::test]
async fn a_decision_on_one_comment_is_undone_whole() {
    let world = World::new().await;
    let comment = world.post("alice", "one", None).await;
    let hidden = hide(&world, "mona", &[&comment]).await;
    let made = appeal(&world, "alice", &world.told("alice").await, "no").await.ok();
    rule(&world, "ada", &made, "overturned").await.ok();
    world.undo("mona", &hidden).await.fails(409, "already_undone");
    let path = format!("/moderation/decisions/{}", id(&hidden));
    let undone = world.get("mona", &path).await.ok()["undone_by"].as_str().unwrap().to_owned();
    world.undo("ada", &json!({"id": undone})).await.ok();
    assert_eq!(world.get("mona", &path).await.ok()["undone_by"], Value::Null);
    assert_eq!(world.now(&comment).await["state"], "hidden");
    world.undo("ada", &hidden).await.ok();
    assert_eq!(world.now(&comment).await["state"], "published");
    world.verified().await;
}

#[actix_web::test]
async fn one_appeals_once_and_in_time_against_what_takes_something_away() {
    let world = World::new().await;
    let comment = world.post("alice", "mine", None).await;
    world.flag("carol", &comment, "spam").await;
    hide(&world, "mona", &[&comment]).await;
    let entry = world.told("alice").await;
    for text in ["", &"x".repeat(5_001)] {
        appeal(&world, "alice", &entry, text).await.fails(422, "validation_failed");
    }
    appeal(&world, "bob", &entry, "not mine").await.fails(404, "not_found");
    appeal(&world, "mona", &entry, "not mine").await.fails(404, "not_found");
    appeal(&world, "alice", &json!({"id": "1"}), "none").await.fails(404, "not_found");
    // a reporter who was right has nothing to object to
    appeal(&world, "carol", &world.told("carol").await, "but").await.fails(409, "not_appealable");

    let path = format!("/me/decisions/{}/appeal", id(&entry));
    let once = [("idempotency-key", "k")];
    let body = json!({"text": "x".repeat(5_000)});
    let made = world.call_with("alice", "POST", &path, body.clone(), &once).await;
    assert_eq!(made.status, 201);
    let again = world.call_with("alice", "POST", &path, body, &once).await;
    assert_eq!(
        (again.status, again.headers.contains_key("idempotency-replayed"), &again.json),
        (201, true, &made.json)
    );
    world.call_with("alice", "POST", &path, json!({"text": "y"}), &once).await.fails(422, "idempotency_key_reused");
    appeal(&world, "alice", &entry, "twice").await.fails(409, "already_appealed");

    // nor does who got something back
    act(&world, "mona", "restore", &comment).await;
    appeal(&world, "alice", &world.told("alice").await, "but").await.fails(409, "not_appealable");

    // six months to the day: 14 November 2023 to 14 May 2024 are 182 days
    let late = world.post("alice", "late", None).await;
    hide(&world, "mona", &[&late]).await;
    let entry = world.told("alice").await;
    let until = entry["statement"]["redress"]["appeal_until"].as_str().unwrap().to_owned();
    assert!(until.starts_with("2024-05-14T"), "{until}");
    let path = format!("/me/decisions/{}/appeal", id(&entry));
    world.wait_ms(182 * DAY_MS);
    let session = world.sign_in("alice").await;
    let token = session["access_token"].as_str();
    world.send(token, "POST", &path, json!({"text": "late"}), &[]).await.fails(409, "appeal_window_closed");
    world.wait_ms(-1);
    assert_eq!(world.send(token, "POST", &path, json!({"text": "in time"}), &[]).await.status, 201);
    world.verified().await;
}

#[actix_web::test]
async fn a_reporter_appeals_a_dismissal_and_only_their_flag_is_opened_again() {
    let world = World::new().await;
    let comment = world.post("alice", "questionable", None).await;
    let (carols, bobs) = (world.flag("carol", &comment, "spam").await, world.flag("bob", &comment, "spam").await);
    let dismissed = act(&world, "mona", "dismiss", &comment).await;
    let entry = world.told("carol").await;
    assert_eq!(entry["statement"], Value::Null);
    let made = appeal(&world, "carol", &entry, "look again").await.ok();
    // whose comment it is does not rule on it either
    world.app.set_role("alice", Role::Moderator, Some("here")).await.unwrap();
    rule(&world, "alice", &made, "upheld").await.fails(403, "forbidden");
    rule(&world, "mona", &made, "overturned").await.fails(403, "forbidden");
    world.wait_ms(1);
    rule(&world, "ada", &made, "overturned").await.ok();
    let state = async |who: &str| world.get(who, "/me/flags").await.ok()["items"][0]["state"].clone();
    assert_eq!((state("carol").await, state("bob").await), (json!("open"), json!("dismissed")));
    let queue = world.get("mona", "/moderation/queue?site=here").await.ok();
    assert_eq!(
        (&queue["items"][0]["comment"]["id"], &queue["items"][0]["flags"][0]["count"]),
        (&comment["id"], &json!(1))
    );
    let end = world.told("carol").await;
    // what is answered stands with the appeal: words with a decision are for the author
    assert_eq!((&end["action"], &end["public_text"]), (&json!("undo"), &Value::Null));
    assert_eq!(world.told("bob").await["decision_id"], dismissed["id"]);
    world.verified().await;

    // the ruling can be taken back: the flag is settled again as it was
    let reopened = json!({"id": end["decision_id"]});
    world.undo("mona", &reopened).await.fails(403, "forbidden");
    world.undo("ada", &reopened).await.ok();
    assert_eq!(state("carol").await, "dismissed");
    world.verified().await;
    // and the whole dismissal with it
    world.undo("mona", &dismissed).await.ok();
    assert_eq!((state("carol").await, state("bob").await), (json!("open"), json!("open")));
    let flags = [carols, bobs];
    assert_eq!(flags.len(), 2);
    world.verified().await;
}

#[actix_web::test]
async fn a_dismissal_whose_reporter_flagged_again_is_looked_at_anyway() {
    let world = World::new().await;
    let comment = world.post("alice", "questionable", None).await;
    world.flag("carol", &comment, "spam").await;
    act(&world, "mona", "approve", &comment).await;
    let made = appeal(&world, "carol", &world.told("carol").await, "look again").await.ok();
    world.flag("carol", &comment, "spam").await;
    rule(&world, "ada", &made, "overturned").await.ok();
    world.verified().await;
    // a comment that its author took back is not
    let gone = world.post("alice", "gone", None).await;
    world.flag("carol", &gone, "spam").await;
    act(&world, "mona", "dismiss", &gone).await;
    let made = appeal(&world, "carol", &world.told("carol").await, "look again").await.ok();
    world.call("alice", "DELETE", &format!("/comments/{}", id(&gone)), Value::Null).await.ok();
    rule(&world, "ada", &made, "overturned").await.fails(409, "wrong_state");
    rule(&world, "ada", &made, "upheld").await.ok();
    world.verified().await;
}

#[actix_web::test]
async fn what_has_moved_on_is_a_conflict_and_what_was_taken_back_needs_nothing_more() {
    let world = World::new().await;
    let comment = world.post("alice", "mine", None).await;
    hide(&world, "mona", &[&comment]).await;
    let made = appeal(&world, "alice", &world.told("alice").await, "no").await.ok();
    act(&world, "mona", "restore", &comment).await;
    let log = world.get("mona", "/moderation/log/head?site=here").await.ok();
    rule(&world, "ada", &made, "overturned").await.fails(409, "wrong_state");
    // nothing of it was kept
    assert_eq!(world.get("mona", "/moderation/log/head?site=here").await.ok(), log);
    let transparency = "/sites/here/threads/article/transparency";
    assert_eq!(world.get("anon", transparency).await.ok()["overturned"], 0);
    rule(&world, "ada", &made, "upheld").await.ok();
    world.verified().await;

    let other = world.post("alice", "other", None).await;
    let hidden = hide(&world, "mona", &[&other]).await;
    let made = appeal(&world, "alice", &world.told("alice").await, "no").await.ok();
    world.undo("mona", &hidden).await.ok();
    let count = "SELECT count(*) FROM decision";
    let before = world.by_hand(count);
    rule(&world, "ada", &made, "overturned").await.ok();
    assert_eq!(world.by_hand(count), before);
    assert_eq!(world.get("anon", transparency).await.ok()["overturned"], 1);
    world.verified().await;
}

#[actix_web::test]
async fn open_appeals_come_first_and_nobody_elses_site_is_seen() {
    let world = World::with(&["moderation.appeal_due_days=3"]).await;
    let mut appeals = Vec::new();
    for number in 0..7 {
        let comment = world.post("alice", &format!("number {number}"), None).await;
        hide(&world, "mona", &[&comment]).await;
        appeals.push(appeal(&world, "alice", &world.told("alice").await, "no").await.ok());
    }
    for of in [&appeals[2], &appeals[0], &appeals[4]] {
        world.wait_ms(1);
        rule(&world, "ada", of, "upheld").await.ok();
    }
    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = world.get("mona", &format!("/moderation/appeals?site=here&limit=2{cursor}")).await.ok();
        seen.extend(page["items"].as_array().unwrap().clone());
        let Some(next) = page["next"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    let order: Vec<Value> = seen.iter().map(|item| item["id"].clone()).collect();
    let expected: Vec<Value> = [1, 3, 5, 6, 4, 0, 2].iter().map(|at: &usize| appeals[*at]["id"].clone()).collect();
    assert_eq!(order, expected);
    let first = &seen[0];
    let logins = [&first["user"]["login"], &first["decided_by"]["login"]];
    assert_eq!((logins, &first["party"]), ([&json!("alice"), &json!("mona")], &json!("owner")));
    assert_eq!((&first["comment"]["body"], &first["action"]), (&json!("number 1"), &json!("hide")));
    let due = world.by_hand("SELECT DISTINCT due_ms - created_ms FROM appeal");
    assert_eq!(due, [[(3 * DAY_MS).to_string()]]);
    world.get("theo", "/moderation/appeals?site=here").await.fails(403, "forbidden");
    assert_eq!(world.get("theo", "/moderation/appeals?site=there").await.ok()["items"], json!([]));
    // a cursor is of its list
    world.get("theo", &format!("/moderation/appeals?site=there{cursor}")).await.fails(422, "cursor_mismatch");
}

#[actix_web::test]
async fn the_words_of_an_appeal_are_for_who_made_it_and_for_moderators_of_the_site() {
    let world = World::new().await;
    let comment = world.post("alice", "mine", None).await;
    world.flag("carol", &comment, "spam").await;
    hide(&world, "mona", &[&comment]).await;
    let made = appeal(&world, "alice", &world.told("alice").await, "canary-of-the-appeal").await.ok();
    let all = [
        "/me/decisions".to_owned(),
        "/me/flags".to_owned(),
        "/me/comments".to_owned(),
        format!("/comments/{}", id(&comment)),
        format!("/users/{}/comments", id(&comment["author"])),
        "/sites/here/threads/article".to_owned(),
        "/sites/here/threads/article/comments".to_owned(),
        "/sites/here/threads/article/transparency".to_owned(),
        "/moderation/appeals?site=here".to_owned(),
        "/moderation/statements?site=here".to_owned(),
        "/moderation/log?site=here".to_owned(),
    ];
    for who in std::iter::once("anon").chain(PEOPLE) {
        for path in &all {
            let answer = world.get(who, path).await;
            let may = match path.as_str() {
                "/me/decisions" => who == "alice",
                "/moderation/appeals?site=here" => matches!(who, "mona" | "ada"),
                _ => false,
            };
            assert_eq!(answer.text.contains("canary-of-the-appeal"), may, "{who} {path}");
        }
    }
    rule(&world, "ada", &made, "upheld").await.ok();
    assert_eq!(world.told("alice").await["appeal"]["answer"], "upheld, since");
    assert!(!world.get("carol", "/me/decisions").await.text.contains("upheld, since"));
}

#[actix_web::test]
async fn of_many_rulings_at_once_one_counts() {
    let world = World::with(&["server.workers=4"]).await;
    let comment = world.post("alice", "mine", None).await;
    world.flag("carol", &comment, "spam").await;
    hide(&world, "mona", &[&comment]).await;
    let entry = world.told("alice").await;
    let made = join_all((0..16).map(|_| appeal(&world, "alice", &entry, "no"))).await;
    let codes = |answers: &[Answer], code: &str| answers.iter().filter(|answer| answer.code() == code).count();
    assert_eq!((made.iter().filter(|answer| answer.status == 201).count(), codes(&made, "already_appealed")), (1, 15));
    let made = made.into_iter().find(|answer| answer.status == 201).unwrap().json;
    let ruled = join_all((0..16).map(|n| rule(&world, "ada", &made, if n % 2 == 0 { "overturned" } else { "upheld" })));
    let ruled = ruled.await;
    assert_eq!((ruled.iter().filter(|answer| answer.status == 200).count(), codes(&ruled, "already_ruled")), (1, 15));
    let state = ruled.iter().find(|answer| answer.status == 200).unwrap().json["state"].clone();
    let expected = if state == "overturned" { "published" } else { "hidden" };
    assert_eq!(world.now(&comment).await["state"], expected);
    world.verified().await;
}

#[actix_web::test]
async fn a_ruling_that_is_sent_again_is_answered_again() {
    let world = World::new().await;
    let comment = world.post("alice", "mine", None).await;
    hide(&world, "mona", &[&comment]).await;
    let made = appeal(&world, "alice", &world.told("alice").await, "no").await.ok();
    let path = format!("/moderation/appeals/{}/ruling", id(&made));
    let body = json!({"result": "overturned", "public_text": "right"});
    let once = [("idempotency-key", "k")];
    for wrong in [json!({"result": "open", "public_text": "x"}), json!({"result": "upheld", "public_text": ""})] {
        world.call("ada", "POST", &path, wrong).await.fails(422, "validation_failed");
    }
    let first = world.call_with("ada", "POST", &path, body.clone(), &once).await.ok();
    let again = world.call_with("ada", "POST", &path, body, &once).await;
    assert_eq!((again.headers.contains_key("idempotency-replayed"), again.json), (true, first));
    world.verified().await;
}

#[actix_web::test]
async fn who_confirmed_a_decision_does_not_rule_on_it_either() {
    let world = World::new().await;
    let comment = world.post("alice", "mine", None).await;
    let over = |over| SiteChange { two_persons_over: Some(over), ..SiteChange::default() };
    world.app.set_site("here", over(Some(0))).await.unwrap();
    let proposed = act(&world, "mona", "hide", &comment).await;
    assert_eq!(proposed["state"], "proposed");
    world.wait_ms(1);
    let path = format!("/moderation/decisions/{}/confirm", id(&proposed));
    world.call("ada", "POST", &path, Value::Null).await.ok();
    let made = appeal(&world, "alice", &world.told("alice").await, "no").await.ok();
    world.app.set_role("carol", Role::Moderator, Some("here")).await.unwrap();
    for who in ["mona", "ada"] {
        rule(&world, who, &made, "overturned").await.fails(403, "forbidden");
    }
    // a ruling waits for nobody: it is a second person's by itself
    rule(&world, "carol", &made, "overturned").await.ok();
    assert_eq!(world.now(&comment).await["state"], "published");
    world.verified().await;
}

#[actix_web::test]
async fn a_purge_takes_the_words_of_appeals_with_it_and_is_not_overturned() {
    let world = World::new().await;
    let comment = world.post("alice", "a secret", None).await;
    hide(&world, "mona", &[&comment]).await;
    let made = appeal(&world, "alice", &world.told("alice").await, "canary-quote").await.ok();
    rule(&world, "ada", &made, "upheld").await.ok();
    act(&world, "ada", "purge", &comment).await;
    let entry = world.told("alice").await;
    assert_eq!(entry["statement"]["restriction"], "purged");
    let all = world.get("alice", "/me/decisions").await;
    assert!(!all.text.contains("canary-quote") && !all.text.contains("upheld, since"), "{}", all.text);
    assert_eq!(all.json["items"][1]["appeal"]["state"], "upheld");
    assert_eq!(all.json["items"][1]["statement"]["in_force"], false);
    let log = world.get("ada", "/moderation/log?site=here").await.text;
    assert!(!log.contains("canary-quote") && !log.contains("upheld, since"), "{log}");
    let made = appeal(&world, "alice", &entry, "no").await.ok();
    rule(&world, "mona", &made, "overturned").await.fails(409, "wrong_state");
    rule(&world, "mona", &made, "upheld").await.ok();
    world.verified().await;
}

/// What decisions move of each comment, and how its flags stand.
async fn standing(world: &World) -> BTreeMap<String, String> {
    let mut stands = BTreeMap::new();
    let rows = world.by_hand(
        "SELECT CAST(id AS TEXT), state || ' ' || locked || ' ' || pinned || ' ' || COALESCE(removed_reason, '')
           || ' ' || COALESCE(state_ref, 0) || ' ' || COALESCE(lock_ref, 0) || ' ' || COALESCE(pin_ref, 0) FROM comment",
    );
    let flags =
        world.by_hand("SELECT CAST(comment_id AS TEXT), CAST(id AS TEXT) || ' ' || state FROM flag ORDER BY id");
    for row in rows.into_iter().chain(flags) {
        let [id, text] = <[String; 2]>::try_from(row).unwrap();
        let whole: &mut String = stands.entry(id).or_default();
        whole.push_str(&text);
        whole.push('\n');
    }
    stands
}

/// Decisions on several comments, appeals, rulings and undos in any order: a ruling that overturns
/// changes one comment alone, to where the decision had found it, and every count stays right.
#[actix_web::test]
async fn whatever_comes_between_overturning_is_exact() {
    let mut random = StdRng::seed_from_u64(7);
    let (mut overturned, mut moved_on) = (0, 0);
    for _ in 0..16 {
        let world = World::new().await;
        let mut comments = Vec::new();
        for author in ["alice", "bob", "alice", "bob"] {
            comments.push(world.post(author, "text", None).await);
        }
        // decisions with where they found each comment, and appeals with the decision and comment
        let (mut decisions, mut appeals) = (Vec::new(), Vec::new());
        for _ in 0..25 {
            world.wait_ms(1);
            match random.random_range(0..8) {
                0 => {
                    let comment = &comments[random.random_range(0..4)];
                    let path = format!("/comments/{}/flags", id(comment));
                    world.call("carol", "POST", &path, json!({"reason": "spam"})).await;
                }
                1..4 => {
                    let act =
                        ["hide", "hide", "restore", "lock", "unlock", "approve", "dismiss"][random.random_range(0..7)];
                    let before = standing(&world).await;
                    let mut targets = Vec::new();
                    for comment in comments.iter().filter(|_| random.random_bool(0.6)) {
                        targets
                            .push(json!({"comment_id": comment["id"], "version": world.now(comment).await["version"]}));
                    }
                    let body = json!({"targets": targets, "action": act, "reason_code": "spam"});
                    let made = world.call("mona", "POST", "/moderation/decisions", body).await;
                    if made.json["id"].is_string() {
                        decisions.push((made.json["id"].clone(), act, before));
                    }
                }
                4 | 5 => {
                    for who in ["alice", "bob", "carol"] {
                        let told = world.get(who, "/me/decisions?limit=6").await.ok();
                        let Some(entry) = told["items"].as_array().unwrap().iter().find(|e| e["appeal"].is_null())
                        else {
                            continue;
                        };
                        let made = appeal(&world, who, entry, "no").await;
                        if made.status == 201 {
                            appeals.push((made.json, entry["comment_id"].as_str().unwrap().to_owned(), who));
                        }
                    }
                }
                6 if !appeals.is_empty() => {
                    let (made, comment, who) = appeals.swap_remove(random.random_range(0..appeals.len()));
                    let before = standing(&world).await;
                    let answer = rule(&world, "ada", &made, "overturned").await;
                    let after = standing(&world).await;
                    let changed: Vec<&String> = after.keys().filter(|id| after[*id] != before[*id]).collect();
                    if answer.status == 200 {
                        overturned += 1;
                        assert!(changed.is_empty() || changed == [&comment], "{changed:?}");
                        let found = decisions.iter().find(|(id, ..)| *id == made["decision_id"]);
                        if let (Some((_, act, found)), true) = (found, who != "carol") {
                            // what that decision moved, whatever happened to the rest
                            let moved: &[usize] = if *act == "lock" { &[1, 5] } else { &[0, 3, 4] };
                            let stands = |of: &String| {
                                let fields: Vec<&str> = of.lines().next().unwrap().split(' ').collect();
                                moved.iter().map(|at| fields[*at].to_owned()).collect::<Vec<_>>()
                            };
                            assert_eq!(stands(&after[&comment]), stands(&found[&comment]), "{act}");
                        }
                    } else {
                        // of undos ada has a part in some
                        assert!(matches!(answer.code(), "wrong_state" | "forbidden"), "{}", answer.text);
                        moved_on += 1;
                        assert_eq!(changed, Vec::<&String>::new());
                    }
                }
                _ if !decisions.is_empty() => {
                    let who = if random.random_bool(0.5) { "ada" } else { "mona" };
                    let at = random.random_range(0..decisions.len());
                    let made = world.undo(who, &json!({"id": decisions[at].0})).await;
                    assert!(made.status == 200 || made.code() == "already_undone", "{}", made.text);
                }
                _ => {}
            }
        }
        world.verified().await;
    }
    assert!(overturned > 5 && moved_on > 3, "{overturned} {moved_on}");
}

#[actix_web::test]
async fn who_was_overruled_does_not_overrule_by_a_line_of_undos() {
    let world = World::new().await;
    world.app.set_role("theo", Role::Moderator, Some("here")).await.unwrap();
    world.app.set_role("carol", Role::Moderator, Some("here")).await.unwrap();
    // hidden by mona, overturned by ada, brought back by theo, taken back by carol
    let comment = world.post("alice", "mine", None).await;
    hide(&world, "mona", &[&comment]).await;
    let made = appeal(&world, "alice", &world.told("alice").await, "no").await.json;
    world.wait_ms(1);
    rule(&world, "ada", &made, "overturned").await.ok();
    let mut last = world.told("alice").await["decision_id"].clone();
    for who in ["theo", "carol"] {
        world.wait_ms(1);
        last = world.undo(who, &json!({"id": last})).await.ok()["id"].clone();
    }
    for who in ["mona", "theo"] {
        world.undo(who, &json!({"id": last})).await.fails(403, "forbidden");
    }
    // taken back by theo, hidden again by carol, and that overturned: mona does not undo theo's
    let comment = world.post("bob", "another", None).await;
    let hidden = hide(&world, "mona", &[&comment]).await;
    world.wait_ms(1);
    let back = world.undo("theo", &hidden).await.ok();
    world.wait_ms(1);
    world.undo("carol", &back).await.ok();
    let entry = world.told("bob").await;
    let made = appeal(&world, "bob", &entry, "no").await.json;
    for who in ["mona", "carol"] {
        rule(&world, who, &made, "upheld").await.fails(403, "forbidden");
    }
    world.wait_ms(1);
    rule(&world, "ada", &made, "overturned").await.ok();
    world.undo("mona", &back).await.fails(403, "forbidden");
    assert_eq!(world.now(&comment).await["state"], "published");
    world.verified().await;
}
