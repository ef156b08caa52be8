//! Passwords: which ones are too weak to be an account's only factor.
//!
//! After NIST SP 800-63B-4, section 3.1.1.2: length counts, composition rules do not, and
//! what everybody tries first is refused. A password is taken exactly as sent, without
//! trimming or normalisation; only comparisons fold the case.
//!
//! `common_passwords.txt` holds the 49,233 entries of `passwords.json` in version 4.1.3 of the
//! npm package `@zxcvbn-ts/language-common`, case-folded, without duplicates and in byte
//! order. Copyright (c) 2012-2016 Dan Wheeler and Dropbox, Inc., copyright (c) 2021
//! @zxcvbn-ts; MIT licence, whose notice must go with copies. Only 41 entries are as long as a
//! password must be; the rest is there so that the list stays whole should the least length
//! ever fall.
//!
//! Left to neighbours: hashing and its cost, how often one may try, and what else an account
//! could be guessed by.

use caseless::default_case_fold_str;
use thiserror::Error;

/// Least length in characters (Unicode scalar values).
const MIN_CHARS: usize = 15;

/// Greatest length in bytes: room for any passphrase, and a bound on the work of hashing.
const MAX_BYTES: usize = 1024;

/// Least length in characters of a login that a password must not contain. Shorter ones are
/// in too many good passphrases by chance.
const MIN_LOGIN_CHARS: usize = 4;

/// One folded password a line, in byte order. It stays in the binary: searching it reads a
/// few pages and allocates nothing, where a set would hold megabytes for a rare question.
const COMMON: &str = include_str!("common_passwords.txt");

/// Why a password is refused. Each message says what to change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum WeakPassword {
    /// Fewer than 15 characters.
    #[error("use at least {MIN_CHARS} characters; a few unrelated words will do")]
    TooShort,
    /// More than 1,024 bytes of UTF-8.
    #[error("use at most {MAX_BYTES} bytes")]
    TooLong,
    /// The whole of it is a password that many people have.
    #[error("use another password: this one is among those tried first")]
    Common,
    /// The login is a part of it.
    #[error("leave the login out of the password")]
    ContainsLogin,
}

/// Checks a password, exactly as sent, for the account with this login.
///
/// Case is folded (Unicode default folding) for comparing with the list and the login, and
/// nothing else is changed. Logins of fewer than 4 characters are not looked for.
///
/// # Errors
/// The first reason found: the lengths, then the list, then the login.
pub fn check(password: &str, login: &str) -> Result<(), WeakPassword> {
    if password.len() > MAX_BYTES {
        return Err(WeakPassword::TooLong);
    }
    if password.chars().count() < MIN_CHARS {
        return Err(WeakPassword::TooShort);
    }
    let folded = default_case_fold_str(password);
    if has_line(COMMON, &folded) {
        return Err(WeakPassword::Common);
    }
    let is_login_telling = login.chars().nth(MIN_LOGIN_CHARS - 1).is_some();
    if is_login_telling && folded.contains(&default_case_fold_str(login)) {
        return Err(WeakPassword::ContainsLogin);
    }
    Ok(())
}

/// Whether a sorted text has this line: a binary search by bytes, halving at line starts.
fn has_line(sorted: &str, wanted: &str) -> bool {
    let is_end = |byte: &u8| *byte == b'\n';
    let mut rest = sorted.as_bytes();
    while !rest.is_empty() {
        let (left, _) = rest.split_at(rest.len() / 2);
        let start = left.iter().rposition(is_end).map_or(0, |end| end + 1);
        let (before, from) = rest.split_at(start);
        let (line, after) = from.split_at(from.iter().position(is_end).unwrap_or(from.len()));
        rest = match line.cmp(wanted.as_bytes()) {
            std::cmp::Ordering::Equal => return true,
            std::cmp::Ordering::Less => after.get(1..).unwrap_or_default(),
            std::cmp::Ordering::Greater => before,
        };
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_list_is_folded_sorted_and_whole() {
        let lines: Vec<&str> = COMMON.lines().collect();
        assert_eq!(lines.len(), 49_233);
        assert!(lines.is_sorted_by(|one, next| one < next));
        assert!(COMMON.ends_with('\n') && !COMMON.contains('\r') && !lines.contains(&""));
        assert_eq!(default_case_fold_str(COMMON), COMMON);
    }

    #[test]
    fn every_entry_is_found_and_its_neighbours_are_not() {
        let lines: std::collections::HashSet<&str> = COMMON.lines().collect();
        for line in &lines {
            assert!(has_line(COMMON, line), "{line}");
            let longer = format!("{line}\u{1}");
            assert!(!has_line(COMMON, &longer), "{longer:?}");
            let shorter = line.get(1..).unwrap_or_default();
            assert_eq!(has_line(COMMON, shorter), lines.contains(shorter), "{shorter}");
        }
        for absent in ["", "\n", "\0", "~~~~~~~~~~", "\u{10ffff}"] {
            assert!(!has_line(COMMON, absent), "{absent:?}");
        }
    }

    #[test]
    fn length_is_of_characters_below_and_of_bytes_above() {
        let table = [
            ("", Err(WeakPassword::TooShort)),
            ("fourteen chars", Err(WeakPassword::TooShort)),
            ("fifteen chars !", Ok(())),
            ("четырнадцать с", Err(WeakPassword::TooShort)),
            ("пятнадцать знак", Ok(())),
            ("               ", Ok(())), // a bad idea, but the reader's own
        ];
        for (password, verdict) in table {
            assert_eq!(check(password, "nina"), verdict, "{password:?}");
        }
        assert_eq!(check(&"яю".repeat(256), "nina"), Ok(()));
        assert_eq!(check(&("яю".repeat(256) + "x"), "nina"), Err(WeakPassword::TooLong));
    }

    #[test]
    fn common_ones_in_any_case_but_only_as_a_whole() {
        let table = [
            ("passwordpassword", Err(WeakPassword::Common)),
            ("PasswordPASSWORD", Err(WeakPassword::Common)),
            ("Qwerty123456789", Err(WeakPassword::Common)),
            ("\u{212a}passwordpassword", Ok(())),
            (" passwordpassword", Ok(())),
            ("passwordpassword!", Ok(())),
        ];
        for (password, verdict) in table {
            assert_eq!(check(password, "nina"), verdict, "{password:?}");
        }
    }

    #[test]
    fn no_login_inside_unless_it_is_short() {
        let table = [
            ("correct horse nina", "nina", Err(WeakPassword::ContainsLogin)),
            ("correct horse NiNa", "nINA", Err(WeakPassword::ContainsLogin)),
            ("grosse STRASSE 12 b", "straße", Err(WeakPassword::ContainsLogin)),
            ("пароль НИНА пароль", "Нина", Err(WeakPassword::ContainsLogin)),
            ("correct horse nin a", "nina", Ok(())),
            ("correct horse ann", "ann", Ok(())),
            ("correct horse ann", "", Ok(())),
        ];
        for (password, login, verdict) in table {
            assert_eq!(check(password, login), verdict, "{password} {login}");
        }
    }

    proptest! {
        #[test]
        fn any_two_texts_get_an_answer(password in "\\PC{0,60}", login in "\\PC{0,6}") {
            let verdict = check(&password, &login);
            if password.chars().count() < 15 {
                prop_assert_eq!(verdict, Err(WeakPassword::TooShort));
            }
        }
    }
}
