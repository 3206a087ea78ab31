//! Which documents people grade: a sample that nobody picks, and that stays when others come.
//!
//! Each incident has a place of its own, by a hash over the review's name, a seed and its number;
//! the foremost are the sample. The seed is no secret: it lets a team draw anew, and anyone draw
//! the same again.

use std::collections::BTreeSet;

use model::{ContentHash, IncidentId};

/// Fewest documents that are graded, while there are as many.
pub const FEWEST: usize = 10;

/// Of so many documents one is graded, beyond the fewest.
const ONE_IN: usize = 5;

/// Draws the sample of a review.
pub fn sample<'a>(
    review: &str,
    seed: &str,
    documents: impl IntoIterator<Item = &'a IncidentId>,
) -> BTreeSet<IncidentId> {
    let place =
        |id: &IncidentId| *ContentHash::of(format!("{review}\n{seed}\n{id}").as_bytes()).as_bytes();
    let mut documents: Vec<_> = documents.into_iter().map(|id| (place(id), id)).collect();
    documents.sort_unstable();
    let size = FEWEST.max(documents.len().div_ceil(ONE_IN));
    documents.into_iter().take(size).map(|(_, id)| id.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(numbers: std::ops::Range<u64>) -> Vec<IncidentId> {
        numbers.map(IncidentId::from_random).collect()
    }

    #[test]
    fn ten_are_graded_or_a_fifth() {
        for (documents, graded) in [(0, 0), (7, 7), (30, 10), (60, 12), (101, 21)] {
            assert_eq!(sample("2026-Q3", "", &ids(0..documents)).len(), graded, "{documents}");
        }
    }

    #[test]
    fn the_same_name_and_seed_draw_the_same_in_any_order_and_others_draw_others() {
        let (mut documents, drawn) = (ids(0..60), sample("2026-Q3", "", &ids(0..60)));
        documents.reverse();
        assert_eq!(sample("2026-Q3", "", &documents), drawn);
        assert_ne!(sample("2026-Q4", "", &documents), drawn);
        assert_ne!(sample("2026-Q3", "again", &documents), drawn);
    }

    #[test]
    fn a_document_that_comes_late_puts_out_one_other_at_most() {
        let (before, after) =
            (sample("2026-Q3", "", &ids(0..40)), sample("2026-Q3", "", &ids(0..41)));
        assert!(before.difference(&after).count() <= 1);
    }
}
