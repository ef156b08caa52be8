//! What a site accounts for: its statements of reasons in the EU's form, and the figures of a year.
//!
//! Both walk a period in pages, so that however much there is, little is in memory.

use std::io::Write;

use super::caller::{Caller, site_for};
use super::named::site_named;
use super::sanction::place;
use super::{App, Error};
use crate::domain::permission::Action;
use crate::domain::report::{Report, YearTally};
use crate::domain::thread::Site;
use crate::domain::time::{period_end, period_start, year_starts_ms};
use crate::store::{StoreError, Tx};
use crate::transfer::eu;

/// Rows read in one unit.
const PAGE: i64 = 500;

/// A span of time in milliseconds since 1970; the end is outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// When it begins.
    pub from_ms: i64,
    /// When it is over.
    pub to_ms: i64,
}

impl Period {
    /// From and to as they are written: days, or times in RFC 3339; what is left out is open.
    ///
    /// # Errors
    /// 422 for what is neither, and for an end before the beginning.
    pub fn parse(from: Option<&str>, to: Option<&str>) -> Result<Period, Error> {
        let wrong = |name: &str| Error::parameter(name, "invalid", "write a day, 2026-01-31, or a time in RFC 3339");
        let from_ms = from.map_or(Some(i64::MIN), period_start).ok_or_else(|| wrong("from"))?;
        let to_ms = to.map_or(Some(i64::MAX), period_end).ok_or_else(|| wrong("to"))?;
        if to_ms < from_ms {
            return Err(Error::parameter("to", "range", "is before from"));
        }
        Ok(Period { from_ms, to_ms })
    }

    /// A year, in UTC.
    ///
    /// # Errors
    /// 422 outside of 1970 to 9997.
    pub fn year(year: i16) -> Result<Period, Error> {
        let start = |year| year_starts_ms(year).ok_or_else(|| Error::parameter("year", "range", "1970 to 9997"));
        Ok(Period { from_ms: start(year)?, to_ms: start(year.saturating_add(1))? })
    }
}

/// Where a walk goes on: after this time and id.
pub type After = (i64, i64);

/// Some lines of an export.
#[derive(Clone, Debug)]
pub struct Lines {
    /// Whole lines, each with its line feed.
    pub text: Vec<u8>,
    /// Where it goes on.
    pub next: Option<After>,
}

impl App {
    /// Some statements of a site, or of the whole server, oldest first, from the start of the period or
    /// after a place.
    ///
    /// # Errors
    /// 403 without a role there, 422 for a missing site.
    pub async fn statements(
        &self,
        caller: &Caller,
        site: Option<String>,
        period: Period,
        after: Option<After>,
    ) -> Result<Lines, Error> {
        caller.require_any_moderator()?;
        let caller = caller.clone();
        self.store
            .read("statements", move |tx| {
                let site = match site.as_deref() {
                    Some(key) => site_for(tx, &caller, Action::Moderate, key)?,
                    None => {
                        place(tx, &caller, None)?;
                        Site::whole_server()
                    }
                };
                lines(tx, &site, period, after)
            })
            .await
    }

    /// The figures of a site's year.
    ///
    /// # Errors
    /// 403 without a role on the site, 422 for the year.
    pub async fn year(&self, caller: &Caller, site: String, year: i16) -> Result<Report, Error> {
        caller.require_any_moderator()?;
        let caller = caller.clone();
        let site = self.store.read("report_site", move |tx| site_for(tx, &caller, Action::Moderate, &site)).await?;
        self.count(&site, year).await
    }

    /// Writes the statements of a site, a line each, for the command line.
    ///
    /// # Errors
    /// `not_found` for the site; a fault when it cannot be written.
    pub async fn export_statements(&self, site: &str, period: Period, out: &mut dyn Write) -> Result<(), Error> {
        let key = site.to_owned();
        let site = self.store.read("report_site", move |tx| site_named(tx, &key)).await?;
        let mut after = None;
        loop {
            let of = site.clone();
            let page = self.store.read("export_statements", move |tx| lines(tx, &of, period, after)).await?;
            out.write_all(&page.text).map_err(unwritten)?;
            after = page.next;
            if after.is_none() {
                return out.flush().map_err(unwritten);
            }
        }
    }

    /// The figures of a site's year, for the command line.
    ///
    /// # Errors
    /// `not_found` for the site, 422 for the year.
    pub async fn report(&self, site: &str, year: i16) -> Result<Report, Error> {
        let key = site.to_owned();
        let site = self.store.read("report_site", move |tx| site_named(tx, &key)).await?;
        self.count(&site, year).await
    }

    async fn count(&self, site: &Site, year: i16) -> Result<Report, Error> {
        let Period { from_ms, to_ms } = Period::year(year)?;
        let (id, mut tally) = (site.id, YearTally::new(site.key.clone(), year));
        let (from, to) = ((from_ms, 0), to_ms);
        self.walk(
            "report_notices",
            from,
            move |tx, after| tx.notice_walk(id, after, to, PAGE),
            |(row, figures)| {
                tally.notice(figures);
                (figures.created_ms, row.0)
            },
        )
        .await?;
        self.walk(
            "report_flags",
            from,
            move |tx, after| tx.flag_walk(id, after, to, PAGE),
            |(row, figures)| {
                tally.flag(figures);
                (figures.created_ms, row.0)
            },
        )
        .await?;
        self.walk(
            "report_statements",
            from,
            move |tx, after| tx.statement_walk(id, after, to, PAGE),
            |(facts, appeal)| {
                tally.statement(facts, *appeal);
                (facts.at_ms, facts.entry_id.0)
            },
        )
        .await?;
        self.walk(
            "report_appeals",
            from,
            move |tx, after| tx.appeal_walk(id, after, to, PAGE),
            |(row, figures)| {
                tally.appeal(figures);
                (figures.created_ms, row.0)
            },
        )
        .await?;
        Ok(tally.done())
    }

    /// Takes in all that a walk finds, a page in each unit; `take` tells where the row stands.
    async fn walk<T: Send + 'static>(
        &self,
        name: &'static str,
        mut after: After,
        read: impl Fn(&mut Tx<'_>, After) -> Result<Vec<T>, StoreError> + Copy + Send + 'static,
        mut take: impl FnMut(&T) -> After,
    ) -> Result<(), Error> {
        loop {
            let rows = self.store.read(name, move |tx| Ok::<_, Error>(read(tx, after)?)).await?;
            let Some(last) = rows.iter().map(&mut take).last() else { return Ok(()) };
            after = last;
            // on SQLite this thread has read itself, and others wait for it
            tokio::task::yield_now().await;
        }
    }
}

fn lines(tx: &mut Tx<'_>, site: &Site, period: Period, after: Option<After>) -> Result<Lines, Error> {
    // ids are above 0, so nothing of the first moment is left out
    let from = after.unwrap_or((period.from_ms, 0));
    let page = tx.statement_walk(site.id, from, period.to_ms, PAGE)?;
    let mut text = Vec::new();
    for (facts, _) in &page {
        let line = eu::line(facts, site).map_err(|error| Error::Fault(format!("a statement: {error}")))?;
        text.extend(line);
    }
    let last = page.last().filter(|_| page.len() as i64 == PAGE);
    Ok(Lines { text, next: last.map(|(facts, _)| (facts.at_ms, facts.entry_id.0)) })
}

fn unwritten(error: std::io::Error) -> Error {
    Error::Fault(format!("the report could not be written: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_is_of_days_or_of_times() {
        let of = |from, to| Period::parse(from, to).map(|period| (period.from_ms, period.to_ms));
        assert_eq!(of(Some("1970-01-01"), Some("1970-01-01")).unwrap(), (0, 86_400_000));
        assert_eq!(of(Some("1970-01-01T00:00:01Z"), Some("1970-01-01T00:00:02Z")).unwrap(), (1_000, 2_000));
        assert_eq!(of(None, None).unwrap(), (i64::MIN, i64::MAX));
        for (from, to) in [(Some("x"), None), (None, Some("1970")), (Some("1970-01-03"), Some("1970-01-01"))] {
            assert!(of(from, to).is_err(), "{from:?} {to:?}");
        }
        assert_eq!(Period::year(1970).unwrap(), Period { from_ms: 0, to_ms: 365 * 86_400_000 });
        assert!(Period::year(1969).is_err() && Period::year(9998).is_err() && Period::year(i16::MAX).is_err());
    }
}
