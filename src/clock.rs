//! Seconds since 1970 and RFC 3339, UTC only; the calendar is `jiff`'s.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};

/// Now, in seconds since 1970.
pub fn now() -> i64 {
    Timestamp::now().as_second()
}

/// Year, month, day of a moment. Moments beyond the years -9999 to 9999 are taken for
/// the nearest within.
pub fn date(seconds: i64) -> (i64, u32, u32) {
    let date = Offset::UTC.to_datetime(moment(seconds)).date();
    let part = |n: i8| u32::from(n.unsigned_abs());
    (i64::from(date.year()), part(date.month()), part(date.day()))
}

/// A moment on the clocks of a time zone, as `2026-11-25 02:18`.
pub fn wall_time(seconds: i64, zone: &TimeZone) -> String {
    let time = zone.to_datetime(moment(seconds));
    let (date, clock) = (time.date(), time.time());
    format!("{date} {:02}:{:02}", clock.hour(), clock.minute())
}

/// The time zone of this machine; UTC where it can't be found.
pub fn local_zone() -> TimeZone {
    TimeZone::try_system().unwrap_or(TimeZone::UTC)
}

/// A moment as `2026-11-25T02:18:58Z`.
pub fn rfc3339(seconds: i64) -> String {
    moment(seconds).to_string()
}

/// Reads RFC 3339 and XMP's shorter forms (`2026`, `2026-11`, `2026-11-25`,
/// `2026-11-25T02:18`); a missing zone is taken as UTC. Fractions of a second are cut off.
pub fn parse(text: &str) -> Option<i64> {
    let text = text.trim();
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Some(moment.as_second());
    }
    let whole = match text.len() {
        4 => format!("{text}-01-01"),
        7 => format!("{text}-01"),
        _ => text.to_owned(),
    };
    let local: DateTime = whole.parse().ok()?;
    let moment = Offset::UTC.to_timestamp(local).ok()?;
    Some(moment.as_second())
}

fn moment(seconds: i64) -> Timestamp {
    let nearest = match seconds < 0 {
        true => Timestamp::MIN,
        false => Timestamp::MAX,
    };
    Timestamp::from_second(seconds).unwrap_or(nearest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clocks_of_a_place_show_its_time() {
        let east = TimeZone::fixed(Offset::from_seconds(5 * 3600 + 1800).unwrap());
        assert_eq!(wall_time(0, &TimeZone::UTC), "1970-01-01 00:00");
        assert_eq!(wall_time(1_772_355_900, &TimeZone::UTC), "2026-03-01 09:05");
        assert_eq!(wall_time(1_772_355_900, &east), "2026-03-01 14:35");
        assert_eq!(wall_time(-60, &east), "1970-01-01 05:29");
    }

    #[test]
    fn moments_survive_the_round_trip() {
        for s in [0, 951_782_400, 1_764_036_000, 4_102_444_799, -86_401] {
            assert_eq!(parse(&rfc3339(s)), Some(s), "{}", rfc3339(s));
        }
        assert_eq!(rfc3339(1_764_037_138), "2025-11-25T02:18:58Z");
        assert_eq!(rfc3339(0), "1970-01-01T00:00:00Z");
        assert_eq!(rfc3339(951_827_696), "2000-02-29T12:34:56Z");
        assert_eq!(rfc3339(1_795_573_130), "2026-11-25T02:18:50Z");
        assert_eq!(date(951_827_696), (2000, 2, 29));
        assert_eq!(date(-1), (1969, 12, 31));
        assert_eq!((date(i64::MAX).0, date(i64::MIN).0), (9999, -9999));
    }

    #[test]
    fn zones_and_short_forms_are_read() {
        assert_eq!(parse("1970-01-01T02:00:00+02:00"), Some(0));
        assert_eq!(parse("1969-12-31T19:00:00-05:00"), Some(0));
        assert_eq!(parse("1970-01-01T02:00+02:00"), Some(0));
        assert_eq!(parse("1970-01-02T00:00:00.75"), Some(86_400));
        assert_eq!(parse("1970-01-02T00:01"), Some(86_460));
        assert_eq!(parse(" 1970-01-02 "), Some(86_400));
        assert_eq!(parse("1970-02"), Some(31 * 86_400));
        assert_eq!(parse("1971"), Some(365 * 86_400));
    }

    #[test]
    fn what_is_no_date_is_refused() {
        let wrong = [
            "",
            "yesterday",
            "2026-02-30",
            "2026-13-01",
            "1970-01-01T25:00:00Z",
        ];
        for text in wrong {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
