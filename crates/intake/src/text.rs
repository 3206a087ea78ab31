//! Texts from outside: cut to a length, on one line, without what could fool a terminal.

use jiff::{SignedDuration, Timestamp};

/// Longest body of a webhook that is read.
pub const LONGEST_BODY: usize = 1 << 20;

/// Longest line that is shown in lists.
pub const LONGEST_LINE: usize = 1024;

/// Longest name of something.
pub const LONGEST_NAME: usize = 255;

/// A text on one line: control characters become spaces, outer spaces go, the rest is cut.
pub fn line(text: &str, most: usize) -> String {
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    cut(plain.trim(), most).to_owned()
}

/// A text on one line, unless nothing is left of it.
pub fn some_line(text: &str, most: usize) -> Option<String> {
    Some(line(text, most)).filter(|line| !line.is_empty())
}

/// The longest start of a text that has at most so many bytes and ends between characters.
pub fn cut(text: &str, most: usize) -> &str {
    &text[..text.floor_char_boundary(most)]
}

/// A link that may be shown: to a web page, of a length that one has. Everything else is dropped.
pub fn link(text: &str) -> Option<String> {
    let text = text.trim();
    let is_web = ["https://", "http://"].iter().any(|scheme| text.starts_with(scheme));
    let is_plain = text.len() <= 2048 && !text.contains(|c: char| c.is_control() || c == ' ');
    (is_web && is_plain).then(|| text.to_owned())
}

/// A time as a sender writes it, unless no sender can mean it: before 1970, or a day ahead.
pub fn moment(text: Option<&str>, now: Timestamp) -> Option<Timestamp> {
    let at: Timestamp = text?.trim().parse().ok()?;
    let latest = now.checked_add(SignedDuration::from_hours(24)).unwrap_or(Timestamp::MAX);
    (Timestamp::UNIX_EPOCH <= at && at <= latest).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_holds_no_control_characters_and_is_cut_between_characters() {
        assert_eq!(line(" a\nb\u{1b}[2J ", 100), "a b [2J");
        assert_eq!(line("ääää", 5), "ää");
        assert_eq!(some_line("\n\t ", 5), None);
    }

    #[test]
    fn only_links_to_web_pages_are_kept() {
        assert_eq!(link(" https://a.example/x ").as_deref(), Some("https://a.example/x"));
        for text in ["javascript:alert(1)", "ftp://a", "https://a b", "https://a\n"] {
            assert_eq!(link(&format!("{text}x")), None, "{text}");
        }
    }

    #[test]
    fn a_time_is_read_in_every_form_that_senders_use() {
        let now = "2026-11-23T09:00:00Z".parse().unwrap();
        for text in
            ["2026-11-23T08:00:00Z", "2026-11-23T08:00:00.000+0000", "2026-11-23T09:00:00+01:00"]
        {
            let at = moment(Some(text), now).unwrap();
            assert_eq!(at.to_string(), "2026-11-23T08:00:00Z", "{text}");
        }
        for text in ["", "yesterday", "0001-01-01T00:00:00Z", "2026-11-25T00:00:00Z"] {
            assert_eq!(moment(Some(text), now), None, "{text}");
        }
    }
}
