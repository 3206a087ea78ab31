//! Texts from outside: cut to a length, on one line, without what could fool a terminal.

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_holds_no_control_characters_and_is_cut_between_characters() {
        assert_eq!(line(" a\nb\u{1b}[2J ", 100), "a b [2J");
        assert_eq!(line("ääää", 5), "ää");
        assert_eq!(some_line("\n\t ", 5), None);
    }
}
