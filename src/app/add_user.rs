//! Makes an account from the command line, which is what authorises it.

use serde_json::json;

use super::register::{Register, insert_unless_taken};
use super::{App, Error};
use crate::domain::ids::UserId;
use crate::domain::log::{Chain, LogEntry};
use crate::store::Key;

impl App {
    /// Makes an account with the checks of a registration, and logs it.
    ///
    /// # Errors
    /// 422 `validation_failed` with the field, 409 `login_taken`.
    pub async fn add_user(
        &self,
        login: String,
        display_name: Option<String>,
        password: String,
    ) -> Result<UserId, Error> {
        let wanted = Register { login, password, display_name, email: None };
        let mut new = self.new_user(&wanted)?;
        new.password_hash = Some(self.hasher.hash(&wanted.password).await?);
        let salt = rand::random();
        self.store
            .write("add_user", Key::log().and(Key::login(&new.login.key())), move |tx| {
                insert_unless_taken(tx, &new)?;
                let after = json!({"login": new.login.as_str(), "display_name": new.display_name.as_str()});
                tx.log_append(&LogEntry {
                    chain: Chain::Server,
                    at_ms: new.created_ms,
                    actor_id: None,
                    action: "user.add".to_owned(),
                    target: format!("user:{}", new.id),
                    reason_code: None,
                    before: None,
                    after: Some(after.to_string()),
                    note: None,
                    salt,
                })?;
                Ok(new.id)
            })
            .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::session::fixture::*;
    use crate::domain::session::Client;

    #[tokio::test]
    async fn made_once_logged_once_and_able_to_sign_in() {
        let world = World::new().await;
        let add = || world.app.add_user("alice".into(), Some("Alice".into()), PASSWORD.into());
        let id = add().await.unwrap();
        assert_eq!(refused(add().await), "login_taken");
        assert_eq!(field(world.app.add_user("bob".into(), None, "short".into()).await).0, "/password");
        let rows =
            world.app.store.read("test", |tx| Ok::<_, Error>(tx.log_page(Chain::Server, None, 9)?)).await.unwrap();
        assert_eq!(rows.len(), 1);
        assert_eq!(rows.first().unwrap().row.target, format!("user:{id}"));
        let signed_in = world.app.sign_in("alice".into(), PASSWORD.into(), start(Client::Native), "::".into()).await;
        assert_eq!(signed_in.ok().unwrap().session.user_id, id);
    }
}
