//! Which comments say the same: those of one site whose texts are alike once spelling variants,
//! case and white space are put aside. Near duplicates are another matter.

use caseless::Caseless;
use sha2::{Digest as _, Sha256};
use unicode_normalization::UnicodeNormalization;

/// What texts that say the same have in common: 64 bits of SHA-256 over the text in NFKC, case
/// folded, its white space collapsed. Who wants a stranger's comment in the cluster of their own has
/// to find a text of that very hash.
pub fn text_hash(text: &str) -> i64 {
    // folding may undo the normal form (Unicode, D146)
    let folded: String = text.nfkc().default_case_fold().nfkc().collect();
    let mut hash = Sha256::new();
    for word in folded.split_whitespace() {
        hash.update(word);
        hash.update(b" ");
    }
    let digest: [u8; 32] = hash.finalize().into();
    let (first, _) = digest.split_first_chunk().expect("invariant: a digest has 32 bytes");
    i64::from_be_bytes(*first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spelling_variants_case_and_white_space_do_not_count() {
        let hash = text_hash("Buy now, cheap");
        for same in ["buy  NOW,\n\tcheap", " Buy now, cheap ", "Ｂｕｙ now, cheap", "Buy\u{a0}now, cheap"] {
            assert_eq!(text_hash(same), hash, "{same:?}");
        }
        for other in ["Buy now cheap", "Buynow, cheap", "Buy now, cheap!", ""] {
            assert_ne!(text_hash(other), hash, "{other:?}");
        }
        assert_eq!(text_hash("STRASSE"), text_hash("straße"));
    }
}
