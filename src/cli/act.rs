//! The commands on a store: each calls one use-case and prints what it did.

use std::io::{BufReader, BufWriter, Read, Write};
use std::path::Path;

use super::{CountsFormat, Export, Import, Over, ReportCommand, SiteCommand, Switch, UserCommand};
use crate::app::App;
use crate::app::import::ImportReport;
use crate::app::report::Period;
use crate::app::set_site::{SiteChange, SiteSettings};
use crate::app::verify::Verified;
use crate::domain::log::Head;
use crate::domain::two_persons::TwoPersons;

/// The longest password that is read, in bytes: the service allows 1,024.
const PASSWORD_BYTES: u64 = 64 << 10;

/// What went wrong, and what to do, in one line.
pub type Told = Result<(), String>;

/// `site …`
///
/// # Errors
/// In words.
pub async fn site(app: &App, command: &SiteCommand) -> Told {
    match command {
        SiteCommand::Add { site, title, origins } => {
            app.add_site(site, title.as_deref(), origins).await.map_err(told)?;
            say(&format!("site {site} is there"))
        }
        SiteCommand::Set { site, set } => {
            let is_on = |switch: &Option<Switch>| switch.map(|switch| switch == Switch::On);
            let change = SiteChange {
                version: None,
                title: set.title.clone(),
                policy_url: set.policy_url.as_ref().map(|url| (url != "none").then(|| url.clone())),
                explicit_threads: is_on(&set.explicit_threads),
                origins: (!set.origins.is_empty()).then(|| set.origins.clone()),
                two_persons_over: set.two_persons_over.map(|over| match over {
                    Over::Never => None,
                    Over::Comments(comments) => Some(comments),
                }),
                two_persons_ban: is_on(&set.two_persons_ban),
                two_persons_purge: is_on(&set.two_persons_purge),
            };
            let after = app.set_site(site, change).await.map_err(told)?;
            say(&settings_text(&after))
        }
    }
}

/// `user …`
///
/// # Errors
/// In words.
pub async fn user(app: &App, command: &UserCommand) -> Told {
    match command {
        UserCommand::Add { login, display_name, .. } => {
            let password = password(std::io::stdin().lock())?;
            app.add_user(login.clone(), display_name.clone(), password).await.map_err(told)?;
            say(&format!("user {login} is there"))
        }
        UserCommand::Role { login, role, site } => {
            app.set_role(login, (*role).into(), site.as_deref()).await.map_err(told)?;
            let place = site.as_ref().map_or_else(|| "the whole server".to_owned(), |site| format!("site {site}"));
            say(&format!("user {login} is {} on {place}", crate::domain::permission::Role::from(*role).as_str()))
        }
        UserCommand::Password { login, .. } => {
            let password = password(std::io::stdin().lock())?;
            app.set_password(login, &password).await.map_err(told)?;
            say(&format!("user {login} has the new password"))
        }
    }
}

/// `import …`
///
/// # Errors
/// In words.
pub async fn import(app: &App, import: &Import) -> Told {
    let super::Format::Native = import.format;
    let file =
        std::fs::read(&import.file).map_err(|error| format!("cannot read {}: {error}", import.file.display()))?;
    let report = app.import(&import.site, &file, import.dry_run).await.map_err(told)?;
    say(&report_text(&report, import.dry_run))
}

/// `export …`
///
/// # Errors
/// In words.
pub async fn export(app: &App, export: &Export) -> Told {
    let mut out = output();
    app.export(&export.site, export.thread.as_deref(), &mut out).await.map_err(told)
}

/// `report …`
///
/// # Errors
/// In words.
pub async fn report(app: &App, command: &ReportCommand) -> Told {
    match command {
        ReportCommand::Statements { site, from, to } => {
            let period = Period::parse(from.as_deref(), to.as_deref()).map_err(told)?;
            let mut out = BufWriter::new(std::io::stdout().lock());
            app.export_statements(site, period, &mut out).await.map_err(told)
        }
        ReportCommand::Counts { site, year, format } => {
            let report = app.report(site, *year).await.map_err(told)?;
            match format {
                CountsFormat::Json => say(&serde_json::to_string_pretty(&report).map_err(told)?),
                CountsFormat::Csv => say(report.csv().trim_end()),
            }
        }
    }
}

/// `verify`: the summary, or each difference.
///
/// # Errors
/// In words, when anything differs.
pub fn verified(verified: &Verified) -> Told {
    if verified.differences.is_empty() {
        return say(&format!("ok: {}", verified.summary));
    }
    let lines: Vec<String> =
        verified.differences.iter().map(|found| format!("{}: {}", found.name, found.detail)).collect();
    say(&lines.join("\n"))?;
    let count = lines.len();
    Err(format!("not all is as it must be, differences: {count}; keep a copy before anything else"))
}

/// `log heads`: a head a line.
///
/// # Errors
/// In words.
pub fn heads(heads: &[Head]) -> Told {
    let line = |head| serde_json::to_string(head).map_err(told);
    heads.iter().try_for_each(|head| say(&line(head)?))
}

/// The heads in a file that [`heads`] has written; none without a file.
///
/// # Errors
/// In words.
pub fn published(file: Option<&Path>) -> Result<Vec<Head>, String> {
    let Some(file) = file else { return Ok(Vec::new()) };
    let shown = file.display();
    let text = std::fs::read_to_string(file).map_err(|error| format!("cannot read {shown}: {error}"))?;
    let heads: Vec<Head> = serde_json::Deserializer::from_str(&text)
        .into_iter()
        .collect::<Result<_, _>>()
        .map_err(|error| format!("{shown} is not what `understory log heads` prints: {error}"))?;
    // a file without heads proves nothing, and must not look like a proof
    if heads.is_empty() { Err(format!("there is no head in {shown}")) } else { Ok(heads) }
}

/// `log verify --export FILE`
///
/// # Errors
/// In words, also when anything differs.
pub fn prove_export(file: &Path, published: &[Head]) -> Told {
    let shown = file.display();
    let opened = std::fs::File::open(file).map_err(|error| format!("cannot read {shown}: {error}"))?;
    let proved = crate::app::prove_log::prove_export(BufReader::new(opened), published);
    verified(&proved.map_err(|error| format!("{shown} is not what `understory log export` writes: {error}"))?)
}

/// `move-store`: the rows of each table, which are there as they were here.
///
/// # Errors
/// In words.
pub fn moved(tables: &[(&str, u64)]) -> Told {
    let lines: Vec<String> = tables.iter().map(|(table, rows)| format!("{rows:>12} {table}")).collect();
    let rows: u64 = tables.iter().map(|(_, rows)| rows).sum();
    say(&format!("{}\n{rows:>12} rows moved, counted and compared by their hashes", lines.join("\n")))
}

/// `backup FILE`: makes the file for its owner alone, has `copy` fill it and waits for the disk.
///
/// # Errors
/// In words; then there is no file.
pub fn backup<E: std::fmt::Display>(file: &Path, copy: impl FnOnce(&Path) -> Result<(), E>) -> Told {
    let shown = file.display();
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let made = options.open(file).map_err(|error| format!("cannot make {shown}: {error}"))?;
    let copied = copy(file).map_err(|error| error.to_string());
    if let Err(error) = copied.and_then(|()| made.sync_all().map_err(|error| error.to_string())) {
        // half a copy must not be taken for one
        let left =
            std::fs::remove_file(file).err().map_or_else(String::new, |error| format!("; remove {shown}: {error}"));
        return Err(format!("the store was not copied: {error}{left}"));
    }
    say(&format!("the store is copied to {shown}"))
}

/// Where an export goes.
pub fn output() -> impl Write {
    BufWriter::new(std::io::stdout().lock())
}

/// Writes a line to standard output.
///
/// # Errors
/// In words, when nobody reads it.
pub fn say(line: &str) -> Told {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")
        .and_then(|()| out.flush())
        .map_err(|error| format!("cannot write to standard output: {error}"))
}

/// An error in one line.
pub fn told(error: impl std::fmt::Display) -> String {
    error.to_string().replace('\n', " ")
}

/// All of the input, less one final line feed.
fn password(from: impl Read) -> Result<String, String> {
    let mut text = String::new();
    from.take(PASSWORD_BYTES)
        .read_to_string(&mut text)
        .map_err(|error| format!("cannot read the password from standard input: {error}"))?;
    if text.ends_with('\n') {
        text.pop();
    }
    Ok(text)
}

fn settings_text(of: &SiteSettings) -> String {
    let site = &of.site;
    let none = || "none".to_owned();
    let birth = if site.explicit_threads { "by a moderator" } else { "by their first comment" };
    let origins = if of.origins.is_empty() { none() } else { of.origins.join(", ") };
    [
        format!("site {}: {}", site.key, rule_text(of.two_persons)),
        format!("title: {}", site.title),
        format!("rules: {}", site.policy_url.clone().unwrap_or_else(none)),
        format!("threads are born {birth}"),
        format!("origins: {origins}"),
    ]
    .join("\n")
}

fn rule_text(rule: TwoPersons) -> String {
    let wide = rule.wide_over.map(|over| format!("decisions on more than {over} comments"));
    let ban = rule.ban.then(|| "bans".to_owned());
    let purge = rule.purge.then(|| "purges".to_owned());
    let needed: Vec<String> = [wide, ban, purge].into_iter().flatten().collect();
    if needed.is_empty() {
        "one moderator is enough for everything".to_owned()
    } else {
        format!("two moderators are needed for {}", needed.join(", "))
    }
}

fn report_text(report: &ImportReport, dry_run: bool) -> String {
    let mut lines = Vec::new();
    let thread = if report.thread_made { "new" } else { "there already" };
    lines.push(format!(
        "{}thread {} ({thread})",
        if dry_run { "dry run, nothing written: " } else { "" },
        report.thread
    ));
    lines.push(format!("comments made: {}", report.made));
    lines.push(format!("comments known: {}", report.known));
    lines.push(format!("comments skipped: {}", report.skipped.len()));
    lines.push(format!("people made: {}", report.people_made));
    lines.extend(report.skipped.iter().map(|row| format!("skipped {}: {}", row.place, row.reason)));
    lines.extend(report.notes.iter().map(|note| format!("note: {note}")));
    lines.extend(report.unknown.iter().map(|(name, count)| format!("ignored field {}: {count}", name.escape_debug())));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_final_line_feed_is_not_part_of_a_password() {
        for (given, taken) in [("a b\n", "a b"), ("a\n\n", "a\n"), ("a\r\n", "a\r"), ("", ""), (" a ", " a ")] {
            assert_eq!(password(given.as_bytes()).unwrap(), taken);
        }
        assert!(password(&[0xff_u8][..]).is_err());
    }

    #[test]
    fn a_backup_never_takes_the_place_of_a_file() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("copy");
        let fill = |file: &Path| std::fs::write(file, "copied");
        backup(&file, fill).unwrap();
        assert!(backup(&file, fill).unwrap_err().contains("cannot make"));
        let other = directory.path().join("other");
        assert!(backup(&other, |_| Err("no room")).unwrap_err().contains("no room"));
        assert!(!other.exists());
    }
}
