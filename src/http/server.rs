//! The server: threads, time-outs and what each thread gets.

use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use actix_service::IntoServiceFactory as _;
use actix_web::dev::Server;
use actix_web::middleware::from_fn;
use actix_web::rt::net::TcpStream;
use actix_web::{HttpServer, web};

use crate::app::App;

use super::assets::Assets;
use super::cache::{Cache, Cached};
use super::limits::Limits;
use super::{Front, middleware, operate, routes, tell};

/// For how long a connection may wait for its next request.
const IDLE: Duration = Duration::from_secs(75);
/// For how long what was sent may lie unread at the other end, in milliseconds. Nothing else ends a
/// stream whose reader has stopped reading, or is gone without a word.
const UNREAD_MS: u32 = 60_000;

/// Starts to serve on a listener. Signals are the caller's: it stops the server by its handle, and
/// running requests are given `server.shutdown_s` seconds.
///
/// # Errors
/// When the listener cannot be used.
pub fn serve(app: Arc<App>, listener: TcpListener, front: Front) -> std::io::Result<Server> {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let settings = app.settings.server.clone();
    let limits = Arc::new(Limits::new(&app.settings.limits));
    let cache = app.settings.cache.bytes().map(|bytes| Arc::new(Cache::new(app.clone(), limits.clone(), bytes)));
    let limits = web::Data::from(limits);
    let app = web::Data::from(app);
    let front = web::Data::new(front);
    let assets = web::Data::new(Assets::new());
    operate::figures();
    let upkept = Arc::new(AtomicBool::new(false));
    let server = HttpServer::new(move || {
        if !upkept.swap(true, Ordering::Relaxed) {
            // on this worker's own thread, and as long as it
            actix_web::rt::spawn(operate::upkeep());
            actix_web::rt::spawn(tell::tell(app.clone().into_inner()));
        }
        let app = actix_web::App::new()
            .app_data(app.clone())
            .app_data(front.clone())
            .app_data(assets.clone())
            .app_data(limits.clone())
            .wrap(from_fn(middleware::around))
            .configure(routes::configure);
        Cached::new(app.into_factory(), cache.clone())
    });
    let server = server
        .workers(settings.worker_threads(cores))
        .keep_alive(IDLE)
        .client_request_timeout(Duration::from_secs(settings.client_timeout_s))
        // a reader who leaves is known at once, and not when something is sent
        .h1_allow_half_closed(false)
        .on_connect(|line, _| {
            if let Some(line) = line.downcast_ref::<TcpStream>()
                && let Err(error) = rustix::net::sockopt::set_tcp_user_timeout(line, UNREAD_MS)
            {
                tracing::warn!(%error, "a connection cannot be given a time to be read in");
            }
        })
        .shutdown_timeout(settings.shutdown_s)
        .disable_signals();
    Ok(server.listen(listener)?.run())
}
