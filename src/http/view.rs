//! How threads, comments, flags and decisions look on the wire. What a viewer may see is decided
//! in `domain::comment`; here it is only written down.

use std::collections::HashMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::wire::{self, User};
use crate::app::App;
use crate::app::decide::Decided;
use crate::app::read::ThreadPage;
use crate::domain::comment::{self, Shown, State, Viewer};
use crate::domain::decision::{self, Act, Fate, Phase, Reach};
use crate::domain::flag::{self, FlagState, Reason};
use crate::domain::fragment::Fragment;
use crate::domain::ids::{CommentId, DecisionId, FlagId, SanctionId, SiteId, ThreadId, UserId};
use crate::domain::sanction::{self, SanctionKind};
use crate::domain::thread::ThreadState;
use crate::domain::time::rfc3339;
use crate::domain::tree::Sort;
use crate::domain::user;
use crate::store::Past;

/// The comments under one article.
#[derive(Serialize, ToSchema)]
pub struct Thread {
    /// Null until the first comment.
    #[schema(value_type = Option<String>)]
    id: Option<ThreadId>,
    /// The site's key.
    site: String,
    /// The thread's key.
    key: String,
    /// The article's title.
    title: Option<String>,
    /// The article's address.
    url: Option<String>,
    /// Whether it takes anything new.
    state: ThreadState,
    /// Whether readers' posts wait for a moderator.
    premoderation: bool,
    /// The pause between two posts of one person, in seconds; 0 is none.
    slow_mode_seconds: i64,
    /// Comments to be named at the head.
    #[schema(value_type = Vec<String>)]
    pinned: Vec<CommentId>,
    /// How many comments there are.
    counts: ThreadCounts,
    /// Moves with whatever changes an anonymous page, save names, badges and presence.
    version: i64,
    /// When it was born.
    created_at: Option<String>,
}

/// Counts of a thread.
#[derive(Serialize, ToSchema)]
pub struct ThreadCounts {
    /// Published comments at any depth.
    pub published: i64,
}

/// Writes a thread down.
pub fn thread(page: &ThreadPage) -> Thread {
    let born = page.thread.as_ref();
    Thread {
        id: born.map(|t| t.id),
        site: page.site.key.clone(),
        key: page.key.clone(),
        title: born.and_then(|t| t.title.clone()),
        url: born.and_then(|t| t.url.clone()),
        state: born.map_or(ThreadState::Open, |t| t.state),
        premoderation: born.is_some_and(|t| t.premoderation),
        slow_mode_seconds: born.map_or(0, |t| t.slow_mode_s),
        pinned: page.pinned.clone(),
        counts: ThreadCounts { published: born.map_or(0, |t| t.published_count) },
        version: born.map_or(0, |t| t.version),
        created_at: born.map(|t| rfc3339(t.created_ms)),
    }
}

/// A page of the tree.
#[derive(Serialize, ToSchema)]
pub struct CommentPage {
    /// Its thread.
    pub thread: Thread,
    /// The order of siblings.
    pub sort: Sort,
    /// The shown roots with what is shown below them.
    #[schema(no_recursion)]
    pub items: Vec<Comment>,
    /// Where the roots go on.
    pub next: Option<String>,
    /// Roots behind `next`.
    pub remaining: i64,
}

/// A part of one level.
#[derive(Serialize, ToSchema)]
pub struct Replies {
    /// The shown siblings with what is shown below them.
    #[schema(no_recursion)]
    pub items: Vec<Comment>,
    /// Where this level goes on.
    pub next: Option<String>,
    /// Comments of this level behind `next`.
    pub remaining: i64,
}

/// A comment.
#[derive(Serialize, ToSchema)]
pub struct Comment {
    /// What changes only with its version.
    #[serde(flatten)]
    fragment: Fragment,
    /// Null in a tombstone.
    author: Option<User>,
    /// Votes up less votes down.
    score: i64,
    /// Votes up.
    up: i64,
    /// Votes down.
    down: i64,
    /// Published direct replies.
    reply_count: i64,
    /// What is shown below it.
    #[schema(no_recursion)]
    replies: Replies,
    /// Why it waits, for its author and moderators.
    #[serde(skip_serializing_if = "Option::is_none")]
    held_by: Option<String>,
}

/// Writes a comment down without replies.
pub fn comment(app: &App, of: &comment::Comment, how: Shown, viewer: Viewer) -> Comment {
    let whole = how == Shown::Whole;
    let author = of.author.as_ref().filter(|_| whole);
    let kept = |votes: i64| if whole { votes } else { 0 };
    Comment {
        fragment: Fragment::of(of, how),
        author: author.map(|user| wire::user(app, user, Some(of.site_id))),
        score: kept(of.score()),
        up: kept(of.up),
        down: kept(of.down),
        reply_count: of.reply_count,
        replies: Replies { items: Vec::new(), next: None, remaining: 0 },
        held_by: of.disposition.held_by.clone().filter(|_| viewer != Viewer::Public),
    }
}

/// A flag as its reporter sees it.
#[derive(Serialize, ToSchema)]
pub struct Flag {
    /// Its id.
    #[schema(value_type = String)]
    id: FlagId,
    /// The flagged comment.
    #[schema(value_type = String)]
    comment_id: CommentId,
    /// Why.
    reason: Reason,
    /// The reporter's words.
    note: Option<String>,
    /// What became of it.
    state: FlagState,
    /// The decision that settled it.
    outcome: Option<Outcome>,
    /// When it was made.
    created_at: String,
}

/// How a flag was settled.
#[derive(Serialize, ToSchema)]
pub struct Outcome {
    /// The decision.
    #[schema(value_type = String)]
    decision_id: DecisionId,
    /// Its action.
    action: Act,
    /// When.
    at: String,
}

/// Writes a flag down.
pub fn flag(of: &flag::Flag) -> Flag {
    Flag {
        id: of.id,
        comment_id: of.comment_id,
        reason: of.reason,
        note: of.note.clone(),
        state: of.state,
        outcome: of.outcome.as_ref().map(|outcome| Outcome {
            decision_id: outcome.decision_id,
            action: outcome.action,
            at: rfc3339(outcome.at_ms),
        }),
        created_at: rfc3339(of.created_ms),
    }
}

/// A moderator's decision.
#[derive(Serialize, ToSchema)]
pub struct Decision {
    /// All but its targets.
    #[serde(flatten)]
    head: DecisionHead,
    /// Every target settled, also when its state stays; the first 500.
    applied: Vec<Applied>,
    /// Every target left alone; the first 500.
    conflicts: Vec<ConflictView>,
    /// What it laid on a person, lifted or put back; null for a decision on comments.
    sanction: Option<Sanction>,
}

/// A moderator's decision, without its targets.
#[derive(Serialize, ToSchema)]
pub struct DecisionHead {
    /// Null when nothing was recorded.
    #[schema(value_type = Option<String>)]
    id: Option<DecisionId>,
    /// When it was made, or confirmed.
    at: String,
    /// Who.
    actor: Option<User>,
    /// What.
    action: Act,
    /// How far.
    scope: Reach,
    /// How far it has got.
    state: Phase,
    /// Why.
    reason_code: Option<Reason>,
    /// For moderators.
    note: Option<String>,
    /// For the author.
    public_text: Option<String>,
    /// What was selected; null where comments were named.
    #[schema(value_type = Option<Object>)]
    select: Option<serde_json::Value>,
    /// How many of its targets it has come to.
    progress: Progress,
    /// Targets settled so far.
    applied_count: i64,
    /// Targets left alone so far.
    conflict_count: i64,
    /// When it was proposed; null: one moderator was enough.
    proposed_at: Option<String>,
    /// The second moderator.
    confirmed_by: Option<User>,
    /// The decision that took it back.
    #[schema(value_type = Option<String>)]
    undone_by: Option<DecisionId>,
    /// The decision it takes back.
    #[schema(value_type = Option<String>)]
    undoes: Option<DecisionId>,
}

/// What a moderator laid on a person.
#[derive(Serialize, ToSchema)]
pub struct Sanction {
    /// Its id.
    #[schema(value_type = String)]
    id: SanctionId,
    /// On whom.
    #[schema(value_type = String)]
    user_id: UserId,
    /// What.
    kind: SanctionKind,
    /// Where it holds; null: everywhere.
    site: Option<String>,
    /// When it ends by itself; null: never.
    until: Option<String>,
    /// Why.
    reason_code: Reason,
    /// The moderator's words.
    public_text: Option<String>,
    /// When it was made.
    at: String,
    /// When a moderator took it back.
    lifted_at: Option<String>,
}

/// Writes a sanction down, as the person may see it.
pub fn sanction(of: &sanction::Sanction) -> Sanction {
    Sanction {
        id: of.id,
        user_id: of.user_id,
        kind: of.kind,
        site: of.site.as_ref().map(|(_, key)| key.clone()),
        until: of.until_ms.map(rfc3339),
        reason_code: of.reason,
        public_text: of.public_text.clone(),
        at: rfc3339(of.created_ms),
        lifted_at: of.lifted_ms.map(rfc3339),
    }
}

/// How much is done.
#[derive(Serialize, ToSchema)]
pub struct Progress {
    /// Targets it has come to; less than all of one that is done, if it was stopped or refused.
    done: i64,
    /// All targets.
    total: i64,
}

/// A settled target.
#[derive(Serialize, ToSchema)]
pub struct Applied {
    /// The comment.
    #[schema(value_type = String)]
    comment_id: CommentId,
    /// Where it stood.
    from: State,
    /// Where it stands.
    to: State,
    /// Its version afterwards.
    version: i64,
}

/// A target left alone.
#[derive(Serialize, ToSchema)]
pub struct ConflictView {
    /// The comment.
    #[schema(value_type = String)]
    comment_id: CommentId,
    /// `not_found`, `stale_version`, `stale_claim` or `wrong_state`.
    code: &'static str,
    /// Its version; null when there is no such comment.
    version: Option<i64>,
    /// Its state; null when there is no such comment.
    state: Option<State>,
    /// What was decided last on it, and by whom; null when nothing was.
    decided: Option<PastView>,
}

/// What was decided before.
#[derive(Serialize, ToSchema)]
pub struct PastView {
    /// The decision.
    #[schema(value_type = String)]
    decision_id: DecisionId,
    /// Who; null: the command line.
    actor: Option<User>,
    /// What.
    action: Act,
    /// When.
    at: String,
}

/// Writes a decision down; `people` holds who made and confirmed it, `about` is the sanction that it
/// made or lifted.
pub fn decision(
    app: &App,
    of: &Decided,
    people: &HashMap<UserId, user::User>,
    about: Option<&sanction::Sanction>,
) -> Decision {
    let site = of.decision.site_id;
    let mut applied = Vec::new();
    let mut conflicts = Vec::new();
    for target in &of.targets {
        let comment_id = target.comment_id;
        match &target.fate {
            Fate::Applied { before, after } => applied.push(Applied {
                comment_id,
                from: before.state,
                to: after.state,
                version: target.version.unwrap_or(0),
            }),
            Fate::Refused(conflict, state) => conflicts.push(ConflictView {
                comment_id,
                code: conflict.as_str(),
                version: target.version,
                state: *state,
                decided: of.before.get(&comment_id).map(|past| past_view(app, past, site)),
            }),
        }
    }
    let sanction = about.map(sanction);
    Decision { head: decision_head(app, &of.decision, people), applied, conflicts, sanction }
}

/// Writes a decision down without its targets.
pub fn decision_head(app: &App, of: &decision::Decision, people: &HashMap<UserId, user::User>) -> DecisionHead {
    let person = |id: Option<UserId>| {
        let user = id.and_then(|id| people.get(&id));
        user.map(|user| wire::user(app, user, Some(of.site_id)))
    };
    let course = &of.course;
    DecisionHead {
        id: Some(of.id).filter(|id| id.0 != 0),
        at: rfc3339(of.at_ms),
        actor: person(of.actor_id),
        action: of.act,
        scope: of.reach,
        state: course.phase,
        reason_code: of.reason,
        note: of.note.clone(),
        public_text: of.public_text.clone(),
        select: course.selected.as_deref().and_then(|text| serde_json::from_str(text).ok()),
        progress: Progress { done: course.done(), total: course.total },
        applied_count: course.applied,
        conflict_count: course.conflicts,
        proposed_at: course.proposed_ms.map(rfc3339),
        confirmed_by: person(course.confirmed_by),
        undone_by: of.undone_by,
        undoes: of.undoes,
    }
}

/// Writes down what had been decided before.
pub fn past_view(app: &App, past: &Past, site: SiteId) -> PastView {
    PastView {
        decision_id: past.id,
        actor: past.actor.as_ref().map(|user| wire::user(app, user, Some(site))),
        action: past.act,
        at: rfc3339(past.at_ms),
    }
}

/// Published comments by thread key.
#[derive(Serialize, ToSchema)]
pub struct Counts {
    /// 0 for threads not born yet.
    pub counts: HashMap<String, i64>,
}
