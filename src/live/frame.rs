//! What travels on a stream of server-sent events (HTML Living Standard, 9.2), written once.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

use crate::domain::ids::CommentId;

/// Texts that are not to be sent any more.
#[derive(Debug)]
pub enum Gone {
    /// Those of these comments, with what is said of each where it has another text by now; none:
    /// it has no text for readers.
    Of(HashMap<CommentId, Option<String>>),
    /// Every one: which they are is not known, and who reads on is told to read anew.
    All,
}

impl Gone {
    pub(super) fn is_nothing(&self) -> bool {
        matches!(self, Gone::Of(comments) if comments.is_empty())
    }
}

/// One event as it is sent.
#[derive(Debug)]
pub struct Frame {
    /// The thread's version that it tells of; none for what no replay brings back.
    pub version: Option<i64>,
    /// Whether it counts whatever its reader has: the versions after it are others.
    pub is_reset: bool,
    about: Option<About>,
    bytes: Mutex<Bytes>,
}

/// What a frame tells of a comment.
#[derive(Debug)]
struct About {
    comment: CommentId,
    name: &'static str,
    part: Part,
    /// How it is told once the text is withdrawn.
    without: Bytes,
}

/// How much of a comment is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// All of it, with its text.
    Text,
    /// Its votes.
    Votes,
}

impl Frame {
    /// An event without an id: after it the last id stays what it was.
    pub fn passing(name: &str, data: &str) -> Frame {
        Frame::new(None, written(name, None, data))
    }

    /// An event of a thread's version.
    pub fn versioned(name: &str, version: i64, data: &str) -> Frame {
        Frame::new(Some(version), written(name, Some(version), data))
    }

    /// An event that has a part of a comment, and how it is told once that is withdrawn.
    pub fn of_comment(
        name: &'static str,
        version: i64,
        (comment, part): (CommentId, Part),
        data: &str,
        without: &str,
    ) -> Frame {
        let without = written(name, Some(version), without);
        Frame { about: Some(About { comment, name, part, without }), ..Frame::versioned(name, version, data) }
    }

    /// An event that says to read anew, and goes on from a version.
    pub fn reset(name: &str, version: i64, data: &str) -> Frame {
        Frame { is_reset: true, ..Frame::versioned(name, version, data) }
    }

    fn new(version: Option<i64>, bytes: Bytes) -> Frame {
        Frame { version, is_reset: false, about: None, bytes: Mutex::new(bytes) }
    }

    /// What is sent.
    pub fn bytes(&self) -> Bytes {
        self.now().clone()
    }

    /// From now on whoever has not been sent it yet is sent no text that is gone.
    pub fn withdraw(&self, gone: &Gone) {
        let Some(about) = &self.about else { return };
        let instead = match gone {
            Gone::All => None,
            Gone::Of(comments) => match comments.get(&about.comment) {
                Some(instead) => instead.as_deref(),
                None => return,
            },
        };
        *self.now() = match instead {
            None => about.without.clone(),
            Some(said) if about.part == Part::Text => written(about.name, self.version, said),
            // votes are no text
            Some(_) => return,
        };
    }

    fn now(&self) -> MutexGuard<'_, Bytes> {
        self.bytes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// After how many milliseconds a browser is to come back.
pub fn retry(after_ms: u64) -> Bytes {
    Bytes::from(format!("retry: {after_ms}\n\n"))
}

/// A comment: it says nothing but that the line is alive.
pub fn beat() -> Bytes {
    Bytes::from_static(b":\n\n")
}

/// `data` has no line break, as JSON has none.
fn written(name: &str, id: Option<i64>, data: &str) -> Bytes {
    let id = id.map(|id| format!("id: {id}\n")).unwrap_or_default();
    Bytes::from(format!("event: {name}\n{id}data: {data}\n\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_withdrawn_text_is_not_sent() {
        let told = |version, comment, part| {
            let about = (CommentId(comment), part);
            Frame::of_comment("comment.created", version, about, r#"{"comment":"text"}"#, r#"{"comment":null}"#)
        };
        let frame = told(7, 1, Part::Text);
        assert_eq!(frame.bytes(), "event: comment.created\nid: 7\ndata: {\"comment\":\"text\"}\n\n");
        frame.withdraw(&Gone::Of([(CommentId(2), None)].into()));
        assert!(frame.bytes().ends_with(b"\"text\"}\n\n"));
        let edited = Gone::Of([(CommentId(1), Some("\"another\"".to_owned()))].into());
        frame.withdraw(&edited);
        assert_eq!(frame.bytes(), "event: comment.created\nid: 7\ndata: \"another\"\n\n");
        let votes = told(9, 1, Part::Votes);
        votes.withdraw(&edited);
        assert!(votes.bytes().ends_with(b"\"text\"}\n\n"));
        frame.withdraw(&Gone::Of([(CommentId(1), None)].into()));
        assert_eq!(frame.bytes(), "event: comment.created\nid: 7\ndata: {\"comment\":null}\n\n");
        let another = told(8, 3, Part::Text);
        another.withdraw(&Gone::All);
        assert!(another.bytes().ends_with(b"data: {\"comment\":null}\n\n"));
        assert_eq!(Frame::passing("presence", "{}").bytes(), "event: presence\ndata: {}\n\n");
    }
}
