//! What moderators lay on people, and what each kind keeps them from.
//!
//! A sanction is looked up at each request and ends by itself: nothing here or elsewhere has to
//! take it away. Nobody is punished silently: each is an entry in the person's own decisions.

use serde::{Deserialize, Serialize};

use super::code::Code;
use super::flag::{Reason, words};
use super::ids::{DecisionId, SanctionId, SiteId, UserId};
use super::permission::{Action, Role};
use super::time::DAY_MS;

/// The site of a decision that holds on the whole server.
pub const WHOLE_SERVER: SiteId = SiteId(0);

/// Why a comment of a person whose posts wait for a moderator is held.
pub const HELD_BY: &str = "sanction";

words! {
    /// A kind of sanction, each heavier than the one before.
    SanctionKind {
        /// Told, and nothing else.
        Warn "warn",
        /// Posts and edits wait for a moderator.
        Premoderate "premoderate",
        /// No posts, edits, votes or flags.
        Mute "mute",
        /// Nothing is written, until its end.
        Suspend "suspend",
        /// The same, for good unless an end is given.
        Ban "ban",
    }
}

impl SanctionKind {
    /// What a write is refused with that it keeps a person from; none: it does not.
    pub fn refuses(self, action: Action) -> Option<Code> {
        match (self, action) {
            (SanctionKind::Warn | SanctionKind::Premoderate, _) => None,
            (SanctionKind::Mute, Action::Contribute) => Some(Code::Muted),
            (SanctionKind::Mute, _) => None,
            (SanctionKind::Suspend | SanctionKind::Ban, _) => Some(Code::AccountSuspended),
        }
    }
}

/// When a sanction is to end, for a kind of sanction laid on somebody now.
///
/// # Errors
/// What is wrong with it: a code for programs and a sentence for people.
pub fn check_end(kind: SanctionKind, until_ms: Option<i64>, now_ms: i64) -> Result<(), (&'static str, &'static str)> {
    match (kind, until_ms) {
        (SanctionKind::Suspend, None) => Err(("required", "say until when; without an end it is a ban")),
        (SanctionKind::Warn, Some(_)) => Err(("not_here", "a warning keeps nobody from anything and has no end")),
        (_, Some(until_ms)) if until_ms <= now_ms => Err(("past", "is not later than now")),
        _ => Ok(()),
    }
}

/// Whether a sanction is as good as a ban, however it is called: a suspension for more than a year.
pub fn is_as_a_ban(kind: SanctionKind, until_ms: Option<i64>, now_ms: i64) -> bool {
    const YEAR_MS: i64 = 365 * DAY_MS;
    match kind {
        SanctionKind::Ban => true,
        SanctionKind::Suspend => until_ms.is_none_or(|until_ms| until_ms.saturating_sub(now_ms) > YEAR_MS),
        SanctionKind::Warn | SanctionKind::Premoderate | SanctionKind::Mute => false,
    }
}

/// Whether who has a role at a place may sanction who has another there: only those below.
pub fn outranks(own: Role, other: Role) -> bool {
    own > other
}

/// What of a sanction counts at each request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restriction {
    /// What it is.
    pub kind: SanctionKind,
    /// Where it holds; none: on the whole server.
    pub site: Option<SiteId>,
    /// When it ends, in milliseconds since 1970.
    pub until_ms: Option<i64>,
}

impl Restriction {
    /// Whether it has not ended by then.
    pub fn lasts(&self, now_ms: i64) -> bool {
        self.until_ms.is_none_or(|until_ms| now_ms < until_ms)
    }

    /// Whether it holds on a site, or on the whole server.
    pub fn holds_on(&self, site: Option<SiteId>) -> bool {
        self.site.is_none() || self.site == site
    }
}

/// The heaviest of some sanctions that keeps a person from `action` on a site, or on the whole
/// server, with what it is refused with.
pub fn barring(standing: &[Restriction], action: Action, site: Option<SiteId>) -> Option<(Restriction, Code)> {
    let here = standing.iter().filter(|restriction| restriction.holds_on(site));
    here.filter_map(|r| Some((*r, r.kind.refuses(action)?))).max_by_key(|(restriction, _)| restriction.kind)
}

/// Whether some sanctions let what a person writes on a site wait for a moderator.
pub fn is_premoderated(standing: &[Restriction], site: SiteId) -> bool {
    standing.iter().any(|r| r.kind == SanctionKind::Premoderate && r.holds_on(Some(site)))
}

/// Adds to what stands against a person: of one kind at one place only what ends last counts.
pub fn merge(standing: &mut Vec<Restriction>, new: Restriction) {
    match standing.iter_mut().find(|old| (old.kind, old.site) == (new.kind, new.site)) {
        Some(old) => old.until_ms = old.until_ms.zip(new.until_ms).map(|(one, other)| one.max(other)),
        None => standing.push(new),
    }
}

/// A sanction as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sanction {
    /// Its id.
    pub id: SanctionId,
    /// The decision that made it.
    pub decision_id: DecisionId,
    /// On whom.
    pub user_id: UserId,
    /// What.
    pub kind: SanctionKind,
    /// The site where it holds, and its key; none: on the whole server.
    pub site: Option<(SiteId, String)>,
    /// When it ends by itself, in milliseconds since 1970.
    pub until_ms: Option<i64>,
    /// Why.
    pub reason: Reason,
    /// For the person.
    pub public_text: Option<String>,
    /// When it was made, in milliseconds since 1970.
    pub created_ms: i64,
    /// When a moderator took it back, in milliseconds since 1970.
    pub lifted_ms: Option<i64>,
}

impl Sanction {
    /// The site where it holds; none: on the whole server.
    pub fn site_id(&self) -> Option<SiteId> {
        self.site.as_ref().map(|(id, _)| *id)
    }

    /// Whether it has come to its own end by then.
    pub fn has_ended(&self, now_ms: i64) -> bool {
        self.until_ms.is_some_and(|until_ms| until_ms <= now_ms)
    }
}

/// A decision on a person that is the opposite of another: it lifts a sanction, or puts it back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// It no longer holds.
    Lift,
    /// It holds again.
    PutBack,
}

/// Whether a sanction can be turned so.
///
/// # Errors
/// `already_undone` when it stands so, `sanction_ended` when it would have ended by now.
pub fn may_turn(sanction: &Sanction, turn: Turn, now_ms: i64) -> Result<(), Code> {
    match (turn, sanction.lifted_ms) {
        (Turn::Lift, Some(_)) | (Turn::PutBack, None) => Err(Code::AlreadyUndone),
        (Turn::PutBack, Some(_)) if sanction.has_ended(now_ms) => Err(Code::SanctionEnded),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: Option<SiteId> = Some(SiteId(1));
    const THERE: Option<SiteId> = Some(SiteId(2));

    fn on(kind: SanctionKind, site: Option<SiteId>) -> Restriction {
        Restriction { kind, site, until_ms: None }
    }

    #[test]
    fn the_whole_table() {
        use Action::{Contribute, ManageThread, Moderate, Participate};
        let suspended = Some(Code::AccountSuspended);
        for (kind, contribute, rest) in [
            (SanctionKind::Warn, None, None),
            (SanctionKind::Premoderate, None, None),
            (SanctionKind::Mute, Some(Code::Muted), None),
            (SanctionKind::Suspend, suspended, suspended),
            (SanctionKind::Ban, suspended, suspended),
        ] {
            assert_eq!(kind.refuses(Contribute), contribute, "{kind:?}");
            for action in [Participate, Moderate, ManageThread] {
                assert_eq!(kind.refuses(action), rest, "{kind:?} {action:?}");
            }
        }
    }

    #[test]
    fn a_sanction_holds_where_it_was_laid_and_the_heaviest_is_told() {
        let muted = [on(SanctionKind::Mute, HERE)];
        let told = |standing: &[Restriction], site| barring(standing, Action::Contribute, site).map(|(_, code)| code);
        assert_eq!((told(&muted, HERE), told(&muted, THERE), told(&muted, None)), (Some(Code::Muted), None, None));
        let both = [on(SanctionKind::Ban, None), on(SanctionKind::Mute, HERE)];
        for site in [HERE, THERE, None] {
            assert_eq!(told(&both, site), Some(Code::AccountSuspended));
        }
        assert!(is_premoderated(&[on(SanctionKind::Premoderate, None)], SiteId(2)));
        assert!(!is_premoderated(&[on(SanctionKind::Premoderate, HERE)], SiteId(2)));
    }

    #[test]
    fn it_ends_at_its_end() {
        let until = Restriction { until_ms: Some(10), ..on(SanctionKind::Mute, HERE) };
        let mut standing = vec![until];
        merge(&mut standing, Restriction { until_ms: Some(7), ..until });
        merge(&mut standing, on(SanctionKind::Mute, THERE));
        assert_eq!(standing, [until, on(SanctionKind::Mute, THERE)]);
        merge(&mut standing, on(SanctionKind::Mute, HERE));
        assert_eq!(standing, [on(SanctionKind::Mute, HERE), on(SanctionKind::Mute, THERE)]);
        assert!(until.lasts(9) && !until.lasts(10) && on(SanctionKind::Ban, None).lasts(i64::MAX));
        assert!(check_end(SanctionKind::Suspend, None, 5).is_err() && check_end(SanctionKind::Ban, None, 5).is_ok());
        assert!(
            check_end(SanctionKind::Mute, Some(5), 5).is_err() && check_end(SanctionKind::Mute, Some(6), 5).is_ok()
        );
        assert!(check_end(SanctionKind::Warn, Some(6), 5).is_err() && check_end(SanctionKind::Warn, None, 5).is_ok());
    }
}
