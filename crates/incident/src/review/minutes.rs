//! How long people worked on a document, as far as its facts can tell.
//!
//! A fact tells a moment, not a span. Two acts of one person with no longer break than half an hour
//! between them count with their distance; before the first and after the last nothing is counted,
//! so the figure is a lower limit. An act alone says nothing, and is not counted as no time.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// What can be told of the time that people spent on a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Spent {
    /// Seconds between acts that belong together; none where no two do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secs: Option<i64>,
    /// Acts that stand alone.
    pub alone: u64,
}

/// The longest break within one piece of work.
const BREAK: SignedDuration = SignedDuration::from_mins(30);

/// Reads the time spent off the acts of people; what programs did is passed over.
pub fn spent(acts: &[(Timestamp, String)], is_person: impl Fn(&str) -> bool) -> Spent {
    let mut by: BTreeMap<&str, Vec<Timestamp>> = BTreeMap::new();
    for (at, who) in acts.iter().filter(|(_, who)| is_person(who)) {
        by.entry(who).or_default().push(*at);
    }
    let mut spent = Spent::default();
    for times in by.values_mut() {
        times.sort_unstable();
        let belong = |one: Timestamp, other: Timestamp| other.duration_since(one) <= BREAK;
        for piece in times.chunk_by(|one, other| belong(*one, *other)) {
            match piece {
                [_] => spent.alone += 1,
                [first, .., last] => {
                    let secs = last.duration_since(*first).as_secs();
                    spent.secs = Some(spent.secs.unwrap_or_default() + secs);
                }
                [] => {}
            }
        }
    }
    spent
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(acts: &[(i64, &str)]) -> Spent {
        let at = |minute: i64| Timestamp::from_second(60 * minute).unwrap();
        let acts: Vec<_> =
            acts.iter().map(|(minute, by)| (at(*minute), (*by).to_owned())).collect();
        spent(&acts, |who| who != "mayday")
    }

    #[test]
    fn acts_close_together_count_with_their_distance() {
        let spent = of(&[(0, "ada"), (10, "ada"), (40, "ada"), (100, "ada"), (104, "ada")]);
        assert_eq!(spent, Spent { secs: Some(44 * 60), alone: 0 });
    }

    #[test]
    fn an_act_alone_is_unknown_and_not_no_time() {
        assert_eq!(of(&[(0, "ada"), (31, "ada")]), Spent { secs: None, alone: 2 });
        assert_eq!(of(&[]), Spent { secs: None, alone: 0 });
    }

    #[test]
    fn people_are_counted_each_for_themselves_and_programs_not_at_all() {
        let spent = of(&[(0, "ada"), (1, "bo"), (5, "ada"), (6, "mayday"), (9, "bo")]);
        assert_eq!(spent, Spent { secs: Some(13 * 60), alone: 0 });
    }
}
