//! What is told to browsers as it happens: who listens to what, and how a message reaches all of
//! them at the cost of one.
//!
//! Nothing here knows what a message says. The app tells that something has moved ([`Hub::moved`]),
//! which costs the writer that says so a look into a map, whose lock is held for nothing longer than
//! that; `http::tell` reads what it was, writes it once, and hands it to a [`Topic`], from which every
//! [`Reader`] takes the same bytes. Theirs alone is what they missed before they came.
//!
//! A topic keeps its last [`topic::ROOM`] messages for as long as one of its readers has yet to take
//! them. Who is further behind when it reads on is let go, and comes back with the id of what it had
//! last.

pub mod frame;
pub mod hub;
pub mod reader;
pub mod seats;
pub mod topic;

pub use frame::{Frame, Gone, Part};
pub use hub::{Hub, Joined, Work};
pub use reader::Reader;
pub use seats::{Full, Row, Seat};
pub use topic::{Subject, Topic};
