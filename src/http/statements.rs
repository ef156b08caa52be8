//! What is accounted for: statements of reasons in the EU's form, the figures of a year, and what
//! everybody may know of a thread.

use std::collections::BTreeMap;

use actix_web::http::{Method, header};
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};
use futures_util::stream;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use super::answer::{self, Answer};
use super::extract::{Query, Signed, SiteKey, ThreadKey};
use super::reply;
use crate::app::App;
use crate::app::report::{After, Lines, Period};

/// The media type of JSON lines.
pub const JSONL: &str = "application/jsonl";

/// Which statements.
#[derive(Deserialize, IntoParams, Validate)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct StatementsQuery {
    /// The site's key; an admin may leave it out for sanctions on the whole server.
    site: Option<String>,
    /// From when: a day, or a time in RFC 3339; from the first unless said.
    from: Option<String>,
    /// Until when: the end of a day, or before a time in RFC 3339; to the last unless said.
    to: Option<String>,
    /// How they are written; there is one way.
    #[param(inline)]
    format: Option<Format>,
}

/// How statements are written.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// A JSON object a line, in the schema of the EU's Transparency Database.
    Jsonl,
}

/// `GET /moderation/statements`
pub async fn statements(request: HttpRequest, app: Data<App>, caller: Signed, query: Query<StatementsQuery>) -> Answer {
    let StatementsQuery { site, from, to, format } = query.0;
    let Format::Jsonl = format.unwrap_or(Format::Jsonl);
    let period = Period::parse(from.as_deref(), to.as_deref())?;
    // what is refused is refused before the first byte
    let first = app.statements(&caller.0, site.clone(), period, None).await?;
    let mut response = HttpResponse::Ok();
    response.insert_header((header::CONTENT_TYPE, JSONL)).insert_header((header::CACHE_CONTROL, "private, no-store"));
    if request.method() == Method::HEAD {
        return Ok(response.finish());
    }
    // a page at a time, as the client takes them: a failure in the middle ends the connection
    let rest = stream::unfold(Left::Have(first), move |left| {
        let (app, caller, site) = (app.clone(), caller.0.clone(), site.clone());
        async move {
            let lines = match left {
                Left::Have(lines) => Ok(lines),
                Left::More(after) => app.statements(&caller, site, period, Some(after)).await,
                Left::Nothing => return None,
            };
            Some(match lines {
                Ok(Lines { text, next }) => (Ok(Bytes::from(text)), next.map_or(Left::Nothing, Left::More)),
                Err(error) => {
                    tracing::error!(cause = ?error, "an export broke off");
                    (Err(error), Left::Nothing)
                }
            })
        }
    });
    Ok(response.streaming(rest))
}

/// What of an export is still to be sent.
enum Left {
    /// These.
    Have(Lines),
    /// What comes after that place.
    More(After),
    /// Nothing.
    Nothing,
}

/// Which year of which site.
#[derive(Deserialize, IntoParams, Validate)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct YearQuery {
    /// The site's key.
    site: String,
    /// The year, in UTC.
    #[validate(range(min = 1970, max = 9997))]
    #[param(minimum = 1970, maximum = 9997)]
    year: i16,
}

/// `GET /moderation/stats/report`
pub async fn report(app: Data<App>, caller: Signed, query: Query<YearQuery>) -> Answer {
    reply::private(&app.year(&caller.0, query.0.site, query.0.year).await?)
}

/// The media type of comma-separated values.
pub const CSV: &str = "text/csv";

/// `GET /moderation/stats/report.csv`
pub async fn report_csv(app: Data<App>, caller: Signed, query: Query<YearQuery>) -> Answer {
    let report = app.year(&caller.0, query.0.site, query.0.year).await?;
    let name = format!("attachment; filename=\"{}-{}.csv\"", report.site, report.year);
    let mut response = HttpResponse::Ok();
    response.insert_header((header::CONTENT_TYPE, "text/csv; charset=utf-8"));
    response.insert_header((header::CONTENT_DISPOSITION, name));
    Ok(response.insert_header((header::CACHE_CONTROL, "private, no-store")).body(report.csv()))
}

/// How a thread was moderated.
#[derive(Serialize, ToSchema)]
pub struct Transparency {
    /// Its hidden comments.
    hidden: Hidden,
    /// Restrictions that were overturned on appeal.
    overturned: i64,
}

/// The hidden comments of a thread.
#[derive(Serialize, ToSchema)]
pub struct Hidden {
    /// By the reason given; what there is none of is left out.
    by_reason: BTreeMap<String, i64>,
    /// Hidden by rules of the site.
    by_rule: i64,
    /// Hidden by moderators.
    by_moderator: i64,
}

/// `GET /sites/{site}/threads/{key}/transparency`
pub async fn transparency(request: HttpRequest, app: Data<App>, site: SiteKey, key: ThreadKey) -> Answer {
    let told = app.transparency(site.0, key.0).await?;
    let hidden = Hidden { by_reason: told.by_reason, by_rule: told.by_rule, by_moderator: told.by_moderator };
    answer::anonymous(&request, &app, &Transparency { hidden, overturned: told.overturned })
}
