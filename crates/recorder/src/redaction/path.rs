//! JSON paths: which values of a document a rule takes whole, whatever they hold.
//!
//! Of RFC 9535 those steps that name places: `.name`, `['any name']`, `[*]`, and `..name` or
//! `..['any name']` at any depth. No filters, slices or numbers.

use std::borrow::Cow;
use std::ops::Range;

use super::escape::unescape;
use super::json::{Token, tokens};

/// Most steps of all paths together: each is one bit of a state.
pub(super) const MOST_STEPS: usize = 64;

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Step {
    reach: Reach,
    /// The name of the member; none for any member or element.
    name: Option<String>,
}

/// How deep a step may lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// To a child.
    Child,
    /// To any descendant.
    Descendant,
}

/// The paths of all rules, followed together through a document.
#[derive(Debug, Default)]
pub(super) struct Paths {
    steps: Vec<Step>,
    /// For each step the rule that takes what it leads to, if it is the last one.
    taken_by: Vec<Option<usize>>,
    /// A bit for the first step of each path.
    start: u64,
}

/// A value that a path leads to, with its quotes or brackets.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Led {
    pub range: Range<usize>,
    pub rule: usize,
}

/// The steps of a path; none if it is not written as such.
pub(super) fn parse(path: &str) -> Option<Vec<Step>> {
    let mut rest = path.strip_prefix('$')?;
    let mut steps = Vec::new();
    while !rest.is_empty() {
        let (step, after) = parse_step(rest)?;
        steps.push(step);
        rest = after;
    }
    (!steps.is_empty()).then_some(steps)
}

/// The first step of what is left of a path, and what follows it.
fn parse_step(text: &str) -> Option<(Step, &str)> {
    let (reach, (name, rest)) = match text.strip_prefix("..") {
        Some(rest) => (Reach::Descendant, in_brackets(rest).or_else(|| plain_name(rest))?),
        None => {
            let name = || plain_name(text.strip_prefix('.')?);
            (Reach::Child, in_brackets(text).or_else(name)?)
        }
    };
    Some((Step { reach, name }, rest))
}

/// `[*]` or `['name']` at the start of a text, and what follows it.
fn in_brackets(text: &str) -> Option<(Option<String>, &str)> {
    if let Some(rest) = text.strip_prefix("[*]") {
        return Some((None, rest));
    }
    let (name, rest) = text.strip_prefix("['")?.split_once("']")?;
    (!name.is_empty()).then(|| (Some(name.to_owned()), rest))
}

/// A name that needs no quotes at the start of a text, and what follows it.
fn plain_name(text: &str) -> Option<(Option<String>, &str)> {
    let is_of_name = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    let end = text.find(|c| !is_of_name(c)).unwrap_or(text.len());
    (end > 0).then(|| (Some(text[..end].to_owned()), &text[end..]))
}

impl Paths {
    /// Adds the path of a rule. False if there are too many steps by now.
    pub(super) fn add(&mut self, steps: Vec<Step>, rule: usize) -> bool {
        let fits = self.steps.len() + steps.len() <= MOST_STEPS;
        if fits {
            self.start |= 1 << self.steps.len();
            self.taken_by.resize(self.steps.len() + steps.len() - 1, None);
            self.taken_by.push(Some(rule));
            self.steps.extend(steps);
        }
        fits
    }

    /// The values that paths lead to, in order and apart: of one within another, the outer.
    pub(super) fn find(&self, json: &str) -> Vec<Led> {
        let mut walk =
            Walk { paths: self, states: Vec::new(), name: None, open: None, found: Vec::new() };
        for token in tokens(json) {
            walk.meet(json, token);
        }
        if let Some((taken, _)) = walk.open {
            walk.found.push(Led { range: taken.range.start..json.len(), ..taken });
        }
        walk.found
    }

    /// Which steps come next below a value, and the rule that takes the value.
    fn step(&self, state: u64, name: Option<&str>) -> (u64, Option<usize>) {
        let mut below = 0;
        let mut taken: Option<usize> = None;
        let mut left = state;
        while left != 0 {
            let place = left.trailing_zeros() as usize;
            left &= left - 1;
            let step = &self.steps[place];
            if step.reach == Reach::Descendant {
                below |= 1 << place;
            }
            if step.name.is_none() || step.name.as_deref() == name {
                match self.taken_by[place] {
                    Some(rule) => taken = Some(taken.map_or(rule, |first| first.min(rule))),
                    None => below |= 1 << (place + 1),
                }
            }
        }
        (below, taken)
    }
}

/// The way through one document.
struct Walk<'a> {
    paths: &'a Paths,
    /// Which steps may come next, for each container that is open.
    states: Vec<u64>,
    /// The name of the member whose value comes next.
    name: Option<Cow<'a, str>>,
    /// The container that is taken, and how many are open around it.
    open: Option<(Led, usize)>,
    found: Vec<Led>,
}

impl<'a> Walk<'a> {
    fn meet(&mut self, json: &'a str, token: Token) {
        match token {
            Token::Name(name) => {
                let raw = &json[name];
                self.name = Some(unescape(raw).map_or(Cow::Borrowed(raw), Cow::Owned));
            }
            Token::Open(start) => {
                if let Some(rule) = self.enter() {
                    let taken = Led { range: start..start, rule };
                    self.open.get_or_insert((taken, self.states.len() - 1));
                }
            }
            Token::Close(end) => {
                self.states.pop();
                let closes = |(_, depth): &mut (Led, usize)| *depth == self.states.len();
                if let Some((taken, _)) = self.open.take_if(closes) {
                    self.found.push(Led { range: taken.range.start..end, ..taken });
                }
            }
            Token::Text(content) => {
                let end = json.len().min(content.end + 1);
                self.leaf(content.start - 1..end);
            }
            Token::Scalar(range) => self.leaf(range),
        }
    }

    /// Opens a container; the rule that takes it, if there is one.
    fn enter(&mut self) -> Option<usize> {
        let (below, rule) = self.below();
        self.states.push(below);
        rule
    }

    fn leaf(&mut self, range: Range<usize>) {
        if let (_, Some(rule)) = self.below()
            && self.open.is_none()
        {
            self.found.push(Led { range, rule });
        }
    }

    /// Which steps come next below the value that starts here, and the rule that takes it.
    fn below(&mut self) -> (u64, Option<usize>) {
        let name = self.name.take();
        match self.states.last() {
            Some(state) => self.paths.step(*state, name.as_deref()),
            None => (self.paths.start, None),
        }
    }
}
