//! Whom and what an operator names on the command line.

use super::Error;
use crate::domain::code::Code;
use crate::domain::login::Login;
use crate::domain::thread::Site;
use crate::domain::user::Own;
use crate::store::Tx;

/// The person whose login an operator typed.
pub(super) fn user_named(tx: &mut Tx<'_>, login: &str) -> Result<Own, Error> {
    let found = match Login::parse(login) {
        Ok(parsed) => tx.user_by_login_key(&parsed.key())?,
        // what cannot be a login is nobody's
        Err(_) => None,
    };
    found.ok_or_else(|| Error::refuse(Code::NotFound, format!("there is nobody with the login {login:?}")))
}

/// The site whose key an operator typed.
pub(super) fn site_named(tx: &mut Tx<'_>, key: &str) -> Result<Site, Error> {
    tx.site_by_key(key)?.ok_or_else(|| Error::refuse(Code::NotFound, format!("there is no site {key:?}")))
}
