//! E-mail addresses: `name@domain.tld`, also with `%40` for the sign as in a query string.
//!
//! Letters are Latin ones, with accents. Not found: quoted names, addresses without a dot in the
//! domain (`root@localhost`), and domains in other scripts unless written as `xn--`. Left alone:
//! `git@host`, names of files and packages (`icon@2x.png`, `left-pad@1.3.0`), and calls
//! (`a@b.transpose()`).

use std::ops::Range;

use memchr::memchr2_iter;

/// Longest name and domain, in bytes (RFC 5321, 4.5.3.1).
const NAME: usize = 64;
const DOMAIN: usize = 255;

/// Ends of names of files and system units that are no top-level domains.
const FILES: &[&str] = &[
    "bz2", "css", "csv", "dll", "exe", "gif", "gz", "html", "jar", "jpeg", "jpg", "js", "json",
    "lock", "log", "mount", "pdf", "png", "service", "slice", "socket", "svg", "tar", "tgz",
    "timer", "toml", "txt", "webp", "whl", "xml", "yaml", "yml",
];

/// Every address in a text.
pub(super) fn find(text: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut done = 0;
    for at in memchr2_iter(b'@', b'%', text.as_bytes()) {
        let sign = if text[at..].starts_with('@') { 1 } else { 3 };
        if at < done || (sign == 3 && !text[at..].starts_with("%40")) {
            continue;
        }
        let Some(start) = name_start(text, done, at) else { continue };
        if let Some(end) = domain_end(text, at + sign).filter(|_| &text[start..at] != "git") {
            found.push(start..end);
            done = end;
        }
    }
    found
}

/// Where the name that ends here starts.
fn name_start(text: &str, done: usize, at: usize) -> Option<usize> {
    let longest = text[done..at].char_indices().rev().take_while(|(_, c)| is_in_name(*c));
    let start = done + longest.take(NAME + 1).last()?.0;
    let name = text[start..at].trim_start_matches(['.', '-', '\'', '%', '+']);
    let fits = !name.is_empty() && name.len() <= NAME && !name.ends_with('.');
    fits.then(|| at - name.len())
}

/// Where the domain that starts here ends: after the last label that can be a top-level domain.
fn domain_end(text: &str, start: usize) -> Option<usize> {
    let mut end = None;
    let mut at = start;
    let mut numbers = 0;
    for (place, label) in labels(&text[start..]).enumerate() {
        if label.is_empty() || label.starts_with('-') {
            break;
        }
        numbers += usize::from(label.bytes().all(|byte| byte.is_ascii_digit()));
        let label_end = at + label.trim_end_matches('-').len();
        if place > 0 && is_top_level(&text[at..label_end]) {
            end = Some(label_end);
        }
        at += label.len() + 1;
        if label.ends_with('-') || at - start > DOMAIN {
            break;
        }
    }
    let end = end?;
    let top = text[start..end].rsplit('.').next().unwrap_or_default();
    let is_file = FILES.iter().any(|ending| top.eq_ignore_ascii_case(ending));
    (numbers < 2 && !is_file && !text[end..].starts_with('(')).then_some(end)
}

/// The labels of a domain, up to what can't be in one; none is looked at beyond the limit.
fn labels(text: &str) -> impl Iterator<Item = &str> {
    let inside = |c: &char| is_letter(*c) || c.is_ascii_digit() || matches!(c, '-' | '.');
    let length = text.chars().take(DOMAIN + 1).take_while(inside).map(char::len_utf8).sum();
    text[..length].split('.')
}

fn is_top_level(label: &str) -> bool {
    let letters = (2..=24).contains(&label.len()) && label.chars().all(is_letter);
    letters || label.starts_with("xn--")
}

fn is_in_name(c: char) -> bool {
    is_letter(c) || c.is_ascii_digit() || matches!(c, '.' | '_' | '%' | '+' | '-' | '\'')
}

/// A Latin letter, with accents or without.
fn is_letter(c: char) -> bool {
    c.is_ascii_alphabetic() || (('\u{c0}'..'\u{250}').contains(&c) && c.is_alphabetic())
}
