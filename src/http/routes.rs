//! The one page of routes: everything that this service answers, and to whom. A route that is not
//! here does not exist, not in the API's description either.

use actix_web::web::{self, ServiceConfig};

use crate::domain::code::Code;

use super::limits::Bound;
use super::route::{Route, delete, get, mount, page, patch, post, put};
use super::wire::List;
use super::{assets, auth, middleware, openapi, operate, own, wire};

/// Every route there is.
pub fn all() -> Vec<Route> {
    let sections = [
        ("Sign-in", auth_routes()),
        ("Own things", own_routes()),
        // HERE, in this order: people, sites and threads, comments, moderation
        ("Service", operations()),
    ];
    sections.into_iter().flat_map(|(tag, routes)| routes.into_iter().map(move |route| route.tagged(tag))).collect()
}

/// Registers them.
pub fn configure(cfg: &mut ServiceConfig) {
    mount(cfg, &all());
    cfg.default_service(web::to(middleware::nothing_here));
}

fn auth_routes() -> Vec<Route> {
    vec![
        post("/auth/register", auth::register)
            .open()
            .counted(Bound::Registrations)
            .text("Makes an account and signs it in")
            .takes::<auth::RegisterBody>()
            .answers::<wire::Session>(201)
            .fails(&[Code::Forbidden, Code::LoginTaken]),
        post("/auth/login", auth::login)
            .open()
            .counted(Bound::SignIns)
            .text("Signs in with login, or verified address, and password")
            .takes::<auth::LoginBody>()
            .answers::<wire::Session>(200)
            .fails(&[Code::InvalidCredentials, Code::Forbidden]),
        post("/auth/refresh", auth::refresh)
            .open()
            .text("Gives the next access token for a refresh token, from cookie or body")
            .may_take::<auth::RefreshBody>()
            .answers::<wire::Session>(200)
            .fails(&[Code::SignInRequired, Code::SessionEnded, Code::Forbidden]),
        post("/auth/logout", auth::logout)
            .open()
            .text("Ends the session of the access token, else of the refresh token")
            .may_take::<auth::RefreshBody>()
            .answers_nothing()
            .fails(&[Code::SignInRequired, Code::Forbidden]),
        post("/auth/code", auth::code)
            .signed()
            .counted(Bound::SignIns)
            .text("Makes the code that a sign-in popup hands to the page that opened it")
            .takes::<auth::CodeBody>()
            .answers::<auth::SignInCode>(200),
        post("/auth/exchange", auth::exchange)
            .open()
            .counted(Bound::SignIns)
            .text("Signs a page of another origin in, as a reader, with a code from the popup")
            .takes::<auth::ExchangeBody>()
            .answers::<wire::Session>(200)
            .fails(&[Code::InvalidCredentials, Code::Forbidden]),
    ]
}

fn own_routes() -> Vec<Route> {
    vec![
        get("/me", own::me).signed().text("Who is signed in").answers::<wire::Me>(200),
        patch("/me", own::edit)
            .signed()
            .text("Changes the profile; what is absent stays")
            .takes::<own::ProfileBody>()
            .answers::<wire::Me>(200),
        put("/me/password", own::password)
            .signed()
            .counted(Bound::SignIns)
            .text("Changes the password and ends all other sessions")
            .takes::<own::PasswordBody>()
            .answers_nothing(),
        get("/me/sessions", own::sessions)
            .signed()
            .text("The sign-ins that are in force")
            .answers::<List<wire::OwnSession>>(200),
        delete("/me/sessions", own::end_others).signed().text("Ends all sign-ins but this one").answers_nothing(),
        delete("/me/sessions/{id}", own::end).signed().text("Ends one sign-in").answers_nothing(),
    ]
}

fn operations() -> Vec<Route> {
    vec![
        get("/openapi.json", openapi::serve)
            .open()
            .text("This description")
            .answers_text("application/json"),
        page("/api/v1/docs", assets::docs),
        page("/web/{path}", assets::file),
        page("/", assets::home),
        page("/healthz", operate::health).operator(),
        page("/readyz", operate::ready).operator(),
        page("/metrics", operate::metrics).operator(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn each_method_and_path_stands_once() {
        let mut seen = HashSet::new();
        for route in all() {
            assert!(seen.insert((route.method.to_string(), route.path.clone())), "{} {}", route.method, route.path);
            let described = !route.words.text.is_empty() && !route.words.answers.is_empty();
            assert_eq!(described, route.is_api(), "{} {}", route.method, route.path);
        }
    }
}
