//! Proves that a decision on very many comments is one undoable unit that nobody else notices: what
//! readers and writers wait while it runs and is taken back, and that it goes on, or goes back, after
//! the server was killed in the middle of it.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::Outcome;
use crate::child::{Server, command};
use crate::fill::{SITE, Shape, Spec, comment_id, fresh, login, thread_key};
use crate::http;
use crate::load::{self, Expected, Heard, Load, Pace, Script};
use crate::people::{bearer, sign_in};
use crate::rows::open;

/// Pages a second that readers ask for, on [`READERS`] connections: as much as leaves the machine
/// half idle, since a full one measures nothing but its own queue.
const PAGES_PER_S: u32 = 1_000;
/// See [`PAGES_PER_S`].
const READERS: usize = 16;
/// How long pages are read beside nothing else.
const IDLE: Duration = Duration::from_secs(15);
/// The longest that a decision may take.
const PATIENCE: Duration = Duration::from_secs(1_800);
/// Between two looks at how far it has got, each with a reply of somebody to another thread.
const LOOK: Duration = Duration::from_millis(100);
/// What is decided on, and what else is read and written.
const THREADS: usize = 2;

/// Proves it on a store in `directory`.
///
/// # Errors
/// Whatever is not as it must be.
pub fn wide(directory: &Path, comments: usize, kills: usize) -> Outcome<()> {
    let spec = Spec { threads: vec![Shape::Branch(comments), Shape::Tree(1_000)], readers: 200, flagged_per_mille: 20 };
    fresh(directory, &spec)?;
    command(directory, &["user", "role", &login(0), "moderator", "--site", SITE])?;
    served(directory, comments)?;
    if kills > 0 {
        killed(directory, kills)?;
    }
    Ok(())
}

/// A moderator at a server.
struct Desk {
    server: SocketAddr,
    fields: String,
}

impl Desk {
    fn at(server: &Server) -> Outcome<Desk> {
        let token = sign_in(server.address, 1)?.pop().ok_or("nobody signed in")?;
        Ok(Desk { server: server.address, fields: bearer(&token) })
    }

    fn post(&self, path: &str, body: &Value) -> Outcome<Value> {
        let mut request = Vec::new();
        http::post(&mut request, &format!("/api/v1/moderation/decisions{path}"), &self.fields, &body.to_string());
        http::call(self.server, &request)?.json()
    }

    /// How far a decision has got: state, done, all; and that it left nothing alone.
    fn progress(&self, id: &str) -> Outcome<(String, i64, i64)> {
        let mut request = Vec::new();
        // the list has no targets with it
        http::get(&mut request, &format!("/api/v1/moderation/decisions?site={SITE}&limit=200"), &self.fields);
        let page = http::call(self.server, &request)?.json()?;
        let items = page["items"].as_array().ok_or("no list")?;
        let found = items.iter().find(|item| item["id"] == id).ok_or("the decision is not there")?;
        let number = |of: &Value| of.as_i64().ok_or("no number");
        if found["conflict_count"] != 0 {
            return Err(format!("something was left alone: {found}").into());
        }
        let state = found["state"].as_str().unwrap_or_default().to_owned();
        Ok((state, number(&found["progress"]["done"])?, number(&found["progress"]["total"])?))
    }

    /// Hides the branch that all is below.
    fn hide(&self, store: &Path) -> Outcome<String> {
        let root = comment_id(0);
        let version: i64 =
            open(store)?.query_row("SELECT version FROM comment WHERE id = ?1", [root], |row| row.get(0))?;
        let targets = json!([{"comment_id": root.to_string(), "version": version}]);
        let body = json!({"targets": targets, "scope": "subtree", "action": "hide", "reason_code": "spam"});
        id(&self.post("", &body)?)
    }

    fn undo(&self, decision: &str) -> Outcome<String> {
        id(&self.post(&format!("/{decision}/undo"), &json!({}))?)
    }
}

fn id(of: &Value) -> Outcome<String> {
    Ok(of["id"].as_str().ok_or_else(|| format!("nothing was recorded: {of}"))?.to_owned())
}

/// Where everything stands that the decision moves.
fn standing(store: &Path) -> Outcome<String> {
    let connection = open(store)?;
    let mut hash = Sha256::new();
    for sql in [
        "SELECT id || state || COALESCE(state_ref, 0) || visible || ' ' || reply_count || ' ' || visible_children
         FROM comment WHERE thread_id = (SELECT id FROM thread WHERE key = ?1) ORDER BY id",
        "SELECT f.id || f.state || COALESCE(f.decision_id, 0) FROM flag f JOIN comment c ON c.id = f.comment_id
         WHERE c.thread_id = (SELECT id FROM thread WHERE key = ?1) ORDER BY f.id",
        "SELECT published_count || ' ' || hidden_count || ' ' || flagged_count || ' ' || visible_roots
         FROM thread WHERE key = ?1",
    ] {
        let mut statement = connection.prepare(sql)?;
        let mut rows = statement.query([thread_key(0)])?;
        while let Some(row) = rows.next()? {
            hash.update(row.get::<_, String>(0)?);
        }
    }
    Ok(hex::encode(hash.finalize()))
}

fn verified(store: &Path) -> Outcome<()> {
    command(store, &["verify"]).map(drop)
}

/// Reads pages of both threads until `over`, in a lane each.
fn readers(over: &Arc<AtomicBool>) -> Vec<Script> {
    let reader = |number: usize| -> Script {
        let over = Arc::clone(over);
        let mut sent = number;
        Box::new(move |out| {
            if over.load(Ordering::Relaxed) {
                return None;
            }
            sent += 1;
            let lane = sent % THREADS;
            http::get(out, &format!("/api/v1/sites/{SITE}/threads/{}/comments", thread_key(lane)), "");
            Some(Expected { status: 200, length: None, lane })
        })
    };
    (0..READERS).map(reader).collect()
}

fn read(server: &Server, time: Duration, over: &Arc<AtomicBool>) -> Outcome<Heard> {
    let load = Load { to: server.address, pace: Pace::Offered(PAGES_PER_S), time };
    load::run(load, readers(over), 1, THREADS)
}

/// The times of a lane, as text.
fn times(heard: &Heard) -> String {
    let ms = |ns: u64| ns as f64 / 1e6;
    let lane = |(name, lane): (&str, &load::Lane)| {
        let time = &lane.time_ns;
        let at = |q: f64| ms(time.value_at_quantile(q));
        format!("{name} {:.2} / {:.2} / {:.1}", at(0.5), at(0.99), ms(time.max()))
    };
    let lanes = ["its thread", "another"].into_iter().zip(&heard.lanes).map(lane);
    lanes.collect::<Vec<_>>().join(", ")
}

fn p99_ms(heard: &Heard) -> f64 {
    heard.lanes.iter().map(|lane| lane.time_ns.value_at_quantile(0.99) as f64 / 1e6).fold(0.0, f64::max)
}

/// A decision and its undo while readers are served.
fn served(store: &Path, comments: usize) -> Outcome<()> {
    let server = Server::subject(store, &[])?;
    let desk = Desk::at(&server)?;
    let at_first = standing(store)?;
    let never = Arc::new(AtomicBool::new(false));
    // compressed and kept as pages that are read often are
    read(&server, Duration::from_secs(2), &never)?;
    let idle = read(&server, IDLE, &never)?;
    println!("pages read at {PAGES_PER_S}/s, p50 / p99 / slowest in ms");
    println!("idle: {}", times(&idle));
    let begun = Instant::now();
    let decision = desk.hide(store)?;
    println!("{comments} comments: answered after {:.0} ms", begun.elapsed().as_secs_f64() * 1e3);
    meanwhile(&server, &desk, "decided", &decision, &idle)?;
    let begun = Instant::now();
    let undo = desk.undo(&decision)?;
    println!("undo: answered after {:.0} ms", begun.elapsed().as_secs_f64() * 1e3);
    meanwhile(&server, &desk, "undone", &undo, &idle)?;
    if standing(store)? != at_first {
        return Err("the undo has left something".into());
    }
    server.stop()?;
    verified(store)?;
    println!("all is as it was; verify passes");
    Ok(())
}

/// Reads, and now and then replies, until a decision is done; tells the times.
fn meanwhile(server: &Server, desk: &Desk, name: &str, id: &str, idle: &Heard) -> Outcome<()> {
    let over = Arc::new(AtomicBool::new(false));
    let begun = Instant::now();
    let (heard, watched) = std::thread::scope(|scope| {
        let watching = scope.spawn(|| {
            let watched = watch(desk, id);
            over.store(true, Ordering::Relaxed);
            watched
        });
        (read(server, PATIENCE, &over), watching.join().unwrap_or_else(|_| Err("the watch panicked".into())))
    });
    let (heard, (total, mut replies)) = (heard?, watched?);
    let took = begun.elapsed().as_secs_f64();
    replies.sort_by(f64::total_cmp);
    let at = |q: f64| replies.get(((replies.len() - 1) as f64 * q) as usize).copied().unwrap_or(0.0);
    println!("{name}: {total} in {took:.1} s, {:.0}/s", total as f64 / took);
    println!("  pages: {}", times(&heard));
    println!(
        "  {} replies, p50 / p99 / slowest in ms: {:.1} / {:.1} / {:.1}",
        replies.len(),
        at(0.5),
        at(0.99),
        at(1.0)
    );
    let (before, during) = (p99_ms(idle), p99_ms(&heard));
    let kept = if during <= (2.0 * before).max(5.0) { "kept" } else { "MISSED" };
    println!("  p99 at most twice idle or 5 ms: {kept} ({during:.2} ms beside {before:.2})");
    Ok(())
}

/// Looks at a decision until it is done, and replies to the other thread; all targets, and how long
/// each reply took in milliseconds.
fn watch(desk: &Desk, id: &str) -> Outcome<(i64, Vec<f64>)> {
    let begun = Instant::now();
    let mut replies = Vec::new();
    let path = format!("/api/v1/sites/{SITE}/threads/{}/comments", thread_key(1));
    while begun.elapsed() < PATIENCE {
        let mut request = Vec::new();
        let text = format!("a word meanwhile, number {}", replies.len());
        http::post(&mut request, &path, &desk.fields, &json!({"body": text}).to_string());
        let sent = Instant::now();
        http::call(desk.server, &request)?.json()?;
        replies.push(sent.elapsed().as_secs_f64() * 1e3);
        let (state, _, total) = desk.progress(id)?;
        if state == "done" {
            return Ok((total, replies));
        }
        std::thread::sleep(LOOK);
    }
    Err("the decision does not end".into())
}

/// What is under way when the server is killed.
struct Open {
    id: String,
    is_undo: bool,
    done: i64,
}

/// Kills the server in the middle of decisions and undos, again and again.
fn killed(store: &Path, kills: usize) -> Outcome<()> {
    let mut random = StdRng::seed_from_u64(1);
    let at_first = standing(store)?;
    let mut open: Option<Open> = None;
    let (mut killed, mut resumed, mut stopped, mut whole) = (0, 0, 0, 0);
    loop {
        let server = Server::subject(store, &[])?;
        let desk = Desk::at(&server)?;
        let mut current = match open.take() {
            None => Open { id: desk.hide(store)?, is_undo: false, done: 0 },
            // it goes back in the middle
            Some(open) if !open.is_undo && random.random_ratio(1, 4) => {
                stopped += 1;
                Open { id: desk.undo(&open.id)?, is_undo: true, done: 0 }
            }
            Some(open) => open,
        };
        let until = Instant::now() + Duration::from_millis(random.random_range(0..1_500));
        let mut has_moved = false;
        loop {
            let (state, done, _) = desk.progress(&current.id)?;
            if done < current.done {
                return Err(format!("{} of {} were done before", current.done, current.id).into());
            }
            resumed += usize::from(!has_moved && done > current.done && current.done > 0);
            has_moved |= done > current.done;
            current.done = done;
            if state == "done" && current.is_undo {
                if standing(store)? != at_first {
                    return Err("an undo has left something".into());
                }
                whole += 1;
                if killed >= kills {
                    server.stop()?;
                    verified(store)?;
                    println!(
                        "killed {killed} times in the middle, verify passed each time: gone on after {resumed}, \
                         stopped and taken back {stopped}; {whole} times all was as at first"
                    );
                    return Ok(());
                }
                current = Open { id: desk.hide(store)?, is_undo: false, done: 0 };
            } else if state == "done" {
                current = Open { id: desk.undo(&current.id)?, is_undo: true, done: 0 };
            }
            // only what has gone on is killed again, and only so often
            if killed < kills && has_moved && Instant::now() >= until {
                break;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        // SIGKILL
        drop(server);
        killed += 1;
        verified(store)?;
        open = Some(current);
    }
}
