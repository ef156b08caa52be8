//! A moderator looks at how one reader reports: each flag on the site with its outcome, so that
//! who abuses flags can be seen, and sanctioned.

use super::caller::{Caller, site_for};
use super::read_own::newest_page;
use super::{App, Error};
use crate::domain::flag::Flag;
use crate::domain::ids::UserId;
use crate::domain::permission::Action;
use crate::domain::scoring::Outcomes;
use crate::domain::thread::Site;
use crate::domain::user::User;

/// A reader's flags on a site.
pub struct Reporter {
    /// The site.
    pub site: Site,
    /// The reader.
    pub user: User,
    /// What became of all that were settled.
    pub record: Outcomes,
    /// A page of them, newest first.
    pub flags: Vec<Flag>,
    /// Where it goes on.
    pub next: Option<String>,
}

impl App {
    /// A reader's flags on a site with their outcome, newest first.
    ///
    /// # Errors
    /// 403 without a role on the site, 404 for the person, 422 for the cursor.
    pub async fn reporter(
        &self,
        caller: &Caller,
        user: UserId,
        site: String,
        page: (Option<String>, usize),
    ) -> Result<Reporter, Error> {
        caller.require_any_moderator()?;
        let caller = caller.clone();
        self.store
            .read("reporter", move |tx| {
                let site = site_for(tx, &caller, Action::Moderate, &site)?;
                let person = tx.user_own(user)?.ok_or_else(Error::not_found)?.user;
                let record = tx.record_of(user, site.id)?.reports();
                let list = format!("reports:{}:{user}", site.id);
                let (flags, next) = newest_page(
                    tx,
                    &list,
                    &page,
                    |flag: &Flag| (flag.created_ms, flag.id.0),
                    |tx, after, count| tx.flags_of_on(user, site.id, after, count),
                )?;
                Ok(Reporter { site, user: person, record, flags, next })
            })
            .await
    }
}
