//! Serving: the lock on the directory, the socket, the app, the jobs, and an orderly end.

use std::fs::{File, TryLockError};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::{make_directory, open};
use crate::app::{App, system_clock};
use crate::cli::{act, demo};
use crate::config::Settings;
use crate::http::Front;
use crate::jobs::Jobs;
use crate::store::{Missing, Purpose};

/// The name of the lock file in a store's directory.
const LOCK: &str = "lock";
/// What the end may take beyond the time that running requests get.
const GRACE: Duration = Duration::from_millis(500);

/// Serves the store in `directory` until SIGTERM or SIGINT; requests under way are answered then,
/// unless a second signal comes.
///
/// # Errors
/// In words: what happened and what to do.
pub fn serve(settings: Settings, directory: &Path, purpose: Purpose) -> Result<(), String> {
    // a database serves any number of nodes, and needs no directory
    let _lock = match settings.store.url.is_empty() {
        true => {
            make_directory(directory)?;
            Some(lock(directory)?)
        }
        false => None,
    };
    raise_file_bound();
    // what may be refused comes first: then nothing was made or migrated for nothing
    let listener = TcpListener::bind(settings.server.listen).map_err(|error| {
        format!("cannot listen on {}: {error}; choose another with --listen ADDR:PORT", settings.server.listen)
    })?;
    let address = listener.local_addr().map_err(act::told)?;
    let origin = origin(&settings, address)?;
    let store = open(&settings, directory, purpose, Missing::Make)?;
    actix_web::rt::System::new().block_on(async move {
        let shutdown = Duration::from_secs(settings.server.shutdown_s);
        let app = App::start(store, settings, origin, system_clock()).await.map_err(act::told)?;
        let app = Arc::new(app);
        let is_demo = purpose == Purpose::Demo;
        if is_demo {
            act::say(&demo::prepare(&app).await.map_err(act::told)?)?;
        }
        run(app, listener, address, is_demo, shutdown).await
    })
}

async fn run(
    app: Arc<App>,
    listener: TcpListener,
    address: SocketAddr,
    is_demo: bool,
    shutdown: Duration,
) -> Result<(), String> {
    // before the line that says ready: from there on a signal must not simply kill
    let mut signals = Signals::new().map_err(|error| format!("cannot listen for signals: {error}"))?;
    let server = crate::http::serve(Arc::clone(&app), listener, Front { demo: is_demo })
        .map_err(|error| format!("cannot serve: {error}"))?;
    let handle = server.handle();
    let mut running = actix_web::rt::spawn(server);
    let jobs = Jobs::start(Arc::clone(&app));
    act::say(&format!("listening on http://{address}"))?;
    tokio::select! {
        name = signals.next() => tracing::info!(signal = name, "stopping"),
        ended = &mut running => {
            jobs.stop().await;
            return Err(format!("the server ended by itself: {ended:?}"));
        }
    }
    let orderly = async {
        // nobody need wait for what never ends by itself
        app.live.close();
        handle.stop(true).await;
        jobs.stop().await;
    };
    tokio::select! {
        () = orderly => tracing::info!("stopped"),
        // who asks twice does not want to wait
        name = signals.next() => tracing::warn!(signal = name, "stopped at once"),
        () = tokio::time::sleep(shutdown + GRACE) => tracing::warn!("stopped with requests under way"),
    }
    Ok(())
}

/// Lets this process have as many files open as it may: each connection is one, and what a system
/// gives at first (1,024 on most) is from when programs could not count further.
fn raise_file_bound() {
    let bound = getrlimit(Resource::Nofile);
    let raised = setrlimit(Resource::Nofile, Rlimit { current: bound.maximum, ..bound });
    if let Err(error) = raised {
        tracing::warn!(%error, "the bound of open files stays as it is");
    }
}

/// Takes the directory for this process; it is let go when the file is closed, however that comes.
pub(super) fn lock(directory: &Path) -> Result<File, String> {
    let path = directory.join(LOCK);
    let file = File::options().create(true).truncate(false).write(true).open(&path);
    let file = file.map_err(|error| format!("cannot open {}: {error}", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(format!(
            "another understory serves the store in {}: stop it, or choose another with --data DIR",
            directory.display()
        )),
        Err(TryLockError::Error(error)) => Err(format!("cannot lock {}: {error}", path.display())),
    }
}

/// The address that browsers see. Guessing one would put it into links and tokens, so away from
/// this machine it has to be set.
fn origin(settings: &Settings, address: SocketAddr) -> Result<String, String> {
    match settings.server.public_origin() {
        Some(origin) => Ok(origin.to_owned()),
        None if address.ip().is_loopback() => Ok(format!("http://{address}")),
        None => Err(format!(
            "{address} can be reached from elsewhere: set server.public_url to the address that browsers see, \
             such as https://comments.example.org"
        )),
    }
}

/// The signals that end the service.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn new() -> std::io::Result<Signals> {
        Ok(Signals { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_is_served_once() {
        let directory = tempfile::tempdir().unwrap();
        let first = lock(directory.path()).unwrap();
        assert!(lock(directory.path()).unwrap_err().contains("another understory"));
        drop(first);
        lock(directory.path()).unwrap();
    }

    #[test]
    fn an_origin_is_guessed_on_loopback_only() {
        let address = |text: &str| text.parse::<SocketAddr>().unwrap();
        let mut settings = Settings::default();
        assert_eq!(origin(&settings, address("127.0.0.1:81")).unwrap(), "http://127.0.0.1:81");
        assert_eq!(origin(&settings, address("[::1]:81")).unwrap(), "http://[::1]:81");
        assert!(origin(&settings, address("0.0.0.0:81")).unwrap_err().contains("server.public_url"));
        settings.server.public_url = "https://comments.example".into();
        assert_eq!(origin(&settings, address("0.0.0.0:81")).unwrap(), "https://comments.example");
    }
}
