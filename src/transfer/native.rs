//! The native thread document: one article with its comments, replies nested in what they reply to.
//!
//! Files come from anywhere and nest as deep as people argued, so the tree is kept flat, as a list
//! in reading order with the place of each parent: building, walking and dropping it need no
//! recursion. Reading does recurse, once per level, on a thread whose stack fits the file's depth,
//! which is counted beforehand and bounded. Whether a row can be kept is for `app::import`.

mod read;
mod write;

use std::collections::BTreeMap;
use std::io;

pub use write::{Row, Writer};

/// The deepest nesting of comments that is read; far above what a thread keeps.
pub const LEVELS_MAX: usize = 100_000;

/// A thread document.
#[derive(Debug, Default)]
pub struct Document {
    /// What is commented on.
    pub article: Article,
    /// Its comments in reading order: each before its replies, siblings as in the file.
    pub comments: Vec<Node>,
    /// Fields that mean nothing here, by name, and how often each was met.
    pub unknown: BTreeMap<String, u64>,
}

/// The article of a document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Article {
    /// The thread's key.
    pub key: String,
    /// The article's title.
    pub title: Option<String>,
    /// The article's address.
    pub url: Option<String>,
}

/// A comment as the file has it, unchecked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Node {
    /// What it replies to: an index into [`Document::comments`], always a smaller one.
    pub parent: Option<usize>,
    /// Its level; 1 is the top.
    pub depth: usize,
    /// Its place among its siblings in the file, from 1.
    pub ordinal: usize,
    /// The source's id.
    pub id: Option<String>,
    /// The author's login.
    pub login: Option<String>,
    /// The name beside the comment.
    pub display_name: Option<String>,
    /// When it was written, RFC 3339.
    pub created_at: Option<String>,
    /// When its text last changed, RFC 3339.
    pub edited_at: Option<String>,
    /// Its text.
    pub body: Option<String>,
    /// Where it stands; published when it does not say.
    pub state: Option<String>,
}

/// Why bytes are no document.
#[derive(Debug, thiserror::Error)]
pub enum FormatError {
    /// Nested beyond [`LEVELS_MAX`].
    #[error("the file nests comments more than {LEVELS_MAX} levels deep")]
    TooDeep,
    /// Not JSON, or not of this shape; where and why.
    #[error("the file is not a native thread document: {0}")]
    Malformed(#[from] serde_json::Error),
    /// The reading thread could not be started or died.
    #[error("the file could not be read: {0}")]
    Thread(io::Error),
}

impl Document {
    /// Reads a document.
    ///
    /// # Errors
    /// [`FormatError`] says what is wrong and, for JSON, in which line.
    pub fn parse(bytes: &[u8]) -> Result<Document, FormatError> {
        read::document(bytes)
    }

    /// Where a comment stands in the file, as the outline number "3.1".
    ///
    /// Its length grows with the depth; see [`Document::short_place`] for messages.
    pub fn place(&self, index: usize) -> String {
        self.ordinals(index, usize::MAX).iter().rev().map(usize::to_string).collect::<Vec<_>>().join(".")
    }

    /// The same, cut to its end and the level where it would be long.
    pub fn short_place(&self, index: usize) -> String {
        const SHOWN: usize = 12;
        let ordinals = self.ordinals(index, SHOWN);
        let text = ordinals.iter().rev().map(usize::to_string).collect::<Vec<_>>().join(".");
        match self.comments.get(index) {
            Some(node) if node.depth > ordinals.len() => format!("….{text} (level {})", node.depth),
            _ => text,
        }
    }

    /// The ordinals from a comment upwards, `count` at most.
    fn ordinals(&self, index: usize, count: usize) -> Vec<usize> {
        let node = |index: usize| self.comments.get(index);
        let up = std::iter::successors(node(index), |below| below.parent.and_then(node));
        up.take(count).map(|node| node.ordinal).collect()
    }
}

/// Reads an RFC 3339 time, cut to milliseconds since 1970.
///
/// # Errors
/// What is wrong with it.
pub fn time_ms(text: &str) -> Result<i64, jiff::Error> {
    Ok(text.parse::<jiff::Timestamp>()?.as_millisecond())
}

/// Milliseconds since 1970 as RFC 3339 in UTC; whole seconds without a fraction.
pub fn time_text(ms: i64) -> String {
    let time = jiff::Timestamp::from_millisecond(ms).unwrap_or(if ms < 0 {
        jiff::Timestamp::MIN
    } else {
        jiff::Timestamp::MAX
    });
    if ms % 1_000 == 0 { format!("{time:.0}") } else { format!("{time:.3}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r#"{"article": {"key": "k", "title": "T \"x\"", "mood": 1}, "seen": {"a": [1]}, "comments": [
        {"login": "ann", "created_at": "2024-05-01T10:00:00Z", "body": "1", "replies": [
            {"replies": [{"body": "1.1.1"}], "body": "1.1", "id": 7, "position": 1},
            {"body": "1.2 ]}[{", "replies": null, "position": 2}]},
        {"body": "2", "id": "x", "replies": []}]}"#;

    fn written(document: &Document) -> Vec<u8> {
        let mut out = Vec::new();
        let mut writer = Writer::start(&mut out, &document.article).unwrap();
        for node in &document.comments {
            let row = Row {
                id: node.id.as_deref(),
                login: node.login.as_deref(),
                display_name: node.display_name.as_deref(),
                created_at: node.created_at.as_deref().unwrap_or(""),
                edited_at: node.edited_at.as_deref(),
                state: node.state.as_deref(),
                body: node.body.as_deref().unwrap_or(""),
            };
            writer.comment(node.depth, &row).unwrap();
        }
        writer.finish().unwrap();
        out
    }

    fn nested(levels: usize) -> String {
        let open = r#"{"created_at":"2024-05-01T10:00:00Z","body":"b","replies":["#.repeat(levels);
        format!(r#"{{"article":{{"key":"deep"}},"comments":[{open}{}]}}"#, "]}".repeat(levels))
    }

    #[test]
    fn reads_in_reading_order_and_counts_what_it_does_not_know() {
        let document = Document::parse(FILE.as_bytes()).unwrap();
        let bodies: Vec<_> = document.comments.iter().map(|node| node.body.as_deref().unwrap()).collect();
        assert_eq!(bodies, ["1", "1.1", "1.1.1", "1.2 ]}[{", "2"]);
        let places: Vec<_> = (0..5).map(|index| document.place(index)).collect();
        assert_eq!(places, ["1", "1.1", "1.1.1", "1.2", "2"]);
        let ids: Vec<_> = document.comments.iter().map(|node| node.id.as_deref()).collect();
        assert_eq!(ids, [None, Some("7"), None, None, Some("x")]);
        assert_eq!(document.article.title.as_deref(), Some("T \"x\""));
        let unknown: Vec<_> = document.unknown.iter().map(|(name, count)| (name.as_str(), *count)).collect();
        assert_eq!(unknown, [("mood", 1), ("position", 2), ("seen", 1)]);
    }

    #[test]
    fn what_is_written_reads_back_equal() {
        for file in [FILE, r#"{"article":{"key":"k"},"comments":[]}"#, &nested(5_000)] {
            let document = Document::parse(file.as_bytes()).unwrap();
            let again = Document::parse(&written(&document)).unwrap();
            assert_eq!(again.article, document.article);
            assert_eq!(again.comments.len(), document.comments.len());
            for (node, expected) in again.comments.iter().zip(&document.comments) {
                assert_eq!(
                    (node.parent, node.depth, node.ordinal),
                    (expected.parent, expected.depth, expected.ordinal)
                );
                assert_eq!((&node.id, &node.login, &node.body), (&expected.id, &expected.login, &expected.body));
            }
        }
    }

    #[test]
    fn as_deep_as_allowed_and_no_deeper() {
        let deepest = Document::parse(nested(LEVELS_MAX).as_bytes()).unwrap();
        assert_eq!(deepest.comments.len(), LEVELS_MAX);
        assert!(deepest.short_place(LEVELS_MAX - 1).contains("(level 100000)"));
        let deeper = Document::parse(nested(LEVELS_MAX + 1).as_bytes());
        assert!(matches!(deeper, Err(FormatError::TooDeep)));
        let brackets = Document::parse(&vec![b'['; 3 * LEVELS_MAX]);
        assert!(matches!(brackets, Err(FormatError::TooDeep)));
    }

    #[test]
    fn what_is_no_document_is_told_with_its_line() {
        for (wrong, said) in [
            ("", "EOF"),
            ("[]", "expected an object"),
            (r#"{"comments":[]}"#, "missing field `article`"),
            (r#"{"article":{"key":"k"}}"#, "missing field `comments`"),
            (r#"{"article":{},"comments":[]}"#, "missing field `key`"),
            ("{\"article\":{\"key\":\"k\"},\n\"comments\":[7]}", "line 2"),
            (r#"{"article":{"key":"k"},"comments":[{"body":7}]}"#, "expected a string"),
            (r#"{"article":{"key":"k"},"comments":[]} x"#, "trailing"),
        ] {
            let error = Document::parse(wrong.as_bytes()).unwrap_err().to_string();
            assert!(error.contains(said), "{wrong}: {error}");
        }
    }

    #[test]
    fn times_keep_their_instant() {
        assert_eq!(time_ms("2020-11-12T19:10:00Z").unwrap(), 1_605_208_200_000);
        assert_eq!(time_ms("2020-11-12T22:10:00.1239+03:00").unwrap(), 1_605_208_200_123);
        assert!(time_ms("2020-11-12T22:10:00").is_err());
        assert_eq!(time_text(1_605_208_200_000), "2020-11-12T19:10:00Z");
        assert_eq!(time_text(1_605_208_200_120), "2020-11-12T19:10:00.120Z");
    }
}
