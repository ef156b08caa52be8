//! The error codes of the contract: one table, added to, never renamed.
//!
//! A code says what the caller can do next. Its wording for people is its title; the detail of one
//! case is written where the case is found. How it travels (problem+json) is `http::problem`.

macro_rules! codes {
    ($($variant:ident $status:literal $code:literal $title:literal),+ $(,)?) => {
        /// An error code of the contract.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Code {
            $(#[doc = $title] $variant),+
        }

        impl Code {
            /// Every code, in the order of the table.
            pub const ALL: &'static [Code] = &[$(Code::$variant),+];

            /// The HTTP status it is answered with.
            pub fn status(self) -> u16 {
                match self { $(Code::$variant => $status),+ }
            }

            /// The stable name callers match on.
            pub fn name(self) -> &'static str {
                match self { $(Code::$variant => $code),+ }
            }

            /// One line for people.
            pub fn title(self) -> &'static str {
                match self { $(Code::$variant => $title),+ }
            }
        }
    };
}

codes! {
    MalformedJson 400 "malformed_json" "The body is not JSON",
    BadRequest 400 "bad_request" "The request could not be read",
    SignInRequired 401 "sign_in_required" "Please sign in first",
    InvalidCredentials 401 "invalid_credentials" "Login and password do not match",
    TokenExpired 401 "token_expired" "The access token has expired: refresh and retry",
    SessionEnded 401 "session_ended" "The session has ended: sign in again",
    InvalidToken 401 "invalid_token" "The token is not valid here",
    Forbidden 403 "forbidden" "Not allowed",
    AccountSuspended 403 "account_suspended" "The account is suspended",
    Muted 403 "muted" "The account is muted",
    NotFound 404 "not_found" "There is nothing here",
    MethodNotAllowed 405 "method_not_allowed" "This address does not answer that method",
    RequestTimeout 408 "request_timeout" "The request took too long to arrive",
    LoginTaken 409 "login_taken" "This login is taken",
    StaleVersion 409 "stale_version" "It has changed meanwhile: read it again",
    PreconditionFailed 412 "stale_version" "It has changed meanwhile: read it again",
    ThreadLocked 409 "thread_locked" "The thread is closed",
    ParentUnavailable 409 "parent_unavailable" "The comment cannot be replied to",
    TooDeep 409 "too_deep" "The tree has no room below this comment",
    StaleClaim 409 "stale_claim" "The claim has run out or was given back: take it anew",
    EditWindowClosed 409 "edit_window_closed" "It can no longer be edited",
    AlreadyFlagged 409 "already_flagged" "You have an open flag on this comment",
    AlreadyConfirmed 409 "already_confirmed" "This decision waits for nobody",
    AlreadyAppealed 409 "already_appealed" "You have appealed against this once",
    NotAppealable 409 "not_appealable" "There is nothing here to appeal against",
    AppealWindowClosed 409 "appeal_window_closed" "The time to appeal is over",
    AlreadyRuled 409 "already_ruled" "This appeal has been decided",
    WrongState 409 "wrong_state" "It is no longer as that decision left it",
    AlreadyUndone 409 "already_undone" "This decision has been undone",
    SanctionEnded 409 "sanction_ended" "The sanction would have ended by now",
    PayloadTooLarge 413 "payload_too_large" "The body is too large",
    UnsupportedMediaType 415 "unsupported_media_type" "Send application/json",
    ValidationFailed 422 "validation_failed" "Something in the request is out of range",
    UnknownField 422 "unknown_field" "The request has a field that is not known",
    CursorMismatch 422 "cursor_mismatch" "The cursor belongs to another list",
    IdempotencyKeyReused 422 "idempotency_key_reused" "The key was used for another request",
    RateLimited 429 "rate_limited" "Too many requests: wait a little",
    SlowMode 429 "slow_mode" "This thread is in slow mode: wait a little",
    NotImplemented 501 "not_implemented" "This form is not served here",
    Internal 500 "internal" "Something went wrong on our side",
    Overloaded 503 "overloaded" "The service is busy: try again soon",
    StorageFull 507 "storage_full" "There is no room to keep it: reading goes on",
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    #[test]
    fn a_name_means_one_thing_in_each_status() {
        let mut seen = HashMap::new();
        for code in Code::ALL {
            assert!(seen.insert((code.name(), code.status()), code).is_none(), "{code:?} stands twice");
        }
    }
}
