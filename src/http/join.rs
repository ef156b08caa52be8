//! Joins pages from stored fragments: what `view` describes, written as bytes without building it.

use serde::Serialize;

use super::problem::Problem;
use super::{reply, view, wire};
use crate::app::people::{Author, Authors};
use crate::app::read::{Context, Replies, TreePage};
use crate::app::{App, Error};
use crate::domain::fragment::{Item, Place};
use crate::domain::ids::{SiteId, ThreadId};
use crate::domain::tree::{Level, Listing, Sort};

/// Bytes that a comment takes beside its fragment, and a page beside its comments; mostly less.
const ROOM: usize = 512;

/// A [`view::CommentPage`].
///
/// # Errors
/// A fault when it cannot be written.
pub fn page(app: &App, page: &TreePage, sort: Sort) -> Result<Vec<u8>, Problem> {
    let mut joint = Joint::new(app, page.thread.site.id, &page.authors, &page.part.items);
    joint.field('{', "thread", &view::thread(&page.thread))?;
    joint.field(',', "sort", &sort)?;
    joint.push(b",");
    // a thread that is not born has an empty list, whose level is never asked for
    let thread = page.thread.thread.as_ref().map_or(ThreadId(0), |born| born.id);
    joint.listing(&page.part.items, &page.part.listing, Level { thread, parent: None }, sort)?;
    joint.push(b"}");
    Ok(joint.out)
}

/// A [`view::Replies`].
///
/// # Errors
/// A fault when it cannot be written.
pub fn replies(app: &App, part: &Replies, sort: Sort) -> Result<Vec<u8>, Problem> {
    let mut joint = Joint::new(app, part.site, &part.authors, &part.part.items);
    joint.push(b"{");
    joint.listing(&part.part.items, &part.part.listing, part.level, sort)?;
    joint.push(b"}");
    Ok(joint.out)
}

/// A [`super::comments::Context`].
///
/// # Errors
/// A fault when it cannot be written.
pub fn context(app: &App, context: &Context) -> Result<Vec<u8>, Problem> {
    let mut joint = Joint::new(app, context.thread.site.id, &context.authors, &context.ancestors);
    joint.field('{', "thread", &view::thread(&context.thread))?;
    joint.push(b",\"ancestors\":[");
    for (index, item) in context.ancestors.iter().enumerate() {
        joint.push(if index == 0 { b"" } else { b"," });
        joint.alone(item)?;
    }
    joint.push(b"],\"comment\":");
    joint.alone(&context.comment)?;
    joint.push(b"}");
    Ok(joint.out)
}

/// A page on its way.
struct Joint<'p> {
    app: &'p App,
    site: SiteId,
    authors: &'p Authors,
    out: Vec<u8>,
}

impl<'p> Joint<'p> {
    fn new(app: &'p App, site: SiteId, authors: &'p Authors, items: &[Item]) -> Joint<'p> {
        // one size from the start: a page that grows is copied
        let room = items.iter().map(|item| item.fragment.len() + ROOM).sum::<usize>() + 2 * ROOM;
        Joint { app, site, authors, out: Vec::with_capacity(room) }
    }

    fn push(&mut self, bytes: &[u8]) {
        self.out.extend_from_slice(bytes);
    }

    fn json<T: Serialize>(&mut self, value: &T) -> Result<(), Problem> {
        serde_json::to_writer(&mut self.out, value)
            .map_err(|error| Error::Fault(format!("a page cannot be written: {error}")).into())
    }

    fn field<T: Serialize>(&mut self, before: char, name: &str, value: &T) -> Result<(), Problem> {
        self.out.push(before as u8);
        self.out.push(b'"');
        self.push(name.as_bytes());
        self.push(b"\":");
        self.json(value)
    }

    /// The fields of a shown part of a level; its `next` belongs to `level` in `sort`. Recursion is
    /// bounded by the levels of one answer, at most 16.
    fn listing(&mut self, items: &[Item], listing: &Listing<Place>, level: Level, sort: Sort) -> Result<(), Problem> {
        self.push(b"\"items\":[");
        for (index, branch) in listing.items.iter().enumerate() {
            self.push(if index == 0 { b"" } else { b"," });
            let Some(item) = items.get(branch.node.at) else {
                return Err(Error::Fault("a page has a place without an item".into()).into());
            };
            self.item(item)?;
            let below = Level { parent: Some(item.id), ..level };
            self.listing(items, &branch.replies, below, sort)?;
            self.push(b"}}");
        }
        self.push(b"]");
        self.field(',', "next", &listing.next.map(|next| next.encode(level, sort)))?;
        self.field(',', "remaining", &listing.remaining())
    }

    /// A comment without what is below it.
    fn alone(&mut self, item: &Item) -> Result<(), Problem> {
        self.item(item)?;
        self.push(b"\"items\":[],\"next\":null,\"remaining\":0}}");
        Ok(())
    }

    /// A comment up to where its replies begin.
    fn item(&mut self, item: &Item) -> Result<(), Problem> {
        self.push(b"{");
        self.push(item.fragment.as_bytes());
        self.push(b",\"author\":");
        match item.author_id.and_then(|id| self.authors.get(&id)) {
            Some(author) => self.author(author)?,
            None => self.push(b"null"),
        }
        self.field(',', "score", &(item.up - item.down))?;
        self.field(',', "up", &item.up)?;
        self.field(',', "down", &item.down)?;
        self.field(',', "reply_count", &item.reply_count)?;
        self.push(b",\"replies\":{");
        Ok(())
    }

    /// A [`wire::User`], whose unchanging part is written once.
    fn author(&mut self, author: &Author) -> Result<(), Problem> {
        let person = match author.written.get() {
            Some(person) => person,
            None => {
                let person = reply::bytes(&wire::person(&author.user))?;
                author.written.get_or_init(|| person)
            }
        };
        // two objects become one: the brace between them a comma
        self.push(person.strip_suffix(b"}").unwrap_or(person));
        let between = self.out.len();
        self.json(&wire::now(self.app, &author.user, Some(self.site)))?;
        if let Some(brace) = self.out.get_mut(between) {
            *brace = b',';
        }
        Ok(())
    }
}
