//! Statements of reasons: what somebody whose comment or account was restricted is told (Regulation
//! (EU) 2022/2065, Art. 17(3)), derived from a few stored facts.
//!
//! The texts are in one table, [`english`]; nothing a person wrote is in any of them. The form in
//! which they go to the EU's database is `transfer::eu`.

use super::appeal::closes_ms;
use super::comment::State;
use super::decision::Disposition;
use super::flag::{Reason, words};
use super::ids::{EntryId, SiteId};
use super::sanction::SanctionKind;
use super::thread::Site;

words! {
    /// What a restriction is of (Art. 17(3)(a)).
    Restriction {
        /// The comment is taken from the page.
        Hidden "hidden",
        /// The text of the comment is erased.
        Purged "purged",
        /// The comment is not shown until a moderator has looked at it.
        Held "held",
        /// The comment takes no direct replies.
        Locked "locked",
        /// The person's comments wait for a moderator.
        Premoderated "premoderated",
        /// The person may read, not post.
        Muted "muted",
        /// The person may write nothing, until an end.
        Suspended "suspended",
        /// The person may write nothing.
        Banned "banned",
    }
}

words! {
    /// What brought the matter to attention (Art. 17(3)(b)).
    Origin {
        /// A notice of illegal content (Art. 16).
        Notice "notice",
        /// A reader's flag.
        Flag "flag",
        /// Nobody: it was found.
        OwnInitiative "own_initiative",
    }
}

words! {
    /// By what something was found or decided (Art. 17(3)(c)).
    Means {
        /// By people.
        People "people",
        /// By a rule, without people.
        Rule "rule",
    }
}

words! {
    /// What a restriction rests on (Art. 17(3)(d) and (e)).
    Ground {
        /// The law.
        IllegalContent "illegal_content",
        /// The site's rules.
        Terms "terms",
    }
}

impl Restriction {
    /// What a sanction restricts; none: nothing.
    pub fn by(kind: SanctionKind) -> Option<Restriction> {
        match kind {
            SanctionKind::Warn => None,
            SanctionKind::Premoderate => Some(Restriction::Premoderated),
            SanctionKind::Mute => Some(Restriction::Muted),
            SanctionKind::Suspend => Some(Restriction::Suspended),
            SanctionKind::Ban => Some(Restriction::Banned),
        }
    }
}

/// What a rule that holds a comment begins its name with.
pub const RULE: &str = "rule:";

/// What is kept for a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// The entry that tells of it.
    pub entry_id: EntryId,
    /// Its site.
    pub site_id: SiteId,
    /// When it was decided, in milliseconds since 1970.
    pub at_ms: i64,
    /// What was restricted.
    pub restriction: Restriction,
    /// Until when, in milliseconds since 1970; none: until it is taken back.
    pub until_ms: Option<i64>,
    /// Why; none where the decision named none.
    pub reason: Option<Reason>,
    /// What brought it to attention.
    pub origin: Origin,
    /// By what it was found.
    pub detected_by: Means,
    /// By what it was decided.
    pub decided_by: Means,
    /// When the content was written that led to it, in milliseconds since 1970.
    pub content_ms: i64,
}

impl Facts {
    /// What the restriction rests on.
    pub fn ground(&self) -> Ground {
        if self.reason == Some(Reason::Illegal) { Ground::IllegalContent } else { Ground::Terms }
    }

    /// Names the statement outside of this service: letters, digits, `-` and `_` only.
    pub fn puid(&self, site: &Site) -> String {
        format!("{}-{}", site.key, self.entry_id)
    }

    /// What happened, in sentences (Art. 17(3)(b) and (c)).
    pub fn in_words(&self) -> String {
        let phrases =
            [Phrase::Origin(self.origin), Phrase::Detected(self.detected_by), Phrase::Decided(self.decided_by)];
        phrases.map(english).join(" ")
    }

    /// Why, in a sentence.
    pub fn reason_in_words(&self) -> &'static str {
        english(Phrase::Reason(self.reason.unwrap_or(Reason::RuleViolation)))
    }
}

/// What a decision that moved a comment from `before` to `after` restricts, and why; none when it
/// restricts nothing.
pub fn restricted(
    before: &Disposition,
    after: &Disposition,
    reason: Option<Reason>,
) -> Option<(Restriction, Option<Reason>)> {
    // what is hidden again by an undo is hidden for the reason of old
    let why = after.removal.as_ref().and_then(|removal| removal.reason).or(reason);
    match (before.state, after.state) {
        (State::Published | State::Held, State::Hidden) => Some((Restriction::Hidden, why)),
        // no decision deletes, save for good
        (State::Published | State::Held | State::Hidden, State::Deleted) => Some((Restriction::Purged, why)),
        (State::Published, State::Held) => Some((Restriction::Held, reason)),
        _ if after.locked && !before.locked => Some((Restriction::Locked, reason)),
        _ => None,
    }
}

/// By what a comment was found that stood at `before`.
pub fn detected_by(before: &Disposition, decided_by: Means) -> Means {
    let by_rule = before.held_by.as_deref().is_some_and(|by| by.starts_with(RULE));
    if by_rule { Means::Rule } else { decided_by }
}

/// How what a statement is about stands now.
#[derive(Clone, Debug)]
pub enum Stands {
    /// A comment.
    Comment {
        /// Now.
        now: Disposition,
        /// Where the decision left it.
        after: Disposition,
    },
    /// An account, with a sanction.
    Account {
        /// Whether that was lifted.
        is_lifted: bool,
    },
}

impl Facts {
    /// Whether the restriction holds at a time in milliseconds since 1970: the comment stands as the
    /// decision left it; that of an account was not lifted and has not ended by itself.
    pub fn in_force(&self, stands: &Stands, now_ms: i64) -> bool {
        let (now, after) = match stands {
            Stands::Comment { now, after } => (now, after),
            Stands::Account { is_lifted } => {
                return !is_lifted && self.until_ms.is_none_or(|until_ms| now_ms < until_ms);
            }
        };
        match self.restriction {
            Restriction::Locked => (now.locked, now.lock_ref) == (true, after.lock_ref),
            _ => (now.state, now.state_ref) == (after.state, after.state_ref),
        }
    }
}

/// A statement as its addressee reads it.
#[derive(Clone, Debug)]
pub struct Statement {
    /// What is kept for it.
    pub facts: Facts,
    /// Its name outside of this service.
    pub puid: String,
    /// Whether the restriction still holds.
    pub in_force: bool,
    /// Where the rules can be read.
    pub policy_url: Option<String>,
    /// From when one can no longer appeal, in milliseconds since 1970.
    pub appeal_until_ms: i64,
}

impl Statement {
    /// The statement that facts of a site give.
    pub fn of(facts: Facts, site: &Site, in_force: bool) -> Statement {
        Statement {
            puid: facts.puid(site),
            in_force,
            policy_url: site.policy_url.clone(),
            appeal_until_ms: closes_ms(facts.at_ms),
            facts,
        }
    }
}

/// A text of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phrase {
    /// What was restricted.
    Restriction(Restriction),
    /// Where it holds.
    Scope,
    /// For how long: until a time that is given beside.
    Until,
    /// For how long: until it is taken back.
    NoEnd,
    /// What brought it to attention.
    Origin(Origin),
    /// How it was found.
    Detected(Means),
    /// How it was decided.
    Decided(Means),
    /// What it rests on.
    Ground(Ground),
    /// Why.
    Reason(Reason),
    /// How to object here.
    Appeal,
    /// How to have it settled out of court.
    Settlement,
    /// That there are courts.
    Court,
}

/// The texts in English. Another language is another table.
pub fn english(phrase: Phrase) -> &'static str {
    match phrase {
        Phrase::Restriction(restriction) => match restriction {
            Restriction::Hidden => "Your comment is no longer shown to readers.",
            Restriction::Purged => "The text of your comment was erased.",
            Restriction::Held => "Your comment is not shown to readers until a moderator has looked at it.",
            Restriction::Locked => "Your comment takes no more replies.",
            Restriction::Premoderated => {
                "Your comments are shown to readers only after a moderator has looked at them."
            }
            Restriction::Muted => "You may read, but not post.",
            Restriction::Suspended => "You may read, but not write.",
            Restriction::Banned => "You may read, but no longer write.",
        },
        Phrase::Scope => "This holds wherever the site is read.",
        Phrase::Until => "It ends by itself at the time given.",
        Phrase::NoEnd => "It holds until it is taken back.",
        Phrase::Origin(origin) => match origin {
            Origin::Notice => "A notice of illegal content led to this decision.",
            Origin::Flag => "One reader or more had flagged the content.",
            Origin::OwnInitiative => "The site looked at the content on its own initiative.",
        },
        Phrase::Detected(means) => match means {
            Means::People => "No automated means were used to find it.",
            Means::Rule => "Automated means were used to find it.",
        },
        Phrase::Decided(means) => match means {
            Means::People => "A moderator decided, without automated means.",
            Means::Rule => "It was decided by automated means.",
        },
        Phrase::Ground(ground) => match ground {
            Ground::IllegalContent => "The content is held to be against the law.",
            Ground::Terms => "The content is held to be against the rules of the site.",
        },
        Phrase::Reason(reason) => match reason {
            Reason::Spam => "It is held to be advertising or repetition.",
            Reason::Harassment => "It is held to attack a person.",
            Reason::Hate => "It is held to attack a group of people.",
            Reason::Violence => "It is held to threaten or to praise violence.",
            Reason::Sexual => "It is held to be sexual.",
            Reason::Misinformation => "It is held to make false claims of fact.",
            Reason::OffTopic => "It is held to have nothing to do with the article.",
            Reason::Illegal => "It is held to be unlawful.",
            Reason::Other => "It is held to be out of place here for a reason of its own.",
            Reason::RuleViolation => "It is held to break a rule of the site.",
        },
        Phrase::Appeal => {
            "You may appeal here, free of charge, once and until the time given. Another moderator than the one who \
             decided will look at it anew and answer."
        }
        Phrase::Settlement => "You may also turn to a body for the settlement of disputes out of court.",
        Phrase::Court => "And you may go to court at any time.",
    }
}

/// Where the EU's database puts a reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Category {
    /// Its category.
    pub code: &'static str,
    /// What it is more precisely, if there is a word for it.
    pub keyword: Option<&'static str>,
    /// What it is in our own word, where the keyword is "other".
    pub other: Option<&'static str>,
}

/// The category of a reason. Advertising is no fraud, so it is a violation of terms; what is said to
/// be illegal in a text is speech.
pub fn category(reason: Option<Reason>) -> Category {
    let terms = |other| Category {
        code: "STATEMENT_CATEGORY_OTHER_VIOLATION_TC",
        keyword: Some("KEYWORD_OTHER"),
        other: Some(other),
    };
    let known = |code, keyword| Category { code, keyword: Some(keyword), other: None };
    match reason {
        Some(Reason::Spam) => terms("Unsolicited advertising, links or repetition"),
        Some(Reason::Harassment) => known("STATEMENT_CATEGORY_CYBER_VIOLENCE", "KEYWORD_CYBER_HARASSMENT"),
        Some(Reason::Hate) => known("STATEMENT_CATEGORY_ILLEGAL_OR_HARMFUL_SPEECH", "KEYWORD_HATE_SPEECH"),
        Some(Reason::Violence) => known("STATEMENT_CATEGORY_VIOLENCE", "KEYWORD_INCITEMENT_VIOLENCE_HATRED"),
        Some(Reason::Sexual) => known("STATEMENT_CATEGORY_OTHER_VIOLATION_TC", "KEYWORD_ADULT_SEXUAL_MATERIAL"),
        Some(Reason::Misinformation) => known(
            "STATEMENT_CATEGORY_NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS",
            "KEYWORD_MISINFORMATION_DISINFORMATION",
        ),
        Some(Reason::OffTopic) => terms("Off topic"),
        Some(Reason::Illegal) => {
            Category { code: "STATEMENT_CATEGORY_ILLEGAL_OR_HARMFUL_SPEECH", keyword: None, other: None }
        }
        Some(Reason::Other) => terms("Other"),
        Some(Reason::RuleViolation) | None => terms("A rule of the site"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::decision::{Act, Order, decided, undone};
    use crate::domain::ids::DecisionId;

    fn after(at: &Disposition, act: Act, reason: Reason) -> Disposition {
        decided(at, Order { act, decision: DecisionId(1), reason: Some(reason), at_ms: 1 }).unwrap()
    }

    #[test]
    fn what_takes_something_away_is_a_restriction_and_nothing_else_is() {
        let (published, held) = (Disposition::new(None), Disposition::new(Some("premoderation")));
        let hidden = after(&published, Act::Hide, Reason::Hate);
        let hate = Some(Reason::Hate);
        assert_eq!(restricted(&published, &hidden, hate), Some((Restriction::Hidden, hate)));
        let from_held = after(&held, Act::Hide, Reason::Hate);
        assert_eq!(restricted(&held, &from_held, hate), Some((Restriction::Hidden, hate)));
        // an undo names no reason of its own
        assert_eq!(restricted(&published, &hidden, None), Some((Restriction::Hidden, hate)));
        assert_eq!(restricted(&published, &held, None), Some((Restriction::Held, None)));
        let locked = after(&published, Act::Lock, Reason::OffTopic);
        let off_topic = Some(Reason::OffTopic);
        assert_eq!(restricted(&published, &locked, off_topic), Some((Restriction::Locked, off_topic)));
        let purged = after(&hidden, Act::Purge, Reason::Illegal);
        let illegal = Some(Reason::Illegal);
        assert_eq!(restricted(&hidden, &purged, illegal), Some((Restriction::Purged, illegal)));
        assert_eq!(restricted(&purged, &after(&purged, Act::Purge, Reason::Illegal), illegal), None);
        for (before, after) in [
            (&held, &published),
            (&hidden, &published),
            (&hidden, &held),
            (&locked, &published),
            (&published, &published),
            (&hidden, &hidden),
        ] {
            assert_eq!(restricted(before, after, hate), None, "{before:?} {after:?}");
        }
    }

    #[test]
    fn a_restriction_holds_while_the_comment_is_as_it_was_left() {
        let published = Disposition::new(None);
        let hidden = after(&published, Act::Hide, Reason::Hate);
        let facts = |restriction, until_ms| Facts {
            entry_id: EntryId(1),
            site_id: SiteId(1),
            at_ms: 0,
            restriction,
            until_ms,
            reason: None,
            origin: Origin::Flag,
            detected_by: Means::People,
            decided_by: Means::People,
            content_ms: 0,
        };
        let holds = |restriction, now: &Disposition, after: &Disposition| {
            facts(restriction, None).in_force(&Stands::Comment { now: now.clone(), after: after.clone() }, 9)
        };
        assert!(holds(Restriction::Hidden, &hidden, &hidden));
        assert!(!holds(Restriction::Hidden, &undone(&hidden, &published, &hidden).unwrap(), &hidden));
        let locked = after(&published, Act::Lock, Reason::Hate);
        let hidden_too = after(&locked, Act::Hide, Reason::Hate);
        assert!(holds(Restriction::Locked, &hidden_too, &locked));
        // an account
        let stands = Stands::Account { is_lifted: false };
        assert!(!facts(Restriction::Banned, None).in_force(&Stands::Account { is_lifted: true }, 9));
        assert!(facts(Restriction::Banned, None).in_force(&stands, 9));
        assert!(facts(Restriction::Suspended, Some(10)).in_force(&stands, 9));
        assert!(!facts(Restriction::Suspended, Some(9)).in_force(&stands, 9));
    }

    #[test]
    fn a_rule_is_told_from_a_setting() {
        let by_rule = Disposition::new(Some("rule:links"));
        assert_eq!(detected_by(&by_rule, Means::People), Means::Rule);
        assert_eq!(detected_by(&Disposition::new(Some("premoderation")), Means::People), Means::People);
        assert_eq!(detected_by(&Disposition::new(None), Means::Rule), Means::Rule);
    }

    #[test]
    fn texts_fit_where_they_are_sent() {
        for reason in Reason::ALL {
            let category = category(Some(*reason));
            assert_eq!(category.other.is_some(), category.keyword == Some("KEYWORD_OTHER"), "{reason:?}");
            assert!(english(Phrase::Reason(*reason)).len() < 400);
        }
    }
}
