//! When an action item is done: by what was measured, and never because somebody says so.
//!
//! Every kind of item has the contract of a named eval, a baseline and a target. [`by_eval`] and
//! [`by_guardrail`] look at runs of that eval, [`by_threshold`] at what agents did, and
//! [`by_looking`] at whether an item that is none of these says how it would be shown. Each gives
//! the proof, or what is still missing. [`broken_by`] says when a later run takes a proof back.

mod words;

use model::lesson::{ItemProof, Reopening};
use model::postmortem::{ActionItem, Contract, ItemKind};
use model::{BehaviourRate, IncidentId, Measured};

pub use words::NotYet;

/// The name and the version of the eval that a contract names: `answers@3`, or `answers`.
///
/// Without a version, every version counts.
pub fn eval_of(contract: &Contract) -> Option<(&str, Option<&str>)> {
    let named = contract.eval.as_deref()?.trim();
    let (name, version) = match named.rsplit_once('@') {
        Some((name, version)) if !name.is_empty() && !version.is_empty() => (name, Some(version)),
        _ => (named, None),
    };
    (!name.is_empty()).then_some((name, version))
}

/// Closes an item of an eval: its cases failed as the incident ran, and pass in a green run since.
///
/// `runs` are the runs of the eval in the order in which they ran. Those whose configuration is
/// the incident's own id ran as the incident did.
pub fn by_eval(item: &ActionItem, of: &IncidentId, runs: &[Measured]) -> Result<ItemProof, NotYet> {
    let contract = &item.contract;
    let cases = named(&contract.cases)?;
    let target = contract.target.ok_or(NotYet::NoTarget)?;
    let (_, version) = eval_of(contract).ok_or(NotYet::NoEval)?;
    let is_own = |run: &&Measured| run.configuration.as_deref() == Some(of.as_str());
    let failed =
        |case: &String, run: &Measured| run.cases.iter().any(|one| one.case == *case && one.k > 0);
    let red = runs.iter().find(|run| is_own(run) && cases.iter().all(|case| failed(case, run)));
    let red = red.ok_or_else(|| NotYet::NotRed { cases: cases.to_vec(), incident: of.clone() })?;
    let since = runs.iter().filter(|run| run.at > red.at && !is_own(run));
    let mut since = since.filter(|run| version.is_none_or(|version| run.version == version));
    let has_all = |run: &&Measured| cases.iter().all(|case| run.has(case));
    let green =
        since.rfind(has_all).ok_or_else(|| NotYet::NotIncluded { cases: cases.to_vec() })?;
    if !green.is_green() {
        return Err(NotYet::NotGreen { run: green.id.clone(), rate: green.rate() });
    }
    let rate = green.rate_of(|case| cases.iter().any(|one| one == case));
    if rate.high > target {
        return Err(NotYet::TooFew { rate, target, would_do: trials_for(target) });
    }
    Ok(ItemProof::Eval { red: red.id.clone(), green: green.id.clone(), rate })
}

/// Closes a guardrail: one run shows that it stops what it must and lets pass what it must.
pub fn by_guardrail(item: &ActionItem, runs: &[Measured]) -> Result<ItemProof, NotYet> {
    let contract = &item.contract;
    let stop = named(&contract.cases)?;
    if contract.pass.is_empty() {
        return Err(NotYet::NothingMustPass);
    }
    let (_, version) = eval_of(contract).ok_or(NotYet::NoEval)?;
    let all: Vec<&String> = stop.iter().chain(&contract.pass).collect();
    let has_all = |run: &&Measured| all.iter().all(|case| run.has(case));
    let mut of = runs.iter().filter(|run| version.is_none_or(|version| run.version == version));
    let run = of.rfind(has_all);
    let run =
        run.ok_or_else(|| NotYet::NotIncluded { cases: all.into_iter().cloned().collect() })?;
    match failing(contract, run) {
        Some(case) => Err(NotYet::CaseFails { run: run.id.clone(), case }),
        None => Ok(ItemProof::Guardrail { run: run.id.clone() }),
    }
}

/// Closes a threshold: the share of uses about which nobody was asked is where it was to be.
///
/// `share` is that share since the item was opened, with uses as `n` and those alone as `k`.
pub fn by_threshold(item: &ActionItem, share: BehaviourRate) -> Result<ItemProof, NotYet> {
    let contract = &item.contract;
    eval_of(contract).ok_or(NotYet::NoEval)?;
    let (from, to) = contract.baseline.zip(contract.target).ok_or(NotYet::NoTarget)?;
    contract.again_after.ok_or(NotYet::NeverAgain)?;
    let there = if to < from { share.high <= to } else { share.low >= to };
    match there {
        true => Ok(ItemProof::Threshold { share, uses: share.n }),
        false => Err(NotYet::NotThere { share, from, to }),
    }
}

/// Closes an item that names no eval: it has an owner, a date, a layer, and says how it is shown.
pub fn by_looking(item: &ActionItem, because: &str) -> Result<ItemProof, NotYet> {
    let lacks = [
        ("an owner", item.owner.is_none()),
        ("a due date", item.due.is_none()),
        ("a layer", item.layer.is_none()),
        ("a verification", item.verification.is_none()),
    ];
    let lacks: Vec<&str> = lacks.into_iter().filter_map(|(what, it)| it.then_some(what)).collect();
    match lacks.is_empty() {
        true => Ok(ItemProof::Looked { because: because.to_owned() }),
        false => Err(NotYet::Lacks { lacks: lacks.join(", ") }),
    }
}

/// What a later run of its eval takes back of an item that was closed.
///
/// A run as an incident ran proves nothing here, and one of some cases alone misses none.
pub fn broken_by(item: &ActionItem, proof: &ItemProof, later: &Measured) -> Option<Reopening> {
    let contract = &item.contract;
    let (_, version) = eval_of(contract)?;
    let is_own = later.configuration.as_ref().is_some_and(|name| name.starts_with("inc_"));
    if is_own || version.is_some_and(|version| later.version != version) {
        return None;
    }
    let run = later.id.clone();
    let wanted = contract.cases.iter().chain(&contract.pass);
    let dropped = wanted.into_iter().find(|case| !later.has(case)).filter(|_| !later.partial);
    if let Some(case) = dropped {
        return Some(Reopening::CaseDropped { run, case: case.clone() });
    }
    let fails = match proof {
        ItemProof::Eval { .. } => {
            let rate = later.rate_of(|case| contract.cases.iter().any(|one| one == case));
            contract.target.is_some_and(|target| rate.low > target)
        }
        ItemProof::Guardrail { .. } => failing(contract, later).is_some(),
        ItemProof::Threshold { .. } | ItemProof::Looked { .. } => false,
    };
    fails.then_some(Reopening::FailsAgain { run })
}

/// Whether so many uses have passed since a threshold was closed that it is to be looked at again.
pub fn due_again(item: &ActionItem, closed_at: u64, uses: u64) -> Option<Reopening> {
    let after = item.contract.again_after.filter(|_| item.kind == ItemKind::EscalationThreshold)?;
    (uses >= closed_at.saturating_add(after)).then_some(Reopening::DueAgain { uses })
}

/// The fewest trials without a failure whose upper limit is at a target; none if no number is.
pub fn trials_for(target: f64) -> Option<u64> {
    // Wilson's upper limit for 0 of n is z² / (n + z²).
    let z2 = model::rate::Z95 * model::rate::Z95;
    (target > 0.0).then(|| (z2 / target - z2).ceil().max(1.0) as u64)
}

fn named(cases: &[String]) -> Result<&[String], NotYet> {
    if cases.is_empty() { Err(NotYet::NoCase) } else { Ok(cases) }
}

/// A case that a guardrail must stop or let pass and that fails.
fn failing(contract: &Contract, run: &Measured) -> Option<String> {
    let all = contract.cases.iter().chain(&contract.pass);
    let fails = |case: &&String| run.cases.iter().any(|one| one.case == **case && one.k > 0);
    all.into_iter().find(fails).cloned()
}

#[cfg(test)]
mod tests;
