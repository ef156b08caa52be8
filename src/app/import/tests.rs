use super::*;
use crate::app::verify::verify;
use crate::config::Settings;
use crate::database::Database;
use crate::domain::thread::Site;
use crate::store::{Key, Options, Store};

const FILE: &str = r#"{"article": {"key": "mill", "title": "The mill", "url": "https://paper.example/mill", "words": 9},
 "comments": [
  {"login": "Ann", "display_name": "Ann B.", "created_at": "2024-05-01T10:00:00Z", "body": "first *one*", "position": 1,
   "replies": [
    {"login": "боб", "display_name": "Боб", "created_at": "2024-05-01T12:00:00.250+02:00", "body": "earlier reply"},
    {"login": "ann", "display_name": "Ann", "created_at": "2024-05-01T10:02:00Z", "body": "another Ann", "position": 2}]},
  {"login": "x", "display_name": "X", "created_at": "2024-05-01T10:03:00Z", "body": "bad login",
   "replies": [{"login": "Ann", "created_at": "2024-05-01T10:04:00Z", "body": "goes with it"}]},
  {"login": "Ann", "created_at": "2024-05-01T10:05:00Z", "body": "  "},
  {"login": "Ann", "created_at": "yesterday", "body": "when?"},
  {"id": "s1", "login": "Ann", "created_at": "2024-05-01T10:06:00Z", "body": "spam", "state": "hidden",
   "replies": [{"id": "s2", "login": "боб", "created_at": "2024-05-01T10:07:00Z", "body": "why?"}]},
  {"id": "s2", "login": "Ann", "created_at": "2024-05-01T10:08:00Z", "body": "same id"},
  {"login": "Ann", "created_at": "2024-05-01T10:09:00Z", "body": "waits", "state": "held"},
  {"login": "Ann", "created_at": "2024-05-01T10:10:00Z", "body": "gone", "state": "deleted"}]}"#;

async fn app(directory: &tempfile::TempDir, database: &Database) -> App {
    let options = Options { url: database.url.clone(), ..Options::at(directory.path()) };
    let store = Store::open(&options).unwrap();
    let clock: crate::app::Clock = Arc::new(|| 1_750_000_000_000);
    let app = App::start(store, Settings::default(), "http://127.0.0.1:1".into(), clock).await.unwrap();
    app.store
        .write("site", Key::free(), |tx| {
            for (id, key) in [(1, "one"), (2, "two")] {
                let title = key.to_owned();
                let site = Site { id: SiteId(id), key: key.into(), title, explicit_threads: false, policy_url: None };
                tx.site_insert(&site, 1)?;
            }
            Ok::<_, Error>(())
        })
        .await
        .unwrap();
    app
}

async fn exported(app: &App, site: &str, thread: &str) -> String {
    let mut out = Vec::new();
    app.export(site, Some(thread), &mut out).await.unwrap();
    String::from_utf8(out).unwrap()
}

async fn assert_sound(app: &App) {
    assert_eq!(verify(&app.store).await.unwrap().differences, []);
}

#[tokio::test]
async fn keeps_what_it_can_and_says_what_it_cannot() {
    let directory = tempfile::tempdir().unwrap();
    let database = Database::new();
    let app = app(&directory, &database).await;
    let dry = app.import("one", FILE.as_bytes(), true).await.unwrap();
    let report = app.import("one", FILE.as_bytes(), false).await.unwrap();
    assert_eq!(dry, report);
    assert!(report.thread_made);
    assert_eq!((report.made, report.known, report.people_made), (7, 0, 3));
    let skipped: Vec<_> = report.skipped.iter().map(|row| row.place.as_str()).collect();
    assert_eq!(skipped, ["2", "2.1", "3", "4", "6"]);
    assert!(report.skipped[0].reason.starts_with("login:"), "{:?}", report.skipped);
    assert_eq!(report.skipped[1].reason, WITHOUT_PARENT);
    assert!(report.notes[0].contains("`ann-2`"), "{:?}", report.notes);
    assert_eq!(report.unknown, BTreeMap::from([("position".into(), 2), ("words".into(), 1)]));
    assert_sound(&app).await;
}

#[tokio::test]
async fn a_second_run_changes_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let database = Database::new();
    let app = app(&directory, &database).await;
    app.import("one", FILE.as_bytes(), false).await.unwrap();
    let before = exported(&app, "one", "mill").await;
    let sizes = verify(&app.store).await.unwrap().summary;
    let again = app.import("one", FILE.as_bytes(), false).await.unwrap();
    assert_eq!((again.made, again.known, again.people_made, again.thread_made), (0, 7, 0, false));
    assert_eq!(exported(&app, "one", "mill").await, before);
    // nor does an export that comes home
    let home = app.import("one", before.as_bytes(), false).await.unwrap();
    assert_eq!((home.made, home.known, home.skipped.len()), (0, 5, 0), "{before}");
    assert_eq!(verify(&app.store).await.unwrap().summary, sizes);
    // a reply that is new finds its known parent
    let more = FILE.replace(
        r#""body": "earlier reply"}"#,
        r#""body": "earlier reply",
        "replies": [{"login": "Ann", "created_at": "2024-06-01T00:00:00Z", "body": "later"}]}"#,
    );
    let more = app.import("one", more.as_bytes(), false).await.unwrap();
    assert_eq!((more.made, more.known), (1, 7));
    assert_sound(&app).await;
}

#[tokio::test]
async fn an_export_shows_what_readers_see_and_reads_back_equal() {
    let directory = tempfile::tempdir().unwrap();
    let database = Database::new();
    let app = app(&directory, &database).await;
    app.import("one", FILE.as_bytes(), false).await.unwrap();
    let text = exported(&app, "one", "mill").await;
    for secret in ["spam", "waits", "gone"] {
        assert!(!text.contains(secret), "{text}");
    }
    let document = Document::parse(text.as_bytes()).unwrap();
    assert_eq!(document.article.title.as_deref(), Some("The mill"));
    assert_eq!(document.article.url.as_deref(), Some("https://paper.example/mill"));
    let rows: Vec<_> = document
        .comments
        .iter()
        .map(|node| {
            (node.depth, node.login.as_deref(), node.created_at.as_deref().unwrap(), node.body.as_deref().unwrap())
        })
        .collect();
    assert_eq!(
        rows,
        [
            (1, Some("Ann"), "2024-05-01T10:00:00Z", "first *one*"),
            (2, Some("боб"), "2024-05-01T10:00:00.250Z", "earlier reply"),
            (2, Some("ann-2"), "2024-05-01T10:02:00Z", "another Ann"),
            (1, None, "2024-05-01T10:06:00Z", ""),
            (2, Some("боб"), "2024-05-01T10:07:00Z", "why?"),
        ]
    );
    assert_eq!(document.comments[3].state.as_deref(), Some("hidden"));
    // and once more on another site: the same but for the ids
    app.import("two", text.as_bytes(), false).await.unwrap();
    let there = Document::parse(exported(&app, "two", "mill").await.as_bytes()).unwrap();
    let plain = |document: &Document| -> Vec<_> {
        document.comments.iter().cloned().map(|node| crate::transfer::native::Node { id: None, ..node }).collect()
    };
    assert_eq!(plain(&there), plain(&document));
    assert_sound(&app).await;
    let mut lines = Vec::new();
    app.export("two", None, &mut lines).await.unwrap();
    assert_eq!(lines.iter().filter(|byte| **byte == b'\n').count(), 1);
}

#[tokio::test]
async fn a_chain_of_5000_is_kept_down_to_the_deepest_level() {
    let directory = tempfile::tempdir().unwrap();
    let database = Database::new();
    let app = app(&directory, &database).await;
    let open = r#"{"login":"Ann","created_at":"2024-05-01T10:00:00Z","body":"b","replies":["#.repeat(5_000);
    let file = format!(r#"{{"article":{{"key":"deep"}},"comments":[{open}{}]}}"#, "]}".repeat(5_000));
    let report = app.import("one", file.as_bytes(), false).await.unwrap();
    assert_eq!((report.made, report.skipped.len()), (1_000, 4_000));
    assert!(report.skipped[0].place.ends_with("(level 1001)"), "{}", report.skipped[0].place);
    let again = app.import("one", file.as_bytes(), false).await.unwrap();
    assert_eq!((again.made, again.known), (0, 1_000));
    let document = Document::parse(exported(&app, "one", "deep").await.as_bytes()).unwrap();
    assert_eq!(document.comments.last().map(|node| node.depth), Some(1_000));
    assert_sound(&app).await;
}

#[tokio::test]
async fn refuses_what_it_cannot_begin_with() {
    let directory = tempfile::tempdir().unwrap();
    let database = Database::new();
    let app = app(&directory, &database).await;
    for (site, file, said) in [
        ("none", r#"{"article":{"key":"k"},"comments":[]}"#, "site add none"),
        ("one", r#"{"article":{"key":"a b"},"comments":[]}"#, "is no key"),
        ("one", "{", "not a native thread document"),
    ] {
        let error = app.import(site, file.as_bytes(), false).await.unwrap_err().to_string();
        assert!(error.contains(said), "{error}");
    }
    let link = r#"{"article":{"key":"k","url":"javascript:alert(1)"},"comments":[]}"#;
    let report = app.import("one", link.as_bytes(), false).await.unwrap();
    assert_eq!((report.thread_made, report.notes.len()), (true, 1));
    assert!(!exported(&app, "one", "k").await.contains("javascript"));
}

#[tokio::test]
async fn housekeeping_erases_what_was_deleted_long_ago_and_nothing_else() {
    let directory = tempfile::tempdir().unwrap();
    let database = Database::new();
    let app = app(&directory, &database).await;
    app.import("one", FILE.as_bytes(), false).await.unwrap();
    let before = exported(&app, "one", "mill").await;
    app.housekeep().await.unwrap();
    app.presence.saw(crate::domain::ids::UserId(1), app.now_ms());
    app.share_presence().await.unwrap();
    assert_eq!(exported(&app, "one", "mill").await, before);
    let thread = app.store.read("thread", |tx| tx.thread_by_key(SiteId(1), "mill")).await.unwrap().unwrap();
    let all = app.store.read("all", move |tx| tx.comment_walk(thread.id, &[], 100)).await.unwrap();
    let empty: Vec<_> =
        all.iter().filter(|comment| comment.body.is_empty()).map(|comment| comment.created_ms).collect();
    assert_eq!(empty, [crate::transfer::native::time_ms("2024-05-01T10:10:00Z").unwrap()]);
    assert_sound(&app).await;
}
