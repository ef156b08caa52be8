//! Single comments: reading, permalinks, editing, deleting, votes and flags; and people.

use actix_web::HttpRequest;
use actix_web::http::header::{HeaderMap, IF_MATCH};
use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use super::answer::{self, Answer};
use super::extract::{Id, Idempotency, Json, MaybeSigned, Query, Signed};
use super::sites::ListQuery;
use super::{join, reply, view, wire};
use crate::app::edit::Expected;
use crate::app::stamps::Source;
use crate::app::{App, Error};
use crate::domain::comment::{Shown, Viewer};
use crate::domain::flag::Reason;
use crate::domain::ids::{CommentId, FlagId, UserId};
use crate::domain::time::rfc3339;

/// `GET /comments/{id}`
pub async fn comment(request: HttpRequest, app: Data<App>, id: Id<CommentId>, caller: MaybeSigned) -> Answer {
    let seen = app.comment(caller.0.as_ref(), id.0).await?;
    let comment = view::comment(&app, &seen.comment, seen.shown, seen.viewer);
    answer::by_viewer(&request, &app, caller.0.is_some(), &comment)
}

/// The texts of a comment.
#[derive(Serialize, ToSchema)]
pub struct Revisions {
    /// Oldest first; empty for who is neither author nor moderator.
    items: Vec<Revision>,
    /// Always null: the list is whole.
    next: Option<String>,
}

/// A text a comment has had.
#[derive(Serialize, ToSchema)]
pub struct Revision {
    /// The comment's version that had it last.
    version: i64,
    body: String,
    body_html: String,
    /// When it was written.
    created_at: String,
}

/// `GET /comments/{id}/revisions`
pub async fn revisions(request: HttpRequest, app: Data<App>, id: Id<CommentId>, caller: MaybeSigned) -> Answer {
    let texts = app.revisions(caller.0.as_ref(), id.0).await?;
    let items = texts
        .into_iter()
        .map(|text| Revision {
            version: text.version,
            body: text.body,
            body_html: text.body_html,
            created_at: rfc3339(text.written_ms),
        })
        .collect();
    answer::by_viewer(&request, &app, caller.0.is_some(), &Revisions { items, next: None })
}

/// `GET /comments/{id}/replies`
pub async fn replies(request: HttpRequest, app: Data<App>, id: Id<CommentId>, query: Query<ListQuery>) -> Answer {
    let cut = query.0.cut();
    let part = app.replies(id.0, query.0.cursor(), cut).await?;
    let bytes = join::replies(&app, &part, cut.sort)?;
    Ok(reply::kept(&request, &app, Source::Thread(part.level.thread), bytes))
}

/// A permalink in one call.
#[derive(Serialize, ToSchema)]
pub struct Context {
    thread: view::Thread,
    /// What the comment replies to, root first.
    ancestors: Vec<view::Comment>,
    comment: view::Comment,
}

/// `GET /comments/{id}/context`
pub async fn context(request: HttpRequest, app: Data<App>, id: Id<CommentId>) -> Answer {
    let context = app.context(id.0).await?;
    let bytes = join::context(&app, &context)?;
    Ok(reply::kept(&request, &app, context.thread.source(), bytes))
}

/// A new text.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct EditBody {
    /// 1 to 10,000 characters, not only blanks.
    #[schema(min_length = 1, max_length = 10_000)]
    body: String,
    /// The version it is meant for.
    version: Option<i64>,
}

/// `PATCH /comments/{id}`
pub async fn edit(
    request: HttpRequest,
    app: Data<App>,
    id: Id<CommentId>,
    caller: Signed,
    body: Json<EditBody>,
) -> Answer {
    let expected = match (if_match(request.headers()), body.value.version) {
        (Some(version), _) => Expected::Match(version),
        (None, Some(version)) => Expected::Version(version),
        (None, None) => Expected::Any,
    };
    let comment = app.edit(&caller.0, id.0, body.value.body, expected).await?;
    let viewer = caller.0.views(&comment);
    reply::private(&view::comment(&app, &comment, Shown::Whole, viewer))
}

/// The version an `If-Match` names; inner none: it names none.
fn if_match(headers: &HeaderMap) -> Option<Option<i64>> {
    let mut values = headers.get_all(IF_MATCH);
    let first = values.next()?;
    let version = first.to_str().ok().and_then(|text| text.strip_prefix('"')?.strip_suffix('"')?.parse().ok());
    Some(version.filter(|_| values.next().is_none()))
}

/// `DELETE /comments/{id}`
pub async fn delete(app: Data<App>, id: Id<CommentId>, caller: Signed) -> Answer {
    app.delete(&caller.0, id.0).await?;
    Ok(reply::done())
}

/// A vote.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct VoteBody {
    /// 1, 0 or −1.
    #[validate(range(min = -1, max = 1))]
    #[schema(minimum = -1, maximum = 1)]
    value: i64,
}

/// The votes on a comment.
#[derive(Serialize, ToSchema)]
pub struct Votes {
    score: i64,
    up: i64,
    down: i64,
    /// 1, 0 or −1.
    my_vote: i64,
}

/// `PUT /comments/{id}/vote`
pub async fn vote(app: Data<App>, id: Id<CommentId>, caller: Signed, body: Json<VoteBody>) -> Answer {
    let votes = app.vote(&caller.0, id.0, body.value.value).await?;
    reply::private(&Votes { score: votes.up - votes.down, up: votes.up, down: votes.down, my_vote: votes.mine })
}

/// A flag to be made.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct FlagBody {
    /// Why; not `rule_violation`, which is for moderators.
    reason: Reason,
    /// In one's own words, 1,000 characters at most.
    #[validate(length(max = 1_000))]
    #[schema(max_length = 1_000)]
    note: Option<String>,
}

/// `POST /comments/{id}/flags`
pub async fn flag(
    app: Data<App>,
    id: Id<CommentId>,
    caller: Signed,
    once: Idempotency,
    body: Json<FlagBody>,
) -> Answer {
    if body.value.reason == Reason::RuleViolation {
        return Err(Error::field("/reason", "not_for_flags", "this reason is for moderators").into());
    }
    let once = once.of_caller(&app, &caller.0, body.hash);
    let note = body.value.note.filter(|note| !note.is_empty());
    let made = app.flag(&caller.0, id.0, body.value.reason, note, once).await?;
    answer::made(&view::flag(&made.made), None, made.replayed)
}

/// `DELETE /flags/{id}`
pub async fn withdraw(app: Data<App>, id: Id<FlagId>, caller: Signed) -> Answer {
    app.withdraw(&caller.0, id.0).await?;
    Ok(reply::done())
}

/// A part of a plain list.
#[derive(Deserialize, IntoParams, Validate)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// Items in the answer; 50 unless said.
    #[validate(range(min = 1, max = 200))]
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
    /// The `next` of an earlier answer.
    cursor: Option<String>,
}

impl PageQuery {
    /// Cursor and limit.
    pub fn page(self) -> (Option<String>, usize) {
        (self.cursor, self.limit.unwrap_or(50))
    }
}

/// A list of comments.
#[derive(Serialize, ToSchema)]
pub struct Comments {
    /// Newest first.
    pub items: Vec<view::Comment>,
    /// Where it goes on.
    pub next: Option<String>,
}

/// `GET /users/{id}`
pub async fn user(request: HttpRequest, app: Data<App>, id: Id<UserId>) -> Answer {
    let user = app.user(id.0).await?;
    answer::anonymous(&request, &app, &wire::user(&app, &user, None))
}

/// `GET /users/{id}/comments`
pub async fn user_comments(request: HttpRequest, app: Data<App>, id: Id<UserId>, query: Query<PageQuery>) -> Answer {
    let (comments, next) = app.user_comments(id.0, query.0.page()).await?;
    let items = comments.iter().map(|c| view::comment(&app, c, Shown::Whole, Viewer::Public)).collect();
    answer::anonymous(&request, &app, &Comments { items, next })
}
