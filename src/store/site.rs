//! Sites and the origins whose pages may use them.

use super::driver::{Columns, values};
use super::queue::Waits;
use super::{StoreError, Tx, dialect};
use crate::domain::ids::SiteId;
use crate::domain::thread::Site;
use crate::domain::two_persons::TwoPersons;

fn site(c: &mut Columns<'_>) -> Result<Site, StoreError> {
    Ok(Site { id: c.take()?, key: c.take()?, title: c.take()?, explicit_threads: c.take()?, policy_url: c.maybe()? })
}

impl Tx<'_> {
    /// The site of that name.
    pub fn site_by_key(&mut self, key: &str) -> Result<Option<Site>, StoreError> {
        self.first("SELECT id, key, title, explicit_threads, policy_url FROM site WHERE key = ?1", values![key], site)
    }

    /// The site of that id.
    pub fn site_by_id(&mut self, id: SiteId) -> Result<Option<Site>, StoreError> {
        self.first("SELECT id, key, title, explicit_threads, policy_url FROM site WHERE id = ?1", values![id], site)
    }

    /// Sites after a key, in the order of keys, `count` at most.
    pub fn sites_after(&mut self, key: &str, count: i64) -> Result<Vec<Site>, StoreError> {
        self.all(
            "SELECT id, key, title, explicit_threads, policy_url FROM site WHERE key > ?1 ORDER BY key LIMIT ?2",
            values![key, count],
            site,
        )
    }

    /// The same of these alone.
    pub fn sites_of_after(&mut self, ids: &[SiteId], key: &str, count: i64) -> Result<Vec<Site>, StoreError> {
        self.all(
            "SELECT id, key, title, explicit_threads, policy_url FROM site
             WHERE key > ?2 AND id IN EACH_ID(?1) ORDER BY key LIMIT ?3",
            values![&dialect::id_list(ids.iter().map(|id| id.0)), key, count],
            site,
        )
    }

    /// Makes a site.
    pub fn site_insert(&mut self, site: &Site, created_ms: i64) -> Result<(), StoreError> {
        self.run(
            "INSERT INTO site (id, key, title, explicit_threads, policy_url, created_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            values![site.id, &site.key, &site.title, site.explicit_threads, site.policy_url.as_deref(), created_ms],
        )?;
        Ok(())
    }

    /// Changes a site's title, how its threads are born, and where its rules are.
    pub fn site_update(&mut self, site: &Site) -> Result<(), StoreError> {
        self.run(
            "UPDATE site SET title = ?2, explicit_threads = ?3, policy_url = ?4 WHERE id = ?1",
            values![site.id, &site.title, site.explicit_threads, site.policy_url.as_deref()],
        )?;
        Ok(())
    }

    /// For what two moderators are needed on a site.
    pub fn site_two_persons(&mut self, id: SiteId) -> Result<TwoPersons, StoreError> {
        let rule =
            self.first("SELECT two_wide_over, two_ban, two_purge FROM site WHERE id = ?1", values![id], |c| {
                Ok(TwoPersons { wide_over: c.maybe()?, ban: c.take()?, purge: c.take()? })
            })?;
        rule.ok_or_else(|| StoreError::Corrupt(format!("site {id} is gone")))
    }

    /// Whether two moderators are needed for a ban on any site.
    pub fn two_persons_for_bans(&mut self) -> Result<bool, StoreError> {
        self.exists("SELECT 1 FROM site WHERE two_ban = 1 LIMIT 1", &[])
    }

    /// Sets for what two moderators are needed on a site.
    pub fn site_set_two_persons(&mut self, id: SiteId, rule: TwoPersons) -> Result<(), StoreError> {
        self.run(
            "UPDATE site SET two_wide_over = ?2, two_ban = ?3, two_purge = ?4 WHERE id = ?1",
            values![id, rule.wide_over, rule.ban, rule.purge],
        )
    }

    /// Registers an origin; whether it is new.
    pub fn origin_insert(&mut self, site: SiteId, origin: &str) -> Result<bool, StoreError> {
        let changed = self.changed(
            "INSERT INTO site_origin (site_id, origin) VALUES (?1, ?2) ON CONFLICT (site_id, origin) DO NOTHING",
            values![site, origin],
        )?;
        Ok(changed > 0)
    }

    /// Takes an origin from a site.
    pub fn origin_delete(&mut self, site: SiteId, origin: &str) -> Result<(), StoreError> {
        self.run("DELETE FROM site_origin WHERE site_id = ?1 AND origin = ?2", values![site, origin])
    }

    /// The origins of a site.
    pub fn origins_of(&mut self, site: SiteId) -> Result<Vec<String>, StoreError> {
        self.all("SELECT origin FROM site_origin WHERE site_id = ?1 ORDER BY origin", values![site], |c| c.take())
    }

    /// Every registered origin with its site.
    pub fn origins_all(&mut self) -> Result<Vec<(SiteId, String)>, StoreError> {
        self.all("SELECT site_id, origin FROM site_origin ORDER BY site_id, origin", &[], |c| {
            Ok((c.take()?, c.take()?))
        })
    }

    /// Moves the counts of a site's open queue items.
    pub fn site_add_waiting(&mut self, id: SiteId, by: Waits) -> Result<(), StoreError> {
        self.run(
            "UPDATE site SET flagged_count = flagged_count + ?2, held_count = held_count + ?3,
               notice_count = notice_count + ?4, sample_count = sample_count + ?5 WHERE id = ?1",
            values![id, by.flagged, by.held, by.notice, by.sample],
        )?;
        Ok(())
    }

    /// A site's open queue items by kind.
    pub fn site_waiting(&mut self, id: SiteId) -> Result<Waits, StoreError> {
        let counts = self.first(
            "SELECT flagged_count, held_count, notice_count, sample_count FROM site WHERE id = ?1",
            values![id],
            |c| Ok(Waits { flagged: c.take()?, held: c.take()?, notice: c.take()?, sample: c.take()? }),
        )?;
        counts.ok_or_else(|| StoreError::Corrupt(format!("site {id} is gone")))
    }
}
