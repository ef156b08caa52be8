//! What the pages that need no script say: the strings of the widget, in English.

use std::collections::HashMap;

use serde::Deserialize;

/// A string, or one with its plural forms.
#[derive(Deserialize)]
#[serde(untagged)]
enum Entry {
    Plain(String),
    Forms(HashMap<String, String>),
}

/// The strings of one language by their key.
pub struct Words(HashMap<String, Entry>);

impl Words {
    /// Reads a file of them; none when it is not what it should be.
    pub fn parse(json: &[u8]) -> Option<Words> {
        serde_json::from_slice(json).ok().map(Words)
    }

    /// A string; its key where there is none, as in the widget.
    pub fn say<'w>(&'w self, key: &'w str) -> &'w str {
        match self.0.get(key) {
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
        let one = match self.0.get(key) {
            Some(Entry::Forms(forms)) if n == 1 => forms.get("one"),
            _ => None,
        };
        one.map_or_else(|| self.say(key), String::as_str).replace("{n}", &grouped(n))
    }

    /// A reason as a reader would say it.
    pub fn reason(&self, code: &str) -> String {
        let key = format!("reason_{code}");
        match self.0.get(&key) {
            Some(Entry::Plain(text)) => text.clone(),
            _ => code.replace('_', " "),
        }
    }
}

/// A number with commas between its thousands, as the browser writes it in English.
fn grouped(n: i64) -> String {
    let digits = n.unsigned_abs().to_string();
    let mut out = if n < 0 { "-".to_owned() } else { String::new() };
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_filled_and_counted() {
        let words = Words::parse(br#"{"a":"hidden: {reason}","n":{"one":"{n} reply","other":"{n} replies"}}"#).unwrap();
        assert_eq!(words.fill("a", "reason", "spam"), "hidden: spam");
        assert_eq!([words.count("n", 1), words.count("n", 0)], ["1 reply", "0 replies"]);
        assert_eq!(words.count("n", 1_234_567), "1,234,567 replies");
        assert_eq!((words.say("b"), words.reason("off_topic").as_str()), ("b", "off topic"));
        assert!(Words::parse(b"[").is_none());
    }
}
