//! Sites and threads: what they are, a page of the tree, posting, and what is personal about one.

use std::collections::HashMap;

use actix_web::HttpRequest;
use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use super::answer::{self, Answer};
use super::comments::PageQuery;
use super::extract::{Idempotency, Json, Query, Signed, SiteKey, ThreadKey};
use super::{join, reply, view};
use crate::app::manage_thread::ThreadChange;
use crate::app::post::{Article, Post};
use crate::app::{App, Error};
use crate::domain::comment::{Shown, Viewer, shown};
use crate::domain::flag::Reason;
use crate::domain::ids::{CommentId, UserId};
use crate::domain::markup;
use crate::domain::thread::{SLOW_MODE_MAX_S, ThreadState, is_key};
use crate::domain::time::rfc3339;
use crate::domain::tree::{Cut, Sort};

/// A site.
#[derive(Serialize, ToSchema)]
pub struct Site {
    site: String,
    title: String,
    /// The longest body, in characters.
    body_max_chars: usize,
    /// How long an author may edit, in seconds.
    edit_window_s: u64,
    /// What a flag may say.
    reasons: Vec<Reason>,
    /// Where the rules can be read.
    policy_url: Option<String>,
}

/// `GET /sites/{site}`
pub async fn site(request: HttpRequest, app: Data<App>, site: SiteKey) -> Answer {
    let site = app.site(site.0).await?;
    let site = Site {
        site: site.key,
        title: site.title,
        body_max_chars: app.settings.comments.body_max_chars,
        edit_window_s: app.settings.comments.edit_window_s,
        reasons: Reason::for_flags().collect(),
        policy_url: site.policy_url,
    };
    answer::anonymous(&request, &app, &site)
}

/// A site by its names.
#[derive(Serialize, ToSchema)]
pub struct SiteName {
    site: String,
    title: String,
}

/// A page of the sites that one moderates.
#[derive(Serialize, ToSchema)]
pub struct Sites {
    /// In the order of their keys.
    items: Vec<SiteName>,
    /// Where it goes on.
    next: Option<String>,
}

/// `GET /sites`
pub async fn moderated(app: Data<App>, caller: Signed, query: Query<PageQuery>) -> Answer {
    let (sites, next) = app.moderated_sites(&caller.0, query.0.page()).await?;
    let items = sites.into_iter().map(|site| SiteName { site: site.key, title: site.title }).collect();
    reply::private(&Sites { items, next })
}

/// A text to be looked at before it is posted.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct PreviewBody {
    /// 1 to 10,000 characters.
    #[validate(length(min = 1, max = 10_000))]
    #[schema(min_length = 1, max_length = 10_000)]
    body: String,
}

/// A text as it would look.
#[derive(Serialize, ToSchema)]
pub struct Preview {
    /// Safe HTML.
    body_html: String,
}

/// `POST /sites/{site}/preview`
pub async fn preview(app: Data<App>, site: SiteKey, body: Json<PreviewBody>) -> Answer {
    app.site(site.0).await?;
    reply::private(&Preview { body_html: markup::render(&body.value.body) })
}

/// `GET /sites/{site}/threads/{key}`
pub async fn thread(request: HttpRequest, app: Data<App>, site: SiteKey, key: ThreadKey) -> Answer {
    let page = app.thread(site.0, key.0).await?;
    Ok(reply::kept(&request, &app, page.source(), reply::bytes(&view::thread(&page))?))
}

/// What a moderator sets; what is left out stays.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct ThreadBody {
    /// The article's title, 1 to 300 characters.
    #[validate(length(min = 1, max = 300))]
    #[schema(min_length = 1, max_length = 300)]
    title: Option<String>,
    /// The article's address, on an origin registered with the site.
    #[validate(length(max = 2_000))]
    #[schema(max_length = 2_000)]
    url: Option<String>,
    /// Whether it takes anything new.
    state: Option<ThreadState>,
    /// Whether readers' posts wait for a moderator.
    premoderation: Option<bool>,
    /// The pause between two posts of one person, 0 to 86,400 seconds.
    #[validate(range(min = 0, max = SLOW_MODE_MAX_S))]
    #[schema(minimum = 0, maximum = 86_400)]
    slow_mode_seconds: Option<i64>,
}

/// `PUT /sites/{site}/threads/{key}`
pub async fn set_thread(
    app: Data<App>,
    site: SiteKey,
    key: ThreadKey,
    caller: Signed,
    body: Json<ThreadBody>,
) -> Answer {
    let change = ThreadChange {
        title: body.value.title,
        url: body.value.url,
        state: body.value.state,
        premoderation: body.value.premoderation,
        slow_mode_s: body.value.slow_mode_seconds,
    };
    let location = format!("/api/v1/sites/{}/threads/{}", site.0, key.0);
    let (page, made) = app.manage_thread(&caller.0, site.0, key.0, change).await?;
    let thread = view::thread(&page);
    if made { reply::created(&thread, Some(&location)) } else { reply::private(&thread) }
}

/// How a list of comments is cut.
#[derive(Default, Deserialize, IntoParams, Validate)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// The order of siblings, at every level.
    #[param(inline)]
    sort: Option<Sort>,
    /// Comments in the answer, tombstones too; 50 unless said.
    #[validate(range(min = 1, max = 200))]
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
    /// Levels in the answer; 6 unless said.
    #[validate(range(min = 1, max = 16))]
    #[param(minimum = 1, maximum = 16)]
    depth: Option<usize>,
    /// Replies shown under one parent; 20 unless said.
    #[validate(range(min = 1, max = 200))]
    #[param(minimum = 1, maximum = 200)]
    per_parent: Option<usize>,
    /// The `next` of an earlier answer.
    cursor: Option<String>,
}

impl ListQuery {
    /// The cut, with what was left out as the contract says.
    pub fn cut(&self) -> Cut {
        Cut {
            sort: self.sort.unwrap_or(Sort::Oldest),
            limit: self.limit.unwrap_or(50),
            depth: self.depth.unwrap_or(6),
            per_parent: self.per_parent.unwrap_or(20),
        }
    }

    /// The cursor.
    pub fn cursor(&self) -> Option<String> {
        self.cursor.clone()
    }
}

/// `GET /sites/{site}/threads/{key}/comments`
pub async fn comments(
    request: HttpRequest,
    app: Data<App>,
    site: SiteKey,
    key: ThreadKey,
    query: Query<ListQuery>,
) -> Answer {
    let cut = query.0.cut();
    let page = app.tree(site.0, key.0, query.0.cursor(), cut).await?;
    let bytes = join::page(&app, &page, cut.sort)?;
    Ok(reply::kept(&request, &app, page.thread.source(), bytes))
}

/// A comment to be posted.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct PostBody {
    /// 1 to 10,000 characters, not only blanks.
    #[schema(min_length = 1, max_length = 10_000)]
    body: String,
    /// What it replies to.
    #[schema(value_type = Option<String>)]
    parent_id: Option<CommentId>,
    /// What is known of the article, in case this comment makes the thread.
    #[validate(nested)]
    thread: Option<ArticleBody>,
}

/// An article's title and address.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct ArticleBody {
    /// The title, 1 to 300 characters.
    #[validate(length(min = 1, max = 300))]
    #[schema(min_length = 1, max_length = 300)]
    title: Option<String>,
    /// The address, on an origin registered with the site.
    #[validate(length(max = 2_000))]
    #[schema(max_length = 2_000)]
    url: Option<String>,
}

/// `POST /sites/{site}/threads/{key}/comments`
pub async fn post(
    app: Data<App>,
    site: SiteKey,
    key: ThreadKey,
    caller: Signed,
    once: Idempotency,
    body: Json<PostBody>,
) -> Answer {
    let once = once.of_caller(&app, &caller.0, body.hash);
    let post = Post {
        site: site.0,
        thread: key.0,
        body: body.value.body,
        parent: body.value.parent_id,
        article: body.value.thread.map(|article| Article { title: article.title, url: article.url }),
        once,
    };
    let made = app.post(&caller.0, post).await?;
    let location = format!("/api/v1/comments/{}", made.made.id);
    let viewer = caller.0.views(&made.made);
    // one made by an earlier request may have been taken back since
    let how = shown(made.made.state(), false, viewer).unwrap_or(Shown::Tombstone);
    answer::made(&view::comment(&app, &made.made, how, viewer), Some(&location), made.replayed)
}

/// The comments one asks about.
#[derive(Deserialize, IntoParams, Validate)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ViewerQuery {
    /// Ids, separated by commas, 200 at most.
    ids: Option<String>,
}

/// What is personal about a thread.
#[derive(Serialize, ToSchema)]
pub struct ThreadViewer {
    /// Own votes among the comments asked for: 1 or −1 by id.
    my_votes: HashMap<String, i64>,
    /// Those with an own open flag.
    #[schema(value_type = Vec<String>)]
    my_flags: Vec<CommentId>,
    /// Own comments that are held, hidden or under 60 s old, newest first, 50 at most.
    my_comments: Vec<OwnComment>,
    /// What one may do here.
    can: Can,
    /// For moderators of the site.
    #[serde(skip_serializing_if = "Option::is_none")]
    moderation: Option<ThreadWaiting>,
}

/// An own comment.
#[derive(Serialize, ToSchema)]
pub struct OwnComment {
    #[serde(flatten)]
    comment: view::Comment,
    /// Until when it may be edited; null when it may not.
    editable_until: Option<String>,
}

/// Writes an own comment down.
pub fn own_comment(app: &App, of: &crate::domain::comment::Comment, viewer: Viewer) -> OwnComment {
    let how = shown(of.state(), false, viewer).unwrap_or(Shown::Tombstone);
    OwnComment { comment: view::comment(app, of, how, viewer), editable_until: app.editable_until_ms(of).map(rfc3339) }
}

/// What one may do in a thread.
#[derive(Serialize, ToSchema)]
pub struct Can {
    /// Post, edit and vote.
    post: bool,
    /// Decide on comments.
    moderate: bool,
    /// Why one cannot post: `account_suspended` or `muted`, else the thread's state.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
}

/// Comments of a thread that moderators look at.
#[derive(Serialize, ToSchema)]
pub struct ThreadWaiting {
    held: i64,
    hidden: i64,
    flagged: i64,
}

/// `GET /sites/{site}/threads/{key}/viewer`
pub async fn viewer(
    app: Data<App>,
    site: SiteKey,
    key: ThreadKey,
    caller: Signed,
    query: Query<ViewerQuery>,
) -> Answer {
    let ids: Vec<CommentId> = match query.0.ids.as_deref() {
        None | Some("") => Vec::new(),
        Some(list) => {
            let ids: Result<Vec<CommentId>, _> = list.split(',').map(str::parse).collect();
            ids.map_err(|error| Error::parameter("ids", "malformed", error))?
        }
    };
    if ids.len() > 200 {
        return Err(Error::parameter("ids", "too_many", "at most 200 ids").into());
    }
    let found = app.thread_viewer(&caller.0, site.0, key.0, ids).await?;
    reply::private(&ThreadViewer {
        my_votes: found.votes.iter().map(|(id, value)| (id.to_string(), *value)).collect(),
        my_flags: found.flags,
        my_comments: found.comments.iter().map(|comment| own_comment(&app, comment, Viewer::Author)).collect(),
        can: Can { post: found.closed.is_none(), moderate: found.decides, reason: found.closed },
        moderation: found.moderation.map(|(held, hidden, flagged)| ThreadWaiting { held, hidden, flagged }),
    })
}

/// Who is online.
#[derive(Serialize, ToSchema)]
pub struct Online {
    /// People who have published here and show that they are online.
    #[schema(value_type = Vec<String>)]
    online: Vec<UserId>,
}

/// `GET /sites/{site}/threads/{key}/presence`
pub async fn presence(request: HttpRequest, app: Data<App>, site: SiteKey, key: ThreadKey) -> Answer {
    let online = app.online_in(site.0, key.0).await?;
    answer::anonymous(&request, &app, &Online { online })
}

/// The threads one asks about.
#[derive(Deserialize, IntoParams, Validate)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CountsQuery {
    /// Thread keys, separated by commas, 500 at most.
    keys: String,
}

/// `GET /sites/{site}/counts`
pub async fn counts(request: HttpRequest, app: Data<App>, site: SiteKey, query: Query<CountsQuery>) -> Answer {
    let keys: Vec<String> = query.0.keys.split(',').filter(|key| !key.is_empty()).map(str::to_owned).collect();
    if keys.len() > 500 || !keys.iter().all(|key| is_key(key)) {
        return Err(Error::parameter("keys", "malformed", "at most 500 thread keys, separated by commas").into());
    }
    let counts = app.counts(site.0, keys).await?.into_iter().collect();
    answer::anonymous(&request, &app, &view::Counts { counts })
}

/// The threads one asks about.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct CountsBody {
    /// Thread keys, 500 at most.
    #[validate(length(max = 500))]
    #[schema(max_items = 500)]
    keys: Vec<String>,
}

/// `POST /sites/{site}/counts`
pub async fn counts_of(app: Data<App>, site: SiteKey, body: Json<CountsBody>) -> Answer {
    if let Some(index) = body.value.keys.iter().position(|key| !is_key(key)) {
        return Err(Error::field(&format!("/keys/{index}"), "malformed", "not a thread key").into());
    }
    let counts = app.counts(site.0, body.value.keys).await?.into_iter().collect();
    reply::private(&view::Counts { counts })
}
