//! What runs once a comment, once a request or once a page, by itself: `cargo bench --bench hot`.
//!
//! These tell which function a change made slower; what that means to a reader tells
//! `scripts/bench`.

use std::error::Error;
use std::hint::black_box;
use std::path::Path as FilePath;

use criterion::Criterion;
use tokio::runtime::Runtime;
use understory::app::post::Post;
use understory::app::register::Register;
use understory::app::session::StartSession;
use understory::app::token::Kind;
use understory::app::{App, system_clock};
use understory::config::Settings;
use understory::domain::comment::Comment;
use understory::domain::fragment::Fragment;
use understory::domain::ids::ThreadId;
use understory::domain::markup;
use understory::domain::path::Path;
use understory::domain::session::{Client, Scope};
use understory::domain::tree::{Cut, Level, Next, Position, Sort};
use understory::http::{compress, join};
use understory::store::{Options, Store};

/// The service's own.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Comments of the thread.
const COMMENTS: usize = 500;
/// A page as it is asked for by most.
const CUT: Cut = Cut { sort: Sort::Oldest, limit: 50, depth: 6, per_parent: 20 };
/// A usual text.
const PROSE: &str = "The bridge was closed in winter and nobody told the village why it would stay so until spring. \
    The council could have done that by a letter, or by a notice at the station: everybody passes it.";
/// One with everything that markup has.
const MARKUP: &str = "**Not so.** See [the minutes](https://council.example/minutes?year=2024#bridge):\n\n> closed \
    until further notice\n\n1. the *pillars* were checked in May\n2. `load < 3.5 t` was never signed\n\n```\na & b\n```\n\
    and <https://council.example/plan>, which <script>alert(1)</script> is old.";

fn main() -> Result<(), Box<dyn Error>> {
    let mut criterion = Criterion::default().configure_from_args();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let directory = tempfile::tempdir()?;
    let world = runtime.block_on(World::fill(directory.path()))?;
    domain(&mut criterion, &world.last);
    service(&mut criterion, &runtime, &world)?;
    criterion.final_summary();
    Ok(())
}

/// A thread of [`COMMENTS`].
struct World {
    app: App,
    token: String,
    /// The last comment.
    last: Comment,
}

impl World {
    async fn fill(directory: &FilePath) -> Result<World, Box<dyn Error>> {
        let store = Store::open(&Options::at(directory))?;
        let app = App::start(store, Settings::default(), "https://comments.example".into(), system_clock()).await?;
        app.add_site("bench", None, &[]).await?;
        let reader = Register {
            login: "reader".into(),
            password: "five unrelated words here".into(),
            display_name: None,
            email: None,
        };
        let start = StartSession { client: Client::Native, scope: Scope::Full, agent: None };
        let token = app.register(reader, start).await?.access_token.ok_or("no token")?;
        let caller = app.authenticate(&token, Kind::Access)?;
        let mut made: Vec<Comment> = Vec::with_capacity(COMMENTS);
        for number in 0..COMMENTS {
            // three in ten are roots, the others answer what came shortly before
            let parent = if number % 10 < 3 { None } else { made.get(number.saturating_sub(1 + number % 7)) };
            let post = Post {
                site: "bench".into(),
                thread: "t".into(),
                body: PROSE.into(),
                parent: parent.map(|parent| parent.id),
                article: None,
                once: None,
            };
            made.push(app.post(&caller, post).await?.made);
        }
        let last = made.pop().ok_or("no comment")?;
        Ok(World { app, token, last })
    }
}

/// Pure functions.
fn domain(criterion: &mut Criterion, comment: &Comment) {
    criterion.bench_function("markup/prose", |b| b.iter(|| markup::render(black_box(PROSE))));
    criterion.bench_function("markup/everything", |b| b.iter(|| markup::render(black_box(MARKUP))));
    criterion.bench_function("fragment/stored", |b| b.iter(|| Fragment::stored(black_box(comment))));
    let parent = [3, 1, 400].iter().try_fold(Path::root(7), |path, ordinal| path.child(*ordinal));
    let parent = parent.expect("invariant: four levels are not too deep");
    criterion.bench_function("path/child", |b| b.iter(|| black_box(&parent).child(black_box(12))));
    criterion.bench_function("path/number", |b| b.iter(|| black_box(&parent).number()));
    let level = Level { thread: ThreadId(1), parent: None };
    let next = Next { after: Some(Position { ordinal: 50, score: 3 }), remaining: 250 };
    let cursor = next.encode(level, Sort::Top);
    criterion.bench_function("cursor/encode", |b| b.iter(|| black_box(next).encode(level, Sort::Top)));
    criterion.bench_function("cursor/decode", |b| b.iter(|| Next::decode(black_box(&cursor), level, Sort::Top)));
}

/// What needs an app, and what is done to a page's bytes.
fn service(criterion: &mut Criterion, runtime: &Runtime, world: &World) -> Result<(), Box<dyn Error>> {
    let app = &world.app;
    criterion.bench_function("token/verify", |b| b.iter(|| app.authenticate(black_box(&world.token), Kind::Access)));
    let tree = || runtime.block_on(app.tree("bench".into(), "t".into(), None, CUT));
    criterion.bench_function("page/tree", |b| b.iter(tree));
    let page = tree()?;
    let joined = || join::page(app, black_box(&page), CUT.sort);
    criterion.bench_function("page/join", |b| b.iter(joined));
    let bytes = joined().map_err(|_| "the page cannot be written")?;
    criterion.bench_function("page/brotli", |b| b.iter(|| compress::brotli(black_box(&bytes))));
    criterion.bench_function("page/gzip", |b| b.iter(|| compress::gzip(black_box(&bytes))));
    Ok(())
}
