//! What is served to browsers: modules and their versions, the pages, a thread as HTML and as a
//! feed, and permalinks as others embed them.

#![allow(clippy::unwrap_used, reason = "a failing test may panic anywhere")]

mod common;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use common::{Answer, World, id};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha384};
use std::io::Read as _;

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

const FOR_EVER: &str = "public, max-age=31536000, immutable";

#[actix_web::test]
async fn a_version_is_served_for_ever_and_no_other_is() {
    let world = World::new().await;
    let facts = world.fetch("anon", "/embed.json", &[]).await.ok();
    let version = facts["version"].as_str().unwrap();
    assert_eq!(facts["src"], format!("{}/embed-{version}.js", world.url));
    let newest = world.fetch("anon", "/embed.js", &[]).await;
    let fixed = world.fetch("anon", &format!("/embed-{version}.js"), &[]).await;
    assert_eq!((newest.status, fixed.status), (200, 200));
    assert_eq!((newest.header("cache-control"), fixed.header("cache-control")), ("public, max-age=300", FOR_EVER));
    assert!(fixed.text == newest.text && fixed.text.contains(&format!("/web/{version}/")));
    let integrity = format!("sha384-{}", STANDARD.encode(Sha384::digest(&fixed.text)));
    assert_eq!(facts["integrity"], integrity);

    let module = "shared/dom.js";
    let kept = world.fetch("anon", &format!("/web/{version}/{module}"), &[]).await;
    let asked = world.fetch("anon", &format!("/web/{module}"), &[]).await;
    assert_eq!((kept.header("cache-control"), asked.header("cache-control")), (FOR_EVER, "no-cache"));
    assert!(kept.text == asked.text && kept.header("etag") == asked.header("etag"));
    for answer in [&newest, &fixed, &kept, &asked] {
        assert_eq!(answer.header("cross-origin-resource-policy"), "cross-origin");
        assert_eq!(answer.header("access-control-allow-origin"), "*");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("content-type"), "text/javascript; charset=utf-8");
    }
    for other in ["/embed-000000000000.js", "/web/000000000000/shared/dom.js", "/embed-.js", "/embed-x.js"] {
        let answer = world.fetch("anon", other, &[]).await;
        assert_eq!((answer.status, answer.code(), answer.header("cache-control")), (404, "not_found", "no-store"));
    }
    let old = world.fetch("anon", "/embed-000000000000.js", &[]).await;
    assert!(old.json["detail"].as_str().unwrap().contains("/embed.js"), "{}", old.text);
    for never in
        ["tests/x.js", "package.json", "shared/types.d.ts", "words/about.json", "embed.js", "signin/index.html"]
    {
        let paths = [format!("/web/{never}"), format!("/web/{version}/{never}")];
        for path in paths {
            assert_eq!(world.fetch("anon", &path, &[]).await.status, 404, "{path}");
        }
    }
}

#[actix_web::test]
async fn files_go_out_in_the_form_that_is_taken() {
    let world = World::new().await;
    let path = "/web/thread/view.css";
    let plain = world.fetch("anon", path, &[]).await;
    assert_eq!((plain.header("content-encoding"), plain.header("vary")), ("", "accept-encoding"));
    let get = async |coding: &str| {
        let request = world.client.get(format!("{}{path}", world.url)).header("accept-encoding", coding);
        let response = request.send().await.unwrap();
        let named = response.headers()["content-encoding"].to_str().unwrap().to_owned();
        let tag = response.headers()["etag"].to_str().unwrap().to_owned();
        (named, tag, response.bytes().await.unwrap())
    };
    let (brotli, gzip) = (get("gzip, br").await, get("gzip").await);
    assert_eq!((brotli.0.as_str(), gzip.0.as_str()), ("br", "gzip"));
    let mut back = String::new();
    brotli::Decompressor::new(&brotli.2[..], 4_096).read_to_string(&mut back).unwrap();
    assert_eq!(back, plain.text);
    back.clear();
    flate2::read::GzDecoder::new(&gzip.2[..]).read_to_string(&mut back).unwrap();
    assert_eq!(back, plain.text);
    let tags = [plain.header("etag").to_owned(), brotli.1, gzip.1];
    assert!(tags[0] != tags[1] && tags[1] != tags[2] && tags[0] != tags[2]);
    for tag in &tags {
        let again = world.fetch("anon", path, &[("if-none-match", tag)]).await;
        assert_eq!((again.status, again.text.as_str()), (304, ""));
    }
    assert_eq!(world.fetch("anon", path, &[("if-none-match", "\"x\"")]).await.status, 200);
}

#[actix_web::test]
async fn pages_say_what_may_run_in_them() {
    let world = World::new().await;
    for path in ["/console", "/sign-in?origin=https://here.example&state=abc", "/api/v1/docs"] {
        let page = world.fetch("anon", path, &[]).await;
        assert_eq!((page.status, page.header("content-type")), (200, "text/html; charset=utf-8"), "{path}");
        let policy = page.header("content-security-policy");
        for part in ["default-src 'none'", "frame-ancestors 'none'", "require-trusted-types-for 'script'"] {
            assert!(policy.contains(part), "{path}: {policy}");
        }
        assert!(!policy.contains("unsafe") && !policy.contains('*'), "{path}: {policy}");
        assert!(!page.text.contains("__VERSION__"), "{path}");
        let inline = ["<style", " style=", "onclick", "javascript:"].iter().find(|what| page.text.contains(**what));
        assert_eq!(inline, None, "{path}");
        if path != "/api/v1/docs" {
            assert_eq!(page.header("cache-control"), "no-store", "{path}");
            assert_eq!(page.header("referrer-policy"), "same-origin", "{path}");
        }
    }
    let opened = world.fetch("anon", "/sign-in", &[]).await;
    assert_eq!(opened.header("cross-origin-opener-policy"), "unsafe-none");
    assert_eq!(world.fetch("anon", "/console", &[]).await.header("cross-origin-opener-policy"), "same-origin");
    // examples are for the demonstration
    assert_eq!(world.fetch("anon", "/", &[]).await.status, 404);
    assert_eq!(world.fetch("anon", "/demo/demo.css", &[]).await.status, 404);
}

/// What tries to get out of text into markup, by every way a text has into a page.
const HOSTILE: &[&str] = &[
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)' x='",
    "</article></div></div><iframe src=javascript:alert(1)>",
    "[a](javascript:alert(1)) [b](data:text/html,<script>alert(1)</script>)",
    "![x](https://elsewhere.example/x.png \"onload=alert(1)\")",
    "]]><script>alert(1)</script><![CDATA[",
    "<!--<script>--> & &lt;script&gt; &#x3c;script&#x3e;",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<math><mi//xlink:href=\"data:x,<script>alert(1)</script>\">",
    "a\u{1}b\u{b}c\u{1b}d\u{7f}e\u{85}f\u{fffe}g\u{feff}h\u{202e}i",
];

/// Elements and attributes that pages of comments and bodies have.
const ELEMENTS: &str = " link div header h2 a ol li article span bdi time p ul em strong del code pre blockquote hr br \
                        table thead tbody tr th td sup sub h1 h3 h4 h5 h6 ";
const ATTRIBUTES: &str =
    " rel href class lang dir aria-label aria-labelledby data-id id title datetime start align cite ";

/// Reads markup tag by tag, as a browser would, and says what should not be there.
fn strangers(markup: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    for piece in markup.split('<').skip(1) {
        let (tag, text) = piece.split_once('>').unwrap_or((piece, ""));
        if text.contains('>') {
            wrong.push(format!("a bare > after {tag}"));
        }
        let tag = tag.trim_start_matches('/').trim_end_matches('/');
        let (name, mut rest) = tag.split_once(' ').unwrap_or((tag, ""));
        if !ELEMENTS.contains(&format!(" {name} ")) {
            wrong.push(format!("<{name}>"));
        }
        while let Some((attribute, after)) = rest.split_once("=\"") {
            let (value, after) = after.split_once('"').unwrap_or((after, ""));
            if !ATTRIBUTES.contains(&format!(" {} ", attribute.trim())) {
                wrong.push(format!("<{name} {attribute}>"));
            }
            let is_link = matches!(attribute.trim(), "href" | "cite");
            if is_link && !["http://", "https://", "mailto:", "#c-"].iter().any(|start| value.starts_with(start)) {
                wrong.push(format!("<{name} {attribute}={value}>"));
            }
            rest = after;
        }
        if !rest.trim().is_empty() {
            wrong.push(format!("<{name} … {rest}>"));
        }
    }
    wrong
}

/// The comments of a fragment in order, by id, and the links to the rest.
fn read(fragment: &str) -> (Vec<String>, Vec<String>) {
    let after = |mark: &str| -> Vec<String> {
        let all = fragment.split(mark).skip(1);
        all.map(|rest| rest.split('"').next().unwrap().replace("&amp;", "&")).collect()
    };
    (after("<li class=\"item\" data-id=\""), after("<a class=\"quiet more\" href=\""))
}

/// Posts a tree of `alice` and `bob` to a thread of its own; the thread's path.
async fn tree(world: &World, key: &str) -> String {
    let list = format!("/sites/here/threads/{key}/comments");
    for root in 0..7 {
        let mut parent = world.call("alice", "POST", &list, json!({"body": format!("root {root}")})).await.ok();
        for level in 0..4 {
            for more in 0..2 {
                let body = json!({"body": format!("{root} {level} {more}"), "parent_id": parent["id"]});
                let made = world.call("bob", "POST", &list, body).await.ok();
                if more == 1 {
                    parent = made;
                }
            }
        }
    }
    format!("/api/v1{list}")
}

#[actix_web::test]
async fn without_script_every_comment_is_reached_by_links() {
    let world = World::new().await;
    let list = tree(&world, "walked").await;
    for query in ["", "?sort=newest&limit=7", "?sort=top&limit=5&depth=2&per_parent=1", "?depth=1&per_parent=1&limit=3"]
    {
        let mut waiting = vec![format!("{}{list}.html{query}", world.url)];
        let mut seen = Vec::new();
        while let Some(address) = waiting.pop() {
            let path = address.strip_prefix(&world.url).unwrap().to_owned();
            let page = world.fetch("anon", &path, &[]).await;
            assert_eq!((page.status, page.header("content-type")), (200, "text/html; charset=utf-8"), "{path}");
            let (ids, links) = read(&page.text);
            seen.extend(ids);
            waiting.extend(links);
        }
        let whole = seen.len();
        seen.sort();
        seen.dedup();
        assert_eq!((whole, seen.len()), (63, 63), "{query}");
    }
}

#[actix_web::test]
async fn the_fragment_is_the_list_and_looks_like_the_widget() {
    let world = World::new().await;
    let list = tree(&world, "same").await;
    for query in ["", "?sort=newest", "?sort=top&limit=9&depth=3&per_parent=1"] {
        let json = world.fetch("anon", &format!("{list}{query}"), &[]).await.ok();
        let html = world.fetch("anon", &format!("{list}.html{query}"), &[]).await.text;
        let mut ids = Vec::new();
        let mut more = 0;
        fn walk(list: &Value, ids: &mut Vec<String>, more: &mut usize) {
            for item in list["items"].as_array().unwrap() {
                ids.push(id(item));
                walk(&item["replies"], ids, more);
            }
            *more += usize::from(!list["next"].is_null());
        }
        walk(&json, &mut ids, &mut more);
        let (shown, links) = read(&html);
        assert_eq!((shown, links.len()), (ids.clone(), more), "{query}");
        for one in &ids {
            assert!(html.contains(&format!("id=\"c-{one}\"")) && html.contains(&format!("href=\"#c-{one}\"")));
        }
        assert_eq!(strangers(&html), Vec::<String>::new());
    }
    let html = world.fetch("anon", &format!("{list}.html"), &[]).await;
    for part in [
        "<h2>63 comments</h2>",
        "<bdi class=\"name\">alice</bdi>",
        "<article class=\"comment published sent\"",
        "<time datetime=\"2023-11-14T",
    ] {
        assert!(html.text.contains(part), "{part} in {}", html.text);
    }
    assert!(html.text.contains(&format!("href=\"{}/web/thread/view.css\"", world.url)));
    assert!(html.header("content-security-policy").contains("style-src 'self'"));
    let json = world.fetch("anon", &list, &[]).await;
    assert_eq!(html.header("cache-control"), json.header("cache-control"));
    assert_eq!(html.header("access-control-allow-origin"), "*");
    let again = world.fetch("anon", &format!("{list}.html"), &[("if-none-match", html.header("etag"))]).await;
    assert_eq!((again.status, again.text.as_str()), (304, ""));
    // a thread that is not born, a query that is none, a site that is not there
    let unborn = world.fetch("anon", "/api/v1/sites/here/threads/unborn/comments.html", &[]).await;
    assert!(unborn.status == 200 && unborn.text.contains("Nobody has written here yet"), "{}", unborn.text);
    world.fetch("anon", &format!("{list}.html?page=2"), &[]).await.fails(422, "validation_failed");
    world.fetch("anon", "/api/v1/sites/none/threads/a/comments.html", &[]).await.fails(404, "not_found");
}

#[actix_web::test]
async fn a_fragment_and_what_its_links_lead_to_speak_the_language_asked_for() {
    let world = World::new().await;
    let first = world.post("alice", "one", None).await;
    world.post("bob", "two", None).await;
    for text in ["below", "below, too"] {
        world.post("bob", text, Some(&id(&first))).await;
    }
    let page = "/api/v1/sites/here/threads/article/comments.html";
    let german = world.fetch("anon", &format!("{page}?limit=2&per_parent=1&lang=de-CH"), &[]).await.text;
    assert!(german.contains("<div class=\"thread\" lang=\"de\" dir=\"ltr\">") && german.contains("4 Kommentare"));
    let (_, links) = read(&german);
    assert!(!links.is_empty());
    for link in links {
        let path = link.strip_prefix(&world.url).unwrap();
        assert!(world.fetch("anon", path, &[]).await.text.contains("lang=\"de\""), "{path}");
    }
    let context = world.fetch("anon", &format!("/api/v1/comments/{}/context.html?lang=ar", id(&first)), &[]).await.text;
    assert!(context.contains("lang=\"ar\" dir=\"rtl\"") && context.contains("comments.html?lang=ar"), "{context}");
    // none that there is: English; not a tag at all, or two: refused
    for lang in ["", "?lang=", "?lang=tlh"] {
        let page = world.fetch("anon", &format!("{page}{lang}"), &[]).await.text;
        assert!(page.contains("lang=\"en\"") && !page.contains("&amp;lang="), "{lang}");
    }
    for query in ["lang=de&lang=fr".to_owned(), format!("lang={}", "d".repeat(36))] {
        world.fetch("anon", &format!("{page}?{query}"), &[]).await.fails(422, "validation_failed");
    }
}

#[actix_web::test]
async fn tombstones_say_what_became_of_the_comment() {
    let world = World::new().await;
    let page = "/api/v1/sites/here/threads/article/comments.html";
    let hidden = world.post("alice", "the hidden text", None).await;
    let below = world.post("bob", "what stands below", Some(&id(&hidden))).await;
    world.decide("mona", "hide", &hidden).await.ok();
    let html = world.fetch("anon", page, &[]).await.text;
    assert!(html.contains("hidden by a moderator: harassment") && html.contains("comment gone"), "{html}");
    assert!(!html.contains("the hidden text") && html.contains("what stands below"));
    // alice has nothing else there
    assert!(!html.contains("alice"), "{html}");
    let feed = world.fetch("anon", "/api/v1/sites/here/threads/article/feed.atom", &[]).await.text;
    assert!(!feed.contains("the hidden text") && feed.contains("what stands below"));
    let oembed = |id: &str| format!("/oembed?url={}/api/v1/comments/{id}", world.url);
    world.fetch("anon", &oembed(&id(&hidden)), &[]).await.fails(404, "not_found");
    assert_eq!(world.fetch("anon", &oembed(&id(&below)), &[]).await.status, 200);
}

#[actix_web::test]
async fn hostile_texts_stay_texts_in_every_form() {
    let world = World::new().await;
    let article = json!({"title": HOSTILE[0], "url": "https://here.example/a?b=\"><script>&c=1"});
    let mut made = Vec::new();
    for (at, text) in HOSTILE.iter().enumerate() {
        let body = json!({"body": text, "thread": if at == 0 { article.clone() } else { Value::Null }});
        made.push(world.call("alice", "POST", common::THREAD, body).await.ok());
        let name: String = text.chars().filter(|c| !c.is_control()).take(60).collect();
        // some are refused as names, which is as good
        world.call("alice", "PATCH", "/me", json!({"display_name": name})).await;
        let html = world.fetch("anon", "/api/v1/sites/here/threads/article/comments.html", &[]).await.text;
        assert_eq!(strangers(&html), Vec::<String>::new(), "{text} in {html}");
        let feed = world.fetch("anon", "/api/v1/sites/here/threads/article/feed.atom", &[]).await.text;
        let parsed = roxmltree::Document::parse(&feed).unwrap_or_else(|error| panic!("{error} in {feed}"));
        let contents: Vec<_> = parsed.descendants().filter(|node| node.has_tag_name((ATOM, "content"))).collect();
        assert_eq!(contents.len(), at + 1);
        for content in contents {
            assert_eq!(content.attribute("type"), Some("html"));
            assert_eq!(strangers(content.text().unwrap_or("")), Vec::<String>::new());
        }
        let own = format!("/oembed?url={}/api/v1/comments/{}", world.url, id(&made[at]));
        let rich = world.fetch("anon", &own, &[]).await.ok();
        assert_eq!(strangers(rich["html"].as_str().unwrap()), Vec::<String>::new());
        let xml = world.fetch("anon", &format!("{own}&format=xml"), &[]).await;
        assert_eq!((xml.status, xml.header("content-type")), (200, "text/xml; charset=utf-8"));
        roxmltree::Document::parse(&xml.text).unwrap();
    }
}

const ATOM: &str = "http://www.w3.org/2005/Atom";

#[actix_web::test]
async fn the_feed_has_what_readers_of_feeds_need() {
    let world = World::new().await;
    let path = "/api/v1/sites/here/threads/article/feed.atom";
    let empty = world.fetch("anon", path, &[]).await;
    assert!(roxmltree::Document::parse(&empty.text).unwrap().root_element().has_tag_name((ATOM, "feed")));
    let article = json!({"title": "The bridge & the river", "url": "https://here.example/bridge#top"});
    let first = json!({"body": "first", "thread": article});
    let first = world.call("alice", "POST", common::THREAD, first).await.ok();
    world.wait_ms(5_000);
    world.call("alice", "PATCH", &format!("/comments/{}", id(&first)), json!({"body": "*edited*"})).await.ok();
    for n in 0..51 {
        world.wait_ms(1_000);
        world.post("bob", &format!("number {n}"), None).await;
    }
    let answer = world.fetch("anon", path, &[]).await;
    assert_eq!(answer.header("content-type"), "application/atom+xml; charset=utf-8");
    let parsed = roxmltree::Document::parse(&answer.text).unwrap();
    let feed = parsed.root_element();
    let child = |of: roxmltree::Node<'_, '_>, name: &str| {
        let found = of.children().find(|node| node.has_tag_name((ATOM, name)));
        found.and_then(|node| node.text().map(str::to_owned)).unwrap_or_default()
    };
    let link = |of: roxmltree::Node<'_, '_>, rel: &str| {
        let found = of.children().find(|node| node.has_tag_name((ATOM, "link")) && node.attribute("rel") == Some(rel));
        found.and_then(|node| node.attribute("href").map(str::to_owned)).unwrap_or_default()
    };
    assert_eq!(child(feed, "title"), "The bridge & the river");
    assert_eq!(
        (child(feed, "id"), link(feed, "self")),
        (format!("{}{path}", world.url), format!("{}{path}", world.url))
    );
    assert_eq!(link(feed, "alternate"), "https://here.example/bridge");
    let entries: Vec<_> = feed.children().filter(|node| node.has_tag_name((ATOM, "entry"))).collect();
    assert_eq!(entries.len(), 50);
    // newest first: the two oldest are no longer there
    assert_eq!(child(entries[0], "content").trim(), "<p>number 50</p>");
    assert_eq!(child(feed, "updated"), child(entries[0], "updated"));
    let newest = world.get("anon", "/sites/here/threads/article/comments?sort=newest&limit=1").await.ok();
    let newest = &newest["items"][0];
    assert_eq!(link(entries[0], "alternate"), format!("https://here.example/bridge#c-{}", id(newest)));
    assert_eq!(child(entries[0], "id"), format!("{}/api/v1/comments/{}", world.url, id(newest)));
    assert_eq!(child(entries[0], "published"), newest["created_at"].as_str().unwrap());
    let name = entries[0].descendants().find(|node| node.has_tag_name((ATOM, "name"))).unwrap();
    assert_eq!(name.text(), Some("bob"));
    let again = world.fetch("anon", path, &[("if-none-match", answer.header("etag"))]).await;
    assert_eq!(again.status, 304);
}

#[actix_web::test]
async fn where_no_article_is_known_a_permalink_shows_the_comment_in_its_place() {
    let world = World::new().await;
    let mut way = vec![world.post("alice", "the root", None).await];
    for level in 0..11 {
        let made = world.post("bob", &format!("level {level}"), way.last().map(id).as_deref()).await;
        way.push(made);
    }
    for n in 0..60 {
        world.post("carol", &format!("number {n}"), None).await;
    }
    world.wait_ms(1);
    let below = world.post("carol", "an answer", way.last().map(id).as_deref()).await;
    let feed = world.fetch("anon", "/api/v1/sites/here/threads/article/feed.atom", &[]).await.text;
    let parsed = roxmltree::Document::parse(&feed).unwrap();
    let entries = parsed.descendants().filter(|node| node.has_tag_name((ATOM, "entry")));
    let link = |entry: roxmltree::Node<'_, '_>| {
        let link = entry.children().find(|node| node.has_tag_name((ATOM, "link"))).unwrap();
        link.attribute("href").unwrap().to_owned()
    };
    let links: Vec<String> = entries.map(link).collect();
    assert_eq!((links.len(), links[0].rsplit_once("#c-").unwrap().1), (50, &*id(&below)));
    for link in &links {
        let (page, id) = link.split_once('#').unwrap();
        let page = world.fetch("anon", page.strip_prefix(&world.url).unwrap(), &[]).await;
        assert_eq!((page.status, page.header("content-type")), (200, "text/html; charset=utf-8"));
        assert!(page.text.contains(&format!("id=\"{id}\"")), "{link} in {}", page.text);
    }
    // all it answers, root first, and from there on by links
    way.push(below);
    let path = |of: &Value| format!("/api/v1/comments/{}/context.html", id(of));
    let page = world.fetch("anon", &path(way.last().unwrap()), &[]).await;
    assert_eq!(read(&page.text), (way.iter().map(id).collect(), Vec::new()));
    assert_eq!(strangers(&page.text), Vec::<String>::new());
    assert!(page.text.contains("/sites/here/threads/article/comments.html\">73 comments</a>"), "{}", page.text);
    let (_, links) = read(&world.fetch("anon", &path(&way[0]), &[]).await.text);
    let replies = world.fetch("anon", links[0].strip_prefix(&world.url).unwrap(), &[]).await;
    assert_eq!(read(&replies.text).0[0], id(&way[1]));
    let asked = format!("/oembed?url={}/api/v1/comments/{}", world.url, id(&way[0]));
    let rich = world.fetch("anon", &asked, &[]).await.ok();
    assert!(rich["html"].as_str().unwrap().contains(&format!("{}#c-{}", path(&way[0]), id(&way[0]))), "{rich}");
    world.fetch("anon", "/api/v1/comments/1/context.html", &[]).await.fails(404, "not_found");
}

#[actix_web::test]
async fn permalinks_are_embedded_and_nothing_else() {
    let world = World::new().await;
    let article = json!({"title": "The bridge", "url": "https://here.example/bridge"});
    let comment = json!({"body": "look at **this**", "thread": article});
    let comment = world.call("alice", "POST", common::THREAD, comment).await.ok();
    let id = id(&comment);
    let ask = async |url: &str, more: &str| {
        let query: String = url::form_urlencoded::byte_serialize(url.as_bytes()).collect();
        world.fetch("anon", &format!("/oembed?url={query}{more}"), &[]).await
    };
    let link = format!("https://here.example/bridge#c-{id}");
    for known in [
        &link,
        &link.replace("https://here", "HTTPS://HERE"),
        &format!("{}/api/v1/comments/{id}", world.url),
        &format!("{}/api/v1/comments/{id}/context", world.url),
        &format!("{}/api/v1/comments/{id}/context.html", world.url),
    ] {
        let rich = ask(known, "&maxwidth=400&maxheight=9&dnt=1").await.ok();
        assert_eq!((&rich["version"], &rich["type"], &rich["width"]), (&json!("1.0"), &json!("rich"), &json!(400)));
        assert_eq!((&rich["author_name"], &rich["title"]), (&json!("alice"), &json!("Comment 1 on The bridge")));
        let html = rich["html"].as_str().unwrap();
        assert!(html.contains("<strong>this</strong>") && html.contains(&format!("<a href=\"{link}\">")), "{html}");
    }
    for unknown in [
        format!("https://here.example/other#c-{id}"),
        format!("https://elsewhere.example/bridge#c-{id}"),
        "https://here.example/bridge".to_owned(),
        "https://here.example/bridge#c-1".to_owned(),
        format!("{}/api/v1/comments/x", world.url),
        "c".to_owned(),
    ] {
        ask(&unknown, "").await.fails(404, "not_found");
    }
    ask(&link, "&format=yaml").await.fails(501, "not_implemented");
    ask(&link, "&maxwidth=0").await.fails(422, "validation_failed");
    world.fetch("anon", "/oembed", &[]).await.fails(422, "validation_failed");
}
