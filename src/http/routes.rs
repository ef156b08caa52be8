//! The one page of routes: everything that this service answers, and to whom. A route that is not
//! here does not exist, not in the API's description either.

use actix_web::web::{self, ServiceConfig};

use crate::domain::code::Code;
use crate::domain::report::Report;

use super::extract::{Speech, Spoken};
use super::limits::Bound;
use super::route::{Route, delete, get, mount, page, patch, post, put};
use super::{
    appeals, assets, auth, claims, comments, decisions, events, feed, html, middleware, mine, moderation, notices,
    oembed, openapi, operate, own, people, queue, reporter, settings, sites, statements, stats, view, wire,
};

/// Every route there is.
pub fn all() -> Vec<Route> {
    let sections = [
        ("Sign-in", auth_routes()),
        ("Own things", own_routes()),
        ("People", people_routes()),
        ("Sites and threads", sites_routes()),
        ("Comments", comments_routes()),
        ("Notices", notice_routes()),
        ("Moderation", moderation_routes()),
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
    // a token or a code of 256 random bits is not guessed, and a page shows them at each view, of as many
    // people as share an address: what bounds writes and passwords is not for them
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
            .counted(Bound::Reads)
            .text("Gives the next access token for a refresh token, from cookie or body")
            .may_take::<auth::RefreshBody>()
            .answers::<wire::Session>(200)
            .fails(&[Code::SignInRequired, Code::SessionEnded, Code::Forbidden]),
        post("/auth/logout", auth::logout)
            .open()
            .counted(Bound::Reads)
            .text("Ends the session of the access token, else of the refresh token")
            .may_take::<auth::RefreshBody>()
            .answers_nothing()
            .fails(&[Code::SignInRequired, Code::Forbidden]),
        post("/auth/code", auth::code)
            .signed()
            .even_suspended()
            .text("Makes the code that a sign-in popup hands to the page that opened it")
            .takes::<auth::CodeBody>()
            .answers::<auth::SignInCode>(200),
        post("/auth/exchange", auth::exchange)
            .open()
            .counted(Bound::Reads)
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
            .even_suspended()
            .counted(Bound::SignIns)
            .text("Changes the password and ends all other sessions")
            .takes::<own::PasswordBody>()
            .answers_nothing(),
        get("/me/sessions", own::sessions)
            .signed()
            .text("The sign-ins that are in force")
            .answers::<own::OwnSessions>(200),
        delete("/me/sessions", own::end_others)
            .signed()
            .even_suspended()
            .text("Ends all sign-ins but this one")
            .answers_nothing(),
        delete("/me/sessions/{id}", own::end).signed().even_suspended().text("Ends one sign-in").answers_nothing(),
    ]
}

fn people_routes() -> Vec<Route> {
    vec![
        get("/users/{id}", comments::user).open().text("A person").answers::<wire::User>(200),
        get("/users/{id}/comments", comments::user_comments)
            .open()
            .text("A person's published comments, newest first")
            .query::<comments::PageQuery>()
            .answers::<comments::Comments>(200)
            .fails(&[Code::CursorMismatch]),
        get("/me/comments", mine::comments)
            .signed()
            .text("Own comments in any state, newest first")
            .query::<comments::PageQuery>()
            .answers::<mine::OwnComments>(200)
            .fails(&[Code::CursorMismatch]),
        get("/me/flags", mine::flags)
            .signed()
            .text("Own flags with their outcome, newest first")
            .query::<comments::PageQuery>()
            .answers::<mine::OwnFlags>(200)
            .fails(&[Code::CursorMismatch]),
        get("/me/decisions", mine::decisions)
            .signed()
            .text("Decisions on what is mine, and those that settled my flags")
            .query::<comments::PageQuery>()
            .answers::<mine::OwnDecisions>(200)
            .fails(&[Code::CursorMismatch]),
        post("/me/decisions/{id}/appeal", appeals::appeal)
            .signed()
            .even_suspended()
            .text("Appeals, once and within six months, against what a decision did to what is mine or to my flag")
            .idempotent()
            .takes::<appeals::AppealBody>()
            .answers::<appeals::Appeal>(201)
            .fails(&[Code::AlreadyAppealed, Code::NotAppealable, Code::AppealWindowClosed]),
    ]
}

fn sites_routes() -> Vec<Route> {
    const THREAD: &str = "/sites/{site}/threads/{key}";
    let below = |rest: &str| format!("{THREAD}{rest}");
    vec![
        get("/sites", sites::moderated)
            .moderators()
            .text("The sites that one moderates, in the order of their keys")
            .query::<comments::PageQuery>()
            .answers::<sites::Sites>(200)
            .fails(&[Code::CursorMismatch]),
        get("/sites/{site}", sites::site).open().text("A site").answers::<sites::Site>(200),
        post("/sites/{site}/preview", sites::preview)
            .open()
            .text("Shows how a text would look")
            .takes::<sites::PreviewBody>()
            .answers::<sites::Preview>(200),
        get("/sites/{site}/counts", sites::counts)
            .open()
            .text("Published comments of several threads")
            .query::<sites::CountsQuery>()
            .answers::<view::Counts>(200),
        post("/sites/{site}/counts", sites::counts_of)
            .open()
            .counted(Bound::Reads)
            .text("Published comments of up to 500 threads")
            .takes::<sites::CountsBody>()
            .answers::<view::Counts>(200),
        get(THREAD, sites::thread).open().text("A thread, born or not").answers::<view::Thread>(200),
        put(THREAD, sites::set_thread)
            .moderators()
            .text("Makes a thread, or sets its title, address, state and modes")
            .takes::<sites::ThreadBody>()
            .answers::<view::Thread>(200)
            .answers::<view::Thread>(201),
        get(&below("/comments"), sites::comments)
            .open()
            .text("A page of the tree")
            .query::<sites::ListQuery>()
            .answers::<view::CommentPage>(200)
            .fails(&[Code::CursorMismatch]),
        get(&below("/comments.html"), html::comments)
            .open()
            .text("The same page of the tree as an HTML fragment, which needs no script")
            .query::<Spoken<sites::ListQuery>>()
            .answers_text("text/html")
            .fails(&[Code::CursorMismatch]),
        get(&below("/feed.atom"), feed::feed)
            .open()
            .text("The newest 50 published comments as a feed")
            .answers_text("application/atom+xml"),
        post(&below("/comments"), sites::post)
            .signed()
            .text("Posts a comment or a reply")
            .idempotent()
            .takes::<sites::PostBody>()
            .answers::<view::Comment>(201)
            .fails(&[Code::Muted, Code::ThreadLocked, Code::ParentUnavailable, Code::TooDeep, Code::SlowMode]),
        get(&below("/viewer"), sites::viewer)
            .signed()
            .text("What is personal about a thread")
            .query::<sites::ViewerQuery>()
            .answers::<sites::ThreadViewer>(200),
        get(&below("/presence"), sites::presence)
            .open()
            .text("Who of those who published here is online")
            .answers::<sites::Online>(200),
        get(&below("/events"), events::thread)
            .open()
            .text("What happens in a thread, as it happens; and first what was missed")
            .query::<events::ThreadQuery>()
            .streams(),
        get(&below("/transparency"), statements::transparency)
            .open()
            .text("How many comments are hidden here, why and by whom, and how many restrictions were overturned")
            .answers::<statements::Transparency>(200),
    ]
}

fn comments_routes() -> Vec<Route> {
    vec![
        get("/comments/{id}", comments::comment)
            .widens()
            .text("A comment; its author and moderators see more")
            .answers::<view::Comment>(200),
        get("/comments/{id}/revisions", comments::revisions)
            .widens()
            .text("The texts a comment has had, for its author and moderators")
            .answers::<comments::Revisions>(200),
        get("/comments/{id}/replies", comments::replies)
            .open()
            .text("A page of the replies to a comment")
            .query::<sites::ListQuery>()
            .answers::<view::Replies>(200)
            .fails(&[Code::CursorMismatch]),
        get("/comments/{id}/replies.html", html::replies)
            .open()
            .text("The same page of replies as an HTML fragment")
            .query::<Spoken<sites::ListQuery>>()
            .answers_text("text/html")
            .fails(&[Code::CursorMismatch]),
        get("/comments/{id}/context", comments::context)
            .open()
            .text("A permalink in one call: thread, ancestors and comment")
            .answers::<comments::Context>(200),
        get("/comments/{id}/context.html", html::context)
            .open()
            .text("The same ancestors and comment as an HTML fragment")
            .query::<Speech>()
            .answers_text("text/html"),
        patch("/comments/{id}", comments::edit)
            .signed()
            .text("Replaces the text of one's own comment within the edit window")
            .if_match()
            .takes::<comments::EditBody>()
            .answers::<view::Comment>(200)
            .fails(&[
                Code::Muted,
                Code::StaleVersion,
                Code::PreconditionFailed,
                Code::ThreadLocked,
                Code::EditWindowClosed,
            ]),
        delete("/comments/{id}", comments::delete).signed().text("Takes one's own comment back").answers_nothing(),
        put("/comments/{id}/vote", comments::vote)
            .signed()
            .text("Sets one's vote to 1, 0 or -1")
            .takes::<comments::VoteBody>()
            .answers::<comments::Votes>(200)
            .fails(&[Code::Muted, Code::ThreadLocked]),
        post("/comments/{id}/flags", comments::flag)
            .signed()
            .text("Flags a comment for the moderators")
            .idempotent()
            .takes::<comments::FlagBody>()
            .answers::<view::Flag>(201)
            .fails(&[Code::Muted, Code::AlreadyFlagged, Code::ThreadLocked]),
        delete("/flags/{id}", comments::withdraw).signed().text("Takes one's own open flag back").answers_nothing(),
    ]
}

fn notice_routes() -> Vec<Route> {
    vec![
        post("/notices", notices::give)
            .open()
            .text("Gives notice of a comment that is against the law; no sign-in is needed")
            .idempotent()
            .takes::<notices::NoticeBody>()
            .answers::<notices::Receipt>(201)
            .fails(&[Code::NotFound]),
        get("/notices/{token}", notices::state)
            .open()
            .text("What became of a notice, for whoever has its token")
            .answers::<notices::Receipt>(200),
    ]
}

fn moderation_routes() -> Vec<Route> {
    vec![
        get("/moderation/queue", queue::queue)
            .moderators()
            .text("What waits, most urgent first")
            .query::<queue::QueueParameters>()
            .answers::<queue::Queue>(200)
            .fails(&[Code::NotFound, Code::CursorMismatch]),
        get("/moderation/events", events::queue)
            .moderators()
            .text("How much waits on a site, once a second at most, as it changes")
            .query::<moderation::SiteQuery>()
            .streams()
            .fails(&[Code::NotFound]),
        post("/moderation/claims", claims::claim)
            .moderators()
            .text("Takes items of the queue for a while, so that nobody else works on them")
            .idempotent()
            .takes::<claims::ClaimBody>()
            .answers::<claims::Claim>(201)
            .fails(&[Code::NotFound]),
        patch("/moderation/claims/{token}", claims::renew)
            .moderators()
            .text("Holds what a claim of one's own holds for longer")
            .may_take::<claims::RenewBody>()
            .answers::<claims::Claim>(200)
            .fails(&[Code::StaleClaim]),
        delete("/moderation/claims/{token}", claims::give_back)
            .moderators()
            .text("Gives back what a claim of one's own holds")
            .answers_nothing(),
        get("/moderation/comments", moderation::comments)
            .moderators()
            .text("Comments in any state, newest first")
            .query::<moderation::CommentsQuery>()
            .answers::<comments::Comments>(200)
            .fails(&[Code::NotFound, Code::CursorMismatch]),
        get("/moderation/decisions", decisions::decisions)
            .moderators()
            .text("A site's decisions, newest first")
            .query::<decisions::DecisionsQuery>()
            .answers::<decisions::Decisions>(200)
            .fails(&[Code::NotFound, Code::CursorMismatch]),
        post("/moderation/decisions", decisions::decide)
            .moderators()
            .text("Decides on comments of one site, at once or in steps; or proposes to, where two have to agree")
            .idempotent()
            .takes::<decisions::DecideBody>()
            .answers::<view::Decision>(200)
            .answers::<view::Decision>(202)
            .fails(&[Code::NotFound]),
        get("/moderation/decisions/{id}", decisions::decision)
            .moderators()
            .text("A decision")
            .answers::<view::Decision>(200),
        get("/moderation/decisions/{id}/targets", decisions::targets)
            .moderators()
            .text("All that a decision is aimed at, in order, with what became of it")
            .query::<comments::PageQuery>()
            .answers::<decisions::Targets>(200)
            .fails(&[Code::CursorMismatch]),
        post("/moderation/decisions/{id}/confirm", decisions::confirm)
            .moderators()
            .text("Puts into effect what another moderator proposed")
            .answers::<view::Decision>(200)
            .answers::<view::Decision>(202)
            .fails(&[Code::AlreadyConfirmed, Code::AlreadyUndone, Code::SanctionEnded]),
        post("/moderation/decisions/{id}/undo", decisions::undo)
            .moderators()
            .text("Takes a decision back by a new one; stops one that runs, refuses one that is proposed")
            .answers::<view::Decision>(200)
            .answers::<view::Decision>(202)
            .fails(&[Code::AlreadyUndone, Code::SanctionEnded]),
        get("/moderation/stats", stats::stats)
            .moderators()
            .text("Figures of a site's moderation")
            .query::<moderation::SiteQuery>()
            .answers::<stats::Stats>(200)
            .fails(&[Code::NotFound]),
        get("/moderation/appeals", appeals::list)
            .moderators()
            .text("Appeals, open ones first")
            .query::<appeals::AppealsQuery>()
            .answers::<appeals::Appeals>(200)
            .fails(&[Code::NotFound, Code::CursorMismatch]),
        post("/moderation/appeals/{id}/ruling", appeals::rule)
            .moderators()
            .text("Rules on an appeal against another moderator's decision")
            .idempotent()
            .takes::<appeals::RulingBody>()
            .answers::<appeals::Appeal>(200)
            .fails(&[Code::AlreadyRuled, Code::WrongState]),
        get("/moderation/statements", statements::statements)
            .moderators()
            .text("Statements of reasons in the schema of the EU's Transparency Database, without personal data")
            .query::<statements::StatementsQuery>()
            .answers_text(statements::JSONL)
            .fails(&[Code::NotFound]),
        get("/moderation/stats/report", statements::report)
            .moderators()
            .text("The figures of a year: flags, restrictions, appeals, automation")
            .query::<statements::YearQuery>()
            .answers::<Report>(200)
            .fails(&[Code::NotFound]),
        get("/moderation/stats/report.csv", statements::report_csv)
            .moderators()
            .text("The same as comma-separated values")
            .query::<statements::YearQuery>()
            .answers_text(statements::CSV)
            .fails(&[Code::NotFound]),
        get("/moderation/stats/series", stats::series)
            .moderators()
            .text("Figures of the last days, one by one, for charts")
            .query::<stats::SeriesQuery>()
            .answers::<stats::Series>(200)
            .fails(&[Code::NotFound]),
        get("/moderation/sites/{site}/settings", settings::read)
            .moderators()
            .text("What can be set of a site")
            .answers::<settings::Settings>(200),
        patch("/moderation/sites/{site}/settings", settings::change)
            .moderators()
            .text("Sets it, by an admin; what is left out stays")
            .takes::<settings::SettingsBody>()
            .answers::<settings::Settings>(200)
            .fails(&[Code::StaleVersion]),
        get("/moderation/users", people::find)
            .moderators()
            .text("People whose login begins so, or who have that id")
            .query::<people::FindQuery>()
            .answers::<people::Found>(200)
            .fails(&[Code::NotFound]),
        get("/moderation/users/{id}", people::history)
            .moderators()
            .text("What a person has done on a site, and what was done about it")
            .query::<moderation::SiteQuery>()
            .answers::<people::History>(200),
        get("/moderation/users/{id}/sanctions", people::sanctions)
            .moderators()
            .text("A person's sanctions, newest first")
            .query::<people::SanctionsQuery>()
            .answers::<people::Sanctions>(200)
            .fails(&[Code::CursorMismatch]),
        post("/moderation/users/{id}/sanctions", people::impose)
            .moderators()
            .text("Lays a sanction on a person, on a site or on the whole server")
            .idempotent()
            .takes::<people::SanctionBody>()
            .answers::<people::ModeratedSanction>(201),
        delete("/moderation/sanctions/{id}", people::lift)
            .moderators()
            .text("Lifts a sanction")
            .answers_nothing()
            .fails(&[Code::AlreadyUndone]),
        get("/moderation/users/{id}/notes", people::notes)
            .moderators()
            .text("What moderators of a site have noted on a person, newest first")
            .query::<people::NotesQuery>()
            .answers::<people::Notes>(200)
            .fails(&[Code::CursorMismatch]),
        post("/moderation/users/{id}/notes", people::note)
            .moderators()
            .text("Notes something on a person for the other moderators of a site")
            .idempotent()
            .takes::<people::NoteBody>()
            .answers::<people::NoteView>(201),
        get("/moderation/flags", reporter::flags)
            .moderators()
            .text("One reader's flags on a site with their outcome, newest first")
            .query::<reporter::ReportsQuery>()
            .answers::<reporter::Reports>(200)
            .fails(&[Code::NotFound, Code::CursorMismatch]),
        get("/moderation/log", moderation::log)
            .moderators()
            .text("The log of a site, newest first")
            .query::<moderation::LogQuery>()
            .answers::<moderation::Log>(200)
            .fails(&[Code::NotFound, Code::CursorMismatch]),
        get("/moderation/log/head", moderation::log_head)
            .moderators()
            .text("The end of a log's chain")
            .query::<moderation::HeadQuery>()
            .answers::<moderation::LogHead>(200)
            .fails(&[Code::NotFound]),
        get("/moderation/log/verification", moderation::log_verification)
            .moderators()
            .text("Proves a piece of a log: that each row and text is as it was written")
            .query::<moderation::VerificationQuery>()
            .answers::<moderation::Verification>(200)
            .fails(&[Code::NotFound]),
    ]
}

fn operations() -> Vec<Route> {
    vec![
        get("/openapi.json", openapi::serve).open().text("This description").answers_text("application/json"),
        page("/api/v1/docs", assets::docs),
        // a page loads some thirty of these at once, and they cost no more than the bytes
        page("/web/{path}", assets::file).counted(Bound::Nothing),
        page("/embed.js", assets::embed).counted(Bound::Nothing),
        page("/embed-{version}.js", assets::embed_version).counted(Bound::Nothing),
        page("/embed.json", assets::embed_facts),
        page("/oembed", oembed::oembed),
        page("/console", assets::console),
        page("/sign-in", assets::sign_in),
        page("/", assets::home),
        page("/demo/{path}", assets::demo).counted(Bound::Nothing),
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
