//! Sets how a site is called, who may use it and how it is moderated: from the command line, which is
//! what authorises it, or by an admin over HTTP. Nothing that can be set names a file or a program.

use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use url::Url;

use super::add_site::{parse_origin, title_rule};
use super::caller::{Caller, site_for};
use super::named::site_named;
use super::standing::OriginsDetail;
use super::{App, Error};
use crate::domain::code::Code;
use crate::domain::ids::{SiteId, UserId};
use crate::domain::log::{Chain, LogEntry};
use crate::domain::permission::Action;
use crate::domain::thread::{Site, is_site_title};
use crate::domain::two_persons::TwoPersons;
use crate::store::{Key, StoreError, Tx};

/// Most characters of the address of a site's rules.
pub const POLICY_URL_MAX_CHARS: usize = 2_000;

/// What is to be set; what is absent stays.
#[derive(Clone, Debug, Default)]
pub struct SiteChange {
    /// The version that it is meant for; none: whatever it is.
    pub version: Option<String>,
    /// Its name for people.
    pub title: Option<String>,
    /// Where its rules can be read; the inner none: nowhere.
    pub policy_url: Option<Option<String>>,
    /// Whether threads are born only by a moderator's PUT.
    pub explicit_threads: Option<bool>,
    /// The origins whose pages may use it, all of them.
    pub origins: Option<Vec<String>>,
    /// For decisions on more comments than this two moderators are needed; the inner none: for no
    /// number of them.
    pub two_persons_over: Option<Option<u32>>,
    /// Whether for bans.
    pub two_persons_ban: Option<bool>,
    /// Whether for purges.
    pub two_persons_purge: Option<bool>,
}

/// All that can be set of a site, as it is.
#[derive(Clone, Debug)]
pub struct SiteSettings {
    /// Key, title, birth of threads, address of the rules.
    pub site: Site,
    /// In order.
    pub origins: Vec<String>,
    /// For what two moderators are needed.
    pub two_persons: TwoPersons,
}

impl SiteSettings {
    /// Another one whenever any of them is another.
    pub fn version(&self) -> String {
        let digest = Sha256::digest(Value::Object(told(self)).to_string());
        hex::encode(digest.get(..8).unwrap_or(&digest))
    }
}

impl App {
    /// Sets what `change` says, and tells how it is then. It holds from the next request on, on every
    /// node; what changes nothing leaves no row in the log.
    ///
    /// # Errors
    /// 404 when there is no such site, 422 with the field.
    pub async fn set_site(&self, key: &str, change: SiteChange) -> Result<SiteSettings, Error> {
        let (key, now_ms) = (key.to_owned(), self.now_ms());
        self.store
            .write("set_site", Key::log(), move |tx| {
                let site = site_named(tx, &key)?;
                set(tx, site, &change, (None, now_ms))
            })
            .await
    }

    /// The same, by an admin of the site.
    ///
    /// # Errors
    /// 403 for whoever is no admin there, 409 when they are others by now, 422 with the field.
    pub async fn change_site(&self, caller: &Caller, key: String, change: SiteChange) -> Result<SiteSettings, Error> {
        caller.require_any_moderator()?;
        let (caller, now_ms) = (caller.clone(), self.now_ms());
        self.store
            .write("set_site", Key::log(), move |tx| {
                let site = site_for(tx, &caller, Action::ManageSite, &key)?;
                set(tx, site, &change, (Some(caller.user), now_ms))
            })
            .await
    }

    /// How it is, for the site's moderators.
    ///
    /// # Errors
    /// 403 without a role on the site.
    pub async fn site_settings(&self, caller: &Caller, key: String) -> Result<SiteSettings, Error> {
        caller.require_any_moderator()?;
        let caller = caller.clone();
        self.store
            .read("site_settings", move |tx| {
                let site = site_for(tx, &caller, Action::Moderate, &key)?;
                Ok(settings(tx, site)?)
            })
            .await
    }
}

fn settings(tx: &mut Tx<'_>, site: Site) -> Result<SiteSettings, StoreError> {
    let (origins, two_persons) = (tx.origins_of(site.id)?, tx.site_two_persons(site.id)?);
    Ok(SiteSettings { site, origins, two_persons })
}

fn set(
    tx: &mut Tx<'_>,
    site: Site,
    change: &SiteChange,
    (actor_id, now_ms): (Option<UserId>, i64),
) -> Result<SiteSettings, Error> {
    let before = settings(tx, site)?;
    if change.version.as_ref().is_some_and(|version| *version != before.version()) {
        return Err(Code::StaleVersion.into());
    }
    let after = changed(&before, change)?;
    let (told_before, told_after) = differences(&before, &after);
    if told_after.is_empty() {
        return Ok(after);
    }
    let id = after.site.id;
    if after.two_persons != before.two_persons {
        tx.site_set_two_persons(id, after.two_persons)?;
    }
    tx.site_update(&after.site)?;
    set_origins(tx, id, (&before.origins, &after.origins))?;
    // all of it, whatever changed: pages that show the title are out of date, too
    tx.event_on_site(&OriginsDetail::to_json(id, after.origins.clone()), now_ms)?;
    tx.log_append(&LogEntry {
        chain: Chain::Server,
        at_ms: now_ms,
        actor_id,
        action: "site.set".to_owned(),
        target: format!("site:{id}"),
        reason_code: None,
        before: Some(Value::Object(told_before).to_string()),
        after: Some(Value::Object(told_after).to_string()),
        note: None,
        salt: rand::random(),
    })?;
    Ok(after)
}

fn set_origins(tx: &mut Tx<'_>, site: SiteId, (before, after): (&[String], &[String])) -> Result<(), StoreError> {
    for gone in before.iter().filter(|origin| !after.contains(origin)) {
        tx.origin_delete(site, gone)?;
    }
    for new in after.iter().filter(|origin| !before.contains(origin)) {
        tx.origin_insert(site, new)?;
    }
    Ok(())
}

/// The settings with the change in them, checked.
fn changed(before: &SiteSettings, change: &SiteChange) -> Result<SiteSettings, Error> {
    let mut after = before.clone();
    if let Some(title) = &change.title {
        if !is_site_title(title) {
            return Err(Error::field("/title", "invalid", title_rule()));
        }
        after.site.title.clone_from(title);
    }
    if let Some(url) = &change.policy_url {
        after.site.policy_url = url.as_deref().map(policy_url).transpose()?;
    }
    if let Some(origins) = &change.origins {
        let parse = |(index, text): (usize, &String)| {
            parse_origin(text).map_err(|why| Error::field(&format!("/origins/{index}"), "invalid", why))
        };
        after.origins = origins.iter().enumerate().map(parse).collect::<Result<_, _>>()?;
        after.origins.sort_unstable();
        after.origins.dedup();
    }
    after.site.explicit_threads = change.explicit_threads.unwrap_or(before.site.explicit_threads);
    let rule = before.two_persons;
    after.two_persons = TwoPersons {
        wide_over: change.two_persons_over.map_or(rule.wide_over, |over| over.map(i64::from)),
        ban: change.two_persons_ban.unwrap_or(rule.ban),
        purge: change.two_persons_purge.unwrap_or(rule.purge),
    };
    Ok(after)
}

/// The address of a site's rules, as it is written: readers follow it, so it is of the web.
fn policy_url(text: &str) -> Result<String, Error> {
    let refuse =
        |why: &str| Error::field("/policy_url", "invalid", format!("{why}; write it like https://example.org/rules"));
    if text.chars().nth(POLICY_URL_MAX_CHARS).is_some() {
        return Err(refuse("it is too long"));
    }
    let url = Url::parse(text).map_err(|error| refuse(&format!("it is no address: {error}")))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(refuse("it must begin with https:// or http://"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(refuse("leave out the name before the @"));
    }
    Ok(url.into())
}

/// What differs, by name, as it was and as it is.
fn differences(before: &SiteSettings, after: &SiteSettings) -> (Map<String, Value>, Map<String, Value>) {
    let (was, mut is) = (told(before), told(after));
    is.retain(|name, value| was.get(name) != Some(value));
    let was = was.into_iter().filter(|(name, _)| is.contains_key(name)).collect();
    (was, is)
}

fn told(of: &SiteSettings) -> Map<String, Value> {
    let rule = of.two_persons;
    let told = json!({
        "title": of.site.title, "policy_url": of.site.policy_url, "explicit_threads": of.site.explicit_threads,
        "origins": of.origins, "two_persons_over": rule.wide_over, "two_persons_ban": rule.ban,
        "two_persons_purge": rule.purge,
    });
    match told {
        Value::Object(told) => told,
        _ => Map::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_stand_on_the_web() {
        for (typed, kept) in [
            ("https://example.org/rules#top", "https://example.org/rules#top"),
            ("HTTP://Example.org", "http://example.org/"),
        ] {
            assert_eq!(policy_url(typed).unwrap(), kept);
        }
        let long = format!("https://example.org/{}", "x".repeat(POLICY_URL_MAX_CHARS));
        for wrong in [
            "",
            "example.org",
            "/etc/passwd",
            "file:///etc/passwd",
            "javascript:alert(1)",
            "data:text/html,x",
            "https://me@example.org",
            "https://",
            &long,
        ] {
            assert!(policy_url(wrong).is_err(), "{wrong}");
        }
    }
}
