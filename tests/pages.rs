//! What is served to browsers: modules and their versions, the pages, a thread as HTML and as a
//! feed, and permalinks as others embed them.

#![allow(clippy::unwrap_used, reason = "a failing test may panic anywhere")]

mod common;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use common::{Answer, World};
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
