//! What everybody may know of how a thread was moderated: hidden comments by who hid them and why,
//! and how many restrictions were overturned on appeal.

use std::collections::BTreeMap;

use super::read::thread_page;
use super::{App, Error};
use crate::domain::comment::Remover;

/// The figures of a thread; all nought until it is born.
#[derive(Clone, Debug, Default)]
pub struct Transparency {
    /// Hidden comments by reason.
    pub by_reason: BTreeMap<String, i64>,
    /// Hidden by rules.
    pub by_rule: i64,
    /// Hidden by moderators.
    pub by_moderator: i64,
    /// Restrictions overturned on appeal.
    pub overturned: i64,
}

impl App {
    /// How a thread was moderated.
    ///
    /// # Errors
    /// 404 for the site.
    pub async fn transparency(&self, site: String, key: String) -> Result<Transparency, Error> {
        self.store
            .read("transparency", move |tx| {
                let Some(thread) = thread_page(tx, &site, &key)?.thread else { return Ok(Transparency::default()) };
                let mut told = Transparency { overturned: tx.thread_overturned(thread.id)?, ..Transparency::default() };
                for (remover, reason, hidden) in tx.thread_hidden(thread.id)? {
                    if remover == Remover::Rule.as_str() {
                        told.by_rule += hidden;
                    } else {
                        told.by_moderator += hidden;
                    }
                    *told.by_reason.entry(reason).or_default() += hidden;
                }
                Ok(told)
            })
            .await
    }
}
