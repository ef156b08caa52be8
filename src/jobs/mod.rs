//! What happens by the clock: who was seen is written down, what has had its time is taken away.
//!
//! The work itself is in `app::housekeep`. What fails is logged and tried again the next time.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval};

use crate::app::App;

/// Between two rounds of housekeeping; the first comes at the start.
const HOUSEKEEPING: Duration = Duration::from_secs(600);

/// The jobs under way. They end with [`Jobs::stop`], or soon after this is dropped.
pub struct Jobs {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Jobs {
    /// Starts the jobs on the runtime at hand.
    pub fn start(app: Arc<App>) -> Jobs {
        let (stop, stopped) = watch::channel(false);
        Jobs { stop, task: tokio::spawn(run(app, stopped)) }
    }

    /// Ends the jobs, after the one under way, and writes down who was seen since the last time.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        if let Err(error) = self.task.await {
            tracing::error!(%error, "the jobs ended badly");
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

async fn share_presence(app: &App) {
    if let Err(error) = app.share_presence().await {
        tracing::error!(%error, "presence was not shared with the store; it is tried again");
    }
}
