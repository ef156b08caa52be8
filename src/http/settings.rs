//! What can be set of a site: read by its moderators, set by its admins.

use actix_web::web::Data;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use super::answer::Answer;
use super::extract::{Json, Signed, SiteKey};
use super::reply;
use crate::app::set_site::{SiteChange, SiteSettings};
use crate::app::{App, Caller};
use crate::domain::permission::Action;

/// What can be set of a site, and what holds for all sites.
#[derive(Serialize, ToSchema)]
pub struct Settings {
    /// Its key.
    site: String,
    /// Its name for people.
    title: String,
    /// Where its rules can be read.
    policy_url: Option<String>,
    /// Whether only a moderator makes threads.
    explicit_threads: bool,
    /// The origins whose pages may use it.
    origins: Vec<String>,
    /// For decisions on more comments than this two moderators are needed; null: for no number.
    two_persons_over: Option<i64>,
    /// Whether for bans.
    two_persons_ban: bool,
    /// Whether for purges.
    two_persons_purge: bool,
    /// The longest body, in characters; set for all sites, in the service's own settings.
    body_max_chars: usize,
    /// How long an author may edit, in seconds; set likewise.
    edit_window_s: u64,
    /// Whether the caller may change them.
    may_change: bool,
    /// Another one whenever one of those that can be set here is another.
    version: String,
}

/// What is to be set; what is left out stays.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct SettingsBody {
    /// The version that was looked at; when it is old, nothing is set.
    #[validate(length(max = 64))]
    #[schema(max_length = 64)]
    version: Option<String>,
    /// One line of 1 to 200 characters.
    #[validate(length(min = 1, max = 200))]
    #[schema(min_length = 1, max_length = 200)]
    title: Option<String>,
    /// An address on the web; null: there is none.
    #[serde(default, deserialize_with = "said")]
    #[schema(value_type = Option<String>, max_length = 2_000)]
    policy_url: Option<Option<String>>,
    /// Whether only a moderator makes threads.
    explicit_threads: Option<bool>,
    /// All origins whose pages may use it; those left out no longer may.
    #[validate(length(max = 100))]
    #[schema(max_items = 100)]
    origins: Option<Vec<String>>,
    /// For decisions on more comments than this two moderators are needed; null: for no number.
    #[serde(default, deserialize_with = "said")]
    #[schema(value_type = Option<u32>, minimum = 0)]
    two_persons_over: Option<Option<u32>>,
    /// Whether for bans.
    two_persons_ban: Option<bool>,
    /// Whether for purges.
    two_persons_purge: Option<bool>,
}

/// Tells null, which sets, from what is left out, which does not.
fn said<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(from).map(Some)
}

fn view(app: &App, caller: &Caller, of: SiteSettings) -> Settings {
    Settings {
        may_change: caller.may(Action::ManageSite, Some(of.site.id)),
        version: of.version(),
        site: of.site.key,
        title: of.site.title,
        policy_url: of.site.policy_url,
        explicit_threads: of.site.explicit_threads,
        origins: of.origins,
        two_persons_over: of.two_persons.wide_over,
        two_persons_ban: of.two_persons.ban,
        two_persons_purge: of.two_persons.purge,
        body_max_chars: app.settings.comments.body_max_chars,
        edit_window_s: app.settings.comments.edit_window_s,
    }
}

/// `GET /moderation/sites/{site}/settings`
pub async fn read(app: Data<App>, caller: Signed, site: SiteKey) -> Answer {
    let settings = app.site_settings(&caller.0, site.0).await?;
    reply::private(&view(&app, &caller.0, settings))
}

/// `PATCH /moderation/sites/{site}/settings`
pub async fn change(app: Data<App>, caller: Signed, site: SiteKey, body: Json<SettingsBody>) -> Answer {
    let b = body.value;
    let change = SiteChange {
        version: b.version,
        title: b.title,
        policy_url: b.policy_url,
        explicit_threads: b.explicit_threads,
        origins: b.origins,
        two_persons_over: b.two_persons_over,
        two_persons_ban: b.two_persons_ban,
        two_persons_purge: b.two_persons_purge,
    };
    let settings = app.change_site(&caller.0, site.0, change).await?;
    reply::private(&view(&app, &caller.0, settings))
}
