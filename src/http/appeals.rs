//! Appeals: made by who is concerned, listed and ruled on by moderators.

use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use super::answer::{self, Answer};
use super::extract::{Id, Idempotency, Json, Query, Signed};
use super::mine::EntryAction;
use super::{reply, view, wire};
use crate::app::App;
use crate::app::appeal::Appealing;
use crate::app::rule::Rule;
use crate::domain::appeal::{self, AppealState, Party, Ruling};
use crate::domain::comment::{Shown, Viewer};
use crate::domain::flag::Reason;
use crate::domain::ids::{AppealId, DecisionId, EntryId};
use crate::domain::time::rfc3339;

/// What one has against a decision.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct AppealBody {
    /// 1 to 5,000 characters.
    #[validate(length(min = 1, max = 5_000))]
    #[schema(min_length = 1, max_length = 5_000)]
    text: String,
}

/// An appeal, as who made it and moderators of the site see it.
#[derive(Serialize, ToSchema)]
pub struct Appeal {
    /// Its id.
    #[schema(value_type = String)]
    id: AppealId,
    /// The entry of `/me/decisions` that it is against.
    #[schema(value_type = String)]
    entry_id: EntryId,
    /// The decision.
    #[schema(value_type = String)]
    decision_id: DecisionId,
    /// How it stands.
    state: AppealState,
    /// What one has against it.
    text: String,
    /// What was answered.
    answer: Option<String>,
    /// When it was made.
    created_at: String,
    /// By when it is to be decided.
    due_at: String,
    /// When it was decided.
    decided_at: Option<String>,
}

/// Writes an appeal against a decision down.
pub fn view(of: &appeal::Appeal, decision_id: DecisionId) -> Appeal {
    Appeal {
        id: of.id,
        entry_id: of.entry_id,
        decision_id,
        state: of.state,
        text: of.text.clone(),
        answer: of.answer.clone(),
        created_at: rfc3339(of.created_ms),
        due_at: rfc3339(of.due_ms),
        decided_at: of.decided_ms.map(rfc3339),
    }
}

/// `POST /me/decisions/{id}/appeal`
pub async fn appeal(
    app: Data<App>,
    caller: Signed,
    id: Id<EntryId>,
    once: Idempotency,
    body: Json<AppealBody>,
) -> Answer {
    let once = once.of_caller(&app, &caller.0, body.hash);
    let made = app.appeal(&caller.0, Appealing { entry: id.0, text: body.value.text, once }).await?;
    answer::made(&view(&made.made.appeal, made.made.entry.decision.id), None, made.replayed)
}

/// Which appeals.
#[derive(Deserialize, IntoParams, Validate)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AppealsQuery {
    /// The site's key; an admin may leave it out for those against sanctions on the whole server.
    site: Option<String>,
    /// Appeals in the answer; 50 unless said.
    #[validate(range(min = 1, max = 200))]
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
    /// The `next` of an earlier answer.
    cursor: Option<String>,
}

/// Appeals of a site.
#[derive(Serialize, ToSchema)]
pub struct Appeals {
    /// Open ones first, oldest first; then those decided, newest first.
    items: Vec<AppealItem>,
    /// Where it goes on.
    next: Option<String>,
}

/// An appeal with what it is about.
#[derive(Serialize, ToSchema)]
pub struct AppealItem {
    #[serde(flatten)]
    appeal: Appeal,
    /// Whether it is the author's, or a reporter's against a dismissal.
    party: Party,
    /// Who appeals.
    user: Option<wire::User>,
    /// The comment, whole; null when it is about a sanction.
    comment: Option<view::Comment>,
    /// The sanction as it is now.
    sanction: Option<view::Sanction>,
    /// What was decided: of a sanction its kind, or `lift`.
    action: EntryAction,
    /// Why.
    reason_code: Option<Reason>,
    /// Who decided, and so may not rule; null: the service.
    decided_by: Option<wire::User>,
    /// Who ruled.
    ruled_by: Option<wire::User>,
}

/// `GET /moderation/appeals`
pub async fn list(app: Data<App>, caller: Signed, query: Query<AppealsQuery>) -> Answer {
    let q = query.0;
    let page = app.appeals(&caller.0, q.site, (q.cursor, q.limit.unwrap_or(50))).await?;
    let person =
        |id: Option<_>, site| id.and_then(|id| page.people.get(&id)).map(|user| wire::user(&app, user, Some(site)));
    let items = page
        .items
        .iter()
        .map(|item| {
            let (decision, site) = (&item.entry.decision, item.appeal.site_id);
            let comment = item.entry.comment_id.and_then(|id| page.comments.get(&id));
            AppealItem {
                appeal: view(&item.appeal, decision.id),
                party: item.entry.party,
                user: person(Some(item.entry.user_id), site),
                comment: comment.map(|comment| view::comment(&app, comment, Shown::Whole, Viewer::Moderator)),
                sanction: item.entry.sanction.as_ref().map(view::sanction),
                action: EntryAction::of(&item.entry),
                reason_code: decision.reason,
                decided_by: person(decision.actor_id, site),
                ruled_by: person(item.appeal.ruled_by, site),
            }
        })
        .collect();
    reply::private(&Appeals { items, next: page.next })
}

/// What is ruled on an appeal.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct RulingBody {
    /// Whether the decision stands.
    result: Ruling,
    /// What the person is answered, 1 to 2,000 characters.
    #[validate(length(min = 1, max = 2_000))]
    #[schema(min_length = 1, max_length = 2_000)]
    public_text: String,
}

/// `POST /moderation/appeals/{id}/ruling`
pub async fn rule(
    app: Data<App>,
    caller: Signed,
    id: Id<AppealId>,
    once: Idempotency,
    body: Json<RulingBody>,
) -> Answer {
    let once = once.of_caller(&app, &caller.0, body.hash);
    let RulingBody { result, public_text } = body.value;
    let made = app.rule(&caller.0, Rule { appeal: id.0, ruling: result, answer: public_text, once }).await?;
    let response = reply::private(&view(&made.made.appeal, made.made.entry.decision.id))?;
    Ok(if made.replayed { reply::replayed(response) } else { response })
}
