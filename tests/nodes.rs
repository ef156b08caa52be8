//! Several nodes on one PostgreSQL: what is done on one holds on the others, also where the events
//! of others cannot be read, the server restarts, or the answer to a commit is lost.
//!
//! The second node reaches the server by a line that the test can cut. On SQLite there is one node,
//! and nothing to test.

#![allow(clippy::unwrap_used, reason = "a failing test may panic anywhere")]

mod common;

use std::time::Duration;

use common::{PASSWORD, THREAD, World, id};
use serde_json::json;
use understory::domain::permission::Role;
use understory::store::Key;

/// How long what one node did may take to be seen on another. Asked is a second; a loaded machine
/// may take longer without being wrong.
const SOON: Duration = Duration::from_secs(10);

/// Two nodes and the line of the second; none without a server.
async fn two(sets: &[&str]) -> Option<(World, World, line::Line)> {
    let first = World::with(sets).await;
    if !first.database.is_server() {
        return None;
    }
    let line = line::Line::to(first.database.url.as_deref().unwrap()).await;
    let second = first.beside(line.url.clone(), sets).await;
    Some((first, second, line))
}

/// Waits until something is so.
async fn soon<F: Future<Output = bool>>(what: &str, is_so: impl Fn() -> F) {
    let begun = std::time::Instant::now();
    while !is_so().await {
        assert!(begun.elapsed() < SOON, "not yet: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn shows(world: &World, text: &str) -> bool {
    world.get("anon", THREAD).await.text.contains(text)
}

#[actix_web::test]
async fn what_is_done_on_one_node_holds_on_the_other() {
    let Some((one, two, _line)) = two(&[]).await else { return };
    // pages are kept from before
    let first = one.post("alice", "the first", None).await;
    soon("a comment", || shows(&two, "the first")).await;
    let second = two.post("bob", "the second", Some(&id(&first))).await;
    assert_eq!(second["number"], "1.1");
    soon("a reply", || shows(&one, "the second")).await;
    two.decide("mona", "hide", &second).await.ok();
    soon("a hiding", || async { !shows(&one, "the second").await }).await;
    one.call("alice", "PATCH", "/me", json!({"display_name": "Alice Anew"})).await.ok();
    soon("a name", || shows(&two, "Alice Anew")).await;

    two.get("bob", "/moderation/queue?site=here").await.fails(403, "forbidden");
    one.app.set_role("bob", Role::Moderator, Some("here")).await.unwrap();
    soon("a role", || async { two.get("bob", "/moderation/queue?site=here").await.status == 200 }).await;
    two.app.set_role("bob", Role::Reader, Some("here")).await.unwrap();
    soon("a role taken", || async { one.get("bob", "/moderation/queue?site=here").await.status == 403 }).await;

    let user = id(&one.get("bob", "/me").await.ok());
    let (path, order) = (format!("/moderation/users/{user}/sanctions"), json!({"kind": "mute", "reason_code": "spam"}));
    let sanction = one.call("ada", "POST", &path, order).await.ok();
    soon("a mute", || async { two.call("bob", "POST", THREAD, json!({"body": "x"})).await.code() == "muted" }).await;
    two.call("ada", "DELETE", &format!("/moderation/sanctions/{}", id(&sanction)), json!(null)).await;
    soon("a lift", || async { one.call("bob", "POST", THREAD, json!({"body": "x"})).await.status == 201 }).await;

    one.call("carol", "POST", "/auth/logout", json!({})).await;
    one.get("carol", "/me").await.fails(401, "session_ended");
    soon("an ended session", || async { two.get("carol", "/me").await.code() == "session_ended" }).await;
    one.verified().await;
}

#[actix_web::test]
async fn a_request_sent_to_both_is_done_once() {
    let Some((one, two, _line)) = two(&[]).await else { return };
    let body = json!({"body": "once"});
    let send = |world: &World| {
        let (client, url) = (world.client.clone(), format!("{}/api/v1{THREAD}", world.url));
        let request = client.post(url).bearer_auth(world.token("alice")).header("Idempotency-Key", "one").json(&body);
        async move { request.send().await.unwrap().json::<serde_json::Value>().await.unwrap() }
    };
    let (here, there) = tokio::join!(send(&one), send(&two));
    assert_eq!(id(&here), id(&there));
    assert_eq!(one.by_hand("SELECT count(*) FROM comment"), [["1"]]);
}

/// Sixteen moderators on each of two nodes take what they can get, some of it by name.
#[actix_web::test]
async fn no_item_is_held_by_two_whatever_nodes_they_ask() {
    const MODERATORS: usize = 16;
    const ITEMS: usize = 120;
    let Some((one, two, _line)) = two(&["server.workers=2"]).await else { return };
    let mut tokens = Vec::new();
    for number in 0..2 * MODERATORS {
        let login = format!("moderator{number}");
        let body = json!({"login": login, "password": PASSWORD, "client": "native"});
        let session = one.call("anon", "POST", "/auth/register", body).await.ok();
        one.app.set_role(&login, Role::Moderator, Some("here")).await.unwrap();
        tokens.push(session["access_token"].as_str().unwrap().to_owned());
    }
    let last = tokens.last().unwrap().as_str();
    let knows =
        async || two.send(Some(last), "GET", "/moderation/queue?site=here", json!(null), &[]).await.status == 200;
    soon("the last role", knows).await;
    let mut named = Vec::new();
    for number in 0..ITEMS {
        let world = if number % 2 == 0 { &one } else { &two };
        let comment = world.post("alice", &format!("number {number}"), None).await;
        let flags = format!("/comments/{}/flags", id(&comment));
        world.call("bob", "POST", &flags, json!({"reason": "spam"})).await.ok();
        one.wait_ms(1);
        named.push(id(&comment));
    }
    let work = tokens.iter().enumerate().map(|(number, token)| {
        let (world, named) = (if number % 2 == 0 { &one } else { &two }, &named);
        async move {
            let mut held = Vec::new();
            for turn in 0..4 {
                // the very same hundred are asked for by everybody, or the next few
                let wanted = match turn % 2 {
                    0 => json!({"site": "here", "count": 3}),
                    _ => json!({"site": "here", "comment_ids": named[number % 20..number % 20 + 2]}),
                };
                let claim = world.send(Some(token), "POST", "/moderation/claims", wanted, &[]).await.ok();
                held.extend(claim["items"].as_array().unwrap().iter().map(|item| id(&item["comment"])));
            }
            held
        }
    });
    let held: Vec<String> = futures_util::future::join_all(work).await.into_iter().flatten().collect();
    let once: std::collections::HashSet<&String> = held.iter().collect();
    assert_eq!(once.len(), held.len(), "held by two");
    assert_eq!(once.len(), ITEMS, "left lying");
    let free = "SELECT count(*) FROM queue_item WHERE claim_id IS NULL";
    assert_eq!(one.by_hand(free), [["0"]]);
    one.verified().await;
}

#[actix_web::test]
async fn failed_sign_ins_count_on_all_nodes_together() {
    let Some((one, two, _line)) = two(&["limits.enabled=true"]).await else { return };
    let guess = json!({"identifier": "alice", "password": "a wrong password", "client": "native"});
    for world in [&one, &two, &one, &two, &one] {
        world.call("anon", "POST", "/auth/login", guess.clone()).await.fails(401, "invalid_credentials");
    }
    let right = json!({"identifier": "alice", "password": PASSWORD, "client": "native"});
    two.call("anon", "POST", "/auth/login", right.clone()).await.fails(429, "rate_limited");
    two.wait_ms(1_000);
    one.call("anon", "POST", "/auth/login", right).await.ok();
    two.call("anon", "POST", "/auth/login", guess).await.fails(401, "invalid_credentials");
}

#[actix_web::test]
async fn a_job_is_done_by_one_node_at_a_time_and_presence_is_shared() {
    let Some((one, two, _line)) = two(&[]).await else { return };
    let comment = one.post("alice", "to go", None).await;
    one.call("alice", "DELETE", &format!("/comments/{}", id(&comment)), json!(null)).await;
    one.wait_ms(40 * 86_400_000);
    let now_ms = one.app.now_ms();
    let hold = move |tx: &mut understory::store::Tx<'_>| tx.job_hold("housekeep", 7, now_ms, now_ms + 60_000);
    assert!(one.app.store.write("hold", Key::free(), hold).await.unwrap());
    let texts = || one.by_hand("SELECT count(*) FROM comment WHERE body = 'to go'");
    two.app.housekeep().await.unwrap();
    assert_eq!(texts(), [["1"]], "another node was at it");
    two.wait_ms(60_000);
    two.app.housekeep().await.unwrap();
    assert_eq!(texts(), [["0"]]);

    let bob = one.sign_in("bob").await;
    let token = bob["access_token"].as_str();
    one.send(token, "GET", "/me", json!(null), &[]).await.ok();
    one.app.share_presence().await.unwrap();
    two.app.share_presence().await.unwrap();
    let user = two.get("anon", &format!("/users/{}", bob["user"]["id"].as_str().unwrap())).await.ok();
    assert_eq!(user["presence"], "online");
}

#[actix_web::test]
async fn a_node_that_hears_nothing_asks_the_store() {
    let Some((one, two, line)) = two(&[]).await else { return };
    one.post("alice", "before", None).await;
    soon("a comment", || shows(&two, "before")).await;
    line.silence_events();
    tokio::time::sleep(Duration::from_millis(5_600)).await;
    // no waiting from here on: each request looks by itself
    for number in 0..3 {
        let text = format!("unheard {number}");
        one.post("alice", &text, None).await;
        assert!(shows(&two, &text).await);
    }
    one.app.set_role("bob", Role::Moderator, Some("here")).await.unwrap();
    two.get("bob", "/moderation/queue?site=here").await.ok();
    let user = id(&one.get("alice", "/me").await.ok());
    let (path, order) = (format!("/moderation/users/{user}/sanctions"), json!({"kind": "ban", "reason_code": "spam"}));
    one.call("ada", "POST", &path, order).await.ok();
    two.call("alice", "POST", THREAD, json!({"body": "x"})).await.fails(403, "account_suspended");
    one.call("carol", "POST", "/auth/logout", json!({})).await;
    two.get("carol", "/me").await.fails(401, "session_ended");
}

#[actix_web::test]
async fn a_server_that_goes_and_comes_back_is_found_again() {
    let Some((one, two, line)) = two(&["store.busy_timeout_ms=500"]).await else { return };
    one.post("alice", "before", None).await;
    soon("a comment", || shows(&two, "before")).await;
    line.cut();
    let refused = two.call("bob", "POST", THREAD, json!({"body": "into the dark"})).await;
    assert_eq!(refused.status, 503, "{}", refused.text);
    one.post("alice", "meanwhile", None).await;
    line.mend();
    soon("a post", || async { two.call("bob", "POST", THREAD, json!({"body": "after"})).await.status == 201 }).await;
    soon("what was missed", || shows(&two, "meanwhile")).await;
    assert_eq!(one.by_hand("SELECT count(*) FROM comment WHERE body = 'into the dark'"), [["0"]]);
    // a restart cuts the lines of those who do nothing at the moment, too
    for number in 0..3 {
        line.break_off();
        two.call("bob", "POST", THREAD, json!({"body": format!("at once {number}")})).await.ok();
        two.get("anon", THREAD).await.ok();
    }
    one.verified().await;
}

#[actix_web::test]
async fn a_commit_whose_answer_is_lost_is_done_once() {
    let Some((one, two, line)) = two(&[]).await else { return };
    for (number, arrives) in [(0, true), (1, false), (2, true)] {
        line.lose_next_commit(arrives);
        let text = format!("lost {number}");
        let posted = two.call("bob", "POST", THREAD, json!({"body": &text})).await.ok();
        assert!(line.has_lost(), "a commit was lost");
        assert_eq!(posted["body"], *text);
        assert_eq!(one.by_hand(&format!("SELECT count(*) FROM comment WHERE body = '{text}'")), [["1"]]);
    }
    soon("the last", || shows(&two, "lost 2")).await;
    one.verified().await;
}

/// A line to a server, by which bytes can be held or lost.
mod line {
    use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
    use std::sync::{Arc, Mutex};

    use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
    use tokio::net::{TcpListener, TcpStream, UnixStream};
    use tokio::sync::watch;
    use tokio_postgres::config::Host;
    use url::Url;

    const NONE: u8 = 0;
    /// The next COMMIT arrives, its answer does not.
    const ANSWER: u8 = 1;
    /// The next COMMIT does not arrive.
    const QUESTION: u8 = 2;

    pub struct Line {
        pub url: String,
        state: Arc<State>,
    }

    struct State {
        host: Host,
        port: u16,
        is_cut: AtomicBool,
        is_silent: AtomicBool,
        lose: AtomicU8,
        /// Counts up to break off all connections.
        broken: Mutex<watch::Sender<u64>>,
    }

    impl Line {
        /// To the database of an address.
        pub async fn to(url: &str) -> Line {
            let config: tokio_postgres::Config = url.parse().unwrap();
            let port = config.get_ports().first().copied().unwrap_or(5_432);
            let state = Arc::new(State {
                host: config.get_hosts()[0].clone(),
                port,
                is_cut: AtomicBool::new(false),
                is_silent: AtomicBool::new(false),
                lose: AtomicU8::new(NONE),
                broken: Mutex::new(watch::channel(0).0),
            });
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let here = listener.local_addr().unwrap();
            let accepting = Arc::clone(&state);
            // on a thread of its own, since a caller may block its runtime
            let listener = listener.into_std().unwrap();
            std::thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                runtime.block_on(async move {
                    let listener = TcpListener::from_std(listener).unwrap();
                    while let Ok((client, _)) = listener.accept().await {
                        if Arc::strong_count(&accepting) == 1 {
                            return;
                        }
                        if !accepting.is_cut.load(Ordering::SeqCst) {
                            tokio::spawn(carry(client, Arc::clone(&accepting)));
                        }
                    }
                });
            });
            let user = config.get_user().unwrap_or("postgres");
            let database = Url::parse(url).unwrap().path().to_owned();
            Line { url: format!("postgres://{user}@{here}{database}"), state }
        }

        /// Breaks all connections off and lets none be made.
        pub fn cut(&self) {
            self.state.is_cut.store(true, Ordering::SeqCst);
            self.break_off();
        }

        /// Lets connections be made again.
        pub fn mend(&self) {
            self.state.is_cut.store(false, Ordering::SeqCst);
        }

        /// Breaks all connections off.
        pub fn break_off(&self) {
            self.state.broken.lock().unwrap().send_modify(|count| *count += 1);
        }

        /// From now on nothing comes by the connection that reads events, nor is one like it made.
        pub fn silence_events(&self) {
            self.state.is_silent.store(true, Ordering::SeqCst);
        }

        /// Breaks the connection of the next COMMIT off, before or after it arrives.
        pub fn lose_next_commit(&self, arrives: bool) {
            self.state.lose.store(if arrives { ANSWER } else { QUESTION }, Ordering::SeqCst);
        }

        /// Whether that has come about.
        pub fn has_lost(&self) -> bool {
            self.state.lose.load(Ordering::SeqCst) == NONE
        }
    }

    async fn carry(client: TcpStream, state: Arc<State>) {
        let mut broken = state.broken.lock().unwrap().subscribe();
        let (from_client, to_client) = client.into_split();
        let both = async {
            match &state.host {
                Host::Unix(directory) => {
                    let path = directory.join(format!(".s.PGSQL.{}", state.port));
                    let (from_server, to_server) = UnixStream::connect(path).await.unwrap().into_split();
                    between(from_client, to_server, from_server, to_client, &state).await;
                }
                Host::Tcp(name) => {
                    let server = TcpStream::connect((name.as_str(), state.port)).await.unwrap();
                    let (from_server, to_server) = server.into_split();
                    between(from_client, to_server, from_server, to_client, &state).await;
                }
            }
        };
        tokio::select! {
            () = both => {}
            _ = broken.changed() => {}
        }
    }

    async fn between(
        mut from_client: impl AsyncRead + Unpin,
        mut to_server: impl AsyncWrite + Unpin,
        mut from_server: impl AsyncRead + Unpin,
        mut to_client: impl AsyncWrite + Unpin,
        state: &State,
    ) {
        let (listens, lost) = (AtomicBool::new(false), AtomicBool::new(false));
        let there = async {
            let mut bytes = vec![0; 16_384];
            while let Ok(count @ 1..) = from_client.read(&mut bytes).await {
                let said = &bytes[..count];
                if holds(said, b"LISTEN ") {
                    listens.store(true, Ordering::SeqCst);
                }
                if holds(said, b"COMMIT\0") {
                    match state.lose.swap(NONE, Ordering::SeqCst) {
                        QUESTION => return,
                        ANSWER => lost.store(true, Ordering::SeqCst),
                        _ => {}
                    }
                }
                if to_server.write_all(said).await.is_err() {
                    return;
                }
            }
        };
        let back = async {
            let mut bytes = vec![0; 16_384];
            while let Ok(count @ 1..) = from_server.read(&mut bytes).await {
                if lost.load(Ordering::SeqCst) {
                    return;
                }
                if listens.load(Ordering::SeqCst) && state.is_silent.load(Ordering::SeqCst) {
                    std::future::pending::<()>().await;
                }
                if to_client.write_all(&bytes[..count]).await.is_err() {
                    return;
                }
            }
        };
        tokio::select! {
            () = there => {}
            () = back => {}
        }
    }

    fn holds(bytes: &[u8], part: &[u8]) -> bool {
        bytes.windows(part.len()).any(|window| window == part)
    }
}
