//! The newest comments of a thread as a feed (Atom, RFC 4287).

use actix_web::HttpRequest;
use actix_web::web::Data;
use maud::{Markup, PreEscaped, html};

use super::answer::Answer;
use super::extract::{SiteKey, ThreadKey};
use super::reply;
use crate::app::App;
use crate::app::read::ThreadPage;
use crate::domain::comment::Comment;
use crate::domain::ids::CommentId;
use crate::domain::time::rfc3339;

/// Its media type (RFC 4287, 7).
pub const ATOM: &str = "application/atom+xml; charset=utf-8";
/// What an XML document begins with.
const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n";

/// `GET /sites/{site}/threads/{key}/feed.atom`
pub async fn feed(request: HttpRequest, app: Data<App>, site: SiteKey, key: ThreadKey) -> Answer {
    let (page, comments) = app.newest(site.0, key.0).await?;
    let whole = document(atom(&app, &page, &comments));
    Ok(reply::kept_as(&request, &app, page.source(), ATOM, whole))
}

fn atom(app: &App, page: &ThreadPage, comments: &[Comment]) -> Markup {
    let thread = thread_address(app, page);
    let own = format!("{thread}/feed.atom");
    let read = article(page).map_or_else(|| format!("{thread}/comments.html"), str::to_owned);
    let born = page.thread.as_ref();
    let title = born.and_then(|thread| thread.title.as_deref()).unwrap_or(&page.key);
    let began = born.map_or(0, |thread| thread.created_ms);
    let updated = comments.iter().map(changed).max().unwrap_or(began);
    html! {
        feed xmlns="http://www.w3.org/2005/Atom" {
            id { (own) }
            title { (clean(title)) }
            subtitle { (clean(&page.site.title)) }
            updated { (rfc3339(updated)) }
            link rel="self" type="application/atom+xml" href=(own) {}
            link rel="alternate" type="text/html" href=(clean(&read)) {}
            generator uri=(app.origin) version=(env!("CARGO_PKG_VERSION")) { "Understory" }
            @for comment in comments { (entry(app, page, comment)) }
        }
    }
}

fn entry(app: &App, page: &ThreadPage, comment: &Comment) -> Markup {
    // somebody whose account was removed still has to be named: an entry has an author
    let author = comment.author.as_ref().map_or("account removed", |author| &author.display_name);
    html! {
        entry {
            id { (app.origin) "/api/v1/comments/" (comment.id) }
            title { "Comment " (comment.path.number()) " by " (clean(author)) }
            author { name { (clean(author)) } }
            published { (rfc3339(comment.created_ms)) }
            updated { (rfc3339(changed(comment))) }
            link rel="alternate" type="text/html" href=(clean(&permalink(app, page, comment.id))) {}
            content type="html" { (clean(&comment.body_html)) }
        }
    }
}

fn changed(comment: &Comment) -> i64 {
    comment.edited_ms.unwrap_or(comment.created_ms)
}

fn thread_address(app: &App, page: &ThreadPage) -> String {
    format!("{}/api/v1/sites/{}/threads/{}", app.origin, page.site.key, page.key)
}

/// The article, where it is known.
fn article(page: &ThreadPage) -> Option<&str> {
    let url = page.thread.as_ref()?.url.as_deref()?;
    Some(url.split_once('#').map_or(url, |(page, _)| page))
}

/// A comment's place in the article, as the widget follows it; or where none is known by itself,
/// below what it answers.
pub fn permalink(app: &App, page: &ThreadPage, id: CommentId) -> String {
    match article(page) {
        Some(url) => format!("{url}#c-{id}"),
        None => format!("{}/api/v1/comments/{id}/context.html#c-{id}", app.origin),
    }
}

/// A text without what XML 1.0 has no place for, escaped or not (2.2): controls and half characters.
pub fn clean(text: &str) -> String {
    let stands = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    text.chars().map(|c| if stands(c) { c } else { '\u{fffd}' }).collect()
}

/// Markup as a document of XML.
pub fn document(markup: Markup) -> Vec<u8> {
    let PreEscaped(text) = markup;
    format!("{DECLARATION}{text}").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_has_no_place_for_is_marked() {
        assert_eq!(clean("a\u{1}b\u{b}c\u{fffe}d\u{ffff}e\n\t𝄞"), "a\u{fffd}b\u{fffd}c\u{fffd}d\u{fffd}e\n\t𝄞");
    }
}
