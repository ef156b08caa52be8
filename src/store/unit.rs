//! A unit of work on its way: what is to be run, how it answers, and how those that wait stand in
//! line.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use tokio::sync::oneshot;

use super::line::{Line, Queued};
use super::{StoreError, Tx};

/// How often a transaction is run again that others have undone.
pub const AGAIN: u32 = 12;

/// Units that wait.
pub type Units = Line<Box<dyn Unit>>;

/// Something to run on a `Tx` and to answer after its commit.
pub trait Unit: Send {
    fn name(&self) -> &'static str;
    /// Whether its work is to be kept.
    fn run(&mut self, tx: &mut Tx<'_>) -> bool;
    /// What it said is not so: a statement it did not wait for has failed.
    fn fail(&mut self, error: StoreError);
    /// Answers the caller: with what the unit said, or with why the commit failed.
    fn settle(self: Box<Self>, committed: Result<(), StoreError>);
}

struct Asked<T, E, F> {
    name: &'static str,
    unit: F,
    keep: Keep,
    said: Option<Result<T, E>>,
    reply: oneshot::Sender<Result<T, E>>,
}

/// Whether the work of a unit that succeeds is kept.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    Yes,
    No,
}

impl<T, E, F> Unit for Asked<T, E, F>
where
    T: Send,
    E: From<StoreError> + Send,
    F: Fn(&mut Tx<'_>) -> Result<T, E> + Send,
{
    fn name(&self) -> &'static str {
        self.name
    }

    fn run(&mut self, tx: &mut Tx<'_>) -> bool {
        // the savepoint is rolled back after a panic, so nothing half-done is seen
        let said = catch_unwind(AssertUnwindSafe(|| (self.unit)(tx)));
        self.said = Some(said.unwrap_or_else(|_| Err(StoreError::Panicked.into())));
        self.keep == Keep::Yes && matches!(self.said, Some(Ok(_)))
    }

    fn fail(&mut self, error: StoreError) {
        self.said = Some(Err(error.into()));
    }

    fn settle(self: Box<Self>, committed: Result<(), StoreError>) {
        let said = match (self.said, committed) {
            (Some(said @ Err(_)), _) | (Some(said), Ok(())) => said,
            (_, Err(error)) => Err(error.into()),
            (None, Ok(())) => Err(StoreError::Closed.into()),
        };
        // the caller may have gone away: the work stands all the same
        drop(self.reply.send(said));
    }
}

/// Has a unit run by one of the threads at the end of a line.
pub async fn ask<T, E, F>(line: &Units, name: &'static str, keys: Vec<i64>, keep: Keep, unit: F) -> Result<T, E>
where
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
    F: Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
{
    let (reply, answer) = oneshot::channel();
    line.push(Queued { keys, unit: Box::new(Asked { name, unit, keep, said: None, reply }) })?;
    answer.await.unwrap_or_else(|_| Err(StoreError::Closed.into()))
}

/// Waits before another try: longer each time, and not all alike.
pub fn pause(tries: u32) {
    let most_us = 500_u64 << tries.min(7);
    std::thread::sleep(Duration::from_micros(rand::random_range(0..most_us)));
}
