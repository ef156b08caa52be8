//! A moderator reads what a person has done on a site, and what was done about it.

use super::caller::{Caller, site_for};
use super::sanction::hide_note;
use super::{App, Error};
use crate::domain::appeal::Appeal;
use crate::domain::ids::{EntryId, UserId};
use crate::domain::permission::Action;
use crate::domain::thread::Site;
use crate::domain::user::User;
use crate::store::{Concern, Note, Record, Sanctioned};

/// Decisions, sanctions and notes on a sheet: the newest of each.
const SHOWN: i64 = 50;

/// A person's history on a site.
pub struct History {
    /// The site.
    pub site: Site,
    /// The person.
    pub person: User,
    /// Comments by state, and own flags as they were settled.
    pub record: Record,
    /// The last decisions that concerned them, newest first.
    pub decisions: Vec<Concern>,
    /// The last sanctions there and on the whole server, newest first.
    pub sanctions: Vec<Sanctioned>,
    /// The last notes of the site's moderators, newest first.
    pub notes: Vec<Note>,
    /// The appeals against those decisions, newest first.
    pub appeals: Vec<Appeal>,
}

impl App {
    /// What a person has done on a site, and what was done about it.
    ///
    /// # Errors
    /// 403 without a role on the site, 404 for the person.
    pub async fn history(&self, caller: &Caller, user: UserId, site: String) -> Result<History, Error> {
        caller.require_any_moderator()?;
        let caller = caller.clone();
        self.store
            .read("history", move |tx| {
                let site = site_for(tx, &caller, Action::Moderate, &site)?;
                let person = tx.user_own(user)?.ok_or_else(Error::not_found)?.user;
                let record = tx.record_of(user, site.id)?;
                let decisions = tx.entries_on_site(user, site.id, SHOWN)?;
                let mut sanctions = tx.sanctions_on(user, site.id, None, SHOWN)?;
                sanctions.iter_mut().for_each(|item| hide_note(&caller, item));
                let notes = tx.notes_on(user, site.id, None, SHOWN)?;
                let entries: Vec<EntryId> = decisions.iter().map(|concern| concern.entry.id).collect();
                let mut appeals = tx.appeals_of(&entries)?;
                appeals.sort_unstable_by_key(|appeal| std::cmp::Reverse((appeal.created_ms, appeal.id)));
                Ok(History { site, person, record, decisions, sanctions, notes, appeals })
            })
            .await
    }
}
