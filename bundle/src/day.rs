//! Calendar days, without a time and without a zone.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::Error;

/// A day of the Gregorian calendar, of the years 0 to 9999, written as `2026-02-16`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day {
    year: u16,
    month: u8,
    of_month: u8,
}

impl Day {
    /// The day, if there is one.
    pub fn new(year: u16, month: u8, of_month: u8) -> Option<Self> {
        let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        let days = match month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            4 | 6 | 9 | 11 => 30,
            2 if leap => 29,
            2 => 28,
            _ => return None,
        };
        (year <= 9999 && (1..=days).contains(&of_month)).then_some(Self { year, month, of_month })
    }

    /// The day as the decimal number `20260216`, as the mapped form has it.
    pub fn number(self) -> u32 {
        u32::from(self.year) * 10_000 + u32::from(self.month) * 100 + u32::from(self.of_month)
    }

    /// The day of such a number.
    pub fn from_number(number: u32) -> Option<Self> {
        let part = |value: u32| u8::try_from(value).ok();
        Self::new(u16::try_from(number / 10_000).ok()?, part(number / 100 % 100)?, part(number % 100)?)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:04}-{:02}-{:02}", self.year, self.month, self.of_month)
    }
}

impl FromStr for Day {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let bytes = text.as_bytes();
        let shaped = bytes.len() == 10
            && bytes.iter().enumerate().all(|(at, byte)| if matches!(at, 4 | 7) { *byte == b'-' } else { byte.is_ascii_digit() });
        let number = |from: usize, to: usize| bytes[from..to].iter().fold(0, |sum, digit| sum * 10 + u16::from(digit - b'0'));
        let part = |from, to| u8::try_from(number(from, to)).ok();
        let day = if shaped { Option::zip(part(5, 7), part(8, 10)) } else { None };
        day.and_then(|(month, day)| Self::new(number(0, 4), month, day))
            .ok_or_else(|| Error::invalid("", format!("`{text}` is no day; expected one like 2026-02-16")))
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::Day;

    #[test]
    fn days_are_checked() {
        for good in ["2026-02-16", "2024-02-29", "2000-02-29", "0000-01-01", "9999-12-31"] {
            let day: Day = good.parse().expect(good);
            assert_eq!(day.to_string(), good);
            assert_eq!(Day::from_number(day.number()), Some(day));
        }
        for bad in
            ["2026-02-30", "2023-02-29", "1900-02-29", "2026-13-01", "2026-00-10", "2026-1-1", "20260216", "+026-01-01", ""]
        {
            assert!(bad.parse::<Day>().is_err(), "{bad}");
        }
        assert_eq!(Day::from_number(0), None);
        assert_eq!(Day::from_number(u32::MAX), None);
    }
}
