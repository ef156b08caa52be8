//! Reads the log of a site, or the server's own.

use std::collections::HashMap;

use super::caller::{Caller, site_for};
use super::{App, Error};
use crate::domain::code::Code;
use crate::domain::cursor;
use crate::domain::ids::UserId;
use crate::domain::log::{Chain, LogLine};
use crate::domain::permission::Action;
use crate::domain::user::User;
use crate::store::Tx;

/// A page of the log, newest first.
pub struct LogPage {
    /// The rows with their texts.
    pub lines: Vec<LogLine>,
    /// Those who acted.
    pub actors: HashMap<UserId, User>,
    /// Where it goes on.
    pub next: Option<String>,
}

impl App {
    /// A page of the log of a site; of the server's own without one, for admins.
    ///
    /// # Errors
    /// 403, 422 for a missing site or the cursor.
    pub async fn log(
        &self,
        caller: &Caller,
        site: Option<String>,
        page: (Option<String>, usize),
    ) -> Result<LogPage, Error> {
        caller.require_any_moderator()?;
        let caller = caller.clone();
        self.store
            .read("log", move |tx| {
                let chain = chain(tx, &caller, site.as_deref())?;
                let list = format!("log:{}", chain.number());
                let (cursor, limit) = &page;
                let before = cursor.as_ref().map(|cursor| cursor::decode::<1>(&list, cursor)).transpose()?;
                let mut lines = tx.log_page(chain, before.map(|[seq]| seq), *limit as i64 + 1)?;
                let next = cursor::cut(&list, &mut lines, *limit, |line| [line.row.seq]);
                let actors: Vec<UserId> = lines.iter().filter_map(|line| line.row.actor_id).collect();
                let actors = tx.people(&actors)?;
                Ok(LogPage { lines, actors, next })
            })
            .await
    }

    /// The last row of a chain: seq, hash, time in milliseconds since 1970; none of an empty one.
    ///
    /// # Errors
    /// 403, 422 for a missing site.
    pub async fn log_head(&self, caller: &Caller, site: Option<String>) -> Result<Option<(i64, String, i64)>, Error> {
        caller.require_any_moderator()?;
        let caller = caller.clone();
        self.store
            .read("log_head", move |tx| {
                let chain = chain(tx, &caller, site.as_deref())?;
                Ok(tx.log_head(chain)?)
            })
            .await
    }
}

/// The chain that a caller may read.
pub(super) fn chain(tx: &mut Tx<'_>, caller: &Caller, site: Option<&str>) -> Result<Chain, Error> {
    match site {
        Some(key) => Ok(Chain::Site(site_for(tx, caller, Action::ReadLog, key)?.id)),
        None if caller.may(Action::ReadServerLog, None) => Ok(Chain::Server),
        None => Err(Error::refuse(Code::ValidationFailed, "site: name the site whose log you moderate")),
    }
}
