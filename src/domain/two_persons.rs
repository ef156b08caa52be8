//! The rule of two: what one moderator alone may not do on a site. It waits as a proposal until
//! another confirms. How proposals are kept is `app`'s and `store`'s business.

use super::ids::UserId;

/// What an act is to the rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// A decision on so many comments at once, however they were picked: what counts for a branch
    /// must count for the same comments by name.
    Wide {
        /// Comments, 1 or more.
        targets: usize,
    },
    /// Keeping a person out for good.
    Ban,
    /// Removing a text from everywhere, the log included.
    Purge,
}

/// For what two moderators are needed on a site. At first for nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TwoPersons {
    /// Decisions on more comments than this; none: on any number one is enough.
    pub wide_over: Option<i64>,
    /// Bans.
    pub ban: bool,
    /// Purges.
    pub purge: bool,
}

impl TwoPersons {
    /// Whether an act of that class waits for a second moderator.
    pub fn are_needed_for(self, class: Class) -> bool {
        match class {
            Class::Wide { targets } => {
                self.wide_over.is_some_and(|over| i64::try_from(targets).unwrap_or(i64::MAX) > over)
            }
            Class::Ban => self.ban,
            Class::Purge => self.purge,
        }
    }
}

/// Whether a moderator may confirm what another proposed. The person counts: neither another
/// session nor another role makes two of one.
pub fn may_confirm(proposer: Option<UserId>, second: UserId) -> bool {
    proposer != Some(second)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_class_has_its_own_setting() {
        let wide = |targets| Class::Wide { targets };
        let none = TwoPersons::default();
        assert!([wide(1), wide(usize::MAX), Class::Ban, Class::Purge].iter().all(|c| !none.are_needed_for(*c)));
        let over = TwoPersons { wide_over: Some(100), ..none };
        assert_eq!([wide(100), wide(101), Class::Ban].map(|c| over.are_needed_for(c)), [false, true, false]);
        let all = TwoPersons { wide_over: Some(0), ban: true, purge: true };
        assert!([wide(1), Class::Ban, Class::Purge].iter().all(|c| all.are_needed_for(*c)));
    }

    #[test]
    fn nobody_confirms_their_own() {
        assert!(!may_confirm(Some(UserId(1)), UserId(1)));
        assert!(may_confirm(Some(UserId(1)), UserId(2)) && may_confirm(None, UserId(1)));
    }
}
