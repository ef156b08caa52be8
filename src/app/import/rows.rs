//! The rows of a document, checked without the store: what each would be as a comment.

use std::collections::{HashMap, HashSet};

use crate::domain::comment::{BODY_CHARS_MAX, Body, Remover, State};
use crate::domain::decision::{Disposition, Removal};
use crate::domain::display_name::DisplayName;
use crate::domain::login::Login;
use crate::domain::path::{DEPTH_MAX, TooDeep};
use crate::transfer::native::{Document, Node, time_ms, time_text};

/// What holds a comment that came as held.
const IMPORT: &str = "import";
/// The longest id of a source, in bytes.
const ID_BYTES_MAX: usize = 500;

/// A document with what can be kept of each row.
pub struct Plan {
    /// As it was read.
    pub document: Document,
    /// For each comment of the document: the row, or why it cannot be kept.
    pub rows: Vec<Result<Row, String>>,
}

/// A comment that can be kept, if what it replies to can.
#[derive(Clone)]
pub struct Row {
    /// Its id at the source.
    pub id: Option<String>,
    /// Who wrote it; none for a tombstone.
    pub author: Option<Author>,
    /// Its text; empty for what was taken away and came without.
    pub body: String,
    /// Where it stands.
    pub disposition: Disposition,
    /// When it was written, in milliseconds since 1970.
    pub created_ms: i64,
    /// When its text last changed, in milliseconds since 1970.
    pub edited_ms: Option<i64>,
}

/// Who wrote a comment, as the file says.
#[derive(Clone)]
pub struct Author {
    /// Their login.
    pub login: Login,
    /// Their name, should they have to be made.
    pub display_name: DisplayName,
    /// When they were first heard of in the file, in milliseconds since 1970.
    pub since_ms: i64,
}

impl Plan {
    /// Checks every comment of a document.
    pub fn new(document: Document, now_ms: i64) -> Plan {
        let mut rows: Vec<Result<Row, String>> = document.comments.iter().map(row).collect();
        let mut ids = HashSet::new();
        let mut since: HashMap<String, i64> = HashMap::new();
        for slot in &mut rows {
            let Ok(row) = slot else { continue };
            if let Some(id) = &row.id
                && !ids.insert(id.clone())
            {
                *slot = Err(format!("id `{}` stands in the file twice", id.escape_debug()));
                continue;
            }
            if let Some(author) = &row.author {
                let first = since.entry(author.login.as_str().to_owned()).or_insert(now_ms);
                *first = row.created_ms.min(*first);
            }
        }
        for author in rows.iter_mut().flatten().filter_map(|row| row.author.as_mut()) {
            author.since_ms = since.get(author.login.as_str()).copied().unwrap_or(now_ms);
        }
        Plan { document, rows }
    }

    /// What a row is known by when the file comes again.
    pub fn source_id(&self, index: usize, row: &Row) -> String {
        match &row.id {
            Some(id) => id.clone(),
            None => format!("place:{}@{}", self.document.place(index), time_text(row.created_ms)),
        }
    }
}

fn row(node: &Node) -> Result<Row, String> {
    if node.depth > DEPTH_MAX as usize {
        return Err(TooDeep.to_string());
    }
    let created = node.created_at.as_deref().ok_or("created_at is missing")?;
    let created_ms = time(created, "created_at")?;
    let edited_ms = node.edited_at.as_deref().map(|text| time(text, "edited_at")).transpose()?;
    let state = match node.state.as_deref() {
        None => State::Published,
        Some(word) => State::parse(word).ok_or("state: published, held, hidden or deleted")?,
    };
    let id = node.id.clone().filter(|id| !id.is_empty());
    if id.as_ref().is_some_and(|id| id.len() > ID_BYTES_MAX || id.contains('\0')) {
        return Err(format!("id: at most {ID_BYTES_MAX} bytes, without U+0000"));
    }
    let text = node.body.clone().unwrap_or_default();
    // as an export has it: nothing left but the place, for the sake of what hangs below
    let tombstone = state != State::Published && node.login.is_none() && text.is_empty();
    let erased = state == State::Deleted && text.is_empty();
    let body = if tombstone || erased {
        text
    } else {
        Body::parse(text, BODY_CHARS_MAX).map_err(|error| format!("body: {error}"))?.as_str().to_owned()
    };
    let author = if tombstone { None } else { Some(author(node)?) };
    // there is nothing in a tombstone to decide on
    let state = if tombstone && state == State::Held { State::Hidden } else { state };
    Ok(Row { id, author, body, disposition: disposition(state, created_ms), created_ms, edited_ms })
}

fn time(text: &str, field: &str) -> Result<i64, String> {
    time_ms(text).map_err(|error| format!("{field}: {error}"))
}

fn author(node: &Node) -> Result<Author, String> {
    let login = node.login.as_deref().ok_or("login is missing")?;
    let login = Login::parse(login).map_err(|error| format!("login: {error}"))?;
    let name = node.display_name.as_deref().unwrap_or(login.as_str());
    let display_name = DisplayName::parse(name).map_err(|error| format!("display_name: {error}"))?;
    Ok(Author { login, display_name, since_ms: 0 })
}

fn disposition(state: State, at_ms: i64) -> Disposition {
    let fresh = Disposition::new(None);
    match state {
        State::Published => fresh,
        State::Held => fresh.held(IMPORT),
        State::Deleted => fresh.deleted(at_ms),
        State::Hidden => {
            let removal = Removal { by: Remover::Moderator, reason: None, at_ms };
            Disposition { state, removal: Some(removal), ..fresh }
        }
    }
}
