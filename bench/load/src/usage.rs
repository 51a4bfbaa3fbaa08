//! CPU seconds and resident memory of processes, from /proc.

/// What processes used and hold.
#[derive(Clone, Copy, Default)]
pub struct Usage {
    /// CPU seconds, user and system, all threads.
    pub cpu_s: f64,
    /// Resident memory in kB.
    pub resident_kb: u64,
}

/// The sum over these processes; those that are gone count nothing.
pub fn of(pids: &[u32]) -> Usage {
    let mut sum = Usage::default();
    for pid in pids {
        sum.cpu_s += cpu_seconds(*pid).unwrap_or_default();
        sum.resident_kb += resident_kb(*pid).unwrap_or_default();
    }
    sum
}

/// CPU seconds of this process.
pub fn own_cpu_s() -> f64 {
    of(&[std::process::id()]).cpu_s
}

fn cpu_seconds(pid: u32) -> Option<f64> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name in parentheses may hold blanks; utime and stime are the 12th and 13th field after it, in 1/100 s.
    let fields: Vec<&str> = text[text.rfind(')')? + 2..].split(' ').collect();
    Some((fields.get(11)?.parse::<f64>().ok()? + fields.get(12)?.parse::<f64>().ok()?) / 100.0)
}

fn resident_kb(pid: u32) -> Option<u64> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    text.lines().find(|line| line.starts_with("VmRSS:"))?.split_whitespace().nth(1)?.parse().ok()
}
