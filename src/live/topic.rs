//! What readers listen to, and what they have been told of it.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use tokio::sync::broadcast::{Receiver, Sender, channel};

use super::frame::Frame;
use crate::domain::ids::{CommentId, SiteId, ThreadId};

/// Messages that a reader may fall behind. A topic rests between two of them ([`Topic::rest`]), so
/// this is seconds; each place takes 40 bytes of a topic.
pub const ROOM: usize = 32;
/// The shortest between two messages of a topic: what happens meanwhile goes together.
const REST: Duration = Duration::from_millis(50);
/// And so much more for each reader: sending to one takes about 10 µs of a core, and no topic is to
/// take more than half of one.
const REST_EACH: Duration = Duration::from_micros(20);

/// What can be listened to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    /// A thread by its site and key, born or not.
    Thread(SiteId, String),
    /// What waits for the moderators of a site.
    Queue(SiteId),
}

/// A message to the readers of a topic.
#[derive(Debug)]
pub enum Message {
    /// Events, in order.
    Events(Vec<Frame>),
    /// Nothing but that the line is alive.
    Beat,
    /// Each reader is to look whether they still may listen.
    Check,
    /// The server ends.
    End,
}

impl Message {
    /// The events that it has.
    pub fn frames(&self) -> &[Frame] {
        match self {
            Message::Events(frames) => frames,
            Message::Beat | Message::Check | Message::End => &[],
        }
    }
}

/// See the module.
#[derive(Debug)]
pub struct Topic {
    /// What it is about.
    pub subject: Subject,
    /// Counts topics, to spread over time what is done for each now and then.
    pub number: u64,
    sender: Sender<Arc<Message>>,
    state: Mutex<State>,
    is_marked: AtomicBool,
}

/// How far a topic is.
#[derive(Debug, Default)]
struct State {
    thread: Option<ThreadId>,
    told: i64,
    is_lost: bool,
    recent: VecDeque<Weak<Message>>,
    /// What each newcomer is told, since it is sent only when it changes.
    welcome: Option<Arc<Message>>,
    welcome_is: Option<String>,
    looked_ms: Option<i64>,
    rests_until: Option<Instant>,
}

/// How far a topic is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The thread, once it is born.
    pub thread: Option<ThreadId>,
    /// The version up to which its readers have been told.
    pub told: i64,
    /// Whether what they were told may not have happened.
    pub is_lost: bool,
}

/// A subscription, and how far the topic was when it began.
#[derive(Debug)]
pub(super) struct Heard {
    pub(super) receiver: Receiver<Arc<Message>>,
    pub(super) told: i64,
    pub(super) welcome: Option<Arc<Message>>,
}

impl Topic {
    pub(super) fn new(subject: Subject, number: u64, thread: Option<ThreadId>, told: i64) -> Topic {
        let state = State { thread, told, ..State::default() };
        Topic { subject, number, sender: channel(ROOM).0, state: Mutex::new(state), is_marked: AtomicBool::new(false) }
    }

    /// Listens: what is told after `told` comes, and nothing of before.
    pub(super) fn listen(&self) -> Heard {
        let state = self.state();
        Heard { receiver: self.sender.subscribe(), told: state.told, welcome: state.welcome.clone() }
    }

    /// How many listen.
    pub fn readers(&self) -> usize {
        self.sender.receiver_count()
    }

    /// How far it is.
    pub fn place(&self) -> Place {
        let State { thread, told, is_lost, .. } = *self.state();
        Place { thread, told, is_lost }
    }

    pub(super) fn set_thread(&self, thread: ThreadId) {
        self.state().thread = Some(thread);
    }

    pub(super) fn lose(&self) {
        self.state().is_lost = true;
    }

    /// Marks that there is something to tell; whether it was not marked already.
    pub fn mark(&self) -> bool {
        !self.is_marked.swap(true, Ordering::SeqCst)
    }

    /// What comes from now on marks it again; done before it is looked at.
    pub fn unmark(&self) {
        self.is_marked.store(false, Ordering::SeqCst);
    }

    /// Tells events of a thread, after which its readers are at `version`. Texts of comments that
    /// they withdraw are taken out of what is still on its way.
    pub fn tell(&self, events: Vec<Frame>, withdrawn: &[CommentId], version: i64) {
        let mut state = self.state();
        (state.told, state.is_lost) = (version, false);
        state.rests_until = Some(Instant::now() + self.rest());
        state.recent.retain(|message| message.strong_count() > 0);
        for message in state.recent.iter().filter_map(Weak::upgrade) {
            message.frames().iter().for_each(|frame| withdrawn.iter().for_each(|comment| frame.withdraw(*comment)));
        }
        let message = Arc::new(Message::Events(events));
        state.recent.push_back(Arc::downgrade(&message));
        // under the lock: who listens from now on is told from this version
        self.send(message);
    }

    /// Tells what is true until it changes; and newcomers, too. Nothing when it is as it was.
    pub fn tell_state(&self, name: &str, data: String) {
        let mut state = self.state();
        if state.welcome_is.as_ref() == Some(&data) {
            return;
        }
        let message = Arc::new(Message::Events(vec![Frame::passing(name, &data)]));
        state.welcome_is = Some(data);
        state.welcome = Some(Arc::clone(&message));
        self.send(message);
    }

    /// Newcomers are told nothing of what was true before.
    pub fn forget_state(&self) {
        let mut state = self.state();
        (state.welcome, state.welcome_is) = (None, None);
    }

    /// Whether the state is to be looked at anew, at most every `every_ms`; then it counts as done.
    pub fn is_due(&self, now_ms: i64, every_ms: i64) -> bool {
        let mut state = self.state();
        // a clock that was set back is no reason to wait
        let is_due = state.looked_ms.is_none_or(|at_ms| !(0..every_ms).contains(&(now_ms - at_ms)));
        if is_due {
            state.looked_ms = Some(now_ms);
        }
        is_due
    }

    /// Sends something that is no event.
    pub fn send(&self, message: Arc<Message>) {
        // it fails when nobody listens
        drop(self.sender.send(message));
    }

    /// Until when it rests; none: it does not.
    pub fn rests_until(&self, now: Instant) -> Option<Instant> {
        self.state().rests_until.filter(|until| *until > now)
    }

    /// How long it rests after a message: the more listen, the longer.
    fn rest(&self) -> Duration {
        REST + REST_EACH.saturating_mul(u32::try_from(self.readers()).unwrap_or(u32::MAX))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
