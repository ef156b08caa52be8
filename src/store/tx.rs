//! One unit of work: what the table files beside this one run their statements with.

use super::StoreError;
use super::dialect::Dialect;
use super::driver::{Columns, Driver, Value};
use super::event::Event;

/// A transaction, or a snapshot to read from, for the time of one unit.
///
/// Its methods are named `table_verb`, each one statement; they stand in the file of their table.
pub struct Tx<'d> {
    driver: &'d mut dyn Driver,
    pub(super) events: Vec<Event>,
}

impl<'d> Tx<'d> {
    /// Over a driver whose transaction has begun.
    pub fn new(driver: &'d mut dyn Driver) -> Tx<'d> {
        Tx { driver, events: Vec::new() }
    }

    /// Which database it works on.
    pub(super) fn dialect(&self) -> Dialect {
        self.driver.dialect()
    }

    /// Runs a statement. It may be sent along with the next that has an answer: a failure can show
    /// there, or at the end of the unit.
    pub(super) fn run(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<(), StoreError> {
        self.driver.send(sql, values)
    }

    /// Runs a statement; the number of rows it changed.
    pub(super) fn changed(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<u64, StoreError> {
        self.driver.execute(sql, values)
    }

    /// The first row of a query.
    pub(super) fn first<T>(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
        read: impl Fn(&mut Columns<'_>) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        let mut found = None;
        self.driver.query(sql, values, &mut |row| {
            if found.is_none() {
                found = Some(read(&mut Columns::new(row))?);
            }
            Ok(())
        })?;
        Ok(found)
    }

    /// Every row of a query.
    pub(super) fn all<T>(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
        read: impl Fn(&mut Columns<'_>) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        let mut rows = Vec::new();
        self.each(sql, values, |columns| {
            rows.push(read(columns)?);
            Ok(())
        })?;
        Ok(rows)
    }

    /// Hands over each row of a query, for what need not be kept whole.
    pub(super) fn each(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
        mut read: impl FnMut(&mut Columns<'_>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.driver.query(sql, values, &mut |row| read(&mut Columns::new(row)))
    }

    /// Whether a query finds anything.
    pub(super) fn exists(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<bool, StoreError> {
        Ok(self.first(sql, values, |_| Ok(()))?.is_some())
    }

    /// Runs several statements without parameters.
    pub(super) fn batch(&mut self, sql: &str) -> Result<(), StoreError> {
        self.driver.batch(sql)
    }
}
