//! Compressing answers: which codings a client takes (RFC 9110, 12.5.3), and the codings.

use std::io::Write as _;

use actix_web::http::header::{self, HeaderMap};

/// Brotli's quality: 150 µs for a page of 50 comments, a fifth of its size.
const BROTLI_QUALITY: u32 = 4;
/// Brotli's window as a power of 2: no page is longer than 4 MiB.
const BROTLI_WINDOW: u32 = 22;

/// What a client takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Accepted {
    /// `br`
    pub brotli: bool,
    /// `gzip`
    pub gzip: bool,
}

/// Reads `Accept-Encoding`; what is not named is not taken.
pub fn accepted(headers: &HeaderMap) -> Accepted {
    let mut accepted = Accepted::default();
    for line in headers.get_all(header::ACCEPT_ENCODING).filter_map(|line| line.to_str().ok()) {
        for item in line.split(',') {
            let (coding, weight) = item.split_once(';').unwrap_or((item, ""));
            let refused = weight.trim().strip_prefix("q=").is_some_and(|q| q.parse::<f32>() == Ok(0.0));
            match coding.trim() {
                "br" => accepted.brotli = !refused,
                "gzip" => accepted.gzip = !refused,
                _ => {}
            }
        }
    }
    accepted
}

/// Compresses with brotli (RFC 7932).
pub fn brotli(bytes: &[u8]) -> Vec<u8> {
    brotli_at(bytes, BROTLI_QUALITY)
}

/// The same as well as it can: for what is compressed once and asked for ever after.
pub fn brotli_well(bytes: &[u8]) -> Vec<u8> {
    brotli_at(bytes, 11)
}

fn brotli_at(bytes: &[u8], quality: u32) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() / 4);
    let mut writer = brotli::CompressorWriter::new(&mut out, 4_096, quality, BROTLI_WINDOW);
    writer.write_all(bytes).expect("invariant: writing to a Vec does not fail");
    drop(writer);
    out
}

/// Compresses with gzip (RFC 1952), as cheaply as it can.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    gzip_at(bytes, flate2::Compression::fast())
}

/// The same as well as it can.
pub fn gzip_well(bytes: &[u8]) -> Vec<u8> {
    gzip_at(bytes, flate2::Compression::best())
}

fn gzip_at(bytes: &[u8], level: flate2::Compression) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::with_capacity(bytes.len() / 3), level);
    writer.write_all(bytes).expect("invariant: writing to a Vec does not fail");
    writer.finish().expect("invariant: writing to a Vec does not fail")
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;
    use std::io::Read as _;

    #[test]
    fn codings_are_read_as_they_are_sent() {
        for (sent, brotli, gzip) in [
            ("gzip, deflate, br, zstd", true, true),
            ("br;q=1.0, gzip; q=0", true, false),
            ("br;q=0, gzip;q=0.5", false, true),
            ("identity", false, false),
            ("*", false, false),
            ("", false, false),
        ] {
            let req = TestRequest::get().insert_header((header::ACCEPT_ENCODING, sent)).to_http_request();
            assert_eq!(accepted(req.headers()), Accepted { brotli, gzip }, "{sent}");
        }
    }

    #[test]
    fn what_is_compressed_comes_back() {
        let text = "a comment and another comment ".repeat(200).into_bytes();
        let mut back = Vec::new();
        for packed in [brotli(&text), brotli_well(&text)] {
            brotli::Decompressor::new(packed.as_slice(), 4_096).read_to_end(&mut back).unwrap();
            assert_eq!(back, text);
            back.clear();
        }
        for packed in [gzip(&text), gzip_well(&text)] {
            flate2::read::GzDecoder::new(packed.as_slice()).read_to_end(&mut back).unwrap();
            assert_eq!(back, text);
            back.clear();
        }
    }
}
