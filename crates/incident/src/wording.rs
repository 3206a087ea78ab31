//! How figures, times and names are written for people.

use jiff::{SignedDuration, Timestamp};
use model::BehaviourRate;
use model::incident::Look;

/// From how many seconds on a duration is told in days.
const DAYS: i64 = 3 * 86_400;

/// Longest level shown in a sentence.
const LONGEST: usize = 60;

/// `11.8 % (604 of 5120)`, or that nothing is known.
pub fn rate(rate: &BehaviourRate) -> String {
    match rate.rate {
        Some(share) => format!("{} ({} of {})", percent(share), rate.k, rate.n),
        None => "no known outcome".to_owned(),
    }
}

/// `look 4 by ada: moved; windows chosen by hand: exploratory`
pub fn look(look: &Look) -> String {
    let (number, by, verdict) = (look.number, &look.by, look.report.verdict.as_str());
    let how = match look.is_exploratory() {
        true => "windows chosen by hand: exploratory",
        false => "windows found anew",
    };
    format!("look {number} by {by}: {verdict}; {how}")
}

/// `3.1 %`
pub fn percent(share: f64) -> String {
    format!("{:.1} %", 100.0 * share)
}

/// `02:07:11`, in UTC.
pub fn clock(at: Timestamp) -> String {
    at.strftime("%H:%M:%S").to_string()
}

/// `2026-11-22 02:07:11 UTC`
pub fn moment(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// `14 d 06 h`, `1 h 04 min`, `12 min`, `43 s`.
pub fn duration(length: SignedDuration) -> String {
    let seconds = length.as_secs();
    match seconds.abs() {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{} min", seconds / 60),
        DAYS.. => format!("{} d {:02} h", seconds / 86_400, (seconds % 86_400).abs() / 3600),
        _ => format!("{} h {:02} min", seconds / 3600, (seconds % 3600).abs() / 60),
    }
}

/// A level as shown: hashes cut to eight digits, long names to sixty characters.
pub fn level(level: &str) -> String {
    let parts: Vec<String> = level.split(" | ").map(one_level).collect();
    parts.join(" | ")
}

fn one_level(level: &str) -> String {
    let (class, hash) = match level.split_once(':') {
        Some((class, hash)) if is_hash(hash) => (format!("{class}:"), hash),
        _ => (String::new(), level),
    };
    if is_hash(hash) {
        return format!("{class}{}", &hash[..8]);
    }
    let plain: String = level.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if plain.chars().count() <= LONGEST {
        return plain;
    }
    plain.chars().take(LONGEST - 1).chain(['…']).collect()
}

/// With a capital first letter.
pub(crate) fn capitalised(words: &str) -> String {
    let mut letters = words.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    first + letters.as_str()
}

pub(crate) fn is_hash(text: &str) -> bool {
    text.len() >= 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Text from outside within a Markdown table or sentence: a code span that can't be broken out of.
pub fn code(text: &str) -> String {
    let safe: String = text
        .chars()
        .map(|c| match c {
            '`' => '\'',
            '|' => '¦',
            c if c.is_control() => ' ',
            c => c,
        })
        .collect();
    format!("`{}`", safe.trim())
}

/// Text from outside in a heading or a sentence: nothing in it is markup.
pub fn plain(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            c if c.is_control() => safe.push(' '),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '&' => safe.push_str("&amp;"),
            '`' => safe.push('\''),
            '\\' | '*' | '_' | '[' | ']' | '#' | '|' | '!' | '~' => safe.extend(['\\', c]),
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_cut_and_names_are_not() {
        assert_eq!(level("9c22aa01bbccddeeff00112233445566"), "9c22aa01");
        assert_eq!(level("error:9c22aa01bbccddeeff00112233445566"), "error:9c22aa01");
        assert_eq!(level("gpt-4o-2024-08-06"), "gpt-4o-2024-08-06");
    }

    #[test]
    fn text_from_outside_stays_text() {
        assert_eq!(code("a`|\nb"), "`a'¦ b`");
        assert_eq!(plain("<img src=x>[a](b)"), "&lt;img src=x&gt;\\[a\\](b)");
    }
}
