//! Appeals: one person concerned objects to what one decision did to one comment, or to how it
//! settled their flag (Regulation (EU) 2022/2065, Art. 20).

use super::decision::{Disposition, WrongState, undone};
use super::flag::words;
use super::ids::{AppealId, CommentId, DecisionId, EntryId, SiteId, UserId};
use super::time::months_after;

/// For how many months after a decision one may appeal (Art. 20(1)).
pub const WINDOW_MONTHS: i64 = 6;

words! {
    /// What a person told of a decision is to it.
    Party {
        /// It was their comment, or their account.
        Owner "owner",
        /// They had flagged the comment.
        Reporter "reporter",
    }
}

words! {
    /// How an appeal stands.
    AppealState {
        /// It waits for another moderator.
        Open "open",
        /// The decision stands.
        Upheld "upheld",
        /// The decision was wrong, and was taken back for this entry.
        Overturned "overturned",
    }
}

words! {
    /// What is ruled on an appeal.
    Ruling {
        /// The decision stands.
        Upheld "upheld",
        /// The decision is taken back for this entry.
        Overturned "overturned",
    }
}

impl From<Ruling> for AppealState {
    fn from(ruling: Ruling) -> AppealState {
        match ruling {
            Ruling::Upheld => AppealState::Upheld,
            Ruling::Overturned => AppealState::Overturned,
        }
    }
}

/// An appeal.
#[derive(Clone, Debug)]
pub struct Appeal {
    /// Its id.
    pub id: AppealId,
    /// What it is against.
    pub entry_id: EntryId,
    /// Its site.
    pub site_id: SiteId,
    /// The comment that it is about.
    pub comment_id: Option<CommentId>,
    /// How it stands.
    pub state: AppealState,
    /// What the person says, 1 to 5,000 characters; nothing once the comment was purged.
    pub text: String,
    /// What the moderator who ruled says.
    pub answer: Option<String>,
    /// Who ruled.
    pub ruled_by: Option<UserId>,
    /// The decision that took the entry back.
    pub undo: Option<Undo>,
    /// When it was made, in milliseconds since 1970.
    pub created_ms: i64,
    /// By when it is to be decided, in milliseconds since 1970.
    pub due_ms: i64,
    /// When it was decided, in milliseconds since 1970.
    pub decided_ms: Option<i64>,
}

/// How an appeal took its entry back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Undo {
    /// By this decision.
    pub decision: DecisionId,
    /// How much of the one appealed against.
    pub extent: Extent,
}

/// How much of a decision was taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// All of it: it is undone.
    Whole,
    /// One of several entries: it stands for the others.
    Part,
}

/// The time from which one can no longer appeal against a decision; both in milliseconds since 1970.
pub fn closes_ms(decided_ms: i64) -> i64 {
    months_after(decided_ms, WINDOW_MONTHS)
}

/// What overturning has to do to a comment standing at `now`, for a decision that moved it from
/// `before` to `after`: where it goes, or none when that has been taken back already.
///
/// # Errors
/// [`WrongState`] when it has moved on otherwise.
pub fn taken_back(
    now: &Disposition,
    before: &Disposition,
    after: &Disposition,
) -> Result<Option<Disposition>, WrongState> {
    undone(now, before, after).map(Some).or_else(|moved| {
        // taking back what leads from here to there would end where it stands
        let is_back = undone(now, after, before).is_ok();
        if is_back { Ok(None) } else { Err(moved) }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::decision::{Act, Order, decided};
    use crate::domain::flag::Reason;

    fn after(at: &Disposition, act: Act, id: i64) -> Disposition {
        decided(at, Order { act, decision: DecisionId(id), reason: Some(Reason::Spam), at_ms: id }).unwrap()
    }

    #[test]
    fn overturning_is_exact_or_has_nothing_left_to_do_or_is_too_late() {
        let start = Disposition::new(None);
        let hidden = after(&start, Act::Hide, 1);
        assert_eq!(taken_back(&hidden, &start, &hidden), Ok(Some(start.clone())));
        let pinned_meanwhile = Disposition { pinned: true, pin_ref: Some(DecisionId(9)), ..hidden.clone() };
        let back = taken_back(&pinned_meanwhile, &start, &hidden).unwrap().unwrap();
        assert!(back.pinned && back.state == start.state);
        // an undo has been here
        assert_eq!(taken_back(&start, &start, &hidden), Ok(None));
        // another decision has
        let restored = after(&hidden, Act::Restore, 2);
        assert_eq!(taken_back(&restored, &start, &hidden), Err(WrongState));
        assert_eq!(taken_back(&after(&restored, Act::Hide, 3), &start, &hidden), Err(WrongState));
        assert_eq!(taken_back(&hidden.deleted(4), &start, &hidden), Err(WrongState));
    }

    #[test]
    fn the_window_is_six_months() {
        let decided = crate::domain::time::period_start("2025-03-10").unwrap();
        assert_eq!(crate::domain::time::day(closes_ms(decided)), "2025-09-10");
    }
}
