//! The command line: what can be asked for, and the commands that work on a store through the same
//! use-cases as HTTP. Which command needs what opened is decided in `boot`, which opens it.

pub mod act;
pub mod demo;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::domain::permission::Role;

/// Understory keeps the comments under an article.
#[derive(Debug, Parser)]
#[command(name = "understory", version, about, disable_help_subcommand = true)]
pub struct Cli {
    /// What holds for every command.
    #[command(flatten)]
    pub common: Common,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What every command takes.
#[derive(Clone, Debug, Args)]
pub struct Common {
    /// The directory of the store [default: ./data, for demo ./demo-data].
    #[arg(long, global = true, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// A file with settings.
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// One setting, such as log.level=debug; as often as needed.
    #[arg(long = "set", global = true, value_name = "KEY=VALUE")]
    pub sets: Vec<String>,
}

/// What can be asked for.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve readers and moderators.
    Serve(Listen),
    /// The same with a sample site, article and people, in a store of its own.
    Demo(Listen),
    /// Sites.
    #[command(subcommand)]
    Site(SiteCommand),
    /// People.
    #[command(subcommand)]
    User(UserCommand),
    /// Bring in the comments of a thread from a file.
    Import(Import),
    /// Write a site, or one thread of it, to standard output.
    Export(Export),
    /// What a site accounts for.
    #[command(subcommand)]
    Report(ReportCommand),
    /// Write a copy of the store to a file, beside a running server.
    Backup {
        /// The file; it must not exist.
        file: PathBuf,
    },
    /// Copy the store of a stopped service to an empty PostgreSQL database, all of it or nothing.
    MoveStore {
        /// The database, in place of store.url; a password is better left to UNDERSTORY_STORE_URL.
        #[arg(long, value_name = "URL")]
        to: Option<String>,
    },
    /// Recount everything and prove the log.
    Verify,
    /// The moderation log.
    #[command(subcommand)]
    Log(LogCommand),
    /// Print the description of the HTTP interface.
    Openapi,
    /// Settings.
    #[command(subcommand)]
    Config(ConfigCommand),
}

/// Where to listen.
#[derive(Debug, Args)]
pub struct Listen {
    /// Address and port, in place of server.listen; port 0 takes a free one.
    #[arg(long, value_name = "ADDR:PORT")]
    pub listen: Option<SocketAddr>,
}

/// On sites.
#[derive(Debug, Subcommand)]
pub enum SiteCommand {
    /// Make a site, or add origins to it.
    Add {
        /// Its key: a-z, 0-9, _ and -.
        site: String,
        /// Its name for people.
        #[arg(long)]
        title: Option<String>,
        /// An origin whose pages may use it; as often as needed.
        #[arg(long = "origin", value_name = "URL")]
        origins: Vec<String>,
    },
    /// Set how a site is called, who may use it, and for what two moderators are needed: one
    /// proposes, another confirms. What is not said stays; all of it is told.
    Set {
        /// Its key.
        site: String,
        /// What to set.
        #[command(flatten)]
        set: SiteSet,
    },
}

/// See [`SiteCommand::Set`].
#[derive(Debug, Args)]
pub struct SiteSet {
    /// Its name for people.
    #[arg(long)]
    pub title: Option<String>,
    /// Where its rules can be read, or none.
    #[arg(long, value_name = "URL|none")]
    pub policy_url: Option<String>,
    /// Whether only a moderator makes threads.
    #[arg(long, value_enum, value_name = "on|off")]
    pub explicit_threads: Option<Switch>,
    /// An origin whose pages may use it; as often as needed. These take the place of all others.
    #[arg(long = "origin", value_name = "URL")]
    pub origins: Vec<String>,
    /// Two for decisions on more comments than this, or never.
    #[arg(long, value_name = "COMMENTS|never", value_parser = over)]
    pub two_persons_over: Option<Over>,
    /// Two for bans.
    #[arg(long, value_enum, value_name = "on|off")]
    pub two_persons_ban: Option<Switch>,
    /// Two for purges.
    #[arg(long, value_enum, value_name = "on|off")]
    pub two_persons_purge: Option<Switch>,
}

/// From how many comments on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// From none.
    Never,
    /// From one more than this.
    Comments(u32),
}

fn over(text: &str) -> Result<Over, String> {
    match text {
        "never" => Ok(Over::Never),
        number => number.parse().map(Over::Comments).map_err(|_| "say a number of comments, or never".into()),
    }
}

/// Whether something holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Switch {
    /// It does.
    On,
    /// It does not.
    Off,
}

/// On people.
#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// Make an account.
    Add {
        /// The login.
        login: String,
        /// The name beside their comments.
        #[arg(long, value_name = "NAME")]
        display_name: Option<String>,
        /// Where the password comes from.
        #[command(flatten)]
        password: PasswordSource,
    },
    /// Give a role, on a site or on the whole server.
    Role {
        /// The login.
        login: String,
        /// The role.
        role: RoleName,
        /// The site; without it the whole server.
        #[arg(long)]
        site: Option<String>,
    },
    /// Set a password; it ends their sessions.
    Password {
        /// The login.
        login: String,
        /// Where the password comes from.
        #[command(flatten)]
        password: PasswordSource,
    },
}

/// A password never stands on the command line, where others can read it.
#[derive(Debug, Args)]
pub struct PasswordSource {
    /// Take all of standard input, less one final line feed.
    #[arg(long, required = true)]
    pub password_stdin: bool,
}

/// A role by its name.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum RoleName {
    /// Moderates every site.
    Admin,
    /// Moderates.
    Moderator,
    /// Takes the role away.
    Reader,
}

impl From<RoleName> for Role {
    fn from(name: RoleName) -> Role {
        match name {
            RoleName::Admin => Role::Admin,
            RoleName::Moderator => Role::Moderator,
            RoleName::Reader => Role::Reader,
        }
    }
}

/// See [`Command::Import`].
#[derive(Debug, Args)]
pub struct Import {
    /// The site.
    #[arg(long)]
    pub site: String,
    /// The format of the file.
    #[arg(long, value_enum, default_value_t = Format::Native)]
    pub format: Format,
    /// Report what would be done, write nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// The file.
    pub file: PathBuf,
}

/// A format of imports.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Format {
    /// The thread document that exports have, too.
    Native,
}

/// See [`Command::Export`].
#[derive(Debug, Args)]
pub struct Export {
    /// The site.
    #[arg(long)]
    pub site: String,
    /// The key of one thread; without it all threads, one document a line.
    #[arg(long, value_name = "KEY")]
    pub thread: Option<String>,
}

/// On the log.
#[derive(Debug, Subcommand)]
pub enum LogCommand {
    /// Print the end of each chain, one a line: publish it where nobody can change it.
    Heads,
    /// Write all chains, or that of a site, to standard output, one row a line.
    Export {
        /// The site.
        #[arg(long)]
        site: Option<String>,
    },
    /// Prove every chain, and that what was published of them is still there.
    Verify {
        /// What `log heads` printed earlier.
        #[arg(long, value_name = "FILE")]
        heads: Option<PathBuf>,
        /// What `log export` wrote, in place of the store.
        #[arg(long, value_name = "FILE")]
        export: Option<PathBuf>,
    },
}

/// What a site accounts for.
#[derive(Debug, Subcommand)]
pub enum ReportCommand {
    /// Write statements of reasons as JSON lines, in the schema of the EU's Transparency Database.
    Statements {
        /// The site.
        #[arg(long)]
        site: String,
        /// From when: a day, 2026-01-31, or a time in RFC 3339.
        #[arg(long, value_name = "WHEN")]
        from: Option<String>,
        /// Until when: the end of a day, or before a time in RFC 3339.
        #[arg(long, value_name = "WHEN")]
        to: Option<String>,
    },
    /// Write the figures of a year: flags, restrictions, appeals, automation.
    Counts {
        /// The site.
        #[arg(long)]
        site: String,
        /// The year, in UTC.
        #[arg(long)]
        year: i16,
        /// How.
        #[arg(long, value_enum, default_value_t = CountsFormat::Json)]
        format: CountsFormat,
    },
}

/// A format of figures.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum CountsFormat {
    /// One object.
    Json,
    /// A figure a line, with commas between.
    Csv,
}

/// On settings.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Try the settings.
    Check,
    /// Print the settings in force, secrets left out.
    Show,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_definition_holds_together() {
        Cli::command().debug_assert();
    }

    #[test]
    fn common_options_stand_before_or_after_the_command() {
        for line in [
            ["understory", "--data", "d", "--set", "a.b=1", "user", "role", "ann", "admin", "--site", "s"],
            ["understory", "user", "role", "ann", "admin", "--site", "s", "--data", "d", "--set", "a.b=1"],
        ] {
            let cli = Cli::try_parse_from(line).unwrap();
            assert_eq!(cli.common.data, Some(PathBuf::from("d")));
            assert_eq!(cli.common.sets, ["a.b=1"]);
            assert!(matches!(cli.command, Command::User(UserCommand::Role { .. })));
        }
    }

    #[test]
    fn the_rule_of_two_has_a_number_or_none() {
        let parse = |over: &str| {
            let line = ["understory", "site", "set", "s", "--two-persons-over", over, "--two-persons-ban", "on"];
            match Cli::try_parse_from(line).map(|cli| cli.command) {
                Ok(Command::Site(SiteCommand::Set { set, .. })) if set.two_persons_ban == Some(Switch::On) => {
                    set.two_persons_over
                }
                _ => None,
            }
        };
        assert_eq!(parse("100"), Some(Over::Comments(100)));
        assert_eq!(parse("never"), Some(Over::Never));
        assert_eq!([parse("-1"), parse("many"), parse("")], [None; 3]);
    }

    #[test]
    fn a_password_comes_by_standard_input_only() {
        for line in [vec!["understory", "user", "add", "ann"], vec!["understory", "user", "password", "ann", "secret"]]
        {
            assert_eq!(Cli::try_parse_from(line).unwrap_err().exit_code(), 2);
        }
    }
}
