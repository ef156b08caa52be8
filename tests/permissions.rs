//! Role × route × site, made from the table of routes: a new route without a row here fails.

#![allow(clippy::unwrap_used, reason = "a failing test may panic anywhere")]

mod common;

use common::{World, id};
use serde_json::{Value, json};
use understory::http::route::Access;
use understory::http::routes;

/// What a moderator of another site is answered.
#[derive(Clone, Copy, PartialEq)]
enum Abroad {
    /// Nothing here is of a site.
    Same,
    /// The site is named: 403 whether it exists or not.
    Named,
    /// The thing is of a site: 404, as if it were not there.
    Hidden,
    /// The site is that of the target: 403 without a role on it.
    Target,
}

struct Row {
    method: &'static str,
    path: &'static str,
    access: Access,
    body: Value,
    query: &'static str,
    abroad: Abroad,
}

fn rows(comment: &Value) -> Vec<Row> {
    use Access::{Moderators, Open, Operator, Signed};
    let target = json!({"targets": [{"comment_id": comment["id"], "version": 99}], "action": "approve"});
    let row = |method, path, access, body, query, abroad| Row { method, path, access, body, query, abroad };
    let none = Value::Null;
    vec![
        row("POST", "/api/v1/auth/register", Open, json!({}), "", Abroad::Same),
        row("POST", "/api/v1/auth/login", Open, json!({}), "", Abroad::Same),
        row("POST", "/api/v1/auth/refresh", Open, json!({"refresh_token": "x"}), "", Abroad::Same),
        row("POST", "/api/v1/auth/logout", Open, json!({"refresh_token": "x"}), "", Abroad::Same),
        row("POST", "/api/v1/auth/code", Signed, json!({"origin": "https://here.example"}), "", Abroad::Same),
        row("POST", "/api/v1/auth/exchange", Open, json!({}), "", Abroad::Same),
        row("GET", "/api/v1/me", Signed, none.clone(), "", Abroad::Same),
        row("PATCH", "/api/v1/me", Signed, json!({}), "", Abroad::Same),
        row(
            "PUT",
            "/api/v1/me/password",
            Signed,
            json!({"current_password": "x", "new_password": "y"}),
            "",
            Abroad::Same,
        ),
        row("GET", "/api/v1/me/sessions", Signed, none.clone(), "", Abroad::Same),
        row("DELETE", "/api/v1/me/sessions", Signed, none.clone(), "", Abroad::Same),
        row("DELETE", "/api/v1/me/sessions/{id}", Signed, none.clone(), "", Abroad::Same),
        row("GET", "/api/v1/users/{id}", Open, none.clone(), "", Abroad::Same),
        row("GET", "/api/v1/users/{id}/comments", Open, none.clone(), "", Abroad::Same),
        row("GET", "/api/v1/me/comments", Signed, none.clone(), "", Abroad::Same),
        row("GET", "/api/v1/me/flags", Signed, none.clone(), "", Abroad::Same),
        row("GET", "/api/v1/me/decisions", Signed, none.clone(), "", Abroad::Same),
        row("GET", "/api/v1/sites/{site}", Open, none.clone(), "", Abroad::Same),
        row("POST", "/api/v1/sites/{site}/preview", Open, json!({"body": "x"}), "", Abroad::Same),
        row("GET", "/api/v1/sites/{site}/counts", Open, none.clone(), "?keys=a", Abroad::Same),
        row("POST", "/api/v1/sites/{site}/counts", Open, json!({"keys": []}), "", Abroad::Same),
        row("GET", "/api/v1/sites/{site}/threads/{key}", Open, none.clone(), "", Abroad::Same),
        row("PUT", "/api/v1/sites/{site}/threads/{key}", Moderators, json!({}), "", Abroad::Named),
        row("GET", "/api/v1/sites/{site}/threads/{key}/comments", Open, none.clone(), "", Abroad::Same),
        row("POST", "/api/v1/sites/{site}/threads/{key}/comments", Signed, json!({"body": "x"}), "", Abroad::Same),
        row("GET", "/api/v1/sites/{site}/threads/{key}/viewer", Signed, none.clone(), "", Abroad::Same),
        row("GET", "/api/v1/sites/{site}/threads/{key}/presence", Open, none.clone(), "", Abroad::Same),
        row("GET", "/api/v1/comments/{id}", Open, none.clone(), "", Abroad::Same),
        row("GET", "/api/v1/comments/{id}/revisions", Open, none.clone(), "", Abroad::Same),
        row("GET", "/api/v1/comments/{id}/replies", Open, none.clone(), "", Abroad::Same),
        row("GET", "/api/v1/comments/{id}/context", Open, none.clone(), "", Abroad::Same),
        row("PATCH", "/api/v1/comments/{id}", Signed, json!({"body": "x"}), "", Abroad::Same),
        row("DELETE", "/api/v1/comments/{id}", Signed, none.clone(), "", Abroad::Same),
        row("PUT", "/api/v1/comments/{id}/vote", Signed, json!({"value": 1}), "", Abroad::Same),
        row("POST", "/api/v1/comments/{id}/flags", Signed, json!({"reason": "spam"}), "", Abroad::Same),
        row("DELETE", "/api/v1/flags/{id}", Signed, none.clone(), "", Abroad::Same),
        row("GET", "/api/v1/moderation/queue", Moderators, none.clone(), "?site={site}", Abroad::Named),
        row("GET", "/api/v1/moderation/comments", Moderators, none.clone(), "?site={site}", Abroad::Named),
        row("POST", "/api/v1/moderation/decisions", Moderators, target, "", Abroad::Target),
        row("GET", "/api/v1/moderation/decisions/{id}", Moderators, none.clone(), "", Abroad::Hidden),
        row("POST", "/api/v1/moderation/decisions/{id}/undo", Moderators, none.clone(), "", Abroad::Hidden),
        row("GET", "/api/v1/moderation/users/{id}", Moderators, none.clone(), "?site={site}", Abroad::Named),
        row("GET", "/api/v1/moderation/log", Moderators, none.clone(), "?site={site}", Abroad::Named),
        row("GET", "/api/v1/moderation/log/head", Moderators, none.clone(), "?site={site}", Abroad::Named),
        row("GET", "/api/v1/openapi.json", Open, none.clone(), "", Abroad::Same),
        row("GET", "/api/v1/docs", Open, none.clone(), "", Abroad::Same),
        row("GET", "/web/{path}", Open, none.clone(), "", Abroad::Same),
        row("GET", "/", Open, none.clone(), "", Abroad::Same),
        row("GET", "/healthz", Operator, none.clone(), "", Abroad::Same),
        row("GET", "/readyz", Operator, none.clone(), "", Abroad::Same),
        row("GET", "/metrics", Operator, none, "", Abroad::Same),
    ]
}

#[actix_web::test]
async fn every_route_is_for_whom_the_table_says() {
    let world = World::new().await;
    let comment = world.post("alice", "a comment", None).await;
    let hidden = world.post("alice", "another", None).await;
    let decision = world.decide("mona", "hide", &hidden).await.ok();
    let alice = world.get("alice", "/me").await.ok();
    let rows = rows(&comment);
    let table = routes::all();
    let mut cells = 0;
    for route in &table {
        let named = |row: &&Row| row.method == route.method.as_str() && row.path == route.path;
        let row = rows.iter().find(named).unwrap_or_else(|| panic!("{} {} has no row", route.method, route.path));
        assert_eq!(row.access, route.access, "{} {}", row.method, row.path);
        if !row.path.starts_with("/api/v1/") || row.path.ends_with("/docs") {
            continue;
        }
        let id = match row.path {
            path if path.contains("/users/") => id(&alice),
            path if path.contains("/decisions/") => id(&decision),
            path if path.contains("/comments/") => id(&comment),
            _ => "1".to_owned(),
        };
        let path = |site: &str| {
            format!("{}{}", row.path, row.query)
                .replace("{site}", site)
                .replace("{key}", "article")
                .replace("{id}", &id)
        };
        let said = async |who: &str, site: &str| {
            let answer = world.call(who, row.method, &path(site), row.body.clone()).await;
            (answer.status, answer.code().to_owned())
        };
        let what = format!("{} {}", row.method, row.path);
        match row.access {
            Access::Open => assert_ne!(said("anon", "here").await.1, "sign_in_required", "{what}"),
            Access::Signed => {
                assert_eq!(said("anon", "here").await, (401, "sign_in_required".into()), "{what} anonymous");
                // acts that end a session or leave a trace are tried elsewhere
                if row.method == "GET" {
                    assert_eq!(said("bob", "here").await.0, 200, "{what} reader");
                }
            }
            Access::Moderators => {
                assert_eq!(said("anon", "here").await, (401, "sign_in_required".into()), "{what} anonymous");
                assert_eq!(said("bob", "here").await, (403, "forbidden".into()), "{what} reader");
                let abroad = said("theo", "here").await;
                let expected = match row.abroad {
                    Abroad::Named | Abroad::Target => (403, "forbidden".to_owned()),
                    Abroad::Hidden => (404, "not_found".to_owned()),
                    Abroad::Same => panic!("{what} is for moderators and says nothing of other sites"),
                };
                assert_eq!(abroad, expected, "{what} moderator of another site");
                if row.abroad == Abroad::Named {
                    assert_eq!(said("theo", "nowhere").await, expected, "{what} no such site");
                }
                if row.method != "POST" {
                    assert!(said("mona", "here").await.0 < 300, "{what} moderator");
                    assert!(said("ada", "here").await.0 < 300, "{what} admin");
                }
                cells += 5;
            }
            Access::Operator => {}
        }
        cells += 2;
    }
    assert_eq!(rows.len(), table.len(), "every row is of a route");
    println!("{cells} cells");
}
