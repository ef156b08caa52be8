//! The place of a comment in its thread: the ordinals from the root, in one byte string.
//!
//! Each ordinal is an order-preserving varint, so that byte order is depth-first order and a
//! subtree is a range. The same bytes give the visible number "3.1". Reading and writing rows is
//! the store's; paging is in `tree`.

use thiserror::Error;

/// The deepest level a comment may have; 1 is the top.
pub const DEPTH_MAX: u32 = 1_000;
/// The longest path, in bytes.
pub const BYTES_MAX: usize = 2_000;

/// Ordinals below this take one byte.
const ONE_BYTE: u64 = 240;
/// Ordinals below this take two bytes.
const TWO_BYTES: u64 = ONE_BYTE + 8 * 256;
/// Above any first byte that an ordinal can start with (240 + 8 + 5 wide forms at most).
const AFTER_SUBTREE: u8 = 0xff;

/// A path of 1 to [`DEPTH_MAX`] ordinals, at most [`BYTES_MAX`] bytes long.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path(Vec<u8>);

/// The tree has no room below this comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a comment may stand at most {DEPTH_MAX} levels deep")]
pub struct TooDeep;

impl Path {
    /// The path of the `ordinal`th root (from 1).
    pub fn root(ordinal: u64) -> Path {
        let mut bytes = Vec::with_capacity(2);
        push_ordinal(&mut bytes, ordinal);
        Path(bytes)
    }

    /// The path of the `ordinal`th reply (from 1) to the comment at this path.
    ///
    /// # Errors
    /// [`TooDeep`] when the reply would be deeper than [`DEPTH_MAX`] or longer than [`BYTES_MAX`].
    pub fn child(&self, ordinal: u64) -> Result<Path, TooDeep> {
        let mut bytes = Vec::with_capacity(self.0.len() + 2);
        bytes.extend_from_slice(&self.0);
        push_ordinal(&mut bytes, ordinal);
        let path = Path(bytes);
        if path.0.len() > BYTES_MAX || path.depth() > DEPTH_MAX { Err(TooDeep) } else { Ok(path) }
    }

    /// Takes stored bytes as they are; what is not a path shows as an odd number, never as a panic.
    pub fn from_bytes(bytes: Vec<u8>) -> Path {
        Path(bytes)
    }

    /// The bytes to store and to compare.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The first byte string after every path of this subtree.
    pub fn subtree_end(&self) -> Vec<u8> {
        let mut end = self.0.clone();
        end.push(AFTER_SUBTREE);
        end
    }

    /// The first byte string after every path.
    pub fn end() -> Vec<u8> {
        vec![AFTER_SUBTREE]
    }

    /// The place among its siblings; 0 for what is not a path.
    pub fn ordinal(&self) -> u64 {
        self.ordinals().last().unwrap_or(0)
    }

    /// Whether the comment at `parent` is what this one replies to; an empty one is above the roots.
    pub fn is_right_below(&self, parent: &[u8]) -> bool {
        let mut rest = self.0.strip_prefix(parent).unwrap_or_default();
        take_ordinal(&mut rest).is_some() && rest.is_empty()
    }

    /// How many levels: 1 for a root.
    pub fn depth(&self) -> u32 {
        self.ordinals().count() as u32
    }

    /// The ordinals from the root.
    pub fn ordinals(&self) -> impl Iterator<Item = u64> + '_ {
        let mut rest = self.0.as_slice();
        std::iter::from_fn(move || take_ordinal(&mut rest))
    }

    /// The outline number of the article page: "3", "3.1".
    pub fn number(&self) -> String {
        let mut number = String::with_capacity(self.0.len() * 2);
        for ordinal in self.ordinals() {
            if !number.is_empty() {
                number.push('.');
            }
            number.push_str(&ordinal.to_string());
        }
        number
    }
}

fn push_ordinal(bytes: &mut Vec<u8>, ordinal: u64) {
    if ordinal < ONE_BYTE {
        bytes.push(ordinal as u8);
    } else if ordinal < TWO_BYTES {
        let rest = ordinal - ONE_BYTE;
        bytes.push((ONE_BYTE + rest / 256) as u8);
        bytes.push((rest % 256) as u8);
    } else {
        let rest = (ordinal - TWO_BYTES).to_be_bytes();
        let zeros = rest.iter().take_while(|b| **b == 0).count().min(6);
        let wide = &rest[zeros..];
        // 248 stands before 2 bytes, 249 before 3, … 254 before 8
        bytes.push(246 + wide.len() as u8);
        bytes.extend_from_slice(wide);
    }
}

fn take_ordinal(rest: &mut &[u8]) -> Option<u64> {
    let (&first, mut tail) = rest.split_first()?;
    let ordinal = match first {
        0..240 => u64::from(first),
        240..248 => {
            let (&low, after) = tail.split_first()?;
            tail = after;
            ONE_BYTE + u64::from(first - 240) * 256 + u64::from(low)
        }
        248..=254 => {
            let (wide, after) = tail.split_at_checked(usize::from(first - 246))?;
            tail = after;
            TWO_BYTES + wide.iter().fold(0, |sum, b| sum << 8 | u64::from(*b))
        }
        255 => return None,
    };
    *rest = tail;
    Some(ordinal)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn path(ordinals: &[u64]) -> Path {
        let (first, rest) = ordinals.split_first().unwrap();
        rest.iter().fold(Path::root(*first), |p, o| p.child(*o).unwrap())
    }

    #[test]
    fn numbers_as_on_the_article_page() {
        assert_eq!(path(&[3]).number(), "3");
        assert_eq!(path(&[3, 1]).number(), "3.1");
        assert_eq!(path(&[240, 2_287, 2_288, 70_000]).number(), "240.2287.2288.70000");
    }

    #[test]
    fn a_thousand_levels_and_no_more() {
        let mut deepest = Path::root(1);
        for _ in 1..DEPTH_MAX {
            deepest = deepest.child(239).unwrap();
        }
        assert_eq!(deepest.depth(), DEPTH_MAX);
        assert_eq!(deepest.child(1), Err(TooDeep));
    }

    proptest! {
        #[test]
        fn byte_order_is_depth_first_order(
            a in prop::collection::vec(prop_oneof![1u64..300, 2_200u64..2_400, 60_000u64..80_000, 1u64..u64::from(u32::MAX)], 1..6),
            b in prop::collection::vec(prop_oneof![1u64..300, 2_200u64..2_400, 60_000u64..80_000, 1u64..u64::from(u32::MAX)], 1..6),
        ) {
            prop_assert_eq!(path(&a).ordinals().collect::<Vec<_>>(), a.clone());
            prop_assert_eq!(path(&a).cmp(&path(&b)), a.cmp(&b));
            let inside = b.starts_with(&a);
            let (start, end) = (path(&a), path(&a).subtree_end());
            let within = path(&b).as_bytes() >= start.as_bytes() && path(&b).as_bytes() < end.as_slice();
            prop_assert_eq!(inside, within);
            let right_below = path(&b).is_right_below(path(&a).as_bytes());
            prop_assert_eq!(right_below, inside && b.len() == a.len() + 1);
        }
    }
}
