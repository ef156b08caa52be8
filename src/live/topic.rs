//! What readers listen to, and what they have been told of it.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::sync::broadcast::{Receiver, Sender, channel};

use super::frame::{Frame, Gone};
use crate::domain::ids::{SiteId, ThreadId};

/// Messages that a reader may fall behind. A topic rests between two of them ([`Topic::rest`]), so
/// this is seconds; each place takes 40 bytes of a topic.
pub const ROOM: usize = 32;
/// The shortest between two messages of a topic: what happens meanwhile goes together.
const REST: Duration = Duration::from_millis(50);
/// And so much more for each reader: sending to one takes about 10 µs of a core, and no topic is to
/// take more than half of one.
const REST_EACH: Duration = Duration::from_micros(20);
/// And for each KiB of it.
const REST_KIB: Duration = Duration::from_micros(1);

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
    /// What is no event, as it is sent.
    Line(Bytes),
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
            Message::Line(_) | Message::Check | Message::End => &[],
        }
    }

    fn withdraw(&self, gone: &Gone) {
        self.frames().iter().for_each(|frame| frame.withdraw(gone));
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

/// What a topic keeps: how far its readers are, what is on its way to them, and when it is next due.
#[derive(Debug, Default)]
struct State {
    thread: Option<ThreadId>,
    told: i64,
    /// How often what was told was lost, and up to which of these its readers were told to read anew.
    losses: u64,
    losses_told: u64,
    /// What somebody may not have been sent yet.
    recent: VecDeque<Weak<Message>>,
    /// What the last messages withdrew, with their versions, the last first.
    gone: VecDeque<(i64, Gone)>,
    /// What each newcomer is told, since it is sent only when it changes.
    welcome: Option<Arc<Message>>,
    welcome_is: Option<String>,
    looked_ms: Option<i64>,
    rests_until: Option<Instant>,
}

/// How far a topic's readers have been told, as a copy of that moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The thread, once it is born.
    pub thread: Option<ThreadId>,
    /// The version up to which its readers have been told.
    pub told: i64,
    /// Whether what they were told may not have happened.
    pub is_lost: bool,
    /// How often that was so by now.
    pub losses: u64,
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

    /// Holds the topic for one who is about to listen, so that it is not swept away meanwhile.
    pub(super) fn hold(&self) -> Receiver<Arc<Message>> {
        self.sender.subscribe()
    }

    /// How many listen.
    pub fn readers(&self) -> usize {
        self.sender.receiver_count()
    }

    /// How far it is.
    pub fn place(&self) -> Place {
        let State { thread, told, losses, losses_told, .. } = *self.state();
        Place { thread, told, is_lost: losses != losses_told, losses }
    }

    pub(super) fn set_thread(&self, thread: ThreadId) {
        self.state().thread = Some(thread);
    }

    pub(super) fn lose(&self) {
        self.state().losses += 1;
    }

    /// So many losses are made good by what is told next.
    pub fn make_good(&self, losses: u64) {
        self.state().losses_told = losses;
    }

    /// Marks that there is something to tell; whether it was not marked already.
    pub fn mark(&self) -> bool {
        !self.is_marked.swap(true, Ordering::SeqCst)
    }

    /// What comes from now on marks it again; done before it is looked at.
    pub fn unmark(&self) {
        self.is_marked.store(false, Ordering::SeqCst);
    }

    /// Tells events of a thread, after which its readers are at `version`. Texts that are gone by
    /// then, or are others, are taken out of what is still on its way.
    pub fn tell(&self, events: Vec<Frame>, gone: Gone, version: i64) {
        let rest = self.rest(events.iter().map(|frame| frame.bytes().len()).sum());
        let mut state = self.state();
        state.told = version;
        state.rests_until = Some(Instant::now() + rest);
        state.recent.iter().filter_map(Weak::upgrade).for_each(|message| message.withdraw(&gone));
        if !gone.is_nothing() {
            state.gone.truncate(ROOM - 1);
            state.gone.push_front((version, gone));
        }
        let message = state.keep(events);
        // under the lock: who listens from now on is told from this version
        self.send(message);
    }

    /// What one reader missed up to `version`: withdrawn like all else that is on its way. What was
    /// withdrawn since it was read is taken out here; who listened for longer than that takes has
    /// fallen behind and is let go.
    pub fn replay(&self, events: Vec<Frame>, version: i64) -> Arc<Message> {
        let mut state = self.state();
        let message = state.keep(events);
        // in the order of things: the last that is said of a comment holds
        state.gone.iter().rev().filter(|(told, _)| *told > version).for_each(|(_, gone)| message.withdraw(gone));
        message
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

    /// When its state was last looked at, in milliseconds.
    pub fn looked_ms(&self) -> Option<i64> {
        self.state().looked_ms
    }

    /// Its state is looked at.
    pub fn look(&self, now_ms: i64) {
        self.state().looked_ms = Some(now_ms);
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

    /// How long it rests after a message: the more listen and the longer it is, the longer.
    fn rest(&self, bytes: usize) -> Duration {
        let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let each = REST_EACH + REST_KIB.saturating_mul(count(bytes / 1_024));
        REST + each.saturating_mul(count(self.readers()))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// A message that can be withdrawn for as long as somebody has yet to be sent it.
    fn keep(&mut self, events: Vec<Frame>) -> Arc<Message> {
        let message = Arc::new(Message::Events(events));
        self.recent.retain(|message| message.strong_count() > 0);
        self.recent.push_back(Arc::downgrade(&message));
        message
    }
}
