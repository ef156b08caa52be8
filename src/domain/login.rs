//! Logins: the name under which an account signs in, and the key under which it is unique.
//!
//! A login is kept as it was typed, in any script, for people to read. Two logins that a
//! reader could take for one another have the same key, so the store's unique index on the
//! key is what stops one person from posing as another.
//!
//! Left to neighbours: which logins are taken (the store), which are reserved (the use-case),
//! and how a login is set apart from text in another direction (the page).

use std::fmt;

use caseless::Caseless;
use thiserror::Error;
use unicode_normalization::UnicodeNormalization;
use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory};
use unicode_security::skeleton;

/// Length of a login in characters (Unicode scalar values), as typed.
const MIN_CHARS: usize = 2;
const MAX_CHARS: usize = 32;

/// What may stand between two letters or digits, one at a time.
const SEPARATORS: [char; 4] = [' ', '.', '_', '-'];

/// Marks on one letter. UTS #39, section 5.4, takes more than four for an attack; whole
/// towers of them would cover the lines above.
pub(super) const MAX_MARKS: usize = 4;

/// Rounds of folding after which no known character changes any more; three are enough for
/// each one alone, the rest is for what they may do together.
const MAX_ROUNDS: usize = 8;

/// Look-alikes in their other case, which UTS #39 cannot see once the case is folded.
///
/// A capital `В` of Cyrillic looks like `B`; its small form does not look like `b`, so the
/// skeleton of the folded name would keep the two apart, and `Вob` could pose as `Bob`. For
/// each such capital the table leads from the skeleton of its small form to the Latin letter.
/// It has the letters of Greek, Cyrillic and the Latin small capitals. It leaves out those
/// whose small form already looks like another Latin letter (Greek `ν`, `υ`, `η`), because
/// then the two Latin letters would become one. `I` is the exception worth its price: `AIice`
/// is the oldest trick there is, so `i` and `l` count as one letter.
const CAPITAL_LOOKALIKES: [(char, char); 17] = [
    ('i', 'l'),
    ('ß', 'b'), // from β: a German ß is ss by then
    ('ĸ', 'k'),
    ('ƅ', 'b'),
    ('ɢ', 'g'),
    ('ɴ', 'n'),
    ('ʀ', 'r'),
    ('ʍ', 'm'),
    ('ʙ', 'b'),
    ('ʜ', 'h'),
    ('ʟ', 'l'),
    ('ζ', 'z'),
    ('μ', 'm'),
    ('χ', 'x'),
    ('ϝ', 'f'),
    ('ᴛ', 't'),
    ('ꞓ', 'e'),
];

/// A well-formed login: 2 to 32 letters and digits of any script, their combining marks, and
/// single spaces, `.`, `_` or `-` between them. Equality is of the characters as typed; ask
/// [`Login::key`] whether two name the same account.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Login(String);

/// Why a text is no login. Each message says what to change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum LoginError {
    /// Fewer than 2 characters.
    #[error("use at least {MIN_CHARS} characters")]
    TooShort,
    /// More than 32 characters.
    #[error("use at most {MAX_CHARS} characters")]
    TooLong,
    /// A character that is neither letter, digit nor separator.
    #[error(
        "use letters and digits, with single spaces, '.', '_' or '-' between them; \
         U+{:04X} is neither",
        u32::from(*.0)
    )]
    Character(char),
    /// A combining mark that does not follow a letter.
    #[error("a combining mark must follow a letter")]
    LooseMark,
    /// More than 4 combining marks on one letter.
    #[error("use at most {MAX_MARKS} combining marks on one letter")]
    TooManyMarks,
    /// A space, `.`, `_` or `-` at the beginning or the end.
    #[error("begin and end with a letter or a digit")]
    EdgeSeparator,
    /// Two of space, `.`, `_` and `-` next to each other.
    #[error("put only one space, '.', '_' or '-' between letters or digits")]
    DoubledSeparator,
}

impl Login {
    /// Takes a login as typed: nothing is trimmed or normalised.
    ///
    /// # Errors
    /// The first reason found, see [`LoginError`].
    pub fn parse(text: &str) -> Result<Self, LoginError> {
        match text.chars().take(MAX_CHARS + 1).count() {
            count if count < MIN_CHARS => return Err(LoginError::TooShort),
            count if count > MAX_CHARS => return Err(LoginError::TooLong),
            _ => {}
        }
        let mut before = Kind::Separator;
        let mut marks = 0;
        for (position, c) in text.chars().enumerate() {
            let kind = Kind::of(c).ok_or(LoginError::Character(c))?;
            marks = if kind == Kind::Mark { marks + 1 } else { 0 };
            match (before, kind) {
                (Kind::Separator, Kind::Separator) if position == 0 => {
                    return Err(LoginError::EdgeSeparator);
                }
                (Kind::Separator, Kind::Separator) => return Err(LoginError::DoubledSeparator),
                (Kind::Separator | Kind::Digit, Kind::Mark) => return Err(LoginError::LooseMark),
                _ if marks > MAX_MARKS => return Err(LoginError::TooManyMarks),
                _ => before = kind,
            }
        }
        match before {
            Kind::Separator => Err(LoginError::EdgeSeparator),
            _ => Ok(Self(text.to_owned())),
        }
    }

    /// The login as it was typed.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The string under which the login is unique: equal for logins that differ only by
    /// compatibility forms (NFKC), case (Unicode default folding) or look-alikes (the skeleton
    /// of UTS #39, section 4). For comparing and indexing, not for showing: it is not
    /// readable, may be longer than the login, and moves with the Unicode tables.
    ///
    /// The steps are repeated until nothing changes, as each can undo another: the skeleton of
    /// `0` is a capital `O`. Hence the key of a key is itself.
    pub fn key(&self) -> String {
        key(&self.0)
    }
}

/// The key of a text, be it a login or the beginning of one: so logins are looked for by what a
/// reader makes of them.
pub fn key(text: &str) -> String {
    let mut key = text.to_owned();
    for _ in 0..MAX_ROUNDS {
        let folded = fold_once(&key);
        if folded == key {
            break;
        }
        key = folded;
    }
    key
}

impl fmt::Display for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The kinds of characters that a login is made of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Letter,
    Digit,
    Mark,
    Separator,
}

impl Kind {
    /// The kind of a character, `None` for one that no login has. A keycap or a circle drawn
    /// around a letter is a mark as well, but belongs to no script.
    fn of(c: char) -> Option<Self> {
        if SEPARATORS.contains(&c) {
            return Some(Self::Separator);
        }
        if is_invisible(c) {
            return None;
        }
        match c.general_category() {
            GeneralCategory::DecimalNumber => Some(Self::Digit),
            GeneralCategory::NonspacingMark | GeneralCategory::SpacingMark => Some(Self::Mark),
            _ if c.general_category_group() == GeneralCategoryGroup::Letter => Some(Self::Letter),
            _ => None,
        }
    }
}

/// Whether a character is drawn as nothing, whatever its category says: Hangul fillers are
/// letters and variation selectors are marks, yet a name of them looks empty.
pub(super) fn is_invisible(c: char) -> bool {
    // A skeleton drops exactly the default-ignorable code points. The blank Braille cell is
    // not one of them, and is as empty.
    c == '\u{2800}' || skeleton(c.encode_utf8(&mut [0; 4])).next().is_none()
}

fn fold_once(text: &str) -> String {
    let folded: String = text.nfkc().default_case_fold().collect();
    skeleton(&folded).map(latin_lookalike).collect()
}

fn latin_lookalike(c: char) -> char {
    let found = CAPITAL_LOOKALIKES.iter().find(|(from, _)| *from == c);
    found.map_or(c, |(_, to)| *to)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn key(text: &str) -> String {
        Login::parse(text).expect(text).key()
    }

    #[test]
    fn names_of_any_script_are_logins() {
        let table = [
            "ab",
            "Isim soyad",
            "j.r.r-tolkien_2",
            "42",
            "Żółć",
            "Zo\u{eb}",
            "Zoe\u{308}",
            "Нина",
            "Νίκος",
            "नमस्ते",
            "ไทย",
            "محمد",
            "יעל",
            "山田太郎",
            "김 철수",
            "ﬁn",
            "𝓐da",
            "१२३",
            "abcdefghijklmnopqrstuvwxyz012345",
        ];
        for text in table {
            let login = Login::parse(text).expect(text);
            assert_eq!(login.as_str(), text);
            assert_eq!(login.to_string(), text);
        }
    }

    #[test]
    fn refused_with_the_reason() {
        use LoginError::*;
        let table = [
            ("", TooShort),
            ("a", TooShort),
            ("é", TooShort),
            ("abcdefghijklmnopqrstuvwxyz0123456", TooLong),
            (" ab", EdgeSeparator),
            ("ab ", EdgeSeparator),
            (".ab", EdgeSeparator),
            ("ab_", EdgeSeparator),
            ("--", EdgeSeparator),
            ("a  b", DoubledSeparator),
            ("a..b", DoubledSeparator),
            ("a. b", DoubledSeparator),
            ("a_-", DoubledSeparator),
            ("me@a.example", Character('@')),
            ("a\tb", Character('\t')),
            ("a\nb", Character('\n')),
            ("a\u{a0}b", Character('\u{a0}')),
            ("a\u{2010}b", Character('\u{2010}')),
            ("a\u{200d}b", Character('\u{200d}')),
            ("a\u{202e}b", Character('\u{202e}')),
            ("a\u{ad}b", Character('\u{ad}')),
            ("a\u{fe0f}b", Character('\u{fe0f}')),
            ("\u{3164}\u{3164}", Character('\u{3164}')),
            ("ab🙂", Character('🙂')),
            ("a\u{20dd}b", Character('\u{20dd}')),
            ("½a", Character('½')),
            ("O'Brien", Character('\'')),
            ("\u{301}a", LooseMark),
            ("a \u{301}b", LooseMark),
            ("1\u{301}", LooseMark),
            ("a\u{301}\u{301}\u{301}\u{301}\u{301}", TooManyMarks),
        ];
        for (text, error) in table {
            assert_eq!(Login::parse(text), Err(error), "{text:?}");
        }
        assert!(Login::parse("a\u{301}\u{301}\u{301}\u{301}").is_ok());
        assert!(LoginError::Character('\u{ad}').to_string().contains("U+00AD"));
    }

    #[test]
    fn lookalikes_share_a_key() {
        let table = [
            ("Alice", "alice"),
            ("Alice", "АLICE"),
            ("Alice", "AIice"),
            ("Alice", "A1ice"),
            ("paypal", "раураl"),
            ("Bob", "Вob"),
            ("Bob", "b0b"),
            ("HEAT", "НЕАТ"),
            ("Tom", "Тom"),
            ("Martin", "Μartin"),
            ("modern", "modem"),
            ("Zoë", "Zoe\u{308}"),
            ("ﬁnn", "finn"),
            ("Ｎｉｎａ", "nina"),
            ("𝓝ina", "nina"),
            ("STRASSE", "straße"),
            ("ΣΊΣΥΦΟΣ", "σίσυφος"),
            ("Вася", "ВАСЯ"),
            ("a b", "A B"),
        ];
        for (one, other) in table {
            assert_eq!(key(one), key(other), "{one} {other}");
        }
    }

    #[test]
    fn different_names_have_different_keys() {
        let table = [
            ("anna", "hanna"),
            ("ann", "ahh"),
            ("nina", "niná"),
            ("a b", "ab"),
            ("a.b", "a_b"),
            ("Нина", "Инна"),
            ("vn", "nv"),
            ("王一", "玉一"),
        ];
        for (one, other) in table {
            assert_ne!(key(one), key(other), "{one} {other}");
        }
    }

    #[test]
    fn every_character_settles_early() {
        let (mut letters, mut slowest) = (0, 0);
        for c in ('\0'..=char::MAX).filter(|&c| Kind::of(c).is_some()) {
            let (mut text, mut rounds) = (c.to_string(), 0);
            loop {
                let folded = fold_once(&text);
                assert!(!folded.is_empty(), "{c:?} vanishes");
                if folded == text {
                    break;
                }
                (text, rounds) = (folded, rounds + 1);
            }
            letters += 1;
            slowest = slowest.max(rounds);
        }
        assert!(letters > 100_000 && slowest <= 3, "{letters} {slowest}");
    }

    proptest! {
        #[test]
        fn a_key_is_its_own_key(text in "[\\p{L}\\p{M}\\p{Nd} ._-]{2,32}") {
            if let Ok(login) = Login::parse(&text) {
                prop_assert_eq!(Login(login.key()).key(), login.key());
                prop_assert!(!login.key().is_empty());
            }
        }

        #[test]
        fn case_and_composition_do_not_matter(text in "[\\p{Latin}\\p{Greek}\\p{Cyrillic}]{2,20}") {
            if let Ok(login) = Login::parse(&text) {
                for same in [
                    text.chars().default_case_fold().collect(),
                    text.nfc().collect(),
                    text.nfd().collect(),
                    text.nfkc().collect(),
                    text.nfkd().collect(),
                ] {
                    prop_assert_eq!(Login(same).key(), login.key());
                }
            }
        }

        #[test]
        fn any_text_gets_an_answer(text in "\\PC{0,40}") {
            if let Ok(login) = Login::parse(&text) {
                prop_assert_eq!(login.as_str(), text);
            }
        }
    }
}
