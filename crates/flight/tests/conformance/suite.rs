//! What every engine owes, each as a fact about empty flights it is given.

use flight::{Append, Flight, Place, Recent, TraceRecord};
use model::run::{Keep, Payload};
use model::{Outcome, Receipt, Scope, Settlement, Sketch, Step, Traits, Value};

use crate::samples::*;

fn stored(stored: u64, duplicate: u64) -> Receipt {
    Receipt { stored, duplicate }
}

pub(crate) async fn of_what_was_never_sent_there_is_nothing(flight: &Flight) {
    for _ in 0..2 {
        assert_eq!(flight.trace(trace(9)).unwrap(), TraceRecord::default());
        assert_eq!(recorded(flight, trace(9)), []);
        assert_eq!(settled_runs(flight, always()), []);
        assert_eq!(flight.unsettled().unwrap(), []);
        append(flight, Append::default()).await;
    }
}

pub(crate) async fn an_append_of_nothing_changes_nothing(flight: &Flight) {
    assert_eq!(append(flight, Append::default()).await, stored(0, 0));
    assert_eq!(append(flight, received(Append::default(), at(0))).await, stored(0, 0));
    assert_eq!(flight.unsettled().unwrap(), []);
}

pub(crate) async fn steps_come_back_as_recorded(flight: &Flight) {
    let steps = [full_step(trace(1), 2), step(trace(1), 1), full_step(trace(1), 3)];
    let receipt = append(flight, of_steps(steps.to_vec())).await;
    assert_eq!(receipt, stored(3, 0));
    let [second, first, third] = steps;
    assert_eq!(recorded(flight, trace(1)), [first, second, third]);
}

pub(crate) async fn parts_of_a_request_are_kept_as_one_and_in_their_order(flight: &Flight) {
    let part = |steps: &[Step]| {
        let mut part = flight.begin(at(0)).unwrap();
        part.add(steps.to_vec()).unwrap();
        part.finish().unwrap()
    };
    // A trace that lies in both, everybody's text that both hold, and a step that comes twice.
    let mut steps: Vec<Step> = (1..=4).map(|number| full_step(trace(1), number)).collect();
    steps.push(step(trace(2), 1));
    let shared = |number| saying(trace(3), number, Scope::Shared, "Be terse.");
    let (mut whole, rest) = (part(&steps[..2]), part(&steps[2..]));
    whole.join(rest);
    whole.join(part(&[shared(1), steps[0].clone()]));
    whole.join(part(&[shared(2)]));
    let label = label(trace(2), Outcome::Bad, 9);
    assert_eq!(whole.commit(vec![label.clone()]).await.unwrap(), stored(7, 1));
    assert_eq!(recorded(flight, trace(1)), steps[..4]);
    assert_eq!(recorded(flight, trace(2)), steps[4..]);
    assert_eq!(flight.trace(trace(2)).unwrap().labels, [label]);
    for number in 1..=2 {
        assert_eq!(heard(flight, trace(3), number).unwrap(), "Be terse.");
    }
}

pub(crate) async fn a_trace_is_its_steps_without_payload(flight: &Flight) {
    let steps = vec![full_step(trace(1), 2), step(trace(1), 1)];
    append(flight, of_steps(steps)).await;
    let sketches: Vec<Sketch> = recorded(flight, trace(1)).iter().map(Step::sketch).collect();
    assert_eq!(flight.trace(trace(1)).unwrap().steps, sketches);
}

pub(crate) async fn a_trace_holds_its_own_steps_and_no_others(flight: &Flight) {
    let steps: Vec<Step> = (1..=9).map(|number| step(trace(number), 1)).collect();
    append(flight, of_steps(steps.clone())).await;
    for (number, step) in (1..=9).zip(steps) {
        assert_eq!(recorded(flight, trace(number)), [step]);
    }
}

pub(crate) async fn numbers_that_are_not_finite_come_back(flight: &Flight) {
    let mut odd = step(trace(1), 1);
    let numbers = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY];
    odd.attributes = numbers.map(|number| ("score".into(), Value::Double(number))).into();
    odd.attributes.push(("scores".into(), Value::List(vec![Value::Double(f64::NAN)])));
    append(flight, of_steps(vec![odd.clone()])).await;
    let back = recorded(flight, trace(1));
    assert_eq!(format!("{back:?}"), format!("{:?}", [odd]));
}

pub(crate) async fn what_is_sent_twice_is_stored_once(flight: &Flight) {
    let steps = vec![step(trace(1), 1), full_step(trace(1), 2)];
    let twice = [steps.clone(), steps.clone()].concat();
    assert_eq!(append(flight, of_steps(twice)).await, stored(2, 2));
    assert_eq!(append(flight, of_steps(steps.clone())).await, stored(0, 2));
    assert_eq!(recorded(flight, trace(1)), steps);
}

pub(crate) async fn a_later_end_is_a_new_version(flight: &Flight) {
    let open = Step { ended: at(1), ..step(trace(1), 1) };
    let closed = Step { ended: at(9), failed: true, ..full_step(trace(1), 1) };
    assert_eq!(append(flight, of_steps(vec![open.clone()])).await, stored(1, 0));
    assert_eq!(append(flight, of_steps(vec![closed.clone()])).await, stored(1, 0));
    assert_eq!(recorded(flight, trace(1)), std::slice::from_ref(&closed));
    assert_eq!(append(flight, of_steps(vec![open])).await, stored(0, 1));
    assert_eq!(recorded(flight, trace(1)), std::slice::from_ref(&closed));
    assert_eq!(flight.trace(trace(1)).unwrap().steps, [closed.sketch()]);
}

pub(crate) async fn what_had_not_ended_never_counts_over_what_had(flight: &Flight) {
    let closed = step(trace(1), 1);
    let traits = Traits { open: true, ..closed.traits.clone() };
    let open = Step { traits, ..closed.clone() };
    append(flight, of_steps(vec![closed.clone()])).await;
    append(flight, of_steps(vec![open])).await;
    assert_eq!(recorded(flight, trace(1)), std::slice::from_ref(&closed));
    assert_eq!(flight.trace(trace(1)).unwrap().steps, [closed.sketch()]);
}

pub(crate) async fn of_versions_that_end_together_the_one_that_came_last_counts(flight: &Flight) {
    let first = step(trace(1), 1);
    for twist in [
        Step { name: "renamed".to_owned(), ..first.clone() },
        Step { failed: true, ..first.clone() },
        Step { parent: Some(span(5)), ..first.clone() },
        Step { started: at(-5), ..first.clone() },
        Step { origin: full_step(trace(1), 1).origin, ..first.clone() },
        Step { attributes: vec![], ..first.clone() },
        Step { content: full_step(trace(1), 1).content, ..first.clone() },
    ] {
        assert_eq!(append(flight, of_steps(vec![twist.clone()])).await, stored(1, 0));
        assert_eq!(recorded(flight, trace(1)), std::slice::from_ref(&twist));
        assert_eq!(flight.trace(trace(1)).unwrap().steps, [twist.sketch()]);
    }
}

pub(crate) async fn labels_come_back_in_the_order_they_came(flight: &Flight) {
    let mut on_run = label(trace(1), Outcome::Good, 1);
    on_run.subject = model::Subject::Run(run(trace(1), Some(4), 0).id);
    let labels = [label(trace(1), Outcome::Bad, 9), on_run, label(trace(1), Outcome::Unknown, 5)];
    let others = vec![label(trace(2), Outcome::Good, 0)];
    append(flight, of_labels(labels[..2].to_vec())).await;
    append(flight, of_labels(others)).await;
    append(flight, of_labels(labels[2..].to_vec())).await;
    assert_eq!(flight.trace(trace(1)).unwrap().labels, labels);
}

pub(crate) async fn labels_of_absurd_times_keep_their_order_in_time(flight: &Flight) {
    let mut labels = vec![label(trace(1), Outcome::Bad, 0); 3];
    labels[0].at = jiff::Timestamp::MIN;
    labels[2].at = jiff::Timestamp::MAX;
    append(flight, of_labels(labels)).await;
    let labels = flight.trace(trace(1)).unwrap().labels;
    assert!(labels.is_sorted_by(|one, next| one.at < next.at), "{labels:?}");
}

pub(crate) async fn settlements_come_back_in_the_order_they_were_made(flight: &Flight) {
    let runs = |number| vec![run(trace(number), Some(1), 10), run(trace(number), None, 20)];
    let settlements: Vec<Settlement> =
        [3, 1, 2, 1].map(|number| settled(flight, trace(number), runs(number))).into();
    append(flight, of_settlements(settlements[..3].to_vec())).await;
    append(flight, of_settlements(settlements[3..].to_vec())).await;
    let back = settled_runs(flight, always());
    assert_eq!(comparable(back), comparable(settlements));
}

pub(crate) async fn of_several_settlements_of_a_trace_the_last_one_counts(flight: &Flight) {
    let first = vec![run(trace(1), Some(1), 10), run(trace(1), Some(2), 20)];
    let last = vec![model::Run { outcome: Outcome::Good, ..run(trace(1), Some(2), 21) }];
    for runs in [first, last.clone()] {
        append(flight, of_settlements(vec![settled(flight, trace(1), runs)])).await;
    }
    let mut recent = Recent::new(100);
    settled_runs(flight, always()).iter().for_each(|one| recent.apply(one));
    let rows = recent.select(always(), None).unwrap().runs;
    let row = rows.iter().map(|row| (row.id, row.started, row.outcome)).collect::<Vec<_>>();
    assert_eq!(row, [(last[0].id, last[0].started, Outcome::Good)]);
}

pub(crate) async fn a_trace_without_runs_settles_too(flight: &Flight) {
    append(flight, of_labels(vec![label(trace(1), Outcome::Bad, 1)])).await;
    assert_eq!(flight.unsettled().unwrap(), [trace(1)]);
    append(flight, of_settlements(vec![settled(flight, trace(1), vec![])])).await;
    assert_eq!(flight.unsettled().unwrap(), []);
}

async fn settle(flight: &Flight, number: u8, when: jiff::Timestamp) {
    let one = settled(flight, trace(number), vec![run(trace(number), None, 0)]);
    append(flight, received(of_settlements(vec![one]), when)).await;
}

pub(crate) async fn a_trace_is_unsettled_until_a_settlement_has_seen_all_of_it(flight: &Flight) {
    append(flight, of_steps(vec![step(trace(1), 1), step(trace(2), 1)])).await;
    assert_eq!(flight.unsettled().unwrap(), [trace(1), trace(2)]);
    settle(flight, 1, at(0)).await;
    assert_eq!(flight.unsettled().unwrap(), [trace(2)]);
    let seen_before = settled(flight, trace(1), vec![]);
    append(flight, of_steps(vec![step(trace(1), 2)])).await;
    assert_eq!(flight.unsettled().unwrap(), [trace(1), trace(2)]);
    append(flight, of_settlements(vec![seen_before])).await;
    assert_eq!(flight.unsettled().unwrap(), [trace(1), trace(2)]);
    settle(flight, 1, at(0)).await;
    append(flight, of_labels(vec![label(trace(1), Outcome::Bad, 3)])).await;
    assert_eq!(flight.unsettled().unwrap(), [trace(1), trace(2)]);
    settle(flight, 1, at(0)).await;
    settle(flight, 2, at(0)).await;
    assert_eq!(flight.unsettled().unwrap(), []);
}

pub(crate) async fn a_step_sent_again_does_not_unsettle_its_trace(flight: &Flight) {
    append(flight, of_steps(vec![step(trace(1), 1)])).await;
    settle(flight, 1, at(0)).await;
    append(flight, of_steps(vec![step(trace(1), 1)])).await;
    assert_eq!(flight.unsettled().unwrap(), []);
}

pub(crate) async fn a_trace_received_on_two_days_is_one_trace(flight: &Flight) {
    let steps = [step(trace(1), 1), full_step(trace(1), 2), step(trace(1), 3)];
    for (day, step) in [1, 0, 2].into_iter().zip(&steps) {
        append(flight, received(of_steps(vec![step.clone()]), days_later(day))).await;
    }
    assert_eq!(recorded(flight, trace(1)), steps);
    let sketches: Vec<Sketch> = steps.iter().map(Step::sketch).collect();
    assert_eq!(flight.trace(trace(1)).unwrap().steps, sketches);
}

pub(crate) async fn labels_and_versions_of_another_day_count(flight: &Flight) {
    let open = step(trace(1), 1);
    let closed = Step { ended: at(100_000), ..open.clone() };
    let labels = [label(trace(1), Outcome::Bad, 9), label(trace(1), Outcome::Good, 1)];
    append(flight, of_steps(vec![closed.clone()])).await;
    append(flight, of_labels(labels[..1].to_vec())).await;
    append(flight, received(of_steps(vec![open]), days_later(1))).await;
    append(flight, received(of_labels(labels[1..].to_vec()), days_later(1))).await;
    let record = flight.trace(trace(1)).unwrap();
    assert_eq!((&record.steps[..], &record.labels[..]), (&[closed.sketch()][..], &labels[..]));
    assert_eq!(recorded(flight, trace(1)), [closed]);
}

pub(crate) async fn settlements_of_two_days_come_back_in_order(flight: &Flight) {
    let mut made = Vec::new();
    for (day, number) in [(0, 1), (0, 2), (1, 1), (3, 2)] {
        let one = settled(flight, trace(number), vec![run(trace(number), None, day * 10)]);
        append(flight, received(of_settlements(vec![one.clone()]), days_later(day))).await;
        made.push(one);
    }
    let back = settled_runs(flight, always());
    assert_eq!(comparable(back), comparable(made));
}

pub(crate) async fn a_trace_of_two_days_shows_as_unsettled_until_both_are_seen(flight: &Flight) {
    append(flight, of_steps(vec![step(trace(1), 1)])).await;
    settle(flight, 1, at(0)).await;
    append(flight, received(of_steps(vec![step(trace(1), 2)]), days_later(1))).await;
    assert_eq!(flight.unsettled().unwrap(), [trace(1)]);
    settle(flight, 1, days_later(1)).await;
    assert_eq!(flight.unsettled().unwrap(), []);
    append(flight, received(of_labels(vec![label(trace(1), Outcome::Bad, 0)]), days_later(1)))
        .await;
    assert_eq!(flight.unsettled().unwrap(), [trace(1)]);
}

pub(crate) async fn days_may_come_in_any_order(flight: &Flight) {
    for (number, day) in [(1, 2), (2, 0), (3, 2), (4, -5), (5, 2)] {
        append(flight, received(of_steps(vec![step(trace(1), number)]), days_later(day))).await;
    }
    assert_eq!(recorded(flight, trace(1)).len(), 5);
}

pub(crate) async fn traces_come_page_by_page_in_the_order_they_came(flight: &Flight) {
    let numbers = [5, 3, 9, 1, 7];
    for number in numbers {
        append(flight, of_steps(vec![step(trace(number), 1), step(trace(number), 2)])).await;
    }
    append(flight, of_steps(vec![step(trace(3), 3)])).await;
    let mut after = Place { day: i32::MIN, number: 0 };
    let mut met = Vec::new();
    while let Some(page) =
        Some(flight.received(i32::MIN, after, 2).unwrap()).filter(|page| !page.is_empty())
    {
        assert!(page.len() <= 2 && page.is_sorted());
        after = page.last().unwrap().0;
        met.extend(page.into_iter().map(|(_, trace)| trace));
    }
    assert_eq!(met, numbers.map(trace));
}

pub(crate) async fn the_last_decision_about_a_payload_counts(flight: &Flight) {
    append(flight, of_steps(vec![step(trace(1), 1)])).await;
    assert_eq!(flight.payload(trace(1)).unwrap(), None);
    for keep in [Keep::Error, Keep::Sampled] {
        let payload = Payload { keep, rate: 0.5 };
        let settled = Settlement { payload, ..settled(flight, trace(1), vec![]) };
        append(flight, of_settlements(vec![settled])).await;
    }
    let last = Payload { keep: Keep::Sampled, rate: 0.5 };
    assert_eq!(flight.payload(trace(1)).unwrap(), Some(last));
    assert_eq!(flight.payload(trace(2)).unwrap(), None);
}
