//! One conformance suite, played on both engines, and what only the engine on disk can show.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod disk;
mod evidence;
mod format;
mod keys;
mod load;
mod places;
mod samples;
mod suite;
mod tamper;

/// Plays each fact of the suite on empty flights of every engine.
macro_rules! every_engine {
    ($($fact:ident,)*) => {
        mod embedded {
            $(#[tokio::test]
            async fn $fact() {
                let dir = tempfile::tempdir().unwrap();
                crate::suite::$fact(&crate::samples::open(dir.path())).await;
            })*
        }

        mod memory {
            $(#[tokio::test]
            async fn $fact() {
                crate::suite::$fact(&flight::Flight::in_memory()).await;
            })*
        }
    };
}

every_engine! {
    of_what_was_never_sent_there_is_nothing,
    an_append_of_nothing_changes_nothing,
    steps_come_back_as_recorded,
    parts_of_a_request_are_kept_as_one_and_in_their_order,
    a_trace_is_its_steps_without_payload,
    a_trace_holds_its_own_steps_and_no_others,
    numbers_that_are_not_finite_come_back,
    what_is_sent_twice_is_stored_once,
    a_later_end_is_a_new_version,
    what_had_not_ended_never_counts_over_what_had,
    of_versions_that_end_together_the_one_that_came_last_counts,
    labels_come_back_in_the_order_they_came,
    labels_of_absurd_times_keep_their_order_in_time,
    settlements_come_back_in_the_order_they_were_made,
    of_several_settlements_of_a_trace_the_last_one_counts,
    a_trace_without_runs_settles_too,
    a_trace_is_unsettled_until_a_settlement_has_seen_all_of_it,
    a_step_sent_again_does_not_unsettle_its_trace,
    a_trace_received_on_two_days_is_one_trace,
    labels_and_versions_of_another_day_count,
    settlements_of_two_days_come_back_in_order,
    a_trace_of_two_days_shows_as_unsettled_until_both_are_seen,
    days_may_come_in_any_order,
    traces_come_page_by_page_in_the_order_they_came,
    the_last_decision_about_a_payload_counts,
}
