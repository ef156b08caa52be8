//! Takes away what has had its time, and writes down who was seen. Called by a timer.

use super::{App, longest_token_ms};
use crate::domain::throttle::FORGET_MS;
use crate::domain::time::DAY_MS;
use crate::store::{Key, StoreError, Tx};

/// What holds the nodes apart.
const JOB: &str = "housekeep";
/// A node that has done nothing for so long has died, in milliseconds.
const HOLD_MS: i64 = 60_000;
/// Batches of one kind in one go at the most; the rest waits for the next.
const BATCHES_MAX: usize = 1_000;

impl App {
    /// Erases texts deleted long enough ago, and forgets idempotency keys, events, sessions,
    /// exchange codes, failures and claims that are over, and who gave notices that were settled. In
    /// units of one batch each, so that no writer waits long; on one node at a time: where another
    /// is at it, this one leaves it.
    ///
    /// # Errors
    /// [`StoreError`] of the first unit that fails; the next go takes up the rest.
    pub async fn housekeep(&self) -> Result<(), StoreError> {
        let now_ms = self.now_ms();
        let day_ago = now_ms - DAY_MS;
        let text_days = i64::try_from(self.settings.comments.deleted_text_days).unwrap_or(i64::MAX);
        let texts = now_ms.saturating_sub(text_days.saturating_mul(DAY_MS));
        // a token may outlive its session: until it has expired, that it was ended must be known
        let tokens = now_ms.saturating_sub(longest_token_ms(&self.settings));
        let sessions = day_ago.min(tokens);
        let texts = self.batches("erase_deleted", move |tx| tx.erase_deleted(texts, now_ms)).await?;
        let keys = self.batches("forget_keys", move |tx| tx.forget_keys(day_ago)).await?;
        let events = self.batches("forget_events", move |tx| tx.forget_events(day_ago)).await?;
        let sessions = self.batches("forget_sessions", move |tx| tx.forget_sessions(sessions)).await?;
        let codes = self.batches("forget_codes", move |tx| tx.forget_codes(now_ms)).await?;
        let failures = self.batches("forget_failures", move |tx| tx.forget_failures(now_ms - FORGET_MS)).await?;
        // as long as an idempotency key counts
        let claims = self.batches("forget_claims", move |tx| tx.forget_claims(day_ago)).await?;
        let contact_days = i64::try_from(self.settings.moderation.notice_contact_days).unwrap_or(i64::MAX);
        let contacts = now_ms.saturating_sub(contact_days.saturating_mul(DAY_MS));
        let contacts = self.batches("forget_contacts", move |tx| tx.forget_contacts(contacts)).await?;
        self.standing.forget_ended(tokens);
        tracing::debug!(texts, keys, events, sessions, codes, failures, claims, contacts, "housekeeping done");
        Ok(())
    }

    /// Writes down when people were last seen, and reads whom other nodes saw.
    ///
    /// # Errors
    /// [`StoreError`] when they could not be; they are tried again the next time.
    pub async fn share_presence(&self) -> Result<(), StoreError> {
        let seen = self.presence.unwritten(self.now_ms());
        if !seen.is_empty() {
            let people = seen.clone();
            let write =
                move |tx: &mut Tx<'_>| people.iter().try_for_each(|(user, at_ms)| tx.user_set_seen(*user, *at_ms));
            if let Err(error) = self.store.write("presence", Key::free(), write).await {
                seen.into_iter().for_each(|(user, at_ms)| self.presence.saw(user, at_ms));
                return Err(error);
            }
        }
        self.presence.load(&self.store, self.now_ms()).await
    }

    /// Runs a batch, a unit each, until one finds nothing more; how many rows in all.
    async fn batches<F>(&self, name: &'static str, batch: F) -> Result<u64, StoreError>
    where
        F: Fn(&mut Tx<'_>) -> Result<u64, StoreError> + Copy + Send + 'static,
    {
        let mut all = 0;
        for _ in 0..BATCHES_MAX {
            let (node, now_ms) = (self.node, self.now_ms());
            let unit = move |tx: &mut Tx<'_>| match tx.job_hold(JOB, node, now_ms, now_ms + HOLD_MS)? {
                true => batch(tx),
                false => Ok(0),
            };
            let taken = self.store.write(name, Key::job(JOB), unit).await?;
            all += taken;
            if taken == 0 {
                break;
            }
        }
        Ok(all)
    }
}
