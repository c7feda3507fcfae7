//! What the kernel says of a process, and of the machine.

use super::Failure;
use std::fs;
use std::process::Command;

/// Clock ticks a second in `/proc`: fixed at 100 in Linux's interface.
const TICK_US: u64 = 10_000;

/// CPU time of a process since its start, user and system, in microseconds.
///
/// # Errors
/// There is no such process.
pub fn cpu_us(pid: u32) -> Result<u64, Failure> {
    Ok(fields(pid)?.iter().skip(11).take(2).sum::<u64>() * TICK_US)
}

/// CPU time of a process and its children, those that have ended among them, in
/// microseconds.
///
/// # Errors
/// There is no such process.
pub fn family_cpu_us(pid: u32) -> Result<u64, Failure> {
    let mut all = fields(pid)?.iter().skip(11).take(4).sum::<u64>() * TICK_US;
    for entry in fs::read_dir("/proc")?.flatten() {
        let name = entry.file_name();
        let Some(child) = name.to_str().and_then(|name| name.parse().ok()) else {
            continue;
        };
        // One that ends at this moment is counted with its parent next time.
        if let Ok(fields) = fields(child)
            && fields.get(1) == Some(&u64::from(pid))
        {
            all += fields.iter().skip(11).take(2).sum::<u64>() * TICK_US;
        }
    }
    Ok(all)
}

/// The process that a process was started by.
///
/// # Errors
/// There is no such process.
pub fn parent(pid: u32) -> Result<u32, Failure> {
    Ok(u32::try_from(*fields(pid)?.get(1).ok_or("stat")?)?)
}

/// The numbers of a process's `stat`, from its state (0 here) on.
fn fields(pid: u32) -> Result<Vec<u64>, Failure> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // The name in parentheses may hold blanks: count from behind it.
    let rest = stat.rsplit(')').next().unwrap_or_default();
    let numbers = rest.split_whitespace();
    Ok(numbers.map(|text| text.parse().unwrap_or(0)).collect())
}

/// Resident memory of a process, in bytes.
///
/// # Errors
/// There is no such process.
pub fn memory_bytes(pid: u32) -> Result<u64, Failure> {
    status_bytes(pid, "VmRSS:")
}

/// A line of a process's status, as `VmHWM:` (the most memory it ever had), in bytes.
///
/// # Errors
/// There is no such process, or no such line.
pub fn status_bytes(pid: u32, name: &str) -> Result<u64, Failure> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix(name))
        .ok_or_else(|| name.to_owned())?;
    let kib: u64 = line.trim().trim_end_matches("kB").trim().parse()?;
    Ok(kib * 1024)
}

/// The machine in one line: processor, cores, memory.
#[must_use]
pub fn describe() -> String {
    let cpuinfo = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpuinfo
        .lines()
        .find_map(|line| line.strip_prefix("model name"))
        .map_or("unknown processor", |rest| {
            rest.trim_start_matches([' ', '\t', ':'])
        });
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let meminfo = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let kib: u64 = meminfo
        .lines()
        .find_map(|line| line.strip_prefix("MemTotal:"))
        .and_then(|rest| rest.trim().trim_end_matches("kB").trim().parse().ok())
        .unwrap_or(0);
    format!("{model}, {cores} cores, {} GiB", kib >> 20)
}

/// The first line that a program prints; `-` when it does not run.
#[must_use]
pub fn says(program: &str, arguments: &[&str]) -> String {
    Command::new(program)
        .args(arguments)
        .output()
        .ok()
        .filter(|output| output.status.success())
        .and_then(|output| String::from_utf8(output.stdout).ok())
        .and_then(|text| text.lines().next().map(str::to_owned))
        .unwrap_or_else(|| "-".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_has_used_memory_and_time() {
        let me = std::process::id();
        assert!(memory_bytes(me).unwrap() > 1 << 20);
        assert!(cpu_us(me).is_ok());
        assert!(cpu_us(u32::MAX).is_err());
    }
}
