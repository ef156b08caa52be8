//! What moderators of a site note on people.

use super::driver::{Columns, values};
use super::user::{user, user_columns};
use super::{StoreError, Tx};
use crate::domain::ids::{NoteId, SiteId, UserId};
use crate::domain::user::User;

/// A moderator's note on a person.
#[derive(Clone, Debug)]
pub struct Note {
    /// Its id.
    pub id: NoteId,
    /// On whom.
    pub user_id: UserId,
    /// For whose moderators.
    pub site_id: SiteId,
    /// Who wrote it.
    pub author: User,
    /// What, 1 to 2,000 characters.
    pub text: String,
    /// When, in milliseconds since 1970.
    pub created_ms: i64,
}

macro_rules! note_where {
    ($tail:literal) => {
        concat!(
            "SELECT ",
            user_columns!(),
            ", n.id, n.user_id, n.site_id, n.text, n.created_ms FROM person_note n
             JOIN user_account u ON u.id = n.author_id ",
            $tail
        )
    };
}

fn note(c: &mut Columns<'_>) -> Result<Note, StoreError> {
    Ok(Note {
        author: user(c)?,
        id: c.take()?,
        user_id: c.take()?,
        site_id: c.take()?,
        text: c.take()?,
        created_ms: c.take()?,
    })
}

impl Tx<'_> {
    /// Writes a note.
    pub fn note_insert(&mut self, n: &Note) -> Result<(), StoreError> {
        self.run(
            "INSERT INTO person_note (id, user_id, site_id, author_id, text, created_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            values![n.id, n.user_id, n.site_id, n.author.id, &n.text, n.created_ms],
        )
    }

    /// One note.
    pub fn note_by_id(&mut self, id: NoteId) -> Result<Option<Note>, StoreError> {
        self.first(note_where!("WHERE n.id = ?1"), values![id], note)
    }

    /// The notes on a person for a site's moderators, newest first, after (time, id).
    pub fn notes_on(
        &mut self,
        user: UserId,
        site: SiteId,
        after: Option<(i64, i64)>,
        count: i64,
    ) -> Result<Vec<Note>, StoreError> {
        let (at, id) = after.unwrap_or((i64::MAX, i64::MAX));
        self.all(
            note_where!(
                "WHERE n.user_id = ?1 AND n.site_id = ?2 AND (n.created_ms, n.id) < (?3, ?4)
                 ORDER BY n.created_ms DESC, n.id DESC LIMIT ?5"
            ),
            values![user, site, at, id, count],
            note,
        )
    }
}
