//! Password hashing on threads of its own, behind a bounded queue: a flood of sign-ins waits or is
//! turned away, and never takes the threads that answer readers.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use crossbeam_channel::{Sender, TrySendError, bounded};
use tokio::sync::oneshot;

use super::Error;
use crate::domain::code::Code;

/// Argon2id, 19 MiB, 2 passes, 1 lane (OWASP Password Storage); 13 ms a core.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// When to try again while the queue is full, in seconds.
const RETRY_S: u64 = 2;

enum Job {
    Hash(String, oneshot::Sender<Result<String, String>>),
    Verify(String, Option<String>, oneshot::Sender<Result<Verified, String>>),
}

/// What a password check found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verified {
    /// It is another password, or there is none.
    No,
    /// It is the one.
    Yes,
    /// It is the one, but kept with weaker parameters than today's.
    Outdated,
}

/// The hashing threads.
pub struct Hasher {
    queue: Sender<Job>,
}

impl Hasher {
    /// Starts `threads` threads with room for `waiting` jobs.
    pub fn start(threads: usize, waiting: usize) -> std::io::Result<Hasher> {
        let (queue, jobs) = bounded::<Job>(waiting);
        let nobody = nobody();
        for number in 0..threads.max(1) {
            let (jobs, nobody) = (jobs.clone(), nobody.clone());
            std::thread::Builder::new().name(format!("hashing-{number}")).spawn(move || {
                yield_to_others();
                let argon2 = argon2();
                while let Ok(job) = jobs.recv() {
                    // who asked may have gone away: then the answer is of no use to anybody
                    match job {
                        Job::Hash(password, reply) => drop(reply.send(hash(&argon2, &password))),
                        Job::Verify(password, kept, reply) => {
                            let known = kept.is_some();
                            let found = verify(&argon2, &password, kept.as_deref().unwrap_or(&nobody));
                            drop(reply.send(found.map(|found| if known { found } else { Verified::No })));
                        }
                    }
                }
            })?;
        }
        Ok(Hasher { queue })
    }

    /// Hashes a password to a PHC string.
    pub async fn hash(&self, password: &str) -> Result<String, Error> {
        let (reply, answer) = oneshot::channel();
        self.send(Job::Hash(password.to_owned(), reply))?;
        answer.await.map_err(|_| Error::Fault("a hashing thread ended".into()))?.map_err(Error::Fault)
    }

    /// Checks a password against a PHC string, or does the same work for none.
    pub async fn verify(&self, password: &str, kept: Option<String>) -> Result<Verified, Error> {
        let (reply, answer) = oneshot::channel();
        self.send(Job::Verify(password.to_owned(), kept, reply))?;
        answer.await.map_err(|_| Error::Fault("a hashing thread ended".into()))?.map_err(Error::Fault)
    }

    fn send(&self, job: Job) -> Result<(), Error> {
        self.queue.try_send(job).map_err(|error| match error {
            TrySendError::Full(_) => Error::wait(Code::Overloaded, RETRY_S),
            TrySendError::Disconnected(_) => Error::Fault("the hashing threads ended".into()),
        })
    }
}

/// Gives the calling thread the lowest priority: whoever signs in waits 13 ms anyway, whoever reads
/// should not. On Linux a thread has a priority of its own (setpriority(2), "C library/kernel
/// differences"); elsewhere that would be the whole process's.
fn yield_to_others() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::setpriority_process(None, 19) {
        tracing::warn!(%error, "hashing threads keep the usual priority");
    }
}

fn argon2() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).expect("invariant: the parameters are within range");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

fn hash(argon2: &Argon2<'_>, password: &str) -> Result<String, String> {
    argon2.hash_password(password.as_bytes()).map(|hash| hash.to_string()).map_err(|error| error.to_string())
}

/// What is checked when there is nobody to check, which is the same work: a hash that was drawn, so
/// that no password has it. To compute one would leave its 19 MiB with the allocator at every start.
fn nobody() -> String {
    let [salt, hash] = [rand::random::<[u8; 16]>().as_slice(), rand::random::<[u8; 32]>().as_slice()]
        .map(|bytes| STANDARD_NO_PAD.encode(bytes));
    format!("$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}${salt}${hash}")
}

fn verify(argon2: &Argon2<'_>, password: &str, kept: &str) -> Result<Verified, String> {
    let parsed = PasswordHash::new(kept).map_err(|error| error.to_string())?;
    match argon2.verify_password(password.as_bytes(), &parsed) {
        Ok(()) => {
            let used = Params::try_from(&parsed).map_err(|error| error.to_string())?;
            let weaker = used.m_cost() < MEMORY_KIB || used.t_cost() < PASSES;
            Ok(if weaker { Verified::Outdated } else { Verified::Yes })
        }
        Err(argon2::password_hash::Error::PasswordInvalid) => Ok(Verified::No),
        Err(error) => Err(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn checks_what_it_hashed() {
        let hasher = Hasher::start(1, 8).unwrap();
        let kept = hasher.hash("correct horse battery").await.unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        assert_eq!(hasher.verify("correct horse battery", Some(kept.clone())).await.unwrap(), Verified::Yes);
        assert_eq!(hasher.verify("correct horse battery ", Some(kept)).await.unwrap(), Verified::No);
        assert_eq!(hasher.verify("correct horse battery", None).await.unwrap(), Verified::No);
        assert!(hasher.verify("x", Some("no hash".into())).await.is_err());
    }

    #[test]
    fn nobody_costs_what_somebody_costs() {
        let (nobody, somebody) = (nobody(), hash(&argon2(), "correct horse battery").unwrap());
        let (nobody, somebody) = (PasswordHash::new(&nobody).unwrap(), PasswordHash::new(&somebody).unwrap());
        assert_eq!(
            (nobody.algorithm, nobody.version, &nobody.params),
            (somebody.algorithm, somebody.version, &somebody.params)
        );
        let length = |hash: &PasswordHash| hash.hash.as_ref().map(|hash| hash.as_bytes().len());
        assert_eq!(length(&nobody), length(&somebody));
    }
}
