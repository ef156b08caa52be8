//! Who may find a text that was taken from the page: state × viewer × every route that reads, made
//! from the table of routes. Each text carries a canary; a route that reads without a row fails.

#![allow(clippy::unwrap_used, reason = "a failing test may panic anywhere")]

mod common;

use common::{PEOPLE, THREAD, World, id};
use serde_json::{Value, json};
use understory::http::routes;

/// Who beside the author and moderators of the site may find a text; everybody if it is published.
#[derive(Clone, Copy, PartialEq)]
enum Finds {
    /// Only if it is published.
    Nobody,
    /// Its author, by their own token.
    Author,
    /// Moderators of the site.
    Moderators,
    /// Both.
    Both,
}

/// The routes that read, what they are asked, and who may find a text there that is not published.
const ROWS: &[(&str, &str, Finds)] = &[
    ("/api/v1/me", "", Finds::Nobody),
    ("/api/v1/me/sessions", "", Finds::Nobody),
    ("/api/v1/users/{id}", "", Finds::Nobody),
    ("/api/v1/users/{id}/comments", "", Finds::Nobody),
    ("/api/v1/me/comments", "", Finds::Author),
    ("/api/v1/me/flags", "", Finds::Nobody),
    ("/api/v1/me/decisions", "", Finds::Nobody),
    ("/api/v1/sites/{site}", "", Finds::Nobody),
    ("/api/v1/sites/{site}/counts", "?keys=article", Finds::Nobody),
    ("/api/v1/sites/{site}/threads/{key}", "", Finds::Nobody),
    ("/api/v1/sites/{site}/threads/{key}/comments", "", Finds::Nobody),
    ("/api/v1/sites/{site}/threads/{key}/viewer", "", Finds::Author),
    ("/api/v1/sites/{site}/threads/{key}/presence", "", Finds::Nobody),
    ("/api/v1/comments/{id}", "", Finds::Both),
    ("/api/v1/comments/{id}/revisions", "", Finds::Both),
    ("/api/v1/comments/{id}/replies", "", Finds::Nobody),
    ("/api/v1/comments/{id}/context", "", Finds::Nobody),
    ("/api/v1/moderation/queue", "?site={site}", Finds::Moderators),
    ("/api/v1/moderation/comments", "?site={site}", Finds::Moderators),
    ("/api/v1/moderation/decisions/{id}", "", Finds::Nobody),
    ("/api/v1/moderation/users/{id}", "?site={site}", Finds::Nobody),
    ("/api/v1/moderation/log", "?site={site}", Finds::Nobody),
    ("/api/v1/moderation/log/head", "?site={site}", Finds::Nobody),
    ("/api/v1/openapi.json", "", Finds::Nobody),
];

struct Case {
    name: &'static str,
    canary: String,
    comment: Value,
    decision: String,
    is_published: bool,
    /// A deleted text is for moderators only.
    is_deleted: bool,
}

async fn cases(world: &World) -> Vec<Case> {
    let mut cases = Vec::new();
    for name in ["published", "held", "hidden", "deleted", "edited_held", "hidden_with_reply", "deleted_with_reply"] {
        let thread = "/sites/here/threads/article";
        let canary = format!("canary{}", name.replace('_', ""));
        if name == "held" {
            world.call("mona", "PUT", thread, json!({"premoderation": true})).await.ok();
        }
        let comment = world.post("alice", &canary, None).await;
        if name.ends_with("reply") {
            world.post("bob", "below", Some(&id(&comment))).await;
        }
        let path = format!("/comments/{}", id(&comment));
        let mut decision = "1".to_owned();
        match name {
            "hidden" | "hidden_with_reply" => decision = id(&world.decide("mona", "hide", &comment).await.ok()),
            "deleted" | "deleted_with_reply" => {
                assert_eq!(world.call("alice", "DELETE", &path, Value::Null).await.status, 204);
            }
            "edited_held" => {
                world.call("mona", "PUT", thread, json!({"premoderation": true})).await.ok();
                let edited = world.call("alice", "PATCH", &path, json!({"body": format!("{canary} more")})).await.ok();
                assert_eq!(edited["state"], "held");
            }
            _ => {}
        }
        world.call("mona", "PUT", thread, json!({"premoderation": false})).await.ok();
        let is_deleted = name.starts_with("deleted");
        cases.push(Case { name, canary, comment, decision, is_published: name == "published", is_deleted });
    }
    cases
}

#[actix_web::test]
async fn nothing_leaves_by_a_side_door() {
    let world = World::new().await;
    let cases = cases(&world).await;
    let alice = id(&world.get("alice", "/me").await.ok());
    let (mut cells, mut found) = (0, 0);
    for route in routes::all() {
        if route.method.as_str() != "GET" || !route.path.starts_with("/api/v1/") || route.path.ends_with("/docs") {
            continue;
        }
        let row = ROWS.iter().find(|(path, ..)| *path == route.path);
        let (path, query, finds) = row.unwrap_or_else(|| panic!("{} has no row", route.path));
        for case in &cases {
            let id = match *path {
                path if path.contains("/users/") => alice.clone(),
                path if path.contains("/decisions/") => case.decision.clone(),
                _ => id(&case.comment),
            };
            let path =
                format!("{path}{query}").replace("{site}", "here").replace("{key}", "article").replace("{id}", &id);
            for who in ["anon"].iter().chain(&PEOPLE) {
                let answer = world.get(who, &path).await;
                let may = match *who {
                    _ if case.is_published => true,
                    "alice" => !case.is_deleted && matches!(finds, Finds::Author | Finds::Both),
                    "mona" | "ada" => matches!(finds, Finds::Moderators | Finds::Both),
                    _ => false,
                };
                let finds = answer.text.contains(&case.canary);
                assert!(may || !finds, "{who} finds the {} text at {path}", case.name);
                cells += 1;
                found += i32::from(finds);
            }
        }
    }
    assert!(found > 40, "the canaries are looked for where they can be found: {found}");
    println!("{cells} cells, {found} found, 0 leaks");
}

#[actix_web::test]
async fn a_tag_of_the_page_moves_when_a_text_goes() {
    let world = World::new().await;
    let comment = world.post("alice", "canary", None).await;
    let page = world.get("anon", THREAD).await;
    let tag = page.headers["etag"].to_str().unwrap().to_owned();
    let known = [("if-none-match", tag.as_str())];
    assert_eq!(world.call_with("anon", "GET", THREAD, Value::Null, &known).await.status, 304);
    world.decide("mona", "hide", &comment).await.ok();
    let gone = world.call_with("anon", "GET", THREAD, Value::Null, &known).await;
    assert!(gone.status == 200 && !gone.text.contains("canary"));
}

#[actix_web::test]
async fn author_and_moderator_find_what_is_theirs() {
    let world = World::new().await;
    for case in cases(&world).await {
        let path = format!("/comments/{}", id(&case.comment));
        let finds = async |who: &str| world.get(who, &path).await.text.contains(&case.canary);
        assert!(finds("mona").await && finds("ada").await, "{}", case.name);
        assert_eq!(finds("alice").await, !case.is_deleted, "{}", case.name);
        assert_eq!(finds("bob").await, case.is_published, "{}", case.name);
        assert_eq!(finds("theo").await, case.is_published, "{}", case.name);
        let status = world.get("anon", &path).await.status;
        let stands = case.is_published || case.name.ends_with("reply");
        assert_eq!(status, if stands { 200 } else { 404 }, "{}", case.name);
    }
}
