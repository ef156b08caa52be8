//! Understory keeps the comments under an article: readers sign in and reply in a tree,
//! moderators keep the tree healthy, front ends call JSON.
//!
//! The rooms and which may import which: see `docs/ARCHITECTURE.md`.

pub mod app;
pub mod boot;
pub mod cli;
pub mod config;
pub mod domain;
pub mod http;
pub mod jobs;
pub mod live;
pub mod store;
pub mod transfer;

#[cfg(test)]
#[path = "../tests/support/database.rs"]
mod database;
