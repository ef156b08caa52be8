//! Statements of reasons as the EU's Transparency Database takes them: each line valid, none with
//! anything personal in it; and the figures of a year.

#![allow(clippy::unwrap_used, reason = "a failing test may panic anywhere")]

mod common;

use std::collections::BTreeSet;
use std::process::Command;

use common::{World, id};
use jsonschema::Validator;
use serde_json::{Value, json};
use understory::domain::flag::Reason;
use understory::domain::ids::{EntryId, SiteId};
use understory::domain::sanction::SanctionKind;
use understory::domain::statement::{Facts, Means, Origin, Restriction};
use understory::domain::thread::Site;
use understory::transfer::eu;

fn validator() -> Validator {
    let schema: Value = serde_json::from_str(include_str!("eu/statement.schema.json")).unwrap();
    jsonschema::validator_for(&schema).unwrap()
}

/// The objects of an export, each valid.
fn valid(text: &str) -> Vec<Value> {
    let validator = validator();
    assert!(text.is_empty() || text.ends_with('\n'));
    let check = |line: &str| {
        let statement: Value = serde_json::from_str(line).unwrap();
        let faults: Vec<String> =
            validator.iter_errors(&statement).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(faults.is_empty(), "{line}\n{}", faults.join("\n"));
        statement
    };
    text.lines().map(check).collect()
}

fn site(policy_url: Option<String>) -> Site {
    Site { id: SiteId(1), key: "here_2-x".into(), title: "H".into(), explicit_threads: false, policy_url }
}

/// Every restriction, ended or not, for every reason or none, from every origin, by people or a rule.
#[test]
fn whatever_can_be_stated_is_valid() {
    let mut count = 0;
    let mut puids = BTreeSet::new();
    let reasons = Reason::ALL.iter().map(|reason| Some(*reason)).chain([None]);
    for reason in reasons {
        for restriction in Restriction::ALL {
            for origin in Origin::ALL {
                for (detected_by, decided_by) in
                    [(Means::People, Means::People), (Means::Rule, Means::People), (Means::Rule, Means::Rule)]
                {
                    for until_ms in [None, Some(1_700_086_400_000)] {
                        count += 1;
                        let facts = Facts {
                            entry_id: EntryId(count),
                            site_id: SiteId(1),
                            at_ms: 1_700_000_000_000,
                            restriction: *restriction,
                            until_ms,
                            reason,
                            origin: *origin,
                            detected_by,
                            decided_by,
                            content_ms: 1_600_000_000_000,
                        };
                        let url = (count % 2 == 0).then(|| format!("https://x.example/{}", "r".repeat(count as usize)));
                        let line = eu::line(&facts, &site(url)).unwrap();
                        let line = String::from_utf8(line).unwrap();
                        let statement = valid(&line).remove(0);
                        assert!(puids.insert(statement["puid"].to_string()));
                        assert_eq!(statement["content_type"], json!(["CONTENT_TYPE_TEXT"]));
                        assert_eq!(statement["content_date"], "2020-09-13");
                        assert_eq!(statement["application_date"], "2023-11-14");
                        let ends = line.contains("end_date_") && line.contains("2023-11-15");
                        assert_eq!(ends, until_ms.is_some(), "{line}");
                    }
                }
            }
        }
    }
    assert_eq!(count, 11 * 8 * 3 * 3 * 2);
}

#[test]
fn what_is_wrong_is_found() {
    let good = json!({
        "decision_visibility": ["DECISION_VISIBILITY_CONTENT_DISABLED"],
        "decision_ground": "DECISION_GROUND_INCOMPATIBLE_CONTENT",
        "incompatible_content_ground": "g", "incompatible_content_explanation": "e",
        "content_type": ["CONTENT_TYPE_TEXT"], "category": "STATEMENT_CATEGORY_VIOLENCE",
        "content_date": "2026-01-01", "application_date": "2026-01-02", "decision_facts": "f",
        "source_type": "SOURCE_VOLUNTARY", "automated_detection": "No",
        "automated_decision": "AUTOMATED_DECISION_NOT_AUTOMATED", "puid": "a-1",
    });
    let validator = validator();
    assert!(validator.is_valid(&good));
    for (field, value) in [
        ("decision_visibility", Value::Null),
        ("decision_visibility", json!(["DECISION_VISIBILITY_OTHER"])),
        ("decision_ground", json!("DECISION_GROUND_ILLEGAL_CONTENT")),
        ("incompatible_content_explanation", json!("e".repeat(2_001))),
        ("category", json!("STATEMENT_CATEGORY_SPAM")),
        ("category_specification", json!(["KEYWORD_OTHER"])),
        ("content_date", json!("2026-01-01T00:00:00Z")),
        ("decision_facts", json!("")),
        ("source_identity", json!("somebody")),
        ("automated_detection", json!(false)),
        ("puid", json!("a 1")),
        ("login", json!("alice")),
    ] {
        let mut bad = good.clone();
        bad[field] = value;
        assert!(!validator.is_valid(&bad), "{field}");
    }
}

async fn flag(world: &World, who: &str, comment: &Value, reason: &str) {
    let path = format!("/comments/{}/flags", id(comment));
    world.call(who, "POST", &path, json!({"reason": reason, "note": "canary-note-of-a-flag"})).await.ok();
}

/// A decision of `mona` with words in each field that takes some.
async fn act(world: &World, action: &str, comment: &Value, reason: Value) -> Value {
    world.wait_ms(1);
    let version = world.now(comment).await["version"].clone();
    let body = json!({
        "targets": [{"comment_id": comment["id"], "version": version}], "action": action, "reason_code": reason,
        "note": "canary-note", "public_text": "canary-public-text",
    });
    let made = world.call("mona", "POST", "/moderation/decisions", body).await.ok();
    assert_eq!(made["conflicts"], json!([]), "{action} {reason}");
    made
}

/// Every action for every reason, flagged or not, with some appeals; how many statements that makes.
async fn corpus(world: &World) -> usize {
    let canary = json!({"display_name": "canary-name", "current_password": common::PASSWORD,
                        "email": "canary@example.org"});
    world.call("alice", "PATCH", "/me", canary).await.ok();
    let mut count = 0;
    for (number, reason) in Reason::ALL.iter().enumerate() {
        for flagged in [false, true] {
            let comment = world.post("alice", &format!("canary-body-{number}-{flagged}"), None).await;
            if flagged {
                let of = if *reason == Reason::RuleViolation { "other" } else { reason.as_str() };
                flag(world, "carol", &comment, of).await;
                flag(world, "bob", &comment, of).await;
            }
            let reason = json!(reason.as_str());
            act(world, "lock", &comment, reason.clone()).await;
            act(world, "unlock", &comment, Value::Null).await;
            act(world, "pin", &comment, Value::Null).await;
            act(world, "unpin", &comment, Value::Null).await;
            act(world, "approve", &comment, reason.clone()).await;
            act(world, "dismiss", &comment, reason.clone()).await;
            if flagged {
                flag(world, "carol", &comment, "other").await;
            }
            act(world, "hide", &comment, reason.clone()).await;
            let restored = act(world, "restore", &comment, Value::Null).await;
            let path = format!("/moderation/decisions/{}/undo", id(&restored));
            world.wait_ms(1);
            world.call("mona", "POST", &path, Value::Null).await.ok();
            // locked, hidden, hidden again
            count += 3;
            if flagged {
                let appeal = format!("/me/decisions/{}/appeal", id(&world.told("alice").await));
                let made = world.call("alice", "POST", &appeal, json!({"text": "canary-appeal"})).await.ok();
                let ruling = format!("/moderation/appeals/{}/ruling", id(&made));
                let result = if number % 2 == 0 { "overturned" } else { "upheld" };
                world.wait_ms(2_000);
                world
                    .call("ada", "POST", &ruling, json!({"result": result, "public_text": "canary-answer"}))
                    .await
                    .ok();
            }
        }
    }
    let comment = world.post("alice", "canary-body-of-a-notice", None).await;
    let notice = json!({"comment_id": comment["id"], "explanation": "canary-explanation", "good_faith": true,
                        "name": "canary-notifier", "email": "canary@example.org"});
    world.call("anon", "POST", "/notices", notice).await.ok();
    act(world, "hide", &comment, json!("illegal")).await;
    // of the sanctions all but the warning
    let carol = id(&world.get("carol", "/me").await.ok());
    for kind in SanctionKind::ALL {
        let until = (*kind == SanctionKind::Suspend).then_some("2030-01-01T00:00:00Z");
        let sanction = json!({"site": "here", "kind": kind, "until": until, "reason_code": "hate", "note": "canary-note",
                              "public_text": "canary-public-text"});
        world.wait_ms(1);
        world.call("mona", "POST", &format!("/moderation/users/{carol}/sanctions"), sanction).await.ok();
    }
    count + 1 + 4
}

#[actix_web::test]
async fn every_statement_is_exported_valid_and_without_personal_data() {
    let world = World::new().await;
    let expected = corpus(&world).await;
    let answer = world.get("mona", "/moderation/statements?site=here&format=jsonl").await;
    assert_eq!((answer.status, answer.headers["content-type"].to_str().unwrap()), (200, "application/jsonl"));
    let statements = valid(&answer.text);
    assert_eq!(statements.len(), expected);
    for canary in ["canary", "alice", "bob", "carol", "mona", "ada", "example.org"] {
        assert!(!answer.text.contains(canary), "{canary}");
    }
    let people = world.by_hand("SELECT CAST(id AS TEXT) FROM user_account");
    for person in people.iter().flatten() {
        assert!(!answer.text.contains(person.as_str()), "the number of a person");
    }
    let all = |field: &str| statements.iter().map(|s| s[field].to_string()).collect::<BTreeSet<_>>();
    assert_eq!(all("source_type").len(), 3);
    assert_eq!(all("decision_account").len(), 3, "{:?}", all("decision_account"));
    assert_eq!(all("decision_ground").len(), 2);
    assert_eq!(all("category").len(), 5, "{:?}", all("category"));
    assert_eq!(all("puid").len(), expected);
    let head = world.call("mona", "HEAD", "/moderation/statements?site=here", Value::Null).await;
    assert_eq!((head.status, head.text.as_str()), (200, ""));
    world.verified().await;
}

#[actix_web::test]
async fn a_period_is_taken_exactly() {
    let world = World::new().await;
    let mut times = Vec::new();
    for reason in ["hate", "spam", "illegal"] {
        world.wait_ms(86_400_000);
        let session = world.sign_in("alice").await;
        let alice = session["access_token"].as_str();
        let mona = world.sign_in("mona").await;
        let mona = mona["access_token"].as_str();
        let comment = world.send(alice, "POST", common::THREAD, json!({"body": "x"}), &[]).await.ok();
        let targets = json!([{"comment_id": comment["id"], "version": 1}]);
        let body = json!({"targets": targets, "action": "hide", "reason_code": reason});
        times.push(
            world.send(mona, "POST", "/moderation/decisions", body, &[]).await.ok()["at"].as_str().unwrap().to_owned(),
        );
    }
    let mona = world.sign_in("mona").await;
    let mona = mona["access_token"].as_str().unwrap().to_owned();
    let count = async |query: &str| {
        let path = format!("/moderation/statements?site=here{query}");
        let answer = world.send(Some(&mona), "GET", &path, Value::Null, &[]).await;
        assert_eq!(answer.status, 200, "{query} {}", answer.text);
        valid(&answer.text).len()
    };
    assert_eq!(count("").await, 3);
    // the first moment counts, the last does not; a day counts whole
    assert_eq!(count(&format!("&from={}&to={}", times[0], times[2])).await, 2);
    assert_eq!(count(&format!("&from={}&to={}", times[1], times[1])).await, 0);
    assert_eq!(count("&from=2023-11-16&to=2023-11-16").await, 1);
    assert_eq!(count("&from=2023-11-17").await, 1);
    assert_eq!(count("&to=2023-11-15").await, 1);
    for (query, name) in
        [("&from=x", "from"), ("&to=2023", "to"), ("&from=2023-11-18&to=2023-11-15", "to"), ("&format=csv", "format")]
    {
        let path = format!("/moderation/statements?site=here{query}");
        let answer = world.send(Some(&mona), "GET", &path, Value::Null, &[]).await;
        assert_eq!(answer.json["errors"][0]["parameter"], name, "{}", answer.text);
        answer.fails(422, "validation_failed");
    }
}

#[actix_web::test]
async fn more_than_a_page_goes_out_once_each_in_order() {
    let world = World::new().await;
    let comments: Vec<Value> = (0..1_203)
        .map(|n| json!({"login": "Old Ann", "created_at": "2022-05-01T10:00:00Z", "body": format!("number {n}")}))
        .collect();
    let document = json!({"article": {"key": "old", "title": "Old", "url": null}, "comments": comments});
    world.app.import("here", document.to_string().as_bytes(), false).await.unwrap();
    let ids = world.by_hand("SELECT id FROM comment ORDER BY id");
    for some in ids.chunks(401) {
        // all of one moment, save the last
        let targets: Vec<Value> = some.iter().map(|id| json!({"comment_id": id[0], "version": 1})).collect();
        let body = json!({"targets": targets, "action": "hide", "reason_code": "spam"});
        let made = world.call("mona", "POST", "/moderation/decisions", body).await.ok();
        assert_eq!(made["applied"].as_array().unwrap().len(), 401);
    }
    let answer = world.get("mona", "/moderation/statements?site=here").await;
    let puids: Vec<String> = valid(&answer.text).iter().map(|s| s["puid"].as_str().unwrap().to_owned()).collect();
    assert_eq!(puids.len(), 1_203);
    let order = world.by_hand("SELECT 'here-' || entry_id FROM statement ORDER BY at_ms, entry_id");
    assert_eq!(puids, order.concat());
}

#[actix_web::test]
async fn a_year_is_counted() {
    let world = World::new().await;
    corpus(&world).await;
    let open = world.post("alice", "open", None).await;
    flag(&world, "bob", &open, "hate").await;
    let report = world.get("mona", "/moderation/stats/report?site=here&year=2023").await.ok();
    // 10 reasons, each flagged twice, rule_violation as other, all found wrong by the approval; then
    // 10 as other, all found right
    let hate = &report["flags"]["hate"];
    assert_eq!((&hate["received"], &hate["dismissed"], &hate["open"]), (&json!(3), &json!(2), &json!(1)));
    let other = &report["flags"]["other"];
    assert_eq!((&other["received"], &other["dismissed"], &other["upheld"]), (&json!(14), &json!(4), &json!(10)));
    assert_eq!(report["restrictions"]["total"], 65);
    assert_eq!(
        report["restrictions"]["by_restriction"],
        json!({"hidden": 41, "locked": 20, "premoderated": 1, "muted": 1, "suspended": 1, "banned": 1})
    );
    assert_eq!(
        (&report["notices"]["illegal"]["received"], &report["notices"]["illegal"]["upheld"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(report["restrictions"]["by_ground"], json!({"illegal_content": 7, "terms": 58}));
    assert_eq!(report["restrictions"]["by_origin"], json!({"flag": 10, "notice": 1, "own_initiative": 54}));
    assert_eq!(report["restrictions"]["own_initiative_by_detection"], json!({"people": 54}));
    let appeals = &report["appeals"]["owner"];
    let figures = [&appeals["received"], &appeals["overturned"], &appeals["upheld"], &appeals["median_s"]];
    assert_eq!(figures, [&json!(10), &json!(5), &json!(5), &json!(2)]);
    assert_eq!(report["automation"], json!({"decided": 0, "overturned": 0, "error_rate": null}));
    let empty = world.get("mona", "/moderation/stats/report?site=here&year=2022").await.ok();
    assert_eq!((&empty["restrictions"]["total"], &empty["flags"]["hate"]["median_s"]), (&json!(0), &Value::Null));
    world.get("mona", "/moderation/stats/report?site=here&year=1969").await.fails(422, "validation_failed");
    let overturned = world.get("anon", "/sites/here/threads/article/transparency").await.ok()["overturned"].clone();
    assert_eq!(overturned, 5);
}

#[actix_web::test]
async fn the_command_line_writes_the_same() {
    let world = World::in_a_file().await;
    let expected = corpus(&world).await;
    let run = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_understory"));
        let directory = world.directory.path();
        command
            .args(["report"])
            .args(args)
            .args(["--site", "here", "--set", "log.level=error", "--data"])
            .arg(directory);
        let output = command.current_dir(directory).output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    let (code, text, said) = run(&["statements", "--from", "2023-01-01", "--to", "2023-12-31"]);
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(valid(&text).len(), expected);
    assert_eq!(text, world.get("mona", "/moderation/statements?site=here").await.text);
    assert_eq!(run(&["statements", "--to", "2022-12-31"]).1, "");
    let (code, text, said) = run(&["counts", "--year", "2023"]);
    assert_eq!(code, Some(0), "{said}");
    let report = world.get("mona", "/moderation/stats/report?site=here&year=2023").await.ok();
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), report);
    let csv = run(&["counts", "--year", "2023", "--format", "csv"]).1;
    assert!(
        csv.starts_with("site,year,section,of,figure,value\n") && csv.contains("here,2023,restrictions,all,total,65"),
        "{csv}"
    );
    assert_eq!(run(&["counts", "--year", "1900"]).0, Some(1));
    assert_eq!(run(&["statements", "--from", "x"]).0, Some(1));
}
