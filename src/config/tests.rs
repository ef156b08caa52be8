//! The settings from outside: layers, wrong keys and values, what is shown.

use std::collections::BTreeSet;
use std::io::Write;

use tempfile::NamedTempFile;
use toml::{Table, Value};

use super::rules::RULES;
use super::*;

/// Loads with the text of a file, variables and sets, each perhaps empty.
fn load(file: &str, env: &[(&str, &str)], sets: &[&str]) -> Result<Settings, ConfigError> {
    let mut on_disk = NamedTempFile::new().unwrap();
    on_disk.write_all(file.as_bytes()).unwrap();
    let env = env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let sets: Vec<String> = sets.iter().map(|set| (*set).to_owned()).collect();
    Settings::load(Some(on_disk.path()), env, &sets)
}

fn set(set: &str) -> Result<Settings, ConfigError> {
    load("", &[], &[set])
}

/// The error's own words, and those of its causes.
fn words(result: Result<Settings, ConfigError>) -> String {
    result.expect_err("refused").to_string()
}

fn keys(text: &str) -> BTreeSet<String> {
    let sections: Table = text.parse().unwrap();
    sections
        .iter()
        .flat_map(|(section, table)| {
            let names = table.as_table().unwrap().keys();
            names.map(move |name| format!("{section}.{name}"))
        })
        .collect()
}

#[test]
fn defaults_rules_and_types_have_the_same_keys() {
    let ruled: BTreeSet<String> = RULES.iter().map(|rule| rule.key.to_owned()).collect();
    assert_eq!(ruled.len(), RULES.len(), "a key has two rules");
    assert_eq!(keys(DEFAULTS), ruled);
    assert_eq!(keys(&Settings::default().show()), ruled);
}

#[test]
fn defaults_come_back_from_show_unchanged() {
    let shown = Settings::default().show();
    assert_eq!(load(&shown, &[], &[]).unwrap(), Settings::default());
    let defaults: Table = DEFAULTS.parse().unwrap();
    assert_eq!(shown.parse::<Table>().unwrap(), defaults);
}

#[test]
fn rules_stand_in_the_order_of_the_defaults() {
    let mut rest = DEFAULTS;
    for rule in RULES {
        let name = rule.key.split_once('.').unwrap().1;
        let at = rest.find(&format!("\n{name} = ")).expect(rule.key);
        rest = &rest[at + 1..];
    }
}

#[test]
fn every_default_has_a_comment_and_every_number_its_range() {
    for rule in RULES {
        let (section, name) = rule.key.split_once('.').unwrap();
        let (_, from_section) = DEFAULTS.split_once(&format!("[{section}]\n")).unwrap();
        let (above, _) = from_section.split_once(&format!("\n{name} = ")).unwrap();
        let comment = above.rsplit("\n\n").next().unwrap().replace("\n#", "");
        assert!(comment.starts_with('#'), "{} has no comment", rule.key);
        if let Some((min, max)) = rule.bounds() {
            let range = format!("{min} to {max}");
            assert!(comment.contains(&range), "{}: {range}", rule.key);
        }
    }
}

#[test]
fn every_number_is_taken_up_to_its_bounds_and_no_further() {
    for rule in RULES {
        let Some((min, max)) = rule.bounds() else {
            continue;
        };
        for edge in [min, max] {
            set(&format!("{}={edge}", rule.key)).unwrap();
        }
        for outside in [min - 1, max + 1] {
            let message = words(set(&format!("{}={outside}", rule.key)));
            assert_eq!(
                message,
                format!("--set: `{}` cannot be {outside}; allowed is a whole number from {min} to {max}", rule.key)
            );
        }
    }
}

#[test]
fn every_key_has_a_variable_of_its_own() {
    let names: BTreeSet<String> = RULES.iter().map(|rule| rule.variable()).collect();
    assert_eq!(names.len(), RULES.len());
    assert!(names.contains("UNDERSTORY_SERVER_PUBLIC_URL"));
}

#[test]
fn each_layer_overrides_the_former() {
    let file = "[auth]\naccess_ttl_s = 1\nhash_queue = 1\nrefresh_idle_s = 1\n";
    let env = [("UNDERSTORY_AUTH_HASH_QUEUE", "2"), ("UNDERSTORY_AUTH_REFRESH_IDLE_S", "2"), ("PATH", "/bin")];
    let auth = load(file, &env, &["auth.refresh_idle_s=3"]).unwrap().auth;
    assert_eq!(auth.session_max_s, Settings::default().auth.session_max_s);
    assert_eq!((auth.access_ttl_s, auth.hash_queue, auth.refresh_idle_s), (1, 2, 3));
}

#[test]
fn the_last_set_of_a_key_wins() {
    let settings = load("", &[], &["log.level=warn", "log.level=trace"]).unwrap();
    assert_eq!(settings.log.level, LogLevel::Trace);
}

#[test]
fn a_later_layer_takes_a_list_back() {
    let file = "[server]\ntrusted_proxies = [\"10.0.0.0/8\"]\n";
    assert_eq!(load(file, &[], &[]).unwrap().server.trusted_proxies.len(), 1);
    let settings = load(file, &[("UNDERSTORY_SERVER_TRUSTED_PROXIES", "")], &[]).unwrap();
    assert_eq!(settings.server.trusted_proxies, []);
}

#[test]
fn a_list_is_taken_with_commas_and_as_toml() {
    let proxies = |text: &str| {
        let key = format!("server.trusted_proxies={text}");
        set(&key).unwrap().server.trusted_proxies
    };
    assert_eq!(proxies("127.0.0.1/32,::1/128").len(), 2);
    assert_eq!(proxies("127.0.0.1/32, ::1/128"), proxies("[\"127.0.0.1/32\", \"::1/128\"]"));
}

#[test]
fn a_text_is_taken_as_it_stands() {
    let settings = set("metrics.token=\"a=b\"#").unwrap();
    assert_eq!(settings.metrics.token.expose(), "\"a=b\"#");
    assert_eq!(set("metrics.token=").unwrap(), Settings::default());
}

#[test]
fn public_url_is_kept_as_an_origin() {
    let settings = set("server.public_url=https://Example.org/").unwrap();
    assert_eq!(settings.server.public_origin(), Some("https://example.org"));
    assert_eq!(Settings::default().server.public_origin(), None);
}

#[test]
fn wrong_keys_are_named_with_what_there_is() {
    for (message, parts) in [
        (
            words(load("[server]\nlisen = 1\n", &[], &[])),
            vec!["settings file", "`server.lisen`", "[server] has listen"],
        ),
        (words(load("[serve]\n", &[], &[])), vec!["`serve`", "the sections are server, store"]),
        (words(load("listen = \"127.0.0.1:1\"\n", &[], &[])), vec!["`listen`", "perhaps you mean server.listen"]),
        (words(load("server = 3\n", &[], &[])), vec!["`server`", "[server] has listen"]),
        (
            words(load("", &[("UNDERSTORY_LOG_LEVLE", "info")], &[])),
            vec!["`UNDERSTORY_LOG_LEVLE`", "UNDERSTORY_LOG_LEVEL"],
        ),
        (words(load("", &[("UNDERSTORY_DATA", "x")], &[])), vec!["`UNDERSTORY_DATA`", "UNDERSTORY_<SECTION>_<KEY>"]),
        (words(set("cache.enable=true")), vec!["--set", "`cache.enable`", "enabled, size_mb, shared_s"]),
        (words(set("log.enabled=true")), vec!["perhaps you mean limits.enabled or cache.enabled"]),
        (words(set("log.level")), vec!["--set log.level: write KEY=VALUE"]),
        (words(set("=1")), vec!["there is no setting ``"]),
    ] {
        for part in parts {
            assert!(message.contains(part), "{part:?} is not in {message:?}");
        }
    }
}

#[test]
fn wrong_values_are_named_with_their_layer() {
    for (message, parts) in [
        (
            words(load("[log]\nlevel = \"loud\"\n", &[], &[])),
            vec!["settings file", "`log.level`", "\"loud\"", "one of error, warn"],
        ),
        (
            words(load("[server]\nworkers = \"2\"\n", &[], &[])),
            vec!["`server.workers`", "\"2\"", "whole number from 0 to 256"],
        ),
        (words(load("[server.listen]\nport = 1\n", &[], &[])), vec!["`server.listen`", "an IP address and a port"]),
        (
            words(load("[server]\ntrusted_proxies = \"::1/128\"\n", &[], &[])),
            vec!["`server.trusted_proxies`", "a list of networks"],
        ),
        (
            words(load("", &[("UNDERSTORY_CACHE_ENABLED", "yes")], &[])),
            vec!["environment variable UNDERSTORY_CACHE_ENABLED", "\"yes\"", "true or false"],
        ),
        (words(load("", &[("UNDERSTORY_STORE_QUEUE", "")], &[])), vec!["`store.queue` cannot be \"\""]),
        (words(set("server.trusted_proxies=::1/128,0.0.0.0/0")), vec!["cannot be \"0.0.0.0/0\"", "networks"]),
        (words(set("server.trusted_proxies=[1]")), vec!["cannot be 1;"]),
        (words(set("server.public_url=http://example.org")), vec!["`server.public_url`", "http only for localhost"]),
        (words(set("auth.access_ttl_s=901")), vec!["901", "1 to 900"]),
        (words(set("auth.access_ttl_s=1.5")), vec!["1.5"]),
        (words(set("auth.access_ttl_s=99999999999999999999")), vec!["1 to 900"]),
    ] {
        for part in parts {
            assert!(message.contains(part), "{part:?} is not in {message:?}");
        }
    }
}

#[test]
fn the_password_of_a_database_is_in_no_message() {
    let settings = set("store.url=postgres://me:tick@db/forum").unwrap();
    assert_eq!(settings.store.url.expose(), "postgres://me:tick@db/forum");
    assert!(settings.show().contains("postgres://me:***@db/forum") && !settings.show().contains("tick"));
    let several = set("store.url=postgresql://me:tick@one,two:5433/forum?target_session_attrs=any").unwrap();
    assert!(!several.show().contains("tick"));
    for wrong in ["mysql://me:tick@db/forum", "postgres://", "host=db password=tick", "postgres://me:tick tock@db"] {
        let message = words(set(&format!("store.url={wrong}")));
        assert!(message.contains("`store.url`") && message.contains("postgres://user"), "{message}");
        assert!(!message.contains("tick"), "{message}");
    }
}

#[test]
fn no_message_holds_a_secret() {
    let files = ["[metrics]\ntoken = \"tick\n", "[metrics]\ntoken = [\"tick\"]\n"];
    for message in [
        words(load(files[0], &[], &[])),
        words(load(files[1], &[], &[])),
        words(set("metrics.token=tick tock")),
        words(load("", &[("UNDERSTORY_METRICS_TOKEN", "tick tock")], &[])),
        words(set("metrics.token:tick")),
    ] {
        assert!(!message.contains("tick"), "{message}");
    }
}

#[test]
fn a_shown_secret_is_masked() {
    let settings = set("metrics.token=tick").unwrap();
    assert!(settings.show().contains("token = \"***\""));
    assert!(!settings.show().contains("tick") && !format!("{settings:?}").contains("tick"));
}

#[test]
fn a_file_that_is_not_toml_is_named_with_line_and_column() {
    let message = words(load("[server]\nlisten = 127.0.0.1:8080\n", &[], &[]));
    assert!(message.contains(", line 2, column "), "{message}");
    let twice = words(load("[log]\nlevel = \"info\"\nlevel = \"info\"\n", &[], &[]));
    assert!(twice.contains(", line 3, column 1: duplicate key"), "{twice}");
}

#[test]
fn a_missing_file_is_an_error() {
    let path = Path::new("/nonexistent/understory.toml");
    let error = Settings::load(Some(path), std::iter::empty(), &[]).expect_err("refused");
    assert!(error.to_string().contains("/nonexistent/understory.toml"));
    assert!(matches!(error, ConfigError::Unreadable { .. }));
}

#[test]
fn zero_threads_follow_the_cores() {
    let settings = Settings::default();
    for (cores, expected) in [(1, (1, 2, 1)), (2, (2, 2, 1)), (8, (8, 8, 7))] {
        let threads = (
            settings.server.worker_threads(cores),
            settings.store.reader_threads(cores),
            settings.auth.hashing_threads(cores),
        );
        assert_eq!(threads, expected, "{cores} cores");
    }
    assert_eq!(set("store.readers=1").unwrap().store.reader_threads(8), 1);
}

#[test]
fn a_type_narrower_than_its_rule_would_be_named() {
    let mut table: Table = DEFAULTS.parse().unwrap();
    let limits = table["limits"].as_table_mut().unwrap();
    limits.insert("read_per_s".into(), Value::Integer(-1));
    let refused = serde_path_to_error::deserialize::<_, Settings>(Value::Table(table));
    assert_eq!(refused.unwrap_err().path().to_string(), "limits.read_per_s");
}
