//! Sets how a site is moderated, from the command line, which is what authorises it.

use serde_json::json;

use super::{App, Error};
use crate::domain::code::Code;
use crate::domain::log::{Chain, LogEntry};
use crate::domain::two_persons::TwoPersons;
use crate::store::Key;

/// What is to be set; what is absent stays.
#[derive(Clone, Copy, Debug, Default)]
pub struct SiteChange {
    /// For decisions on more comments than this two moderators are needed; the inner none: for no
    /// number of them.
    pub two_persons_over: Option<Option<u32>>,
    /// Whether for bans.
    pub two_persons_ban: Option<bool>,
    /// Whether for purges.
    pub two_persons_purge: Option<bool>,
}

impl App {
    /// Sets what `change` says, and tells how it is then. It holds from the next request on; what
    /// changes nothing leaves no row in the log.
    ///
    /// # Errors
    /// 404 when there is no such site.
    pub async fn set_site(&self, key: &str, change: SiteChange) -> Result<TwoPersons, Error> {
        let (key, now_ms) = (key.to_owned(), self.now_ms());
        self.store
            .write("set_site", Key::log(), move |tx| {
                let site = tx.site_by_key(&key)?;
                let site = site.ok_or_else(|| Error::refuse(Code::NotFound, format!("there is no site {key:?}")))?.id;
                let before = tx.site_two_persons(site)?;
                let after = TwoPersons {
                    wide_over: change.two_persons_over.map_or(before.wide_over, |over| over.map(i64::from)),
                    ban: change.two_persons_ban.unwrap_or(before.ban),
                    purge: change.two_persons_purge.unwrap_or(before.purge),
                };
                if after != before {
                    tx.site_set_two_persons(site, after)?;
                    tx.log_append(&LogEntry {
                        chain: Chain::Server,
                        at_ms: now_ms,
                        actor_id: None,
                        action: "site.set".to_owned(),
                        target: format!("site:{site}"),
                        reason_code: None,
                        before: Some(told(before)),
                        after: Some(told(after)),
                        note: None,
                        salt: rand::random(),
                    })?;
                }
                Ok(after)
            })
            .await
    }
}

fn told(rule: TwoPersons) -> String {
    json!({
        "two_persons_over": rule.wide_over, "two_persons_ban": rule.ban, "two_persons_purge": rule.purge,
    })
    .to_string()
}
