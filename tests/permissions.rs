//! Role × route × site, made from the table of routes: a new route without a row here fails.

#![allow(clippy::unwrap_used, reason = "a failing test may panic anywhere")]

mod common;

use common::{Answer, World, id};
use serde_json::{Value, json};
use understory::app::set_site::SiteChange;
use understory::domain::permission::Role;
use understory::http::route::Access;
use understory::http::routes;

/// What a moderator of another site is answered.
#[derive(Clone, Copy, PartialEq)]
enum Abroad {
    /// The site is named: 403 whether it exists or not.
    Named,
    /// The thing is of a site: 404, as if it were not there.
    Hidden,
    /// The thing is of one moderator: 404 to every other one.
    Own,
    /// The site is that of the target: 403 without a role on it, 404 when there is none.
    Target,
    /// It is of no one site: whoever moderates any is answered with what is theirs.
    Any,
}

/// Whom a route is for, and what it answers them.
#[derive(Clone, Copy, PartialEq)]
enum For {
    /// Anybody: this, to who has not signed in.
    Open(u16, &'static str),
    /// Who has signed in: this to `bob`, on what is `alice`'s, and on hers when it is hidden.
    Signed { others: (u16, &'static str), hidden: (u16, &'static str) },
    /// Moderators of the site.
    Moderators(Abroad),
    /// Admins only, and the site is named.
    Admins,
    /// Whoever runs the service, from this machine.
    Operator,
}

impl For {
    fn access(self) -> Access {
        match self {
            For::Open(..) => Access::Open,
            For::Signed { .. } => Access::Signed,
            For::Moderators(_) | For::Admins => Access::Moderators,
            For::Operator => Access::Operator,
        }
    }
}

/// Signed, and the same whatever stands at the address.
const fn signed(status: u16, code: &'static str) -> For {
    For::Signed { others: (status, code), hidden: (status, code) }
}

/// Signed, and about one comment: what is hidden is not there.
const fn on_comment(status: u16, code: &'static str) -> For {
    For::Signed { others: (status, code), hidden: (404, "not_found") }
}

const OK: For = For::Open(200, "");
const INVALID: For = For::Open(422, "validation_failed");
const NAMED: For = For::Moderators(Abroad::Named);
const HIDDEN: For = For::Moderators(Abroad::Hidden);

/// Method, path, query, body, whom it is for. `{…}` stands for what `Stage` has.
type Row = (&'static str, &'static str, &'static str, &'static str, For);

const ROWS: &[Row] = &[
    ("POST", "/api/v1/auth/register", "", "{}", INVALID),
    ("POST", "/api/v1/auth/login", "", "{}", INVALID),
    ("POST", "/api/v1/auth/refresh", "", r#"{"refresh_token":"x"}"#, For::Open(401, "invalid_token")),
    // who signs out with a token that is none is signed out (RFC 7009, 2.2)
    ("POST", "/api/v1/auth/logout", "", r#"{"refresh_token":"x"}"#, For::Open(204, "")),
    ("POST", "/api/v1/auth/code", "", r#"{"origin":"https://here.example"}"#, signed(200, "")),
    ("POST", "/api/v1/auth/exchange", "", r#"{"code":"x"}"#, For::Open(403, "forbidden")),
    ("GET", "/api/v1/me", "", "", signed(200, "")),
    ("PATCH", "/api/v1/me", "", "{}", signed(200, "")),
    (
        "PUT",
        "/api/v1/me/password",
        "",
        r#"{"current_password":"x","new_password":"y"}"#,
        signed(422, "validation_failed"),
    ),
    ("GET", "/api/v1/me/sessions", "", "", signed(200, "")),
    ("DELETE", "/api/v1/me/sessions", "", "", signed(204, "")),
    ("DELETE", "/api/v1/me/sessions/{session}", "", "", signed(404, "not_found")),
    ("GET", "/api/v1/users/{user}", "", "", OK),
    ("GET", "/api/v1/users/{user}/comments", "", "", OK),
    ("GET", "/api/v1/me/comments", "", "", signed(200, "")),
    ("GET", "/api/v1/me/flags", "", "", signed(200, "")),
    ("GET", "/api/v1/me/decisions", "", "", signed(200, "")),
    ("POST", "/api/v1/me/decisions/{entry}/appeal", "", r#"{"text":"x"}"#, signed(404, "not_found")),
    ("GET", "/api/v1/sites", "", "", For::Moderators(Abroad::Any)),
    ("GET", "/api/v1/sites/{site}", "", "", OK),
    ("POST", "/api/v1/sites/{site}/preview", "", r#"{"body":"x"}"#, OK),
    ("GET", "/api/v1/sites/{site}/counts", "?keys=a", "", OK),
    ("POST", "/api/v1/sites/{site}/counts", "", r#"{"keys":[]}"#, OK),
    ("GET", "/api/v1/sites/{site}/threads/{key}", "", "", OK),
    ("PUT", "/api/v1/sites/{site}/threads/{key}", "", "{}", NAMED),
    ("GET", "/api/v1/sites/{site}/threads/{key}/comments", "", "", OK),
    ("POST", "/api/v1/sites/{site}/threads/{key}/comments", "", r#"{"body":"x"}"#, signed(201, "")),
    ("GET", "/api/v1/sites/{site}/threads/{key}/comments.html", "", "", OK),
    ("GET", "/api/v1/sites/{site}/threads/{key}/feed.atom", "", "", OK),
    ("GET", "/api/v1/sites/{site}/threads/{key}/viewer", "", "", signed(200, "")),
    ("GET", "/api/v1/sites/{site}/threads/{key}/presence", "", "", OK),
    ("GET", "/api/v1/sites/{site}/threads/{key}/events", "", "", OK),
    ("GET", "/api/v1/sites/{site}/threads/{key}/transparency", "", "", OK),
    ("GET", "/api/v1/comments/{comment}", "", "", OK),
    ("GET", "/api/v1/comments/{comment}/revisions", "", "", OK),
    ("GET", "/api/v1/comments/{comment}/replies", "", "", OK),
    ("GET", "/api/v1/comments/{comment}/replies.html", "", "", OK),
    ("GET", "/api/v1/comments/{comment}/context", "", "", OK),
    ("GET", "/api/v1/comments/{comment}/context.html", "", "", OK),
    ("PATCH", "/api/v1/comments/{comment}", "", r#"{"body":"x"}"#, on_comment(403, "forbidden")),
    ("DELETE", "/api/v1/comments/{comment}", "", "", on_comment(403, "forbidden")),
    ("PUT", "/api/v1/comments/{comment}/vote", "", r#"{"value":1}"#, on_comment(200, "")),
    ("POST", "/api/v1/comments/{comment}/flags", "", r#"{"reason":"spam"}"#, on_comment(201, "")),
    ("DELETE", "/api/v1/flags/{flag}", "", "", signed(404, "not_found")),
    (
        "POST",
        "/api/v1/notices",
        "",
        r#"{"comment_id":"{comment}","explanation":"x","good_faith":true}"#,
        For::Open(201, ""),
    ),
    ("GET", "/api/v1/notices/{receipt}", "", "", OK),
    ("GET", "/api/v1/moderation/flags", "?site={site}&user={user}", "", NAMED),
    ("GET", "/api/v1/moderation/queue", "?site={site}", "", NAMED),
    ("GET", "/api/v1/moderation/events", "?site={site}", "", NAMED),
    ("POST", "/api/v1/moderation/claims", "", r#"{"site":"{site}","count":1}"#, NAMED),
    ("PATCH", "/api/v1/moderation/claims/{token}", "", "{}", For::Moderators(Abroad::Own)),
    ("DELETE", "/api/v1/moderation/claims/{token}", "", "", For::Moderators(Abroad::Own)),
    ("GET", "/api/v1/moderation/comments", "?site={site}", "", NAMED),
    (
        "POST",
        "/api/v1/moderation/decisions",
        "",
        r#"{"targets":[{"comment_id":"{comment}","version":1}],"action":"hide","reason_code":"spam"}"#,
        For::Moderators(Abroad::Target),
    ),
    ("GET", "/api/v1/moderation/decisions", "?site={site}&state=proposed", "", NAMED),
    ("GET", "/api/v1/moderation/decisions/{decision}", "", "", HIDDEN),
    ("GET", "/api/v1/moderation/decisions/{decision}/targets", "", "", HIDDEN),
    ("POST", "/api/v1/moderation/decisions/{proposal}/confirm", "", "", HIDDEN),
    ("POST", "/api/v1/moderation/decisions/{decision}/undo", "", "", HIDDEN),
    ("GET", "/api/v1/moderation/stats", "?site={site}", "", NAMED),
    ("GET", "/api/v1/moderation/appeals", "?site={site}", "", NAMED),
    ("POST", "/api/v1/moderation/appeals/{appeal}/ruling", "", r#"{"result":"overturned","public_text":"x"}"#, HIDDEN),
    ("GET", "/api/v1/moderation/statements", "?site={site}", "", NAMED),
    ("GET", "/api/v1/moderation/stats/report", "?site={site}&year=2023", "", NAMED),
    ("GET", "/api/v1/moderation/stats/report.csv", "?site={site}&year=2023", "", NAMED),
    ("GET", "/api/v1/moderation/stats/series", "?site={site}", "", NAMED),
    ("GET", "/api/v1/moderation/sites/{site}/settings", "", "", NAMED),
    ("PATCH", "/api/v1/moderation/sites/{site}/settings", "", r#"{"title":"x"}"#, For::Admins),
    ("GET", "/api/v1/moderation/users", "?site={site}&q=al", "", NAMED),
    ("GET", "/api/v1/moderation/users/{user}", "?site={site}", "", NAMED),
    ("GET", "/api/v1/moderation/users/{user}/sanctions", "?site={site}", "", NAMED),
    (
        "POST",
        "/api/v1/moderation/users/{user}/sanctions",
        "",
        r#"{"kind":"warn","site":"{site}","reason_code":"spam"}"#,
        NAMED,
    ),
    ("DELETE", "/api/v1/moderation/sanctions/{sanction}", "", "", HIDDEN),
    ("GET", "/api/v1/moderation/users/{user}/notes", "?site={site}", "", NAMED),
    ("POST", "/api/v1/moderation/users/{user}/notes", "", r#"{"site":"{site}","text":"x"}"#, NAMED),
    ("GET", "/api/v1/moderation/log", "?site={site}", "", NAMED),
    ("GET", "/api/v1/moderation/log/head", "?site={site}", "", NAMED),
    ("GET", "/api/v1/moderation/log/verification", "?site={site}", "", NAMED),
    ("GET", "/api/v1/openapi.json", "", "", OK),
    ("GET", "/api/v1/docs", "", "", OK),
    ("GET", "/web/{file}", "", "", For::Open(404, "not_found")),
    // the article is the demo's
    ("GET", "/embed.js", "", "", OK),
    ("GET", "/embed-{version}.js", "", "", For::Open(404, "not_found")),
    ("GET", "/embed.json", "", "", OK),
    ("GET", "/oembed", "?url=https://elsewhere.example/", "", For::Open(404, "not_found")),
    ("GET", "/console", "", "", OK),
    ("GET", "/sign-in", "", "", OK),
    ("GET", "/", "", "", For::Open(404, "not_found")),
    ("GET", "/demo/{file}", "", "", For::Open(404, "not_found")),
    ("GET", "/healthz", "", "", For::Operator),
    ("GET", "/readyz", "", "", For::Operator),
    ("GET", "/metrics", "", "", For::Operator),
];

/// Things on a site, new for each call, so that no call is answered by what an earlier one did.
#[derive(Clone)]
struct Stage {
    site: String,
    key: String,
    user: String,
    /// Of `alice`, published; or hidden.
    comment: String,
    hidden: String,
    /// That hid it.
    decision: String,
    /// Of `alice`, who was a moderator then, to dismiss the flag on the published one.
    proposal: String,
    /// Of `carol`, on the published one.
    flag: String,
    /// Of `alice`.
    session: String,
    /// Of a claim of the site's moderator.
    token: String,
    /// Of a notice on the published one.
    receipt: String,
    /// That tells `alice` of the decision.
    entry: String,
    /// Of `alice`, against a decision of none of the moderators.
    appeal: String,
    /// A warning of `alice`.
    sanction: String,
}

impl Stage {
    async fn at(world: &World, site: &str) -> Stage {
        let moderator = if site == "here" { "mona" } else { "theo" };
        // ids of one millisecond may meet, and so much is made here that they would
        world.wait_ms(1);
        let list = format!("/sites/{site}/threads/article/comments");
        let comment = world.call("alice", "POST", &list, json!({"body": "a comment"})).await.ok();
        let hidden = world.call("alice", "POST", &list, json!({"body": "another"})).await.ok();
        let flags = format!("/comments/{}/flags", id(&comment));
        let flag = world.call("carol", "POST", &flags, json!({"reason": "other"})).await.ok();
        world.wait_ms(1);
        let decision = world.decide(moderator, "hide", &hidden).await.ok();
        let over = |over| SiteChange { two_persons_over: Some(over), ..SiteChange::default() };
        world.app.set_role("alice", Role::Moderator, Some(site)).await.unwrap();
        world.app.set_site(site, over(Some(0))).await.unwrap();
        let proposal = world.decide("alice", "dismiss", &comment).await.ok();
        assert_eq!(proposal["state"], "proposed");
        world.app.set_site(site, over(None)).await.unwrap();
        world.app.set_role("alice", Role::Reader, Some(site)).await.unwrap();
        let claim = json!({"site": site, "count": 1});
        let claim = world.call(moderator, "POST", "/moderation/claims", claim).await.ok();
        let notice = json!({"comment_id": comment["id"], "explanation": "against the law", "good_faith": true});
        let notice = world.call("anon", "POST", "/notices", notice).await.ok();
        let warn = json!({"site": site, "kind": "warn", "reason_code": "spam"});
        let sanctions = format!("/moderation/users/{}/sanctions", id(&comment["author"]));
        let sanction = world.call(moderator, "POST", &sanctions, warn).await.ok();
        let sessions = world.get("alice", "/me/sessions").await.ok();
        let told = world.get("alice", "/me/decisions?limit=1").await.ok();
        let entry = id(&told["items"][0]);
        Stage {
            site: site.to_owned(),
            key: "article".to_owned(),
            user: id(&comment["author"]),
            comment: id(&comment),
            hidden: id(&hidden),
            decision: id(&decision),
            proposal: id(&proposal),
            flag: id(&flag),
            session: id(&sessions["items"][0]),
            token: claim["token"].as_str().unwrap().to_owned(),
            receipt: notice["token"].as_str().unwrap().to_owned(),
            entry,
            appeal: appealed(world, site).await,
            sanction: id(&sanction),
        }
    }

    fn fill(&self, text: &str) -> String {
        let pairs = [
            ("{site}", &self.site),
            ("{key}", &self.key),
            ("{user}", &self.user),
            ("{comment}", &self.comment),
            ("{decision}", &self.decision),
            ("{proposal}", &self.proposal),
            ("{flag}", &self.flag),
            ("{session}", &self.session),
            ("{token}", &self.token),
            ("{receipt}", &self.receipt),
            ("{entry}", &self.entry),
            ("{appeal}", &self.appeal),
            ("{sanction}", &self.sanction),
        ];
        let text = text.replace("{file}", "none");
        pairs.iter().fold(text, |text, (name, value)| text.replace(name, value))
    }
}

/// An appeal of `alice` against a decision of the other site's moderator, who moderated here for as
/// long as that took.
async fn appealed(world: &World, site: &str) -> String {
    let other = if site == "here" { "theo" } else { "mona" };
    let list = format!("/sites/{site}/threads/article/comments");
    let comment = world.call("alice", "POST", &list, json!({"body": "a third"})).await.ok();
    world.app.set_role(other, Role::Moderator, Some(site)).await.unwrap();
    // so that this is told last
    world.wait_ms(1);
    world.decide(other, "hide", &comment).await.ok();
    world.app.set_role(other, Role::Reader, Some(site)).await.unwrap();
    let told = world.get("alice", "/me/decisions?limit=1").await.ok();
    let appeal = format!("/me/decisions/{}/appeal", id(&told["items"][0]));
    id(&world.call("alice", "POST", &appeal, json!({"text": "no"})).await.ok())
}

/// The path of a row as the table writes it.
fn in_table(row: &Row) -> String {
    let id =
        ["{user}", "{comment}", "{decision}", "{proposal}", "{flag}", "{session}", "{entry}", "{appeal}", "{sanction}"];
    let path = row.1.replace("{file}", "{path}").replace("{receipt}", "{token}");
    id.iter().fold(path, |path, name| path.replace(name, "{id}"))
}

async fn send(world: &World, row: &Row, stage: &Stage, token: Option<&str>) -> Answer {
    let path = format!("{}{}", stage.fill(row.1), stage.fill(row.2));
    let body = if row.3.is_empty() { Value::Null } else { serde_json::from_str(&stage.fill(row.3)).unwrap() };
    world.whole(token, row.0, &path, body, &[]).await
}

/// What was wrong, all of it: one run says which cells of the matrix differ.
#[derive(Default)]
struct Matrix {
    cells: usize,
    wrong: Vec<String>,
}

impl Matrix {
    fn expect(&mut self, row: &Row, who: &str, answer: &Answer, expected: (u16, &str)) {
        self.cells += 1;
        // a sign-in code is called `code` too
        let code = if answer.status >= 400 { answer.code() } else { "" };
        if (answer.status, code) != expected {
            let got = format!("{} {}", answer.status, answer.text);
            self.wrong.push(format!("{} {} as {who}: {got}, expected {expected:?}", row.0, row.1));
        }
    }

    fn expect_ok(&mut self, row: &Row, who: &str, answer: &Answer) {
        self.cells += 1;
        if answer.status >= 300 {
            self.wrong.push(format!("{} {} as {who}: {} {}", row.0, row.1, answer.status, answer.text));
        }
    }

    #[track_caller]
    fn done(self) {
        assert!(self.wrong.is_empty(), "{}\n{} wrong of {} cells", self.wrong.join("\n"), self.wrong.len(), self.cells);
        println!("{} cells", self.cells);
    }
}

const FORBIDDEN: (u16, &str) = (403, "forbidden");
const GONE: (u16, &str) = (404, "not_found");

#[test]
fn each_route_has_one_row_and_each_row_a_route() {
    let table = routes::all();
    for route in &table {
        let mut rows = ROWS.iter().filter(|row| row.0 == route.method.as_str() && in_table(row) == route.path);
        let row = rows.next().unwrap_or_else(|| panic!("{} {} has no row", route.method, route.path));
        assert!(rows.next().is_none(), "{} {} has two rows", route.method, route.path);
        assert_eq!(row.4.access(), route.access, "{} {}", route.method, route.path);
    }
    assert_eq!(ROWS.len(), table.len(), "every row is of a route");
}

#[actix_web::test]
async fn what_is_open_answers_who_has_not_signed_in() {
    let world = World::new().await;
    let mut matrix = Matrix::default();
    for row in ROWS {
        let (expected, reads) = match row.4 {
            For::Open(status, code) => ((status, code), row.0 == "GET"),
            For::Operator => ((200, ""), true),
            _ => continue,
        };
        let stage = Stage::at(&world, "here").await;
        matrix.expect(row, "anon", &send(&world, row, &stage, None).await, expected);
        let policy = routes::all().into_iter().find(|r| r.method.as_str() == row.0 && in_table(row) == r.path);
        if reads && policy.unwrap().policy().is_anonymous_read() {
            matrix.expect(row, "a bad token", &send(&world, row, &stage, Some("x.y.z")).await, expected);
        }
    }
    matrix.done();
}

#[actix_web::test]
async fn what_needs_a_sign_in_is_refused_without_a_good_one() {
    let world = World::new().await;
    let ended = world.sign_in("ada").await;
    let ended = ended["access_token"].as_str();
    assert_eq!(world.send(ended, "POST", "/auth/logout", json!({}), &[]).await.status, 204);
    let mut matrix = Matrix::default();
    for row in ROWS.iter().filter(|row| matches!(row.4, For::Signed { .. } | For::Moderators(_) | For::Admins)) {
        for site in ["here", "there"] {
            let stage = Stage::at(&world, site).await;
            for (who, token, code) in [
                ("anon", None, "sign_in_required"),
                ("a bad token", Some("x.y.z"), "invalid_token"),
                ("an ended session", ended, "session_ended"),
            ] {
                matrix.expect(row, who, &send(&world, row, &stage, token).await, (401, code));
            }
        }
        let nowhere = Stage { site: "nowhere".into(), ..Stage::at(&world, "here").await };
        matrix.expect(row, "anon nowhere", &send(&world, row, &nowhere, None).await, (401, "sign_in_required"));
    }
    matrix.done();
}

#[actix_web::test]
async fn who_has_signed_in_does_their_own_and_nothing_of_others() {
    let world = World::new().await;
    let mut matrix = Matrix::default();
    for row in ROWS {
        let For::Signed { others, hidden } = row.4 else { continue };
        for site in ["here", "there"] {
            // a role makes nobody the author; what is hidden is there for its moderators
            for who in ["bob", "mona", "theo", "ada"] {
                let stage = Stage::at(&world, site).await;
                let token = Some(world.token(who));
                matrix.expect(row, &format!("{who} {site}"), &send(&world, row, &stage, token).await, others);
                let moderates = matches!((who, site), ("mona", "here") | ("theo", "there") | ("ada", _));
                let expected = if moderates && others.0 == 403 { others } else { hidden };
                let of_hidden = Stage { comment: stage.hidden.clone(), ..stage };
                if row.1.contains("{comment}") {
                    let answer = send(&world, row, &of_hidden, token).await;
                    matrix.expect(row, &format!("{who} {site}, hidden"), &answer, expected);
                }
            }
        }
        if row.1.contains("{site}") {
            let nowhere = Stage { site: "nowhere".into(), ..Stage::at(&world, "here").await };
            matrix.expect(row, "bob nowhere", &send(&world, row, &nowhere, Some(world.token("bob"))).await, GONE);
        }
    }
    matrix.done();
}

#[actix_web::test]
async fn what_is_for_moderators_is_for_those_of_the_site() {
    let world = World::new().await;
    let readers = [world.reader_token("mona").await, world.reader_token("ada").await];
    let mut matrix = Matrix::default();
    for row in ROWS {
        let For::Moderators(abroad) = row.4 else { continue };
        let away = if matches!(abroad, Abroad::Hidden | Abroad::Own) { GONE } else { FORBIDDEN };
        for site in ["here", "there"] {
            for who in ["bob", "mona", "theo", "ada"] {
                let stage = Stage::at(&world, site).await;
                let answer = send(&world, row, &stage, Some(world.token(who))).await;
                let name = format!("{who} {site}");
                match (who, site) {
                    ("bob", _) => matrix.expect(row, &name, &answer, FORBIDDEN),
                    ("ada", _) if abroad == Abroad::Own => matrix.expect(row, &name, &answer, GONE),
                    ("mona", "here") | ("theo", "there") | ("ada", _) => matrix.expect_ok(row, &name, &answer),
                    _ if abroad == Abroad::Any => matrix.expect_ok(row, &name, &answer),
                    _ => matrix.expect(row, &name, &answer, away),
                }
            }
            // a reader's token is a reader's, whoever holds it
            for reader in &readers {
                let stage = Stage::at(&world, site).await;
                let answer = send(&world, row, &stage, Some(reader)).await;
                matrix.expect(row, &format!("reader's token {site}"), &answer, FORBIDDEN);
            }
        }
        // what does not exist looks like what is of another site
        let none = Stage {
            site: "nowhere".into(),
            comment: "1".into(),
            decision: "1".into(),
            proposal: "1".into(),
            appeal: "1".into(),
            token: "none".into(),
            sanction: "1".into(),
            ..Stage::at(&world, "here").await
        };
        for (who, expected) in
            [("bob", FORBIDDEN), ("mona", if abroad == Abroad::Named { FORBIDDEN } else { GONE }), ("ada", GONE)]
        {
            let answer = send(&world, row, &none, Some(world.token(who))).await;
            match who {
                "mona" | "ada" if abroad == Abroad::Any => matrix.expect_ok(row, who, &answer),
                _ => matrix.expect(row, &format!("{who}, nothing there"), &answer, expected),
            }
        }
    }
    matrix.done();
    world.verified().await;
}

#[actix_web::test]
async fn what_is_for_admins_is_for_no_moderator() {
    let world = World::new().await;
    let readers = [world.reader_token("mona").await, world.reader_token("ada").await];
    let mut matrix = Matrix::default();
    for row in ROWS.iter().filter(|row| row.4 == For::Admins) {
        for site in ["here", "there", "nowhere"] {
            let stage = Stage { site: site.into(), ..Stage::at(&world, "here").await };
            for who in ["bob", "mona", "theo"] {
                let answer = send(&world, row, &stage, Some(world.token(who))).await;
                matrix.expect(row, &format!("{who} {site}"), &answer, FORBIDDEN);
            }
            for reader in &readers {
                let answer = send(&world, row, &stage, Some(reader)).await;
                matrix.expect(row, &format!("reader's token {site}"), &answer, FORBIDDEN);
            }
            let answer = send(&world, row, &stage, Some(world.token("ada"))).await;
            match site {
                "nowhere" => matrix.expect(row, "ada nowhere", &answer, GONE),
                _ => matrix.expect_ok(row, &format!("ada {site}"), &answer),
            }
        }
        // an admin of one site is none of the other
        world.app.set_role("carol", Role::Admin, Some("here")).await.unwrap();
        let stage = Stage::at(&world, "there").await;
        let answer = send(&world, row, &stage, Some(world.token("carol"))).await;
        matrix.expect(row, "carol, admin of the other site", &answer, FORBIDDEN);
        let stage = Stage { site: "here".into(), ..stage };
        matrix.expect_ok(row, "carol, admin", &send(&world, row, &stage, Some(world.token("carol"))).await);
        world.app.set_role("carol", Role::Reader, Some("here")).await.unwrap();
        matrix.expect(row, "carol, no longer", &send(&world, row, &stage, Some(world.token("carol"))).await, FORBIDDEN);
    }
    matrix.done();
    world.verified().await;
}

#[actix_web::test]
async fn a_role_counts_from_the_request_after_it_is_given_until_the_one_after_it_is_taken() {
    let world = World::new().await;
    let mut matrix = Matrix::default();
    for row in ROWS.iter().filter(|row| matches!(row.4, For::Moderators(_))) {
        let carol = Some(world.token("carol"));
        let stage = Stage::at(&world, "here").await;
        world.app.set_role("carol", Role::Moderator, Some("here")).await.unwrap();
        let answer = send(&world, row, &stage, carol).await;
        match row.4 {
            For::Moderators(Abroad::Own) => matrix.expect(row, "carol, a moderator", &answer, GONE),
            _ => matrix.expect_ok(row, "carol, a moderator", &answer),
        }
        world.app.set_role("carol", Role::Reader, Some("here")).await.unwrap();
        let stage = Stage::at(&world, "here").await;
        matrix.expect(row, "carol, no longer", &send(&world, row, &stage, carol).await, FORBIDDEN);
    }
    matrix.done();
}

/// What is written by whom no sanction keeps from it: signing in and out, and one's own safety.
const EVEN_SUSPENDED: [&str; 5] = [
    "/api/v1/auth/code",
    "/api/v1/me/password",
    "/api/v1/me/sessions",
    "/api/v1/me/sessions/{session}",
    "/api/v1/me/decisions/{entry}/appeal",
];

#[actix_web::test]
async fn who_is_banned_writes_nothing_whatever_their_role_and_reads_all() {
    let world = World::new().await;
    world.app.set_role("bob", Role::Moderator, Some("here")).await.unwrap();
    let bob = Some(world.token("bob"));
    let user = id(&world.get("bob", "/me").await.ok());
    let mut matrix = Matrix::default();
    for place in [json!({}), json!({"site": "here"})] {
        let mut order = json!({"kind": "ban", "reason_code": "spam"});
        order.as_object_mut().unwrap().extend(place.as_object().unwrap().clone());
        let path = format!("/moderation/users/{user}/sanctions");
        let sanction = world.call("ada", "POST", &path, order).await.ok();
        let everywhere = place == json!({});
        for row in ROWS.iter().filter(|row| matches!(row.4, For::Signed { .. } | For::Moderators(_))) {
            let is_free = row.0 == "GET" || EVEN_SUSPENDED.contains(&row.1);
            let is_of_a_role = matches!(row.4, For::Moderators(_));
            let stage = Stage::at(&world, "here").await;
            let answer = send(&world, row, &stage, bob).await;
            let who = format!("bob, banned {place}");
            match row.4 {
                _ if everywhere && !is_free => matrix.expect(row, &who, &answer, (403, "account_suspended")),
                For::Moderators(Abroad::Own) => matrix.expect(row, &who, &answer, GONE),
                _ if is_of_a_role && !is_free => matrix.expect(row, &who, &answer, (403, "account_suspended")),
                _ if is_of_a_role => matrix.expect_ok(row, &who, &answer),
                For::Signed { others, .. } if is_free => matrix.expect(row, &who, &answer, others),
                // what is on no site, or another's, is answered as ever; `tests/sanctions.rs` has the rest
                _ => {}
            }
        }
        let path = format!("/moderation/sanctions/{}", id(&sanction));
        assert_eq!(world.call("ada", "DELETE", &path, Value::Null).await.status, 204);
    }
    matrix.done();
    world.verified().await;
}

#[actix_web::test]
async fn the_servers_own_log_is_for_admins() {
    let world = World::new().await;
    for path in ["/moderation/log", "/moderation/log/head"] {
        world.get("anon", path).await.fails(401, "sign_in_required");
        world.get("bob", path).await.fails(403, "forbidden");
        // no site: what a moderator has to say, and nothing that tells of one
        world.get("mona", path).await.fails(422, "validation_failed");
        world.get("ada", path).await.ok();
    }
}

#[actix_web::test]
async fn a_decision_over_two_sites_is_of_the_first_targets() {
    let world = World::new().await;
    let (here, there) = (Stage::at(&world, "here").await, Stage::at(&world, "there").await);
    let target = |of: &Stage| json!({"comment_id": of.comment, "version": 1});
    let order = |targets: Value| json!({"targets": targets, "action": "hide", "reason_code": "spam"});
    let decide = async |who: &str, body: Value| world.call(who, "POST", "/moderation/decisions", body).await;
    decide("theo", order(json!([target(&here), target(&there)]))).await.fails(403, "forbidden");
    // even an admin decides on one site at a time, and the other's comment is not there
    let made = decide("ada", order(json!([target(&here), target(&there)]))).await.ok();
    assert_eq!((made["applied"].as_array().unwrap().len(), &made["conflicts"][0]["code"]), (1, &json!("not_found")));
    assert_eq!((&made["conflicts"][0]["version"], &made["conflicts"][0]["state"]), (&Value::Null, &Value::Null));
    assert_eq!(world.get("anon", &format!("/comments/{}", there.comment)).await.ok()["state"], "published");
    // what does not exist does not choose the site
    let none = json!([{"comment_id": "1", "version": 1}, target(&there)]);
    decide("mona", order(none.clone())).await.fails(403, "forbidden");
    assert_eq!(decide("theo", order(none)).await.ok()["applied"][0]["comment_id"], there.comment.as_str());
    world.verified().await;
}
