//! Action items: owned, dated, and bound to a rate that they move.

use model::postmortem::{ActionItem, ItemKind, ItemState};

use super::{Check, causes};

pub(super) fn check(check: &mut Check<'_>) {
    if check.document.items.is_empty() {
        check.found("no-item", "items", "");
    }
    for (number, item) in check.document.items.iter().enumerate() {
        let at = format!("items[{number}]");
        green(check, &at, item);
        contract(check, &at, item);
        if item.owner.is_none() || item.due.is_none() {
            check.found("item-unowned", at.clone(), &item.what);
        }
        if item.layer.is_none() || item.verification.is_none() {
            check.found("item-unverified", at.clone(), &item.what);
        }
        causes::runbook(check, &at, &item.what);
        causes::blame(check, &at, &item.what);
    }
}

/// A closed eval item names a green run with its case; whether that run is on record is looked up.
fn green(check: &mut Check<'_>, at: &str, item: &ActionItem) {
    if item.kind != ItemKind::EvalCoverage || item.state != ItemState::Closed {
        return;
    }
    let Some(run) = &item.contract.green_run else {
        check.found("eval-item-without-green-run", at, &item.what);
        return;
    };
    match &check.beside.green_runs {
        None => {
            let why = format!("{at}: no record was asked whether {run} was green");
            check.linted.not_checked.push(why);
        }
        Some(runs) => {
            let mut of = runs.iter().filter(|(name, _)| name == run);
            let has = |cases: &[&str]| {
                let wanted = &item.contract.cases;
                !wanted.is_empty() && wanted.iter().all(|case| cases.contains(&case.as_str()))
            };
            if !of.any(|(_, cases)| has(cases)) {
                check.found("eval-item-without-green-run", at, run);
            }
        }
    }
}

fn contract(check: &mut Check<'_>, at: &str, item: &ActionItem) {
    let contract = &item.contract;
    let moves = match (contract.baseline, contract.target) {
        (Some(baseline), Some(target)) => match item.kind {
            ItemKind::EscalationThreshold => (baseline - target).abs() > f64::EPSILON,
            _ => target < baseline,
        },
        _ => false,
    };
    let again = item.kind != ItemKind::EscalationThreshold || contract.again_after.is_some();
    let case = item.kind != ItemKind::EvalCoverage || !contract.cases.is_empty();
    if contract.eval.is_none() || !moves || !again || !case {
        check.found("item-without-contract", at, &item.what);
    }
    let unproven = contract.cases.is_empty() || contract.pass.is_empty();
    if item.kind == ItemKind::Guardrail && unproven {
        check.found("guardrail-unproven", at, &item.what);
    }
}
