//! Text from outside as Markdown that is nothing but that text.

/// A line of text in which nothing is markup, and which reads back as it was, blanks apart.
pub fn inline(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut safe = String::with_capacity(text.len() + 8);
    for c in words.join(" ").chars().filter(|c| !c.is_control()) {
        if c.is_ascii_punctuation() && !matches!(c, '.' | ',' | ':' | ';' | '\'' | '/' | '%' | '?')
        {
            safe.push('\\');
        }
        safe.push(c);
    }
    match safe.strip_suffix(':') {
        Some(rest) => format!("{rest}\\:"),
        None => numbered(safe),
    }
}

/// `1. ` at the start of a line would begin a list.
fn numbered(text: String) -> String {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    match digits > 0 && text[digits..].starts_with('.') {
        true => format!("{}\\{}", &text[..digits], &text[digits..]),
        false => text,
    }
}

/// A block that holds a text byte for byte, indented so far.
pub fn fenced(text: &str, indent: usize) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    let pad = " ".repeat(indent);
    let lines: String = text.split('\n').map(|line| format!("{pad}{line}\n")).collect();
    format!("{pad}{fence}text\n{lines}{pad}{fence}\n")
}
