//! The sample that `understory demo` serves: a site, an article with comments, and four people
//! whose passwords are new at each start.

use crate::app::{App, Error};
use crate::domain::login::Login;
use crate::domain::permission::Role;

/// The site's key.
const SITE: &str = "demo";
/// The comments of the sample article.
const THREAD: &[u8] = include_bytes!("../../web/demo/thread.json");

/// Login, name and role: a moderator's is for the sample site, an admin's for the whole server.
const PEOPLE: &[(&str, &str, Role)] = &[
    ("alice", "Alice Moreau", Role::Reader),
    ("bob", "Bob Tanaka", Role::Reader),
    ("mona", "Mona Keller", Role::Moderator),
    ("ada", "Ada Lindgren", Role::Admin),
];

/// Brings the sample into the store, gives everybody a new password, and returns what to print:
/// the address to open, then a line for each person.
///
/// # Errors
/// What the use-cases fail with.
pub async fn prepare(app: &App) -> Result<String, Error> {
    app.add_site(SITE, Some("Alder Valley Post"), &[]).await?;
    let mut lines = String::from("people of the demonstration, with passwords for this run:\n\n");
    for (login, name, role) in PEOPLE {
        // hexadecimal digits cannot spell a login that a password must not contain
        let password = hex::encode(rand::random::<[u8; 12]>());
        if is_there(app, login).await? {
            app.set_password(login, &password).await?;
        } else {
            app.add_user((*login).to_owned(), Some((*name).to_owned()), password.clone()).await?;
        }
        match role {
            Role::Reader => {}
            Role::Moderator => app.set_role(login, Role::Moderator, Some(SITE)).await?,
            Role::Admin => app.set_role(login, Role::Admin, None).await?,
        }
        lines.push_str(&format!("  {login:<8}  {:<10}  {password}\n", role.as_str()));
    }
    let report = app.import(SITE, THREAD, false).await?;
    for row in &report.skipped {
        tracing::warn!(place = row.place, reason = row.reason, "a comment of the sample was not kept");
    }
    lines.push_str(&format!("\nopen {}/\n", app.origin));
    Ok(lines)
}

async fn is_there(app: &App, login: &str) -> Result<bool, Error> {
    let login = Login::parse(login).map_err(|error| Error::Fault(format!("{login}: {error}")))?;
    let key = login.key();
    app.store.read("demo_person", move |tx| Ok(tx.user_by_login_key(&key)?.is_some())).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transfer::native::Document;

    #[test]
    fn the_sample_is_a_document() {
        let sample = Document::parse(THREAD).unwrap();
        assert!(sample.unknown.is_empty());
        assert!(sample.comments.len() > 5);
    }
}
