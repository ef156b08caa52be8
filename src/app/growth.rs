//! Tests that no use-case takes longer as a thread, a person, a queue or the flags of a comment
//! grow: the steps of SQLite's machine that each takes are counted beside little and beside much.
//! Steps are the same on every machine, so nothing here is timed.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;

use super::aim::Select;
use super::appeal::Appealing;
use super::caller::Caller;
use super::claim::Wanted;
use super::decide::Decide;
use super::edit::Expected;
use super::notice::GiveNotice;
use super::post::Post;
use super::queue::{Narrow, QueueQuery};
use super::report::Period;
use super::rule::Rule;
use super::sanction::Impose;
use super::{App, Error};
use crate::config::Settings;
use crate::domain::appeal::Ruling;
use crate::domain::comment::State;
use crate::domain::decision::{Act, Reach};
use crate::domain::flag::Reason;
use crate::domain::ids::{CommentId, FlagId, SessionId, SiteId, ThreadId, UserId};
use crate::domain::permission::Role;
use crate::domain::queue::QueueKind;
use crate::domain::sanction::SanctionKind;
use crate::domain::session::Scope;
use crate::domain::tree::{Cut, Level, Sort};
use crate::domain::user::Grant;
use crate::store::watch::{FILLED_MS, Shape, Watch, analyse, fill};
use crate::store::{Options, Store, StoreError, Tx};

/// An hour after everything was written.
const NOW_MS: i64 = FILLED_MS + 3_600_000;
/// Items of a page.
const LIMIT: usize = 20;

/// The steps of each use-case, and in them of each statement.
type Steps = BTreeMap<String, BTreeMap<&'static str, i64>>;

/// An app over a store that holds much, and what it was seen to do.
struct World {
    app: Arc<App>,
    watch: Watch,
    steps: Steps,
    _directory: tempfile::TempDir,
}

impl World {
    async fn with(fill: impl Fn(&mut Tx<'_>) -> Result<(), StoreError>) -> World {
        let directory = tempfile::tempdir().unwrap();
        let (store, watch) = Store::watched(&Options::at(directory.path()), fill);
        let clock = Arc::new(|| NOW_MS);
        let app = App::start(store, Settings::default(), "https://c.example".into(), clock).await.unwrap();
        watch.take_steps();
        World { app: Arc::new(app), watch, steps: Steps::new(), _directory: directory }
    }

    /// Counts the steps of a use-case.
    async fn count<T>(&mut self, name: &str, done: impl Future<Output = Result<T, Error>>) -> T {
        self.watch.take_steps();
        let done = done.await.map_err(|error| format!("{name}: {error}")).unwrap();
        self.steps.insert(name.to_owned(), self.watch.take_steps());
        done
    }
}

fn caller(user: i64, role: Option<Role>) -> Caller {
    let grants = role.into_iter().map(|role| Grant { site: Some(SiteId(1)), role }).collect();
    Caller { user: UserId(user), session: SessionId(0), scope: Scope::Full, grants, sanctions: [].into() }
}

fn post(parent: Option<i64>) -> Post {
    let parent = parent.map(CommentId);
    Post { site: "s".into(), thread: "t".into(), body: "text".into(), parent, article: None, once: None }
}

fn decide(id: CommentId, version: i64, act: Act) -> Decide {
    Decide {
        targets: vec![(id, version)],
        select: None,
        reach: Reach::Comment,
        act,
        reason: Some(Reason::Spam),
        note: None,
        public_text: None,
        claim_token: None,
        dry_run: false,
        once: None,
    }
}

/// Holds that each use-case takes at most half as much again, and names the statements that grew.
fn assert_flat(little: &Steps, much: &Steps) {
    let sum = |steps: &BTreeMap<&str, i64>| steps.values().sum::<i64>();
    let mut grown = String::new();
    for (name, after) in much {
        let before = little.get(name).unwrap_or_else(|| panic!("{name} was done in one world only"));
        assert!(sum(before) > 0, "{name} was seen");
        if sum(after) * 2 > sum(before) * 3 {
            grown += &format!("{name}: from {} to {}\n", sum(before), sum(after));
            for (sql, steps) in after {
                grown += &format!("    from {} to {steps}: {sql}\n", before.get(sql).unwrap_or(&0));
            }
        }
    }
    assert!(grown.is_empty(), "{grown}");
}

/// What readers do, in a thread of comments all by the person who reads.
async fn reading(w: &mut World) {
    let app = Arc::clone(&w.app);
    let (alice, root) = (caller(1, None), CommentId(2));
    for sort in Sort::ALL.iter().copied() {
        let cut = Cut { sort, limit: LIMIT, depth: 6, per_parent: LIMIT };
        let page = |cursor| app.tree("s".into(), "t".into(), cursor, cut);
        let first = w.count(&format!("page by {}", sort.as_str()), page(None)).await;
        if let Some(next) = first.part.listing.next {
            let cursor = next.encode(Level { thread: ThreadId(1), parent: None }, sort);
            w.count(&format!("next page by {}", sort.as_str()), page(Some(cursor))).await;
        }
        w.count(&format!("replies by {}", sort.as_str()), app.replies(root, None, cut)).await;
    }
    w.count("thread", app.thread("s".into(), "t".into())).await;
    w.count("counts", app.counts("s".into(), vec!["t".into(), "u".into()])).await;
    w.count("comment", app.comment(Some(&alice), root)).await;
    w.count("context", app.context(root)).await;
    w.count("viewer", app.thread_viewer(&alice, "s".into(), "t".into(), vec![CommentId(1), root])).await;
    app.presence.saw(UserId(1), NOW_MS);
    w.count("presence", app.online_in("s".into(), "t".into())).await;
    w.count("sessions", app.sessions(&alice)).await;
    let mut next = [None, None, None, None];
    for page in ["first", "second"] {
        let [a, b, c, d] = next.clone().map(|cursor| (cursor, LIMIT));
        next = [
            w.count(&format!("{page} of a person's comments"), app.user_comments(UserId(1), a)).await.1,
            w.count(&format!("{page} of own comments"), app.own_comments(&alice, b)).await.1,
            w.count(&format!("{page} of own flags"), app.own_flags(&alice, c)).await.1,
            w.count(&format!("{page} of own decisions"), app.own_decisions(&alice, d)).await.1,
        ];
    }
}

/// What people write, beside much of the same kind.
async fn writing(w: &mut World, bottom: i64) {
    let app = Arc::clone(&w.app);
    let (alice, bob) = (caller(1, None), caller(3, None));
    let reply = w.count("reply", app.post(&alice, post(Some(bottom)))).await.made;
    w.count("post", app.post(&bob, post(None))).await;
    w.count("edit", app.edit(&alice, reply.id, "other".into(), Expected::Any)).await;
    w.count("delete", app.delete(&alice, reply.id)).await;
    // on the comment that everybody has voted on and flagged, save who comes new
    w.count("vote", app.vote(&bob, CommentId(1), -1)).await;
    w.count("vote back", app.vote(&bob, CommentId(1), 0)).await;
    w.count("withdraw", app.withdraw(&bob, FlagId(3))).await;
    w.count("flag", app.flag(&bob, CommentId(1), Reason::Spam, None, None)).await;
    w.count("first flag", app.flag(&bob, CommentId(bottom), Reason::Hate, None, None)).await;
}

/// What moderators do, beside a long queue.
async fn moderating(w: &mut World, bottom: i64) {
    let app = Arc::clone(&w.app);
    let mona = caller(2, Some(Role::Moderator));
    let of = |kind, reason| QueueQuery { reason, ..QueueQuery::of(kind) };
    for asked in [
        of(QueueKind::All, None),
        of(QueueKind::Flagged, Some(Reason::Other)),
        of(QueueKind::Flagged, Some(Reason::Hate)),
        of(QueueKind::Held, Some(Reason::Hate)),
        of(QueueKind::Notice, None),
        QueueQuery { author: Some(UserId(1)), ..of(QueueKind::All, None) },
        QueueQuery { thread: Some("t".into()), author: Some(UserId(1)), ..of(QueueKind::Flagged, None) },
    ] {
        let name = format!("queue of {asked:?}");
        let page = |cursor| app.queue(&mona, "s".into(), asked.clone(), (cursor, LIMIT));
        if let Some(next) = w.count(&name, page(None)).await.next {
            w.count(&format!("next {name}"), page(Some(next))).await;
        }
    }
    for thread in [None, Some("t".to_owned())] {
        for author in [None, Some(UserId(1)), Some(UserId(2))] {
            for state in [None, Some(State::Held), Some(State::Deleted)] {
                let narrow = Narrow { thread: thread.clone(), author, state };
                let name = format!("comments of {thread:?} {author:?} {state:?}");
                let page = |cursor| app.moderated_comments(&mona, "s".into(), narrow.clone(), (cursor, LIMIT));
                if let Some(next) = w.count(&name, page(None)).await.2 {
                    w.count(&format!("next {name}"), page(Some(next))).await;
                }
            }
        }
    }
    let wanted = |asked| Wanted::Next { asked, count: LIMIT };
    let claim = |asked| app.claim(&mona, "s".into(), wanted(asked), None, None);
    let claimed = w.count("claim", claim(of(QueueKind::All, None))).await.made;
    w.count("give back", app.give_back(&mona, claimed.lease.token)).await;
    let notice = GiveNotice {
        comment: CommentId(1),
        category: Reason::Illegal,
        explanation: "why".into(),
        name: None,
        email: None,
        once: None,
    };
    let receipt = w.count("notice", app.give_notice(notice)).await.made;
    w.count("state of a notice", app.notice(receipt.token)).await;
    w.count("people", app.find_people(&mona, "s".into(), "u".into())).await;
    w.count("settings", app.site_settings(&mona, "s".into())).await;
    w.count("reporter", app.reporter(&mona, UserId(1), "s".into(), (None, LIMIT))).await;
    w.count("history", app.history(&mona, UserId(1), "s".into())).await;
    let of = |kind| Impose {
        user: UserId(1),
        kind,
        site: Some("s".into()),
        until_ms: None,
        reason: Reason::Spam,
        note: None,
        public_text: None,
        once: None,
    };
    let made = w.count("sanction", app.sanction(&mona, of(SanctionKind::Mute))).await.made.sanction;
    w.count("lift", app.lift(&mona, made.id)).await;
    w.count("note", app.note(&mona, UserId(1), "s".into(), "n".into(), None)).await;
    let mut next = [None, None];
    for page in ["first", "second"] {
        let [a, b] = next.clone().map(|cursor| (cursor, LIMIT));
        next = [
            w.count(&format!("{page} of sanctions"), app.sanctions(&mona, UserId(1), Some("s".into()), a)).await.1,
            w.count(&format!("{page} of notes"), app.notes(&mona, UserId(1), "s".into(), b)).await.1,
        ];
    }
    let version = app.comment(Some(&mona), CommentId(bottom)).await.unwrap().comment.version;
    let hidden = w.count("hide", app.decide(&mona, decide(CommentId(bottom), version, Act::Hide))).await.made;
    w.count("undo", app.undo(&mona, hidden.decision.id)).await;
    w.count("decision", app.decision(&mona, hidden.decision.id)).await;
    let (author, site) = (UserId(2), "s".to_owned());
    let select = Select::Author { author, site, from_ms: None, to_ms: None };
    let nobodys = Decide { targets: Vec::new(), select: Some(select), ..decide(CommentId(bottom), 0, Act::Lock) };
    w.count("a person's comments, of whom there are none", app.decide(&mona, nobodys)).await;
    w.count("decisions", app.decisions(&mona, "s".into(), None, (None, LIMIT))).await;
    w.count("targets", app.decision_targets(&mona, hidden.decision.id, (None, LIMIT))).await;
    w.count("next step", app.go_on()).await;
    accounting(w, bottom).await;
    w.count("pin", app.decide(&mona, decide(CommentId(1), 1, Act::Unpin))).await;
}

/// What is told, appealed and ruled on.
async fn accounting(w: &mut World, bottom: i64) {
    let app = Arc::clone(&w.app);
    let (alice, mona, ada) = (caller(1, None), caller(2, Some(Role::Moderator)), caller(4, Some(Role::Moderator)));
    let version = app.comment(Some(&mona), CommentId(bottom)).await.unwrap().comment.version;
    app.decide(&mona, decide(CommentId(bottom), version, Act::Hide)).await.unwrap();
    let told = app.own_decisions(&alice, (None, LIMIT)).await.unwrap().0;
    // all of one moment, so in no order
    let entry = told.iter().find(|own| own.statement.as_ref().is_some_and(|s| s.in_force)).unwrap().entry.id;
    let appealing = Appealing { entry, text: "no".into(), once: None };
    let appeal = w.count("appeal", app.appeal(&alice, appealing)).await.made.appeal.id;
    let rule = Rule { appeal, ruling: Ruling::Overturned, answer: "right".into(), once: None };
    w.count("ruling", app.rule(&ada, rule)).await;
    let mut next = None;
    for page in ["first", "second"] {
        next = w.count(&format!("{page} of appeals"), app.appeals(&mona, Some("s".into()), (next, LIMIT))).await.next;
    }
    w.count("transparency", app.transparency("s".into(), "t".into())).await;
}

/// An export, a page of which is longer than the shortest store here.
async fn exporting(w: &mut World) {
    let (app, mona) = (Arc::clone(&w.app), caller(2, Some(Role::Moderator)));
    let period = Period { from_ms: FILLED_MS, to_ms: i64::MAX };
    let lines = w.count("statements", app.statements(&mona, Some("s".into()), period, None)).await;
    w.count("next statements", app.statements(&mona, Some("s".into()), period, lines.next)).await;
}

async fn everything(mut w: World) -> Steps {
    reading(&mut w).await;
    writing(&mut w, 2).await;
    moderating(&mut w, 2).await;
    exporting(&mut w).await;
    w.steps
}

/// A thread of roots, and everything else, 1,000 and 30,000 long; also where somebody has let
/// SQLite gather statistics, which this program never does.
#[actix_web::test]
async fn nothing_grows_with_a_thread_a_person_or_a_queue() {
    let little = everything(World::with(|tx| fill(tx, 1_000, Shape::Roots)).await).await;
    let much = everything(World::with(|tx| fill(tx, 30_000, Shape::Roots)).await).await;
    assert_flat(&little, &much);
    let analysed = World::with(|tx| fill(tx, 30_000, Shape::Roots).and_then(|()| analyse(tx))).await;
    assert_flat(&little, &everything(analysed).await);
}

/// Of the list that is walked nothing is what was asked for: the look ends all the same.
#[actix_web::test]
async fn what_is_rare_in_its_list_is_looked_for_in_so_many_places_only() {
    let mut steps = Vec::new();
    for count in [6_000, 24_000] {
        let mut w = World::with(|tx| fill(tx, count, Shape::Roots)).await;
        let (app, mona) = (Arc::clone(&w.app), caller(2, Some(Role::Moderator)));
        for asked in [
            QueueQuery { reason: Some(Reason::Other), ..QueueQuery::of(QueueKind::Held) },
            QueueQuery { thread: Some("t".into()), ..QueueQuery::of(QueueKind::Sample) },
            QueueQuery { from_ms: Some(NOW_MS), ..QueueQuery::of(QueueKind::All) },
        ] {
            let page = app.queue(&mona, "s".into(), asked.clone(), (None, LIMIT));
            let page = w.count(&format!("queue of {asked:?}"), page).await;
            assert!(page.items.is_empty() && page.next.is_some());
            let wanted = Wanted::Next { asked: asked.clone(), count: LIMIT };
            w.count(&format!("claim of {asked:?}"), app.claim(&mona, "s".into(), wanted, None, None)).await;
        }
        steps.push(w.steps);
    }
    assert_flat(&steps[0], &steps[1]);
}

/// One chain, 100 and 998 deep. A context is read whole: its steps are counted for each ancestor.
#[actix_web::test]
async fn nothing_grows_with_depth_save_a_context_by_its_ancestors() {
    let mut steps = Vec::new();
    for count in [100, 998] {
        let mut w = World::with(|tx| fill(tx, count, Shape::Chain)).await;
        reading(&mut w).await;
        writing(&mut w, count).await;
        moderating(&mut w, count).await;
        let app = Arc::clone(&w.app);
        let context = w.count("context at the bottom", app.context(CommentId(count))).await;
        assert_eq!(context.ancestors.len() as i64, count - 1);
        w.steps.get_mut("context at the bottom").unwrap().values_mut().for_each(|steps| *steps = *steps * 100 / count);
        steps.push(w.steps);
    }
    assert_flat(&steps[0], &steps[1]);
}

/// A use-case whose work depends on how much there is would be found.
#[test]
#[should_panic(expected = "page: from 100 to 151")]
fn what_grows_is_named() {
    let steps = |sum| Steps::from([("page".to_owned(), BTreeMap::from([("SELECT 1", sum)]))]);
    assert_flat(&steps(100), &steps(150));
    assert_flat(&steps(100), &steps(151));
}
