//! What happens by the clock: who was seen is written down, what has had its time is taken away,
//! decisions that run go on.
//!
//! The work itself is in `app::housekeep` and `app::go_on`. What fails is logged and tried again the
//! next time.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval};

use crate::app::App;

/// Between two rounds of housekeeping; the first comes at the start.
const HOUSEKEEPING: Duration = Duration::from_secs(600);

/// How often decisions are looked for that run and that nobody here has begun: after a crash, or where
/// another node has stopped.
const LOOK: Duration = Duration::from_secs(1);

/// The jobs under way. They end with [`Jobs::stop`], or soon after this is dropped.
pub struct Jobs {
    stop: watch::Sender<bool>,
    tasks: [JoinHandle<()>; 2],
}

impl Jobs {
    /// Starts the jobs on the runtime at hand.
    pub fn start(app: Arc<App>) -> Jobs {
        let (stop, stopped) = watch::channel(false);
        let tasks = [tokio::spawn(go_on(Arc::clone(&app), stopped.clone())), tokio::spawn(run(app, stopped))];
        Jobs { stop, tasks }
    }

    /// Ends the jobs, after the one under way, and writes down who was seen since the last time.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        for task in self.tasks {
            if let Err(error) = task.await {
                tracing::error!(%error, "the jobs ended badly");
            }
        }
    }
}

async fn run(app: Arc<App>, mut stopped: watch::Receiver<bool>) {
    let mut presence = interval(Duration::from_secs(app.settings.presence.flush_s.max(1)));
    let mut housekeeping = interval(HOUSEKEEPING);
    // after a suspended night one round is enough
    presence.set_missed_tick_behavior(MissedTickBehavior::Delay);
    housekeeping.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            // also ends when the sender is gone
            _ = stopped.changed() => break,
            _ = presence.tick() => share_presence(&app).await,
            _ = housekeeping.tick() => tokio::select! {
                // each batch is whole in itself, so a stop need not wait for the last
                _ = stopped.changed() => break,
                done = app.housekeep() => {
                    if let Err(error) = done {
                        tracing::error!(%error, "housekeeping failed; it is tried again in 10 minutes");
                    }
                }
            },
        }
    }
    share_presence(&app).await;
}

/// Does step after step of the decisions that run. Between two of them as much time is left as the
/// one has taken: readers share the machine with it, and writers its line.
async fn go_on(app: Arc<App>, mut stopped: watch::Receiver<bool>) {
    loop {
        let begun = Instant::now();
        let (wait, is_idle) = match app.go_on().await {
            Ok(true) => (begun.elapsed(), false),
            Ok(false) => (LOOK, true),
            Err(error) => {
                tracing::error!(%error, "a step of a decision failed; it is tried again");
                (LOOK, false)
            }
        };
        tokio::select! {
            _ = stopped.changed() => break,
            () = app.running.begun.notified(), if is_idle => {}
            () = tokio::time::sleep(wait) => {}
        }
    }
}

async fn share_presence(app: &App) {
    if let Err(error) = app.share_presence().await {
        tracing::error!(%error, "presence was not shared with the store; it is tried again");
    }
}
