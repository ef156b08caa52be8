//! A moderator looks for a person by the beginning of a login, or by id.

use super::caller::{Caller, site_for};
use super::{App, Error};
use crate::domain::ids::{SiteId, UserId};
use crate::domain::login;
use crate::domain::permission::Action;
use crate::domain::user::User;

/// People that one search finds.
const FOUND_MAX: usize = 20;

impl App {
    /// Those whose login begins so, as a reader sees it: case and look-alikes count for nothing. The
    /// one with that id comes first.
    ///
    /// # Errors
    /// 403 without a role on the site.
    pub async fn find_people(&self, caller: &Caller, site: String, text: String) -> Result<(SiteId, Vec<User>), Error> {
        caller.require_any_moderator()?;
        let (caller, key) = (caller.clone(), login::key(&text));
        let id: Option<UserId> = text.parse().ok();
        self.store
            .read("find_people", move |tx| {
                let site = site_for(tx, &caller, Action::Moderate, &site)?.id;
                let mut found = id.map(|id| tx.users_by_id(&[id])).transpose()?.unwrap_or_default();
                let named = tx.users_by_beginning(&key, FOUND_MAX as i64)?;
                found.extend(named.into_iter().filter(|user| Some(user.id) != id));
                found.truncate(FOUND_MAX);
                Ok((site, found))
            })
            .await
    }
}
