//! What the pages that need no script say: the strings of the widget, chosen and filled as
//! `web/shared/words.js` does it, with the same rules of plurals and numbers (CLDR).

use std::collections::HashMap;

use icu_decimal::DecimalFormatter;
use icu_decimal::input::Decimal;
use icu_locale_core::Locale;
use icu_plurals::{PluralCategory, PluralRules};
use serde::Deserialize;

/// Languages that are written from right to left, of those that there are.
const RTL: [&str; 3] = ["ar", "fa", "he"];

/// A string, or one with its plural forms.
#[derive(Deserialize)]
#[serde(untagged)]
enum Entry {
    Plain(String),
    Forms(HashMap<String, String>),
}

/// The strings of one language by their key.
pub struct Words {
    /// Its tag, of BCP 47.
    pub tag: String,
    entries: HashMap<String, Entry>,
    plurals: PluralRules,
    numbers: DecimalFormatter,
}

impl Words {
    /// Reads a file of them; none when it is not what it should be.
    pub fn parse(tag: &str, json: &[u8]) -> Option<Words> {
        let locale: Locale = tag.parse().ok()?;
        Some(Words {
            tag: tag.to_owned(),
            entries: serde_json::from_slice(json).ok()?,
            plurals: PluralRules::try_new_cardinal((&locale).into()).ok()?,
            numbers: DecimalFormatter::try_new((&locale).into(), Default::default()).ok()?,
        })
    }

    /// The direction that it is written in, as HTML says it.
    pub fn dir(&self) -> &'static str {
        if RTL.contains(&self.tag.as_str()) { "rtl" } else { "ltr" }
    }

    /// A string; its key where there is none, as in the widget.
    pub fn say<'w>(&'w self, key: &'w str) -> &'w str {
        match self.entries.get(key) {
            Some(Entry::Plain(text)) => text,
            Some(Entry::Forms(forms)) => forms.get("other").map_or(key, String::as_str),
            None => key,
        }
    }

    /// A string with its blank filled.
    pub fn fill(&self, key: &str, blank: &str, value: &str) -> String {
        self.say(key).replace(&format!("{{{blank}}}"), value)
    }

    /// A string that counts something, in the form for that number.
    pub fn count(&self, key: &str, n: i64) -> String {
        let form = match self.entries.get(key) {
            Some(Entry::Forms(forms)) => forms.get(form(self.plurals.category_for(n))),
            _ => None,
        };
        let number = self.numbers.format(&Decimal::from(n)).to_string();
        form.map_or_else(|| self.say(key), String::as_str).replace("{n}", &number)
    }

    /// A reason as a reader would say it.
    pub fn reason(&self, code: &str) -> String {
        let key = format!("reason_{code}");
        match self.entries.get(&key) {
            Some(Entry::Plain(text)) => text.clone(),
            _ => code.replace('_', " "),
        }
    }
}

/// What a form of plurals is called in the files.
fn form(category: PluralCategory) -> &'static str {
    match category {
        PluralCategory::Zero => "zero",
        PluralCategory::One => "one",
        PluralCategory::Two => "two",
        PluralCategory::Few => "few",
        PluralCategory::Many => "many",
        PluralCategory::Other => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_filled_and_counted() {
        let json = br#"{"a":"hidden: {reason}","n":{"one":"{n} reply","other":"{n} replies"}}"#;
        let words = Words::parse("en", json).unwrap();
        assert_eq!(words.fill("a", "reason", "spam"), "hidden: spam");
        assert_eq!([words.count("n", 1), words.count("n", 0)], ["1 reply", "0 replies"]);
        assert_eq!(words.count("n", 1_234_567), "1,234,567 replies");
        assert_eq!((words.say("b"), words.reason("off_topic").as_str()), ("b", "off topic"));
        assert!(Words::parse("en", b"[").is_none());
    }

    #[test]
    fn each_language_counts_in_its_own_way() {
        let forms = br#"{"n":{"one":"one {n}","few":"few {n}","many":"many {n}","other":"other {n}"}}"#;
        let counted = |tag: &str, n| Words::parse(tag, forms).unwrap().count("n", n);
        assert_eq!([counted("ru", 21), counted("ru", 22), counted("ru", 25)], ["one 21", "few 22", "many 25"]);
        assert_eq!([counted("ja", 1), counted("fr", 0), counted("de", 1_234)], ["other 1", "one 0", "other 1.234"]);
        let dirs = ["ar", "uk"].map(|tag| Words::parse(tag, b"{}").unwrap().dir());
        assert_eq!(dirs, ["rtl", "ltr"]);
    }
}
