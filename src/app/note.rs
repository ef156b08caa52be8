//! A moderator notes something on a person, for the other moderators of the site; and reads it.
//!
//! A note is kept: it is no decision, and has no effect.

use serde_json::json;

use super::caller::{Caller, site_for};
use super::post::{Made, replayed};
use super::read_own::newest_page;
use super::{App, Error, new_id};
use crate::domain::ids::{NoteId, UserId};
use crate::domain::log::{Chain, LogEntry};
use crate::domain::permission::Action;
use crate::store::{IdempotencyKey, Key, Note};

impl App {
    /// Notes something on a person.
    ///
    /// # Errors
    /// 403 without a role on the site, 404 for the person, and those of an idempotency key.
    pub async fn note(
        &self,
        caller: &Caller,
        user: UserId,
        site: String,
        text: String,
        once: Option<IdempotencyKey>,
    ) -> Result<Made<Note>, Error> {
        caller.require_any_moderator()?;
        let now_ms = self.now_ms();
        let id = NoteId(new_id(now_ms));
        let caller = caller.clone();
        self.store
            .write("note", Key::log(), move |tx| {
                let site = site_for(tx, &caller, Action::Moderate, &site)?;
                if let Some(made) = replayed(tx, once.as_ref())? {
                    let made = tx.note_by_id(NoteId(made))?.ok_or_else(Error::not_found)?;
                    return Ok(Made { made, replayed: true });
                }
                tx.user_own(user)?.ok_or_else(Error::not_found)?;
                let author = tx.user_own(caller.user)?.ok_or_else(Error::not_found)?.user;
                let text = text.clone();
                let note = Note { id, user_id: user, site_id: site.id, author, text, created_ms: now_ms };
                tx.note_insert(&note)?;
                tx.log_append(&LogEntry {
                    chain: Chain::Site(site.id),
                    at_ms: now_ms,
                    actor_id: Some(caller.user),
                    action: "user.note".into(),
                    target: format!("user:{user}"),
                    reason_code: None,
                    before: None,
                    // its text stands in one place only
                    after: Some(json!({"note_id": id}).to_string()),
                    note: None,
                    salt: rand::random(),
                })?;
                if let Some(key) = &once {
                    tx.idempotency_keep(key, id.0, now_ms)?;
                }
                Ok(Made { made: note, replayed: false })
            })
            .await
    }

    /// The notes on a person for the moderators of a site, newest first.
    ///
    /// # Errors
    /// 403 without a role on the site, 404 for the person, 422 for the cursor.
    pub async fn notes(
        &self,
        caller: &Caller,
        user: UserId,
        site: String,
        page: (Option<String>, usize),
    ) -> Result<(Vec<Note>, Option<String>), Error> {
        caller.require_any_moderator()?;
        let caller = caller.clone();
        self.store
            .read("notes", move |tx| {
                let site = site_for(tx, &caller, Action::Moderate, &site)?.id;
                tx.user_own(user)?.ok_or_else(Error::not_found)?;
                newest_page(
                    tx,
                    &format!("notes:{user}:{site}"),
                    &page,
                    |note: &Note| (note.created_ms, note.id.0),
                    |tx, after, count| tx.notes_on(user, site, after, count),
                )
            })
            .await
    }
}
