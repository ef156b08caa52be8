//! For moderators: people. Sanctions and notes on them, and the sheet of what they have done and
//! what was done about it.

use std::collections::HashMap;

use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use super::answer::{self, Answer};
use super::appeals::{self, Appeal};
use super::extract::{Id, Idempotency, Json, Query, Signed};
use super::mine::EntryAction;
use super::moderation::SiteQuery;
use super::view::{self, Sanction};
use super::{reply, wire};
use crate::app::sanction::Impose;
use crate::app::{App, Error};
use crate::domain;
use crate::domain::appeal::Party;
use crate::domain::comment::State;
use crate::domain::flag::Reason;
use crate::domain::ids::{CommentId, DecisionId, EntryId, NoteId, SanctionId, SiteId, UserId};
use crate::domain::sanction::SanctionKind;
use crate::domain::time::rfc3339;
use crate::store::{Concern, Note, Sanctioned};

/// A sanction to be laid on a person.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct SanctionBody {
    /// What.
    kind: SanctionKind,
    /// The site's key; an admin may leave it out for the whole server.
    site: Option<String>,
    /// When it ends by itself; needed to suspend, not for a warning.
    #[schema(format = DateTime)]
    until: Option<String>,
    /// Why.
    reason_code: Reason,
    /// For moderators, 2,000 characters at most.
    #[validate(length(max = 2_000))]
    #[schema(max_length = 2_000)]
    note: Option<String>,
    /// For the person, 2,000 characters at most.
    #[validate(length(max = 2_000))]
    #[schema(max_length = 2_000)]
    public_text: Option<String>,
}

/// A sanction as moderators see it.
#[derive(Serialize, ToSchema)]
pub struct ModeratedSanction {
    #[serde(flatten)]
    sanction: Sanction,
    /// The decision that made it; its undo lifts it, too.
    #[schema(value_type = String)]
    decision_id: DecisionId,
    /// Who made it; null: the command line.
    actor: Option<wire::User>,
    /// Whether it waits for a second moderator to confirm the decision, and does not hold yet.
    proposed: bool,
    /// For moderators; null also when it was noted on the whole server, for who moderates one site.
    note: Option<String>,
}

fn sanctioned(app: &App, of: &Sanctioned) -> ModeratedSanction {
    let site = of.sanction.site_id();
    ModeratedSanction {
        sanction: view::sanction(&of.sanction),
        proposed: of.is_proposed,
        decision_id: of.sanction.decision_id,
        actor: of.actor.as_ref().map(|user| wire::user(app, user, site)),
        note: of.note.clone(),
    }
}

/// `POST /moderation/users/{id}/sanctions`
pub async fn impose(
    app: Data<App>,
    caller: Signed,
    id: Id<UserId>,
    once: Idempotency,
    body: Json<SanctionBody>,
) -> Answer {
    let once = once.of_caller(&app, &caller.0, body.hash);
    let b = body.value;
    let order = Impose {
        user: id.0,
        kind: b.kind,
        site: b.site,
        until_ms: wire::time(b.until, |code, why| Error::field("/until", code, why))?,
        reason: b.reason_code,
        note: b.note,
        public_text: b.public_text,
        once,
    };
    let made = app.sanction(&caller.0, order).await?;
    answer::made(&sanctioned(&app, &made.made), None, made.replayed)
}

/// Which part of which list.
#[derive(Deserialize, IntoParams, Validate)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SanctionsQuery {
    /// The site's key; an admin may leave it out for those on all sites.
    site: Option<String>,
    /// Items in the answer; 50 unless said.
    #[validate(range(min = 1, max = 200))]
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
    /// The `next` of an earlier answer.
    cursor: Option<String>,
}

/// A page of a person's sanctions.
#[derive(Serialize, ToSchema)]
pub struct Sanctions {
    /// Newest first; those on the whole server are among those of any site.
    items: Vec<ModeratedSanction>,
    /// Where it goes on.
    next: Option<String>,
}

/// `GET /moderation/users/{id}/sanctions`
pub async fn sanctions(app: Data<App>, caller: Signed, id: Id<UserId>, query: Query<SanctionsQuery>) -> Answer {
    let q = query.0;
    let (items, next) = app.sanctions(&caller.0, id.0, q.site, (q.cursor, q.limit.unwrap_or(50))).await?;
    reply::private(&Sanctions { items: items.iter().map(|item| sanctioned(&app, item)).collect(), next })
}

/// `DELETE /moderation/sanctions/{id}`
pub async fn lift(app: Data<App>, caller: Signed, id: Id<SanctionId>) -> Answer {
    app.lift(&caller.0, id.0).await?;
    Ok(reply::done())
}

/// A note to be kept.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct NoteBody {
    /// The site's key: its moderators read the note.
    site: String,
    /// 1 to 2,000 characters.
    #[validate(length(min = 1, max = 2_000))]
    #[schema(min_length = 1, max_length = 2_000)]
    text: String,
}

/// A moderator's note on a person.
#[derive(Serialize, ToSchema)]
pub struct NoteView {
    #[schema(value_type = String)]
    id: NoteId,
    /// On whom.
    #[schema(value_type = String)]
    user_id: UserId,
    /// Who wrote it.
    author: wire::User,
    text: String,
    at: String,
}

fn noted(app: &App, of: &Note) -> NoteView {
    NoteView {
        id: of.id,
        user_id: of.user_id,
        author: wire::user(app, &of.author, Some(of.site_id)),
        text: of.text.clone(),
        at: rfc3339(of.created_ms),
    }
}

/// `POST /moderation/users/{id}/notes`
pub async fn note(app: Data<App>, caller: Signed, id: Id<UserId>, once: Idempotency, body: Json<NoteBody>) -> Answer {
    let once = once.of_caller(&app, &caller.0, body.hash);
    let made = app.note(&caller.0, id.0, body.value.site, body.value.text, once).await?;
    answer::made(&noted(&app, &made.made), None, made.replayed)
}

/// Which part of the notes.
#[derive(Deserialize, IntoParams, Validate)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct NotesQuery {
    /// The site's key.
    site: String,
    /// Items in the answer; 50 unless said.
    #[validate(range(min = 1, max = 200))]
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
    /// The `next` of an earlier answer.
    cursor: Option<String>,
}

/// A page of the notes on a person.
#[derive(Serialize, ToSchema)]
pub struct Notes {
    /// Newest first.
    items: Vec<NoteView>,
    /// Where it goes on.
    next: Option<String>,
}

/// `GET /moderation/users/{id}/notes`
pub async fn notes(app: Data<App>, caller: Signed, id: Id<UserId>, query: Query<NotesQuery>) -> Answer {
    let q = query.0;
    let (items, next) = app.notes(&caller.0, id.0, q.site, (q.cursor, q.limit.unwrap_or(50))).await?;
    reply::private(&Notes { items: items.iter().map(|item| noted(&app, item)).collect(), next })
}

/// A person's history on a site.
#[derive(Serialize, ToSchema)]
pub struct History {
    user: wire::User,
    site: String,
    /// Comments by state.
    comments: HashMap<String, i64>,
    /// Own flags, as they were settled.
    flags: SettledFlags,
    /// The last 50 decisions that concerned the person, newest first.
    decisions: Vec<ConcernView>,
    /// The last 50 sanctions on the site and on the whole server, newest first.
    sanctions: Vec<ModeratedSanction>,
    /// The last 50 notes of the site's moderators, newest first.
    notes: Vec<NoteView>,
    /// The appeals against those decisions, newest first.
    appeals: Vec<Appeal>,
}

/// How a person's flags were settled.
#[derive(Serialize, ToSchema)]
pub struct SettledFlags {
    upheld: i64,
    dismissed: i64,
    /// The share that was upheld; null when none was settled.
    share: Option<f64>,
}

/// A decision that concerned a person.
#[derive(Serialize, ToSchema)]
pub struct ConcernView {
    /// The person's entry of it.
    #[schema(value_type = String)]
    entry_id: EntryId,
    #[schema(value_type = String)]
    decision_id: DecisionId,
    /// What it was to them.
    concerned: Concerned,
    /// The comment; null when it is about a sanction.
    #[schema(value_type = Option<String>)]
    comment_id: Option<CommentId>,
    /// The sanction.
    #[schema(value_type = Option<String>)]
    sanction_id: Option<SanctionId>,
    action: EntryAction,
    reason_code: Option<Reason>,
    /// Who decided; null: the command line or a rule.
    actor: Option<wire::User>,
    at: String,
}

/// What a decision was to a person.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Concerned {
    /// On a comment of theirs.
    Author,
    /// On a comment that they had flagged.
    Reporter,
    /// On them.
    Person,
}

fn concern(app: &App, of: &Concern, site: SiteId) -> ConcernView {
    let (entry, decision) = (&of.entry, &of.entry.decision);
    ConcernView {
        entry_id: entry.id,
        decision_id: decision.id,
        concerned: match (&entry.sanction, entry.party) {
            (Some(_), _) => Concerned::Person,
            (None, Party::Owner) => Concerned::Author,
            (None, Party::Reporter) => Concerned::Reporter,
        },
        comment_id: entry.comment_id,
        sanction_id: entry.sanction.as_ref().map(|sanction| sanction.id),
        action: EntryAction::of(entry),
        reason_code: decision.reason,
        actor: of.actor.as_ref().map(|user| wire::user(app, user, Some(site))),
        at: rfc3339(decision.at_ms),
    }
}

/// `GET /moderation/users/{id}`
pub async fn history(app: Data<App>, caller: Signed, id: Id<UserId>, query: Query<SiteQuery>) -> Answer {
    let sheet = app.history(&caller.0, id.0, query.0.site).await?;
    let comments = State::ALL.iter().map(|s| s.as_str().to_owned()).zip(sheet.record.comments).collect();
    let site = sheet.site.id;
    let of = |entry: EntryId| sheet.decisions.iter().find(|concern| concern.entry.id == entry);
    let appeal = |appeal: &domain::appeal::Appeal| {
        of(appeal.entry_id).map(|concern| appeals::view(appeal, concern.entry.decision.id))
    };
    reply::private(&History {
        user: wire::user(&app, &sheet.person, Some(site)),
        site: sheet.site.key,
        comments,
        flags: SettledFlags {
            upheld: sheet.record.flags_upheld,
            dismissed: sheet.record.flags_dismissed,
            share: sheet.record.reports().share(),
        },
        decisions: sheet.decisions.iter().map(|item| concern(&app, item, site)).collect(),
        sanctions: sheet.sanctions.iter().map(|item| sanctioned(&app, item)).collect(),
        notes: sheet.notes.iter().map(|item| noted(&app, item)).collect(),
        appeals: sheet.appeals.iter().filter_map(appeal).collect(),
    })
}

/// Whom to look for.
#[derive(Deserialize, IntoParams, Validate)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct FindQuery {
    /// The site's key.
    site: String,
    /// The beginning of a login, or an id.
    #[validate(length(min = 1, max = 64))]
    #[param(min_length = 1, max_length = 64)]
    q: String,
}

/// People that were found.
#[derive(Serialize, ToSchema)]
pub struct Found {
    /// The one with that id first, then by login; 20 at most.
    items: Vec<wire::User>,
}

/// `GET /moderation/users`
pub async fn find(app: Data<App>, caller: Signed, query: Query<FindQuery>) -> Answer {
    let (site, people) = app.find_people(&caller.0, query.0.site, query.0.q).await?;
    reply::private(&Found { items: people.iter().map(|user| wire::user(&app, user, Some(site))).collect() })
}
