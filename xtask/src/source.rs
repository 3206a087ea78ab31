//! A Rust file read for its rules: tokens in a row, functions, and what of it is tests.
//!
//! Comments and documentation are left out, so a rule never trips over prose.

mod functions;
mod tokens;

use proc_macro2::TokenStream;

pub(crate) use functions::{Chosen, Function};
pub(crate) use tokens::{TestModule, Token};

/// One parsed file.
#[derive(Debug)]
pub(crate) struct Source {
    /// Its path from the root of the repository.
    pub(crate) path: String,
    /// Its tokens in order, with the delimiters of groups.
    pub(crate) tokens: Vec<Token>,
    /// Its functions and methods that have a body, and the methods that a trait demands.
    pub(crate) functions: Vec<Function>,
    /// Its `#[cfg(test)] mod … { … }`.
    pub(crate) test_modules: Vec<TestModule>,
}

impl Source {
    /// Parses a file; an error if it is no Rust.
    pub(crate) fn parse(path: &str, text: &str) -> syn::Result<Self> {
        let stream: TokenStream = text.parse()?;
        let file = syn::parse2(stream.clone())?;
        let (tokens, test_modules) = tokens::flatten(stream, path);
        let functions = functions::list(&file);
        Ok(Self { path: path.to_owned(), tokens, functions, test_modules })
    }

    /// Whether a line belongs to tests.
    pub(crate) fn is_test(&self, line: usize) -> bool {
        let at = self.tokens.partition_point(|token| token.line < line);
        self.tokens.get(at).is_some_and(|token| token.test)
    }

    /// Where the tokens from `at` read so.
    pub(crate) fn reads(&self, at: usize, words: &[&str]) -> bool {
        let rest = &self.tokens[at..];
        rest.len() >= words.len() && rest.iter().zip(words).all(|(token, word)| token.is(word))
    }

    /// The tokens that name `outer::inner`, also within `outer::{…, inner}`.
    pub(crate) fn mentions(&self, outer: &str, inner: &str) -> Vec<&Token> {
        let starts = (0..self.tokens.len()).filter(|&at| self.reads(at, &[outer, ":", ":"]));
        let named = starts.filter(|&at| self.names(at + 3, inner));
        named.map(|at| &self.tokens[at]).collect()
    }

    /// Whether `inner` stands at `at`, or is a member of the braces that open there.
    fn names(&self, at: usize, inner: &str) -> bool {
        let Some(first) = self.tokens.get(at) else { return false };
        if !first.is("{") {
            return first.is(inner);
        }
        let mut depth = 0_usize;
        for pair in self.tokens[at..].windows(2) {
            match pair[0].code() {
                "{" => depth += 1,
                "}" => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return false;
            }
            let opens = pair[0].is("{") || pair[0].is(",");
            if depth == 1 && opens && pair[1].is(inner) {
                return true;
            }
        }
        false
    }
}

/// Whether a file holds nothing but tests.
pub(crate) fn is_test_file(path: &str) -> bool {
    path.ends_with("/tests.rs") || path.split('/').any(|folder| folder == "tests")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(text: &str) -> Source {
        Source::parse("crates/a/src/b.rs", text).unwrap()
    }

    #[test]
    fn a_path_is_found_alone_and_in_braces_but_not_in_prose() {
        let source = source(
            "//! std::env\nuse std::env;\nuse std::{fs, env};\nuse std::{io::{env}, fs};\n\
             /// std::env\nfn f() { g(\"std::env\") }",
        );
        let lines: Vec<usize> = source.mentions("std", "env").iter().map(|t| t.line).collect();
        assert_eq!(lines, [2, 3]);
    }

    #[test]
    fn tests_are_known_by_attribute_until_the_item_ends() {
        let source = source(
            "fn a() {}\n#[cfg(test)]\nuse b::{c, d};\nfn e() {}\n\
             #[tokio::test]\nasync fn f() {\n}\n\
             #[cfg(not(test))]\nfn g() {}\n\
             #[cfg(test)]\nmod tests {\n  fn h() {}\n}\nfn i() {}",
        );
        let lines: Vec<usize> = (1..=14).filter(|line| source.is_test(*line)).collect();
        assert_eq!(lines, [2, 3, 5, 6, 7, 10, 11, 12, 13]);
        assert_eq!(source.test_modules, [TestModule { first: 10, last: 13 }]);
    }

    #[test]
    fn a_test_file_is_all_tests() {
        assert!(is_test_file("crates/a/src/b/tests.rs"));
        assert!(is_test_file("crates/a/tests/loop.rs"));
        assert!(!is_test_file("crates/a/src/attests.rs"));
    }
}
