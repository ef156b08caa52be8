//! A moderator makes a thread, or sets its title, address, state and modes.

use super::caller::{Caller, site_for};
use super::post::origin_of;
use super::read::ThreadPage;
use super::{App, Error, new_id};
use crate::domain::ids::ThreadId;
use crate::domain::log::{Chain, LogEntry};
use crate::domain::permission::Action;
use crate::domain::thread::{Thread, ThreadState};
use crate::store::{EventKind, Key, NewThread};

/// What a moderator sets; none leaves a field as it is.
#[derive(Clone, Debug, Default)]
pub struct ThreadChange {
    /// The article's title.
    pub title: Option<String>,
    /// The article's address, on an origin registered with the site.
    pub url: Option<String>,
    /// Whether it takes anything new.
    pub state: Option<ThreadState>,
    /// Whether readers' posts wait.
    pub premoderation: Option<bool>,
    /// The pause between two posts of one person, in seconds.
    pub slow_mode_s: Option<i64>,
}

impl App {
    /// Makes or changes a thread; whether it was made. What changes is logged.
    ///
    /// # Errors
    /// 403 without a role on the site, 422 for the address.
    pub async fn manage_thread(
        &self,
        caller: &Caller,
        site: String,
        key: String,
        change: ThreadChange,
    ) -> Result<(ThreadPage, bool), Error> {
        caller.require_any_moderator()?;
        let now_ms = self.now_ms();
        let id = ThreadId(new_id(now_ms));
        let standing = std::sync::Arc::clone(&self.standing);
        let caller = caller.clone();
        self.store
            .write("manage_thread", Key::log().and(Key::thread(&site, &key)), move |tx| {
                let site = site_for(tx, &caller, Action::ManageThread, &site)?;
                if change.url.as_deref().is_some_and(|url| !standing.origin_of(site.id, &origin_of(url))) {
                    return Err(Error::field("/url", "origin", "the address is not on an origin of this site"));
                }
                let before = tx.thread_by_key(site.id, &key)?;
                if before.is_none() {
                    let (key, title, url) = (key.clone(), change.title.clone(), change.url.clone());
                    tx.thread_insert(&NewThread { id, site_id: site.id, key, title, url, created_ms: now_ms })?;
                }
                let old = tx.thread_by_key(site.id, &key)?.ok_or_else(|| Error::Fault("no thread".into()))?;
                let new = changed(&old, &change);
                if before.is_none() || new != old {
                    tx.thread_update(&new)?;
                    tx.event_on_thread(EventKind::ThreadUpdated, old.id, None, now_ms)?;
                    tx.log_append(&LogEntry {
                        chain: Chain::Site(site.id),
                        at_ms: now_ms,
                        actor_id: Some(caller.user),
                        action: "thread.update".into(),
                        target: format!("thread:{}", old.id),
                        reason_code: None,
                        before: before.as_ref().map(describe),
                        after: Some(describe(&new)),
                        note: None,
                        salt: rand::random(),
                    })?;
                }
                let thread = tx.thread_by_id(old.id)?;
                let pinned = tx.thread_pinned(old.id)?;
                Ok((ThreadPage { site, key: key.clone(), thread, pinned }, before.is_none()))
            })
            .await
    }
}

fn changed(old: &Thread, change: &ThreadChange) -> Thread {
    Thread {
        title: change.title.clone().or_else(|| old.title.clone()),
        url: change.url.clone().or_else(|| old.url.clone()),
        state: change.state.unwrap_or(old.state),
        premoderation: change.premoderation.unwrap_or(old.premoderation),
        slow_mode_s: change.slow_mode_s.unwrap_or(old.slow_mode_s),
        ..old.clone()
    }
}

fn describe(thread: &Thread) -> String {
    serde_json::json!({
        "title": thread.title, "url": thread.url, "state": thread.state,
        "premoderation": thread.premoderation, "slow_mode_seconds": thread.slow_mode_s,
    })
    .to_string()
}
