//! JSON as it is taken from strangers: every key once, objects only where objects are meant, no
//! deeper than [`DEPTH_MAX`], and each fault with its place.
//!
//! A body is read into a [`Node`] first. serde's own reader would take an array for a struct, and
//! the last of two equal keys of a map; and it mixes up "not JSON" (400) and "not what is asked
//! for" (422) when both come together. Reading it from the network is `body`.

use serde::de::value::{MapDeserializer, SeqDeserializer, StringDeserializer};
use serde::de::{self, DeserializeOwned, Deserializer, IgnoredAny, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, forward_to_deserialize_any};
use serde_path_to_error::{Path, Segment};

use crate::app::{Error, FieldError, Place};
use crate::domain::code::Code;

use super::problem;

/// Arrays and objects within each other, at the most.
pub const DEPTH_MAX: usize = 64;

/// Reads a whole body as a `T`.
///
/// # Errors
/// 400 `malformed_json`; 422 `validation_failed` or `unknown_field` with a JSON pointer.
pub fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Error> {
    let node = parse(bytes)?;
    if let Some(pointer) = node.twice(String::new()) {
        return Err(Error::field(&pointer, "duplicate", "stands twice"));
    }
    if let Some(pointer) = node.nul(String::new()) {
        return Err(Error::field(&pointer, "character", "holds U+0000, which no database keeps in a text"));
    }
    serde_path_to_error::deserialize(node).map_err(|error| {
        let place = pointer(error.path());
        faulty(
            &error.into_inner().to_string(),
            place,
            |place, name| {
                let end = format!("/{}", escape(name));
                Place::Pointer(if place.ends_with(&end) { place } else { place + &end })
            },
            Place::Pointer,
        )
    })
}

/// What serde says in words, as a refusal. `whole` is the path serde was at; `within` makes the
/// place of a field there, `at` the place itself.
pub fn faulty(
    words: &str,
    whole: String,
    within: impl Fn(String, &str) -> Place,
    at: impl Fn(String) -> Place,
) -> Error {
    let named = |start: &str| words.strip_prefix(start).and_then(|rest| rest.split_once('`')).map(|(name, _)| name);
    let (code, place, kind, detail) = if let Some(name) = named("unknown field `") {
        (Code::UnknownField, within(whole, name), "unknown_field", "is not known here".to_owned())
    } else if let Some(name) = named("missing field `") {
        (Code::ValidationFailed, within(whole, name), "required", "is required".to_owned())
    } else if let Some(name) = named("duplicate field `") {
        (Code::ValidationFailed, within(whole, name), "duplicate", "stands twice".to_owned())
    } else {
        (Code::ValidationFailed, at(whole), "invalid", words.to_owned())
    };
    problem::invalid(code, vec![FieldError { place, code: kind.to_owned(), detail }])
}

/// A JSON pointer's spelling of a name (RFC 6901, 3).
pub fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

fn pointer(path: &Path) -> String {
    let segment = |segment: &Segment| match segment {
        Segment::Seq { index } => format!("/{index}"),
        Segment::Map { key } => format!("/{}", escape(key)),
        Segment::Enum { .. } | Segment::Unknown => String::new(),
    };
    path.iter().map(segment).collect()
}

fn parse(bytes: &[u8]) -> Result<Node, Error> {
    let malformed = |why: String| Error::refuse(Code::MalformedJson, format!("the body is not JSON: {why}"));
    std::str::from_utf8(bytes).map_err(|error| malformed(error.to_string()))?;
    if depth(bytes) > DEPTH_MAX {
        return Err(malformed(format!("more than {DEPTH_MAX} arrays and objects within each other")));
    }
    serde_json::from_slice::<IgnoredAny>(bytes).map_err(|error| malformed(error.to_string()))?;
    // by grammar it is JSON; what may remain is a number or an escape that stands for nothing
    serde_json::from_slice(bytes).map_err(|error| Error::field("", "invalid", error.to_string()))
}

/// How deep arrays and objects stand within each other; right for any valid JSON, and never less
/// than what a parser would recurse to before it finds the first fault.
fn depth(bytes: &[u8]) -> usize {
    let (mut depth, mut deepest, mut quoted, mut escaped) = (0_usize, 0, false, false);
    for byte in bytes {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'[' | b'{' if !quoted => depth += 1,
            b']' | b'}' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

/// Any JSON, with its keys as they came.
#[derive(Clone, Debug)]
enum Node {
    Null,
    Bool(bool),
    Number(serde_json::Number),
    Text(String),
    List(Vec<Node>),
    Object(Vec<(String, Node)>),
}

impl Node {
    /// Where a text holds U+0000. A password may: it is hashed as it came.
    fn nul(&self, at: String) -> Option<String> {
        match self {
            Node::Text(text) => (text.contains('\0') && !at.ends_with("password")).then_some(at),
            Node::List(items) => items.iter().enumerate().find_map(|(index, item)| item.nul(format!("{at}/{index}"))),
            Node::Object(members) => members.iter().find_map(|(key, value)| value.nul(format!("{at}/{}", escape(key)))),
            Node::Null | Node::Bool(_) | Node::Number(_) => None,
        }
    }

    /// Where a key stands for the second time.
    fn twice(&self, at: String) -> Option<String> {
        match self {
            Node::List(items) => items.iter().enumerate().find_map(|(index, item)| item.twice(format!("{at}/{index}"))),
            Node::Object(members) => {
                let mut seen = std::collections::HashSet::new();
                members.iter().find_map(|(key, value)| {
                    let at = format!("{at}/{}", escape(key));
                    if seen.insert(key) { value.twice(at) } else { Some(at) }
                })
            }
            _ => None,
        }
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Node, D::Error> {
        from.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Node, E> {
        Ok(Node::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Node, E> {
        Ok(Node::Number(value.into()))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Node, E> {
        serde_json::Number::from_f64(value).map(Node::Number).ok_or_else(|| E::custom("number out of range"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Node, E> {
        Ok(Node::Text(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Node, E> {
        Ok(Node::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Node, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = from.next_element()? {
            items.push(item);
        }
        Ok(Node::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Node, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = from.next_entry()? {
            members.push(member);
        }
        Ok(Node::Object(members))
    }
}

type Fault = de::value::Error;

impl<'de> IntoDeserializer<'de, Fault> for Node {
    type Deserializer = Node;
    fn into_deserializer(self) -> Node {
        self
    }
}

impl<'de> Deserializer<'de> for Node {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self {
            Node::Null => visitor.visit_unit(),
            Node::Bool(value) => visitor.visit_bool(value),
            Node::Number(value) => match (value.as_i64(), value.as_u64(), value.as_f64()) {
                (Some(value), ..) => visitor.visit_i64(value),
                (_, Some(value), _) => visitor.visit_u64(value),
                (.., value) => visitor.visit_f64(value.unwrap_or(f64::NAN)),
            },
            Node::Text(value) => visitor.visit_string(value),
            Node::List(items) => {
                let mut items = SeqDeserializer::new(items.into_iter());
                let value = visitor.visit_seq(&mut items)?;
                items.end()?;
                Ok(value)
            }
            Node::Object(members) => {
                let mut members = MapDeserializer::new(members.into_iter());
                let value = visitor.visit_map(&mut members)?;
                members.end()?;
                Ok(value)
            }
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        match self {
            Node::List(_) => Err(de::Error::invalid_type(de::Unexpected::Seq, &"an object")),
            other => other.deserialize_any(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self {
            Node::Null => visitor.visit_none(),
            other => visitor.visit_some(other),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        match self {
            Node::Text(word) => {
                let word: StringDeserializer<Fault> = word.into_deserializer();
                visitor.visit_enum(word)
            }
            _ => Err(de::Error::custom("expected one of the known words, as a string")),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _name: &'static str, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::flag::Reason;
    use crate::domain::ids::CommentId;

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        show: Option<bool>,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Outer {
        id: CommentId,
        reason: Option<Reason>,
        count: Option<u32>,
        inner: Option<Inner>,
        list: Option<Vec<Inner>>,
    }

    fn fault(text: &str) -> (&'static str, String) {
        match read::<Outer>(text.as_bytes()) {
            Err(Error::Refused(refusal)) => match refusal.fields.first() {
                Some(FieldError { place: Place::Pointer(at), .. }) => (refusal.code.name(), at.clone()),
                _ => (refusal.code.name(), String::new()),
            },
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn what_is_right_is_read() {
        let text = r#" {"id": "7", "reason": "spam", "count": 3, "inner": {"show": null}, "list": [{"show": true}]} "#;
        let outer = read::<Outer>(text.as_bytes()).unwrap();
        assert_eq!(outer.id, CommentId(7));
        assert_eq!(outer.reason, Some(Reason::Spam));
        assert_eq!(outer.list, Some(vec![Inner { show: Some(true) }]));
    }

    #[test]
    fn each_fault_has_its_place() {
        let table = [
            ("", "malformed_json", ""),
            ("{", "malformed_json", ""),
            (r#"{"id": 7, "#, "malformed_json", ""),
            (r#"{"id": "7"} x"#, "malformed_json", ""),
            ("{\"id\": \"\u{1}\"}", "malformed_json", ""),
            ("[]", "validation_failed", ""),
            ("null", "validation_failed", ""),
            ("{}", "validation_failed", "/id"),
            (r#"{"id": 7}"#, "validation_failed", "/id"),
            (r#"{"id": "07"}"#, "validation_failed", "/id"),
            (r#"{"id": "7", "reason": "nonsense"}"#, "validation_failed", "/reason"),
            (r#"{"id": "7", "reason": {"spam": null}}"#, "validation_failed", "/reason"),
            (r#"{"id": "7", "count": -1}"#, "validation_failed", "/count"),
            (r#"{"id": "7", "count": 1e400}"#, "validation_failed", ""),
            (r#"{"id": "7", "count": 1.5}"#, "validation_failed", "/count"),
            (r#"{"id": "7", "count": 4294967296}"#, "validation_failed", "/count"),
            (r#"{"id": "7", "inner": []}"#, "validation_failed", "/inner"),
            (r#"{"id": "7", "list": [{}, [true]]}"#, "validation_failed", "/list/1"),
            (r#"{"id": "7", "list": [{"shown": true}]}"#, "unknown_field", "/list/0/shown"),
            (r#"{"id": "7", "inner": {"inner": 1}}"#, "unknown_field", "/inner/inner"),
            (r#"{"id": "7", "a/b~": 1}"#, "unknown_field", "/a~1b~0"),
            (r#"{"id": "7", "id": "7"}"#, "validation_failed", "/id"),
            (r#"{"id": "7", "inner": {"show": true, "show": true}}"#, "validation_failed", "/inner/show"),
        ];
        for (text, code, at) in table {
            assert_eq!(fault(text), (code, at.to_owned()), "{text}");
        }
        assert!(
            matches!(read::<Outer>(b"{\"id\": \"\xff\"}"), Err(Error::Refused(r)) if r.code == Code::MalformedJson)
        );
    }

    #[test]
    fn deep_nesting_is_refused_before_it_is_followed() {
        let deep = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        assert_eq!(fault(&deep(64)).0, "validation_failed");
        assert_eq!(fault(&deep(65)).0, "malformed_json");
        assert_eq!(fault(&"[".repeat(100_000)).0, "malformed_json");
        assert_eq!(fault(r#"{"id": "[[\"{{"}"#).0, "validation_failed");
    }
}
