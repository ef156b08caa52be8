//! For moderators: decisions, their confirmation and undo, and what they were aimed at.

use std::collections::HashMap;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use super::answer::Answer;
use super::comments::PageQuery;
use super::extract::{Id, Idempotency, Json, Query, Signed};
use super::problem::Problem;
use super::reply;
use super::route::BASE;
use super::view::{self, PastView};
use super::wire;
use crate::app::aim::Select;
use crate::app::decide::{Decide, Decided};
use crate::app::list_decisions::{Listed, TargetPage};
use crate::app::{App, Error};
use crate::domain::comment::State;
use crate::domain::decision::{Act, Fate, Phase, Reach};
use crate::domain::flag::Reason;
use crate::domain::ids::{CommentId, DecisionId, UserId};

/// A decision to be made: on the comments named, or on those selected.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct DecideBody {
    /// The comments, 1 to 500, each with the version that was looked at.
    #[validate(length(min = 1, max = 500))]
    #[schema(min_items = 1, max_items = 500)]
    targets: Option<Vec<TargetBody>>,
    /// In place of `targets`.
    select: Option<SelectBody>,
    /// How far the targets named reach; only themselves unless said.
    scope: Option<Reach>,
    /// What; not `undo`, which has an address of its own.
    action: Act,
    /// Why; needed to hide.
    reason_code: Option<Reason>,
    /// For moderators, 2,000 characters at most.
    #[validate(length(max = 2_000))]
    #[schema(max_length = 2_000)]
    note: Option<String>,
    /// For the author, 2,000 characters at most.
    #[validate(length(max = 2_000))]
    #[schema(max_length = 2_000)]
    public_text: Option<String>,
    /// The claim that must hold each target named; else it is a conflict `stale_claim`.
    claim_token: Option<String>,
    /// Only say what would be done.
    dry_run: Option<bool>,
}

/// A comment to decide on.
#[derive(Deserialize, Serialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct TargetBody {
    #[schema(value_type = String)]
    comment_id: CommentId,
    /// The version that was looked at.
    version: i64,
}

/// Comments to decide on: a person's on a site, in a period if one is given; or all of a site that
/// say the same.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SelectBody {
    /// The person; needs `site`.
    #[schema(value_type = Option<String>)]
    author_id: Option<UserId>,
    /// The site's key.
    site: Option<String>,
    /// Posted then or later.
    #[schema(format = DateTime)]
    from: Option<String>,
    /// Posted before then.
    #[schema(format = DateTime)]
    to: Option<String>,
    /// A comment: it, and all of its site with the same text but for case, white space and spelling
    /// variants of letters.
    #[schema(value_type = Option<String>)]
    duplicates_of: Option<CommentId>,
}

impl SelectBody {
    fn read(self) -> Result<Select, Error> {
        let moment = |pointer: &str, text| wire::time(text, |code, why| Error::field(pointer, code, why));
        match self {
            SelectBody { author_id: None, site: None, from: None, to: None, duplicates_of: Some(id) } => {
                Ok(Select::DuplicatesOf(id))
            }
            SelectBody { author_id: Some(author), site: Some(site), from, to, duplicates_of: None } => {
                Ok(Select::Author {
                    author,
                    site,
                    from_ms: moment("/select/from", from)?,
                    to_ms: moment("/select/to", to)?,
                })
            }
            SelectBody { author_id: Some(_), site: None, duplicates_of: None, .. } => {
                Err(Error::field("/select/site", "required", "say on which site"))
            }
            _ => {
                let how = "select an author's on a site, from and to when if you like, or duplicates of a comment";
                Err(Error::field("/select", "not_both", how))
            }
        }
    }
}

/// `POST /moderation/decisions`
pub async fn decide(app: Data<App>, caller: Signed, once: Idempotency, body: Json<DecideBody>) -> Answer {
    let once = once.of_caller(&app, &caller.0, body.hash);
    let b = body.value;
    if !b.action.is_on_comments() {
        let detail = "undo a decision at /moderation/decisions/{id}/undo; people have addresses of their own";
        return Err(Error::field("/action", "not_here", detail).into());
    }
    let (targets, select) = match (b.targets, b.select) {
        (Some(targets), None) => (targets, None),
        (None, Some(select)) => (Vec::new(), Some(select.read()?)),
        (Some(_), Some(_)) => {
            return Err(Error::field("/select", "not_both", "name targets, or select comments: not both").into());
        }
        (None, None) => return Err(Error::field("/targets", "required", "name targets, or select comments").into()),
    };
    if select.is_some() && b.scope == Some(Reach::Subtree) {
        return Err(Error::field("/scope", "not_both", "only what is named has a branch that goes along").into());
    }
    let order = Decide {
        targets: targets.iter().map(|target| (target.comment_id, target.version)).collect(),
        select,
        reach: b.scope.unwrap_or(Reach::Comment),
        act: b.action,
        reason: b.reason_code,
        note: b.note,
        public_text: b.public_text,
        claim_token: b.claim_token,
        dry_run: b.dry_run.unwrap_or(false),
        once,
    };
    let made = app.decide(&caller.0, order).await?;
    // also to a repeat: the first status, whatever has come of it
    let course = &made.made.decision.course;
    let status = if course.proposed_ms.is_some() { StatusCode::ACCEPTED } else { status(&made.made) };
    let response = answered(&app, &made.made, status).await?;
    Ok(if made.replayed { reply::replayed(response) } else { response })
}

/// `POST /moderation/decisions/{id}/confirm`
pub async fn confirm(app: Data<App>, caller: Signed, id: Id<DecisionId>) -> Answer {
    let made = app.confirm(&caller.0, id.0).await?;
    answered(&app, &made, status(&made)).await
}

/// `POST /moderation/decisions/{id}/undo`
pub async fn undo(app: Data<App>, caller: Signed, id: Id<DecisionId>) -> Answer {
    let made = app.undo(&caller.0, id.0).await?;
    answered(&app, &made, status(&made)).await
}

/// `GET /moderation/decisions/{id}`
pub async fn decision(app: Data<App>, caller: Signed, id: Id<DecisionId>) -> Answer {
    let found = app.decision(&caller.0, id.0).await?;
    reply::private(&view(&app, &found).await?)
}

/// 202 for what goes on after the answer.
fn status(made: &Decided) -> StatusCode {
    if made.is_recorded() && made.decision.course.is_wide() { StatusCode::ACCEPTED } else { StatusCode::OK }
}

async fn answered(app: &App, made: &Decided, status: StatusCode) -> Answer {
    let mut response: HttpResponse = reply::with_status(status, &view(app, made).await?)?;
    if status == StatusCode::ACCEPTED {
        let location = format!("{BASE}/moderation/decisions/{}", made.decision.id);
        let location = HeaderValue::from_str(&location).map_err(|error| Error::Fault(error.to_string()))?;
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

async fn view(app: &App, of: &Decided) -> Result<view::Decision, Problem> {
    let mut people = HashMap::new();
    for id in [of.decision.actor_id, of.decision.course.confirmed_by].into_iter().flatten() {
        people.insert(id, app.user(id).await?);
    }
    let sanction = app.sanction_of(&of.decision).await?;
    Ok(view::decision(app, of, &people, sanction.as_ref()))
}

/// Which decisions of which site.
#[derive(Deserialize, IntoParams, Validate)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DecisionsQuery {
    /// The site's key.
    site: String,
    /// Only those that have got as far as that.
    #[param(inline)]
    state: Option<Phase>,
    /// Decisions in the answer; 50 unless said.
    #[validate(range(min = 1, max = 200))]
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
    /// The `next` of an earlier answer.
    cursor: Option<String>,
}

/// A page of decisions.
#[derive(Serialize, ToSchema)]
pub struct Decisions {
    /// Newest first.
    items: Vec<view::DecisionHead>,
    /// Where it goes on.
    next: Option<String>,
}

/// `GET /moderation/decisions`
pub async fn decisions(app: Data<App>, caller: Signed, query: Query<DecisionsQuery>) -> Answer {
    let q = query.0;
    let page = app.decisions(&caller.0, q.site, q.state, (q.cursor, q.limit.unwrap_or(50))).await?;
    let items = page.decisions.iter().map(|decision| view::decision_head(&app, decision, &page.people)).collect();
    reply::private(&Decisions { items, next: page.next })
}

/// A page of what a decision is aimed at.
#[derive(Serialize, ToSchema)]
pub struct Targets {
    /// In the decision's own order.
    items: Vec<TargetView>,
    /// Where it goes on.
    next: Option<String>,
}

/// What became of one comment, or that it is still to come.
#[derive(Serialize, ToSchema)]
pub struct TargetView {
    /// The comment.
    #[schema(value_type = String)]
    comment_id: CommentId,
    /// What became of it.
    outcome: TargetOutcome,
    /// Where it stood; null unless it was settled.
    from: Option<State>,
    /// Where it stands since; null unless it was settled.
    to: Option<State>,
    /// Why it was left alone: `not_found`, `stale_version`, `stale_claim` or `wrong_state`.
    code: Option<&'static str>,
    /// The state of one that was left alone.
    state: Option<State>,
    /// Its version afterwards; of one still to come that which was looked at.
    version: Option<i64>,
    /// What had been decided last on one that was left alone, and by whom.
    decided: Option<PastView>,
}

/// See [`TargetView`].
#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum TargetOutcome {
    /// It was settled.
    Applied,
    /// It was left alone.
    Conflict,
    /// It is still to come.
    Waiting,
}

/// `GET /moderation/decisions/{id}/targets`
pub async fn targets(app: Data<App>, caller: Signed, id: Id<DecisionId>, query: Query<PageQuery>) -> Answer {
    let page = app.decision_targets(&caller.0, id.0, query.0.page()).await?;
    let items = page.targets.iter().map(|listed| target(&app, listed, &page)).collect();
    reply::private(&Targets { items, next: page.next })
}

fn target(app: &App, listed: &Listed, page: &TargetPage) -> TargetView {
    let none = |comment_id, outcome, version| TargetView {
        comment_id,
        outcome,
        from: None,
        to: None,
        code: None,
        state: None,
        version,
        decided: None,
    };
    match listed {
        Listed::Waiting(aim) => none(aim.id, TargetOutcome::Waiting, Some(aim.version)),
        Listed::Done(target) => match &target.fate {
            Fate::Applied { before, after } => TargetView {
                from: Some(before.state),
                to: Some(after.state),
                ..none(target.comment_id, TargetOutcome::Applied, target.version)
            },
            Fate::Refused(conflict, state) => TargetView {
                code: Some(conflict.as_str()),
                state: *state,
                decided: page.before.get(&target.comment_id).map(|past| view::past_view(app, past, page.site)),
                ..none(target.comment_id, TargetOutcome::Conflict, target.version)
            },
        },
    }
}
