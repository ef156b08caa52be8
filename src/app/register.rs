//! Makes an account and signs its owner in.
//!
//! Also home of the checks that every new login, name, address and password passes. Whether
//! somebody may register now (rates) is `http`'s.

use validator::ValidateEmail;

use super::session::{Opening, StartSession, Started};
use super::{App, Error, FieldError, Place, Refusal};
use crate::domain::code::Code;
use crate::domain::display_name::{DisplayName, DisplayNameError};
use crate::domain::ids::UserId;
use crate::domain::login::{Login, LoginError};
use crate::domain::password::{self, WeakPassword};
use crate::domain::user::NewUser;
use crate::store::{Key, Tx};

/// Most bytes of an address (RFC 5321, 4.5.3.1.3, without the angle brackets).
const EMAIL_MAX_BYTES: usize = 254;

/// Who wants an account. No `Debug`: it holds a password.
#[derive(Clone)]
pub struct Register {
    /// The login, as typed.
    pub login: String,
    /// The password, exactly as sent.
    pub password: String,
    /// The name beside comments; the login when none is given.
    pub display_name: Option<String>,
    /// An address, which stays unverified.
    pub email: Option<String>,
}

impl App {
    /// Makes an account and starts its first session.
    ///
    /// # Errors
    /// 422 `validation_failed` with the field, 409 `login_taken`, 503 `overloaded`. Whether an
    /// address is in use is never told.
    pub async fn register(&self, r: Register, start: StartSession) -> Result<Started, Error> {
        let mut new = self.new_user(&r)?;
        new.password_hash = Some(self.hasher.hash(&r.password).await?);
        let scope = start.scope;
        let opening = Opening::draw(self, start);
        let opened = self
            .store
            .write("register", Key::login(&new.login.key()), move |tx| {
                insert_unless_taken(tx, &new)?;
                opening.insert(tx, new.id)
            })
            .await?;
        self.sign_tokens(opened, scope)
    }

    /// Checks everything about an account to be; the password is still to be hashed.
    pub(super) fn new_user(&self, r: &Register) -> Result<NewUser, Error> {
        let login = parse_login(&r.login)?;
        let display_name = parse_display_name(r.display_name.as_deref().unwrap_or(&r.login))?;
        let email = r.email.as_deref().map(parse_email).transpose()?;
        check_password("/password", &r.password, login.as_str())?;
        let created_ms = self.now_ms();
        let id = UserId(super::new_id(created_ms));
        Ok(NewUser { id, login, display_name, email, password_hash: None, created_ms })
    }
}

/// Keeps a new account, unless its login is too much like another's.
pub(super) fn insert_unless_taken(tx: &mut Tx<'_>, new: &NewUser) -> Result<(), Error> {
    if tx.user_by_login_key(&new.login.key())?.is_some() {
        let detail = "this login, or one that looks like it, is taken: choose another";
        return Err(Error::Refused(Refusal {
            code: Code::LoginTaken,
            detail: detail.to_owned(),
            fields: vec![FieldError {
                place: Place::Pointer("/login".to_owned()),
                code: "taken".to_owned(),
                detail: detail.to_owned(),
            }],
            retry_after_s: None,
        }));
    }
    Ok(tx.user_insert(new)?)
}

fn parse_login(text: &str) -> Result<Login, Error> {
    Login::parse(text).map_err(|error| {
        let code = match error {
            LoginError::TooShort => "too_short",
            LoginError::TooLong => "too_long",
            _ => "malformed",
        };
        Error::field("/login", code, error.to_string())
    })
}

/// A display name as sent in the field of that name.
pub(super) fn parse_display_name(text: &str) -> Result<DisplayName, Error> {
    DisplayName::parse(text).map_err(|error| {
        let code = match error {
            DisplayNameError::Empty => "too_short",
            DisplayNameError::TooLong => "too_long",
            _ => "malformed",
        };
        Error::field("/display_name", code, error.to_string())
    })
}

/// An address as it is kept: the part before the `@` as typed, since its case may matter to the
/// one who delivers it (RFC 5321, 2.4), the domain in lower case.
pub(super) fn parse_email(text: &str) -> Result<String, Error> {
    if text.len() > EMAIL_MAX_BYTES {
        return Err(Error::field("/email", "too_long", format!("use at most {EMAIL_MAX_BYTES} bytes")));
    }
    if !text.validate_email() {
        return Err(Error::field("/email", "malformed", "this is not an e-mail address"));
    }
    Ok(lower_domain(text))
}

/// An address with its domain in lower case; any other text as it is.
pub(super) fn lower_domain(text: &str) -> String {
    match text.rsplit_once('@') {
        Some((local, domain)) => format!("{local}@{}", domain.to_lowercase()),
        None => text.to_owned(),
    }
}

/// Refuses a password too weak for an account; `pointer` is the field it came in.
pub(super) fn check_password(pointer: &str, password: &str, login: &str) -> Result<(), Error> {
    password::check(password, login).map_err(|weak| {
        let code = match weak {
            WeakPassword::TooShort => "too_short",
            WeakPassword::TooLong => "too_long",
            WeakPassword::Common => "common",
            WeakPassword::ContainsLogin => "contains_login",
        };
        Error::field(pointer, code, weak.to_string())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::session::fixture::*;
    use crate::domain::session::Client;

    #[tokio::test]
    async fn each_wrong_field_is_named() {
        let world = World::new().await;
        let long = "x".repeat(1_025);
        let table = [
            ("/login", "too_short", Register { login: "a".into(), ..applicant("alice") }),
            ("/login", "malformed", Register { login: "a\u{202e}b".into(), ..applicant("alice") }),
            ("/display_name", "too_short", Register { display_name: Some(String::new()), ..applicant("alice") }),
            ("/password", "too_short", Register { password: "short".into(), ..applicant("alice") }),
            ("/password", "too_long", Register { password: long.clone(), ..applicant("alice") }),
            ("/password", "common", Register { password: "PasswordPassword".into(), ..applicant("alice") }),
            ("/password", "contains_login", Register { password: "i am alice, am i".into(), ..applicant("alice") }),
            ("/email", "malformed", Register { email: Some("alice".into()), ..applicant("alice") }),
            ("/email", "too_long", Register { email: Some(format!("a@{long}.org")), ..applicant("alice") }),
        ];
        for (pointer, code, wrong) in table {
            let got = field(world.app.register(wrong, start(Client::Native)).await);
            assert_eq!(got, (pointer.to_owned(), code.to_owned()));
        }
    }

    #[tokio::test]
    async fn a_look_alike_is_taken_and_an_address_never_is() {
        let world = World::new().await;
        let mut alice = applicant("alice");
        alice.email = Some("Alice@Example.ORG".into());
        let started = world.app.register(alice, start(Client::Native)).await.ok().unwrap();
        assert_eq!(started.me.own.email.as_deref(), Some("Alice@example.org"));
        assert_eq!(started.me.own.user.display_name, "alice");
        let taken = world.app.register(applicant("AIice"), start(Client::Native)).await;
        assert_eq!(field(taken), ("/login".to_owned(), "taken".to_owned()));
        assert_eq!(refused(world.app.register(applicant("alice"), start(Client::Native)).await), "login_taken");
        let mut bob = applicant("bob");
        bob.email = Some("Alice@example.org".into());
        assert!(world.app.register(bob, start(Client::Native)).await.is_ok());
    }
}
