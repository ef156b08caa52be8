//! An author takes a comment back. Its text stays readable to moderators for some days.

use super::caller::Caller;
use super::edit::own_comment;
use super::shift::shift;
use super::{App, Error};
use crate::domain::comment::State;
use crate::domain::ids::CommentId;
use crate::domain::permission::Action;
use crate::store::Key;

impl App {
    /// Deletes one's own comment.
    ///
    /// # Errors
    /// 403 for others' comments and for who is suspended, 404.
    pub async fn delete(&self, caller: &Caller, id: CommentId) -> Result<(), Error> {
        caller.require(Action::Participate, None)?;
        let now_ms = self.now_ms();
        let caller = caller.clone();
        self.store
            .write("delete", Key::comment(id), move |tx| {
                let comment = own_comment(tx, &caller, id)?;
                caller.require(Action::Participate, Some(comment.site_id))?;
                if comment.state() == State::Deleted {
                    return Err(Error::not_found());
                }
                tx.sample_withdraw(id)?;
                shift(tx, &comment, &comment.disposition.deleted(now_ms), now_ms)?;
                Ok(())
            })
            .await
    }
}
