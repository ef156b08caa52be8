//! What Understory decides: pure functions and types, no I/O, no clock, no SQL, no HTTP.
//! Everything here can be tested with plain values; who asks and where the answers are kept
//! is the business of `app` and `store`.

pub mod appeal;
pub mod code;
pub mod comment;
pub mod cursor;
pub mod decision;
pub mod display_name;
pub mod duplicate;
pub mod flag;
pub mod fragment;
pub mod ids;
pub mod log;
pub mod login;
pub mod markup;
pub mod notice;
pub mod password;
pub mod path;
pub mod permission;
pub mod queue;
pub mod report;
pub mod sample;
pub mod sanction;
pub mod scoring;
pub mod session;
pub mod statement;
pub mod stats;
pub mod thread;
pub mod throttle;
pub mod time;
pub mod tree;
pub mod two_persons;
pub mod user;
