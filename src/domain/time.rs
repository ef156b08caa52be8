//! How times are written and read.

/// A time in milliseconds since 1970 as RFC 3339 in UTC, with milliseconds.
pub fn rfc3339(ms: i64) -> String {
    let at = jiff::Timestamp::from_millisecond(ms).unwrap_or(if ms < 0 {
        jiff::Timestamp::MIN
    } else {
        jiff::Timestamp::MAX
    });
    format!("{at:.3}")
}

/// Reads a time with its offset (RFC 3339), cut to milliseconds since 1970.
pub fn parse(text: &str) -> Option<i64> {
    text.parse().ok().map(jiff::Timestamp::as_millisecond)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_milliseconds() {
        assert_eq!(rfc3339(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(rfc3339(1_764_000_000_120), "2025-11-24T16:00:00.120Z");
        assert!(rfc3339(i64::MAX).starts_with("9999-12-30T"));
    }

    #[test]
    fn times_are_read_as_they_are_written() {
        assert_eq!(parse("2025-11-24T16:00:00.120Z"), Some(1_764_000_000_120));
        assert_eq!(parse("2025-11-24T17:00:00.120+01:00"), Some(1_764_000_000_120));
        for wrong in ["", "soon", "2025-11-24", "2025-11-24T16:00:00"] {
            assert_eq!(parse(wrong), None, "{wrong:?}");
        }
    }
}
