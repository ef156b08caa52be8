//! Opaque list cursors: where a keyset list goes on, bound to the list it came from.
//!
//! A cursor is not a secret and grants nothing; the binding only keeps a client from continuing
//! one list with another's place. Which numbers it holds is the list's own business.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use thiserror::Error;

const TAG: usize = 8;

/// Why a cursor cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum CursorError {
    /// Not something this service gave out.
    #[error("this is not a cursor: use the `next` of an answer as it is")]
    Malformed,
    /// Of another list or another sort.
    #[error("this cursor belongs to another list or sort")]
    Mismatch,
}

/// Writes a cursor of the list named `list` that holds `numbers`; letters, digits, `-` and `_` only.
pub fn encode(list: &str, numbers: &[i64]) -> String {
    let mut bytes = Vec::with_capacity(TAG + numbers.len() * 8);
    bytes.extend_from_slice(&tag(list));
    for number in numbers {
        bytes.extend_from_slice(&number.to_be_bytes());
    }
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Cuts what was read, one more than a page of `limit`, to that page; the cursor of what comes after
/// it, if anything does.
pub fn cut<T, const N: usize>(
    list: &str,
    items: &mut Vec<T>,
    limit: usize,
    place: impl Fn(&T) -> [i64; N],
) -> Option<String> {
    let more = items.len() > limit;
    items.truncate(limit);
    items.last().filter(|_| more).map(|last| encode(list, &place(last)))
}

/// Reads back the `N` numbers of a cursor of the list named `list`.
///
/// # Errors
/// [`CursorError`]: not a cursor of this shape, or one of another list.
pub fn decode<const N: usize>(list: &str, cursor: &str) -> Result<[i64; N], CursorError> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| CursorError::Malformed)?;
    let (of, rest) = bytes.split_at_checked(TAG).ok_or(CursorError::Malformed)?;
    if rest.len() % 8 != 0 {
        return Err(CursorError::Malformed);
    }
    if of != tag(list) || rest.len() != N * 8 {
        return Err(CursorError::Mismatch);
    }
    let mut numbers = [0; N];
    for (number, chunk) in numbers.iter_mut().zip(rest.chunks_exact(8)) {
        *number = chunk.iter().fold(0, |sum, b| sum << 8 | i64::from(*b));
    }
    Ok(numbers)
}

fn tag(list: &str) -> [u8; TAG] {
    let digest = Sha256::digest(list.as_bytes());
    let mut tag = [0; TAG];
    tag.copy_from_slice(&digest[..TAG]);
    tag
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goes_on_in_its_own_list_only() {
        let cursor = encode("replies:7:oldest", &[3, -9]);
        assert!(cursor.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'));
        assert_eq!(decode("replies:7:oldest", &cursor), Ok([3, -9]));
        assert_eq!(decode::<2>("replies:7:newest", &cursor), Err(CursorError::Mismatch));
        assert_eq!(decode::<1>("replies:7:oldest", &cursor), Err(CursorError::Mismatch));
    }

    #[test]
    fn nonsense_is_named() {
        for nonsense in ["", "x", "äöü", "AAAA", "AAAAAAAAAAAAA", "!!"] {
            assert_eq!(decode::<1>("a", nonsense), Err(CursorError::Malformed), "{nonsense:?}");
        }
    }
}
