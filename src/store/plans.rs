//! Holds the query plans of all statements: each is a number of index seeks that does not grow.
//!
//! The plans are kept, reviewed, in `snapshots/`; a statement that is new, changed or gone changes
//! them. `INSTA_UPDATE=always cargo test store::plans` writes them anew.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path as FilePath;
use std::time::Duration;

use super::driver::values;
use super::sqlite::{Sqlite, Use};
use super::watch::{Watch, Watched};
use super::*;
use crate::domain::appeal::{Appeal, AppealState, Party};
use crate::domain::comment::{Comment, State};
use crate::domain::decision::{Act, Aim, Course, Decision, Disposition, Fate, Phase, Reach, Target};
use crate::domain::display_name::DisplayName;
use crate::domain::flag::{Flag, FlagState, Reason};
use crate::domain::ids::*;
use crate::domain::log::{Chain, LogEntry};
use crate::domain::login::Login;
use crate::domain::notice::{Contact, Notice};
use crate::domain::path::Path;
use crate::domain::permission::Role;
use crate::domain::queue::Waiting;
use crate::domain::sanction::{Sanction, SanctionKind};
use crate::domain::scoring::FLAGS_WEIGHED;
use crate::domain::session::{Client, Scope, Session};
use crate::domain::statement::{Facts, Means, Origin, Restriction};
use crate::domain::thread::{Site, Thread, ThreadState};
use crate::domain::throttle::Failures;
use crate::domain::tree::{Cut, Level, Levels, Next, Position, Sort};
use crate::domain::two_persons::TwoPersons;
use crate::domain::user::{Grant, NewUser};

const SITE: SiteId = SiteId(1);
const THREAD: ThreadId = ThreadId(2);
const ROOT: CommentId = CommentId(3);
const REPLY: CommentId = CommentId(4);
const ALICE: UserId = UserId(5);
const SESSION: SessionId = SessionId(6);
const FLAG: FlagId = FlagId(7);
const DECISION: DecisionId = DecisionId(8);
const ENTRY: EntryId = EntryId(9);
const NOW: i64 = 1_700_000_000_000;

/// Tables that stay small: what operators make by hand. Every other one grows.
const SMALL: [&str; 5] = ["meta", "signing_key", "site", "site_origin", "role"];

/// What is read from beside tables: lists given by the caller or another query, and the line of
/// ancestors.
const GIVEN: [&str; 4] = ["json_each", "CONSTANT", "given", "up"];

/// Statements that sort, or read rows without a LIMIT, and why that does not grow.
const BOUNDED: &[(&str, &str)] = &[
    ("WITH RECURSIVE up", "a comment has at most 1,000 ancestors"),
    ("SELECT id FROM comment WHERE thread_id = ?1 AND source_id = ?2", "unique"),
    ("SELECT id FROM flag WHERE comment_id = ?1 AND user_id = ?2 AND state = 'open'", "unique"),
    ("SELECT u.id, u.login, u.display_name, u.show_presence, u.created_ms, u.email, u.password_hash", "unique"),
    ("SELECT reason, open,", "one for each reason"),
    ("SELECT site_id, role FROM role", "one for each site"),
    ("SELECT s.key, r.role FROM role r", "one for each site"),
    (
        "SELECT id, key, title, explicit_threads, policy_url FROM site WHERE key > ?2 AND id",
        "one for each role of a person",
    ),
    ("SELECT origin FROM site_origin", "what is registered by hand"),
    ("SELECT version, body, body_html, written_ms FROM revision", "edits end with the edit window"),
    ("SELECT removed_by, reason, hidden FROM thread_hidden", "one for each remover and reason"),
    ("SELECT DISTINCT s.key, t.key FROM", "the threads of what one decision is aimed at"),
    ("SELECT kind, site_id, until_ms FROM sanction", "what stands against one person"),
    ("SELECT seq, at_ms, kind, thread_id,", "what this process has not heard yet, read after each commit"),
];

/// Everything that serves requests or is done in the background beside them.
fn serve(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    people(tx)?;
    tree(tx)?;
    lists(tx)?;
    moderation(tx)?;
    rest(tx)
}

fn people(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    let site = Site { id: SITE, key: "s".into(), title: "S".into(), explicit_threads: false, policy_url: None };
    tx.site_insert(&site, NOW)?;
    tx.site_by_key("s")?;
    tx.site_by_id(SITE)?;
    tx.sites_after("", 50)?;
    tx.sites_of_after(&[SITE], "", 50)?;
    tx.site_update(&site)?;
    tx.site_two_persons(SITE)?;
    tx.site_set_two_persons(SITE, TwoPersons::default())?;
    tx.origin_insert(SITE, "https://a.example")?;
    tx.origins_of(SITE)?;
    tx.origin_delete(SITE, "https://b.example")?;
    tx.user_insert(&NewUser {
        id: ALICE,
        login: Login::parse("alice").unwrap(),
        display_name: DisplayName::parse("Alice").unwrap(),
        email: None,
        password_hash: None,
        created_ms: NOW,
    })?;
    tx.user_own(ALICE)?;
    tx.user_by_login_key("alice")?;
    tx.user_by_email("a@example.org")?;
    tx.users_by_id(&[ALICE])?;
    tx.users_by_beginning("al", 50)?;
    tx.user_set_password(ALICE, "hash")?;
    tx.user_set_profile(ALICE, None, None, None)?;
    tx.user_set_seen(ALICE, NOW)?;
    tx.role_set(ALICE, Grant { site: Some(SITE), role: Role::Moderator }, NOW)?;
    tx.roles_of(ALICE)?;
    tx.roles_named(ALICE)?;
    tx.role_remove(ALICE, Some(SITE))?;
    tx.session_insert(&Session {
        id: SESSION,
        user_id: ALICE,
        scope: Scope::Full,
        client: Client::Native,
        agent: None,
        created_ms: NOW,
        used_ms: NOW,
        expires_ms: NOW,
        ended_ms: None,
    })?;
    tx.session_by_id(SESSION)?;
    tx.sessions_of(ALICE, NOW)?;
    tx.session_use(SESSION, NOW)?;
    tx.refresh_insert(b"r", SESSION, NOW)?;
    tx.refresh_by_hash(b"r")?;
    tx.refresh_spend(b"r", NOW)?;
    tx.code_insert(b"c", SESSION, "https://a.example", NOW)?;
    tx.code_take(b"c")?;
    tx.session_end(SESSION, NOW)?;
    tx.session_end_others(ALICE, None, NOW)?;
    tx.signing_key_insert("k", &[0; 32], NOW)
}

fn tree(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    let new = NewThread { id: THREAD, site_id: SITE, key: "t".into(), title: None, url: None, created_ms: NOW };
    tx.thread_insert(&new)?;
    let thread: Thread = tx.thread_by_key(SITE, "t")?.unwrap();
    tx.thread_by_id(THREAD)?;
    tx.threads_by_id(&[THREAD])?;
    tx.thread_update(&Thread { state: ThreadState::Open, ..thread })?;
    tx.thread_add(THREAD, &ThreadDelta { published: 2, visible_roots: 1, ..ThreadDelta::default() })?;
    tx.thread_add_flagged(THREAD, 0)?;
    tx.thread_waiting(THREAD)?;
    tx.thread_counts(SITE, r#"["t"]"#)?;
    tx.thread_pinned(THREAD)?;
    let root = Path::root(1);
    let reply = root.child(1).unwrap();
    let author = tx.users_by_id(&[ALICE])?.remove(0);
    for (id, parent_id, path) in [(ROOT, None, &root), (REPLY, Some(ROOT), &reply)] {
        let comment = Comment {
            id,
            site_id: SITE,
            thread_id: THREAD,
            parent_id,
            ordinal: 1,
            path: path.clone(),
            author: Some(author.clone()),
            disposition: Disposition::new(None),
            body: "b".into(),
            body_html: "b".into(),
            created_ms: NOW,
            edited_ms: None,
            version: 1,
            up: 0,
            down: 0,
            reply_count: 0,
            visible_children: 0,
        };
        tx.comment_insert(&comment, None)?;
    }
    tx.comment_add_below(ROOT, &Below { given: 1, published: 1, visible: 1 })?;
    tx.comment_by_source(THREAD, "x")?;
    let comment = tx.comment_by_id(ROOT)?.unwrap();
    tx.comments_by_id(&[ROOT])?;
    tx.item_by_id(ROOT)?;
    tx.items_above(REPLY)?;
    tx.revision_insert(&comment)?;
    tx.revisions_of(ROOT)?;
    let mut hidden = comment.clone();
    (hidden.disposition.state, hidden.visible_children) = (State::Hidden, 0);
    tx.comment_update(&hidden)?;
    // a tombstone that goes out of view
    tx.comment_add_below(ROOT, &Below { visible: -1, ..Below::default() })?;
    tx.comment_add_below(ROOT, &Below { visible: 1, ..Below::default() })?;
    tx.comment_update(&comment)?;
    tx.comment_set_text_hash(&comment)?;
    tx.vote_put(ROOT, ALICE, 1)?;
    tx.vote_get(ROOT, ALICE)?;
    tx.votes_among(ALICE, &[ROOT])?;
    tx.vote_delete(ROOT, ALICE)?;
    tx.comment_add_votes(ROOT, 0, 0)?;
    Ok(())
}

fn lists(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    let from = |after| Next { after, remaining: 1 };
    for sort in Sort::ALL.iter().copied() {
        for (parent, at) in [(None, None), (Some(ROOT), Some(&Path::root(1)))] {
            let level = Level { thread: THREAD, parent };
            for after in [None, Some(Position { ordinal: 1, score: 0 })] {
                // so few that not all was read ahead
                let cut = Cut { sort, limit: 1, depth: 6, per_parent: 20 };
                Reader::start(tx, level, at, from(after), cut)?.siblings(level, sort, after, 50)?;
            }
        }
    }
    let below = Path::root(1);
    tx.stands_below(THREAD, below.as_bytes(), &below.subtree_end(), 50)?;
    tx.stands_by((ALICE, SITE, State::Published), (NOW, 0), NOW, 50)?;
    tx.stands_alike(SITE, 1, ROOT, 50)?;
    tx.text_hash_of(ROOT)?;
    for filter in [
        CommentFilter::Author(ALICE),
        CommentFilter::AuthorOnSite(ALICE, SITE),
        CommentFilter::AuthorInThread(ALICE, THREAD),
        CommentFilter::Site(SITE),
        CommentFilter::Thread(THREAD),
    ] {
        tx.comment_list(filter, State::ALL, Some((NOW, 0)), 50)?;
    }
    tx.comment_own_recent(THREAD, ALICE, NOW)?;
    tx.comment_authors_showing(THREAD, &[ALICE])?;
    tx.record_move_comment(ALICE, SITE, None, State::Published)?;
    tx.record_add_flags(&[ALICE], SITE, FlagState::Upheld, 1)?;
    tx.record_of(ALICE, SITE)?;
    Ok(())
}

fn moderation(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    let flag = Flag {
        id: FLAG,
        comment_id: ROOT,
        user_id: ALICE,
        reason: Reason::Spam,
        note: Some("n".into()),
        state: FlagState::Open,
        outcome: None,
        created_ms: NOW,
    };
    tx.flag_insert(&flag, SITE, FlagWeight { precision: 500, on_own_reply: false })?;
    tx.flag_by_id(FLAG)?;
    tx.flag_open(ROOT, ALICE)?;
    tx.flags_open(ROOT)?;
    tx.flags_of(ALICE, None, 50)?;
    tx.flags_of_on(ALICE, SITE, None, 50)?;
    tx.flags_weighed(ROOT, FLAGS_WEIGHED)?;
    tx.flags_open_among(ALICE, &[ROOT])?;
    tx.flag_groups(&[ROOT])?;
    let waiting =
        Waiting { flagged: true, reasons: Reason::Spam.bit(), is_visible: true, first_ms: NOW, ..Waiting::default() };
    let comment = tx.comment_by_id(ROOT)?.unwrap();
    tx.queue_put(&comment, None, &waiting)?;
    tx.queue_put(&comment, Some(&waiting), &waiting)?;
    tx.queue_get(ROOT)?;
    tx.queue_others(ROOT)?;
    tx.site_add_waiting(SITE, Waits::default())?;
    tx.site_waiting(SITE)?;
    tx.decisions_proposed(SITE, 9)?;
    tx.queue_walk(SITE, "all", Some(QueuePlace { rank: 0, comment_id: ROOT }), 50)?;
    let lease =
        Lease { id: ClaimId(10), token: "t".into(), site_id: SITE, user_id: ALICE, expires_ms: NOW, has_ended: false };
    tx.claim_insert(&lease)?;
    tx.claim_by_id(lease.id)?;
    tx.claim_by_token("t")?;
    tx.claim_set_expiry(lease.id, NOW + 1)?;
    tx.claims_run_out(SITE, NOW, 8)?;
    tx.queue_free(SITE, "all", None, 50)?;
    tx.queue_take(&lease, &[ROOT])?;
    tx.queue_of_claim(lease.id, 50)?;
    tx.queue_holders(&[ROOT], NOW)?;
    tx.claim_end(lease.id)?;
    tx.queue_delete(ROOT)?;
    let decision = Decision {
        id: DECISION,
        site_id: SITE,
        at_ms: NOW,
        actor_id: Some(ALICE),
        act: Act::Dismiss,
        reach: Reach::Comment,
        reason: None,
        note: None,
        public_text: None,
        undoes: None,
        undone_by: None,
        course: Course::of(1),
    };
    tx.decision_insert(&decision)?;
    tx.decision_set_course(&decision)?;
    tx.decision_running(DecisionId(0))?;
    tx.decisions_of_site(SITE, Phase::Running, None, 50)?;
    tx.batch_insert(DECISION, 0, &[Aim { id: ROOT, version: 1, refused: None }])?;
    tx.batches_from(DECISION, 0, 1)?;
    tx.batch_delete(DECISION, 0)?;
    tx.batches_delete(DECISION)?;
    let stands = Box::new(Disposition::new(None));
    let fate = Fate::Applied { before: stands.clone(), after: stands };
    tx.target_insert(
        DECISION,
        0,
        &Target { comment_id: ROOT, version: Some(1), past: None, waited_ms: Some(5), fate },
    )?;
    tx.decision_by_id(DECISION)?;
    Key::comment(ROOT).and(Key::flag(FLAG)).and(Key::decision(DECISION)).look_up(tx)?;
    tx.targets_after(DECISION, -1, 50)?;
    tx.targets_applied_after(DECISION, -1, 50)?;
    tx.targets_applied_before(DECISION, 9, 50)?;
    tx.targets_refused(DECISION, 50)?;
    tx.decision_last(ROOT)?;
    tx.decisions_past(&[DECISION])?;
    tx.flag_settlement_insert(ROOT, FlagState::Dismissed, DECISION)?;
    tx.flags_settle(ROOT, FlagState::Dismissed, DECISION)?;
    tx.flags_reopen(ROOT, DECISION)?;
    tx.flag_withdraw(FLAG)?;
    tx.flags_resettle(ROOT, DECISION)?;
    notices(tx)?;
    tx.decision_set_undone(DECISION, None)?;
    tx.decisions_undoing(DECISION)?;
    tx.queue_since(&[ROOT])?;
    tx.stats_made(SITE, 50)?;
    tx.stats_waited(&[DECISION])?;
    tx.stats_overturned(SITE, 50)?;
    tx.stats_flags(&[DECISION])?;
    tx.stats_oldest_free(SITE, NOW)?;
    tx.stats_decided(SITE, (NOW, NOW + 1), 50)?;
    tx.stats_flagged(SITE, (NOW, NOW + 1), 50)?;
    tx.stats_ruled(SITE, (NOW, NOW + 1), 50)?;
    tx.stats_waits(SITE, (NOW, NOW + 1), 50)?;
    tx.comment_erase(ROOT, NOW)?;
    tx.revisions_delete(ROOT)?;
    tx.flags_erase_notes(ROOT)?;
    tx.log_purge(ROOT, DECISION, NOW)?;
    tx.decisions_erase_texts(ROOT, DECISION)?;
    tx.entry_insert(ENTRY, DECISION, ROOT, (ALICE, Party::Owner), NOW)?;
    tx.entries_of(ALICE, None, 50)?;
    tx.sanction_insert(&Sanction {
        id: SanctionId(11),
        decision_id: DECISION,
        user_id: ALICE,
        kind: SanctionKind::Mute,
        site: Some((SITE, "s".into())),
        until_ms: None,
        reason: Reason::Spam,
        public_text: None,
        created_ms: NOW,
        lifted_ms: None,
    })?;
    tx.two_persons_for_bans()?;
    tx.sanction_by_id(SanctionId(11))?;
    tx.sanction_of_decision(DECISION)?;
    tx.sanctions_on(ALICE, SITE, None, 50)?;
    tx.sanctions_anywhere(ALICE, None, 50)?;
    tx.sanctions_standing(ALICE, NOW)?;
    tx.sanction_set_lifted(SanctionId(11), None)?;
    tx.entry_insert_on_person(EntryId(12), DECISION, SanctionId(11), ALICE, NOW)?;
    tx.entries_on_site(ALICE, SITE, 50)?;
    let (id, author) = (NoteId(13), tx.users_by_id(&[ALICE])?.remove(0));
    tx.note_insert(&Note { id, user_id: ALICE, site_id: SITE, author, text: "n".into(), created_ms: NOW })?;
    tx.note_by_id(id)?;
    tx.notes_on(ALICE, SITE, None, 50)?;
    tx.entry_by_id(ENTRY)?;
    accounting(tx)?;
    tx.log_append(&LogEntry {
        chain: Chain::Site(SITE),
        at_ms: NOW,
        actor_id: Some(ALICE),
        action: "dismiss".into(),
        target: "decision:8".into(),
        reason_code: None,
        before: None,
        after: None,
        note: None,
        salt: [0; 16],
    })?;
    tx.log_head(Chain::Site(SITE))?;
    tx.log_page(Chain::Site(SITE), None, 50)?;
    tx.log_of_after(Chain::Site(SITE), 0, 50)?;
    tx.log_chain_after(None)?;
    tx.log_hash_at(Chain::Site(SITE), 9)?;
    tx.log_purges(Chain::Site(SITE), &[NOW])?;
    tx.log_lacks(SITE, 50)?;
    Ok(())
}

fn notices(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    let notice = Notice {
        id: NoticeId(11),
        comment_id: ROOT,
        category: Reason::Illegal,
        explanation: "e".into(),
        contact: Some(Contact { name: "n".into(), email: "a@example.org".into() }),
        state: FlagState::Open,
        outcome: None,
        created_ms: NOW,
        due_ms: NOW,
    };
    tx.notice_insert(&notice, SITE, &[1; 32])?;
    tx.notice_by_id(notice.id)?;
    tx.notice_walk(SITE, (0, 0), NOW, 50)?;
    tx.notice_by_hash(&[1; 32])?;
    tx.notices_open(ROOT, 20)?;
    tx.notice_is_open(ROOT, Reason::Illegal)?;
    tx.notices_erase_texts(ROOT)?;
    tx.sample_insert(ROOT, SITE, NOW)?;
    tx.settlement_insert(ROOT, FlagState::Dismissed, DECISION)?;
    tx.settlement_is_there(ROOT, DECISION)?;
    tx.notices_settle(ROOT, FlagState::Dismissed, (DECISION, NOW))?;
    tx.notices_reopen(ROOT, DECISION)?;
    tx.notices_resettle(ROOT, (DECISION, NOW))?;
    tx.sample_settle(ROOT, FlagState::Dismissed, DECISION)?;
    tx.sample_reopen(ROOT, DECISION)?;
    tx.sample_resettle(ROOT, DECISION)?;
    tx.sample_withdraw(ROOT)?;
    tx.sample_count_add(SITE, 1, FlagState::Dismissed, 1)?;
    tx.sample_counts(SITE, 24)?;
    Ok(())
}

fn accounting(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    tx.statement_insert(&Facts {
        entry_id: ENTRY,
        site_id: SITE,
        at_ms: NOW,
        restriction: Restriction::Hidden,
        until_ms: None,
        reason: Some(Reason::Spam),
        origin: Origin::Flag,
        detected_by: Means::People,
        decided_by: Means::People,
        content_ms: NOW,
    })?;
    tx.statement_is_there(ENTRY)?;
    tx.statements_of(&[ENTRY])?;
    tx.statement_walk(SITE, (0, 0), NOW, 50)?;
    tx.target_of(DECISION, ROOT)?;
    tx.flag_dismissed(DECISION, ROOT, ALICE)?;
    tx.flag_reopen(FLAG)?;
    tx.flag_walk(SITE, (0, 0), NOW, 50)?;
    let appeal = Appeal {
        id: AppealId(11),
        entry_id: ENTRY,
        site_id: SITE,
        comment_id: Some(ROOT),
        state: AppealState::Open,
        text: "t".into(),
        answer: None,
        ruled_by: None,
        undo: None,
        created_ms: NOW,
        due_ms: NOW,
        decided_ms: None,
    };
    tx.appeal_insert(&appeal)?;
    tx.appeal_by_id(appeal.id)?;
    tx.appeals_of(&[ENTRY])?;
    tx.appeals_open(SITE, (0, 0), 50)?;
    tx.appeals_decided(SITE, (NOW, 0), 50)?;
    tx.appeal_walk(SITE, (0, 0), NOW, 50)?;
    tx.appeal_rule(&appeal)?;
    tx.appeal_extent(DECISION)?;
    tx.appeals_erase_texts(ROOT)?;
    Key::appeal(appeal.id).and(Key::entry(ENTRY)).look_up(tx)?;
    tx.thread_hidden_add(THREAD, "moderator", "spam", 1)?;
    tx.thread_hidden(THREAD)?;
    tx.thread_add_overturned(ROOT)?;
    tx.thread_overturned(THREAD)?;
    Ok(())
}

fn rest(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    tx.event_on_thread(EventKind::CommentVoted, THREAD, Some(ROOT), NOW)?;
    tx.event_on_session(SESSION, NOW)?;
    tx.event_on_user(EventKind::RolesChanged, ALICE, None, NOW)?;
    tx.event_on_site("{}", NOW)?;
    tx.event_last()?;
    tx.event_between(0, 9)?;
    tx.events_of_thread(THREAD, 0, 9)?;
    tx.claims_in_force(SITE, NOW, 200)?;
    let key = IdempotencyKey { scope: "s".into(), key: "k".into(), request_hash: [0; 32], since_ms: NOW };
    tx.idempotency_keep(&key, 1, NOW)?;
    tx.idempotency_claim(&key)?;
    tx.erase_deleted(NOW, NOW)?;
    tx.forget_keys(NOW)?;
    tx.forget_events(NOW)?;
    tx.forget_sessions(NOW)?;
    tx.forget_codes(NOW)?;
    tx.forget_claims(NOW)?;
    tx.forget_contacts(NOW)?;
    tx.forget_failures(NOW)?;
    let hash = [1; 32];
    tx.failure_by_hash(&hash)?;
    tx.failure_set(&hash, Failures { count: 1, last_ms: NOW })?;
    tx.failure_take_back(&hash)?;
    tx.failure_forget(&hash)?;
    tx.job_hold("job", 1, NOW, NOW)?;
    // an export, and the log's proof, walk everything in pages
    tx.threads_of(SITE, "")?;
    tx.comment_walk(THREAD, &[], 50)?;
    tx.log_after(0, 50)?;
    Ok(())
}

/// What is loaded once, at start, because each request must know it.
fn start(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    tx.sessions_ended_since(NOW)?;
    tx.users_seen_since(NOW)?;
    tx.roles_all()?;
    tx.sanctions_all(NOW)?;
    tx.origins_all()?;
    tx.signing_keys()?;
    Ok(())
}

/// `understory verify` recounts everything, and so scans everything, on a snapshot.
fn verify(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    tx.check_counters()?;
    tx.check_ranks()?;
    tx.check_paths()?;
    tx.check_fragments()?;
    tx.check_decisions()?;
    tx.check_integrity()?;
    tx.check_sizes()?;
    Ok(())
}

type Work = fn(&mut Tx<'_>) -> Result<(), StoreError>;

/// What runs in `work` on a fresh store, by the text of the statement on one line.
fn watched(work: Work) -> BTreeMap<String, Watched> {
    let directory = tempfile::tempdir().unwrap();
    drop(Store::open(&Options::at(directory.path())).unwrap());
    let (watch, file) = (Watch::default(), directory.path().join(FILE));
    let mut driver = watch.over(|| Sqlite::open(&file, Duration::from_secs(1), Use::Write)).unwrap();
    work(&mut Tx::new(&mut driver)).unwrap();
    watch.seen().into_iter().map(|(sql, watched)| (line(sql), watched)).collect()
}

fn line(sql: &str) -> String {
    sql.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Why a statement may take longer as the store grows.
fn faults(sql: &str, plan: &[String]) -> Vec<String> {
    let allowed = |name: &str| SMALL.contains(&name) || GIVEN.contains(&name);
    let bounded = BOUNDED.iter().any(|(of, _)| sql.contains(of));
    let mut found = Vec::new();
    for step in plan {
        let words: Vec<&str> = step.split_whitespace().collect();
        match words.as_slice() {
            ["SCAN", name, ..] if !allowed(name) => found.push(format!("scans {name}")),
            ["USE", "TEMP", "B-TREE", ..] if !bounded => found.push("sorts".into()),
            _ if step.contains("AUTOMATIC") => found.push("builds an index".into()),
            _ => {}
        }
    }
    let unique = |step: &String| step.contains("(rowid=?)") || step.contains("INDEX sqlite_autoindex");
    let one_row = plan.first().is_some_and(|step| unique(step) && !step.contains(['<', '>']));
    let ends = ["LIMIT", "IN EACH_", "SELECT MAX("].iter().any(|end| sql.contains(end));
    if sql.starts_with("SELECT") && !(bounded || one_row || ends) {
        found.push("has no LIMIT".into());
    }
    found.into_iter().map(|fault| format!("{fault}: {sql}")).collect()
}

#[test]
fn no_statement_scans_sorts_or_lists_without_bound() {
    let found: Vec<String> = watched(serve).iter().flat_map(|(sql, w)| faults(sql, &w.plan)).collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
    let unused = BOUNDED.iter().find(|(of, _)| !watched(serve).keys().any(|sql| sql.contains(of)));
    assert_eq!(unused, None, "an exception for a statement that is gone");
}

/// An index that no statement uses costs each write for nothing.
#[test]
fn every_index_is_used() {
    let plans: Vec<String> = [serve as Work, start].into_iter().flat_map(watched).flat_map(|(_, w)| w.plan).collect();
    let indexes = include_str!("../../schema.sql").lines().filter_map(|line| line.split_once("INDEX "));
    let names = indexes.filter_map(|(_, rest)| Some(rest.split(' ').next()?.trim_matches('"')));
    let unused: Vec<&str> =
        names.filter(|name| !plans.iter().any(|step| step.split(' ').any(|word| word == *name))).collect();
    assert_eq!(unused, Vec::<&str>::new());
}

#[test]
fn a_scan_a_sort_and_a_list_without_end_are_found() {
    let bad: Work = |tx| {
        tx.exists("SELECT 1 FROM comment WHERE body = ?1 LIMIT 1", values!["x"])?;
        tx.exists("SELECT id FROM comment WHERE thread_id = ?1 ORDER BY score LIMIT 9", values![1])?;
        tx.exists("SELECT id FROM comment WHERE thread_id = ?1 AND state = ?2", values![1, "held"])?;
        tx.exists("SELECT c.id FROM comment c JOIN vote v ON v.value = c.score WHERE c.id = ?1 LIMIT 9", values![1])?;
        tx.exists("SELECT 1 FROM site WHERE title = ?1 LIMIT 1", values!["x"]).map(drop)
    };
    let found: Vec<String> = watched(bad).iter().flat_map(|(sql, w)| faults(sql, &w.plan)).collect();
    let words: BTreeSet<&str> = found.iter().filter_map(|fault| fault.split(':').next()).collect();
    assert_eq!(words, BTreeSet::from(["has no LIMIT", "scans comment", "scans v", "sorts"]), "{found:#?}");
}

#[test]
fn plans_are_as_reviewed() {
    let mut text = String::new();
    for (title, work) in [("serve", serve as Work), ("start", start), ("verify", verify)] {
        text += &format!("# {title}\n\n");
        for (sql, watched) in watched(work) {
            text += &format!("{sql}\n");
            watched.plan.iter().for_each(|step| text += &format!("    {step}\n"));
        }
        text += "\n";
    }
    insta::assert_snapshot!(text);
}

/// Every piece of SQL in the table files is in a statement that ran above: none is left out of the
/// plans. A piece that begins a statement must begin one that ran.
#[test]
fn every_statement_has_its_plan() {
    let ran: Vec<String> =
        [serve as Work, start, verify].into_iter().flat_map(|work| watched(work).into_keys()).collect();
    let folder = FilePath::new(env!("CARGO_MANIFEST_DIR")).join("src/store");
    let (mut pieces, mut missing) = (0, Vec::new());
    for file in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        // the schema is looked at once, when a store is opened
        if !name.ends_with(".rs") || ["plans.rs", "schema.rs"].contains(&name.as_str()) {
            continue;
        }
        let text = fs::read_to_string(&file).unwrap();
        if !text.contains("Tx<'_> {") {
            continue;
        }
        for piece in literals(&text).iter().map(|piece| line(piece)).filter(|piece| is_sql(piece)) {
            pieces += 1;
            let begins = VERBS.iter().any(|verb| piece.starts_with(verb));
            if !ran.iter().any(|sql| if begins { sql.starts_with(&piece) } else { sql.contains(&piece) }) {
                missing.push(format!("{name}: {piece}"));
            }
        }
    }
    assert!(pieces > 100, "the statements were found");
    assert!(missing.is_empty(), "call these in `serve`, `start` or `verify`:\n{}", missing.join("\n"));
}

const VERBS: [&str; 6] = ["SELECT ", "INSERT ", "UPDATE ", "DELETE ", "WITH ", "PRAGMA "];

fn is_sql(text: &str) -> bool {
    let clause = ["FROM ", "WHERE ", "AND ", "ORDER BY ", "LIMIT "].iter().any(|word| text.contains(word));
    clause || VERBS.iter().any(|verb| text.starts_with(verb)) || text.contains("= ?")
}

/// The string literals of a source file, up to its tests.
fn literals(source: &str) -> Vec<String> {
    let body = source.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    let code: Vec<&str> = body.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    code.join("\n").replace("\\\"", "'").split('"').skip(1).step_by(2).map(str::to_owned).collect()
}
