//! What agents did outside, and what became of it.

use model::course::{ActionsRevised, Compensation, Dated, Reversibility};
use model::{Effect, SpanId};

use super::{Act, Actions, Came, actions};
use crate::tests::at;

fn act(number: u64, tool: &str, effect: Effect, came: Came) -> Act {
    Act {
        run: format!("run_{:032x}", number + 1).parse().unwrap(),
        step: SpanId::from_bytes(&(number + 1).to_be_bytes()).unwrap(),
        at: at(number as i64),
        tool: tool.to_owned(),
        effect,
        came,
        touched: vec![],
    }
}

fn said(
    of: Option<&Act>,
    tool: &str,
    reversibility: Reversibility,
    compensation: Compensation,
) -> Dated<ActionsRevised> {
    let what = ActionsRevised {
        incident: "inc_1".parse().unwrap(),
        run: of.map(|act| act.run),
        step: None,
        tool: tool.to_owned(),
        reversibility,
        compensation,
        because: "asked the bank".to_owned(),
    };
    Dated { at: at(200), by: "ada".to_owned(), person: true, what }
}

#[test]
fn actions_are_counted_by_whether_they_can_be_taken_back() {
    let acts = [
        act(1, "refund", Effect::Irreversible, Came::Done),
        act(2, "refund", Effect::Irreversible, Came::Failed),
        act(3, "refund", Effect::Irreversible, Came::Open),
        act(4, "draft", Effect::Reversible, Came::Done),
        act(5, "odd", Effect::Unknown, Came::Done),
    ];
    let (counts, tools) = actions(&acts, &[], Actions { silent: 2, ..Actions::default() });
    let expected =
        Actions { reversible: 1, irreversible: 1, in_flight: 1, silent: 3, open: 2, unread: 0 };
    assert_eq!(counts, expected);
    let refund = tools.iter().find(|tool| tool.tool == "refund").unwrap();
    assert_eq!((refund.done, refund.failed, refund.open), (1, 1, 1));
}

#[test]
fn what_was_lost_turns_out_restored_and_both_stay_on_record() {
    let acts = [
        act(1, "delete", Effect::Irreversible, Came::Done),
        act(2, "delete", Effect::Irreversible, Came::Done),
    ];
    let lost = said(None, "delete", Reversibility::Irreversible, Compensation::Begun);
    let restored = said(Some(&acts[0]), "delete", Reversibility::Restored, Compensation::Done);
    let (before, _) = actions(&acts, std::slice::from_ref(&lost), Actions::default());
    assert_eq!((before.irreversible, before.open), (2, 2));
    let (after, tools) = actions(&acts, &[lost, restored], Actions::default());
    assert_eq!((after.irreversible, after.reversible, after.open), (1, 1, 1));
    assert_eq!(tools[0].said.len(), 2);
}
