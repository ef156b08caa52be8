//! Display names: what stands above a comment, in any script, with emoji if its owner likes.
//!
//! A display name is not unique and proves nothing; the login beside it does. What is refused
//! here is what would let a name lie about its own characters: letters of two scripts in one
//! word, characters that cannot be seen, marks that spill over the lines around it.
//!
//! Left to neighbours: setting the name apart from text in another direction (the page), and
//! which name an account has that chose none (the use-case).

use std::fmt;

use thiserror::Error;
use unicode_normalization::UnicodeNormalization;
use unicode_properties::{GeneralCategoryGroup, UnicodeEmoji, UnicodeGeneralCategory};
use unicode_security::MixedScript;
use unicode_security::mixed_script::AugmentedScriptSet;

use super::login::{MAX_MARKS, is_invisible};

/// Most characters (Unicode scalar values) in a display name.
const MAX_CHARS: usize = 64;

/// A well-formed display name: 1 to 64 letters, marks, numbers, punctuation and symbols with
/// single spaces between them, no word of which mixes scripts.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DisplayName(String);

/// Why a text is no display name. Each message says what to change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum DisplayNameError {
    /// No character at all.
    #[error("use at least one character")]
    Empty,
    /// More than 64 characters.
    #[error("use at most {MAX_CHARS} characters")]
    TooLong,
    /// A space at the beginning or the end.
    #[error("begin and end with a character other than a space")]
    EdgeSpace,
    /// Two spaces next to each other.
    #[error("put only one space between words")]
    DoubledSpace,
    /// A control or format character, another space than U+0020, or no character at all.
    #[error("leave out U+{:04X}: control and format characters are not allowed", u32::from(*.0))]
    Character(char),
    /// A letter, mark or symbol that is drawn as nothing.
    #[error("leave out U+{:04X}: nobody can see it", u32::from(*.0))]
    Invisible(char),
    /// A combining mark at the beginning or after a space.
    #[error("a combining mark must follow another character")]
    LooseMark,
    /// More than 4 combining marks on one character.
    #[error("use at most {MAX_MARKS} combining marks on one character")]
    TooManyMarks,
    /// Letters of scripts that do not belong together in one word, such as Latin and Cyrillic.
    #[error("write each word in the letters of one script")]
    MixedScripts,
}

impl DisplayName {
    /// Takes a display name as typed: nothing is trimmed or normalised.
    ///
    /// Joined emoji are refused, as the joiner is a format character (general category Cf).
    ///
    /// # Errors
    /// The first reason found, see [`DisplayNameError`].
    pub fn parse(text: &str) -> Result<Self, DisplayNameError> {
        if text.is_empty() {
            return Err(DisplayNameError::Empty);
        }
        if text.chars().nth(MAX_CHARS).is_some() {
            return Err(DisplayNameError::TooLong);
        }
        if text.starts_with(' ') || text.ends_with(' ') {
            return Err(DisplayNameError::EdgeSpace);
        }
        let mut before = ' ';
        let mut marks = 0;
        for (position, c) in text.chars().enumerate() {
            check_character(before, c)?;
            let is_mark = c.general_category_group() == GeneralCategoryGroup::Mark;
            marks = if is_mark { marks + 1 } else { 0 };
            match (before, c) {
                (' ', ' ') if position > 0 => return Err(DisplayNameError::DoubledSpace),
                (' ', _) if is_mark => return Err(DisplayNameError::LooseMark),
                _ if marks > MAX_MARKS => return Err(DisplayNameError::TooManyMarks),
                _ => before = c,
            }
        }
        if words(text).any(|word| mixes_scripts(&word)) {
            return Err(DisplayNameError::MixedScripts);
        }
        Ok(Self(text.to_owned()))
    }

    /// The name as it was typed.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for DisplayName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn check_character(before: char, c: char) -> Result<(), DisplayNameError> {
    let is_refused = match c.general_category_group() {
        // Controls and format characters, but also private ones and those not assigned yet.
        GeneralCategoryGroup::Other => true,
        // A no-break space in a name cannot be told from a space.
        GeneralCategoryGroup::Separator => c != ' ',
        _ => false,
    };
    if is_refused {
        return Err(DisplayNameError::Character(c));
    }
    // The selectors between text and picture are invisible too, but most keyboards put one
    // after the older symbols that became emoji. Nowhere else do they show.
    let is_emoji_style = matches!(c, '\u{fe0e}' | '\u{fe0f}');
    if is_invisible(c) && !(is_emoji_style && before.is_emoji_char() && !before.is_ascii()) {
        return Err(DisplayNameError::Invisible(c));
    }
    Ok(())
}

/// The words of a name: runs of letters, marks and numbers, in compatibility form, so that
/// the mathematical alphabets count as the letters they imitate.
fn words(text: &str) -> impl Iterator<Item = String> {
    let is_between = |c: char| {
        !matches!(
            c.general_category_group(),
            GeneralCategoryGroup::Letter | GeneralCategoryGroup::Mark | GeneralCategoryGroup::Number
        )
    };
    text.split(is_between).map(|word| word.nfkc().collect())
}

/// Whether a word is of several scripts that no writing system uses together.
///
/// UTS #39, section 5.2, as its "highly restrictive" level: one script, or Latin together with
/// Chinese, Japanese or Korean, which are written so every day.
fn mixes_scripts(word: &str) -> bool {
    if word.is_single_script() {
        return false;
    }
    let is_latin = |c: char| {
        let mut shared = AugmentedScriptSet::for_char('a');
        shared.intersect_with(c.into());
        !shared.is_empty()
    };
    let rest: String = word.chars().filter(|&c| !is_latin(c)).collect();
    let scripts = rest.as_str().resolve_script_set();
    !(scripts.jpan || scripts.kore || scripts.hanb)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_as_people_write_them() {
        let table = [
            "O'Brien, J.",
            "Нина 🙂",
            "Ann",
            "x",
            "José-María",
            "Jose\u{301}",
            "王小明",
            "김 철수",
            "山田はなこ",
            "Tシャツ",
            "QQ友",
            "नमस्ते",
            "ไทย",
            "محمد علي",
            "יעל",
            "Dr. Who (retired) №1",
            "Саша/Alex",
            "Anna-Мария",
            "I ❤\u{fe0f} tea",
            "👍🏽",
            "🇨🇿",
            "½ & ½",
            "\u{2603}",
            "!?",
            "42",
            "⟨ψ|φ⟩",
            "Νίκος",
            "Zoë d’Été",
            "L·L",
        ];
        for text in table {
            let name = DisplayName::parse(text).expect(text);
            assert_eq!(name.as_str(), text);
            assert_eq!(name.to_string(), text);
        }
    }

    #[test]
    fn refused_with_the_reason() {
        use DisplayNameError::*;
        let table = [
            ("", Empty),
            (" ", EdgeSpace),
            (" a", EdgeSpace),
            ("a ", EdgeSpace),
            ("a  b", DoubledSpace),
            ("a\tb", Character('\t')),
            ("a\nb", Character('\n')),
            ("a\u{0}", Character('\0')),
            ("a\u{1b}[31m", Character('\u{1b}')),
            ("a\u{85}b", Character('\u{85}')),
            ("a\u{a0}b", Character('\u{a0}')),
            ("a\u{3000}b", Character('\u{3000}')),
            ("a\u{2028}b", Character('\u{2028}')),
            ("a\u{ad}b", Character('\u{ad}')),
            ("a\u{200b}b", Character('\u{200b}')),
            ("a\u{202e}b", Character('\u{202e}')),
            ("a\u{2066}b", Character('\u{2066}')),
            ("\u{feff}a", Character('\u{feff}')),
            ("👩\u{200d}🚀", Character('\u{200d}')),
            ("a\u{e0041}", Character('\u{e0041}')),
            ("a\u{e000}", Character('\u{e000}')),
            ("a\u{378}", Character('\u{378}')),
            ("\u{3164}", Invisible('\u{3164}')),
            ("\u{2800}", Invisible('\u{2800}')),
            ("a\u{34f}b", Invisible('\u{34f}')),
            ("a\u{fe0f}", Invisible('\u{fe0f}')),
            ("1\u{fe0f}", Invisible('\u{fe0f}')),
            ("\u{301}a", LooseMark),
            ("a \u{301}b", LooseMark),
            ("a\u{301}\u{301}\u{301}\u{301}\u{301}", TooManyMarks),
            ("pаypal", MixedScripts),
            ("Ann Вob", MixedScripts),
            ("Νick", MixedScripts),
            ("𝓐ня", MixedScripts),
            ("Яндекс한", MixedScripts),
            ("(аdmin)", MixedScripts),
        ];
        for (text, error) in table {
            assert_eq!(DisplayName::parse(text), Err(error), "{text:?}");
        }
        assert!(Character('\u{202e}').to_string().contains("U+202E"));
    }

    #[test]
    fn length_counts_characters() {
        for c in ["a", "я", "🙂"] {
            assert!(DisplayName::parse(&c.repeat(64)).is_ok());
            assert_eq!(DisplayName::parse(&c.repeat(65)), Err(DisplayNameError::TooLong));
        }
    }

    proptest! {
        #[test]
        fn whatever_passes_is_kept_and_harmless(text in "[\\p{Any}]{0,8}") {
            if let Ok(name) = DisplayName::parse(&text) {
                prop_assert_eq!(name.as_str(), &text);
                prop_assert!(!text.contains("  ") && text.trim() == text);
                let is_other = |c: char| c.general_category_group() == GeneralCategoryGroup::Other;
                prop_assert!(!text.contains(is_other));
                prop_assert!(text.chars().any(|c| c != ' ' && !is_invisible(c)));
            }
        }

        #[test]
        fn words_of_one_alphabet_pass(text in "[a-zà-öø-ÿ]{1,20}( [а-яё]{1,20}){0,2}") {
            prop_assert!(DisplayName::parse(&text).is_ok());
        }
    }
}
