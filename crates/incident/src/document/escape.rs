//! Text from outside as Markdown that is nothing but that text.

/// A line of text in which nothing is markup, and which reads back as it was, blanks apart.
pub fn inline(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let line: Vec<char> = words.join(" ").chars().filter(|c| !c.is_control()).collect();
    let mut safe = String::with_capacity(line.len() + 8);
    for (at, c) in line.iter().enumerate() {
        let within =
            |at: Option<usize>| at.and_then(|at| line.get(at)).is_some_and(|c| c.is_alphanumeric());
        let is_markup = match c {
            '\\' | '`' | '*' | '[' | ']' | '|' | '<' | '>' | '&' | '~' => true,
            '_' => !(within(at.checked_sub(1)) && within(Some(at + 1))),
            '#' | '-' | '+' | '=' => at == 0,
            '.' | ')' => ends_a_number(&line, at),
            _ => false,
        };
        if is_markup {
            safe.push('\\');
        }
        safe.push(*c);
    }
    safe
}

/// `1. ` at the start of a line would begin a list.
fn ends_a_number(line: &[char], at: usize) -> bool {
    let follows = line.get(at + 1).is_none_or(|c| c.is_whitespace());
    at > 0 && follows && line[..at].iter().all(char::is_ascii_digit)
}

/// A block that holds a text byte for byte, indented so far.
pub fn fenced(text: &str, indent: usize) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    let pad = " ".repeat(indent);
    let lines: String = text.split('\n').map(|line| format!("{pad}{line}\n")).collect();
    format!("{pad}{fence}text\n{lines}{pad}{fence}\n")
}
