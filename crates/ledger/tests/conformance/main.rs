//! One conformance suite, played on every engine, and what only the engine on disk can show.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod disk;
mod facts;
mod format;
mod sequences;
mod suite;
mod tamper;

/// Plays each fact of the suite on an empty ledger of every engine.
macro_rules! every_engine {
    ($($fact:ident,)*) => {
        mod embedded {
            $(#[test]
            fn $fact() {
                let dir = tempfile::tempdir().unwrap();
                crate::suite::$fact(&ledger::Ledger::open(dir.path()).unwrap());
            })*
        }

        mod memory {
            $(#[test]
            fn $fact() {
                crate::suite::$fact(&ledger::Ledger::in_memory());
            })*
        }
    };
}

every_engine! {
    an_empty_ledger_is_intact,
    facts_come_back_as_stated_and_in_order,
    seq_counts_the_ledger_and_version_the_stream,
    each_entry_names_the_hash_of_the_one_before,
    a_stream_holds_its_own_entries_and_no_others,
    an_append_at_another_version_is_a_conflict_and_leaves_nothing,
    of_many_appends_at_one_version_exactly_one_succeeds,
    appends_from_many_threads_make_one_chain,
    an_append_of_no_facts_changes_nothing,
    one_fact_that_can_not_be_written_keeps_the_others_out,
    a_fact_without_stream_or_actor_is_refused,
    a_time_that_does_not_fit_is_refused,
    pages_join_up_to_the_whole,
    a_ledger_longer_than_a_page_verifies,
}
