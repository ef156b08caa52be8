//! The people of an import: who is there already, who is made, and under which login.

use std::collections::HashMap;

use super::rows::Author;
use crate::app::{Error, new_id};
use crate::domain::ids::UserId;
use crate::domain::login::Login;
use crate::domain::user::NewUser;
use crate::store::Tx;

/// Numbers tried behind a login that is taken.
const TRIES: usize = 1_000;
/// Characters that a login may have.
const LOGIN_CHARS: usize = 32;

/// A login of the file and whom it stands for.
#[derive(Clone)]
pub struct Person {
    /// The login in the file.
    pub asked: String,
    /// Their login here.
    pub login: String,
    /// Who; none for those a dry run would make.
    pub id: Option<UserId>,
    /// Whether they are new.
    pub made: bool,
}

/// The people met so far.
#[derive(Clone, Default)]
pub struct Cast {
    by_login: HashMap<String, Person>,
    /// By key, the logins that a dry run would have given out.
    given: HashMap<String, String>,
}

impl Cast {
    /// Whom a login of the file stands for.
    pub fn get(&self, login: &str) -> Option<&Person> {
        self.by_login.get(login)
    }

    /// Remembers a person.
    pub fn keep(&mut self, person: Person) {
        if person.id.is_none()
            && let Ok(login) = Login::parse(&person.login)
        {
            self.given.insert(login.key(), person.login.clone());
        }
        self.by_login.insert(person.asked.clone(), person);
    }
}

/// Finds the author of a comment, or makes them. A login of the same look that somebody else has is
/// never taken for this one: then the next free of `login-2`, `login-3`, … is. None: all are taken.
pub fn person(
    tx: &mut Tx<'_>,
    cast: &Cast,
    author: &Author,
    dry_run: bool,
    now_ms: i64,
) -> Result<Option<Person>, Error> {
    let asked = author.login.as_str();
    for number in 1..=TRIES {
        let Some(login) = numbered(&author.login, number) else { continue };
        let key = login.key();
        let holder = tx.user_by_login_key(&key)?.map(|own| (own.user.login, Some(own.user.id)));
        let holder = holder.or_else(|| cast.given.get(&key).map(|login| (login.clone(), None)));
        let (id, made) = match holder {
            Some((theirs, id)) if theirs == login.as_str() => (id, false),
            Some(_) => continue,
            None if dry_run => (None, true),
            None => (Some(make(tx, author, &login, now_ms)?), true),
        };
        let person = Person { asked: asked.to_owned(), login: login.as_str().to_owned(), id, made };
        return Ok(Some(person));
    }
    Ok(None)
}

/// `login`, or `login-2` and so on, shortened where it would be too long.
fn numbered(login: &Login, number: usize) -> Option<Login> {
    if number == 1 {
        return Some(login.clone());
    }
    let tail = format!("-{number}");
    let head: String = login.as_str().chars().take(LOGIN_CHARS.saturating_sub(tail.len())).collect();
    Login::parse(&format!("{}{tail}", head.trim_end_matches([' ', '.', '_', '-']))).ok()
}

fn make(tx: &mut Tx<'_>, author: &Author, login: &Login, now_ms: i64) -> Result<UserId, Error> {
    let mut id = UserId(new_id(now_ms));
    while !tx.users_by_id(&[id])?.is_empty() {
        id = UserId(new_id(now_ms));
    }
    tx.user_insert(&NewUser {
        id,
        login: login.clone(),
        display_name: author.display_name.clone(),
        email: None,
        password_hash: None,
        created_ms: author.since_ms,
    })?;
    Ok(id)
}
