//! Stores of several sizes that are alike in everything else.

use std::path::PathBuf;

use crate::child::command;
use crate::fill::{SITE, Shape, Spec, fresh, kept, login};
use crate::{Bench, Outcome};

/// Comments of a usual thread.
pub const THREAD: usize = 1_000;
/// Comments of the chain, the deepest tree there can be.
pub const CHAIN: usize = 1_000;

/// The sizes, in comments: the smallest is what the others are compared with.
pub fn sizes(bench: &Bench) -> Vec<usize> {
    let mut sizes = vec![10_000, bench.size(1_000_000, 50_000)];
    if bench.large {
        sizes.push(bench.size(5_000_000, 200_000));
    }
    sizes
}

/// Comments of the one large thread.
pub fn large_thread(bench: &Bench) -> usize {
    bench.size(1_000_000, 50_000)
}

/// The store of a size. Its first thread is a chain, the others are usual. The smallest is made
/// anew, since what a run adds would soon make it larger; the others are kept.
///
/// # Errors
/// What SQLite fails with.
pub fn sized(bench: &Bench, comments: usize) -> Outcome<PathBuf> {
    let mut threads = vec![Shape::Chain(CHAIN)];
    threads.extend(std::iter::repeat_n(Shape::Tree(THREAD), (comments - CHAIN) / THREAD));
    let directory = bench.dir.join(format!("of-{comments}"));
    let spec = moderated(threads, comments);
    let store =
        if sizes(bench).first() == Some(&comments) { fresh(&directory, &spec) } else { kept(&directory, &spec) };
    with_moderator(store?)
}

/// The store with the large thread; before it stands the chain, as in the others.
///
/// # Errors
/// What SQLite fails with.
pub fn with_large_thread(bench: &Bench) -> Outcome<PathBuf> {
    let comments = large_thread(bench);
    let threads = vec![Shape::Chain(CHAIN), Shape::Tree(comments)];
    with_moderator(kept(&bench.dir.join(format!("thread-of-{comments}")), &moderated(threads, comments))?)
}

fn moderated(threads: Vec<Shape>, comments: usize) -> Spec {
    Spec { threads, readers: (comments / 200).clamp(200, 20_000), flagged_per_mille: 10 }
}

/// The first reader may decide.
fn with_moderator(store: PathBuf) -> Outcome<PathBuf> {
    command(&store, &["user", "role", &login(0), "moderator", "--site", SITE])?;
    Ok(store)
}
