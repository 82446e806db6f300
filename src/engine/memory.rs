//! How much memory the process uses and the machine has.

/// Bytes in use now; a guess where the system doesn't report it.
pub fn resident() -> u64 {
    status("VmRSS:").unwrap_or(120 << 20)
}

/// Most bytes in use since the process started, where the system reports it.
pub fn peak() -> Option<u64> {
    status("VmHWM:")
}

/// Bytes that the machine could still give, where the system reports it.
pub fn available() -> Option<u64> {
    field("/proc/meminfo", "MemAvailable:")
}

fn status(name: &str) -> Option<u64> {
    field("/proc/self/status", name)
}

/// A line like `VmRSS:     1234 kB`.
fn field(file: &str, name: &str) -> Option<u64> {
    let text = std::fs::read_to_string(file).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    let kilobytes: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kilobytes << 10)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn the_system_tells() {
        let before = resident();
        assert!(before > 1 << 20);
        let block = vec![1u8; 64 << 20];
        let used = resident().saturating_sub(before);
        assert!(used > 32 << 20, "{used} for {}", block.len());
        assert!(peak().unwrap() >= resident() - (8 << 20));
        assert!(available().unwrap() > 0);
    }
}
