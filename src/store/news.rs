//! What is told of commits, and to whom.

use std::sync::{PoisonError, RwLock};

use super::event::Event;

/// What a listener is told.
#[derive(Clone, Copy, Debug)]
pub enum News<'a> {
    /// What was committed.
    Events(&'a [Event]),
    /// The server's history is another since a failover: what was told may not have happened, and
    /// what has happened may not have been told.
    Lost,
}

/// Told of events right after their commit and before it is acknowledged, each once. On SQLite all
/// come in the order of their commits; on PostgreSQL those of one thread and node do, and others'
/// come when they are read: a thread's version, and a person's `seq`, tell which is the later.
pub type Listener = Box<dyn Fn(News<'_>) + Send + Sync>;

/// Who listens to events.
#[derive(Default)]
pub struct Ears(RwLock<Option<Listener>>);

impl Ears {
    /// Tells from now on.
    pub fn listen(&self, listener: Listener) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some(listener);
    }

    /// Hands over what is new, each event once.
    pub fn tell(&self, news: News<'_>) {
        let listener = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(listener) = listener.as_ref().filter(|_| !matches!(news, News::Events([]))) {
            listener(news);
        }
    }
}
