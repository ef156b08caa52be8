//! All topics: which there are, which have moved, and what is to be done for them.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tokio::sync::broadcast::Receiver;

use super::seats::{Full, Row, Seat, Seats};
use super::topic::{Heard, Message, Subject, Topic};
use crate::domain::ids::{SiteId, ThreadId};

/// See the module.
#[derive(Debug)]
pub struct Hub {
    topics: Mutex<Topics>,
    moved: Mutex<Moved>,
    wake: Notify,
    seats: Arc<Seats>,
    is_closed: AtomicBool,
}

#[derive(Debug, Default)]
struct Topics {
    by_subject: HashMap<Subject, Arc<Topic>>,
    by_thread: HashMap<ThreadId, Arc<Topic>>,
    made: u64,
}

#[derive(Debug, Default)]
struct Moved {
    topics: Vec<Arc<Topic>>,
    births: Vec<ThreadId>,
}

/// What is to be told.
#[derive(Debug)]
pub struct Work {
    /// Topics of which something was heard; they are named once until [`Topic::unmark`].
    pub topics: Vec<Arc<Topic>>,
    /// Threads that were born, for which somebody may wait by their key.
    pub births: Vec<ThreadId>,
}

/// Who has begun to listen.
#[derive(Debug)]
pub struct Joined {
    /// To what.
    pub topic: Arc<Topic>,
    /// The version from which on they are told.
    pub told: i64,
    pub(super) receiver: Receiver<Arc<Message>>,
    pub(super) welcome: Option<Arc<Message>>,
}

impl Hub {
    /// Nobody listens yet; so many may, all together and of one client.
    pub fn new(most: usize, most_of_client: usize) -> Hub {
        Hub {
            topics: Mutex::default(),
            moved: Mutex::default(),
            wake: Notify::new(),
            seats: Arc::new(Seats::new(most, most_of_client)),
            is_closed: AtomicBool::new(false),
        }
    }

    /// Takes a place for a client, before anything is looked up.
    ///
    /// # Errors
    /// [`Full`].
    pub fn seat(&self, client: String, row: Row) -> Result<Seat, Full> {
        if self.is_closed() { Err(Full::Server) } else { self.seats.take(client, row) }
    }

    /// How many streams are open.
    pub fn count(&self) -> usize {
        self.seats.taken()
    }

    /// Listens to a thread, of which by now is known that it is `born` with that version.
    pub fn join_thread(&self, site: SiteId, key: &str, born: Option<(ThreadId, i64)>) -> Joined {
        let mut topics = self.topics();
        let subject = Subject::Thread(site, key.to_owned());
        // one that nobody listens to was told of nothing since
        let known = topics.by_subject.get(&subject).filter(|topic| topic.readers() > 0).cloned();
        let is_new = known.is_none();
        let version = born.map_or(0, |(_, version)| version);
        let topic = known.unwrap_or_else(|| topics.make(subject, born));
        if let Some((thread, _)) = born {
            topics.by_thread.insert(thread, Arc::clone(&topic));
        }
        let held = topic.hold();
        // while a topic tells it is waited for, and the writer does not wait with us
        drop(topics);
        if let Some((thread, _)) = born {
            topic.set_thread(thread);
        }
        let joined = Joined::to(&topic);
        drop(held);
        if is_new || joined.told < version {
            // what happened before the topic was there, nobody has told of
            self.mark(&topic);
        }
        joined
    }

    /// Listens to the queue of a site.
    pub fn join_queue(&self, site: SiteId) -> Joined {
        let mut topics = self.topics();
        let subject = Subject::Queue(site);
        let known = topics.by_subject.get(&subject).cloned();
        let topic = known.unwrap_or_else(|| topics.make(subject, None));
        let held = topic.hold();
        drop(topics);
        let joined = Joined::to(&topic);
        drop(held);
        joined
    }

    /// A thread has moved to a version. Called between a commit and its answer, so it only notes it.
    pub fn moved(&self, thread: ThreadId, version: i64) {
        // who listens later takes a place first and then reads what was committed by now
        if self.count() == 0 {
            return;
        }
        let topics = self.topics();
        let topic = topics.by_thread.get(&thread).cloned();
        let is_waited_for = topics.by_subject.len() > topics.by_thread.len();
        drop(topics);
        match topic {
            Some(topic) => self.mark(&topic),
            None if version <= 1 && is_waited_for => {
                self.moved_now().births.push(thread);
                self.wake.notify_one();
            }
            None => {}
        }
    }

    /// What was told of any thread may not have happened.
    pub fn lose(&self) {
        // a queue is looked at anew each second
        for topic in self.all().into_iter().filter(|topic| matches!(topic.subject, Subject::Thread(..))) {
            topic.lose();
            self.mark(&topic);
        }
    }

    /// Somebody may no longer listen to a queue.
    pub fn check(&self) {
        if self.count() == 0 {
            return;
        }
        let topics = self.topics();
        let queues = topics.by_subject.values().filter(|topic| matches!(topic.subject, Subject::Queue(_)));
        let queues: Vec<Arc<Topic>> = queues.cloned().collect();
        drop(topics);
        let check = Arc::new(Message::Check);
        queues.iter().for_each(|topic| topic.send(Arc::clone(&check)));
    }

    /// Notes that there is something to tell of a topic.
    pub fn mark(&self, topic: &Arc<Topic>) {
        if topic.mark() {
            self.moved_now().topics.push(Arc::clone(topic));
            self.wake.notify_one();
        }
    }

    /// Binds a topic to the thread that was born under its key.
    pub fn bind(&self, site: SiteId, key: &str, thread: ThreadId) {
        let mut topics = self.topics();
        let topic = topics.by_subject.get(&Subject::Thread(site, key.to_owned())).cloned();
        if let Some(topic) = &topic {
            topics.by_thread.insert(thread, Arc::clone(topic));
        }
        drop(topics);
        if let Some(topic) = &topic {
            topic.set_thread(thread);
            self.mark(topic);
        }
    }

    /// Waits until there is something to tell; none once the hub is closed.
    pub async fn work(&self) -> Option<Work> {
        loop {
            if self.is_closed() {
                return None;
            }
            let moved = std::mem::take(&mut *self.moved_now());
            if !moved.topics.is_empty() || !moved.births.is_empty() {
                return Some(Work { topics: moved.topics, births: moved.births });
            }
            self.wake.notified().await;
        }
    }

    /// Every topic.
    pub fn all(&self) -> Vec<Arc<Topic>> {
        self.topics().by_subject.values().cloned().collect()
    }

    /// Forgets what nobody listens to any more.
    pub fn sweep(&self) {
        let mut topics = self.topics();
        topics.by_subject.retain(|_, topic| topic.readers() > 0);
        topics.by_thread.retain(|_, topic| topic.readers() > 0);
    }

    /// Ends every stream, and lets none begin.
    pub fn close(&self) {
        self.is_closed.store(true, Ordering::SeqCst);
        let end = Arc::new(Message::End);
        self.all().iter().for_each(|topic| topic.send(Arc::clone(&end)));
        self.wake.notify_one();
    }

    /// Whether it is closed.
    pub fn is_closed(&self) -> bool {
        self.is_closed.load(Ordering::SeqCst)
    }

    fn topics(&self) -> MutexGuard<'_, Topics> {
        self.topics.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn moved_now(&self) -> MutexGuard<'_, Moved> {
        self.moved.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Topics {
    fn make(&mut self, subject: Subject, born: Option<(ThreadId, i64)>) -> Arc<Topic> {
        self.made += 1;
        let (thread, version) = born.unzip();
        let topic = Arc::new(Topic::new(subject.clone(), self.made, thread, version.unwrap_or(0)));
        self.by_subject.insert(subject, Arc::clone(&topic));
        if let Some(thread) = thread {
            self.by_thread.insert(thread, Arc::clone(&topic));
        }
        topic
    }
}

impl Joined {
    fn to(topic: &Arc<Topic>) -> Joined {
        let Heard { receiver, told, welcome } = topic.listen();
        Joined { topic: Arc::clone(topic), told, receiver, welcome }
    }
}
