//! Access tokens: JWT with HS256 from the store's own keys (RFC 8725, RFC 9068).
//!
//! The algorithm is fixed here and never read from the token; every claim used must be there and
//! of its type. Times are checked against the app's clock. Roles are not in a token.

use hmac::{Hmac, KeyInit as _, Mac as _};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, decode_header, encode};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use super::Error;
use crate::domain::code::Code;
use crate::domain::ids::{SessionId, UserId};
use crate::domain::session::Scope;
use crate::store::{Key, Store, StoreError};

/// Who the tokens are for.
const AUDIENCE: &str = "understory";
/// How far clocks may differ, in seconds.
const SKEW_S: i64 = 30;

/// What a token is used as; one is never taken for the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Sent as Bearer.
    Access,
    /// Kept in the console's cookie.
    Console,
}

impl Kind {
    fn typ(self) -> &'static str {
        match self {
            Kind::Access => "at+jwt",
            Kind::Console => "console+jwt",
        }
    }
}

/// What a token says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claims {
    /// Who.
    pub user: UserId,
    /// By which session.
    pub session: SessionId,
    /// What it may do.
    pub scope: Scope,
}

#[derive(Serialize, Deserialize)]
struct Wire {
    iss: String,
    aud: String,
    sub: UserId,
    sid: SessionId,
    scope: Scope,
    iat: i64,
    nbf: i64,
    exp: i64,
}

/// The keys that sign and verify; the newest signs.
pub struct Keys {
    issuer: String,
    signing: (String, EncodingKey),
    verifying: Vec<(String, DecodingKey)>,
    marking: Vec<u8>,
}

/// Under which name the store keeps the key of [`Keys::mark`].
const MARKING: &str = "marking_key";

impl Keys {
    /// Loads the store's keys, making the first, and proves that what one signs it verifies.
    pub async fn load(store: &Store, issuer: &str, now_ms: i64) -> Result<Keys, StoreError> {
        let kid = hex::encode(rand::random::<[u8; 8]>());
        let (secret, marking): ([u8; 32], [u8; 32]) = (rand::random(), rand::random());
        let (keys, marking) = store
            .write("signing_keys", Key::signing(), move |tx| {
                let mut keys = tx.signing_keys()?;
                if keys.is_empty() {
                    tx.signing_key_insert(&kid, &secret, now_ms)?;
                    keys.push((kid.clone(), secret.to_vec()));
                }
                let marking = match tx.meta_get(MARKING)? {
                    Some(known) => known,
                    None => {
                        let new = hex::encode(marking);
                        tx.meta_set(MARKING, &new)?;
                        new
                    }
                };
                Ok::<_, StoreError>((keys, marking))
            })
            .await?;
        let (kid, secret) = keys.first().ok_or_else(|| StoreError::Corrupt("no signing key".into()))?;
        let loaded = Keys {
            issuer: issuer.to_owned(),
            signing: (kid.clone(), EncodingKey::from_secret(secret)),
            verifying: keys.iter().map(|(kid, secret)| (kid.clone(), DecodingKey::from_secret(secret))).collect(),
            marking: hex::decode(marking).map_err(|error| StoreError::Corrupt(format!("meta.{MARKING}: {error}")))?,
        };
        loaded.self_test(now_ms).map_err(|error| StoreError::Corrupt(format!("signing does not work: {error}")))?;
        Ok(loaded)
    }

    fn self_test(&self, now_ms: i64) -> Result<(), Error> {
        let claims = Claims { user: UserId(1), session: SessionId(1), scope: Scope::Reader };
        let token = self.sign(claims, Kind::Access, now_ms, 60)?;
        let read = self.verify(&token, Kind::Access, now_ms)?;
        if read == claims { Ok(()) } else { Err(Error::Fault("a token reads back differently".into())) }
    }

    /// A hash that nobody can make without the store's key: the same whenever it is asked
    /// for, and for each `purpose` another.
    pub fn mark(&self, purpose: &str, of: &[u8]) -> Result<[u8; 32], Error> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.marking).map_err(|error| Error::Fault(error.to_string()))?;
        mac.update(purpose.as_bytes());
        mac.update(&[0]);
        mac.update(of);
        Ok(mac.finalize().into_bytes().into())
    }

    /// Signs a token that is good for `ttl_s` seconds.
    pub fn sign(&self, claims: Claims, kind: Kind, now_ms: i64, ttl_s: i64) -> Result<String, Error> {
        let (kid, key) = &self.signing;
        let mut header = Header::new(Algorithm::HS256);
        header.typ = Some(kind.typ().to_owned());
        header.kid = Some(kid.clone());
        let now_s = now_ms / 1_000;
        let wire = Wire {
            iss: self.issuer.clone(),
            aud: AUDIENCE.to_owned(),
            sub: claims.user,
            sid: claims.session,
            scope: claims.scope,
            iat: now_s,
            nbf: now_s,
            exp: now_s + ttl_s,
        };
        encode(&header, &wire, key).map_err(|error| Error::Fault(format!("signing: {error}")))
    }

    /// Reads a token.
    pub fn verify(&self, token: &str, kind: Kind, now_ms: i64) -> Result<Claims, Error> {
        let invalid = || Error::from(Code::InvalidToken);
        let header = decode_header(token).map_err(|_| invalid())?;
        if header.typ.as_deref() != Some(kind.typ()) {
            return Err(invalid());
        }
        let kid = header.kid.ok_or_else(invalid)?;
        let (_, key) = self.verifying.iter().find(|(known, _)| *known == kid).ok_or_else(invalid)?;
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_issuer(&[&self.issuer]);
        validation.set_audience(&[AUDIENCE]);
        validation.set_required_spec_claims(&["exp", "nbf", "iss", "aud", "sub"]);
        // checked below, against the app's own clock
        validation.validate_exp = false;
        validation.validate_nbf = false;
        let wire: Wire = decode(token, key, &validation).map_err(|_| invalid())?.claims;
        let now_s = now_ms / 1_000;
        if wire.nbf > now_s + SKEW_S || wire.iat > now_s + SKEW_S {
            return Err(invalid());
        }
        if wire.exp <= now_s {
            return Err(Code::TokenExpired.into());
        }
        Ok(Claims { user: wire.sub, session: wire.sid, scope: wire.scope })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use serde_json::{Value, json};

    const SECRET: &[u8; 32] = b"only for tests, 32 bytes of key.";

    fn keys() -> Keys {
        Keys {
            issuer: "https://comments.example".into(),
            signing: ("k1".into(), EncodingKey::from_secret(SECRET)),
            verifying: vec![("k1".into(), DecodingKey::from_secret(SECRET))],
            marking: SECRET.to_vec(),
        }
    }

    fn wire() -> Value {
        json!({"iss": "https://comments.example", "aud": "understory", "sub": "5", "sid": "6", "scope": "full",
               "iat": 1_000, "nbf": 1_000, "exp": 1_900})
    }

    fn signed(header: &Value, claims: &str) -> String {
        use hmac::{Hmac, KeyInit, Mac};
        let head = URL_SAFE_NO_PAD.encode(header.to_string());
        let body = URL_SAFE_NO_PAD.encode(claims);
        let mut mac = Hmac::<sha2::Sha256>::new_from_slice(SECRET).unwrap();
        mac.update(format!("{head}.{body}").as_bytes());
        format!("{head}.{body}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
    }

    fn code(token: &str) -> &'static str {
        match keys().verify(token, Kind::Access, 1_500_000) {
            Ok(_) => "ok",
            Err(Error::Refused(refusal)) => refusal.code.name(),
            Err(_) => "fault",
        }
    }

    #[test]
    fn a_mark_is_of_one_purpose_one_thing_and_one_key() {
        let mark = |keys: &Keys, purpose, id: u8| keys.mark(purpose, &[id]).unwrap();
        let other = Keys { marking: b"another".to_vec(), ..keys() };
        let first = mark(&keys(), "notice", 1);
        assert_eq!(first, mark(&keys(), "notice", 1));
        for different in [mark(&keys(), "notice", 2), mark(&keys(), "sample", 1), mark(&other, "notice", 1)] {
            assert_ne!(first, different);
        }
    }

    #[test]
    fn only_a_whole_and_well_typed_token_is_taken() {
        let header = json!({"alg": "HS256", "typ": "at+jwt", "kid": "k1"});
        let good = signed(&header, &wire().to_string());
        assert_eq!(code(&good), "ok");
        for claim in ["iss", "aud", "sub", "sid", "scope", "iat", "nbf", "exp"] {
            for wrong in [Value::Null, json!("1900"), json!([1900]), json!({}), json!(true), json!(1900.5)] {
                // a decimal string is an id there
                if matches!(claim, "sub" | "sid") && wrong == json!("1900") {
                    continue;
                }
                let mut claims = wire();
                claims[claim] = wrong.clone();
                assert_eq!(code(&signed(&header, &claims.to_string())), "invalid_token", "{claim}: {wrong}");
            }
            let mut claims = wire();
            claims.as_object_mut().unwrap().remove(claim);
            assert_eq!(code(&signed(&header, &claims.to_string())), "invalid_token", "without {claim}");
        }
        let huge = wire().to_string().replace("1900", "1e400");
        assert_eq!(code(&signed(&header, &huge)), "invalid_token");
        let headers = [
            json!({"alg": "none", "typ": "at+jwt", "kid": "k1"}),
            json!({"alg": "HS384", "typ": "at+jwt", "kid": "k1"}),
            json!({"alg": "RS256", "typ": "at+jwt", "kid": "k1"}),
            json!({"alg": "HS256", "typ": "JWT", "kid": "k1"}),
            json!({"alg": "HS256", "typ": "console+jwt", "kid": "k1"}),
            json!({"alg": "HS256", "typ": "at+jwt", "kid": "k2"}),
            json!({"alg": "HS256", "typ": "at+jwt"}),
        ];
        for header in headers {
            assert_eq!(code(&signed(&header, &wire().to_string())), "invalid_token", "{header}");
        }
        let (front, _) = good.rsplit_once('.').unwrap();
        for nonsense in [format!("{front}."), front.to_owned(), format!("{front}.AAAA"), String::new(), "a.b.c".into()]
        {
            assert_eq!(code(&nonsense), "invalid_token", "{nonsense}");
        }
    }

    #[test]
    fn times() {
        let keys = keys();
        let claims = Claims { user: UserId(5), session: SessionId(6), scope: Scope::Full };
        let token = keys.sign(claims, Kind::Access, 1_000_000, 900).unwrap();
        assert_eq!(keys.verify(&token, Kind::Access, 1_899_999).unwrap(), claims);
        let expired = keys.verify(&token, Kind::Access, 1_900_000);
        assert!(matches!(expired, Err(Error::Refused(r)) if r.code == Code::TokenExpired));
        assert!(keys.verify(&token, Kind::Access, 969_000).is_err());
        assert!(keys.verify(&token, Kind::Console, 1_000_000).is_err());
    }
}
