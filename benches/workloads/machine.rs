//! What the figures were measured on.

use std::path::Path;

use procfs::Current;
use serde::Serialize;

use crate::Outcome;

/// A machine, as far as it bears on the figures.
#[derive(Clone, Debug, Serialize)]
pub struct Machine {
    /// Cores that this process may use.
    pub cores: usize,
    /// The processor's name.
    pub model: String,
    /// Memory, in MiB.
    pub memory_mib: u64,
    /// The kernel's release.
    pub kernel: String,
    /// File system and device of the stores.
    pub disk: String,
    /// Processes that ran beside at the start, as the load average of one minute.
    pub load_before: f32,
}

impl Machine {
    /// This machine; its disk is the one that holds `directory`.
    ///
    /// # Errors
    /// When the kernel does not say.
    pub fn describe(directory: &Path) -> Outcome<Machine> {
        let processor = procfs::CpuInfo::current()?;
        Ok(Machine {
            cores: std::thread::available_parallelism()?.get(),
            model: processor.model_name(0).unwrap_or("unknown").to_owned(),
            memory_mib: procfs::Meminfo::current()?.mem_total / (1 << 20),
            kernel: std::fs::read_to_string("/proc/sys/kernel/osrelease")?.trim().to_owned(),
            disk: disk(directory)?,
            load_before: procfs::LoadAverage::current()?.one,
        })
    }
}

/// The mount that holds a directory: file system, device, and what the kernel says of its kind.
fn disk(directory: &Path) -> Outcome<String> {
    let directory = directory.canonicalize()?;
    let mounts = procfs::process::Process::myself()?.mountinfo()?;
    let holding = mounts.into_iter().filter(|mount| directory.starts_with(&mount.mount_point));
    let mount = holding.max_by_key(|mount| mount.mount_point.as_os_str().len()).ok_or("no mount")?;
    let turns = std::fs::read_to_string(format!("/sys/dev/block/{}/queue/rotational", mount.majmin));
    let kind = match turns.as_deref().map(str::trim) {
        Ok("0") => " (rotational=0)",
        Ok(_) => " (rotational=1)",
        Err(_) => "",
    };
    let device = mount.mount_source.unwrap_or_default();
    Ok(format!("{} on {device}{kind}", mount.fs_type))
}
