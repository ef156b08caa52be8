//! Statements of reasons as the EU's Transparency Database takes them (`POST /api/v1/statement`), one
//! JSON object a line.
//!
//! No personal data may be in it (Regulation (EU) 2022/2065, Art. 24(5)), so each text here is one of
//! ours: no words of a moderator, an author or a reporter, no name, no number of a person.

use serde::Serialize;

use crate::domain::statement::{Facts, Ground, Means, Origin, Phrase, Restriction, category, english};
use crate::domain::thread::Site;
use crate::domain::time::day;

/// The longest address of rules that the database takes, in characters.
const URL_MAX: usize = 500;
/// A site is read everywhere in the European Economic Area.
const TERRITORY: [&str; 30] = [
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IS", "IT", "LI", "LT",
    "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK",
];

/// A statement in the fields of the database.
#[derive(Serialize)]
struct Record<'a> {
    #[serde(flatten)]
    decision: Decision,
    #[serde(flatten)]
    ground: GroundFields,
    #[serde(skip_serializing_if = "Option::is_none")]
    decision_ground_reference_url: Option<&'a str>,
    content_type: [&'static str; 1],
    category: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    category_specification: Option<[&'static str; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    category_specification_other: Option<&'static str>,
    territorial_scope: [&'static str; 30],
    content_date: String,
    application_date: String,
    decision_facts: String,
    source_type: &'static str,
    automated_detection: &'static str,
    automated_decision: &'static str,
    puid: String,
}

/// What was restricted, and until when.
#[derive(Default, Serialize)]
struct Decision {
    #[serde(skip_serializing_if = "Option::is_none")]
    decision_visibility: Option<[&'static str; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    decision_visibility_other: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    decision_provision: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    decision_account: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_date_visibility_restriction: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_date_service_restriction: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_date_account_restriction: Option<String>,
}

/// What it rests on.
#[derive(Serialize)]
#[serde(untagged)]
enum GroundFields {
    Law {
        decision_ground: &'static str,
        illegal_content_legal_ground: &'static str,
        illegal_content_explanation: &'static str,
    },
    Terms {
        decision_ground: &'static str,
        incompatible_content_ground: &'static str,
        incompatible_content_explanation: &'static str,
        incompatible_content_illegal: &'static str,
    },
}

fn decision(facts: &Facts) -> Decision {
    let ends = facts.until_ms.map(day);
    let visibility = |code| Decision {
        decision_visibility: Some([code]),
        end_date_visibility_restriction: ends.clone(),
        ..Decision::default()
    };
    let account = |code| Decision {
        decision_account: Some(code),
        end_date_account_restriction: ends.clone(),
        ..Decision::default()
    };
    match facts.restriction {
        // its author still reads it, and it can come back: not removed
        Restriction::Hidden | Restriction::Held => visibility("DECISION_VISIBILITY_CONTENT_DISABLED"),
        Restriction::Purged => visibility("DECISION_VISIBILITY_CONTENT_REMOVED"),
        Restriction::Locked => visibility("DECISION_VISIBILITY_CONTENT_INTERACTION_RESTRICTED"),
        Restriction::Premoderated => Decision {
            decision_visibility_other: Some("Comments are shown only after a moderator has looked at them"),
            ..visibility("DECISION_VISIBILITY_OTHER")
        },
        Restriction::Muted => Decision {
            decision_provision: Some("DECISION_PROVISION_PARTIAL_SUSPENSION"),
            end_date_service_restriction: ends,
            ..Decision::default()
        },
        Restriction::Suspended => account("DECISION_ACCOUNT_SUSPENDED"),
        // one that ends is no termination
        Restriction::Banned if facts.until_ms.is_some() => account("DECISION_ACCOUNT_SUSPENDED"),
        Restriction::Banned => account("DECISION_ACCOUNT_TERMINATED"),
    }
}

fn ground(facts: &Facts) -> GroundFields {
    let (why, explained) = (english(Phrase::Ground(facts.ground())), facts.reason_in_words());
    match facts.ground() {
        Ground::IllegalContent => GroundFields::Law {
            decision_ground: "DECISION_GROUND_ILLEGAL_CONTENT",
            illegal_content_legal_ground: why,
            illegal_content_explanation: explained,
        },
        Ground::Terms => GroundFields::Terms {
            decision_ground: "DECISION_GROUND_INCOMPATIBLE_CONTENT",
            incompatible_content_ground: why,
            incompatible_content_explanation: explained,
            incompatible_content_illegal: "No",
        },
    }
}

/// Writes a statement of a site as a line, with its line feed.
///
/// # Errors
/// None in practice: it is plain data.
pub fn line(facts: &Facts, site: &Site) -> Result<Vec<u8>, serde_json::Error> {
    let category = category(facts.reason);
    let record = Record {
        decision: decision(facts),
        ground: ground(facts),
        decision_ground_reference_url: site.policy_url.as_deref().filter(|url| url.chars().count() <= URL_MAX),
        content_type: ["CONTENT_TYPE_TEXT"],
        category: category.code,
        category_specification: category.keyword.map(|keyword| [keyword]),
        category_specification_other: category.other,
        territorial_scope: TERRITORY,
        content_date: day(facts.content_ms),
        application_date: day(facts.at_ms),
        decision_facts: facts.in_words(),
        source_type: match facts.origin {
            Origin::Notice => "SOURCE_ARTICLE_16",
            Origin::Flag => "SOURCE_TYPE_OTHER_NOTIFICATION",
            Origin::OwnInitiative => "SOURCE_VOLUNTARY",
        },
        automated_detection: match facts.detected_by {
            Means::Rule => "Yes",
            Means::People => "No",
        },
        automated_decision: match facts.decided_by {
            Means::Rule => "AUTOMATED_DECISION_FULLY",
            Means::People => "AUTOMATED_DECISION_NOT_AUTOMATED",
        },
        puid: facts.puid(site),
    };
    let mut line = serde_json::to_vec(&record)?;
    line.push(b'\n');
    Ok(line)
}
