//! For moderators: the queue, each item with the parts of its priority.

use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use super::answer::Answer;
use super::extract::{Query, Signed};
use super::{reply, view, wire};
use crate::app::queue::{QueueItem, QueueQuery};
use crate::app::{App, Error};
use crate::domain::comment::{Shown, Viewer};
use crate::domain::flag::Reason;
use crate::domain::ids::UserId;
use crate::domain::queue::{QueueKind, UNSEEN};
use crate::domain::time::rfc3339;
use crate::store::Waits;

/// Reporters shown with an item.
const REPORTERS_SHOWN: usize = 20;

/// Which part of the queue.
#[derive(Deserialize, IntoParams, Validate)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct QueueParameters {
    /// The site's key.
    site: String,
    /// All unless said.
    #[param(inline)]
    kind: Option<QueueKind>,
    /// Only with an open flag or notice of that reason.
    #[param(inline)]
    reason: Option<Reason>,
    /// Only in that thread: its key or id.
    thread: Option<String>,
    /// Only by that author: an id.
    #[param(value_type = Option<String>)]
    author: Option<UserId>,
    /// Only what has waited since then or later.
    #[param(format = DateTime)]
    from: Option<String>,
    /// Only what has waited since before then.
    #[param(format = DateTime)]
    to: Option<String>,
    /// Items in the answer; 50 unless said. There may be fewer, and none, with a `next`: of what is
    /// rare in its list 1,000 places are looked at for one answer.
    #[validate(range(min = 1, max = 200))]
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
    /// The `next` of an earlier answer.
    cursor: Option<String>,
}

/// A page of the queue.
#[derive(Serialize, ToSchema)]
pub struct Queue {
    /// Most urgent first. What waits all the while with the same priority is on one page exactly.
    items: Vec<QueueItemView>,
    /// Where it goes on.
    next: Option<String>,
    /// What waits on the site, whatever was asked for.
    counts: QueueCounts,
}

/// What waits on a site; a comment may be of several kinds.
#[derive(Serialize, ToSchema)]
pub struct QueueCounts {
    flagged: i64,
    held: i64,
    notice: i64,
    sample: i64,
}

impl QueueCounts {
    /// Writes the counts of a site down.
    pub(super) fn of(waits: Waits) -> QueueCounts {
        let Waits { flagged, held, notice, sample } = waits;
        QueueCounts { flagged, held, notice, sample }
    }
}

/// A waiting comment.
#[derive(Serialize, ToSchema)]
pub struct QueueItemView {
    comment: view::Comment,
    thread: ThreadName,
    /// Its open flags by reason.
    flags: Vec<FlagGroupView>,
    /// Its open notices, oldest first, 20 at most.
    notices: Vec<NoticeView>,
    /// Its open flags one by one, those of who was right most often first, 20 at most.
    reporters: Vec<ReporterView>,
    /// Why it stands here: the parts of the priority.
    signals: Vec<Signal>,
    /// 0: a notice, by the time it is due; 1: it breaks the rules as good as certainly; 2: the rest.
    band: i64,
    /// Higher is looked at first within a band: probability × severity × visibility + waiting.
    priority: f64,
    /// Since when it waits.
    #[schema(format = DateTime)]
    first_at: String,
    /// Until when its notice is to be decided.
    #[schema(format = DateTime)]
    due_at: Option<String>,
    /// Who works on it; null: nobody.
    claim: Option<Holding>,
}

/// Who works on an item of the queue.
#[derive(Serialize, ToSchema)]
pub struct Holding {
    /// The moderator.
    user: wire::User,
    /// When they took it.
    #[schema(format = DateTime)]
    since: String,
    /// Until when, unless it is renewed.
    expires_at: String,
}

/// A thread, named.
#[derive(Serialize, ToSchema)]
pub struct ThreadName {
    id: String,
    key: String,
    title: Option<String>,
    url: Option<String>,
}

/// Open flags with one reason.
#[derive(Serialize, ToSchema)]
pub struct FlagGroupView {
    reason: Reason,
    count: i64,
    /// Of those that are weighed, 64 of a comment at most, how many are by proven reporters: at
    /// least three flags of theirs were settled.
    proven: usize,
    /// The reporters' words, 20 at most.
    notes: Vec<String>,
}

/// An open notice, for moderators only.
#[derive(Serialize, ToSchema)]
pub struct NoticeView {
    category: Reason,
    explanation: String,
    /// Who gave it; null when they did not say.
    name: Option<String>,
    /// Their address; null when they did not say.
    email: Option<String>,
    #[schema(format = DateTime)]
    at: String,
    /// Until when it is to be decided.
    #[schema(format = DateTime)]
    due_at: String,
}

/// An open flag with its reporter's record.
#[derive(Serialize, ToSchema)]
pub struct ReporterView {
    user: wire::User,
    reason: Reason,
    note: Option<String>,
    #[schema(format = DateTime)]
    at: String,
    /// Their flags on the site that moderators agreed with.
    upheld: i64,
    /// Their flags on the site that moderators disagreed with.
    dismissed: i64,
    /// Whether so many were settled that the flag counts in full.
    proven: bool,
    /// Whether it is on a reply to their own comment, and so counts half.
    own_reply: bool,
    /// What the flag weighs alone, in log-odds.
    weight: f64,
}

/// A part of a priority. `base`, `author` and `flags` are log-odds, whose sum makes the
/// `probability`; as of the last time anything happened to the comment.
#[derive(Serialize, ToSchema)]
pub struct Signal {
    name: SignalName,
    value: f64,
    /// In words.
    detail: Option<String>,
}

/// What a part of a priority is about.
#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum SignalName {
    /// The share of the site's comments that break its rules.
    Base,
    /// The author's record.
    Author,
    /// The open flags.
    Flags,
    /// How likely it breaks the rules, from the three before.
    Probability,
    /// How grave what is said of it would be, 1 to 5.
    Severity,
    /// 1 where readers see it, else a half.
    Visibility,
    /// What the time it has waited adds.
    Waiting,
}

/// `GET /moderation/queue`
pub async fn queue(app: Data<App>, caller: Signed, query: Query<QueueParameters>) -> Answer {
    let q = query.0;
    let asked = QueueQuery {
        kind: q.kind.unwrap_or(QueueKind::All),
        reason: q.reason,
        thread: q.thread,
        author: q.author,
        from_ms: wire::time(q.from, |code, why| Error::parameter("from", code, why))?,
        to_ms: wire::time(q.to, |code, why| Error::parameter("to", code, why))?,
    };
    let page = app.queue(&caller.0, q.site, asked, (q.cursor, q.limit.unwrap_or(50))).await?;
    reply::private(&Queue {
        items: page.items.iter().map(|item| queue_item(&app, item)).collect(),
        next: page.next,
        counts: QueueCounts::of(page.counts),
    })
}

/// Writes an item of the queue down.
pub(super) fn queue_item(app: &App, item: &QueueItem) -> QueueItemView {
    let (waiting, site) = (&item.waiting, item.comment.site_id);
    let proven = |reason: Reason| {
        item.reports.iter().filter(|flag| flag.reason == reason && flag.report.record.is_proven()).count()
    };
    QueueItemView {
        comment: view::comment(app, &item.comment, Shown::Whole, Viewer::Moderator),
        thread: ThreadName {
            id: item.thread.id.to_string(),
            key: item.thread.key.clone(),
            title: item.thread.title.clone(),
            url: item.thread.url.clone(),
        },
        flags: item
            .flags
            .iter()
            .map(|group| FlagGroupView {
                reason: group.reason,
                count: group.count,
                proven: proven(group.reason),
                notes: group.notes.clone(),
            })
            .collect(),
        notices: item
            .notices
            .iter()
            .map(|notice| NoticeView {
                category: notice.category,
                explanation: notice.explanation.clone(),
                name: notice.contact.as_ref().map(|contact| contact.name.clone()),
                email: notice.contact.as_ref().map(|contact| contact.email.clone()),
                at: rfc3339(notice.created_ms),
                due_at: rfc3339(notice.due_ms),
            })
            .collect(),
        reporters: item
            .reports
            .iter()
            .take(REPORTERS_SHOWN)
            .map(|flag| ReporterView {
                user: wire::user(app, &flag.user, Some(site)),
                reason: flag.reason,
                note: flag.note.clone(),
                at: rfc3339(flag.report.at_ms),
                upheld: flag.report.record.upheld,
                dismissed: flag.report.record.dismissed,
                proven: flag.report.record.is_proven(),
                own_reply: flag.report.on_own_reply,
                weight: rounded(flag.report.weight(waiting.odds.of_base())),
            })
            .collect(),
        signals: signals(item, app.now_ms()),
        band: waiting.band(),
        priority: rounded(waiting.weight() + waiting.patience(app.now_ms())),
        first_at: rfc3339(waiting.first_ms),
        due_at: waiting.due_ms.map(rfc3339),
        claim: item.holder.as_ref().map(|holder| Holding {
            user: wire::user(app, &holder.user, Some(site)),
            since: rfc3339(holder.since_ms),
            expires_at: rfc3339(holder.expires_ms),
        }),
    }
}

fn signals(item: &QueueItem, now_ms: i64) -> Vec<Signal> {
    let waiting = &item.waiting;
    let odds = waiting.odds;
    let signal = |name, value, detail| Signal { name, value: rounded(value), detail };
    let of_odds = |name, thousandths: i64, detail| signal(name, thousandths as f64 / 1_000.0, detail);
    let flags: i64 = item.flags.iter().map(|group| group.count).sum();
    let proven = item.reports.iter().filter(|flag| flag.report.record.is_proven()).count();
    vec![
        of_odds(SignalName::Base, odds.base, None),
        of_odds(SignalName::Author, odds.author, None),
        of_odds(SignalName::Flags, odds.flags, (flags > 0).then(|| format!("{flags} flags, {proven} of them proven"))),
        signal(SignalName::Probability, odds.probability(), None),
        signal(SignalName::Severity, waiting.severity() as f64, None),
        signal(SignalName::Visibility, if waiting.is_visible { 1.0 } else { UNSEEN }, None),
        signal(SignalName::Waiting, waiting.patience(now_ms), None),
    ]
}

/// To six places, which tells a second of waiting.
fn rounded(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}
