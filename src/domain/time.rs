//! How times are written and reckoned, all in UTC.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

/// A day in milliseconds; UTC as it is reckoned here has no leap seconds.
pub const DAY_MS: i64 = 24 * HOUR_MS;
/// An hour in milliseconds.
pub const HOUR_MS: i64 = 3_600_000;

fn timestamp(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap_or(if ms < 0 { Timestamp::MIN } else { Timestamp::MAX })
}

/// A time in milliseconds since 1970 as RFC 3339 in UTC, with milliseconds.
pub fn rfc3339(ms: i64) -> String {
    format!("{:.3}", timestamp(ms))
}

/// The day of a time in milliseconds since 1970, `YYYY-MM-DD`.
pub fn day(ms: i64) -> String {
    timestamp(ms).to_zoned_datetime(TimeZone::UTC).date().to_string()
}

/// The same time of day so many months later, in milliseconds since 1970; the last day of a month
/// that has no such day.
pub fn months_after(ms: i64, months: i64) -> i64 {
    let later = timestamp(ms).to_zoned_datetime(TimeZone::UTC).checked_add(Span::new().months(months));
    later.map_or(i64::MAX, |later| later.timestamp().as_millisecond())
}

/// When a year begins, in milliseconds since 1970; none outside of 1970 to 9998.
pub fn year_starts_ms(year: i16) -> Option<i64> {
    let day = (1970..=9998).contains(&year).then(|| Date::new(year, 1, 1).ok())??;
    starts_ms(day)
}

/// The start of a period in milliseconds since 1970: a day `YYYY-MM-DD`, or a time in RFC 3339.
pub fn period_start(text: &str) -> Option<i64> {
    match point(text)? {
        Point::Day(day) => starts_ms(day),
        Point::Time(ms) => Some(ms),
    }
}

/// The end of a period in milliseconds since 1970, itself outside: a day counts whole, a time in
/// RFC 3339 ends it.
pub fn period_end(text: &str) -> Option<i64> {
    match point(text)? {
        // after the last day there is nothing
        Point::Day(day) => Some(day.tomorrow().ok().and_then(starts_ms).unwrap_or(i64::MAX)),
        Point::Time(ms) => Some(ms),
    }
}

enum Point {
    Day(Date),
    Time(i64),
}

fn point(text: &str) -> Option<Point> {
    // a date and time without an offset would be read as a date
    let day = (text.len() == 10).then(|| text.parse::<Date>().ok()).flatten().map(Point::Day);
    day.or_else(|| Some(Point::Time(text.parse::<Timestamp>().ok()?.as_millisecond())))
}

fn starts_ms(day: Date) -> Option<i64> {
    Some(day.to_zoned_datetime(TimeZone::UTC).ok()?.timestamp().as_millisecond())
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
        assert_eq!(day(1_764_000_000_120), "2025-11-24");
    }

    #[test]
    fn months_are_those_of_the_calendar() {
        let after = |text: &str, months| rfc3339(months_after(period_start(text).unwrap(), months));
        assert_eq!(after("2025-01-15", 6), "2025-07-15T00:00:00.000Z");
        assert_eq!(after("2025-08-31T12:00:00Z", 6), "2026-02-28T12:00:00.000Z");
        assert_eq!(months_after(i64::MAX, 6), i64::MAX);
    }

    #[test]
    fn a_period_takes_days_and_times() {
        assert_eq!(period_start("1970-01-02"), Some(86_400_000));
        assert_eq!(period_end("1970-01-02"), Some(2 * 86_400_000));
        assert_eq!(period_end("9999-12-31"), Some(i64::MAX));
        assert_eq!(period_start("1970-01-01T00:00:00.250Z"), Some(250));
        assert_eq!(period_end("1970-01-01T01:00:00+01:00"), Some(0));
        for wrong in ["", "1970", "1970-13-01", "1970-01-01T00:00:00", "yesterday", "1970-01-01 "] {
            assert_eq!(period_start(wrong), None, "{wrong:?}");
        }
        assert_eq!(year_starts_ms(1971), Some(365 * 86_400_000));
        assert_eq!((year_starts_ms(1969), year_starts_ms(9999)), (None, None));
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
