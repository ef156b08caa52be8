//! The queue: what stands where and why, what can be asked of it, that its pages neither skip nor
//! repeat while others work, the random sample, and how reporters come to count.

#![allow(clippy::unwrap_used, reason = "a failing test may panic anywhere")]

mod common;

use std::collections::HashSet;

use common::{THREAD, World, id};
use futures_util::future::join;
use serde_json::{Value, json};

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;

fn bodies(of: &Value) -> Vec<String> {
    of["items"].as_array().unwrap().iter().map(|item| item["comment"]["body"].as_str().unwrap().to_owned()).collect()
}

/// The same much later, when every token has run out.
async fn later(world: &World, who: &str, method: &str, path: &str, body: Value) -> Value {
    let session = world.sign_in(who).await;
    world.send(session["access_token"].as_str(), method, path, body, &[]).await.ok()
}

async fn flag(world: &World, who: &str, comment: &Value, reason: &str) -> Value {
    let path = format!("/comments/{}/flags", id(comment));
    world.call(who, "POST", &path, json!({"reason": reason, "note": format!("{who} says so")})).await.ok()
}

async fn post_to(world: &World, who: &str, key: &str, body: &str) -> Value {
    world.call(who, "POST", &format!("/sites/here/threads/{key}/comments"), json!({"body": body})).await.ok()
}

fn signal(item: &Value, name: &str) -> f64 {
    let signals = item["signals"].as_array().unwrap();
    signals.iter().find(|signal| signal["name"] == name).unwrap()["value"].as_f64().unwrap()
}

/// That the parts of an item's priority are what makes it.
fn assert_adds_up(item: &Value) {
    let odds = signal(item, "base") + signal(item, "author") + signal(item, "flags");
    let p = 1.0 / (1.0 + (-odds).exp());
    assert!((p - signal(item, "probability")).abs() < 1e-5, "{item}");
    let priority = signal(item, "probability") * signal(item, "severity") * signal(item, "visibility");
    let shown = item["priority"].as_f64().unwrap();
    assert!((priority + signal(item, "waiting") - shown).abs() < 1e-4, "{item}");
}

#[actix_web::test]
async fn the_parts_of_a_priority_say_why_an_item_is_where_it_is() {
    let world = World::new().await;
    let (mild, grave) = (world.post("alice", "mild", None).await, world.post("alice", "grave", None).await);
    flag(&world, "bob", &mild, "off_topic").await;
    flag(&world, "bob", &grave, "hate").await;
    world.call("mona", "PUT", "/sites/here/threads/article", json!({"premoderation": true})).await.ok();
    world.post("carol", "held", None).await;
    let first = world.queue("").await;
    assert_eq!(bodies(&first), ["grave", "mild", "held"]);
    let items = first["items"].as_array().unwrap();
    items.iter().for_each(assert_adds_up);
    let parts = |item: &Value| (signal(item, "severity"), signal(item, "visibility"), signal(item, "flags"));
    assert_eq!(parts(&items[0]), (4.0, 1.0, 1.221));
    assert_eq!(parts(&items[1]), (1.0, 1.0, 1.221));
    assert_eq!(parts(&items[2]), (1.0, 0.5, 0.0));
    assert_eq!((signal(&items[0], "base"), signal(&items[2], "author")), (-2.442, 0.5));
    // all wait on, and nothing is written meanwhile; each is worth as much more
    world.wait_ms(5 * HOUR_MS);
    let all = "/moderation/queue?site=here";
    let aged = later(&world, "mona", "GET", all, Value::Null).await;
    assert_eq!(bodies(&aged), bodies(&first));
    for (before, after) in items.iter().zip(aged["items"].as_array().unwrap()) {
        assert_adds_up(after);
        let grown = after["priority"].as_f64().unwrap() - before["priority"].as_f64().unwrap();
        assert!((grown - 0.1).abs() < 1e-5, "{grown}");
    }
    // what came early is seen before what is a little graver and came late
    world.wait_ms(20 * HOUR_MS);
    let open = json!({"premoderation": false});
    later(&world, "mona", "PUT", "/sites/here/threads/article", open).await;
    let late = later(&world, "alice", "POST", THREAD, json!({"body": "late"})).await;
    later(&world, "bob", "POST", &format!("/comments/{}/flags", id(&late)), json!({"reason": "spam"})).await;
    let aged = later(&world, "mona", "GET", all, Value::Null).await;
    assert_eq!(bodies(&aged), ["grave", "mild", "late", "held"]);
    world.verified().await;
}

#[actix_web::test]
async fn each_filter_shows_its_own_and_all_of_it() {
    let world = World::new().await;
    let begun = world.app.now_ms();
    for (who, key, body, reason) in [
        ("alice", "one", "a one spam", "spam"),
        ("alice", "two", "a two hate", "hate"),
        ("carol", "one", "c one hate", "hate"),
        ("carol", "two", "c two spam", "spam"),
    ] {
        let comment = post_to(&world, who, key, body).await;
        flag(&world, "bob", &comment, reason).await;
        world.wait_ms(MINUTE_MS);
    }
    world.call("mona", "PUT", "/sites/here/threads/two", json!({"premoderation": true})).await.ok();
    post_to(&world, "alice", "two", "a two held").await;
    let alice = id(&world.get("alice", "/me").await.ok());
    let two = id(&world.get("anon", "/sites/here/threads/two").await.ok());
    let at = |minutes: i64| {
        let at = understory::domain::time::rfc3339(begun + minutes * MINUTE_MS);
        at.replace(':', "%3A")
    };
    let table: [(String, &[&str]); 13] = [
        (String::new(), &["a one spam", "a two hate", "a two held", "c one hate", "c two spam"]),
        ("&kind=held".into(), &["a two held"]),
        ("&reason=hate".into(), &["a two hate", "c one hate"]),
        (format!("&author={alice}"), &["a one spam", "a two hate", "a two held"]),
        (format!("&author={alice}&kind=flagged"), &["a one spam", "a two hate"]),
        ("&thread=one".into(), &["a one spam", "c one hate"]),
        (format!("&thread={two}"), &["a two hate", "a two held", "c two spam"]),
        (format!("&thread=two&author={alice}&reason=hate"), &["a two hate"]),
        ("&kind=held&reason=hate".into(), &[]),
        ("&kind=notice".into(), &[]),
        (format!("&from={}", at(2)), &["a two held", "c one hate", "c two spam"]),
        (format!("&to={}", at(1)), &["a one spam"]),
        (format!("&from={}&to={}&reason=hate", at(1), at(2)), &["a two hate"]),
    ];
    for (query, expected) in table {
        let mut shown = bodies(&world.queue(&query).await);
        shown.sort();
        assert_eq!(shown, expected, "{query}");
        // the same one by one, and whatever was asked, the counts are of the site
        let (mut paged, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = world.queue(&format!("{query}&limit=1{cursor}")).await;
            assert_eq!(page["counts"], json!({"flagged": 4, "held": 1, "notice": 0, "sample": 0}));
            paged.extend(bodies(&page));
            match page["next"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        paged.sort();
        assert_eq!(paged, expected, "{query}, one by one");
    }
    for wrong in ["&from=yesterday", "&to=2023-01-01", "&author=x", "&kind=some", "&reason=none", "&limit=0"] {
        world.get("mona", &format!("/moderation/queue?site=here{wrong}")).await.fails(422, "validation_failed");
    }
    world.get("mona", "/moderation/queue?site=here&thread=none").await.fails(404, "not_found");
    world.get("mona", "/moderation/queue?site=here&thread=a%00b").await.fails(404, "not_found");
    // a claim takes what is asked for, and only that
    let wanted = json!({"site": "here", "count": 9, "thread": "two", "author": alice, "reason": "hate"});
    let claim = world.call("mona", "POST", "/moderation/claims", wanted).await.ok();
    assert_eq!(bodies(&claim), ["a two hate"]);
    let wanted = json!({"site": "here", "count": 9, "thread": "two"});
    let claim = world.call("ada", "POST", "/moderation/claims", wanted).await.ok();
    assert_eq!(bodies(&claim).len(), 2);
    let until = understory::domain::time::rfc3339(begun + MINUTE_MS);
    let wanted = json!({"site": "here", "count": 9, "to": until});
    assert_eq!(bodies(&world.call("ada", "POST", "/moderation/claims", wanted).await.ok()), ["a one spam"]);
    for wrong in [json!({"from": "x"}), json!({"author": 1}), json!({"comment_ids": ["1"], "thread": "two"})] {
        let mut body = json!({"site": "here", "count": 9});
        body.as_object_mut().unwrap().extend(wrong.as_object().unwrap().clone());
        world.call("ada", "POST", "/moderation/claims", body).await.fails(422, "validation_failed");
    }
    world.verified().await;
}

/// One walks the queue while others decide on every third item and flag more: what waits all the
/// while with the same priority is on one page exactly.
#[actix_web::test]
async fn pages_neither_skip_nor_repeat_while_others_work() {
    let world = World::with(&["server.workers=2"]).await;
    let mut comments = Vec::new();
    for number in 0..60 {
        let comment = world.post("alice", &format!("number {number}"), None).await;
        let reason = ["spam", "hate", "other"][number % 3];
        flag(&world, "bob", &comment, reason).await;
        world.wait_ms(1_000);
        comments.push(comment);
    }
    let work = async {
        for (number, comment) in comments.iter().enumerate() {
            match number % 3 {
                0 => drop(world.decide("ada", "dismiss", comment).await.ok()),
                1 => {
                    let extra = world.post("carol", &format!("extra {number}"), None).await;
                    flag(&world, "bob", &extra, "violence").await;
                }
                _ => {}
            }
        }
    };
    let walk = async {
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = world.queue(&format!("&limit=4{cursor}")).await;
            seen.extend(bodies(&page));
            match page["next"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return seen,
            }
        }
    };
    let (seen, ()) = join(walk, work).await;
    let once: HashSet<&String> = seen.iter().collect();
    assert_eq!(once.len(), seen.len(), "repeated");
    for number in (0..60).filter(|number| number % 3 != 0) {
        assert!(once.contains(&format!("number {number}")), "number {number} was skipped");
    }
    assert_eq!(world.queue("&limit=200").await["items"].as_array().unwrap().len(), 60);
    world.verified().await;
}

#[actix_web::test]
async fn the_sample_is_drawn_from_what_nobody_looked_at_and_sets_the_base_rate() {
    let world = World::with(&["moderation.sample_per_mille=1000"]).await;
    let drawn = world.post("alice", "drawn", None).await;
    world.post("mona", "a moderator's own", None).await;
    world.call("mona", "PUT", "/sites/here/threads/article", json!({"premoderation": true})).await.ok();
    let held = world.post("alice", "held", None).await;
    world.decide("mona", "approve", &held).await.ok();
    world.call("mona", "PUT", "/sites/here/threads/article", json!({"premoderation": false})).await.ok();
    let shown = world.queue("&kind=sample").await;
    assert_eq!((bodies(&shown), &shown["counts"]["sample"]), (vec!["drawn".to_owned()], &json!(1)));
    assert_adds_up(&shown["items"][0]);

    // settled by hide, opened by the undo, settled again by the undo of that
    let hidden = world.decide("mona", "hide", &drawn).await.ok();
    assert_eq!(world.queue("").await["counts"]["sample"], 0);
    let counted = || world.by_hand("SELECT upheld, dismissed FROM sample_count");
    assert_eq!(counted(), [["1", "0"]]);
    world.verified().await;
    let undone = world.undo("mona", &hidden).await.ok();
    assert_eq!(
        (world.queue("").await["counts"]["sample"].clone(), counted()),
        (json!(1), vec![vec!["0".into(), "0".into()]])
    );
    let again = world.undo("mona", &undone).await.ok();
    assert_eq!(counted(), [["1", "0"]]);
    world.undo("mona", &again).await.ok();
    world.verified().await;
    world.decide("mona", "dismiss", &world.now(&drawn).await).await.ok();
    assert_eq!(counted(), [["0", "1"]]);
    // a flag on the next one is weighed against 4 of 51
    let next = world.post("alice", "next", None).await;
    flag(&world, "bob", &next, "spam").await;
    assert_eq!(signal(&world.queue("").await["items"][0], "base"), -2.464);

    // what its author takes back shows nothing of what is published
    assert_eq!(world.call("alice", "DELETE", &format!("/comments/{}", id(&next)), Value::Null).await.status, 204);
    assert_eq!(world.queue("").await["counts"], json!({"flagged": 1, "held": 0, "notice": 0, "sample": 0}));
    world.decide("mona", "dismiss", &world.now(&next).await).await.ok();
    assert_eq!(counted(), [["0", "1"]]);
    world.verified().await;
}

#[actix_web::test]
async fn nothing_is_drawn_unless_asked() {
    let world = World::new().await;
    world.post("alice", "a comment", None).await;
    assert_eq!(world.queue("").await["items"], json!([]));
    assert_eq!(world.by_hand("SELECT count(*) FROM sample"), [["0"]]);
}

#[actix_web::test]
async fn a_reporter_comes_to_count_in_full_and_moderators_see_how() {
    let world = World::new().await;
    let mut last = Value::Null;
    for (number, action) in ["hide", "hide", "hide", "dismiss"].into_iter().enumerate() {
        let comment = world.post("alice", &format!("number {number}"), None).await;
        flag(&world, "bob", &comment, "spam").await;
        flag(&world, "carol", &comment, "spam").await;
        let item = world.queue("").await["items"][0].clone();
        let counts_in_full = number == 3;
        for reporter in item["reporters"].as_array().unwrap() {
            assert_eq!(reporter["proven"], counts_in_full, "{reporter}");
            assert_eq!((&reporter["upheld"], &reporter["dismissed"]), (&json!(number), &json!(0)));
        }
        assert_eq!(item["flags"][0]["proven"], if counts_in_full { 2 } else { 0 });
        last = world.decide("mona", action, &comment).await.ok();
        world.wait_ms(1);
    }
    let alice = id(&world.get("alice", "/me").await.ok());
    let bob = id(&world.get("bob", "/me").await.ok());
    let sheet = world.get("mona", &format!("/moderation/users/{bob}?site=here")).await.ok();
    assert_eq!(sheet["flags"], json!({"upheld": 3, "dismissed": 1, "share": 0.75}));
    let reports =
        async |query: &str| world.get("mona", &format!("/moderation/flags?site=here&user={bob}{query}")).await.ok();
    let all = reports("").await;
    assert_eq!((&all["upheld"], &all["dismissed"], &all["share"]), (&json!(3), &json!(1), &json!(0.75)));
    assert_eq!((&all["proven"], &all["user"]["login"]), (&json!(true), &json!("bob")));
    let states: Vec<&Value> = all["items"].as_array().unwrap().iter().map(|flag| &flag["state"]).collect();
    assert_eq!(states, ["dismissed", "upheld", "upheld", "upheld"]);
    assert_eq!(all["items"][0]["outcome"]["decision_id"], last["id"]);
    let first = reports("&limit=3").await;
    let rest = reports(&format!("&cursor={}", first["next"].as_str().unwrap())).await;
    assert_eq!((rest["items"].as_array().unwrap().len(), &rest["items"][0]["note"]), (1, &json!("bob says so")));
    world.get("mona", "/moderation/flags?site=here&user=1").await.fails(404, "not_found");
    world.get("mona", "/moderation/flags?site=here").await.fails(422, "validation_failed");
    // the other site's moderators see what was flagged there: nothing
    let there = world.get("theo", &format!("/moderation/flags?site=there&user={bob}")).await.ok();
    assert_eq!((&there["items"], &there["share"]), (&json!([]), &Value::Null));
    // an undo takes it out of the record, and out of a later flag's weight
    world.undo("mona", &last).await.ok();
    assert_eq!(reports("").await["share"], 1.0);
    let own = world.get("mona", &format!("/moderation/flags?site=here&user={alice}")).await.ok();
    assert_eq!((&own["items"], &own["proven"]), (&json!([]), &json!(false)));
    world.verified().await;
}

#[actix_web::test]
async fn a_flag_on_a_reply_to_ones_own_comment_counts_half() {
    let world = World::new().await;
    let root = world.post("bob", "a root", None).await;
    let reply = world.post("alice", "a retort", Some(&id(&root))).await;
    flag(&world, "bob", &reply, "harassment").await;
    let item = world.queue("").await["items"][0].clone();
    assert_eq!((&item["reporters"][0]["own_reply"], signal(&item, "flags")), (&json!(true), 0.611));
    let weight = item["reporters"][0]["weight"].as_f64().unwrap();
    assert!((weight - 1.221).abs() < 1e-3, "{weight}");
    // carol's is another matter, and weighs first
    flag(&world, "carol", &reply, "harassment").await;
    let item = world.queue("").await["items"][0].clone();
    assert!((signal(&item, "flags") - (1.221 + 0.305)).abs() < 2e-3, "{}", signal(&item, "flags"));
    world.verified().await;
}

/// Every way a flag can go is told to who made it.
#[actix_web::test]
async fn a_reporter_is_told_what_became_of_each_flag() {
    let world = World::new().await;
    let told = async |flag: &Value| {
        let own = world.get("bob", "/me/flags").await.ok();
        let found = own["items"].as_array().unwrap().iter().find(|item| item["id"] == flag["id"]).unwrap().clone();
        (found["state"].as_str().unwrap().to_owned(), found["outcome"]["action"].as_str().map(str::to_owned))
    };
    let is = |state: &str, action: Option<&str>| (state.to_owned(), action.map(str::to_owned));
    let comment = world.post("alice", "a comment", None).await;
    let first = flag(&world, "bob", &comment, "spam").await;
    let dismissed = world.decide("mona", "dismiss", &comment).await.ok();
    assert_eq!(told(&first).await, is("dismissed", Some("dismiss")));
    // flagged again, then the dismissal taken back: the reporter has one open flag, the newer
    let second = flag(&world, "bob", &comment, "hate").await;
    world.undo("mona", &dismissed).await.ok();
    assert_eq!((told(&first).await, told(&second).await), (is("dismissed", Some("dismiss")), is("open", None)));
    // with a notice beside it, one decision settles both
    let notice = json!({"comment_id": comment["id"], "explanation": "why", "good_faith": true});
    world.call("anon", "POST", "/notices", notice).await.ok();
    let hidden = world.decide("mona", "hide", &world.now(&comment).await).await.ok();
    assert_eq!(told(&second).await, is("upheld", Some("hide")));
    world.undo("mona", &hidden).await.ok();
    assert_eq!(told(&second).await, is("open", None));
    // its author takes the comment back: it is settled all the same
    assert_eq!(world.call("alice", "DELETE", &format!("/comments/{}", id(&comment)), Value::Null).await.status, 204);
    assert_eq!(told(&second).await, is("open", None));
    world.decide("mona", "dismiss", &world.now(&comment).await).await.ok();
    assert_eq!(told(&second).await, is("dismissed", Some("dismiss")));
    let other = world.post("alice", "another", None).await;
    let third = flag(&world, "bob", &other, "spam").await;
    world.call("bob", "DELETE", &format!("/flags/{}", id(&third)), Value::Null).await;
    assert_eq!(told(&third).await, is("withdrawn", None));
    world.verified().await;
}
