//! Tokens in a row: nested groups laid flat, each token with its line and whether it is a test's.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use syn::Lit;

use super::is_test_file;

/// One token.
#[derive(Debug)]
pub(crate) struct Token {
    /// The line, from 1.
    pub(crate) line: usize,
    /// Whether it belongs to a test or a test module.
    pub(crate) test: bool,
    what: What,
}

/// A test module within a file of code.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TestModule {
    /// The line of its first attribute.
    pub(crate) first: usize,
    /// The line of its closing brace.
    pub(crate) last: usize,
}

#[derive(Debug)]
enum What {
    /// A word, a mark, a delimiter, a number.
    Code(String),
    /// The value of a string literal.
    Text(String),
}

impl Token {
    /// The word or mark; empty for a string literal.
    pub(crate) fn code(&self) -> &str {
        match &self.what {
            What::Code(code) => code,
            What::Text(_) => "",
        }
    }

    /// The value of a string literal.
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.what {
            What::Code(_) => None,
            What::Text(text) => Some(text),
        }
    }

    /// Whether it is this word or mark.
    pub(crate) fn is(&self, code: &str) -> bool {
        matches!(&self.what, What::Code(own) if own == code)
    }
}

/// Lays the tokens of a file in a row, and finds its test modules.
pub(super) fn flatten(stream: TokenStream, path: &str) -> (Vec<Token>, Vec<TestModule>) {
    let mut row = Row::default();
    row.stream(stream, Part { test: is_test_file(path) });
    (row.tokens, row.test_modules)
}

#[derive(Default)]
struct Row {
    tokens: Vec<Token>,
    test_modules: Vec<TestModule>,
}

/// What the tokens at hand belong to.
#[derive(Clone, Copy)]
struct Part {
    test: bool,
}

impl Row {
    /// Walks one level; an attribute makes a test of what follows, to the end of that item.
    fn stream(&mut self, stream: TokenStream, around: Part) {
        let mut part = around;
        let mut first = 1;
        for tree in stream {
            let after_hash = self.tokens.last().is_some_and(|token| token.is("#"));
            let line = tree.span().start().line;
            match tree {
                TokenTree::Group(group) if after_hash && starts_with(&group, "doc") => {}
                TokenTree::Group(group) if after_hash => {
                    if !part.test && marks_test(&group) {
                        part.test = true;
                        first = self.mark_hash();
                    }
                    self.group(&group, part);
                }
                TokenTree::Group(group) => {
                    if part.test && !around.test && self.opens_module(&group) {
                        let last = group.span_close().end().line;
                        self.test_modules.push(TestModule { first, last });
                    }
                    self.group(&group, part);
                    if group.delimiter() == Delimiter::Brace {
                        part = around;
                    }
                }
                TokenTree::Literal(literal) => {
                    let code = literal.to_string();
                    let what = match Lit::new(literal) {
                        Lit::Str(text) => What::Text(text.value()),
                        _ => What::Code(code),
                    };
                    self.tokens.push(Token { line, test: part.test, what });
                }
                TokenTree::Punct(mark) => {
                    self.code(mark.as_char().to_string(), line, part);
                    if mark.as_char() == ';' {
                        part = around;
                    }
                }
                TokenTree::Ident(word) => self.code(word.to_string(), line, part),
            }
        }
    }

    fn group(&mut self, group: &Group, part: Part) {
        let (open, close) = match group.delimiter() {
            Delimiter::Parenthesis => ("(", ")"),
            Delimiter::Brace => ("{", "}"),
            Delimiter::Bracket => ("[", "]"),
            Delimiter::None => ("", ""),
        };
        self.code(open.to_owned(), group.span_open().start().line, part);
        self.stream(group.stream(), part);
        self.code(close.to_owned(), group.span_close().start().line, part);
    }

    fn code(&mut self, code: String, line: usize, part: Part) {
        self.tokens.push(Token { line, test: part.test, what: What::Code(code) });
    }

    /// Makes the hash just pushed a test's too, and tells its line.
    fn mark_hash(&mut self) -> usize {
        self.tokens.last_mut().map_or(1, |hash| {
            hash.test = true;
            hash.line
        })
    }

    /// Whether the group is the body of `mod NAME { … }`.
    fn opens_module(&self, group: &Group) -> bool {
        let before = self.tokens.len().checked_sub(2);
        group.delimiter() == Delimiter::Brace && before.is_some_and(|at| self.tokens[at].is("mod"))
    }
}

fn starts_with(group: &Group, word: &str) -> bool {
    words(group.stream()).first().is_some_and(|first| first == word)
}

/// `#[test]`, `#[tokio::test]`, `#[cfg(test)]`, `#[cfg(any(test, …))]`; not `#[cfg(not(test))]`.
fn marks_test(attribute: &Group) -> bool {
    let words = words(attribute.stream());
    let has = |wanted: &str| words.iter().any(|word| word == wanted);
    let top = attribute.stream().into_iter().filter_map(|tree| match tree {
        TokenTree::Ident(word) => Some(word.to_string()),
        _ => None,
    });
    match top.last().as_deref() {
        Some("test") => true,
        Some("cfg") => has("test") && !has("not"),
        _ => false,
    }
}

/// The words of a stream, those in nested groups too.
fn words(stream: TokenStream) -> Vec<String> {
    stream
        .into_iter()
        .flat_map(|tree| match tree {
            TokenTree::Ident(word) => vec![word.to_string()],
            TokenTree::Group(group) => words(group.stream()),
            _ => Vec::new(),
        })
        .collect()
}
