//! For whoever runs the service: is it alive, is it ready, what are its figures.

use std::sync::OnceLock;
use std::time::Duration;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use metrics_util::MetricKindMask;
use sha2::{Digest, Sha256};

use crate::app::{App, Error};
use crate::domain::code::Code;
use crate::store::StoreError;

use super::extract::{Client, bearer};
use super::problem::Problem;
use super::stats;

/// Bounds of the time a request takes, in seconds.
const BUCKETS: [f64; 11] = [0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5];
/// After so long a gauge that was not set again is left out.
const FORGOTTEN: Duration = Duration::from_mins(10);
/// Between two rounds of sorting new figures into buckets; until then each takes memory.
const UPKEEP: Duration = Duration::from_secs(5);

/// The process's figures. They are the process's and not an app's because `metrics` has one
/// recorder a process; the first call installs it, if nobody else has.
pub fn figures() -> &'static PrometheusHandle {
    static FIGURES: OnceLock<PrometheusHandle> = OnceLock::new();
    FIGURES.get_or_init(|| {
        let builder = PrometheusBuilder::new().set_buckets(&BUCKETS).expect("invariant: there are bounds");
        // a moderator or a rule that no figure tells of any more
        let builder = builder.idle_timeout(MetricKindMask::GAUGE, Some(FORGOTTEN));
        let recorder = builder.build_recorder();
        let handle = recorder.handle();
        if metrics::set_global_recorder(recorder).is_err() {
            tracing::warn!("another recorder has the figures: /metrics stays empty");
        }
        handle
    })
}

/// Keeps the figures small, as long as the thread it is started on runs.
pub async fn upkeep() {
    loop {
        actix_web::rt::time::sleep(UPKEEP).await;
        figures().run_upkeep();
    }
}

/// `GET /healthz`: the process answers.
pub async fn health() -> HttpResponse {
    plain("ok\n")
}

/// `GET /readyz`: the store answers.
pub async fn ready(app: web::Data<App>) -> Result<HttpResponse, Problem> {
    // no site has this name; to be told so is what matters
    app.store.read("ready", |tx| tx.site_by_key("").map(drop)).await.map_err(|error: StoreError| {
        tracing::error!(%error, "the store does not answer");
        Error::refuse(Code::Overloaded, "the store does not answer")
    })?;
    Ok(plain("ready\n"))
}

/// `GET /metrics`, for loopback and who has the token; nobody else learns that it is there.
pub async fn metrics(req: HttpRequest, app: web::Data<App>, client: Client) -> Result<HttpResponse, Problem> {
    let token = &app.settings.metrics.token;
    let by_token = !token.is_empty() && bearer(req.headers()).is_some_and(|sent| same(sent, token.expose()));
    // a proxy on this host that is not declared makes everybody look local: it names itself
    let is_local = client.address.is_loopback() && !client.claims_more;
    if !by_token && !is_local {
        return Err(Error::not_found().into());
    }
    if let Err(error) = stats::set_gauges(&app).await {
        // the process's own figures are worth having all the more now
        tracing::error!(%error, "the figures of moderation cannot be read");
    }
    metrics::gauge!("live_connections").set(app.live.count() as f64);
    let media_type = "text/plain; version=0.0.4; charset=utf-8";
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, media_type))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(figures().render()))
}

fn plain(text: &'static str) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/plain; charset=utf-8"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(text)
}

/// Compares in a time that tells nothing about where two texts differ.
fn same(one: &str, other: &str) -> bool {
    Sha256::digest(one.as_bytes()) == Sha256::digest(other.as_bytes())
}
