//! Holds the walls of docs/ARCHITECTURE.md: which room may import which.

#![allow(clippy::unwrap_used, reason = "a failing test may panic anywhere")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Each room and the rooms it may import; `config` is read by whoever builds things from it.
fn walls() -> BTreeMap<&'static str, Vec<&'static str>> {
    BTreeMap::from([
        ("domain", vec![]),
        ("config", vec![]),
        ("store", vec!["domain"]),
        ("transfer", vec!["domain"]),
        ("live", vec!["domain"]),
        ("app", vec!["domain", "store", "transfer", "live", "config"]),
        ("jobs", vec!["app"]),
        ("cli", vec!["app", "domain", "config"]),
        ("http", vec!["app", "domain", "config", "store", "live"]),
        ("boot", vec!["app", "cli", "config", "http", "jobs", "store"]),
    ])
}

fn files(of: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(of).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn no_room_imports_what_it_must_not() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut all = Vec::new();
    files(&source, &mut all);
    let walls = walls();
    let mut wrong = Vec::new();
    let mut checked = 0;
    for file in all {
        let inside = file.strip_prefix(&source).unwrap();
        let room = inside.components().next().unwrap().as_os_str().to_str().unwrap().trim_end_matches(".rs").to_owned();
        if room == "lib" || room == "main" {
            continue;
        }
        let allowed = walls.get(room.as_str()).unwrap_or_else(|| panic!("the room {room} has no row"));
        let text = fs::read_to_string(&file).unwrap();
        // tests at the end of a file may reach wherever they need
        let body = text.lines().take_while(|line| !line.starts_with("#[cfg(test)]"));
        for (number, line) in body.enumerate() {
            for (at, _) in line.match_indices("crate::") {
                let rest = &line[at + "crate::".len()..];
                let other: String = rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
                checked += 1;
                if other != room && !allowed.contains(&other.as_str()) && walls.contains_key(other.as_str()) {
                    wrong.push(format!("{}:{}: {room} imports {other}", inside.display(), number + 1));
                }
            }
        }
    }
    assert!(checked > 100, "the imports were found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn sql_and_its_drivers_stay_in_the_store() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut all = Vec::new();
    files(&source, &mut all);
    for file in all {
        let inside = file.strip_prefix(&source).unwrap();
        let text = fs::read_to_string(&file).unwrap();
        let names = |word: &str| text.lines().any(|line| !line.trim_start().starts_with("//") && line.contains(word));
        if !inside.starts_with("store") {
            assert!(!names("rusqlite"), "{} names rusqlite", inside.display());
        }
        if inside.starts_with("domain") {
            assert!(!names("actix_web") && !names("std::fs") && !names("SystemTime"), "{} does I/O", inside.display());
        }
    }
}
