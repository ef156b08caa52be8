//! Slows down guessing, on all nodes together: a try is counted as a failure before the password is
//! looked at, so that many at once gain nothing, and taken out when it was right. How long to wait
//! is decided in `domain::throttle`.

use sha2::{Digest as _, Sha256};

use super::{App, Error};
use crate::domain::code::Code;
use crate::domain::throttle::{Failures, PATIENCE_ACCOUNT, PATIENCE_PAIR};
use crate::store::{Key, StoreError, Tx};

/// A try to prove a password, counted as a failure until it is known how it went.
#[derive(Clone, Copy)]
pub(super) struct Attempt {
    pair: [u8; 32],
    account: [u8; 32],
}

impl Attempt {
    fn new(account: &str, client: &str) -> Attempt {
        // a hash, so that the addresses of clients are not kept
        let hash = |text: &str| Sha256::digest(text).into();
        Attempt { pair: hash(&format!("{account}\n{client}")), account: hash(account) }
    }

    fn begin(&self, tx: &mut Tx<'_>, now_ms: i64) -> Result<(), Error> {
        let counted = [(self.pair, PATIENCE_PAIR), (self.account, PATIENCE_ACCOUNT)];
        let mut wait_ms = 0;
        for (hash, patience) in counted {
            let before = tx.failure_by_hash(&hash)?;
            wait_ms = wait_ms.max(before.map_or(0, |failures| failures.wait_ms(patience, now_ms)));
            tx.failure_set(&hash, Failures::another(before, now_ms))?;
        }
        match u64::try_from(wait_ms) {
            Ok(wait_ms @ 1..) => Err(Error::wait(Code::RateLimited, wait_ms.div_ceil(1_000))),
            _ => Ok(()),
        }
    }

    /// It went well: the failures before it are forgotten.
    pub(super) fn succeed(&self, tx: &mut Tx<'_>) -> Result<(), StoreError> {
        tx.failure_forget(&self.pair)?;
        tx.failure_forget(&self.account)
    }
}

impl App {
    /// Begins a try to prove the password of an account, whether there is one or not.
    ///
    /// # Errors
    /// 429 `rate_limited` with the seconds to wait.
    pub(super) async fn attempt(&self, account: &str, client: &str) -> Result<Attempt, Error> {
        let (attempt, now_ms) = (Attempt::new(account, client), self.now_ms());
        if self.settings.limits.enabled {
            let begin = move |tx: &mut Tx<'_>| attempt.begin(tx, now_ms);
            self.store.write("attempt", Key::account(account), begin).await?;
        }
        Ok(attempt)
    }

    /// Gives a try back whose password could not be looked at.
    pub(super) async fn take_back(&self, attempt: Attempt) -> Result<(), Error> {
        if !self.settings.limits.enabled {
            return Ok(());
        }
        self.store
            .write("take_back", Key::free(), move |tx| {
                tx.failure_take_back(&attempt.pair)?;
                tx.failure_take_back(&attempt.account)
            })
            .await
            .map_err(|error: StoreError| error.into())
    }
}
