//! Figures of moderation, as JSON for moderators and as gauges for whoever watches over the service.

use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use super::answer::Answer;
use super::extract::{Query, Signed};
use super::moderation::SiteQuery;
use super::queue::QueueCounts;
use super::{reply, wire};
use crate::app::App;
use crate::app::chart::{DAYS_MAX, Day};
use crate::domain::stats::{Tally, share};
use crate::domain::time::{day, rfc3339};
use crate::store::StoreError;

/// Figures of a site, from its last 1,000 decisions.
#[derive(Serialize, ToSchema)]
pub struct Stats {
    /// What they are made of.
    window: Window,
    /// What waits now.
    waiting: QueueCounts,
    /// How long the item waits that waits longest and nobody holds, in seconds; null when there is none.
    oldest_unclaimed_s: Option<f64>,
    /// How long what waited did until it was decided; null when nothing was.
    time_to_decision_s: Option<Times>,
    /// On the average of the last day; of as much of it as the window holds, where that is less.
    decisions_per_hour: f64,
    /// Who decided, and how often another took it back.
    moderators: Vec<ModeratorTally>,
    /// What held comments, and how often they were let pass.
    rules: Vec<RuleTally>,
    /// How those who flag were right.
    reporters: Reporters,
}

/// The decisions that figures are made of.
#[derive(Serialize, ToSchema)]
pub struct Window {
    decisions: usize,
    /// When the first of them was made.
    since: Option<String>,
}

/// Times in seconds.
#[derive(Serialize, ToSchema)]
pub struct Times {
    /// Half of them took no longer.
    p50: f64,
    /// 95 % took no longer.
    p95: f64,
}

/// A moderator's decisions.
#[derive(Serialize, ToSchema)]
pub struct ModeratorTally {
    user: Option<wire::User>,
    decisions: u64,
    overturned: u64,
    /// From 0 to 1.
    overturn_rate: Option<f64>,
}

/// Comments that a rule held and that were decided on.
#[derive(Serialize, ToSchema)]
pub struct RuleTally {
    rule: String,
    decisions: u64,
    overturned: u64,
    /// From 0 to 1.
    overturn_rate: Option<f64>,
}

/// Flags that were settled.
#[derive(Serialize, ToSchema)]
pub struct Reporters {
    upheld: u64,
    dismissed: u64,
    /// The share that was upheld, from 0 to 1.
    precision: Option<f64>,
}

/// `GET /moderation/stats`
pub async fn stats(app: Data<App>, caller: Signed, query: Query<SiteQuery>) -> Answer {
    let (site, stats, people) = app.stats(&caller.0, query.0.site).await?;
    let moderator = |(user, tally): &(_, Tally)| ModeratorTally {
        user: people.get(user).map(|user| wire::user(&app, user, Some(site))),
        decisions: tally.all,
        overturned: tally.overturned,
        overturn_rate: tally.rate(),
    };
    let rule = |(rule, tally): &(String, Tally)| RuleTally {
        rule: rule.clone(),
        decisions: tally.all,
        overturned: tally.overturned,
        overturn_rate: tally.rate(),
    };
    let [upheld, dismissed] = stats.flags;
    reply::private(&Stats {
        window: Window { decisions: stats.window.0, since: stats.window.1.map(rfc3339) },
        waiting: QueueCounts::of(stats.waiting),
        oldest_unclaimed_s: stats.oldest_unclaimed_ms.map(seconds),
        time_to_decision_s: stats.waited_ms.map(|(p50, p95)| Times { p50: seconds(p50), p95: seconds(p95) }),
        decisions_per_hour: stats.per_hour,
        moderators: stats.moderators.iter().map(moderator).collect(),
        rules: stats.rules.iter().map(rule).collect(),
        reporters: Reporters { upheld, dismissed, precision: share(upheld, upheld + dismissed) },
    })
}

/// Which days of which site.
#[derive(Deserialize, IntoParams, Validate)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SeriesQuery {
    /// The site's key.
    site: String,
    /// Days, with today; 30 unless said.
    #[validate(range(min = 1, max = DAYS_MAX))]
    #[param(minimum = 1, maximum = 90)]
    days: Option<i64>,
}

/// Figures by day.
#[derive(Serialize, ToSchema)]
pub struct Series {
    site: String,
    /// The oldest first; the last is today, which is not over.
    items: Vec<DayPoint>,
}

/// One day, in UTC.
#[derive(Serialize, ToSchema)]
pub struct DayPoint {
    #[schema(format = Date)]
    date: String,
    /// Decisions made.
    decisions: i64,
    /// Those of them that another person has taken back since.
    overturned: i64,
    /// Appeals that were granted.
    appeals_granted: i64,
    /// Flags given.
    flags: i64,
    /// Half of what was decided had waited no longer; of the day's last 200 decisions. Null when
    /// nothing was.
    time_to_decision_s: Option<f64>,
    /// Whether there was more than is counted: 2,000 decisions, 10,000 flags.
    capped: bool,
}

/// `GET /moderation/stats/series`
pub async fn series(app: Data<App>, caller: Signed, query: Query<SeriesQuery>) -> Answer {
    let SeriesQuery { site, days } = query.0;
    let found = app.chart(&caller.0, site.clone(), days.unwrap_or(30)).await?;
    let point = |of: &Day| DayPoint {
        date: day(of.from_ms),
        decisions: of.decisions,
        overturned: of.overturned,
        appeals_granted: of.appeals_granted,
        flags: of.flags,
        time_to_decision_s: of.waited_ms.map(seconds),
        capped: of.is_capped,
    };
    reply::private(&Series { site, items: found.iter().map(point).collect() })
}

fn seconds(ms: i64) -> f64 {
    ms as f64 / 1e3
}

/// Sets the gauges of every site. What there is no figure of is not a number, as Prometheus has it.
/// Moderators go by their ids: who reads the gauges need not know who they are.
///
/// # Errors
/// [`StoreError`] when they cannot be read.
pub async fn set_gauges(app: &App) -> Result<(), StoreError> {
    let none = f64::NAN;
    for (site, stats) in app.all_stats().await? {
        let set = |name: &'static str, value: f64| metrics::gauge!(name, "site" => site.clone()).set(value);
        let waiting = stats.waiting;
        let kinds = [
            ("flagged", waiting.flagged),
            ("held", waiting.held),
            ("notice", waiting.notice),
            ("sample", waiting.sample),
        ];
        for (kind, count) in kinds {
            metrics::gauge!("moderation_waiting", "site" => site.clone(), "kind" => kind).set(count as f64);
        }
        set("moderation_oldest_unclaimed_seconds", stats.oldest_unclaimed_ms.map_or(0.0, seconds));
        let times = stats.waited_ms.map(|(p50, p95)| [("0.5", p50), ("0.95", p95)]);
        for (quantile, ms) in times.into_iter().flatten() {
            let gauge = "moderation_time_to_decision_seconds";
            metrics::gauge!(gauge, "site" => site.clone(), "quantile" => quantile).set(seconds(ms));
        }
        set("moderation_decisions_per_hour", stats.per_hour);
        let [upheld, dismissed] = stats.flags;
        set("moderation_reporters_precision", share(upheld, upheld + dismissed).unwrap_or(none));
        for (user, tally) in &stats.moderators {
            let (name, user) = ("moderation_overturn_rate", user.to_string());
            metrics::gauge!(name, "site" => site.clone(), "moderator" => user).set(tally.rate().unwrap_or(none));
        }
        for (rule, tally) in &stats.rules {
            let (name, rule) = ("moderation_rule_overturn_rate", rule.clone());
            metrics::gauge!(name, "site" => site.clone(), "rule" => rule).set(tally.rate().unwrap_or(none));
        }
    }
    Ok(())
}
