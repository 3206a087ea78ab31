//! One conformance suite, played on every engine, and what only the engine on disk can show.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod crash;
mod disk;
mod facts;
mod following;
mod format;
mod moving;
mod sequences;
mod suite;
mod tamper;

/// Plays each fact of the suite on an empty ledger of every engine.
macro_rules! every_engine {
    ($($part:ident::$fact:ident,)*) => {
        mod embedded {
            $(#[test]
            fn $fact() {
                let dir = tempfile::tempdir().unwrap();
                crate::$part::$fact(&ledger::Ledger::open(dir.path()).unwrap());
            })*
        }

        mod memory {
            $(#[test]
            fn $fact() {
                crate::$part::$fact(&ledger::Ledger::in_memory());
            })*
        }
    };
}

every_engine! {
    suite::an_empty_ledger_is_intact,
    suite::facts_come_back_as_stated_and_in_order,
    suite::seq_counts_the_ledger_and_version_the_stream,
    suite::each_entry_names_the_hash_of_the_one_before,
    suite::a_stream_holds_its_own_entries_and_no_others,
    suite::an_append_at_another_version_is_a_conflict_and_leaves_nothing,
    suite::of_many_appends_at_one_version_exactly_one_succeeds,
    suite::appends_from_many_threads_make_one_chain,
    suite::an_append_of_no_facts_changes_nothing,
    suite::one_fact_that_can_not_be_written_keeps_the_others_out,
    suite::a_fact_without_stream_or_actor_is_refused,
    suite::a_time_that_does_not_fit_is_refused,
    suite::pages_join_up_to_the_whole,
    suite::a_ledger_longer_than_a_page_verifies,
    following::a_follower_gets_what_is_there_and_then_what_comes,
    following::a_follower_waits_no_longer_than_it_is_told,
    following::followers_get_every_entry_once_and_in_order_however_many_append,
    following::watchers_are_told_where_it_stands_and_of_every_growth,
    following::what_is_refused_hurts_nothing_beside_it,
    following::of_rivals_for_each_version_exactly_one_wins,
    moving::what_is_exported_and_imported_is_the_same_ledger,
    moving::pages_as_stored_end_with_their_bytes_and_hold_one_entry_at_least,
    moving::an_export_is_refused_where_something_is_stated_already,
    moving::a_broken_line_is_named_and_nothing_is_kept,
    moving::what_is_no_entry_is_named_and_nothing_is_kept,
    moving::a_file_that_can_not_be_read_to_its_end_leaves_nothing,
    moving::a_snapshot_is_found_as_it_was_kept_and_a_later_one_takes_its_place,
    moving::a_snapshot_of_an_entry_that_is_not_there_is_not_kept,
}
