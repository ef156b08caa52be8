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
use crate::domain::ids::{CommentId, DecisionId, EntryId, SanctionId};
use crate::domain::sanction::SanctionKind;
use crate::domain::time::rfc3339;
use crate::store::Entry;

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

/// What was done, as a person concerned sees it.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub enum EntryAction {
    /// To a comment; or a sanction was lifted.
    Act(Act),
    /// A sanction was laid on the person.
    Sanction(SanctionKind),
}

impl EntryAction {
    /// That of an entry.
    pub fn of(entry: &Entry) -> EntryAction {
        match (&entry.sanction, entry.decision.act) {
            (Some(sanction), Act::Sanction) => EntryAction::Sanction(sanction.kind),
            (_, act) => EntryAction::Act(act),
        }
    }
}

/// A decision on one comment, or on the person, as one person concerned sees it.
#[derive(Serialize, ToSchema)]
pub struct OwnDecision {
    /// The entry's id.
    #[schema(value_type = String)]
    id: EntryId,
    /// The decision.
    #[schema(value_type = String)]
    decision_id: DecisionId,
    /// The comment; null when it is about a sanction.
    #[schema(value_type = Option<String>)]
    comment_id: Option<CommentId>,
    /// The sanction, when it is about one.
    #[schema(value_type = Option<String>)]
    sanction_id: Option<SanctionId>,
    /// The sanction as it is now.
    sanction: Option<view::Sanction>,
    /// What was done: of a sanction its kind, or `lift`.
    action: EntryAction,
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
            comment_id: entry.comment_id,
            sanction_id: entry.sanction.as_ref().map(|sanction| sanction.id),
            sanction: entry.sanction.as_ref().map(view::sanction),
            action: EntryAction::of(&entry),
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
