//! For anybody: notices of illegal content, and what became of them. The answer tells nothing of the
//! comment's author, nor what moderators wrote to each other or to the author.

use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use super::answer::{self, Answer};
use super::claims::Token;
use super::extract::{Client, Idempotency, Json};
use super::reply;
use super::route::BASE;
use crate::app::notice::{self, GiveNotice};
use crate::app::{App, Error};
use crate::domain::decision::Act;
use crate::domain::flag::{FlagState, Reason};
use crate::domain::ids::CommentId;
use crate::domain::notice::{REDRESS, in_words};
use crate::domain::time::rfc3339;

/// A notice to be given.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct NoticeBody {
    /// The comment.
    #[schema(value_type = String)]
    comment_id: CommentId,
    /// Why it is against the law, 1 to 5,000 characters, not only blanks.
    #[schema(min_length = 1, max_length = 5_000)]
    explanation: String,
    /// Who gives it, 200 characters at most. Name and address come together. Where the site asks for
    /// them, only a notice of the category `sexual` does without.
    #[schema(max_length = 200)]
    name: Option<String>,
    /// Where they can be reached.
    #[schema(format = Email, max_length = 254)]
    email: Option<String>,
    /// True: what is said is, to the best of their knowledge, accurate and complete.
    good_faith: bool,
    /// What it is about, `illegal` unless said; not `rule_violation`, which is for moderators.
    category: Option<Reason>,
}

/// A notice as its giver sees it.
#[derive(Serialize, ToSchema)]
pub struct Receipt {
    /// Asks for the notice at `/notices/{token}`. Given out here only.
    token: String,
    /// `open`, `upheld` or `dismissed`.
    state: FlagState,
    /// The comment.
    #[schema(value_type = String)]
    comment_id: CommentId,
    category: Reason,
    #[schema(format = DateTime)]
    created_at: String,
    /// Until when it is to be decided.
    #[schema(format = DateTime)]
    due_at: String,
    /// How it was settled.
    outcome: Option<Outcome>,
    /// The state, in words.
    reason: String,
    /// What somebody who disagrees with the outcome can do; null while there is none.
    redress: Option<&'static str>,
}

/// How a notice was settled.
#[derive(Serialize, ToSchema)]
pub struct Outcome {
    /// What was decided on the comment.
    action: Act,
    #[schema(format = DateTime)]
    at: String,
    /// Why.
    reason_code: Option<Reason>,
    /// Whether a program decided: never.
    automated: bool,
}

/// `POST /notices`
pub async fn give(app: Data<App>, client: Client, once: Idempotency, body: Json<NoticeBody>) -> Answer {
    let once = once.of_client(&app, client, body.hash)?;
    let b = body.value;
    if !b.good_faith {
        let detail = "confirm that what you say is accurate and complete to the best of your knowledge";
        return Err(Error::field("/good_faith", "required", detail).into());
    }
    let category = b.category.unwrap_or(Reason::Illegal);
    if category == Reason::RuleViolation {
        return Err(Error::field("/category", "not_for_notices", "this reason is for moderators").into());
    }
    let given =
        GiveNotice { comment: b.comment_id, category, explanation: b.explanation, name: b.name, email: b.email, once };
    let made = app.give_notice(given).await?;
    let location = format!("{BASE}/notices/{}", made.made.token);
    answer::made(&receipt(made.made), Some(&location), made.replayed)
}

/// `GET /notices/{token}`
pub async fn state(app: Data<App>, token: Token) -> Answer {
    let found = app.notice(token.0).await?;
    // the address is a secret: no cache keeps what it answers
    reply::private(&receipt(found))
}

fn receipt(of: notice::Receipt) -> Receipt {
    let notice = of.notice;
    Receipt {
        token: of.token,
        state: notice.state,
        comment_id: notice.comment_id,
        category: notice.category,
        created_at: rfc3339(notice.created_ms),
        due_at: rfc3339(notice.due_ms),
        reason: in_words(notice.state, notice.outcome.as_ref()),
        redress: notice.outcome.is_some().then_some(REDRESS),
        outcome: notice.outcome.map(|outcome| Outcome {
            action: outcome.action,
            at: rfc3339(outcome.at_ms),
            reason_code: outcome.reason,
            automated: false,
        }),
    }
}
