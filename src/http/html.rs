//! The page of comments as HTML, for search engines and for who reads without script: the structure
//! and the classes of the widget (`web/thread/view`), so that its style makes both look alike. What
//! is shown, in which order and where it is cut is the JSON list's: the same use-case reads it, and
//! each `next` becomes a link.

use actix_web::HttpRequest;
use actix_web::http::header::{self, HeaderValue};
use actix_web::web::Data;
use maud::{Markup, PreEscaped, html};
use serde::Deserialize;

use super::answer::Answer;
use super::assets::{Assets, ENGLISH, Words};
use super::extract::{Id, Query, SiteKey, Speech, Spoken, ThreadKey};
use super::problem::Problem;
use super::sites::ListQuery;
use super::{reply, wire};
use crate::app::people::Authors;
use crate::app::read::ThreadPage;
use crate::app::stamps::Source;
use crate::app::{App, Error};
use crate::domain::comment::{Remover, State};
use crate::domain::flag::Reason;
use crate::domain::fragment::{Item, Place};
use crate::domain::ids::{CommentId, SiteId, ThreadId};
use crate::domain::tree::{Cut, Level, Listing};

/// Its media type.
pub const HTML: &str = "text/html; charset=utf-8";
/// Where it is opened by itself: our style, and nothing that runs.
const POLICY: &str =
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// Past these depths a branch is flat, as in the widget: on a phone, and on a wide page.
const NARROW: u32 = 3;
/// See [`NARROW`].
const WIDE: u32 = 8;

/// `GET /sites/{site}/threads/{key}/comments.html`
pub async fn comments(
    request: HttpRequest,
    app: Data<App>,
    assets: Data<Assets>,
    site: SiteKey,
    key: ThreadKey,
    Spoken(query, speech): Spoken<ListQuery>,
) -> Answer {
    let (cut, cursor) = (query.cut(), query.cursor());
    let is_first = cursor.is_none();
    let list = format!("{}/api/v1/sites/{}/threads/{}/comments.html", app.origin, site.0, key.0);
    let page = app.tree(site.0, key.0, cursor, cut).await?;
    let born = page.thread.thread.as_ref();
    let thread = born.map_or(ThreadId(0), |born| born.id);
    assets.with_words(speech.lang.as_deref(), |words| {
        let (items, authors) = (&page.part.items, &page.authors);
        let writer = Writer { app: &app, words, site: page.thread.site.id, items, authors, cut };
        let tree = writer.list(&page.part.listing, Level { thread, parent: None }, &list)?;
        let count = words.count("heading", born.map_or(0, |born| born.published_count));
        let markup = html! {
            header.head {
                h2 { @if is_first { (count) } @else { a href=(writer.spoken(&list)) { (count) } } }
            }
            @if page.part.listing.items.is_empty() && is_first {
                div.tree { div.empty { (words.say("empty")) } }
            } @else {
                div.tree { (tree) }
            }
        };
        Ok(answer(&request, &app, words, page.thread.source(), &markup))
    })
}

/// `GET /comments/{id}/replies.html`: where a link of [`comments`] leads that goes on below a comment.
pub async fn replies(
    request: HttpRequest,
    app: Data<App>,
    assets: Data<Assets>,
    id: Id<CommentId>,
    Spoken(query, speech): Spoken<ListQuery>,
) -> Answer {
    let cut = query.cut();
    let part = app.replies(id.0, query.cursor(), cut).await?;
    assets.with_words(speech.lang.as_deref(), |words| {
        let writer = Writer { app: &app, words, site: part.site, items: &part.part.items, authors: &part.authors, cut };
        let tree = writer.list(&part.part.listing, part.level, &writer.replies_of(id.0))?;
        Ok(answer(&request, &app, words, Source::Thread(part.level.thread), &html! { div.tree { (tree) } }))
    })
}

/// `GET /comments/{id}/context.html`: a permalink where no page with the thread is known.
pub async fn context(
    request: HttpRequest,
    app: Data<App>,
    assets: Data<Assets>,
    id: Id<CommentId>,
    speech: Query<Speech>,
) -> Answer {
    let found = app.context(id.0).await?;
    let ThreadPage { site, key, thread, .. } = &found.thread;
    let thread_list = format!("{}/api/v1/sites/{}/threads/{key}/comments.html", app.origin, site.key);
    assets.with_words(speech.0.lang.as_deref(), |words| {
        let (items, cut) = (&found.ancestors, ListQuery::default().cut());
        let writer = Writer { app: &app, words, site: site.id, items, authors: &found.authors, cut };
        let way = items.iter().chain([&found.comment]);
        let way =
            way.map(|item| Ok((item.id, writer.comment(item, &stored(item)?)))).collect::<Result<Vec<_>, Problem>>()?;
        let replies = found.comment.visible_children;
        let markup = html! {
            header.head {
                h2 {
                    a href=(writer.spoken(&thread_list)) {
                        (words.count("heading", thread.as_ref().map_or(0, |born| born.published_count)))
                    }
                }
            }
            div.tree {
                ol.list { @for (id, comment) in &way { li.item data-id=(id) { (comment) } } }
                @if replies > 0 {
                    a.quiet.more href=(writer.spoken(&writer.replies_of(found.comment.id))) { (words.count("all_replies", replies)) }
                }
            }
        };
        Ok(answer(&request, &app, words, found.thread.source(), &markup))
    })
}

fn answer(request: &HttpRequest, app: &App, words: &Words, source: Source, inside: &Markup) -> actix_web::HttpResponse {
    let whole = html! {
        // without a version: the fragment may be kept in pages that outlive it
        link rel="stylesheet" href={ (app.origin) "/web/thread/view.css" };
        div.thread lang=(words.tag) dir=(words.dir()) { (inside) }
    };
    let mut response = reply::kept_as(request, app, source, HTML, whole.into_string().into_bytes());
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    response
}

/// What is stored of a comment, as far as it is shown here.
#[derive(Deserialize)]
struct Stored {
    number: String,
    depth: u32,
    parent_id: Option<String>,
    state: State,
    body_html: Option<String>,
    created_at: String,
    edited_at: Option<String>,
    pinned: bool,
    locked: bool,
    removed: Option<Removal>,
}

#[derive(Deserialize)]
struct Removal {
    by: Remover,
    reason_code: Option<Reason>,
}

fn stored(item: &Item) -> Result<Stored, Error> {
    serde_json::from_str(&format!("{{{}}}", item.fragment))
        .map_err(|error| Error::Fault(format!("a stored comment cannot be read: {error}")))
}

/// A page on its way.
struct Writer<'p> {
    app: &'p App,
    words: &'p Words,
    site: SiteId,
    items: &'p [Item],
    authors: &'p Authors,
    cut: Cut,
}

impl Writer<'_> {
    fn replies_of(&self, id: CommentId) -> String {
        format!("{}/api/v1/comments/{id}/replies.html", self.app.origin)
    }

    /// A shown part of a level, and the link to the rest of it. Recursion is bounded by the levels
    /// of one answer, at most 16.
    fn list(&self, listing: &Listing<Place>, level: Level, address: &str) -> Result<Markup, Problem> {
        let mut shown = Vec::with_capacity(listing.items.len());
        for branch in &listing.items {
            let item = self.items.get(branch.node.at);
            let item = item.ok_or_else(|| Error::Fault("a page has a place without an item".into()))?;
            let stored = stored(item)?;
            let below = Level { parent: Some(item.id), ..level };
            let replies = self.list(&branch.replies, below, &self.replies_of(item.id))?;
            let has_replies = !branch.replies.items.is_empty() || branch.replies.next.is_some();
            shown.push(html! {
                li.item data-id=(item.id) {
                    (self.comment(item, &stored))
                    @if has_replies { div class=(branch_class(stored.depth)) { (replies) } }
                }
            });
        }
        let more = match (level.parent, listing.items.is_empty()) {
            (None, _) => "more_comments",
            (Some(_), true) => "all_replies",
            (Some(_), false) => "more_replies",
        };
        let label = level.parent.is_none().then(|| self.words.say("list_label"));
        Ok(html! {
            @if !shown.is_empty() {
                ol.list aria-label=[label] { @for one in &shown { (one) } }
            }
            @if let Some(next) = listing.next {
                a.quiet.more href=(self.go_on(address, &next.encode(level, self.cut.sort))) {
                    (self.words.count(more, listing.remaining()))
                }
            }
        })
    }

    /// The address of the rest, cut as this page is.
    fn go_on(&self, address: &str, cursor: &str) -> String {
        let Cut { sort, limit, depth, per_parent } = self.cut;
        let sort = sort.as_str();
        let rest = format!("sort={sort}&limit={limit}&depth={depth}&per_parent={per_parent}&cursor={cursor}");
        match self.words.tag.as_str() {
            ENGLISH => format!("{address}?{rest}"),
            tag => format!("{address}?{rest}&lang={tag}"),
        }
    }

    /// The address of another page in the language of this one.
    fn spoken(&self, address: &str) -> String {
        match self.words.tag.as_str() {
            ENGLISH => address.to_owned(),
            tag => format!("{address}?lang={tag}"),
        }
    }

    fn comment(&self, item: &Item, stored: &Stored) -> Markup {
        let state = if stored.body_html.is_some() { stored.state.as_str() } else { "gone" };
        let (id, head) = (format!("c-{}", item.id), format!("h-{}", item.id));
        html! {
            article class={ "comment " (state) " sent" } id=(id) aria-labelledby=(head) {
                (self.head_line(item, stored, &head))
                (self.reply_to(stored))
                @if let Some(body) = &stored.body_html {
                    // rendered and sanitised when it was written, see domain::markup
                    div.body dir="auto" { (PreEscaped(body)) }
                } @else {
                    p.instead { (self.instead_of(stored)) }
                }
            }
        }
    }

    fn head_line(&self, item: &Item, stored: &Stored, id: &str) -> Markup {
        let words = self.words;
        let author = item.author_id.and_then(|author| self.authors.get(&author));
        html! {
            header.meta id=(id) {
                a.number href={ "#c-" (item.id) } {
                    span.unseen { (words.say("number_prefix")) " " }
                    (stored.number)
                }
                // for who reads it without any style; between boxes in a row it is nothing
                " "
                @if let Some(author) = author {
                    @let now = wire::now(self.app, &author.user, Some(self.site));
                    bdi.name { (author.user.display_name) } " "
                    bdi.login { (author.user.login) } " "
                    @if let Some(presence) = now.presence {
                        @let word = match presence {
                            wire::Presence::Online => "online",
                            wire::Presence::Offline => "offline",
                        };
                        span class={ "dot " (word) } title=(words.say(word)) { span.unseen { (words.say(word)) } } " "
                    }
                    @if let Some(badge) = now.badge {
                        @let key = match badge {
                            wire::Badge::Moderator => "badge_moderator",
                            wire::Badge::Admin => "badge_admin",
                        };
                        span.badge { (words.say(key)) } " "
                    }
                } @else if stored.body_html.is_some() {
                    span.name { (words.say("no_author")) } " "
                }
                time datetime=(stored.created_at) { (minute(&stored.created_at)) }
                @if let Some(edited) = &stored.edited_at {
                    " " span.note title=(minute(edited)) { (words.say("edited")) }
                }
                @if stored.pinned { " " span.note { (words.say("pinned")) } }
                @if stored.locked { " " span.note { (words.say("locked")) } }
            }
        }
    }

    /// Seen only where the branch is flat.
    fn reply_to(&self, stored: &Stored) -> Markup {
        let Some(parent) = stored.parent_id.as_ref().filter(|_| stored.depth > NARROW + 1) else {
            return html! {};
        };
        let place = if stored.depth > WIDE + 1 { "reply-to narrow wide" } else { "reply-to narrow" };
        let above = stored.number.rsplit_once('.').map_or(stored.number.as_str(), |(above, _)| above);
        let text = self.words.say("in_reply_to");
        let (before, after) = text.split_once("{number}").unwrap_or((text, ""));
        html! { p class=(place) { (before) a href={ "#c-" (parent) } { (above) } (after) } }
    }

    fn instead_of(&self, stored: &Stored) -> String {
        let words = self.words;
        let by = stored.removed.as_ref().map(|removal| removal.by);
        let reason = stored.removed.as_ref().and_then(|removal| removal.reason_code);
        let key = match (stored.state, by) {
            (State::Deleted, _) | (_, Some(Remover::Author)) => return words.say("gone_author").to_owned(),
            (State::Held, _) => return words.say("gone_held").to_owned(),
            (_, Some(Remover::Rule)) => "gone_rule",
            _ => "gone_moderator",
        };
        match reason {
            Some(reason) => words.fill(key, "reason", &words.reason(reason.as_str())),
            None => words.say(if key == "gone_rule" { "gone_rule_plain" } else { "gone_moderator_plain" }).to_owned(),
        }
    }
}

fn branch_class(depth: u32) -> &'static str {
    match depth {
        _ if depth > WIDE => "branch flat-narrow flat-wide",
        _ if depth > NARROW => "branch flat-narrow",
        _ => "branch",
    }
}

/// A time as people of any language read it, to the minute.
fn minute(rfc3339: &str) -> String {
    match (rfc3339.get(..10), rfc3339.get(11..16)) {
        (Some(day), Some(time)) => format!("{day} {time} UTC"),
        _ => rfc3339.to_owned(),
    }
}
