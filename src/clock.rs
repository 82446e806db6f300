//! Seconds since 1970 and RFC 3339, UTC only.

use std::time::{SystemTime, UNIX_EPOCH};

/// Now, in seconds since 1970.
pub fn now() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |d| d.as_secs() as i64)
}

/// Year, month, day of a moment.
pub fn date(seconds: i64) -> (i64, u32, u32) {
    // Howard Hinnant, "chrono-compatible low-level date algorithms": days to civil.
    let days = seconds.div_euclid(86_400) + 719_468;
    let era = days.div_euclid(146_097);
    let doe = days.rem_euclid(146_097);
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let day = (doy - (153 * mp + 2) / 5 + 1) as u32;
    let month = if mp < 10 { mp + 3 } else { mp - 9 } as u32;
    (yoe + era * 400 + i64::from(month <= 2), month, day)
}

/// A moment as `2026-11-25T02:18:58Z`.
pub fn rfc3339(seconds: i64) -> String {
    let (y, m, d) = date(seconds);
    let t = seconds.rem_euclid(86_400);
    format!(
        "{y:04}-{m:02}-{d:02}T{:02}:{:02}:{:02}Z",
        t / 3600,
        t / 60 % 60,
        t % 60
    )
}

/// Reads RFC 3339 (and XMP's shorter forms, a missing zone taken as UTC).
pub fn parse(text: &str) -> Option<i64> {
    let text = text.trim();
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<i64>().ok();
    let (y, m) = (number(0, 4)?, number(5, 7)?);
    let d = number(8, 10).unwrap_or(1);
    if !(1..=12).contains(&m) || !(1..=31).contains(&d) {
        return None;
    }
    // Civil to days.
    let y = y - i64::from(m <= 2);
    let era = y.div_euclid(400);
    let yoe = y.rem_euclid(400);
    let doy = (153 * (if m > 2 { m - 3 } else { m + 9 }) + 2) / 5 + d - 1;
    let days = era * 146_097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719_468;
    let (h, min) = (number(11, 13).unwrap_or(0), number(14, 16).unwrap_or(0));
    let s = number(17, 19).unwrap_or(0);
    Some(days * 86_400 + h * 3600 + min * 60 + s - zone(text))
}

/// Offset of `+02:00` at the end, in seconds.
fn zone(text: &str) -> i64 {
    let Some(tail) = text.len().checked_sub(6).and_then(|i| text.get(i..)) else {
        return 0;
    };
    let sign = match tail.as_bytes()[0] {
        b'+' => 1,
        b'-' if text.len() > 16 => -1,
        _ => return 0,
    };
    match (tail[1..3].parse::<i64>(), tail[4..6].parse::<i64>()) {
        (Ok(h), Ok(m)) => sign * (h * 3600 + m * 60),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_survive_the_round_trip() {
        for s in [0, 951_782_400, 1_764_036_000, 4_102_444_799, -86_401] {
            assert_eq!(parse(&rfc3339(s)), Some(s), "{}", rfc3339(s));
        }
        assert_eq!(rfc3339(1_764_037_138), "2025-11-25T02:18:58Z");
        assert_eq!(rfc3339(0), "1970-01-01T00:00:00Z");
        assert_eq!(rfc3339(951_827_696), "2000-02-29T12:34:56Z");
        assert_eq!(rfc3339(1_795_573_130), "2026-11-25T02:18:50Z");
    }

    #[test]
    fn zones_and_short_forms_are_read() {
        assert_eq!(parse("1970-01-01T02:00:00+02:00"), Some(0));
        assert_eq!(parse("1969-12-31T19:00:00-05:00"), Some(0));
        assert_eq!(parse("1970-01-02"), Some(86_400));
        assert_eq!(parse("yesterday"), None);
    }
}
