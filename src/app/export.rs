//! Writes a site, or one thread of it, as native thread documents: what readers see.
//!
//! Published comments go out whole, tombstones as their place and state, everything else not at
//! all: an export is no side door to what was hidden. Paged, so that no thread has to fit in memory.

use std::io::Write;

use super::named::site_named;
use super::{App, Error};
use crate::domain::code::Code;
use crate::domain::comment::{Comment, Shown, Viewer, shown};
use crate::domain::ids::CommentId;
use crate::domain::thread::Thread;
use crate::transfer::native::{Article, Row, Writer, time_text};

/// Comments read in one unit.
const PAGE: i64 = 500;

impl App {
    /// Writes one thread as a document, or all threads of a site as one document a line.
    ///
    /// # Errors
    /// `not_found` when there is no such site or thread; a fault when it cannot be written.
    pub async fn export(&self, site: &str, thread: Option<&str>, out: &mut dyn Write) -> Result<(), Error> {
        let key = site.to_owned();
        let site = self.store.read("export_site", move |tx| site_named(tx, &key)).await?.id;
        if let Some(name) = thread {
            let key = name.to_owned();
            let found =
                self.store.read("export_thread", move |tx| Ok::<_, Error>(tx.thread_by_key(site, &key)?)).await?;
            let missing = || Error::refuse(Code::NotFound, format!("there is no thread `{name}` on this site"));
            self.export_thread(&found.ok_or_else(missing)?, out).await?;
        } else {
            let mut after = String::new();
            loop {
                let from = after.clone();
                let threads =
                    self.store.read("export_threads", move |tx| Ok::<_, Error>(tx.threads_of(site, &from)?)).await?;
                let Some(last) = threads.last() else { break };
                after.clone_from(&last.key);
                for thread in &threads {
                    self.export_thread(thread, out).await?;
                }
            }
        }
        out.flush().map_err(unwritten)
    }

    async fn export_thread(&self, thread: &Thread, out: &mut dyn Write) -> Result<(), Error> {
        let article = Article { key: thread.key.clone(), title: thread.title.clone(), url: thread.url.clone() };
        let mut writer = Writer::start(out, &article).map_err(unwritten)?;
        // from the root to the comment written last
        let mut line: Vec<CommentId> = Vec::new();
        let (thread, mut after) = (thread.id, Vec::new());
        loop {
            let from = after.clone();
            let page =
                self.store.read("export", move |tx| Ok::<_, Error>(tx.comment_walk(thread, &from, PAGE)?)).await?;
            let Some(last) = page.last() else { break };
            after = last.path.as_bytes().to_vec();
            for comment in &page {
                write_comment(&mut writer, &mut line, comment)?;
            }
        }
        writer.finish().map_err(unwritten)
    }
}

fn write_comment(writer: &mut Writer<'_>, line: &mut Vec<CommentId>, comment: &Comment) -> Result<(), Error> {
    let Some(how) = shown(comment.state(), comment.visible_children > 0, Viewer::Public) else { return Ok(()) };
    let above = match comment.parent_id {
        None => 0,
        Some(parent) => match line.iter().rposition(|id| *id == parent) {
            Some(at) => at + 1,
            // it came into view after its parent had been passed over: the next export has both
            None => return Ok(()),
        },
    };
    line.truncate(above);
    line.push(comment.id);
    let (id, created_at) = (comment.id.to_string(), time_text(comment.created_ms));
    let edited_at = comment.edited_ms.map(time_text);
    let author = comment.author.as_ref();
    let row = match how {
        Shown::Whole => Row {
            id: Some(&id),
            login: author.map(|author| author.login.as_str()),
            display_name: author.map(|author| author.display_name.as_str()),
            created_at: &created_at,
            edited_at: edited_at.as_deref(),
            state: None,
            body: &comment.body,
        },
        Shown::Tombstone => Row {
            id: Some(&id),
            login: None,
            display_name: None,
            created_at: &created_at,
            edited_at: None,
            state: Some(comment.state().as_str()),
            body: "",
        },
    };
    writer.comment(line.len(), &row).map_err(unwritten)
}

fn unwritten(error: std::io::Error) -> Error {
    Error::Fault(format!("the export could not be written: {error}"))
}
