//! For moderators: how one reader flags, so that abuse can be seen.

use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use super::answer::Answer;
use super::extract::{Query, Signed};
use super::{reply, view, wire};
use crate::app::App;
use crate::domain::ids::UserId;

/// Whose flags, and where.
#[derive(Deserialize, IntoParams, Validate)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ReportsQuery {
    /// The site's key.
    site: String,
    /// The reader's id.
    #[param(value_type = String)]
    user: UserId,
    /// Flags in the answer; 50 unless said.
    #[validate(range(min = 1, max = 200))]
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
    /// The `next` of an earlier answer.
    cursor: Option<String>,
}

/// A reader's flags on a site.
#[derive(Serialize, ToSchema)]
pub struct Reports {
    user: wire::User,
    /// All of theirs that moderators agreed with.
    upheld: i64,
    /// All of theirs that moderators disagreed with.
    dismissed: i64,
    /// The share that was upheld; null when none was settled.
    share: Option<f64>,
    /// Whether so many were settled that their flags count in full.
    proven: bool,
    /// Newest first, with their outcome.
    items: Vec<view::Flag>,
    /// Where it goes on.
    next: Option<String>,
}

/// `GET /moderation/flags`
pub async fn flags(app: Data<App>, caller: Signed, query: Query<ReportsQuery>) -> Answer {
    let q = query.0;
    let found = app.reporter(&caller.0, q.user, q.site, (q.cursor, q.limit.unwrap_or(50))).await?;
    reply::private(&Reports {
        user: wire::user(&app, &found.user, Some(found.site.id)),
        upheld: found.record.upheld,
        dismissed: found.record.dismissed,
        share: found.record.share(),
        proven: found.record.is_proven(),
        items: found.flags.iter().map(view::flag).collect(),
        next: found.next,
    })
}
