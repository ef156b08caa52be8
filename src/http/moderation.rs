//! For moderators: comments in any state, the log. The queue is in `queue`, claims on it in `claims`,
//! decisions in `decisions`, people in `people`.

use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use super::answer::Answer;
use super::comments::Comments;
use super::extract::{Query, Signed};
use super::{reply, view, wire};
use crate::app::queue::Narrow;
use crate::app::{App, Error};
use crate::domain::comment::{Shown, State, Viewer};
use crate::domain::ids::UserId;
use crate::domain::time::rfc3339;

/// Which comments.
#[derive(Deserialize, IntoParams, Validate)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CommentsQuery {
    /// The site's key.
    site: String,
    /// A thread's key or id.
    thread: Option<String>,
    /// An author's id.
    #[param(value_type = Option<String>)]
    author: Option<UserId>,
    /// A state.
    #[param(inline)]
    state: Option<State>,
    /// Comments in the answer; 50 unless said.
    #[validate(range(min = 1, max = 200))]
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
    /// The `next` of an earlier answer.
    cursor: Option<String>,
}

/// `GET /moderation/comments`
pub async fn comments(app: Data<App>, caller: Signed, query: Query<CommentsQuery>) -> Answer {
    let q = query.0;
    let narrow = Narrow { thread: q.thread, author: q.author, state: q.state };
    let page = (q.cursor, q.limit.unwrap_or(50));
    let (_, comments, next) = app.moderated_comments(&caller.0, q.site, narrow, page).await?;
    let items = comments.iter().map(|c| view::comment(&app, c, Shown::Whole, Viewer::Moderator)).collect();
    reply::private(&Comments { items, next })
}

/// On which site.
#[derive(Deserialize, IntoParams, Validate)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SiteQuery {
    /// The site's key.
    pub(super) site: String,
}

/// Which part of which log.
#[derive(Deserialize, IntoParams, Validate)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LogQuery {
    /// The site's key; an admin may leave it out for the server's own log.
    site: Option<String>,
    /// Rows in the answer; 50 unless said.
    #[validate(range(min = 1, max = 200))]
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
    /// The `next` of an earlier answer.
    cursor: Option<String>,
}

/// A page of the log.
#[derive(Serialize, ToSchema)]
pub struct Log {
    /// Newest first.
    items: Vec<LogRow>,
    /// Where it goes on.
    next: Option<String>,
}

/// A row of the log.
#[derive(Serialize, ToSchema)]
pub struct LogRow {
    /// Counts over all chains of the store.
    seq: i64,
    at: String,
    /// Null: the command line.
    actor: Option<wire::User>,
    action: String,
    target: String,
    /// How it was; null also when purged.
    #[schema(value_type = Option<Object>)]
    before: Option<serde_json::Value>,
    /// How it is.
    #[schema(value_type = Option<Object>)]
    after: Option<serde_json::Value>,
    reason_code: Option<String>,
    note: Option<String>,
    /// When the texts were purged.
    purged_at: Option<String>,
    prev_hash: String,
    hash: String,
}

/// `GET /moderation/log`
pub async fn log(app: Data<App>, caller: Signed, query: Query<LogQuery>) -> Answer {
    let q = query.0;
    let page = app.log(&caller.0, q.site, (q.cursor, q.limit.unwrap_or(50))).await?;
    let json = |text: &Option<String>| match text.as_deref().map(serde_json::from_str) {
        None => Ok(None),
        Some(Ok(value)) => Ok(Some(value)),
        Some(Err(error)) => Err(Error::Fault(format!("the log's text is no JSON: {error}"))),
    };
    let mut items = Vec::with_capacity(page.lines.len());
    for line in &page.lines {
        let actor = line.row.actor_id.and_then(|id| page.actors.get(&id));
        items.push(LogRow {
            seq: line.row.seq,
            at: rfc3339(line.row.at_ms),
            actor: actor.map(|user| wire::user(&app, user, None)),
            action: line.row.action.clone(),
            target: line.row.target.clone(),
            before: json(&line.before)?,
            after: json(&line.after)?,
            reason_code: line.row.reason_code.clone(),
            note: line.note.clone(),
            purged_at: line.purged_ms.map(rfc3339),
            prev_hash: line.row.prev_hash.clone(),
            hash: line.row.hash.clone(),
        });
    }
    reply::private(&Log { items, next: page.next })
}

/// On which site, or the server's own.
#[derive(Deserialize, IntoParams, Validate)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct HeadQuery {
    /// The site's key; an admin may leave it out for the server's own log.
    site: Option<String>,
}

/// The end of a chain.
#[derive(Serialize, ToSchema)]
pub struct LogHead {
    site: Option<String>,
    /// 0 while the chain is empty.
    seq: i64,
    /// Null while the chain is empty.
    hash: Option<String>,
    at: Option<String>,
}

/// `GET /moderation/log/head`
pub async fn log_head(app: Data<App>, caller: Signed, query: Query<HeadQuery>) -> Answer {
    let site = query.0.site;
    let head = app.log_head(&caller.0, site.clone()).await?;
    let (seq, hash, at) = match head {
        Some((seq, hash, at_ms)) => (seq, Some(hash), Some(rfc3339(at_ms))),
        None => (0, None, None),
    };
    reply::private(&LogHead { site, seq, hash, at })
}

/// Which piece of which log.
#[derive(Deserialize, IntoParams, Validate)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct VerificationQuery {
    /// The site's key; an admin may leave it out for the server's own log.
    site: Option<String>,
    /// The row after which the piece begins, the `next` of an earlier answer; 0 unless said.
    #[validate(range(min = 0))]
    #[param(minimum = 0)]
    after: Option<i64>,
}

/// The proof of a piece of a log.
#[derive(Serialize, ToSchema)]
pub struct Verification {
    site: Option<String>,
    /// The first row of the piece; null when none comes after.
    from_seq: Option<i64>,
    /// The last row of the piece.
    to_seq: Option<i64>,
    /// The hash of the last row.
    hash: Option<String>,
    /// Rows in it, 1,000 at most.
    rows: usize,
    /// Whether all of it is as it was written.
    verified: bool,
    /// The first that is not, as `understory verify` names it.
    difference: Option<Difference>,
    /// Those that are not.
    differences: usize,
    /// Where the next piece begins; null: all was looked at.
    next: Option<i64>,
    /// When it was looked at.
    at: String,
}

/// Something that is not as it was written.
#[derive(Serialize, ToSchema)]
pub struct Difference {
    /// Which.
    name: String,
    /// What is wrong with it.
    detail: String,
}

/// `GET /moderation/log/verification`
pub async fn log_verification(app: Data<App>, caller: Signed, query: Query<VerificationQuery>) -> Answer {
    let VerificationQuery { site, after } = query.0;
    let piece = app.verify_log(&caller.0, site.clone(), after.unwrap_or(0)).await?;
    let (from_seq, to_seq) = piece.span.unzip();
    let differences = piece.differences.len();
    let first = piece.differences.into_iter().next();
    reply::private(&Verification {
        site,
        from_seq,
        to_seq,
        hash: piece.hash,
        rows: piece.rows,
        verified: differences == 0,
        difference: first.map(|found| Difference { name: found.name, detail: found.detail }),
        differences,
        next: to_seq.filter(|_| piece.more),
        at: rfc3339(app.now_ms()),
    })
}
