//! Intents, and what becomes of them.

use model::Effect;
use response::intents::{Intended, IntentError, IntentResult, IntentState};
use response::{Mayday, Settings, Who};

use crate::samples::START;

#[tokio::test]
async fn of_two_results_that_come_at_once_one_stands_and_the_other_is_refused() {
    let mayday = Mayday::in_memory(Settings::default(), START).unwrap();
    let intended = Intended {
        action: "refund".to_owned(),
        target: "order 7".to_owned(),
        authority: "a rule".to_owned(),
        asked_for: "my money".to_owned(),
        effect: Effect::Irreversible,
        ..Intended::default()
    };
    let intent = mayday.intend(&Who::Local, intended, [7; 24], START).await.unwrap();
    let came = |state| {
        let result = IntentResult { state, detail: None, touched: Vec::new() };
        mayday.resolve(intent.id, result, START)
    };
    let (done, failed) = tokio::join!(came(IntentState::Done), came(IntentState::Failed));
    let refused: Vec<_> = [done, failed].into_iter().filter_map(Result::err).collect();
    assert!(matches!(refused[..], [IntentError::HasResult(..)]), "{refused:?}");
}
