//! What a process has used, as Linux tells it under `/proc`.

use std::time::Duration;

use anyhow::{Context, Result};

/// The memory that a process holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Memory {
    /// Now.
    pub(super) resident: u64,
    /// At its highest so far.
    pub(super) peak: u64,
}

/// CPU time used so far, by all its threads, in user space and in the kernel.
pub(super) fn cpu(pid: u32) -> Result<Duration> {
    let stat = read(pid, "stat")?;
    let ticks = ticks(&stat).with_context(|| format!("/proc/{pid}/stat is not as expected"))?;
    let per_second = rustix::param::clock_ticks_per_second().max(1);
    Ok(Duration::from_secs_f64(ticks as f64 / per_second as f64))
}

/// Memory in use.
pub(super) fn memory(pid: u32) -> Result<Memory> {
    let status = read(pid, "status")?;
    let bytes = |key: &str| {
        kilobytes(&status, key)
            .map(|kilobytes| kilobytes * 1_024)
            .with_context(|| format!("/proc/{pid}/status does not say {key}"))
    };
    Ok(Memory { resident: bytes("VmRSS:")?, peak: bytes("VmHWM:")? })
}

fn read(pid: u32, name: &str) -> Result<String> {
    let path = format!("/proc/{pid}/{name}");
    std::fs::read_to_string(&path)
        .with_context(|| format!("could not read {path}: this is measured on Linux only"))
}

/// `utime` and `stime`: the 14th and 15th field. The second is a name that may hold anything.
fn ticks(stat: &str) -> Option<u64> {
    let (_, after_name) = stat.rsplit_once(')')?;
    let mut fields = after_name.split_whitespace().skip(11);
    let (user, system): (u64, u64) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    Some(user + system)
}

fn kilobytes(status: &str, key: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(key))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_counted_after_the_name_whatever_is_in_it() {
        let stat = "42 (a (b) 7 8) S 1 42 42 0 -1 4194304 100 0 0 0 31 11 5 6 20 0 4 0 99";
        assert_eq!(ticks(stat), Some(42));
        assert_eq!(ticks("42 (cut off) S 1"), None);
    }

    #[test]
    fn memory_is_told_in_kilobytes() {
        let status = "Name:\tmayday\nVmHWM:\t  123456 kB\nVmRSS:\t     789 kB\n";
        assert_eq!(kilobytes(status, "VmHWM:"), Some(123_456));
        assert_eq!(kilobytes(status, "VmRSS:"), Some(789));
        assert_eq!(kilobytes(status, "VmSwap:"), None);
    }

    #[test]
    fn this_process_uses_memory() {
        let memory = memory(std::process::id()).unwrap();
        assert!(memory.resident > 0 && memory.peak >= memory.resident);
        assert!(cpu(std::process::id()).is_ok());
    }
}
