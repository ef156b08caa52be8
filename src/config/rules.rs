//! What each key takes: one line a key, the only such list in code.
//!
//! A value is held against its rule in the layer it comes from, so that an
//! error can name that layer. The types behind the keys are in `sections`; a
//! test holds the two and `config/default.toml` against each other.

use toml::Value;

use super::values;

/// A key and what it takes.
pub(super) struct Rule {
    /// Section and key, with a point between.
    pub(super) key: &'static str,
    shape: Shape,
}

/// The kinds of values. A `read` gives a text in its canonical form, or nothing
/// when it is not allowed.
enum Shape {
    Whole {
        min: i64,
        max: i64,
    },
    Switch,
    OneOf(&'static [&'static str]),
    Text {
        read: fn(&str) -> Option<String>,
        allowed: &'static str,
    },
    /// As `Text`, but no message repeats it.
    Secret {
        read: fn(&str) -> Option<String>,
        allowed: &'static str,
    },
    List {
        read: fn(&str) -> Option<String>,
        allowed: &'static str,
    },
}

use Shape::{List, OneOf, Secret, Switch, Text, Whole};

const YEAR_S: i64 = 31_536_000;
const MONTH_S: i64 = 2_592_000;

/// Every key, in the order of `config/default.toml`.
pub(super) const RULES: &[Rule] = &[
    rule(
        "server.listen",
        Text {
            read: values::socket_address,
            allowed: "an IP address and a port, such as 127.0.0.1:8080 or [::1]:8080",
        },
    ),
    rule(
        "server.public_url",
        Text {
            read: values::public_origin,
            allowed: "an origin such as https://comments.example.org without path, query or \
                      user name, http only for localhost, 127.0.0.0/8 and ::1, or nothing",
        },
    ),
    rule(
        "server.trusted_proxies",
        List {
            read: values::network,
            allowed: "a list of networks such as 10.0.0.0/8 or 127.0.0.1/32, none of them \
                      everybody (0.0.0.0/0, ::/0)",
        },
    ),
    whole("server.workers", 0, 256),
    whole("server.shutdown_s", 0, 300),
    whole("server.client_timeout_s", 1, 300),
    rule(
        "store.url",
        Secret {
            read: values::store_url,
            allowed: "nothing, which is SQLite in the data directory, or the address of a \
                      PostgreSQL database: postgres://user:password@host/database",
        },
    ),
    whole("store.readers", 0, 256),
    whole("store.queue", 1, 65_536),
    whole("store.busy_timeout_ms", 1, 60_000),
    whole("auth.access_ttl_s", 1, 900),
    whole("auth.refresh_idle_s", 1, YEAR_S),
    whole("auth.session_max_s", 1, YEAR_S),
    whole("auth.console_max_s", 1, MONTH_S),
    whole("auth.hash_threads", 0, 64),
    whole("auth.hash_queue", 1, 4_096),
    whole("comments.edit_window_s", 0, MONTH_S),
    whole("comments.deleted_text_days", 0, 3_650),
    whole("comments.body_max_chars", 1, 10_000),
    whole("moderation.lease_s", 1, 3_600),
    whole("moderation.sample_per_mille", 0, 1_000),
    whole("moderation.notice_due_s", 1, YEAR_S),
    rule("moderation.notice_contact_required", Switch),
    whole("moderation.notice_contact_days", 0, 3_650),
    whole("moderation.appeal_due_days", 1, 365),
    whole("presence.online_s", 1, 86_400),
    whole("presence.flush_s", 1, 3_600),
    rule("limits.enabled", Switch),
    whole("limits.read_per_s", 1, 1_000_000),
    whole("limits.write_per_min", 1, 1_000_000),
    whole("limits.sign_in_per_min", 1, 1_000_000),
    whole("limits.register_per_hour", 1, 1_000_000),
    whole("live.connections_max", 0, 1_000_000),
    whole("live.connections_per_client", 1, 1_000_000),
    rule("cache.enabled", Switch),
    whole("cache.size_mb", 1, 65_536),
    whole("cache.shared_s", 0, 60),
    rule("log.level", OneOf(&["error", "warn", "info", "debug", "trace"])),
    rule("log.format", OneOf(&["json", "text"])),
    rule(
        "metrics.token",
        Secret { read: values::token, allowed: "up to 512 printable ASCII characters without spaces, or nothing" },
    ),
];

const fn rule(key: &'static str, shape: Shape) -> Rule {
    Rule { key, shape }
}

const fn whole(key: &'static str, min: i64, max: i64) -> Rule {
    rule(key, Whole { min, max })
}

impl Rule {
    /// The environment variable of this key: `UNDERSTORY_SERVER_PUBLIC_URL`.
    pub(super) fn variable(&self) -> String {
        format!("UNDERSTORY_{}", self.key.replace('.', "_")).to_uppercase()
    }

    /// What the key takes, to complete "allowed is …".
    pub(super) fn allowed(&self) -> String {
        match &self.shape {
            Whole { min, max } => format!("a whole number from {min} to {max}"),
            Switch => "true or false".to_owned(),
            OneOf(words) => format!("one of {}", words.join(", ")),
            Text { allowed, .. } | Secret { allowed, .. } | List { allowed, .. } => (*allowed).to_owned(),
        }
    }

    /// Gives a value its canonical form.
    ///
    /// # Errors
    ///
    /// What was not allowed, as it may be shown.
    pub(super) fn accept(&self, value: Value) -> Result<Value, String> {
        let accepted = match (&self.shape, &value) {
            (Whole { min, max }, Value::Integer(n)) => (min..=max).contains(&n),
            (Switch, Value::Boolean(_)) => true,
            (OneOf(words), Value::String(word)) => words.contains(&word.as_str()),
            (Text { read, .. }, Value::String(text)) => {
                return read(text).map(Value::String).ok_or_else(|| values::quote(&value));
            }
            (Secret { read, .. }, given) => {
                return given
                    .as_str()
                    .and_then(read)
                    .map(Value::String)
                    .ok_or_else(|| "what was given (not shown here)".to_owned());
            }
            (List { read, .. }, Value::Array(items)) => return accept_items(items, *read),
            _ => false,
        };
        if accepted { Ok(value) } else { Err(values::quote(&value)) }
    }

    /// Reads a value written in a variable or after `KEY=`. What does not read
    /// as its type stays text, for `accept` to refuse.
    pub(super) fn parse(&self, raw: &str) -> Value {
        let text = || Value::String(raw.to_owned());
        match self.shape {
            Text { .. } | Secret { .. } | OneOf(_) => text(),
            Whole { .. } | Switch => values::toml_value(raw).unwrap_or_else(text),
            List { .. } if raw.trim_start().starts_with('[') => values::toml_value(raw).unwrap_or_else(text),
            List { .. } => Value::Array(values::comma_list(raw)),
        }
    }

    /// The bounds of a number, for tests.
    #[cfg(test)]
    pub(super) fn bounds(&self) -> Option<(i64, i64)> {
        match self.shape {
            Whole { min, max } => Some((min, max)),
            _ => None,
        }
    }
}

fn accept_items(items: &[Value], read: fn(&str) -> Option<String>) -> Result<Value, String> {
    items
        .iter()
        .map(|item| item.as_str().and_then(read).map(Value::String).ok_or_else(|| values::quote(item)))
        .collect::<Result<_, _>>()
        .map(Value::Array)
}

/// The rule of a key, if there is such a key.
pub(super) fn find(key: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.key == key)
}
