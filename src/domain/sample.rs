//! The random sample: which of the comments that nobody has looked at a moderator is shown, to learn
//! what the rest is like.
//!
//! Drawn by a keyed hash of the comment's id: nobody can know before whether theirs will be, and
//! whoever has the key can prove later that none was picked by hand.

/// Whether a comment with this keyed hash of its id is drawn, `per_mille` of 1,000 on average.
pub fn is_drawn(mark: &[u8; 32], per_mille: u64) -> bool {
    let (first, _) = mark.split_first_chunk().expect("invariant: a hash has 32 bytes");
    // of 2^64, so that no residue is more likely than another by more than 1 in 10^16
    u64::from_be_bytes(*first) % 1_000 < per_mille
}

#[cfg(test)]
mod tests {
    use super::*;
    use sha2::{Digest as _, Sha256};

    #[test]
    fn as_many_are_drawn_as_asked() {
        let drawn = |per_mille| {
            (0..10_000u32).filter(|id| is_drawn(&Sha256::digest(id.to_be_bytes()).into(), per_mille)).count()
        };
        assert_eq!((drawn(0), drawn(1_000)), (0, 10_000));
        assert!((400..600).contains(&drawn(50)), "{}", drawn(50));
    }
}
