//! The HTTP face: what comes in is read and checked, a use-case is called, its answer is written.
//!
//! No rule of the service is decided here; what a page may do (origins, cookies, rates) is.
//! `routes` is the one page of what is answered. `extract` and its neighbours `body`, `json`,
//! `query`, `client` and `cookies` read; `reply`, `wire` and `problem` write; `middleware`, with
//! `cors` and `limits`, goes around it all.

pub mod answer;
pub mod appeals;
pub mod auth;
pub mod body;
pub mod claims;
pub mod client;
pub mod comments;
pub mod compress;
pub mod cookies;
pub mod decisions;
pub mod events;
pub mod extract;
pub mod join;
pub mod limits;
pub mod mine;
pub mod moderation;
pub mod notices;
pub mod openapi;
pub mod own;
mod people;
pub mod problem;
pub mod query;
pub mod queue;
pub mod reply;
pub mod reporter;
pub mod route;
pub mod routes;
pub mod sites;
pub mod statements;
pub mod view;
pub mod wire;

mod assets;
mod cache;
mod cors;
mod feed;
mod figures;
mod html;
mod json;
mod middleware;
mod oembed;
mod operate;
mod server;
mod settings;
mod stats;
mod tell;

pub use problem::Problem;
pub use server::serve;

/// How the service shows itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct Front {
    /// Whether the article of the demonstration stands at `/`.
    pub demo: bool,
}
