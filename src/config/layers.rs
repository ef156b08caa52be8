//! Lays defaults, file, variables and sets over each other, checking each value
//! where it comes from. What values are allowed is left to `rules`.

use std::collections::BTreeMap;
use std::path::Path;

use toml::{Table, Value};

use super::error::{ConfigError, Layer};
use super::rules::{self, RULES, Rule};
use super::{DEFAULTS, Settings};

/// What all variables of the service begin with.
const PREFIX: &str = "UNDERSTORY_";

/// The values so far, by key.
pub(super) struct Layers {
    values: BTreeMap<&'static str, Value>,
}

impl Layers {
    /// Starts from `config/default.toml`.
    pub(super) fn new() -> Result<Self, ConfigError> {
        let mut layers = Self { values: BTreeMap::new() };
        layers.add_text(DEFAULTS, &Layer::Defaults)?;
        Ok(layers)
    }

    /// Adds a file of the same form as `config/default.toml`, any part of it.
    pub(super) fn add_file(&mut self, path: &Path) -> Result<(), ConfigError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| ConfigError::Unreadable { path: path.to_owned(), source })?;
        self.add_text(&text, &Layer::File(path.to_owned()))
    }

    /// Adds a variable; one without the prefix is somebody else's.
    pub(super) fn add_variable(&mut self, name: &str, raw: &str) -> Result<(), ConfigError> {
        if !name.starts_with(PREFIX) {
            return Ok(());
        }
        let layer = Layer::Variable(name.to_owned());
        match RULES.iter().find(|rule| rule.variable() == name) {
            Some(rule) => self.put(rule, rule.parse(raw), &layer),
            None => Err(ConfigError::UnknownKey { layer, key: name.to_owned(), hint: variable_hint(name) }),
        }
    }

    /// Adds a `KEY=VALUE`.
    pub(super) fn add_set(&mut self, set: &str) -> Result<(), ConfigError> {
        let Some((key, raw)) = set.split_once('=') else {
            return Err(ConfigError::NotAssignment { start: leading_key(set) });
        };
        let key = key.trim();
        let rule = rules::find(key).ok_or_else(|| unknown(key, &Layer::Set))?;
        self.put(rule, rule.parse(raw), &Layer::Set)
    }

    /// Gives the values their types.
    pub(super) fn finish(self) -> Result<Settings, ConfigError> {
        let mut sections = Table::new();
        for (key, value) in self.values {
            let (section, name) = split(key);
            sections
                .entry(section)
                .or_insert_with(|| Value::Table(Table::new()))
                .as_table_mut()
                .expect("invariant: only tables are put at the top")
                .insert(name.to_owned(), value);
        }
        serde_path_to_error::deserialize(Value::Table(sections)).map_err(mismatch)
    }

    fn add_text(&mut self, text: &str, layer: &Layer) -> Result<(), ConfigError> {
        let sections: Table = text.parse().map_err(|error: toml::de::Error| syntax(text, &error, layer))?;
        for (section, value) in sections {
            if !has_section(&section) {
                return Err(unknown(&section, layer));
            }
            let Value::Table(keys) = value else {
                return Err(unknown(&section, layer));
            };
            for (name, value) in keys {
                let key = format!("{section}.{name}");
                let rule = rules::find(&key).ok_or_else(|| unknown(&key, layer))?;
                self.put(rule, value, layer)?;
            }
        }
        Ok(())
    }

    fn put(&mut self, rule: &'static Rule, value: Value, layer: &Layer) -> Result<(), ConfigError> {
        let value = rule.accept(value).map_err(|given| ConfigError::WrongValue {
            layer: layer.clone(),
            key: rule.key,
            given,
            allowed: rule.allowed(),
        })?;
        self.values.insert(rule.key, value);
        Ok(())
    }
}

/// Section and name of a key.
fn split(key: &'static str) -> (&'static str, &'static str) {
    key.split_once('.').expect("invariant: every key has a section")
}

fn has_section(section: &str) -> bool {
    RULES.iter().any(|rule| split(rule.key).0 == section)
}

fn unknown(key: &str, layer: &Layer) -> ConfigError {
    ConfigError::UnknownKey { layer: layer.clone(), key: key.escape_debug().to_string(), hint: key_hint(key) }
}

/// The same name in another section, else the names of the section, else the
/// sections.
fn key_hint(key: &str) -> String {
    let (section, name) = key.split_once('.').unwrap_or((key, key));
    let same: Vec<_> = RULES.iter().map(|rule| rule.key).filter(|known| split(known).1 == name).collect();
    if !same.is_empty() {
        return format!("perhaps you mean {}", same.join(" or "));
    }
    if has_section(section) {
        let names: Vec<_> = RULES
            .iter()
            .map(|rule| split(rule.key))
            .filter(|(known, _)| *known == section)
            .map(|(_, name)| name)
            .collect();
        return format!("[{section}] has {}", names.join(", "));
    }
    let mut sections: Vec<_> = RULES.iter().map(|rule| split(rule.key).0).collect();
    sections.dedup();
    format!("the sections are {}", sections.join(", "))
}

/// The variables of the section that the name begins with, else the form.
fn variable_hint(name: &str) -> String {
    let known: Vec<_> = RULES
        .iter()
        .filter(|rule| {
            let section = split(rule.key).0.to_uppercase();
            name.starts_with(&format!("{PREFIX}{section}_"))
        })
        .map(Rule::variable)
        .collect();
    if known.is_empty() {
        format!("write {PREFIX}<SECTION>_<KEY> in capitals, such as {PREFIX}LOG_LEVEL")
    } else {
        format!("there is {}", known.join(", "))
    }
}

/// What could be a key at the start of a text.
fn leading_key(text: &str) -> String {
    text.chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_')).collect()
}

fn syntax(text: &str, error: &toml::de::Error, layer: &Layer) -> ConfigError {
    let at = error.span().map_or(0, |span| span.start);
    let before = text.get(..at).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |end| end + 1);
    ConfigError::Syntax {
        layer: layer.clone(),
        line: before.matches('\n').count() + 1,
        column: before.get(line_start..).unwrap_or("").chars().count() + 1,
        message: error.message().to_owned(),
    }
}

fn mismatch(error: serde_path_to_error::Error<toml::de::Error>) -> ConfigError {
    ConfigError::Mismatch { key: error.path().to_string(), message: error.inner().message().to_owned() }
}
