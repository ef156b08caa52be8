//! The limit of signing in: bare Argon2id with the same parameters on as many threads.

use actix_web::{HttpResponse, web};
use argon2::password_hash::PasswordVerifier;
use argon2::password_hash::phc::PasswordHash;
use crossbeam_channel::{Sender, bounded};
use tokio::sync::oneshot;

use crate::Outcome;
use crate::fill::{PASSWORD, argon2, hash};

/// Checks that may wait.
const QUEUE: usize = 1_024;

/// The end of the hashing threads that handlers hold.
pub struct Hashing {
    jobs: Sender<oneshot::Sender<bool>>,
}

impl Hashing {
    /// Starts the threads: all cores but one, and at least one, as the service does.
    ///
    /// # Errors
    /// When they cannot be started.
    pub fn start() -> Outcome<Hashing> {
        let (jobs, waiting) = bounded::<oneshot::Sender<bool>>(QUEUE);
        let threads = std::thread::available_parallelism()?.get().saturating_sub(1).max(1);
        let kept = hash()?;
        for _ in 0..threads {
            let (waiting, kept, argon2) = (waiting.clone(), kept.clone(), argon2()?);
            std::thread::Builder::new().name("bare-hashing".into()).spawn(move || {
                while let Ok(checked) = waiting.recv() {
                    let right = PasswordHash::new(&kept)
                        .is_ok_and(|kept| argon2.verify_password(PASSWORD.as_bytes(), &kept).is_ok());
                    // who asked may be gone
                    checked.send(right).unwrap_or_default();
                }
            })?;
        }
        Ok(Hashing { jobs })
    }
}

/// Checks the readers' password once.
pub async fn verify(hashing: web::Data<Hashing>) -> HttpResponse {
    let (checked, answer) = oneshot::channel();
    if hashing.jobs.try_send(checked).is_err() {
        return HttpResponse::ServiceUnavailable().finish();
    }
    match answer.await {
        Ok(true) => HttpResponse::Ok().finish(),
        _ => HttpResponse::InternalServerError().finish(),
    }
}
