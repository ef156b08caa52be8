//! What is one's own beside the account: comments, flags, and decisions on both.

use actix_web::web::Data;
use serde::Serialize;
use utoipa::ToSchema;

use super::answer::Answer;
use super::comments::PageQuery;
use super::extract::{Query, Signed};
use super::sites::{OwnComment, own_comment};
use super::{appeals, reply, view};
use crate::app::App;
use crate::app::read_own::OwnEntry;
use crate::domain::appeal::Party;
use crate::domain::comment::Viewer;
use crate::domain::decision::Act;
use crate::domain::flag::Reason;
use crate::domain::ids::{CommentId, DecisionId, EntryId, SanctionId};
use crate::domain::sanction::SanctionKind;
use crate::domain::statement::{Ground, Means, Origin, Phrase, Restriction, Statement, english};
use crate::domain::time::rfc3339;
use crate::store::Entry;

/// Own comments.
#[derive(Serialize, ToSchema)]
pub struct OwnComments {
    /// Newest first, in any state.
    items: Vec<OwnComment>,
    /// Where it goes on.
    next: Option<String>,
}

/// `GET /me/comments`
pub async fn comments(app: Data<App>, caller: Signed, query: Query<PageQuery>) -> Answer {
    let (comments, next) = app.own_comments(&caller.0, query.0.page()).await?;
    let items = comments.iter().map(|comment| own_comment(&app, comment, Viewer::Author)).collect();
    reply::private(&OwnComments { items, next })
}

/// Own flags.
#[derive(Serialize, ToSchema)]
pub struct OwnFlags {
    /// Newest first, with their outcome.
    items: Vec<view::Flag>,
    /// Where it goes on.
    next: Option<String>,
}

/// `GET /me/flags`
pub async fn flags(app: Data<App>, caller: Signed, query: Query<PageQuery>) -> Answer {
    let (flags, next) = app.own_flags(&caller.0, query.0.page()).await?;
    reply::private(&OwnFlags { items: flags.iter().map(view::flag).collect(), next })
}

/// Decisions on what is one's own.
#[derive(Serialize, ToSchema)]
pub struct OwnDecisions {
    /// Newest first.
    items: Vec<OwnDecision>,
    /// Where it goes on.
    next: Option<String>,
}

/// What was done, as a person concerned sees it.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub enum EntryAction {
    /// To a comment; or a sanction was lifted.
    Act(Act),
    /// A sanction was laid on the person.
    Sanction(SanctionKind),
}

impl EntryAction {
    /// That of an entry.
    pub fn of(entry: &Entry) -> EntryAction {
        match (&entry.sanction, entry.decision.act) {
            (Some(sanction), Act::Sanction) => EntryAction::Sanction(sanction.kind),
            (_, act) => EntryAction::Act(act),
        }
    }
}

/// A decision on one comment, or on the person, as one person concerned sees it.
#[derive(Serialize, ToSchema)]
pub struct OwnDecision {
    /// The entry's id.
    #[schema(value_type = String)]
    id: EntryId,
    /// The decision.
    #[schema(value_type = String)]
    decision_id: DecisionId,
    /// The comment; null when it is about a sanction.
    #[schema(value_type = Option<String>)]
    comment_id: Option<CommentId>,
    /// The sanction, when it is about one.
    #[schema(value_type = Option<String>)]
    sanction_id: Option<SanctionId>,
    /// The sanction as it is now.
    sanction: Option<view::Sanction>,
    /// What was done: of a sanction its kind, or `lift`.
    action: EntryAction,
    /// Why.
    reason_code: Option<Reason>,
    /// The moderator's words.
    public_text: Option<String>,
    /// When.
    at: String,
    /// Whether a rule did it.
    automated: bool,
    /// Why, in full; null where it restricts nothing of one's own.
    statement: Option<StatementView>,
    /// What one has against it; null: nothing yet.
    appeal: Option<appeals::Appeal>,
}

/// A statement of reasons (Regulation (EU) 2022/2065, Art. 17). Codes are for programs, texts for
/// people.
#[derive(Serialize, ToSchema)]
pub struct StatementView {
    /// Its name outside of this service.
    puid: String,
    /// What was restricted.
    restriction: Restriction,
    /// The same in words.
    restriction_text: &'static str,
    /// Where it holds: `worldwide`.
    territorial_scope: &'static str,
    /// The same in words.
    territorial_scope_text: &'static str,
    /// Since when.
    from: String,
    /// Until when; null: until it is taken back.
    until: Option<String>,
    /// The same in words.
    duration_text: &'static str,
    /// Whether it still holds.
    in_force: bool,
    /// What brought it to attention.
    origin: Origin,
    /// Whether it was found by automated means.
    automated_detection: bool,
    /// Whether it was decided by automated means.
    automated_decision: bool,
    /// What happened, in words.
    facts: String,
    /// What it rests on.
    ground: Ground,
    /// The same in words.
    ground_text: &'static str,
    /// Why, in words.
    explanation: &'static str,
    /// Where the rules can be read.
    policy_url: Option<String>,
    /// What one can do against it.
    redress: Redress,
}

/// What one can do against a restriction.
#[derive(Serialize, ToSchema)]
pub struct Redress {
    /// Until when one may appeal here.
    appeal_until: String,
    /// How to appeal here.
    appeal: &'static str,
    /// How to settle it out of court.
    out_of_court: &'static str,
    /// That there are courts.
    court: &'static str,
}

fn statement(of: &Statement) -> StatementView {
    let facts = &of.facts;
    let duration = if facts.until_ms.is_some() { Phrase::Until } else { Phrase::NoEnd };
    StatementView {
        puid: of.puid.clone(),
        restriction: facts.restriction,
        restriction_text: english(Phrase::Restriction(facts.restriction)),
        territorial_scope: "worldwide",
        territorial_scope_text: english(Phrase::Scope),
        from: rfc3339(facts.at_ms),
        until: facts.until_ms.map(rfc3339),
        duration_text: english(duration),
        in_force: of.in_force,
        origin: facts.origin,
        automated_detection: facts.detected_by == Means::Rule,
        automated_decision: facts.decided_by == Means::Rule,
        facts: facts.in_words(),
        ground: facts.ground(),
        ground_text: english(Phrase::Ground(facts.ground())),
        explanation: facts.reason_in_words(),
        policy_url: of.policy_url.clone(),
        redress: Redress {
            appeal_until: rfc3339(of.appeal_until_ms),
            appeal: english(Phrase::Appeal),
            out_of_court: english(Phrase::Settlement),
            court: english(Phrase::Court),
        },
    }
}

/// `GET /me/decisions`
pub async fn decisions(app: Data<App>, caller: Signed, query: Query<PageQuery>) -> Answer {
    let (entries, next) = app.own_decisions(&caller.0, query.0.page()).await?;
    let items = entries
        .into_iter()
        .map(|OwnEntry { entry, statement: reasons, appeal }| OwnDecision {
            id: entry.id,
            decision_id: entry.decision.id,
            comment_id: entry.comment_id,
            sanction_id: entry.sanction.as_ref().map(|sanction| sanction.id),
            sanction: entry.sanction.as_ref().map(view::sanction),
            action: EntryAction::of(&entry),
            reason_code: entry.decision.reason,
            // words for the author are for the author
            public_text: entry.decision.public_text.filter(|_| entry.party == Party::Owner),
            at: rfc3339(entry.decision.at_ms),
            automated: entry.decision.actor_id.is_none(),
            statement: reasons.as_ref().map(statement),
            appeal: appeal.as_ref().map(|appeal| appeals::view(appeal, entry.decision.id)),
        })
        .collect();
    reply::private(&OwnDecisions { items, next })
}
