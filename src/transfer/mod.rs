//! Foreign file formats: bytes to plain documents and back. What becomes of a document is the
//! business of `app::import` and `app::export`; nothing here knows the store.

pub mod native;
