//! Makes a site, or adds to one, from the command line, which is what authorises it.

use serde_json::json;
use url::{Origin, Url};

use super::standing::OriginsDetail;
use super::{App, Error, new_id};
use crate::domain::code::Code;
use crate::domain::ids::SiteId;
use crate::domain::log::{Chain, LogEntry};
use crate::domain::thread::{SITE_TITLE_MAX_CHARS, Site, is_site_key, is_site_title};
use crate::store::{Key, Tx};

impl App {
    /// Makes the site `key`, or completes it: a second run adds origins and changes the title if
    /// one is given. A new site without a title is titled by its key. What changes nothing leaves
    /// no row in the log.
    ///
    /// # Errors
    /// 422 `validation_failed`, in words for an operator.
    pub async fn add_site(&self, key: &str, title: Option<&str>, origins: &[String]) -> Result<SiteId, Error> {
        let wanted = Wanted::parse(key, title, origins)?;
        let now_ms = self.now_ms();
        self.store.write("add_site", Key::log(), move |tx| wanted.apply(tx, now_ms)).await
    }
}

struct Wanted {
    key: String,
    title: Option<String>,
    origins: Vec<String>,
}

impl Wanted {
    fn parse(key: &str, title: Option<&str>, origins: &[String]) -> Result<Wanted, Error> {
        if !is_site_key(key) {
            let rule = "a site is named by 1 to 64 of a-z, 0-9, '_' and '-', beginning with a letter or digit";
            return Err(Error::refuse(Code::ValidationFailed, format!("{key:?} names no site: {rule}")));
        }
        if title.is_some_and(|title| !is_site_title(title)) {
            return Err(Error::refuse(Code::ValidationFailed, title_rule()));
        }
        let refuse = |why| Error::refuse(Code::ValidationFailed, why);
        let origins = origins.iter().map(|text| parse_origin(text).map_err(refuse)).collect::<Result<_, _>>()?;
        Ok(Wanted { key: key.to_owned(), title: title.map(str::to_owned), origins })
    }

    fn apply(&self, tx: &mut Tx<'_>, now_ms: i64) -> Result<SiteId, Error> {
        let before = tx.site_by_key(&self.key)?;
        let id = match &before {
            Some(site) => site.id,
            None => self.insert(tx, now_ms)?,
        };
        let renamed = before.as_ref().zip(self.title.as_ref()).filter(|(site, title)| site.title != **title);
        if let Some((site, title)) = renamed {
            tx.site_update(&Site { title: title.clone(), ..site.clone() })?;
        }
        let mut added = Vec::new();
        for origin in &self.origins {
            if tx.origin_insert(id, origin)? {
                added.push(origin);
            }
        }
        if renamed.is_some() || !added.is_empty() {
            let origins = tx.origins_of(id)?;
            tx.event_on_site(&OriginsDetail::to_json(id, origins), now_ms)?;
        }
        if before.is_none() || renamed.is_some() || !added.is_empty() {
            let title = self.title.as_deref().or(before.as_ref().map(|site| site.title.as_str())).unwrap_or(&self.key);
            tx.log_append(&LogEntry {
                chain: Chain::Server,
                at_ms: now_ms,
                actor_id: None,
                action: "site.add".to_owned(),
                target: format!("site:{id}"),
                reason_code: None,
                before: before.as_ref().map(|site| json!({"title": site.title}).to_string()),
                after: Some(json!({"key": self.key, "title": title, "origins_added": added}).to_string()),
                note: None,
                salt: rand::random(),
            })?;
        }
        Ok(id)
    }

    fn insert(&self, tx: &mut Tx<'_>, now_ms: i64) -> Result<SiteId, Error> {
        let site = Site {
            id: SiteId(new_id(now_ms)),
            key: self.key.clone(),
            title: self.title.clone().unwrap_or_else(|| self.key.clone()),
            explicit_threads: false,
            policy_url: None,
        };
        tx.site_insert(&site, now_ms)?;
        Ok(site.id)
    }
}

/// What a title must be, in words.
pub(super) fn title_rule() -> String {
    format!("a title is one line of 1 to {SITE_TITLE_MAX_CHARS} characters")
}

/// An origin as browsers send it (RFC 6454, 6.2): scheme, host in ASCII, port unless it is the
/// scheme's own. A final slash is taken, as people copy it from the address bar.
pub(super) fn parse_origin(text: &str) -> Result<String, String> {
    let refuse = |why: &str| format!("{text:?} is no origin: {why}; write it like https://blog.example.org");
    if !text.contains("://") {
        return Err(refuse("it needs http:// or https:// in front"));
    }
    let url = Url::parse(text).map_err(|error| refuse(&error.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(refuse("only http and https can be registered"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(refuse("leave out the name before the @"));
    }
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        return Err(refuse("leave out everything after the host"));
    }
    if url.host_str().is_some_and(|host| host.contains('*')) {
        return Err(refuse("each host has to be named, there are no wildcards"));
    }
    match url.origin() {
        origin @ Origin::Tuple(..) => Ok(origin.ascii_serialization()),
        Origin::Opaque(_) => Err(refuse("it has no host")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::session::fixture::*;

    #[test]
    fn origins_are_kept_as_browsers_send_them() {
        for (typed, kept) in [
            ("https://Blog.Example.org", "https://blog.example.org"),
            ("https://blog.example.org/", "https://blog.example.org"),
            ("https://blog.example.org:443", "https://blog.example.org"),
            ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
            ("https://bücher.example", "https://xn--bcher-kva.example"),
            ("http://[::1]:80", "http://[::1]"),
        ] {
            assert_eq!(parse_origin(typed).unwrap(), kept);
        }
        for wrong in [
            "",
            "null",
            "*",
            "blog.example.org",
            "//blog.example.org",
            "https://",
            "ftp://blog.example.org",
            "file:///tmp",
            "https://blog.example.org/path",
            "https://blog.example.org?a",
            "https://blog.example.org#a",
            "https://me@blog.example.org",
            "https://*.example.org",
            "https://blog.example.org:99999",
        ] {
            assert!(parse_origin(wrong).is_err(), "{wrong}");
        }
    }

    #[tokio::test]
    async fn a_second_run_completes_the_site() {
        let world = World::new().await;
        let (one, two) = ("https://one.example".to_owned(), "https://two.example".to_owned());
        let id = world.app.add_site("blog", None, std::slice::from_ref(&one)).await.unwrap();
        assert!(world.app.standing.origin_of(id, &one));
        let add = |title: Option<&'static str>, origins: Vec<String>| {
            let app = &world.app;
            async move { app.add_site("blog", title, &origins).await.unwrap() }
        };
        assert_eq!(add(None, vec![one.clone()]).await, id);
        assert_eq!(add(Some("The Blog"), vec![one.clone(), two.clone(), two.clone()]).await, id);
        assert_eq!(add(Some("The Blog"), vec![]).await, id);
        assert_eq!(add(None, vec![]).await, id);
        assert!(world.app.standing.origin_of(id, &one) && world.app.standing.origin_of(id, &two));
        let read = world.app.store.read("test", |tx| {
            Ok::<_, Error>((tx.site_by_key("blog")?, tx.origins_all()?, tx.log_page(Chain::Server, None, 9)?))
        });
        let (site, origins, rows) = read.await.unwrap();
        assert_eq!(site.unwrap().title, "The Blog");
        assert_eq!(origins, [(id, one), (id, two)]);
        assert_eq!(rows.len(), 2);
    }

    #[tokio::test]
    async fn nothing_is_made_of_a_wrong_line() {
        let world = World::new().await;
        let none: [String; 0] = [];
        assert_eq!(refused(world.app.add_site("Blog", None, &none).await), "validation_failed");
        assert_eq!(refused(world.app.add_site("blog", Some(" "), &none).await), "validation_failed");
        assert_eq!(refused(world.app.add_site("blog", None, &["nonsense".to_owned()]).await), "validation_failed");
        let site = world.app.store.read("test", |tx| Ok::<_, Error>(tx.site_by_key("blog")?)).await.unwrap();
        assert!(site.is_none());
    }
}
