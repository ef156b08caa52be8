//! The sites that a moderator works on.

use super::caller::Caller;
use super::{App, Error};
use crate::domain::cursor::{self, CursorError};
use crate::domain::ids::SiteId;
use crate::domain::permission::Action;
use crate::domain::thread::Site;

/// The name of the list in its cursors.
const LIST: &str = "sites";

impl App {
    /// The sites that the caller moderates, in the order of their keys, and where that goes on; all
    /// there are for whose role is on the whole server.
    ///
    /// # Errors
    /// 403 to who moderates none, 422 for the cursor.
    pub async fn moderated_sites(
        &self,
        caller: &Caller,
        page: (Option<String>, usize),
    ) -> Result<(Vec<Site>, Option<String>), Error> {
        caller.require_any_moderator()?;
        let caller = caller.clone();
        self.store
            .read("moderated_sites", move |tx| {
                let (cursor, limit) = (page.0.as_deref(), page.1);
                let after = match cursor.map(|cursor| cursor::decode::<1>(LIST, cursor)).transpose()? {
                    Some([id]) => tx.site_by_id(SiteId(id))?.ok_or(CursorError::Malformed)?.key,
                    None => String::new(),
                };
                let count = limit as i64 + 1;
                let mut sites = if caller.may(Action::Moderate, None) {
                    tx.sites_after(&after, count)?
                } else {
                    let sites = caller.grants.iter().filter_map(|grant| grant.site);
                    let own: Vec<SiteId> = sites.filter(|site| caller.may(Action::Moderate, Some(*site))).collect();
                    tx.sites_of_after(&own, &after, count)?
                };
                let next = cursor::cut(LIST, &mut sites, limit, |site| [site.id.0]);
                Ok((sites, next))
            })
            .await
    }
}
