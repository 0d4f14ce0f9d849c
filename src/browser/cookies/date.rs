//! The dates in `Expires`.

/// Parses a [cookie date](https://www.rfc-editor.org/rfc/rfc6265#section-5.1.1) into seconds since 1970.
pub(crate) fn parse(text: &[u8]) -> Option<i64> {
    let (mut time, mut day, mut month, mut year) = (None, None, None, None);
    for token in text.split(|&byte| is_delimiter(byte)) {
        if time.is_none()
            && let Some(found) = time_of_day(token)
        {
            time = Some(found);
        } else if day.is_none()
            && let Some(found) = number(token, 1..=2)
        {
            day = Some(found);
        } else if month.is_none()
            && let Some(found) = month_of(token)
        {
            month = Some(found);
        } else if year.is_none()
            && let Some(found) = number(token, 2..=4)
        {
            year = Some(match found {
                0..=69 => found + 2000,
                70..=99 => found + 1900,
                _ => found,
            });
        }
    }
    let ((hour, minute, second), day, month, year) = (time?, day?, month?, year?);
    let is_valid = (1..=days_in(year, month)).contains(&day)
        && year >= 1601
        && hour <= 23
        && minute <= 59
        && second <= 59;
    let days = days_before(year) + (0..month).map(|month| days_in(year, month)).sum::<i64>() + day
        - 1
        - days_before(1970);
    is_valid.then_some(((days * 24 + hour) * 60 + minute) * 60 + second)
}

fn is_delimiter(byte: u8) -> bool {
    matches!(byte, b'\t' | b' '..=b'/' | b';'..=b'@' | b'['..=b'`' | b'{'..=b'~')
}

fn time_of_day(token: &[u8]) -> Option<(i64, i64, i64)> {
    let mut parts = token.splitn(3, |&byte| byte == b':');
    let (hour, minute, second) = (parts.next()?, parts.next()?, parts.next()?);
    let only_digits = |part: &[u8]| part.iter().all(u8::is_ascii_digit);
    if !only_digits(hour) || !only_digits(minute) {
        return None;
    }
    Some((number(hour, 1..=2)?, number(minute, 1..=2)?, number(second, 1..=2)?))
}

/// The number that a token begins with, if it has one of these counts of digits.
fn number(token: &[u8], digits: std::ops::RangeInclusive<usize>) -> Option<i64> {
    let count = token.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let text = std::str::from_utf8(&token[..count]).ok().filter(|_| digits.contains(&count))?;
    text.parse().ok()
}

/// The index of the month whose English name the token begins with.
fn month_of(token: &[u8]) -> Option<usize> {
    let name = token.get(..3)?;
    MONTHS.iter().position(|month| month.as_bytes().eq_ignore_ascii_case(name))
}

/// The days of all years before this one.
fn days_before(year: i64) -> i64 {
    let year = year - 1;
    year * 365 + year / 4 - year / 100 + year / 400
}

fn days_in(year: i64, month: usize) -> i64 {
    let is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    match month {
        1 if is_leap => 29,
        1 => 28,
        3 | 5 | 8 | 10 => 30,
        _ => 31,
    }
}

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn a_date_is_its_seconds_since_1970() {
        for (text, seconds) in [
            ("Thu, 01 Jan 1970 00:00:00 GMT", Some(0)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(784_111_777)),
            ("Wed, 31 Dec 1969 23:59:59 GMT", Some(-1)),
            ("Mon, 01 Jan 1601 00:00:00 GMT", Some(-11_644_473_600)),
            ("Sun, 31 Dec 1600 23:59:59 GMT", None),
            ("Fri, 31 Dec 9999 23:59:59 GMT", Some(253_402_300_799)),
            ("Tue, 29 Feb 2000 00:00:00 GMT", Some(951_782_400)),
            ("Wed, 01 Mar 2000 00:00:00 GMT", Some(951_868_800)),
            ("Thu, 29 Feb 2024 00:00:00 GMT", Some(1_709_164_800)),
            ("29 Feb 2100 00:00:00", None),
            ("Mon, 01 Mar 2100 00:00:00 GMT", Some(4_107_542_400)),
            ("29 Feb 2023 00:00:00", None),
            ("31 Apr 2024 00:00:00", None),
            ("0a:00:00 1 Jan 1970", None),
            ("00:0a:00 1 Jan 1970", None),
            ("00:00:0a 1 Jan 1970", Some(0)),
            ("00:60:00 1 Jan 1970", None),
            ("00:00:60 1 Jan 1970", None),
        ] {
            assert_eq!(parse(text.as_bytes()), seconds, "{text}");
        }
    }
}
