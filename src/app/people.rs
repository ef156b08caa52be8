//! Who wrote what is on a page: names kept in memory, so that a page need not look up each.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use quick_cache::sync::Cache;

use super::{App, Error};
use crate::app::stamps::Stamp;
use crate::domain::ids::UserId;
use crate::domain::user::User;

/// People kept at the most; about 300 bytes each.
const PEOPLE: usize = 10_000;

/// A person, and what was once written of them.
#[derive(Debug)]
pub struct Author {
    /// The person.
    pub user: User,
    /// How their unchanging part is written down, for whoever writes it to keep here.
    pub written: OnceLock<Vec<u8>>,
}

/// Those that were looked up, and the stamp from before.
pub struct People(Cache<UserId, (Stamp, Arc<Author>)>);

/// The authors of one page.
pub type Authors = HashMap<UserId, Arc<Author>>;

impl People {
    /// Knows nobody yet.
    pub fn new() -> People {
        People(Cache::new(PEOPLE))
    }
}

impl Default for People {
    fn default() -> People {
        People::new()
    }
}

impl App {
    /// People by id; those that are gone are left out.
    ///
    /// # Errors
    /// What the store fails with.
    pub async fn authors(&self, ids: impl IntoIterator<Item = UserId>) -> Result<Authors, Error> {
        let ids = ids.into_iter();
        let mut authors = Authors::with_capacity(ids.size_hint().1.unwrap_or(0));
        let mut missing = Vec::new();
        for id in ids {
            if authors.contains_key(&id) || missing.contains(&id) {
                continue;
            }
            match self.people.0.get(&id) {
                Some((since, author)) if self.stamps.names_are_current(since) => drop(authors.insert(id, author)),
                _ => missing.push(id),
            }
        }
        if missing.is_empty() {
            return Ok(authors);
        }
        let since = self.stamps.now();
        let found = self.store.read("authors", move |tx| Ok::<_, Error>(tx.users_by_id(&missing)?)).await?;
        for user in found {
            let (id, author) = (user.id, Arc::new(Author { user, written: OnceLock::new() }));
            self.people.0.insert(id, (since, Arc::clone(&author)));
            authors.insert(id, author);
        }
        Ok(authors)
    }
}
