//! Random secrets and what is kept of them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// A secret of 256 random bits: the text to give away and the hash to keep.
pub fn opaque() -> (String, [u8; 32]) {
    let secret: [u8; 32] = rand::random();
    let text = URL_SAFE_NO_PAD.encode(secret);
    let hash = hash(&text);
    (text, hash)
}

/// What is kept of a secret: with 256 random bits behind it, a plain hash cannot be searched.
pub fn hash(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}
