//! What is counted of the answers of one route: how many, and how long they took.
//!
//! The recorder finds a figure by its labels, which takes longer than to move it; so each worker
//! keeps what it has found.

use std::cell::RefCell;
use std::time::Duration;

use actix_web::http::StatusCode;
use metrics::{Counter, Histogram};

/// Figures of one route on one worker's thread.
pub struct Figures {
    route: String,
    found: RefCell<Vec<Found>>,
}

struct Found {
    method: &'static str,
    status: StatusCode,
    answers: Counter,
    seconds: Histogram,
}

impl Figures {
    /// Nothing counted yet; `route` is the label.
    pub fn of(route: String) -> Figures {
        Figures { route, found: RefCell::default() }
    }

    /// The label.
    pub fn route(&self) -> &str {
        &self.route
    }

    /// Counts an answer.
    pub fn count(&self, method: &'static str, status: StatusCode, took: Duration) {
        let mut found = self.found.borrow_mut();
        let known = found.iter().position(|found| (found.method, found.status) == (method, status));
        let at = known.unwrap_or_else(|| {
            found.push(self.find(method, status));
            found.len() - 1
        });
        if let Some(figures) = found.get(at) {
            figures.answers.increment(1);
            figures.seconds.record(took.as_secs_f64());
        }
    }

    fn find(&self, method: &'static str, status: StatusCode) -> Found {
        let route = || self.route.clone();
        let answers = metrics::counter!("http_requests_total", "method" => method, "route" => route(), "status" => status.as_str().to_owned());
        let seconds = metrics::histogram!("http_request_seconds", "method" => method, "route" => route());
        Found { method, status, answers, seconds }
    }
}
