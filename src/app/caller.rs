//! Who calls, and what they may do: the first line of every use-case asks here.

use std::sync::Arc;

use super::{App, Error};
use crate::domain::code::Code;
use crate::domain::comment::{Comment, Viewer};
use crate::domain::ids::{SessionId, SiteId, UserId};
use crate::domain::permission::{Action, Role, allows, role_on};
use crate::domain::sanction::{Restriction, barring, is_premoderated};
use crate::domain::session::Scope;
use crate::domain::thread::Site;
use crate::domain::time::rfc3339;
use crate::domain::user::Grant;
use crate::store::Tx;

/// A person who proved with a token that they are signed in.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Who.
    pub user: UserId,
    /// By which session.
    pub session: SessionId,
    /// What the token may do.
    pub scope: Scope,
    /// Their roles as of now.
    pub grants: Arc<[Grant]>,
    /// What stands against what they call for, as of now; nothing stands against reading.
    pub sanctions: Arc<[Restriction]>,
}

impl Caller {
    /// What they are on a site, or on the whole server. A reader's token is a reader's everywhere.
    pub fn role(&self, site: Option<SiteId>) -> Role {
        if self.scope == Scope::Reader { Role::Reader } else { role_on(&self.grants, site) }
    }

    /// Whether they may do `action` on a site, or on the whole server.
    pub fn may(&self, action: Action, site: Option<SiteId>) -> bool {
        allows(Some(role_on(&self.grants, site)), self.scope, action)
    }

    /// Refuses unless they may do `action` there.
    ///
    /// # Errors
    /// 403 `forbidden`, and as [`Caller::require_unbarred`].
    pub fn require(&self, action: Action, site: Option<SiteId>) -> Result<(), Error> {
        if !self.may(action, site) {
            return Err(Error::refuse(Code::Forbidden, "this needs a role that you do not have here"));
        }
        self.require_unbarred(action, site)
    }

    /// Refuses who moderates nothing at all, before anything is looked up.
    pub(super) fn require_any_moderator(&self) -> Result<(), Error> {
        let sites = self.grants.iter().map(|grant| grant.site);
        if !sites.into_iter().any(|site| self.may(Action::Moderate, site)) {
            return Err(Error::refuse(Code::Forbidden, "this is for moderators"));
        }
        self.require_unbarred(Action::Moderate, None)
    }

    /// Refuses what a sanction on the site, or on the whole server, keeps them from, whatever their
    /// role.
    ///
    /// # Errors
    /// 403 `account_suspended`, `muted`.
    pub fn require_unbarred(&self, action: Action, site: Option<SiteId>) -> Result<(), Error> {
        let Some((bar, code)) = barring(&self.sanctions, action, site) else { return Ok(()) };
        let place = if bar.site.is_some() { "on this site" } else { "everywhere" };
        let end = bar.until_ms.map(|until_ms| format!(" until {}", rfc3339(until_ms))).unwrap_or_default();
        let detail = format!("{} {place}{end}: your decisions say why", code.title());
        Err(Error::refuse(code, detail))
    }

    /// Whether what they write on a site waits for a moderator.
    pub fn is_premoderated(&self, site: SiteId) -> bool {
        is_premoderated(&self.sanctions, site)
    }

    /// The same person, for a call that no sanction keeps anybody from.
    #[must_use]
    pub fn unrestricted(self) -> Caller {
        Caller { sanctions: Arc::from([]), ..self }
    }

    /// What they are to a comment.
    pub fn views(&self, comment: &Comment) -> Viewer {
        if self.may(Action::Moderate, Some(comment.site_id)) {
            Viewer::Moderator
        } else if comment.is_by(self.user) {
            Viewer::Author
        } else {
            Viewer::Public
        }
    }
}

/// What a caller, or nobody, is to a comment.
pub fn viewer(caller: Option<&Caller>, comment: &Comment) -> Viewer {
    caller.map_or(Viewer::Public, |caller| caller.views(comment))
}

/// The site named `key`, if the caller may do `action` there. Who may not is told 403 whether the
/// site exists or not, so that names cannot be tried out.
pub fn site_for(tx: &mut Tx<'_>, caller: &Caller, action: Action, key: &str) -> Result<Site, Error> {
    let site = tx.site_by_key(key)?;
    caller.require(action, site.as_ref().map(|site| site.id))?;
    site.ok_or_else(Error::not_found)
}

impl App {
    /// Who holds this access token.
    ///
    /// # Errors
    /// 401 `token_expired`, `session_ended` or `invalid_token`.
    pub fn authenticate(&self, token: &str, kind: super::token::Kind) -> Result<Caller, Error> {
        let claims = self.keys.verify(token, kind, self.now_ms())?;
        if self.standing.has_ended(claims.session) {
            return Err(Code::SessionEnded.into());
        }
        let now_ms = self.now_ms();
        self.presence.saw(claims.user, now_ms);
        Ok(Caller {
            user: claims.user,
            session: claims.session,
            scope: claims.scope,
            grants: self.standing.grants(claims.user),
            sanctions: self.standing.sanctions(claims.user, now_ms),
        })
    }
}
