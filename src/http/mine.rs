//! What is one's own beside the account: comments, flags, and decisions on both.

use actix_web::web::Data;
use serde::Serialize;
use utoipa::ToSchema;

use super::answer::Answer;
use super::comments::PageQuery;
use super::extract::{Query, Signed};
use super::sites::{OwnComment, own_comment};
use super::{reply, view};
use crate::app::App;
use crate::domain::comment::Viewer;
use crate::domain::decision::Act;
use crate::domain::flag::Reason;
use crate::domain::ids::{CommentId, DecisionId, EntryId};
use crate::domain::time::rfc3339;

/// Own comments.
#[derive(Serialize, ToSchema)]
pub struct OwnComments {
    /// Newest first, in any state.
    items: Vec<OwnComment>,
    /// Where it goes on.
    next: Option<String>,
}

/// `GET /me/comments`
pub async fn comments(app: Data<App>, caller: Signed, query: Query<PageQuery>) -> Answer {
    let (comments, next) = app.own_comments(&caller.0, query.0.page()).await?;
    let items = comments.iter().map(|comment| own_comment(&app, comment, Viewer::Author)).collect();
    reply::private(&OwnComments { items, next })
}

/// Own flags.
#[derive(Serialize, ToSchema)]
pub struct OwnFlags {
    /// Newest first, with their outcome.
    items: Vec<view::Flag>,
    /// Where it goes on.
    next: Option<String>,
}

/// `GET /me/flags`
pub async fn flags(app: Data<App>, caller: Signed, query: Query<PageQuery>) -> Answer {
    let (flags, next) = app.own_flags(&caller.0, query.0.page()).await?;
    reply::private(&OwnFlags { items: flags.iter().map(view::flag).collect(), next })
}

/// Decisions on what is one's own.
#[derive(Serialize, ToSchema)]
pub struct OwnDecisions {
    /// Newest first.
    items: Vec<OwnDecision>,
    /// Where it goes on.
    next: Option<String>,
}

/// A decision on one comment, as one person concerned sees it.
#[derive(Serialize, ToSchema)]
pub struct OwnDecision {
    /// The entry's id.
    #[schema(value_type = String)]
    id: EntryId,
    /// The decision.
    #[schema(value_type = String)]
    decision_id: DecisionId,
    /// The comment.
    #[schema(value_type = Option<String>)]
    comment_id: Option<CommentId>,
    /// Null: sanctions come with the desk.
    sanction_id: Option<String>,
    /// What was done.
    action: Act,
    /// Why.
    reason_code: Option<Reason>,
    /// The moderator's words.
    public_text: Option<String>,
    /// When.
    at: String,
    /// Whether a rule did it.
    automated: bool,
    /// Null until the desk stands.
    #[schema(value_type = Option<Object>)]
    statement: Option<()>,
    /// Null until the desk stands.
    #[schema(value_type = Option<Object>)]
    appeal: Option<()>,
}

/// `GET /me/decisions`
pub async fn decisions(app: Data<App>, caller: Signed, query: Query<PageQuery>) -> Answer {
    let (entries, next) = app.own_decisions(&caller.0, query.0.page()).await?;
    let items = entries
        .into_iter()
        .map(|entry| OwnDecision {
            id: entry.id,
            decision_id: entry.decision.id,
            comment_id: Some(entry.comment_id),
            sanction_id: None,
            action: entry.decision.act,
            reason_code: entry.decision.reason,
            public_text: entry.decision.public_text,
            at: rfc3339(entry.decision.at_ms),
            automated: entry.decision.actor_id.is_none(),
            statement: None,
            appeal: None,
        })
        .collect();
    reply::private(&OwnDecisions { items, next })
}
