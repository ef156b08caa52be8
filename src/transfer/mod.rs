//! Foreign file formats: bytes to plain documents and back. What becomes of a document is the
//! business of `app::import`, `app::export` and `app::prove_log`; nothing here knows the store.

pub mod eu;
pub mod log;
pub mod native;
