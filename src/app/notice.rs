//! Anybody gives notice of a comment that is against the law, and asks later what became of it
//! (Digital Services Act, Art. 16). No account is needed; the receipt's token is.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::edit::published;
use super::post::{Made, replayed};
use super::register::parse_email;
use super::session::millis;
use super::shift::requeue;
use super::{App, Error, new_id, secret};
use crate::domain::flag::{FlagState, Reason};
use crate::domain::ids::{CommentId, NoticeId};
use crate::domain::notice::{Contact, EXPLANATION_CHARS_MAX, NAME_CHARS_MAX, Notice, may_be_nameless};
use crate::store::{IdempotencyKey, Key};

/// What somebody sends.
#[derive(Clone, Debug)]
pub struct GiveNotice {
    /// The comment.
    pub comment: CommentId,
    /// What it is about.
    pub category: Reason,
    /// Why the comment is illegal.
    pub explanation: String,
    /// The giver's name.
    pub name: Option<String>,
    /// The giver's address.
    pub email: Option<String>,
    /// For a request that may come again.
    pub once: Option<IdempotencyKey>,
}

/// A notice, and the token by which its giver asks for it.
#[derive(Clone, Debug)]
pub struct Receipt {
    /// Letters, digits, `-` and `_`; only a hash of it is kept.
    pub token: String,
    /// The notice.
    pub notice: Notice,
}

impl App {
    /// Gives notice of a published comment, also where its thread is closed.
    ///
    /// # Errors
    /// 404 unless readers see the comment, 422, and those of an idempotency key.
    pub async fn give_notice(&self, given: GiveNotice) -> Result<Made<Receipt>, Error> {
        // anybody may: the law asks for no account
        check_explanation(&given.explanation)?;
        let contact = self.contact(&given)?;
        let now_ms = self.now_ms();
        let notice = Notice {
            id: NoticeId(new_id(now_ms)),
            comment_id: given.comment,
            category: given.category,
            explanation: given.explanation,
            contact,
            state: FlagState::Open,
            outcome: None,
            created_ms: now_ms,
            due_ms: now_ms.saturating_add(millis(self.settings.moderation.notice_due_s)),
        };
        let token_hash = secret::hash(&self.notice_token(notice.id)?);
        let once = given.once;
        let made = self
            .store
            .write("notice", Key::comment(given.comment), move |tx| {
                if let Some(made) = replayed(tx, once.as_ref())? {
                    let made = tx.notice_by_id(NoticeId(made))?.ok_or_else(Error::not_found)?;
                    return Ok::<_, Error>(Made { made, replayed: true });
                }
                let comment = published(tx, notice.comment_id)?;
                tx.notice_insert(&notice, comment.site_id, &token_hash)?;
                requeue(tx, &comment)?;
                if let Some(key) = &once {
                    tx.idempotency_keep(key, notice.id.0, now_ms)?;
                }
                Ok(Made { made: notice.clone(), replayed: false })
            })
            .await?;
        let token = self.notice_token(made.made.id)?;
        Ok(Made { made: Receipt { token, notice: made.made }, replayed: made.replayed })
    }

    /// The notice whose receipt has that token.
    ///
    /// # Errors
    /// 404 when there is none.
    pub async fn notice(&self, token: String) -> Result<Receipt, Error> {
        // whoever has the token may
        let hash = secret::hash(&token);
        let found = self.store.read("notice", move |tx| Ok::<_, Error>(tx.notice_by_hash(&hash)?)).await?;
        Ok(Receipt { token, notice: found.ok_or_else(Error::not_found)? })
    }

    /// The token of a notice: made from its id with the store's own key, so that a request which
    /// comes again is answered the same token although only its hash is kept.
    fn notice_token(&self, id: NoticeId) -> Result<String, Error> {
        Ok(URL_SAFE_NO_PAD.encode(self.mark("notice", &id.0.to_be_bytes())?))
    }

    /// Who gives a notice: both name and address, or nobody where that will do.
    fn contact(&self, given: &GiveNotice) -> Result<Option<Contact>, Error> {
        let is_needed = self.settings.moderation.notice_contact_required && !may_be_nameless(given.category);
        let missing = |pointer| {
            let detail = "name and e-mail come together; leave out both only for the category `sexual`, or where the \
                          site takes notices without";
            Err(Error::field(pointer, "required", detail))
        };
        match (&given.name, &given.email) {
            (None, None) if is_needed => missing("/name"),
            (None, None) => Ok(None),
            (None, Some(_)) => missing("/name"),
            (Some(_), None) => missing("/email"),
            (Some(name), Some(email)) => {
                let name = name.trim();
                match name.chars().count() {
                    0 => Err(Error::field("/name", "empty", "write a name")),
                    1..=NAME_CHARS_MAX => Ok(Some(Contact { name: name.to_owned(), email: parse_email(email)? })),
                    _ => Err(Error::field("/name", "too_long", format!("use at most {NAME_CHARS_MAX} characters"))),
                }
            }
        }
    }
}

fn check_explanation(text: &str) -> Result<(), Error> {
    if text.trim().is_empty() {
        Err(Error::field("/explanation", "empty", "say why the comment is against the law"))
    } else if text.chars().count() > EXPLANATION_CHARS_MAX {
        Err(Error::field("/explanation", "too_long", format!("use at most {EXPLANATION_CHARS_MAX} characters")))
    } else {
        Ok(())
    }
}
