//! Sessions, refresh tokens, exchange codes and signing keys. Tokens are kept as hashes only.

use super::driver::{Columns, values};
use super::{StoreError, Tx};
use crate::domain::ids::{SessionId, UserId};
use crate::domain::session::{Client, RefreshToken, Scope, Session};

/// A session that ended: which, and when in milliseconds since 1970.
pub type Ended = (SessionId, i64);

fn session(c: &mut Columns<'_>) -> Result<Session, StoreError> {
    Ok(Session {
        id: c.take()?,
        user_id: c.take()?,
        scope: c.word(Scope::parse)?,
        client: c.word(Client::parse)?,
        agent: c.maybe()?,
        created_ms: c.take()?,
        used_ms: c.take()?,
        expires_ms: c.take()?,
        ended_ms: c.maybe()?,
    })
}

impl Tx<'_> {
    /// Starts a session.
    pub fn session_insert(&mut self, s: &Session) -> Result<(), StoreError> {
        self.run(
            "INSERT INTO session (id, user_id, scope, client, agent, created_ms, used_ms, expires_ms)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            values![
                s.id,
                s.user_id,
                s.scope.as_str(),
                s.client.as_str(),
                s.agent.as_deref(),
                s.created_ms,
                s.used_ms,
                s.expires_ms
            ],
        )?;
        Ok(())
    }

    /// A session.
    pub fn session_by_id(&mut self, id: SessionId) -> Result<Option<Session>, StoreError> {
        self.first(
            "SELECT id, user_id, scope, client, agent, created_ms, used_ms, expires_ms, ended_ms FROM session WHERE id = ?1",
            values![id],
            session,
        )
    }

    /// A person's sessions under way, newest first, 200 at most.
    pub fn sessions_of(&mut self, user: UserId, now_ms: i64) -> Result<Vec<Session>, StoreError> {
        self.all(
            "SELECT id, user_id, scope, client, agent, created_ms, used_ms, expires_ms, ended_ms FROM session
             WHERE user_id = ?1 AND ended_ms IS NULL AND expires_ms > ?2 ORDER BY created_ms DESC, id DESC LIMIT 200",
            values![user, now_ms],
            session,
        )
    }

    /// Notes that a session was refreshed.
    pub fn session_use(&mut self, id: SessionId, used_ms: i64) -> Result<(), StoreError> {
        self.run("UPDATE session SET used_ms = ?2 WHERE id = ?1", values![id, used_ms])?;
        Ok(())
    }

    /// Ends one session; whether it was under way.
    pub fn session_end(&mut self, id: SessionId, ended_ms: i64) -> Result<bool, StoreError> {
        let changed =
            self.changed("UPDATE session SET ended_ms = ?2 WHERE id = ?1 AND ended_ms IS NULL", values![id, ended_ms])?;
        Ok(changed > 0)
    }

    /// Ends all sessions of a person but one; those ended.
    pub fn session_end_others(
        &mut self,
        user: UserId,
        keep: Option<SessionId>,
        ended_ms: i64,
    ) -> Result<Vec<SessionId>, StoreError> {
        self.all(
            "UPDATE session SET ended_ms = ?3 WHERE user_id = ?1 AND id <> ?2 AND ended_ms IS NULL RETURNING id",
            values![user, keep.map_or(0, |id| id.0), ended_ms],
            |c| c.take(),
        )
    }

    /// Sessions that ended since then.
    pub fn sessions_ended_since(&mut self, since_ms: i64) -> Result<Vec<Ended>, StoreError> {
        self.all(
            "SELECT id, ended_ms FROM session WHERE ended_ms IS NOT NULL AND ended_ms >= ?1 ORDER BY ended_ms, id",
            values![since_ms],
            |c| Ok((c.take()?, c.take()?)),
        )
    }

    /// Keeps a refresh token by its hash.
    pub fn refresh_insert(&mut self, hash: &[u8], session: SessionId, created_ms: i64) -> Result<(), StoreError> {
        self.run(
            "INSERT INTO refresh_token (hash, session_id, created_ms) VALUES (?1, ?2, ?3)",
            values![hash, session, created_ms],
        )?;
        Ok(())
    }

    /// The refresh token with that hash.
    pub fn refresh_by_hash(&mut self, hash: &[u8]) -> Result<Option<RefreshToken>, StoreError> {
        self.first(
            "SELECT session_id, created_ms, spent_ms, children FROM refresh_token WHERE hash = ?1",
            values![hash],
            |c| {
                Ok(RefreshToken {
                    session_id: c.take()?,
                    created_ms: c.take()?,
                    spent_ms: c.maybe()?,
                    children: c.take()?,
                })
            },
        )
    }

    /// Marks a refresh token as used once more; the time of the first use stays.
    pub fn refresh_spend(&mut self, hash: &[u8], spent_ms: i64) -> Result<(), StoreError> {
        self.run(
            "UPDATE refresh_token SET spent_ms = COALESCE(spent_ms, ?2), children = children + 1 WHERE hash = ?1",
            values![hash, spent_ms],
        )?;
        Ok(())
    }

    /// Keeps an exchange code by its hash.
    pub fn code_insert(
        &mut self,
        hash: &[u8],
        session: SessionId,
        origin: &str,
        expires_ms: i64,
    ) -> Result<(), StoreError> {
        self.run(
            "INSERT INTO exchange_code (hash, session_id, origin, expires_ms) VALUES (?1, ?2, ?3, ?4)",
            values![hash, session, origin, expires_ms],
        )?;
        Ok(())
    }

    /// Takes an exchange code away: which session made it, for which origin, until when.
    pub fn code_take(&mut self, hash: &[u8]) -> Result<Option<(SessionId, String, i64)>, StoreError> {
        self.first(
            "DELETE FROM exchange_code WHERE hash = ?1 RETURNING session_id, origin, expires_ms",
            values![hash],
            |c| Ok((c.take()?, c.take()?, c.take()?)),
        )
    }

    /// The keys that sign access tokens, newest first.
    pub fn signing_keys(&mut self) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        self.all("SELECT kid, secret FROM signing_key ORDER BY created_ms DESC, kid", &[], |c| {
            Ok((c.take()?, c.take()?))
        })
    }

    /// Keeps a new signing key.
    pub fn signing_key_insert(&mut self, kid: &str, secret: &[u8], created_ms: i64) -> Result<(), StoreError> {
        self.run(
            "INSERT INTO signing_key (kid, secret, created_ms) VALUES (?1, ?2, ?3)",
            values![kid, secret, created_ms],
        )?;
        Ok(())
    }
}
