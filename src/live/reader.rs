//! One who listens: what is theirs alone is a place in line, and how far they have read.

use std::collections::VecDeque;
use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::broadcast::Receiver;

use super::hub::Joined;
use super::seats::Seat;
use super::topic::{Message, Topic};

/// See the module.
#[derive(Debug)]
pub struct Reader {
    receiver: Receiver<Arc<Message>>,
    /// What comes before anything new.
    first: VecDeque<Arc<Message>>,
    /// The message that is being sent, and how much of it was.
    sending: Option<(Arc<Message>, usize)>,
    /// The version they have.
    seen: i64,
    // keeps the topic for as long as somebody reads it
    _topic: Arc<Topic>,
    _seat: Seat,
}

impl Reader {
    /// Reads on after version `seen`: `first`, and then what is told.
    pub fn new(seat: Seat, joined: Joined, seen: i64, first: Vec<Arc<Message>>) -> Reader {
        let Joined { topic, receiver, welcome, .. } = joined;
        Reader {
            receiver,
            first: first.into_iter().chain(welcome).collect(),
            sending: None,
            seen,
            _topic: topic,
            _seat: seat,
        }
    }

    /// What is sent next; none: the stream ends, since the server does, `may_go_on` says no, or they
    /// have fallen too far behind.
    pub async fn next(&mut self, may_go_on: impl Fn() -> bool) -> Option<Bytes> {
        loop {
            if let Some(bytes) = self.next_frame() {
                return Some(bytes);
            }
            let message = match self.first.pop_front() {
                Some(message) => message,
                // an error is that they fell behind: what they missed is gone
                None => self.receiver.recv().await.ok()?,
            };
            if !may_go_on() {
                return None;
            }
            match &*message {
                Message::Events(_) => self.sending = Some((message, 0)),
                Message::Line(bytes) => return Some(bytes.clone()),
                Message::Check => {}
                Message::End => return None,
            }
        }
    }

    /// The next event of the message that is being sent.
    fn next_frame(&mut self) -> Option<Bytes> {
        let (message, at) = self.sending.as_mut()?;
        while let Some(frame) = message.frames().get(*at) {
            *at += 1;
            match frame.version {
                // they have it already
                Some(version) if version <= self.seen && !frame.is_reset => continue,
                Some(version) => self.seen = version,
                None => {}
            }
            return Some(frame.bytes());
        }
        self.sending = None;
        None
    }
}

#[cfg(test)]
mod tests {
    use super::super::topic::ROOM;
    use super::super::{Frame, Gone, Hub, Part, Row};
    use super::*;
    use crate::domain::ids::{CommentId, SiteId, ThreadId};

    const THREAD: ThreadId = ThreadId(7);

    fn reader(hub: &Hub, seen: i64) -> (Reader, Arc<Topic>) {
        let seat = hub.seat("client".into(), Row::Readers).unwrap();
        let joined = hub.join_thread(SiteId(1), "key", Some((THREAD, 0)));
        let topic = Arc::clone(&joined.topic);
        (Reader::new(seat, joined, seen, Vec::new()), topic)
    }

    fn created(version: i64) -> Frame {
        Frame::of_comment("comment.created", version, (CommentId(version), Part::Text), "\"text\"", "null")
    }

    fn hidden(version: i64) -> Frame {
        Frame::versioned("comment.hidden", version, "null")
    }

    fn nothing() -> Gone {
        Gone::Of([].into())
    }

    async fn next(reader: &mut Reader) -> String {
        String::from_utf8(reader.next(|| true).await.unwrap().to_vec()).unwrap()
    }

    #[tokio::test]
    async fn who_falls_behind_is_let_go_and_the_others_are_not() {
        let hub = Hub::new(9, 9);
        let ((mut slow, topic), (mut quick, _)) = (reader(&hub, 0), reader(&hub, 0));
        for version in 1..=ROOM as i64 + 1 {
            topic.tell(vec![created(version)], nothing(), version);
            assert!(next(&mut quick).await.contains(&format!("id: {version}\n")));
        }
        assert_eq!(slow.next(|| true).await, None);
        drop(slow);
        assert_eq!(hub.count(), 1);
    }

    #[tokio::test]
    async fn a_text_that_is_hidden_on_its_way_is_not_sent() {
        let hub = Hub::new(9, 9);
        let (mut one, topic) = reader(&hub, 0);
        topic.tell(vec![created(1), created(2)], nothing(), 2);
        assert!(next(&mut one).await.contains("text"));
        topic.tell(vec![hidden(3)], Gone::Of([(CommentId(2), None)].into()), 3);
        assert_eq!(next(&mut one).await, "event: comment.created\nid: 2\ndata: null\n\n");
        assert!(next(&mut one).await.starts_with("event: comment.hidden\nid: 3\n"));
    }

    #[tokio::test]
    async fn a_text_of_a_replay_that_is_hidden_before_it_is_sent_is_not_sent() {
        let hub = Hub::new(9, 9);
        let seat = hub.seat("client".into(), Row::Readers).unwrap();
        let joined = hub.join_thread(SiteId(1), "key", Some((THREAD, 4)));
        let topic = Arc::clone(&joined.topic);
        // one between the read and here, one after it
        topic.tell(vec![hidden(5)], Gone::Of([(CommentId(2), None)].into()), 5);
        let missed = topic.replay((1..=4).map(created).collect(), 4);
        let mut one = Reader::new(seat, joined, 0, vec![missed]);
        assert!(next(&mut one).await.contains("text"));
        topic.tell(vec![hidden(6)], Gone::Of([(CommentId(3), None)].into()), 6);
        for without in [2, 3] {
            assert_eq!(next(&mut one).await, format!("event: comment.created\nid: {without}\ndata: null\n\n"));
        }
        assert!(next(&mut one).await.contains("text"));
        assert!(next(&mut one).await.contains("id: 5\n") && next(&mut one).await.contains("id: 6\n"));
        let again = topic.replay(vec![created(5)], 5);
        topic.tell(vec![Frame::reset("thread.reset", 7, "null")], Gone::All, 7);
        assert!(again.frames()[0].bytes().ends_with(b"data: null\n\n"));
    }

    #[tokio::test]
    async fn of_a_replay_the_last_that_is_said_of_a_comment_holds() {
        let hub = Hub::new(9, 9);
        let (_one, topic) = reader(&hub, 0);
        let edited = |comment, text: &str| Gone::Of([(CommentId(comment), Some(format!("\"{text}\"")))].into());
        topic.tell(vec![hidden(4)], edited(1, "later"), 4);
        topic.tell(vec![hidden(5)], edited(2, "later"), 5);
        topic.tell(vec![hidden(6)], edited(1, "last"), 6);
        topic.tell(vec![hidden(7)], Gone::Of([(CommentId(2), None)].into()), 7);
        let missed = topic.replay((1..=3).map(created).collect(), 3);
        let data = |at: usize| missed.frames()[at].bytes();
        assert!(data(0).ends_with(b"data: \"last\"\n\n") && data(1).ends_with(b"data: null\n\n"));
        assert!(data(2).ends_with(b"data: \"text\"\n\n"));
    }

    #[tokio::test]
    async fn what_is_lost_while_it_is_made_good_is_lost() {
        let hub = Hub::new(9, 9);
        let (_one, topic) = reader(&hub, 0);
        hub.lose();
        let place = topic.place();
        assert!(place.is_lost);
        hub.lose();
        topic.make_good(place.losses);
        assert!(topic.place().is_lost);
        topic.make_good(topic.place().losses);
        assert!(!topic.place().is_lost);
    }

    #[tokio::test]
    async fn what_they_have_is_not_sent_again_and_what_is_true_now_is() {
        let hub = Hub::new(9, 9);
        let (_first, topic) = reader(&hub, 0);
        topic.tell_state("presence", "1".into());
        topic.tell_state("presence", "1".into());
        let (mut one, _) = reader(&hub, 1);
        assert_eq!(next(&mut one).await, "event: presence\ndata: 1\n\n");
        topic.tell(vec![created(1), created(2)], nothing(), 2);
        assert!(next(&mut one).await.contains("id: 2\n"));
        topic.send(Arc::new(Message::Check));
        assert_eq!(one.next(|| false).await, None);
        let (mut last, _) = reader(&hub, 2);
        assert_eq!(next(&mut last).await, "event: presence\ndata: 1\n\n");
        hub.close();
        assert_eq!(last.next(|| true).await, None);
        assert!(hub.seat("another".into(), Row::Readers).is_err() && hub.work().await.is_none());
    }

    #[tokio::test]
    async fn what_nobody_follows_costs_nothing() {
        let hub = Hub::new(9, 9);
        hub.moved(THREAD, 1);
        let (one, topic) = reader(&hub, 0);
        // a new topic is looked at once, since something may have happened before it was there
        assert_eq!(hub.work().await.unwrap().topics.len(), 1);
        topic.unmark();
        hub.moved(ThreadId(8), 5);
        hub.moved(THREAD, 1);
        hub.moved(THREAD, 2);
        let work = hub.work().await.unwrap();
        assert_eq!((work.topics.len(), work.births.len()), (1, 0));
        drop(one);
        hub.sweep();
        assert!(hub.all().is_empty());
    }
}
