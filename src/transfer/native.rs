//! The native thread document: one article with its comments, replies nested in what they reply to.
//!
//! Files come from anywhere and nest as deep as people argued, so the tree is kept flat, as a list
//! in reading order with the place of each parent: building, walking and dropping it need no
//! recursion. Reading does recurse, once per level, on a thread whose stack fits the file's depth,
//! which is counted beforehand and bounded. Whether a row can be kept is for `app::import`.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::de::{self, DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

/// The deepest nesting of comments that is read; far above what a thread keeps.
pub const LEVELS_MAX: usize = 100_000;

/// JSON levels that one level of comments takes: the list and the comment.
const JSON_LEVELS: usize = 2;
/// Stack for what does not depend on the depth, in bytes.
const STACK_BASE: usize = 4 << 20;
/// Stack for each JSON level, in bytes: twice what an unoptimised build was seen to need.
const STACK_LEVEL: usize = 6 << 10;

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
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let levels = nesting(bytes);
        if levels > (LEVELS_MAX + 1) * JSON_LEVELS {
            return Err(FormatError::TooDeep);
        }
        std::thread::scope(|scope| {
            let reading = std::thread::Builder::new()
                .name("native-document".into())
                .stack_size(STACK_BASE + levels * STACK_LEVEL)
                .spawn_scoped(scope, || read(bytes))
                .map_err(FormatError::Thread)?;
            reading.join().unwrap_or_else(|_| Err(FormatError::Thread(io::Error::other("a defect in the reader"))))
        })
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

/// How deep brackets nest, texts left aside.
fn nesting(bytes: &[u8]) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let (mut in_text, mut escaped) = (false, false);
    for byte in bytes {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b'[' | b'{' if !in_text => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

fn read(bytes: &[u8]) -> Result<Document, FormatError> {
    let mut document = Document::default();
    let mut json = serde_json::Deserializer::from_slice(bytes);
    // bounded above, and the stack is made for it
    json.disable_recursion_limit();
    DocumentSeed(&mut document).deserialize(&mut json)?;
    json.end()?;
    Ok(document)
}

fn count(unknown: &mut BTreeMap<String, u64>, name: String) {
    *unknown.entry(name).or_default() += 1;
}

struct DocumentSeed<'a>(&'a mut Document);

impl<'de> DeserializeSeed<'de> for DocumentSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for DocumentSeed<'_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object with `article` and `comments`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let (mut article, mut comments) = (false, false);
        while let Some(name) = map.next_key::<String>()? {
            match name.as_str() {
                "article" if !article => {
                    article = true;
                    map.next_value_seed(ArticleSeed(self.0))?;
                }
                "comments" if !comments => {
                    comments = true;
                    map.next_value_seed(Replies { document: self.0, parent: None, depth: 1 })?;
                }
                "article" => return Err(de::Error::duplicate_field("article")),
                "comments" => return Err(de::Error::duplicate_field("comments")),
                _ => {
                    map.next_value::<IgnoredAny>()?;
                    count(&mut self.0.unknown, name);
                }
            }
        }
        match (article, comments) {
            (false, _) => Err(de::Error::missing_field("article")),
            (_, false) => Err(de::Error::missing_field("comments")),
            (true, true) => Ok(()),
        }
    }
}

struct ArticleSeed<'a>(&'a mut Document);

impl<'de> DeserializeSeed<'de> for ArticleSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for ArticleSeed<'_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an article with `key`, `title` and perhaps `url`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut key = None;
        while let Some(name) = map.next_key::<String>()? {
            match name.as_str() {
                "key" => key = Some(map.next_value()?),
                "title" => self.0.article.title = map.next_value()?,
                "url" => self.0.article.url = map.next_value()?,
                _ => {
                    map.next_value::<IgnoredAny>()?;
                    count(&mut self.0.unknown, name);
                }
            }
        }
        self.0.article.key = key.ok_or_else(|| de::Error::missing_field("key"))?;
        Ok(())
    }
}

/// A list of comments under `parent`.
struct Replies<'a> {
    document: &'a mut Document,
    parent: Option<usize>,
    depth: usize,
}

impl<'de> DeserializeSeed<'de> for Replies<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Replies<'_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a list of comments")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let mut ordinal = 0;
        loop {
            ordinal += 1;
            let node = Node { parent: self.parent, depth: self.depth, ordinal, ..Node::default() };
            if list.next_element_seed(Comment { document: &mut *self.document, node })?.is_none() {
                return Ok(());
            }
        }
    }
}

/// One comment, which takes its place in the list before its replies do.
struct Comment<'a> {
    document: &'a mut Document,
    node: Node,
}

/// Ids are texts, but some exports write numbers.
#[derive(Deserialize)]
#[serde(untagged)]
enum Id {
    Text(String),
    Number(i64),
    Nothing(()),
}

impl<'de> DeserializeSeed<'de> for Comment<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Comment<'_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a comment")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Comment { document, node } = self;
        let (index, depth) = (document.comments.len(), node.depth);
        document.comments.push(node);
        let mut replied = false;
        while let Some(name) = map.next_key::<String>()? {
            if name == "replies" {
                // a second list would number its comments from 1 again
                if replied {
                    return Err(de::Error::duplicate_field("replies"));
                }
                replied = true;
                map.next_value_seed(Replies { document: &mut *document, parent: Some(index), depth: depth + 1 })?;
                continue;
            }
            let node = document.comments.get_mut(index).expect("invariant: pushed above, nothing is taken out");
            match name.as_str() {
                "id" => {
                    node.id = match map.next_value()? {
                        Id::Text(text) => Some(text),
                        Id::Number(number) => Some(number.to_string()),
                        Id::Nothing(()) => None,
                    }
                }
                "login" => node.login = map.next_value()?,
                "display_name" => node.display_name = map.next_value()?,
                "created_at" => node.created_at = map.next_value()?,
                "edited_at" => node.edited_at = map.next_value()?,
                "body" => node.body = map.next_value()?,
                "state" => node.state = map.next_value()?,
                _ => {
                    map.next_value::<IgnoredAny>()?;
                    count(&mut document.unknown, name);
                }
            }
        }
        Ok(())
    }
}

/// Writes a document comment by comment, in reading order, on one line.
pub struct Writer<'a> {
    out: &'a mut dyn Write,
    /// Whether the list at each level, the top first, has a comment already.
    open: Vec<bool>,
}

/// A comment to be written; what is none is left out.
#[derive(Debug, Serialize)]
pub struct Row<'a> {
    /// Its id, so that reading it twice changes nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<&'a str>,
    /// The author's login.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub login: Option<&'a str>,
    /// The name beside the comment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<&'a str>,
    /// When it was written, see [`time_text`].
    pub created_at: &'a str,
    /// When its text last changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edited_at: Option<&'a str>,
    /// Where it stands, unless published.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<&'a str>,
    /// Its text.
    pub body: &'a str,
}

impl<'a> Writer<'a> {
    /// Begins a document.
    ///
    /// # Errors
    /// What writing fails with.
    pub fn start(out: &'a mut dyn Write, article: &Article) -> io::Result<Writer<'a>> {
        write!(out, "{{\"article\":{{\"key\":")?;
        serde_json::to_writer(&mut *out, &article.key)?;
        for (name, text) in [("title", &article.title), ("url", &article.url)] {
            if let Some(text) = text {
                write!(out, ",\"{name}\":")?;
                serde_json::to_writer(&mut *out, text)?;
            }
        }
        write!(out, "}},\"comments\":[")?;
        Ok(Writer { out, open: vec![false] })
    }

    /// Writes a comment at a level, 1 being the top; each level must follow the one above it.
    ///
    /// # Errors
    /// What writing fails with.
    pub fn comment(&mut self, depth: usize, row: &Row<'_>) -> io::Result<()> {
        self.close(depth)?;
        if self.open.len() < depth {
            write!(self.out, ",\"replies\":[")?;
            self.open.push(false);
        }
        if let Some(begun) = self.open.last_mut() {
            if *begun {
                write!(self.out, "}},")?;
            }
            *begun = true;
        }
        // the object stays open for its replies
        let mut text = serde_json::to_string(row)?;
        text.pop();
        self.out.write_all(text.as_bytes())
    }

    /// Ends the document with a line feed.
    ///
    /// # Errors
    /// What writing fails with.
    pub fn finish(mut self) -> io::Result<()> {
        self.close(1)?;
        if self.open.last() == Some(&true) {
            write!(self.out, "}}")?;
        }
        writeln!(self.out, "]}}")
    }

    /// Ends what is open below a level.
    fn close(&mut self, depth: usize) -> io::Result<()> {
        while self.open.len() > depth {
            self.open.pop();
            write!(self.out, "}}]")?;
        }
        Ok(())
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
