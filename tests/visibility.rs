//! Who finds a text, and where: state × viewer × every route that reads, made from the table of
//! routes. Each comment had two texts, each with a canary; the rows say exactly who finds which. A
//! route that reads without a row fails.

#![allow(clippy::unwrap_used, reason = "a failing test may panic anywhere")]

mod common;

use common::{PEOPLE, World, id};
use serde_json::{Value, json};
use understory::http::routes;

/// Everybody; `anon` is who has not signed in.
const ALL: &str = "anon alice bob carol mona theo ada";
/// `mona` moderates `here`, `ada` is an admin; `theo` moderates `there` only.
const MODS: &str = "mona ada";
const AUTHOR: &str = "alice";
const OWNERS: &str = "alice mona ada";
const NOBODY: &str = "";

/// Who finds the text of a comment of `alice` on `here`, by its state.
struct Row {
    path: &'static str,
    query: &'static str,
    published: &'static str,
    held: &'static str,
    hidden: &'static str,
    deleted: &'static str,
    /// Who finds what it said before its edit, in any state but deleted (see `deleted`).
    old: &'static str,
}

/// Nobody finds anything there.
const fn none(path: &'static str, query: &'static str) -> Row {
    Row { path, query, published: NOBODY, held: NOBODY, hidden: NOBODY, deleted: NOBODY, old: NOBODY }
}

/// What is published is for everybody, the rest for nobody.
const fn public(path: &'static str, query: &'static str) -> Row {
    Row { published: ALL, ..none(path, query) }
}

const ROWS: &[Row] = &[
    none("/api/v1/me", ""),
    none("/api/v1/me/sessions", ""),
    none("/api/v1/users/{id}", ""),
    public("/api/v1/users/{id}/comments", "?limit=200"),
    Row { published: AUTHOR, held: AUTHOR, hidden: AUTHOR, ..none("/api/v1/me/comments", "?limit=200") },
    none("/api/v1/me/flags", ""),
    none("/api/v1/me/decisions", ""),
    none("/api/v1/sites", ""),
    none("/api/v1/sites/{site}", ""),
    none("/api/v1/sites/{site}/counts", "?keys={key}"),
    none("/api/v1/sites/{site}/threads/{key}", ""),
    public("/api/v1/sites/{site}/threads/{key}/comments", ""),
    Row {
        published: AUTHOR,
        held: AUTHOR,
        hidden: AUTHOR,
        ..none("/api/v1/sites/{site}/threads/{key}/viewer", "?ids={id}")
    },
    public("/api/v1/sites/{site}/threads/{key}/comments.html", ""),
    public("/api/v1/sites/{site}/threads/{key}/feed.atom", ""),
    none("/api/v1/sites/{site}/threads/{key}/presence", ""),
    // all that ever happened there, with each comment as it is now
    public("/api/v1/sites/{site}/threads/{key}/events", "?last_event_id=0"),
    none("/api/v1/sites/{site}/threads/{key}/transparency", ""),
    Row { held: OWNERS, hidden: OWNERS, deleted: MODS, ..public("/api/v1/comments/{id}", "") },
    Row {
        published: OWNERS,
        held: OWNERS,
        hidden: OWNERS,
        deleted: MODS,
        old: OWNERS,
        ..none("/api/v1/comments/{id}/revisions", "")
    },
    // of its parent; of what stands below it, see `what_stands_below_shows_a_tombstone`
    public("/api/v1/comments/{id}/replies", ""),
    public("/api/v1/comments/{id}/replies.html", ""),
    public("/api/v1/comments/{id}/context", ""),
    public("/api/v1/comments/{id}/context.html", ""),
    none("/api/v1/notices/{token}", ""),
    none("/api/v1/moderation/flags", "?site={site}&user={user}"),
    // what is published has a notice here
    Row { published: MODS, held: MODS, ..none("/api/v1/moderation/queue", "?site={site}&limit=200") },
    none("/api/v1/moderation/events", "?site={site}"),
    Row {
        published: MODS,
        held: MODS,
        hidden: MODS,
        deleted: MODS,
        ..none("/api/v1/moderation/comments", "?site={site}&limit=200")
    },
    none("/api/v1/moderation/decisions", "?site={site}"),
    none("/api/v1/moderation/decisions/{id}", ""),
    none("/api/v1/moderation/decisions/{id}/targets", ""),
    none("/api/v1/moderation/stats", "?site={site}"),
    // of what was appealed, see `Case::take`
    Row { hidden: MODS, ..none("/api/v1/moderation/appeals", "?site={site}&limit=200") },
    none("/api/v1/moderation/statements", "?site={site}"),
    none("/api/v1/moderation/stats/report", "?site={site}&year=2023"),
    none("/api/v1/moderation/stats/report.csv", "?site={site}&year=2023"),
    none("/api/v1/moderation/stats/series", "?site={site}"),
    none("/api/v1/moderation/sites/{site}/settings", ""),
    none("/api/v1/moderation/users", "?site={site}&q=al"),
    none("/api/v1/moderation/users/{id}", "?site={site}"),
    none("/api/v1/moderation/users/{id}/sanctions", "?site={site}"),
    none("/api/v1/moderation/users/{id}/notes", "?site={site}"),
    none("/api/v1/moderation/log", "?site={site}"),
    none("/api/v1/moderation/log/head", "?site={site}"),
    none("/api/v1/moderation/log/verification", "?site={site}"),
    none("/api/v1/openapi.json", ""),
    none("/api/v1/docs", ""),
    none("/web/{path}", ""),
    none("/embed.js", ""),
    none("/embed-{version}.js", ""),
    none("/embed.json", ""),
    public("/oembed", "?url={origin}/api/v1/comments/{id}"),
    none("/console", ""),
    none("/sign-in", ""),
    none("/", ""),
    none("/demo/{path}", ""),
    none("/healthz", ""),
    none("/readyz", ""),
    none("/metrics", ""),
];

impl Row {
    fn who(&self, state: &str) -> &'static str {
        match state {
            "published" => self.published,
            "held" => self.held,
            "hidden" => self.hidden,
            _ => self.deleted,
        }
    }

    fn who_old(&self, state: &str) -> &'static str {
        if state == "deleted" { if self.old == NOBODY { NOBODY } else { MODS } } else { self.old }
    }
}

/// How a comment came to where it stands; `below` has a published reply of `bob`.
const CASES: &[(&str, &str, bool)] = &[
    ("published", "published", false),
    ("held", "held", false),
    ("heldafteredit", "held", false),
    ("heldafterdecision", "held", false),
    ("hidden", "hidden", false),
    ("hiddenfromheld", "hidden", false),
    ("deleted", "deleted", false),
    ("deletedafterhidden", "deleted", false),
    ("belowpublished", "published", true),
    ("belowheld", "held", true),
    ("belowhidden", "hidden", true),
    ("belowdeleted", "deleted", true),
];

struct Case {
    name: &'static str,
    state: &'static str,
    key: String,
    root: String,
    comment: String,
    /// The published reply.
    reply: Option<String>,
    decision: String,
    /// The token of a notice, open while the comment is published.
    receipt: String,
    new: String,
    old: String,
}

impl Case {
    async fn premoderate(&self, world: &World, on: bool) {
        let thread = format!("/sites/here/threads/{}", self.key);
        world.call("mona", "PUT", &thread, json!({"premoderation": on})).await.ok();
    }

    async fn edit(&self, world: &World) -> Value {
        let path = format!("/comments/{}", self.comment);
        world.call("alice", "PATCH", &path, json!({"body": self.new})).await.ok()
    }

    async fn delete(&self, world: &World) {
        let path = format!("/comments/{}", self.comment);
        assert_eq!(world.call("alice", "DELETE", &path, Value::Null).await.status, 204);
    }

    /// The comment as it stands now, as a moderator sees it.
    async fn now(&self, world: &World) -> Value {
        world.get("mona", &format!("/comments/{}", self.comment)).await.ok()
    }

    /// As it was posted: a thread of its own, a root of `bob`, a text of `alice`, maybe a reply.
    async fn post(world: &World, name: &'static str, state: &'static str, below: bool) -> Case {
        let list = format!("/sites/here/threads/{name}/comments");
        let post = async |who: &str, body: &str, parent: &Value| {
            world.call(who, "POST", &list, json!({"body": body, "parent_id": parent})).await.ok()
        };
        let root = post("bob", "a root", &Value::Null).await;
        let mut case = Case {
            name,
            state,
            key: name.to_owned(),
            root: id(&root),
            comment: String::new(),
            reply: None,
            decision: "1".to_owned(),
            receipt: "none".to_owned(),
            // neither is a part of the other, nor of another case's
            new: format!("canary-{name}-new"),
            old: format!("canary-{name}-old"),
        };
        let born_held = matches!(name, "held" | "hiddenfromheld");
        case.premoderate(world, born_held).await;
        case.comment = id(&post("alice", &case.old, &root["id"]).await);
        if !born_held && state != "deleted" {
            let notice = json!({"comment_id": case.comment, "explanation": "why", "good_faith": true});
            let notice = world.call("anon", "POST", "/notices", notice).await.ok();
            case.receipt = notice["token"].as_str().unwrap().to_owned();
        }
        if below {
            case.reply = Some(id(&post("bob", "below", &json!(case.comment)).await));
        }
        case
    }

    /// Everything that happens to it after.
    async fn take(&mut self, world: &World) {
        self.premoderate(world, matches!(self.name, "held" | "hiddenfromheld" | "heldafteredit" | "belowheld")).await;
        self.edit(world).await;
        self.premoderate(world, false).await;
        match self.name {
            "hidden" | "hiddenfromheld" | "belowhidden" | "deletedafterhidden" => {
                world.wait_ms(1);
                let decision = world.decide("mona", "hide", &self.now(world).await).await.ok();
                self.decision = id(&decision);
                if self.state == "hidden" {
                    let told = world.get("alice", "/me/decisions?limit=1").await.ok();
                    let appeal = format!("/me/decisions/{}/appeal", id(&told["items"][0]));
                    world.call("alice", "POST", &appeal, json!({"text": "why?"})).await.ok();
                }
            }
            "heldafterdecision" => {
                // held, approved, and held again by the undo
                self.premoderate(world, true).await;
                let path = format!("/comments/{}", self.comment);
                let again = json!({"body": format!("{}!", self.new)});
                assert_eq!(world.call("alice", "PATCH", &path, again).await.ok()["state"], "held");
                let decision = id(&world.decide("mona", "approve", &self.now(world).await).await.ok());
                world.call("mona", "POST", &format!("/moderation/decisions/{decision}/undo"), Value::Null).await.ok();
                self.decision = decision;
            }
            _ => {}
        }
        if self.state == "deleted" {
            self.delete(world).await;
        }
        assert_eq!(self.now(world).await["state"], self.state, "{}", self.name);
    }

    /// Where a row is asked about this comment.
    fn address(&self, row: &Row, alice: &str) -> String {
        let id = match row.path {
            path if path.contains("/users/") => alice,
            path if path.contains("/decisions/") => &self.decision,
            path if path.ends_with("/replies") || path.ends_with("/replies.html") => &self.root,
            _ => &self.comment,
        };
        let whole = format!("{}{}", row.path, row.query);
        let whole = whole.replace("{token}", &self.receipt).replace("{user}", alice);
        whole.replace("{site}", "here").replace("{key}", &self.key).replace("{id}", id).replace("{path}", "console.js")
    }
}

async fn cases(world: &World) -> Vec<Case> {
    let mut cases = Vec::new();
    for (name, state, below) in CASES {
        let mut case = Case::post(world, name, state, *below).await;
        case.take(world).await;
        cases.push(case);
    }
    world.verified().await;
    cases
}

fn everybody() -> impl Iterator<Item = &'static str> {
    std::iter::once("anon").chain(PEOPLE)
}

fn is_one_of(who: &str, those: &str) -> bool {
    those.split(' ').any(|one| one == who)
}

#[actix_web::test]
async fn each_text_is_found_by_exactly_those_it_is_for() {
    let world = World::new().await;
    let cases = cases(&world).await;
    let alice = id(&world.get("alice", "/me").await.ok());
    let (mut cells, mut found, mut wrong) = (0, 0, Vec::new());
    let mut used = 0;
    for route in routes::all().into_iter().filter(|route| route.method.as_str() == "GET") {
        let row = ROWS.iter().find(|row| row.path == route.path);
        let row = row.unwrap_or_else(|| panic!("GET {} has no row", route.path));
        used += 1;
        for case in &cases {
            let path = case.address(row, &alice).replace("{origin}", &world.url);
            let mut same = None;
            for who in everybody() {
                let answer = world.fetch(who, &path, &[]).await;
                let what = format!("{who} at {path} ({}, {})", case.name, answer.status);
                for (text, canary, those) in
                    [("text", &case.new, row.who(case.state)), ("old text", &case.old, row.who_old(case.state))]
                {
                    // a text born held has had its old text all the same
                    let finds = answer.text.contains(canary.as_str());
                    if finds != is_one_of(who, those) {
                        wrong.push(format!("{what}: {text} {}", if finds { "found" } else { "missed" }));
                    }
                    cells += 1;
                    found += i32::from(finds);
                }
                if answer.status >= 500 {
                    wrong.push(what.clone());
                }
                let policy = route.policy();
                if policy.is_anonymous_read() {
                    // the token is ignored altogether
                    let first =
                        same.get_or_insert_with(|| (answer.status, without_request(&answer.json, &answer.text)));
                    if *first != (answer.status, without_request(&answer.json, &answer.text)) {
                        wrong.push(format!("{what}: not the bytes that others get"));
                    }
                }
                let header = |name: &str| {
                    answer.headers.get_all(name).iter().map(|v| v.to_str().unwrap()).collect::<Vec<_>>().join(", ")
                };
                if policy.widens && answer.status == 200 {
                    let (vary, cache) = (header("vary").to_lowercase(), header("cache-control"));
                    if !vary.contains("authorization") || !vary.contains("cookie") {
                        wrong.push(format!("{what}: Vary: {vary}"));
                    }
                    if cache.contains("no-store") != (who != "anon") {
                        wrong.push(format!("{what}: Cache-Control: {cache}"));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}\n{} wrong of {cells}", wrong.join("\n"), wrong.len());
    assert_eq!(used, ROWS.len(), "every row is of a route that reads");
    println!("{cells} cells, {found} found");
}

/// The body without the id that each problem has for itself.
fn without_request(json: &Value, text: &str) -> String {
    let mut json = json.clone();
    match json.as_object_mut().and_then(|problem| problem.remove("request_id")) {
        Some(_) => json.to_string(),
        None => text.to_owned(),
    }
}

#[actix_web::test]
async fn a_single_comment_answers_each_viewer_as_its_state_says() {
    let world = World::new().await;
    for case in cases(&world).await {
        for who in everybody() {
            let answer = world.get(who, &format!("/comments/{}", case.comment)).await;
            let owner = is_one_of(who, OWNERS);
            let expected = case.state == "published" || owner || case.reply.is_some();
            assert_eq!(answer.status, if expected { 200 } else { 404 }, "{who} {}", case.name);
            let whole = case.state == "published"
                || is_one_of(who, MODS)
                || (who == AUTHOR && matches!(case.state, "held" | "hidden"));
            if answer.status == 200 {
                let json = &answer.json;
                assert_eq!(json["body"].is_string(), whole, "{who} {}", case.name);
                assert_eq!(json["body_html"].is_string(), whole, "{who} {}", case.name);
                assert_eq!(json["author"].is_object(), whole, "{who} {}", case.name);
                assert_eq!(json["state"], case.state, "{who} {}", case.name);
                let by = match case.state {
                    "hidden" => json!("moderator"),
                    "deleted" => json!("author"),
                    _ => Value::Null,
                };
                assert_eq!(json["removed"]["by"], by, "{who} {}", case.name);
            } else {
                assert_eq!(answer.code(), "not_found", "{who} {}", case.name);
            }
            let revisions = world.get(who, &format!("/comments/{}/revisions", case.comment)).await;
            assert_eq!(revisions.status, answer.status, "{who} {} revisions", case.name);
        }
    }
}

#[actix_web::test]
async fn what_stands_below_shows_a_tombstone() {
    let world = World::new().await;
    for case in cases(&world).await.into_iter().filter(|case| case.reply.is_some()) {
        let reply = case.reply.clone().unwrap();
        for who in everybody() {
            for path in [
                format!("/comments/{reply}/context"),
                format!("/comments/{}/replies", case.root),
                format!("/sites/here/threads/{}/comments", case.key),
            ] {
                let answer = world.get(who, &path).await;
                assert_eq!(answer.status, 200, "{who} {path}");
                assert_eq!(answer.text.contains(&case.new), case.state == "published", "{who} {path} {}", case.name);
                assert!(!answer.text.contains(&case.old), "{who} {path} {}", case.name);
                assert!(answer.text.contains("below"), "{who} {path} {}", case.name);
            }
        }
        let context = world.get("anon", &format!("/comments/{reply}/context")).await.ok();
        let above = &context["ancestors"][1];
        assert_eq!((&above["id"], &above["state"]), (&json!(case.comment), &json!(case.state)));
        assert_eq!(above["author"].is_null(), case.state != "published", "{}", case.name);
        assert_eq!(above["number"], "1.1");
    }
}

#[actix_web::test]
async fn counts_are_of_what_is_published_for_everybody() {
    let world = World::new().await;
    let cases = cases(&world).await;
    let keys: Vec<&str> = cases.iter().map(|case| case.key.as_str()).chain(["unborn"]).collect();
    let mut expected = json!({"unborn": 0});
    for case in &cases {
        let published = 1 + i32::from(case.state == "published") + i32::from(case.reply.is_some());
        expected[&case.key] = json!(published);
    }
    for who in everybody() {
        let posted = world.call(who, "POST", "/sites/here/counts", json!({"keys": keys})).await;
        let got = world.get(who, &format!("/sites/here/counts?keys={}", keys.join(","))).await;
        assert!(!posted.text.contains("canary") && !got.text.contains("canary"));
        assert_eq!((posted.ok()["counts"].clone(), got.ok()["counts"].clone()), (expected.clone(), expected.clone()));
        for case in &cases {
            let thread = world.get(who, &format!("/sites/here/threads/{}", case.key)).await.ok();
            assert_eq!(thread["counts"]["published"], expected[&case.key], "{who} {}", case.name);
        }
    }
    // the same names on the other site are other threads
    let there = world.call("anon", "POST", "/sites/there/counts", json!({"keys": keys})).await.ok();
    assert!(there["counts"].as_object().unwrap().values().all(|count| *count == 0));
}

#[actix_web::test]
async fn a_tag_from_before_never_confirms_a_text_that_went() {
    let world = World::new().await;
    let alice = id(&world.get("alice", "/me").await.ok());
    for (name, state, below) in CASES.iter().filter(|(name, ..)| !matches!(*name, "held" | "hiddenfromheld")) {
        let mut case = Case::post(&world, name, state, *below).await;
        let mut known = Vec::new();
        let is_page = |row: &&Row| row.published == ALL && !row.path.ends_with("/events");
        for row in ROWS.iter().filter(is_page) {
            let path = case.address(row, &alice).replace("{origin}", &world.url);
            let before = world.fetch("anon", &path, &[]).await;
            let tag = before.headers["etag"].to_str().unwrap().to_owned();
            assert!(before.text.contains(&case.old) && tag.starts_with('"'), "{path} {tag}");
            let again = world.fetch("anon", &path, &[("if-none-match", &tag)]).await;
            assert_eq!((again.status, again.text.as_str()), (304, ""), "{path}");
            assert_eq!(again.headers["etag"].to_str().unwrap(), tag, "{path}");
            for caching in ["cache-control", "vary"] {
                assert_eq!(again.headers.get(caching), before.headers.get(caching), "{path} {caching}");
            }
            known.push((path, tag));
        }
        case.take(&world).await;
        for (path, tag) in known {
            let after = world.fetch("anon", &path, &[("if-none-match", &tag)]).await;
            assert!(matches!(after.status, 200 | 404), "{name} {path} {}", after.status);
            assert!(!after.text.contains(&case.old), "{name} {path}");
            assert_eq!(after.text.contains(&case.new), *state == "published", "{name} {path}");
        }
        // the tag of what its author sees confirms nothing to anybody else
        let path = format!("/api/v1/comments/{}", case.comment);
        let own = world.fetch("mona", &path, &[]).await;
        if let Some(tag) = own.headers.get("etag").filter(|_| *state != "published") {
            let other = world.fetch("anon", &path, &[("if-none-match", tag.to_str().unwrap())]).await;
            assert_ne!(other.status, 304, "{name}");
        }
    }
}

#[actix_web::test]
async fn a_pinned_comment_that_went_is_named_nowhere() {
    let world = World::new().await;
    for (name, state) in [("hidden", "hidden"), ("deleted", "deleted"), ("heldafteredit", "held")] {
        let mut case = Case::post(&world, name, state, false).await;
        world.decide("mona", "pin", &case.now(&world).await).await.ok();
        let thread = format!("/sites/here/threads/{}", case.key);
        assert_eq!(world.get("anon", &thread).await.ok()["pinned"], json!([case.comment]));
        case.take(&world).await;
        for path in [thread.clone(), format!("{thread}/comments"), format!("/comments/{}/context", case.root)] {
            assert!(!world.get("anon", &path).await.text.contains(&case.comment), "{name} {path}");
        }
    }
}

#[actix_web::test]
async fn a_request_that_comes_again_shows_a_deleted_text_to_nobody_but_moderators() {
    let world = World::new().await;
    let once = [("idempotency-key", "once")];
    let body = json!({"body": "canary of mine"});
    let made = world.call_with("alice", "POST", common::THREAD, body.clone(), &once).await.ok();
    assert_eq!(world.call("alice", "DELETE", &format!("/comments/{}", id(&made)), Value::Null).await.status, 204);
    let again = world.call_with("alice", "POST", common::THREAD, body, &once).await;
    assert_eq!((again.status, &again.json["id"], &again.json["state"]), (201, &made["id"], &json!("deleted")));
    assert!(!again.text.contains("canary"), "the author reads a deleted text again: {}", again.text);
}
