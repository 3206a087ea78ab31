//! Intents, and what becomes of them.

use std::sync::Arc;

use model::Effect;
use response::Who;
use response::intents::{Intended, IntentError, IntentResult, IntentState};
use tokio::sync::Barrier;

use crate::samples::{START, open};

#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn of_results_that_come_at_once_one_stands_and_the_others_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let mayday = open(dir.path(), START);
    let intended = Intended {
        action: "refund".to_owned(),
        target: "order 7".to_owned(),
        authority: "a rule".to_owned(),
        asked_for: "my money".to_owned(),
        effect: Effect::Irreversible,
        ..Intended::default()
    };
    let id = mayday.intend(&Who::Local, intended, [7; 24], START).await.unwrap().id;
    let ready = Arc::new(Barrier::new(8));
    let told = (0..8).map(|_| {
        let (mayday, ready) = (mayday.clone(), Arc::clone(&ready));
        tokio::spawn(async move {
            let detail = None;
            let result = IntentResult { state: IntentState::Done, detail, touched: Vec::new() };
            ready.wait().await;
            mayday.resolve(id, result, START).await
        })
    });
    let told: Vec<_> = told.collect();
    let mut stood = 0;
    for one in told {
        match one.await.unwrap() {
            Ok(_) => stood += 1,
            Err(refused) => assert!(matches!(refused, IntentError::HasResult(..)), "{refused:?}"),
        }
    }
    assert_eq!(stood, 1);
}
