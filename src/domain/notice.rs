//! Notices of illegal content (Digital Services Act, Art. 16): what one says, and what its giver is
//! told of the outcome. Who gave it is for moderators only.

use super::decision::Act;
use super::flag::{FlagState, Reason};
use super::ids::{CommentId, DecisionId, NoticeId};

/// The longest explanation, in Unicode scalar values.
pub const EXPLANATION_CHARS_MAX: usize = 5_000;
/// The longest name, in Unicode scalar values.
pub const NAME_CHARS_MAX: usize = 200;

/// Who gave a notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// Their name.
    pub name: String,
    /// Their address.
    pub email: String,
}

/// A notice with all that is kept of it, save its token.
#[derive(Clone, Debug)]
pub struct Notice {
    /// Its id.
    pub id: NoticeId,
    /// The comment it is about.
    pub comment_id: CommentId,
    /// What it is about.
    pub category: Reason,
    /// Why the comment is illegal, in its giver's words.
    pub explanation: String,
    /// Who gave it; none when they did not say, or once it was taken out.
    pub contact: Option<Contact>,
    /// What became of it; never withdrawn.
    pub state: FlagState,
    /// How it was settled.
    pub outcome: Option<NoticeOutcome>,
    /// When it was given, in milliseconds since 1970.
    pub created_ms: i64,
    /// Until when it is to be decided, in milliseconds since 1970.
    pub due_ms: i64,
}

/// How a notice was settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoticeOutcome {
    /// The decision.
    pub decision_id: DecisionId,
    /// Its action.
    pub action: Act,
    /// The reason it gave.
    pub reason: Option<Reason>,
    /// When, in milliseconds since 1970.
    pub at_ms: i64,
}

/// Whether the law lets a notice of that category do without a name and an address: those of the
/// sexual abuse of children (Art. 16(2)(c), Directive 2011/93/EU, Arts 3 to 7).
pub fn may_be_nameless(category: Reason) -> bool {
    category == Reason::Sexual
}

/// What a notice's giver is told of its state, in words.
pub fn in_words(state: FlagState, outcome: Option<&NoticeOutcome>) -> String {
    match (state, outcome.and_then(|outcome| outcome.reason)) {
        (FlagState::Upheld, Some(reason)) => {
            format!("A moderator looked at the comment and took it from the page: {}.", ground(reason))
        }
        (FlagState::Upheld, None) => "A moderator looked at the comment and took it from the page.".to_owned(),
        (FlagState::Dismissed, _) => {
            "A moderator looked at the notice and found no reason to take the comment from the page.".to_owned()
        }
        _ => "A moderator will look at the comment.".to_owned(),
    }
}

/// What somebody who disagrees with the outcome can do (Art. 16(5)).
pub const REDRESS: &str = "If you disagree, write to whoever runs the site, turn to a certified body for out-of-court \
                           dispute settlement where there is one for such services, or go to a court.";

fn ground(reason: Reason) -> &'static str {
    match reason {
        Reason::Spam => "advertising, links or repetition",
        Reason::Harassment => "an attack on a person",
        Reason::Hate => "an attack on a group",
        Reason::Violence => "a threat or praise of violence",
        Reason::Sexual => "sexual content",
        Reason::Misinformation => "a false claim of fact",
        Reason::OffTopic => "nothing to do with the article",
        Reason::Illegal => "it is against the law",
        Reason::Other | Reason::RuleViolation => "it is against the site's rules",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_state_is_told_in_words() {
        let outcome = |reason| NoticeOutcome { decision_id: DecisionId(1), action: Act::Hide, reason, at_ms: 0 };
        for reason in Reason::ALL {
            let told = in_words(FlagState::Upheld, Some(&outcome(Some(*reason))));
            assert!(told.ends_with('.') && told.contains(ground(*reason)));
        }
        assert!(in_words(FlagState::Open, None).contains("will look"));
        assert!(in_words(FlagState::Dismissed, Some(&outcome(None))).contains("no reason"));
        assert!(may_be_nameless(Reason::Sexual) && !may_be_nameless(Reason::Illegal));
    }
}
