//! Builds everything once: settings, log, store, app; then does what the command line asks for.
//!
//! Serving is in [`serving`]; what the other commands do is in `cli`.

pub mod serving;

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use crate::app::prove_log::{export_log, log_heads, prove_log};
use crate::app::verify::verify;
use crate::app::{App, system_clock};
use crate::cli::{Cli, Command, Common, ConfigCommand, Listen, LogCommand, SiteCommand, UserCommand, act};
use crate::config::{ConfigError, Layer, LogFormat, Settings, environment};
use crate::store::{self, FILE, Missing, Options, Purpose, Store, StoreError};

/// What was asked for failed.
const FAILED: u8 = 1;
/// The longest that a statement may take on a database server, in seconds.
const STATEMENT_S: u64 = 30;
/// It was asked for in a wrong way.
const USAGE: u8 = 2;

/// Why a command ends: the exit code and what to tell.
#[derive(Debug)]
pub struct Failure {
    code: u8,
    said: String,
}

impl From<String> for Failure {
    fn from(said: String) -> Failure {
        Failure { code: FAILED, said }
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Failure {
        // a wrong --set is a wrong command line, like any other option
        let code = match &error {
            ConfigError::NotAssignment { .. }
            | ConfigError::UnknownKey { layer: Layer::Set, .. }
            | ConfigError::WrongValue { layer: Layer::Set, .. } => USAGE,
            _ => FAILED,
        };
        let cause = std::error::Error::source(&error).map_or_else(String::new, |cause| format!(": {cause}"));
        Failure { code, said: act::told(format!("{error}{cause}")) }
    }
}

/// Does what the command line asks for. What goes wrong is told on standard error in one line.
pub fn run(cli: &Cli) -> ExitCode {
    match obey(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("understory: {}", failure.said);
            ExitCode::from(failure.code)
        }
    }
}

fn obey(cli: &Cli) -> Result<(), Failure> {
    let common = &cli.common;
    match &cli.command {
        Command::Serve(listen) => serve(common, listen, Purpose::Serve),
        Command::Demo(listen) => serve(common, listen, Purpose::Demo),
        Command::Openapi => Ok(act::say(&crate::http::openapi::document())?),
        Command::Config(ConfigCommand::Check) => {
            settings(common, &[])?;
            Ok(act::say("the settings are fine")?)
        }
        Command::Log(LogCommand::Verify { heads, export: Some(export) }) => {
            Ok(act::prove_export(export, &act::published(heads.as_deref())?)?)
        }
        Command::MoveStore { to } => Ok(move_store(common, to.as_deref())?),
        Command::Config(ConfigCommand::Show) => Ok(act::say(settings(common, &[])?.show().trim_end())?),
        command => {
            let settings = settings(common, &[])?;
            log(&settings)?;
            let directory = directory(common, Purpose::Any);
            // only these two make sense before there is a store
            let may_make =
                matches!(command, Command::Site(SiteCommand::Add { .. }) | Command::User(UserCommand::Add { .. }));
            let missing = if may_make { Missing::Make } else { Missing::Refuse };
            let store = open(&settings, &directory, Purpose::Any, missing)?;
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let runtime = runtime.map_err(|error| format!("cannot start the runtime: {error}"))?;
            Ok(runtime.block_on(work(command, store, settings))?)
        }
    }
}

/// The commands on a store.
async fn work(command: &Command, store: Store, settings: Settings) -> Result<(), String> {
    match command {
        // these must work on a store that an app would not start with
        Command::Backup { file } => return act::backup(file, |file| store.backup(file)),
        Command::Verify => return act::verified(&verify(&store).await.map_err(act::told)?),
        Command::Log(LogCommand::Heads) => return act::heads(&log_heads(&store).await.map_err(act::told)?),
        Command::Log(LogCommand::Export { site }) => {
            return export_log(&store, site.as_deref(), &mut act::output()).await.map_err(act::told);
        }
        Command::Log(LogCommand::Verify { heads, .. }) => {
            let published = act::published(heads.as_deref())?;
            return act::verified(&prove_log(&store, published).await.map_err(act::told)?);
        }
        _ => {}
    }
    let origin = settings.server.public_origin().unwrap_or("http://localhost").to_owned();
    let app = App::start(store, settings, origin, system_clock()).await.map_err(act::told)?;
    match command {
        Command::Site(command) => act::site(&app, command).await,
        Command::User(command) => act::user(&app, command).await,
        Command::Import(command) => act::import(&app, command).await,
        Command::Export(command) => act::export(&app, command).await,
        Command::Report(command) => act::report(&app, command).await,
        Command::Serve(_)
        | Command::Demo(_)
        | Command::Backup { .. }
        | Command::MoveStore { .. }
        | Command::Verify
        | Command::Log(_)
        | Command::Openapi
        | Command::Config(_) => Err("this command does not work on an app: a defect".into()),
    }
}

fn serve(common: &Common, listen: &Listen, purpose: Purpose) -> Result<(), Failure> {
    let listen = listen.listen.map(|address| format!("server.listen={address}"));
    let settings = settings(common, listen.as_slice())?;
    log(&settings)?;
    Ok(serving::serve(settings, &directory(common, purpose), purpose)?)
}

/// The settings in force; `more` are options that stand for one, and come last.
fn settings(common: &Common, more: &[String]) -> Result<Settings, ConfigError> {
    let sets = [common.sets.as_slice(), more].concat();
    Settings::load(common.config.as_deref(), environment(), &sets)
}

fn directory(common: &Common, purpose: Purpose) -> PathBuf {
    let usual = if purpose == Purpose::Demo { "demo-data" } else { "data" };
    common.data.clone().unwrap_or_else(|| PathBuf::from(usual))
}

/// Makes the directory of a store, for its owner alone; one that is there stays as it is.
fn make_directory(directory: &Path) -> Result<(), String> {
    let mut making = std::fs::DirBuilder::new();
    making.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut making, 0o700);
    making.create(directory).map_err(|error| format!("cannot make the directory {}: {error}", directory.display()))
}

/// Makes an empty store file for its owner alone, as it will hold addresses and password hashes;
/// SQLite gives the files beside it the same mode. One that is there stays as it is.
fn make_file(file: &Path) -> Result<(), String> {
    let mut making = std::fs::OpenOptions::new();
    making.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut making, 0o600);
    making.open(file).map(drop).map_err(|error| format!("cannot write {}: {error}", file.display()))
}

/// Opens the store that the settings name: a database, or a file in the directory.
fn open(settings: &Settings, directory: &Path, purpose: Purpose, missing: Missing) -> Result<Store, String> {
    let url = &settings.store.url;
    let place = if url.is_empty() { directory.display().to_string() } else { "the database of store.url".to_owned() };
    if url.is_empty() {
        if missing == Missing::Refuse && !directory.join(FILE).is_file() {
            return Err(format!("there is no store in {place}: name its directory with --data DIR"));
        }
        make_directory(directory)?;
        make_file(&directory.join(FILE))?;
    }
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let options = Options {
        directory: directory.to_owned(),
        url: (!url.is_empty()).then(|| url.expose().to_owned()),
        purpose,
        missing,
        readers: settings.store.reader_threads(cores),
        queue: settings.store.queue,
        busy_timeout_ms: settings.store.busy_timeout_ms,
        // a command may look at everything
        statement_s: if purpose == Purpose::Any { 0 } else { STATEMENT_S },
        now_ms: system_clock()(),
    };
    Store::open(&options).map_err(|error| act::told(format!("cannot open the store in {place}: {error}")))
}

/// `move-store`: from the file in the directory to the database that the settings name.
fn move_store(common: &Common, to: Option<&str>) -> Result<(), Failure> {
    let to = to.map(|url| format!("store.url={url}"));
    let settings = settings(common, to.as_slice())?;
    log(&settings)?;
    if settings.store.url.is_empty() {
        return Err(Failure { code: USAGE, said: "name the database with --to postgres://… or store.url".into() });
    }
    let directory = directory(common, Purpose::Serve);
    let (file, shown) = (directory.join(FILE), directory.display());
    if !file.is_file() {
        return Err(format!("there is no store in {shown}: name its directory with --data DIR").into());
    }
    let _lock = serving::lock(&directory)?;
    let busy = Duration::from_millis(settings.store.busy_timeout_ms);
    let moved = store::move_store(&file, busy, settings.store.url.expose()).map_err(|error| match error {
        StoreError::Uncertain => format!("{error}; `understory verify` with store.url tells whether it is there"),
        error => act::told(format!("nothing was moved: {error}")),
    })?;
    act::moved(&moved.iter().map(|moved| (moved.table.as_str(), moved.rows)).collect::<Vec<_>>())?;
    Ok(act::say(&format!(
        "go on there: understory serve --set store.url=postgres://… (or UNDERSTORY_STORE_URL); {shown} is as it was"
    ))?)
}

/// Sends the log to standard error, as the settings say; the environment has no part in it.
fn log(settings: &Settings) -> Result<(), String> {
    let level: tracing::Level = settings.log.level.as_str().parse().map_err(act::told)?;
    let log = tracing_subscriber::fmt().with_max_level(level).with_writer(std::io::stderr);
    let log = log.with_ansi(std::io::stderr().is_terminal());
    let set = match settings.log.format {
        LogFormat::Json => log.json().try_init(),
        LogFormat::Text => log.try_init(),
    };
    set.map_err(|error| format!("cannot start the log: {error}"))
}
