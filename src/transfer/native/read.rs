//! Reads a native document, however deep it nests.

use std::collections::BTreeMap;
use std::io;

use serde::de::{self, DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::{Document, FormatError, LEVELS_MAX, Node};

/// JSON levels that one level of comments takes: the list and the comment.
const JSON_LEVELS: usize = 2;
/// Stack for what does not depend on the depth, in bytes.
const STACK_BASE: usize = 4 << 20;
/// Stack for each JSON level, in bytes: twice what an unoptimised build was seen to need.
const STACK_LEVEL: usize = 6 << 10;

/// Reads a document; see [`Document::parse`].
pub fn document(bytes: &[u8]) -> Result<Document, FormatError> {
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
