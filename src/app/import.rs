//! Brings a thread document in: the thread, its people and its comments with their own times.
//!
//! Rows are checked first, without the store (`rows`), then put in units of at most 200, each whole
//! in itself with all counters (`unit`), so that a running server never waits long. A row is known
//! by its source's id or, without one, by its place and time: a second run changes nothing, and a
//! run that was cut off is simply repeated.

mod people;
mod rows;
mod unit;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{App, Error, new_id};
use crate::domain::code::Code;
use crate::domain::ids::{CommentId, SiteId, ThreadId};
use crate::domain::markup;
use crate::domain::thread::is_key;
use crate::store::{EventKind, Key, NewThread, Tx};
use crate::transfer::native::{Article, Document};

use people::Cast;
use rows::Plan;
use unit::{Batch, Outcome, Parent, Work, put};

/// Comments in one unit at the most.
const BATCH: usize = 200;
/// Why a reply goes with what it replies to.
const WITHOUT_PARENT: &str = "what it replies to was not kept";

/// What an import did, or would do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportReport {
    /// The thread's key.
    pub thread: String,
    /// Whether the thread is new.
    pub thread_made: bool,
    /// Comments made.
    pub made: u64,
    /// Comments that were there already.
    pub known: u64,
    /// Comments not kept.
    pub skipped: Vec<Skipped>,
    /// People made.
    pub people_made: u64,
    /// What was kept otherwise than the file says, in words.
    pub notes: Vec<String>,
    /// Fields that were ignored, by name, and how often each was met.
    pub unknown: BTreeMap<String, u64>,
}

/// A comment that was not kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// Its place in the file, "3.1".
    pub place: String,
    /// Why.
    pub reason: String,
}

/// Where a row of the file is to be found.
#[derive(Clone, Copy)]
enum Spot {
    /// Not kept.
    Gone,
    /// In the unit being put together, by its index there.
    Waiting(usize),
    /// In the store; none when it would be, but for a dry run.
    Kept(Option<CommentId>),
}

impl App {
    /// Imports a native thread document into a site. A dry run writes nothing and reports the same,
    /// save that a path which only grows too long by very wide levels shows at the real run.
    ///
    /// # Errors
    /// `not_found` when there is no such site, `validation_failed` when the file is no document or
    /// its key is none; what the store fails with, after which another run goes on where this ended.
    pub async fn import(&self, site: &str, file: &[u8], dry_run: bool) -> Result<ImportReport, Error> {
        let mut document =
            Document::parse(file).map_err(|error| Error::refuse(Code::ValidationFailed, error.to_string()))?;
        let mut report = ImportReport { thread: document.article.key.clone(), ..ImportReport::default() };
        check_article(&mut document.article, &mut report)?;
        report.unknown.clone_from(&document.unknown);
        let (site_id, thread) = self.import_thread(site, &document.article, dry_run, &mut report).await?;
        let plan = Plan::new(document, self.now_ms());
        let mut run = Run {
            app: self,
            key: Key::thread(site, &report.thread),
            site: site_id,
            thread,
            dry_run,
            plan: &plan,
            spots: Vec::new(),
            cast: Arc::default(),
            report,
        };
        run.all().await?;
        Ok(run.report)
    }

    /// Finds or makes the thread; none in a dry run that would make it.
    async fn import_thread(
        &self,
        site: &str,
        article: &Article,
        dry_run: bool,
        report: &mut ImportReport,
    ) -> Result<(SiteId, Option<ThreadId>), Error> {
        let now_ms = self.now_ms();
        let id = ThreadId(self.new_id());
        let key = Key::thread(site, &article.key);
        let (site, article) = (site.to_owned(), article.clone());
        let find = move |tx: &mut Tx<'_>| {
            let site = tx.site_by_key(&site)?.ok_or_else(|| {
                Error::refuse(
                    Code::NotFound,
                    format!("there is no site `{site}`: make it with `understory site add {site}`"),
                )
            })?;
            if let Some(thread) = tx.thread_by_key(site.id, &article.key)? {
                return Ok::<_, Error>((site.id, Some(thread.id), false));
            }
            if dry_run {
                return Ok((site.id, None, true));
            }
            tx.thread_insert(&NewThread {
                id,
                site_id: site.id,
                key: article.key.clone(),
                title: article.title.clone(),
                url: article.url.clone(),
                created_ms: now_ms,
            })?;
            tx.event_on_thread(EventKind::ThreadUpdated, id, None, now_ms)?;
            Ok((site.id, Some(id), true))
        };
        let (site, thread, made) = if dry_run {
            self.store.rehearse("import_thread", find).await?
        } else {
            self.store.write("import_thread", key, find).await?
        };
        report.thread_made = made;
        Ok((site, thread))
    }
}

fn check_article(article: &mut Article, report: &mut ImportReport) -> Result<(), Error> {
    if !is_key(&article.key) {
        let detail = format!("`{}` is no key: up to 200 of A-Z a-z 0-9 . _ ~ -", article.key.escape_debug());
        return Err(Error::field("/article/key", "malformed", detail));
    }
    // an address becomes a link, and `javascript:` is an address too
    let is_web = |url: &String| url::Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    if article.url.as_ref().is_some_and(|url| !is_web(url)) {
        article.url = None;
        report.notes.push("article.url is no http or https address and was left out".into());
    }
    Ok(())
}

/// An import under way.
struct Run<'a> {
    app: &'a App,
    key: Key,
    site: SiteId,
    thread: Option<ThreadId>,
    dry_run: bool,
    plan: &'a Plan,
    /// Where each row so far is; parents come before their replies.
    spots: Vec<Spot>,
    cast: Arc<Cast>,
    report: ImportReport,
}

impl Run<'_> {
    async fn all(&mut self) -> Result<(), Error> {
        let mut works = Vec::new();
        for index in 0..self.plan.rows.len() {
            let spot = match self.work(index) {
                Ok(work) => {
                    works.push(work);
                    Spot::Waiting(works.len() - 1)
                }
                Err(reason) => self.skip(index, reason),
            };
            self.spots.push(spot);
            if works.len() == BATCH {
                self.put(std::mem::take(&mut works)).await?;
            }
        }
        self.put(works).await
    }

    /// Makes a row ready for a unit; otherwise why it cannot be kept.
    fn work(&self, index: usize) -> Result<Work, String> {
        let row = self.plan.rows.get(index).ok_or("it is gone")?.as_ref().map_err(Clone::clone)?;
        let node = self.plan.document.comments.get(index).ok_or("it is gone")?;
        let parent = match node.parent.map(|parent| self.spots.get(parent)) {
            None => Parent::Top,
            Some(Some(Spot::Waiting(at))) => Parent::Before(*at),
            Some(Some(Spot::Kept(id))) => Parent::Kept(*id),
            Some(Some(Spot::Gone) | None) => return Err(WITHOUT_PARENT.into()),
        };
        Ok(Work {
            index,
            parent,
            id: CommentId(new_id(row.created_ms)),
            source_id: self.plan.source_id(index, row),
            body_html: markup::render(&row.body),
            row: row.clone(),
        })
    }

    fn skip(&mut self, index: usize, reason: String) -> Spot {
        self.report.skipped.push(Skipped { place: self.plan.document.short_place(index), reason });
        Spot::Gone
    }

    async fn put(&mut self, works: Vec<Work>) -> Result<(), Error> {
        if works.is_empty() {
            return Ok(());
        }
        let indexes: Vec<usize> = works.iter().map(|work| work.index).collect();
        let batch = Batch {
            site: self.site,
            thread: self.thread,
            dry_run: self.dry_run,
            now_ms: self.app.now_ms(),
            works,
            cast: Arc::clone(&self.cast),
        };
        let done = if self.dry_run {
            self.app.store.rehearse("import", move |tx| put(tx, &batch)).await?
        } else {
            self.app.store.write("import", self.key.clone(), move |tx| put(tx, &batch)).await?
        };
        for (index, outcome) in indexes.into_iter().zip(done.outcomes) {
            let spot = match outcome {
                Outcome::Made(id) => {
                    self.report.made += 1;
                    Spot::Kept(id)
                }
                Outcome::Known(id) => {
                    self.report.known += 1;
                    Spot::Kept(Some(id))
                }
                Outcome::Skipped(reason) => self.skip(index, reason),
            };
            if let Some(at) = self.spots.get_mut(index) {
                *at = spot;
            }
        }
        let cast = Arc::make_mut(&mut self.cast);
        for person in done.people {
            self.report.people_made += u64::from(person.made);
            if person.login != person.asked {
                let note = format!(
                    "login `{}` looks like one that somebody else has: its comments are under `{}`",
                    person.asked, person.login
                );
                self.report.notes.push(note);
            }
            cast.keep(person);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
