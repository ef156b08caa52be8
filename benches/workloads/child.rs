//! Servers as processes of their own: the one that is measured and the limits beside it.
//!
//! A process each, so that what the kernel says of CPU and memory is theirs alone.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use clap::ValueEnum;

use crate::Outcome;
use crate::limit::Commit;

/// The program under test, built like every release.
const SUBJECT: &str = env!("CARGO_BIN_EXE_understory");
/// What a server says when it is ready, before its address.
const READY: &str = "listening on http://";
/// Bounds of rate that count, and that nobody here reaches.
const HIGH_LIMITS: [&str; 4] = [
    "limits.read_per_s=1000000",
    "limits.write_per_min=1000000",
    "limits.sign_in_per_min=1000000",
    "limits.register_per_hour=1000000",
];

/// A running server; it ends with this value.
pub struct Server {
    child: Child,
    /// Kept open, so that it may go on writing.
    _said: BufReader<ChildStdout>,
    /// Where it listens.
    pub address: SocketAddr,
}

impl Server {
    /// Starts the server under test on the store in `store`, with its bounds of rate on but high.
    /// It logs to a file beside the store.
    ///
    /// # Errors
    /// When it does not start.
    pub fn subject(store: &Path, sets: &[&str]) -> Outcome<Server> {
        let mut command = Command::new(SUBJECT);
        command.args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(store);
        for set in HIGH_LIMITS.iter().chain(sets) {
            command.args(["--set", set]);
        }
        Server::start(command.stderr(File::create(store.join("server.log"))?))
    }

    /// Starts the limits, which are this program again, of what is in `directory`.
    ///
    /// # Errors
    /// When they do not start.
    pub fn limit(commit: Commit, directory: &Path) -> Outcome<Server> {
        let mut command = Command::new(std::env::current_exe()?);
        let name = commit.to_possible_value().ok_or("a commit without a name")?;
        command.args(["--serve-limit", name.get_name(), "--dir"]).arg(directory);
        Server::start(&mut command)
    }

    fn start(command: &mut Command) -> Outcome<Server> {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
        let mut said = BufReader::new(child.stdout.take().ok_or("no standard output")?);
        let mut line = String::new();
        while said.read_line(&mut line)? > 0 {
            if let Some(address) = line.trim_end().strip_prefix(READY) {
                return Ok(Server { child, address: address.parse()?, _said: said });
            }
            line.clear();
        }
        Err(format!("{command:?} ended at its start: {}", child.wait()?).into())
    }

    /// CPU time of all its threads until now, in user and kernel.
    ///
    /// # Errors
    /// When it has ended.
    pub fn cpu(&self) -> Outcome<Duration> {
        let stat = self.process()?.stat()?;
        let ticks = stat.utime + stat.stime;
        Ok(Duration::from_secs_f64(ticks as f64 / procfs::ticks_per_second() as f64))
    }

    /// Its resident memory, in bytes.
    ///
    /// # Errors
    /// When it has ended.
    pub fn resident(&self) -> Outcome<u64> {
        let kib = self.process()?.status()?.vmrss.ok_or("no resident memory")?;
        Ok(kib * 1_024)
    }

    /// The most memory that was resident at any time, in bytes.
    ///
    /// # Errors
    /// When it has ended.
    pub fn peak(&self) -> Outcome<u64> {
        let kib = self.process()?.status()?.vmhwm.ok_or("no peak of memory")?;
        Ok(kib * 1_024)
    }

    fn process(&self) -> Outcome<procfs::process::Process> {
        Ok(procfs::process::Process::new(i32::try_from(self.child.id())?)?)
    }

    /// Ends it as a service manager would, and waits.
    ///
    /// # Errors
    /// When it does not end well.
    pub fn stop(mut self) -> Outcome<()> {
        rustix::process::kill_process(rustix::process::Pid::from_child(&self.child), rustix::process::Signal::TERM)?;
        let status = self.child.wait()?;
        if status.success() { Ok(()) } else { Err(format!("a server ended with {status}").into()) }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // it may have ended already, which is as good
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Runs a command of the program under test on a store.
///
/// # Errors
/// With what it said, when it fails.
pub fn command(store: &Path, args: &[&str]) -> Outcome<String> {
    let done = Command::new(SUBJECT).args(args).arg("--data").arg(store).stdin(Stdio::null()).output()?;
    if !done.status.success() {
        return Err(format!("understory {args:?}: {}", String::from_utf8_lossy(&done.stderr)).into());
    }
    Ok(String::from_utf8_lossy(&done.stdout).into_owned())
}
