//! What need not be reckoned twice in one request.
//!
//! The prompt and the tools of an agent come again with each of its calls, word for word, and so do
//! the answers in its history; their fingerprints are most of the work of reading a call.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

use foldhash::{HashMap, HashMapExt};
use model::Seen;
use model::record::ToolOffered;

use crate::fingerprint::{self, Prompt};
use crate::traits::Said;

/// Fingerprints by the texts they were taken from.
#[derive(Default)]
pub(crate) struct Memo {
    prompts: Known<Prompt>,
    tools: Known<Arc<[ToolOffered]>>,
    shapes: Known<String>,
    instructions: Known<Vec<String>>,
    places: Known<Places>,
    levels: VecDeque<Arc<[Seen]>>,
}

/// Where the parts of a text begin and end, if it has any.
type Places = Option<Arc<[Range<usize>]>>;

/// What is known of texts, as many as there is room for.
struct Known<T> {
    by_text: HashMap<String, T>,
    bytes: usize,
}

/// Most bytes of texts remembered of a kind.
const MOST: usize = 1_024 * 1_024;

/// Most lists of levels remembered: of the agents and tools that a request has steps of.
const MOST_LISTS: usize = 16;

impl Memo {
    /// The fingerprints of a prompt.
    pub(crate) fn prompt(&mut self, text: &str) -> Prompt {
        self.prompts.of(text, fingerprint::prompt)
    }

    /// The tools that a text defines.
    pub(crate) fn tools(
        &mut self,
        text: &str,
        read: impl FnOnce(&str) -> Vec<ToolOffered>,
    ) -> Arc<[ToolOffered]> {
        self.tools.of(text, |text| read(text).into())
    }

    /// The texts that instructions in JSON hold.
    pub(crate) fn instructions(
        &mut self,
        text: &str,
        read: impl FnOnce(&str) -> Vec<String>,
    ) -> Vec<String> {
        self.instructions.of(text, read)
    }

    /// Levels as they are said, which some step before may have said.
    pub(crate) fn levels(&mut self, said: Vec<Said>) -> Arc<[Seen]> {
        let is_same = |known: &&Arc<[Seen]>| {
            known.len() == said.len() && known.iter().zip(&said).all(|(seen, said)| said.is(seen))
        };
        if let Some(known) = self.levels.iter().find(is_same) {
            return Arc::clone(known);
        }
        let levels: Arc<[Seen]> = said.into_iter().map(Seen::from).collect();
        self.levels.truncate(MOST_LISTS - 1);
        self.levels.push_front(Arc::clone(&levels));
        levels
    }

    /// Where the parts of a text begin and end; none where it has none.
    pub(crate) fn places(
        &mut self,
        text: &str,
        read: impl FnOnce(&str) -> Option<Vec<Range<usize>>>,
    ) -> Places {
        self.places.of(text, |text| read(text).map(Into::into))
    }

    /// The shape of an answer.
    pub(crate) fn shape(&mut self, text: &str) -> String {
        self.shapes.of(text, fingerprint::shape)
    }
}

impl<T> Default for Known<T> {
    fn default() -> Self {
        Self { by_text: HashMap::new(), bytes: 0 }
    }
}

impl<T: Clone> Known<T> {
    fn of(&mut self, text: &str, reckon: impl FnOnce(&str) -> T) -> T {
        if let Some(before) = self.by_text.get(text) {
            return before.clone();
        }
        let fresh = reckon(text);
        if text.len() > MOST {
            return fresh;
        }
        if self.bytes + text.len() > MOST {
            *self = Self::default();
        }
        self.bytes += text.len();
        self.by_text.insert(text.to_owned(), fresh.clone());
        fresh
    }
}

#[cfg(test)]
mod tests {
    use model::Factor;

    use super::*;

    #[test]
    fn a_text_is_reckoned_once_and_one_that_is_too_long_each_time() {
        let mut memo = Memo::default();
        let mut reckoned = 0;
        for length in [10, 10, MOST + 1, MOST + 1] {
            memo.tools(&"x".repeat(length), |_| {
                reckoned += 1;
                Vec::new()
            });
        }
        assert_eq!(reckoned, 3);
    }

    #[test]
    fn levels_that_were_said_before_are_the_same_list_and_others_are_not() {
        let mut memo = Memo::default();
        let said = |subject: Option<&'static str>, level: &'static str| {
            let (subject, level) = (subject.map(Into::into), Some(level.into()));
            vec![Said::Of { family: "tool_schema", subject, level }]
        };
        let first = memo.levels(said(Some("a"), "1"));
        assert_eq!(*first, [Seen::at(Factor::of("tool_schema", "a"), "1")]);
        assert!(Arc::ptr_eq(&first, &memo.levels(said(Some("a"), "1"))));
        for other in [said(Some("b"), "1"), said(Some("a"), "2"), said(None, "1"), Vec::new()] {
            assert!(!Arc::ptr_eq(&first, &memo.levels(other)));
        }
        for number in 0..1_000 {
            memo.levels(vec![Said::Whole(Seen::kept_one_in(number))]);
        }
        assert_eq!(memo.levels.len(), MOST_LISTS);
    }

    #[test]
    fn many_texts_take_no_more_room_than_there_is() {
        let mut memo = Memo::default();
        (0..100).for_each(|n| _ = memo.shape(&format!("{n}{}", "x".repeat(100_000))));
        let held: usize = memo.shapes.by_text.keys().map(String::len).sum();
        assert!(held <= MOST && memo.shapes.bytes == held, "{held}");
        assert_eq!(memo.prompt("Be terse."), fingerprint::prompt("Be terse."));
    }
}
