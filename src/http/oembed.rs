//! A permalink as other sites show it (https://oembed.com, 2.3): what a comment says, by whom, with a
//! link to its place, and no script. For permalinks of this service's threads only.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use maud::{PreEscaped, html};
use serde::Serialize;

use super::answer::Answer;
use super::{feed, reply};
use crate::app::{App, Error};
use crate::domain::code::Code;
use crate::domain::ids::CommentId;
use crate::domain::time::rfc3339;

/// As wide as a comment's lines are, in pixels; less where the caller has less.
const WIDTH: u32 = 600;

/// What is answered (2.3.4).
#[derive(Serialize)]
struct Rich {
    version: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
    title: String,
    author_name: String,
    provider_name: String,
    provider_url: String,
    /// For how long others may keep it, in seconds: as long as any page of ours.
    cache_age: u64,
    html: String,
    width: u32,
    /// As high as the text is long.
    height: Option<u32>,
}

/// `GET /oembed?url=…&format=…&maxwidth=…`. Other parameters are others' inventions, and ignored.
pub async fn oembed(request: HttpRequest, app: Data<App>) -> Answer {
    let asked = Asked::read(request.query_string())?;
    let id = asked.comment(&app).ok_or_else(Error::not_found)?;
    let (page, comment) = app.permalink(id).await?;
    let link = feed::permalink(&app, &page, id);
    // an address of ours is ours whatever it says; one elsewhere has to be that of the thread
    if !asked.url.starts_with(&format!("{}/api/v1/", app.origin)) && !is_same(&asked.url, &link) {
        return Err(Error::not_found().into());
    }
    let author = comment.author.as_ref().map_or("account removed", |author| &author.display_name);
    let thread = page.thread.as_ref().and_then(|thread| thread.title.as_deref());
    let markup = html! {
        blockquote class="understory-comment" cite=(link) {
            // rendered and sanitised when it was written, see domain::markup
            div { (PreEscaped(&comment.body_html)) }
            p {
                bdi { (author) } ", "
                a href=(link) { time datetime=(rfc3339(comment.created_ms)) { (rfc3339(comment.created_ms)) } }
            }
        }
    };
    let number = comment.path.number();
    let rich = Rich {
        version: "1.0",
        kind: "rich",
        title: format!("Comment {number} on {}", thread.unwrap_or(&page.site.title)),
        author_name: author.to_owned(),
        provider_name: page.site.title.clone(),
        provider_url: app.origin.clone(),
        cache_age: app.settings.cache.shared_s,
        html: markup.into_string(),
        width: asked.width,
        height: None,
    };
    Ok(if asked.is_xml { xml(&request, &app, &rich) } else { reply::anonymous(&request, &app, reply::bytes(&rich)?) })
}

/// Whether two addresses are one, however their writers spell it.
fn is_same(one: &str, other: &str) -> bool {
    matches!((url::Url::parse(one), url::Url::parse(other)), (Ok(one), Ok(other)) if one == other)
}

fn xml(request: &HttpRequest, app: &App, rich: &Rich) -> HttpResponse {
    let markup = html! {
        oembed {
            version { (rich.version) }
            type { (rich.kind) }
            title { (feed::clean(&rich.title)) }
            author_name { (feed::clean(&rich.author_name)) }
            provider_name { (feed::clean(&rich.provider_name)) }
            provider_url { (rich.provider_url) }
            cache_age { (rich.cache_age) }
            html { (feed::clean(&rich.html)) }
            width { (rich.width) }
        }
    };
    reply::page(request, app, "text/xml; charset=utf-8", feed::document(markup))
}

/// The query.
struct Asked {
    url: String,
    is_xml: bool,
    width: u32,
}

impl Asked {
    fn read(query: &str) -> Result<Asked, Error> {
        let (mut url, mut is_xml, mut width) = (None, false, WIDTH);
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                "url" => url = Some(value.into_owned()),
                "format" if value == "json" => is_xml = false,
                "format" if value == "xml" => is_xml = true,
                "format" => return Err(Error::refuse(Code::NotImplemented, "format is json or xml")),
                "maxwidth" => {
                    let most: u32 =
                        value.parse().ok().filter(|most| *most > 0).ok_or_else(|| {
                            Error::parameter("maxwidth", "invalid", "must be a number of pixels, from 1")
                        })?;
                    width = most.min(WIDTH);
                }
                _ => {}
            }
        }
        let url = url.ok_or_else(|| Error::parameter("url", "required", "is missing: the address of a comment"))?;
        Ok(Asked { url, is_xml, width })
    }

    /// The comment that the address names: `…#c-7`, or `/api/v1/comments/7` here.
    fn comment(&self, app: &App) -> Option<CommentId> {
        let own = self.url.strip_prefix(&app.origin).and_then(|rest| rest.strip_prefix("/api/v1/comments/"));
        let id = match self.url.split_once("#c-") {
            Some((_, id)) => id,
            None => own?.trim_end_matches(".html").trim_end_matches("/context"),
        };
        id.parse().ok()
    }
}
