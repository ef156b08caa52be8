//! Stores of several sizes that are alike in everything else.

use std::path::PathBuf;

use crate::fill::{Shape, Spec, kept};
use crate::{Bench, Outcome};

/// Comments of a usual thread.
pub const THREAD: usize = 1_000;
/// Comments of the chain, the deepest tree there can be.
pub const CHAIN: usize = 1_000;

/// The sizes, in comments: the smallest is what the others are compared with.
pub fn sizes(bench: &Bench) -> [usize; 3] {
    if bench.quick { [10_000, 50_000, 200_000] } else { [10_000, 1_000_000, 5_000_000] }
}

/// Comments of the one large thread in the largest store.
pub fn large_thread(bench: &Bench) -> usize {
    bench.size(1_000_000, 50_000)
}

/// The store of a size. Its first thread is a chain, the others are usual; in the largest the
/// second is the large one.
///
/// # Errors
/// What SQLite fails with.
pub fn sized(bench: &Bench, comments: usize) -> Outcome<PathBuf> {
    let mut threads = vec![Shape::Chain(CHAIN)];
    let mut left = comments - CHAIN;
    if comments == sizes(bench)[2] {
        threads.push(Shape::Tree(large_thread(bench)));
        left -= large_thread(bench);
    }
    threads.extend(std::iter::repeat_n(Shape::Tree(THREAD), left / THREAD));
    let spec = Spec { threads, readers: (comments / 200).clamp(200, 20_000), flagged_per_mille: 10 };
    kept(&bench.dir.join(format!("of-{comments}")), &spec)
}
