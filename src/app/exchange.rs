//! Hands a sign-in from the service's own popup to the page that opened it.
//!
//! The page's browser may keep our cookies from it, so the popup gives it a code: good once, for
//! 60 s, for that origin only, and for a reader's session whoever signed in.

use super::session::{Opening, StartSession, Started};
use super::{App, Caller, Error, secret};
use crate::domain::code::Code;
use crate::domain::permission::Action;
use crate::domain::session::{Client, Scope};
use crate::store::Key;

/// How long a code is good for, in milliseconds.
const CODE_TTL_MS: i64 = 60_000;

impl App {
    /// Makes a code that a page of `origin` can exchange for a session of the caller's.
    ///
    /// # Errors
    /// 403 `forbidden` with a reader's token, or when no site has that origin.
    pub async fn make_code(&self, caller: &Caller, origin: &str) -> Result<String, Error> {
        caller.require(Action::Participate, None)?;
        if caller.scope != Scope::Full {
            return Err(Error::refuse(Code::Forbidden, "only a sign-in on this service's own pages can be handed on"));
        }
        if !self.standing.knows_origin(origin) {
            return Err(Error::refuse(Code::Forbidden, "no site here has pages of that origin"));
        }
        let (text, hash) = secret::opaque();
        let (session, origin, expires_ms) = (caller.session, origin.to_owned(), self.now_ms() + CODE_TTL_MS);
        self.store
            .write("make_code", Key::free(), move |tx| {
                Ok::<_, Error>(tx.code_insert(&hash, session, &origin, expires_ms)?)
            })
            .await?;
        Ok(text)
    }

    /// Starts a reader's session for a code. Whatever comes of it, the code is used up.
    ///
    /// # Errors
    /// 401 `invalid_credentials` when the code is unknown, used, too old or for another origin.
    pub async fn exchange(&self, code: &str, origin: &str, agent: Option<String>) -> Result<Started, Error> {
        let is_registered = self.standing.knows_origin(origin);
        let (hash, origin, now_ms) = (secret::hash(code), origin.to_owned(), self.now_ms());
        let start = StartSession { client: Client::Browser, scope: Scope::Reader, agent };
        let opening = Opening::draw(self, start);
        let opened = self
            .store
            .write("exchange", Key::token(&hash), move |tx| {
                // what does not fit is no error of the unit: that would put the code back
                let Some((session, bound, until_ms)) = tx.code_take(&hash)? else { return Ok(None) };
                let maker = tx.session_by_id(session)?.filter(|maker| maker.ended_ms.is_none());
                match maker {
                    Some(maker) if is_registered && bound == origin && now_ms < until_ms => {
                        opening.insert(tx, maker.user_id).map(Some)
                    }
                    _ => Ok::<_, Error>(None),
                }
            })
            .await?;
        let opened = opened.ok_or_else(|| {
            Error::refuse(Code::InvalidCredentials, "the code is not good here, or no longer: sign in again")
        })?;
        self.sign_tokens(opened, Scope::Reader)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::session::fixture::*;

    const BLOG: &str = "https://blog.example";

    async fn swap(world: &World, code: &str, origin: &str) -> Result<Started, Error> {
        world.app.exchange(code, origin, None).await
    }

    #[tokio::test]
    async fn a_code_is_good_once_in_time_and_for_its_origin() {
        let world = World::new().await;
        let alice = world.register("alice").await;
        let caller = world.caller(&alice).unwrap();
        assert_eq!(refused(world.app.make_code(&caller, BLOG).await), "forbidden");
        let origins = [BLOG.to_owned(), "https://news.example".to_owned()];
        world.app.add_site("blog", None, &origins).await.unwrap();
        let code = world.app.make_code(&caller, BLOG).await.unwrap();
        let reader = swap(&world, &code, BLOG).await.ok().unwrap();
        let reading = world.caller(&reader).unwrap();
        assert_eq!((reading.user, reading.scope), (caller.user, Scope::Reader));
        assert_eq!(refused(world.app.make_code(&reading, BLOG).await), "forbidden");
        assert_eq!(refused(swap(&world, &code, BLOG).await), "invalid_credentials");
        let code = world.app.make_code(&caller, BLOG).await.unwrap();
        assert_eq!(refused(swap(&world, &code, "https://news.example").await), "invalid_credentials");
        assert_eq!(refused(swap(&world, &code, BLOG).await), "invalid_credentials");
        let code = world.app.make_code(&caller, BLOG).await.unwrap();
        world.wait_s(60);
        assert_eq!(refused(swap(&world, &code, BLOG).await), "invalid_credentials");
        let code = world.app.make_code(&caller, BLOG).await.unwrap();
        world.app.sign_out(caller.session).await.unwrap();
        assert_eq!(refused(swap(&world, &code, BLOG).await), "invalid_credentials");
    }
}
