//! What truly differs between the databases. The statements elsewhere are written once, in the
//! dialect both understand; the marks below stand for what they do not share.
//!
//! `EACH_ID(?n)` is the set of integers in a JSON array given as text, `EACH_TEXT(?n)` the set of
//! strings: one statement for any number of keys, prepared once.

use std::borrow::Cow;
use std::fmt::Write as _;

/// The text of a statement for SQLite.
pub fn sqlite(sql: &str) -> Cow<'_, str> {
    if !sql.contains("EACH_") {
        return Cow::Borrowed(sql);
    }
    // `IN json_each(?n)` would compare rows; the sub-select names the one column
    let mut text = String::with_capacity(sql.len() + 32);
    let mut rest = sql;
    while let Some(at) = rest.find("EACH_") {
        let (before, mark) = rest.split_at(at);
        let (Some(open), Some(close)) = (mark.find('('), mark.find(')')) else { break };
        text.push_str(before);
        text.push_str("(SELECT value FROM json_each");
        text.push_str(&mark[open..=close]);
        text.push(')');
        rest = &mark[close + 1..];
    }
    text.push_str(rest);
    Cow::Owned(text)
}

/// Ids as the parameter of `EACH_ID`.
pub fn id_list(ids: impl IntoIterator<Item = i64>) -> String {
    let mut list = String::from("[");
    for id in ids {
        if list.len() > 1 {
            list.push(',');
        }
        write!(list, "{id}").expect("invariant: writing to a String does not fail");
    }
    list.push(']');
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_become_sub_selects() {
        assert_eq!(
            sqlite("SELECT a FROM t WHERE b IN EACH_ID(?2) AND c IN EACH_TEXT(?1) ORDER BY a"),
            "SELECT a FROM t WHERE b IN (SELECT value FROM json_each(?2)) AND c IN (SELECT value FROM json_each(?1)) ORDER BY a"
        );
        assert_eq!(id_list([3, 1]), "[3,1]");
    }
}
