//! What travels on a stream of server-sent events (HTML Living Standard, 9.2), written once.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;

use crate::domain::ids::CommentId;

/// Texts that are not to be sent any more.
#[derive(Debug)]
pub enum Gone {
    /// Those of these comments.
    Of(HashSet<CommentId>),
    /// Every one: which they are is not known, and who reads on is told to read anew.
    All,
}

impl Gone {
    fn has(&self, comment: CommentId) -> bool {
        match self {
            Gone::Of(comments) => comments.contains(&comment),
            Gone::All => true,
        }
    }

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
    /// The comment whose text it may have.
    about: Option<CommentId>,
    bytes: Bytes,
    without: Option<Bytes>,
    is_withdrawn: AtomicBool,
}

impl Frame {
    /// An event without an id: after it the last id stays what it was.
    pub fn passing(name: &str, data: &str) -> Frame {
        Frame::new(None, None, written(name, None, data), None)
    }

    /// An event of a thread's version.
    pub fn versioned(name: &str, version: i64, data: &str) -> Frame {
        Frame::new(Some(version), None, written(name, Some(version), data), None)
    }

    /// An event that has a comment's text, and how it is told once that is withdrawn.
    pub fn of_comment(name: &str, version: i64, comment: CommentId, data: &str, without: &str) -> Frame {
        let without = written(name, Some(version), without);
        Frame::new(Some(version), Some(comment), written(name, Some(version), data), Some(without))
    }

    /// An event that says to read anew, and goes on from a version.
    pub fn reset(name: &str, version: i64, data: &str) -> Frame {
        Frame { is_reset: true, ..Frame::versioned(name, version, data) }
    }

    fn new(version: Option<i64>, about: Option<CommentId>, bytes: Bytes, without: Option<Bytes>) -> Frame {
        Frame { version, is_reset: false, about, bytes, without, is_withdrawn: AtomicBool::new(false) }
    }

    /// What is sent.
    pub fn bytes(&self) -> Bytes {
        let without = self.without.as_ref().filter(|_| self.is_withdrawn.load(Ordering::SeqCst));
        without.unwrap_or(&self.bytes).clone()
    }

    /// From now on whoever has not been sent it yet is sent no text that is gone.
    pub fn withdraw(&self, gone: &Gone) {
        if self.about.is_some_and(|comment| gone.has(comment)) {
            self.is_withdrawn.store(true, Ordering::SeqCst);
        }
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
        let frame =
            Frame::of_comment("comment.created", 7, CommentId(1), r#"{"comment":"text"}"#, r#"{"comment":null}"#);
        assert_eq!(frame.bytes(), "event: comment.created\nid: 7\ndata: {\"comment\":\"text\"}\n\n");
        frame.withdraw(&Gone::Of([CommentId(2)].into()));
        assert!(frame.bytes().ends_with(b"\"text\"}\n\n"));
        frame.withdraw(&Gone::Of([CommentId(1)].into()));
        assert_eq!(frame.bytes(), "event: comment.created\nid: 7\ndata: {\"comment\":null}\n\n");
        let another = Frame::of_comment("comment.created", 8, CommentId(3), "\"text\"", "null");
        another.withdraw(&Gone::All);
        assert!(another.bytes().ends_with(b"data: null\n\n"));
        assert_eq!(Frame::passing("presence", "{}").bytes(), "event: presence\ndata: {}\n\n");
    }
}
