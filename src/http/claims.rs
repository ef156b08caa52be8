//! For moderators: claims on items of the queue.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use super::answer::Answer;
use super::extract::{Idempotency, Json, JsonOrNothing, Signed};
use super::problem::Problem;
use super::queue::{QueueItemView, queue_item};
use super::{reply, wire};
use crate::app::claim::{Claimed, Wanted};
use crate::app::queue::QueueQuery;
use crate::app::{App, Error};
use crate::domain::flag::Reason;
use crate::domain::ids::{CommentId, UserId};
use crate::domain::queue::QueueKind;
use crate::domain::time::rfc3339;

/// What to hold: the next `count` of a kind, or the comments named.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct ClaimBody {
    /// The site's key.
    site: String,
    /// All unless said.
    kind: Option<QueueKind>,
    /// Only with an open flag or notice of that reason.
    reason: Option<Reason>,
    /// Only in that thread: its key or id.
    thread: Option<String>,
    /// Only by that author.
    #[schema(value_type = Option<String>)]
    author: Option<UserId>,
    /// Only what has waited since then or later.
    #[schema(format = DateTime)]
    from: Option<String>,
    /// Only what has waited since before then.
    #[schema(format = DateTime)]
    to: Option<String>,
    /// How many, 1 to 200; needed unless comments are named.
    #[validate(range(min = 1, max = 200))]
    #[schema(minimum = 1, maximum = 200)]
    count: Option<usize>,
    /// These comments, 1 to 200, as far as they wait and nobody holds them.
    #[validate(length(min = 1, max = 200))]
    #[schema(value_type = Option<Vec<String>>, min_items = 1, max_items = 200)]
    comment_ids: Option<Vec<CommentId>>,
    /// For how many seconds, 1 to 3,600; as is set (300) unless said.
    #[validate(range(min = 1, max = 3_600))]
    #[schema(minimum = 1, maximum = 3_600)]
    lease_s: Option<u64>,
}

/// For how long to go on.
#[derive(Default, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct RenewBody {
    /// Seconds from now, 1 to 3,600; as is set (300) unless said.
    #[validate(range(min = 1, max = 3_600))]
    #[schema(minimum = 1, maximum = 3_600)]
    lease_s: Option<u64>,
}

/// Items of the queue that are held.
#[derive(Serialize, ToSchema)]
pub struct Claim {
    /// Names the claim in decisions, and to renew it or give it back.
    token: String,
    /// What it holds, most urgent first; empty when there was nothing to be had.
    items: Vec<QueueItemView>,
    /// Until when, unless it is renewed.
    expires_at: String,
}

/// The `{token}` of an address.
pub struct Token(pub String);

impl FromRequest for Token {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let token = req.match_info().get("token").map(|token| Token(token.to_owned()));
        ready(token.ok_or_else(|| Error::not_found().into()))
    }
}

/// `POST /moderation/claims`
pub async fn claim(app: Data<App>, caller: Signed, once: Idempotency, body: Json<ClaimBody>) -> Answer {
    let once = once.of_caller(&app, &caller.0, body.hash);
    let b = body.value;
    let asked = QueueQuery {
        kind: b.kind.unwrap_or(QueueKind::All),
        reason: b.reason,
        thread: b.thread,
        author: b.author,
        from_ms: wire::time(b.from, |code, why| Error::field("/from", code, why))?,
        to_ms: wire::time(b.to, |code, why| Error::field("/to", code, why))?,
    };
    let is_narrowed = b.kind.is_some() || asked.is_narrowed();
    let wanted = match (b.comment_ids, b.count) {
        (Some(_), _) if is_narrowed || b.count.is_some() => {
            let detail = "name comments, or say how many of what: not both";
            return Err(Error::field("/comment_ids", "not_both", detail).into());
        }
        (Some(ids), _) => Wanted::Named(ids),
        (None, Some(count)) => Wanted::Next { asked, count },
        (None, None) => return Err(Error::field("/count", "required", "say how many, or name comments").into()),
    };
    let made = app.claim(&caller.0, b.site, wanted, b.lease_s, once).await?;
    let response = reply::created(&view(&app, &made.made), None)?;
    Ok(if made.replayed { reply::replayed(response) } else { response })
}

/// `PATCH /moderation/claims/{token}`
pub async fn renew(app: Data<App>, caller: Signed, token: Token, body: JsonOrNothing<RenewBody>) -> Answer {
    let claimed = app.renew(&caller.0, token.0, body.0.lease_s).await?;
    reply::private(&view(&app, &claimed))
}

/// `DELETE /moderation/claims/{token}`
pub async fn give_back(app: Data<App>, caller: Signed, token: Token) -> Answer {
    app.give_back(&caller.0, token.0).await?;
    Ok(reply::done())
}

fn view(app: &App, claimed: &Claimed) -> Claim {
    Claim {
        token: claimed.lease.token.clone(),
        items: claimed.items.iter().map(|item| queue_item(app, item)).collect(),
        expires_at: rfc3339(claimed.lease.expires_ms),
    }
}
