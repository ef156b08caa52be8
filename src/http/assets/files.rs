//! The files of `web/` that are meant to be served, with one version over all of them: a short hash
//! that every address under it has, so that a browser keeps what it has for ever and a page never
//! mixes two states. Which address answers what is the neighbour's.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::OnceLock;

use actix_web::web::Bytes;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rust_embed::RustEmbed;
use sha2::{Digest as _, Sha256, Sha384};

use super::super::{compress, reply};
use super::lean::{is_embedded, lean};
use super::words::Words;

/// Stands in pages and in `embed.js` where the version goes.
const PLACEHOLDER: &str = "__VERSION__";
/// Hexadecimal digits of a version.
pub const VERSION_DIGITS: usize = 12;
/// What the one script of a page is called in `web/`.
pub const EMBED: &str = "embed.js";
/// The language of pages without script where none is asked for that there is.
pub const ENGLISH: &str = "en";

#[derive(RustEmbed)]
#[folder = "web"]
#[include = "embed.js"]
#[include = "shared/*"]
#[include = "thread/*"]
#[include = "words/*"]
#[include = "console/*"]
#[include = "signin/*"]
#[include = "demo/*"]
#[include = "docs/*"]
#[include = "client/*"]
struct Web;

/// A file in each form it can go out in.
pub struct File {
    /// Its media type.
    pub media_type: &'static str,
    /// Its strong tag, without quotes; a compressed form has the name of its coding behind it.
    pub tag: String,
    /// As it is.
    pub plain: Bytes,
    brotli: OnceLock<Option<Bytes>>,
    gzip: OnceLock<Option<Bytes>>,
}

/// All files of one version.
pub struct Files {
    /// The first digits of a hash over all of them.
    pub version: String,
    /// What stands in `integrity` for the embedding script.
    pub integrity: String,
    words: HashMap<String, Words>,
    by_path: HashMap<String, File>,
}

impl Files {
    /// Reads them all. A debug build reads them from the disk as they are now.
    pub fn read() -> Files {
        let found: Vec<(String, Cow<'static, [u8]>, &'static str)> = Web::iter()
            .filter(|path| is_served(path))
            .filter_map(|path| Some((path.to_string(), Web::get(&path)?.data, media_type(&path)?)))
            .collect();
        let version = version(&found);
        let filled = found.into_iter().map(|(path, bytes, media_type)| {
            let bytes = if path == EMBED || path.ends_with(".html") { fill(&bytes, &version) } else { bytes };
            let bytes = if is_embedded(&path) { lean(&bytes) } else { bytes };
            let bytes = match bytes {
                Cow::Borrowed(bytes) => Bytes::from_static(bytes),
                Cow::Owned(bytes) => Bytes::from(bytes),
            };
            (path, File::new(bytes, media_type))
        });
        let by_path: HashMap<String, File> = filled.collect();
        let embed = &by_path.get(EMBED).expect("invariant: embed.js is built in").plain;
        let integrity = format!("sha384-{}", STANDARD.encode(Sha384::digest(embed)));
        let words = by_path.iter().filter_map(|(path, file)| {
            let tag = language(path)?;
            let words = Words::parse(tag, &file.plain).expect("invariant: words are built in, and a test reads them");
            Some((tag.to_owned(), words))
        });
        let words = words.collect();
        Files { version, integrity, words, by_path }
    }

    /// What pages without script say in the language that is asked for, by the lookup of BCP 47 as in
    /// `web/shared/languages.js`: "de-CH" finds "de".
    pub fn words(&self, wish: Option<&str>) -> &Words {
        let wish = wish.map(str::to_ascii_lowercase);
        let mut found = None;
        let mut rest = wish.as_deref();
        while let (None, Some(tag)) = (found, rest) {
            found = self.words.get(tag);
            rest = tag.rsplit_once('-').map(|(before, _)| before);
        }
        found.or_else(|| self.words.get(ENGLISH)).expect("invariant: the English words are built in")
    }

    /// A file that other files or pages load, by its path in `web/`. Pages have addresses of their
    /// own, where they say what may run in them.
    pub fn part(&self, path: &str) -> Option<&File> {
        self.by_path.get(path).filter(|file| path != EMBED && !file.is_page())
    }

    /// A page, by its path in `web/`.
    pub fn page(&self, path: &str) -> Option<&File> {
        self.by_path.get(path).filter(|file| file.is_page())
    }

    /// The one script that a page loads.
    pub fn embed(&self) -> Option<&File> {
        self.by_path.get(EMBED)
    }
}

impl File {
    fn new(plain: Bytes, media_type: &'static str) -> File {
        let (brotli, gzip) = (OnceLock::new(), OnceLock::new());
        File { media_type, tag: reply::digest(&plain), plain, brotli, gzip }
    }

    fn is_page(&self) -> bool {
        self.media_type.starts_with("text/html")
    }

    /// The bytes for who takes these codings, and which coding they are in; compressed the first
    /// time, as well as can be, since they stay for as long as the process.
    pub fn form(&self, accepted: compress::Accepted) -> (Option<&'static str>, &Bytes) {
        let shorter = |bytes: Vec<u8>| (bytes.len() < self.plain.len()).then(|| Bytes::from(bytes));
        let brotli = || self.brotli.get_or_init(|| shorter(compress::brotli_well(&self.plain))).as_ref();
        let gzip = || self.gzip.get_or_init(|| shorter(compress::gzip_well(&self.plain))).as_ref();
        let packed = matches!(self.media_type, "image/png" | "font/woff2");
        match (accepted.brotli && !packed, accepted.gzip && !packed) {
            (true, _) if let Some(bytes) = brotli() => (Some("br"), bytes),
            (_, true) if let Some(bytes) = gzip() => (Some("gzip"), bytes),
            _ => (None, &self.plain),
        }
    }
}

/// The language whose words for readers a file has, without what comes later or is for others.
fn language(path: &str) -> Option<&str> {
    path.strip_prefix("words/")?.strip_suffix(".json").filter(|tag| !tag.contains('.'))
}

/// Whether a file is there for browsers, and not for the compiler, the tests or translators.
fn is_served(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let for_us = name.ends_with(".d.ts") || name.ends_with(".test.js") || name.starts_with('.');
    let about = matches!(path, "words/about.json" | "client/generate.js");
    let project = name.starts_with("package") || name.starts_with("tsconfig");
    !(for_us || about || project || path.contains("node_modules/") || path.contains("/tests/"))
}

/// A hash over all paths and contents, whatever order they came in.
fn version(found: &[(String, Cow<'static, [u8]>, &'static str)]) -> String {
    let mut sorted: Vec<_> = found.iter().collect();
    sorted.sort_by_key(|(path, ..)| path);
    let mut hash = Sha256::new();
    for (path, bytes, _) in sorted {
        // with lengths, so that no two sets run together to the same bytes
        hash.update(format!("{}:{path}:{}:", path.len(), bytes.len()));
        hash.update(bytes);
    }
    let mut digits = hex::encode(hash.finalize());
    digits.truncate(VERSION_DIGITS);
    digits
}

fn fill(bytes: &[u8], version: &str) -> Cow<'static, [u8]> {
    Cow::Owned(String::from_utf8_lossy(bytes).replace(PLACEHOLDER, version).into_bytes())
}

fn media_type(path: &str) -> Option<&'static str> {
    match path.rsplit_once('.')?.1 {
        "html" => Some("text/html; charset=utf-8"),
        "js" => Some("text/javascript; charset=utf-8"),
        "css" => Some("text/css; charset=utf-8"),
        "json" => Some("application/json; charset=utf-8"),
        "svg" => Some("image/svg+xml"),
        "png" => Some("image/png"),
        "woff2" => Some("font/woff2"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_meant_is_served() {
        let files = Files::read();
        for path in ["thread/view/comment.js", "shared/dom.js", "docs/docs.js", "demo/demo.css", "words/en.json"] {
            assert!(files.part(path).is_some(), "{path}");
        }
        for path in ["docs/index.html", "demo/index.html", "console/index.html", "signin/index.html"] {
            assert!(files.page(path).is_some() && files.part(path).is_none(), "{path}");
        }
        for path in [
            "thread/types.d.ts",
            "package.json",
            "tsconfig.json",
            "embed.js",
            "words/about.json",
            "client/generate.js",
            "thread/../package.json",
            "../Cargo.toml",
            "thread/",
            "",
            "demo/../../Cargo.lock",
        ] {
            assert!(files.part(path).is_none() && files.page(path).is_none(), "{path}");
        }
        assert!(files.by_path.keys().all(|path| !path.contains("tests/") && !path.contains("node_modules")));
    }

    #[test]
    fn no_template_of_a_module_runs_over_lines() {
        // one might hold what looks like a comment, and would go out without it
        for (path, file) in Files::read().by_path.iter().filter(|(path, _)| is_embedded(path)) {
            let served = String::from_utf8_lossy(&file.plain).into_owned();
            assert!(served.lines().all(|line| line.matches('`').count() & 1 == 0), "{path}");
        }
    }

    #[test]
    fn pages_speak_the_language_that_comes_nearest() {
        let files = Files::read();
        for (wish, tag) in
            [("de-CH-1996", "de"), ("pt-BR", "pt"), ("UK", "uk"), ("d", "en"), ("", "en"), ("acts.de", "en")]
        {
            assert_eq!(files.words(Some(wish)).tag, tag, "{wish}");
        }
        assert_eq!(files.words(None).say("gone_held"), "waiting for a moderator");
        assert_eq!(files.words.len(), 18);
    }

    #[test]
    fn the_version_is_filled_in_and_is_that_of_all_files() {
        let files = Files::read();
        assert_eq!((files.version.len(), &files.version), (VERSION_DIGITS, &Files::read().version));
        let embed = String::from_utf8(files.embed().unwrap().plain.to_vec()).unwrap();
        assert!(embed.contains(&format!("/web/{}/", files.version)) && !embed.contains(PLACEHOLDER));
        let found = |text: &'static str| vec![("a.js".to_owned(), Cow::Borrowed(text.as_bytes()), "text/javascript")];
        assert_ne!(version(&found("a")), version(&found("b")));
    }
}
