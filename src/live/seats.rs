//! How many streams are open: all together, and by client.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Of a hundred places, those that are kept for moderators: no crowd of readers takes the queue's.
const KEPT_PERCENT: usize = 1;

/// For whom a place is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Row {
    /// For anybody who reads a thread.
    Readers,
    /// For moderators.
    Moderators,
}

/// Why no stream is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Full {
    /// There are as many as this server may have, or it is about to end.
    Server,
    /// There are as many as one client may have.
    Client,
}

/// The streams that are open.
#[derive(Debug)]
pub struct Seats {
    most: usize,
    most_of_client: usize,
    taken: AtomicUsize,
    /// By client, and for whom: readers of an address take no place of its moderators.
    clients: Mutex<HashMap<(Row, String), usize>>,
}

/// The place of one stream; it is free again when this is dropped.
#[derive(Debug)]
pub struct Seat {
    seats: Arc<Seats>,
    client: (Row, String),
}

impl Seats {
    /// All free.
    pub fn new(most: usize, most_of_client: usize) -> Seats {
        Seats { most, most_of_client, taken: AtomicUsize::new(0), clients: Mutex::default() }
    }

    /// Takes a place for a client.
    ///
    /// # Errors
    /// [`Full`].
    pub fn take(self: &Arc<Seats>, client: String, row: Row) -> Result<Seat, Full> {
        let client = (row, client);
        let mut clients = self.clients();
        let kept = match row {
            Row::Readers => self.most * KEPT_PERCENT / 100,
            Row::Moderators => 0,
        };
        if self.taken.load(Ordering::SeqCst) >= self.most - kept {
            return Err(Full::Server);
        }
        if clients.get(&client).is_some_and(|own| *own >= self.most_of_client) {
            return Err(Full::Client);
        }
        *clients.entry(client.clone()).or_default() += 1;
        self.taken.fetch_add(1, Ordering::SeqCst);
        Ok(Seat { seats: Arc::clone(self), client })
    }

    /// How many are taken.
    pub fn taken(&self) -> usize {
        self.taken.load(Ordering::SeqCst)
    }

    fn clients(&self) -> MutexGuard<'_, HashMap<(Row, String), usize>> {
        self.clients.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut clients = self.seats.clients();
        if let Some(own) = clients.get_mut(&self.client) {
            *own -= 1;
            if *own == 0 {
                clients.remove(&self.client);
            }
        }
        self.seats.taken.fetch_sub(1, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_free_again_once_it_is_left() {
        let seats = Arc::new(Seats::new(3, 2));
        let take = |client: &str| seats.take(client.to_owned(), Row::Readers);
        let (one, two) = (take("a").unwrap(), take("a").unwrap());
        assert_eq!(take("a").unwrap_err(), Full::Client);
        let three = take("b").unwrap();
        assert_eq!((take("c").unwrap_err(), seats.taken()), (Full::Server, 3));
        drop(one);
        let four = take("a").unwrap();
        drop((two, three, four));
        assert_eq!((seats.taken(), seats.clients().len()), (0, 0));
    }

    #[test]
    fn readers_leave_some_to_moderators() {
        let seats = Arc::new(Seats::new(100, 100));
        let take = |row| seats.take("a".to_owned(), row);
        let crowd: Vec<Seat> = (0..99).map(|_| take(Row::Readers).unwrap()).collect();
        assert_eq!(take(Row::Readers).unwrap_err(), Full::Server);
        let moderator = take(Row::Moderators).unwrap();
        assert_eq!(take(Row::Moderators).unwrap_err(), Full::Server);
        drop((crowd, moderator));
    }

    #[test]
    fn readers_of_an_address_take_no_place_of_its_moderators() {
        let seats = Arc::new(Seats::new(100, 2));
        let take = |row| seats.take("a".to_owned(), row);
        let _readers = [take(Row::Readers).unwrap(), take(Row::Readers).unwrap()];
        let _moderators = [take(Row::Moderators).unwrap(), take(Row::Moderators).unwrap()];
        assert_eq!((take(Row::Readers).unwrap_err(), take(Row::Moderators).unwrap_err()), (Full::Client, Full::Client));
    }
}
