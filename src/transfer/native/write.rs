//! Writes a native document.

use std::io::{self, Write};

use serde::Serialize;

use super::Article;

/// Writes a document comment by comment, in reading order, on one line.
pub struct Writer<'a> {
    out: &'a mut dyn Write,
    /// Whether the list at each level, the top first, has a comment already.
    open: Vec<bool>,
}

/// A comment to be written; what is none is left out.
#[derive(Debug, Serialize)]
pub struct Row<'a> {
    /// Its id, so that reading it twice changes nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<&'a str>,
    /// The author's login.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub login: Option<&'a str>,
    /// The name beside the comment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<&'a str>,
    /// When it was written, see [`time_text`].
    pub created_at: &'a str,
    /// When its text last changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edited_at: Option<&'a str>,
    /// Where it stands, unless published.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<&'a str>,
    /// Its text.
    pub body: &'a str,
}

impl<'a> Writer<'a> {
    /// Begins a document.
    ///
    /// # Errors
    /// What writing fails with.
    pub fn start(out: &'a mut dyn Write, article: &Article) -> io::Result<Writer<'a>> {
        write!(out, "{{\"article\":{{\"key\":")?;
        serde_json::to_writer(&mut *out, &article.key)?;
        for (name, text) in [("title", &article.title), ("url", &article.url)] {
            if let Some(text) = text {
                write!(out, ",\"{name}\":")?;
                serde_json::to_writer(&mut *out, text)?;
            }
        }
        write!(out, "}},\"comments\":[")?;
        Ok(Writer { out, open: vec![false] })
    }

    /// Writes a comment at a level, 1 being the top; each level must follow the one above it.
    ///
    /// # Errors
    /// What writing fails with.
    pub fn comment(&mut self, depth: usize, row: &Row<'_>) -> io::Result<()> {
        self.close(depth)?;
        if self.open.len() < depth {
            write!(self.out, ",\"replies\":[")?;
            self.open.push(false);
        }
        if let Some(begun) = self.open.last_mut() {
            if *begun {
                write!(self.out, "}},")?;
            }
            *begun = true;
        }
        // the object stays open for its replies
        let mut text = serde_json::to_string(row)?;
        text.pop();
        self.out.write_all(text.as_bytes())
    }

    /// Ends the document with a line feed.
    ///
    /// # Errors
    /// What writing fails with.
    pub fn finish(mut self) -> io::Result<()> {
        self.close(1)?;
        if self.open.last() == Some(&true) {
            write!(self.out, "}}")?;
        }
        writeln!(self.out, "]}}")
    }

    /// Ends what is open below a level.
    fn close(&mut self, depth: usize) -> io::Result<()> {
        while self.open.len() > depth {
            self.open.pop();
            write!(self.out, "}}]")?;
        }
        Ok(())
    }
}
