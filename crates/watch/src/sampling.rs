//! Whose payload stays: decided for a whole trace once it has settled, never for a part of it.

use std::collections::{BTreeSet, HashMap, HashSet};

use jiff::SignedDuration;
use model::run::{Keep, Payload};
use model::{Effect, Level, Outcome, Run, Sketch, SpanId, StepKind, TraceId};

/// Whose payload stays.
#[derive(Debug, Clone, PartialEq)]
pub struct Sampling {
    /// The share of ordinary traces whose payload stays, from 0 to 1.
    pub rate: f64,
    /// A trace that used more tokens is an outlier, whose payload always stays.
    pub outlier_tokens: u64,
    /// So is one with more steps.
    pub outlier_steps: usize,
    /// And one that took longer.
    pub outlier_after: SignedDuration,
    /// Tenants, and levels of segments, whose payload always stays.
    pub regulated: BTreeSet<String>,
}

impl Default for Sampling {
    fn default() -> Self {
        Self {
            rate: 1.0,
            outlier_tokens: 200_000,
            outlier_steps: 200,
            outlier_after: SignedDuration::from_mins(30),
            regulated: BTreeSet::new(),
        }
    }
}

impl Sampling {
    /// The same for one tenant: all of a regulated one's payload stays.
    #[must_use]
    pub fn of(&self, tenant: &str) -> Self {
        let rate = if self.regulated.contains(tenant) { 1.0 } else { self.rate };
        Self { rate, ..self.clone() }
    }

    /// Decides, from all that is on record of a trace. The same trace is always decided alike.
    pub fn decide(&self, trace: TraceId, steps: &[Sketch], runs: &[Run]) -> Payload {
        let always = |keep| Payload { keep, rate: 1.0 };
        let may_act = |step: &Sketch| {
            let acts = matches!(step.traits.effect, Effect::Reversible | Effect::Irreversible);
            acts || step.kind == StepKind::Intent
        };
        if self.rate >= 1.0 {
            return always(Keep::Always);
        }
        if steps.iter().any(may_act) {
            return always(Keep::SideEffect);
        }
        let is_bad = |run: &Run| run.outcome == Outcome::Bad;
        if steps.iter().any(|step| step.failed) || runs.iter().any(is_bad) {
            return always(Keep::Error);
        }
        if steps.iter().any(|step| step.traits.guarded) {
            return always(Keep::Guardrail);
        }
        if runs.iter().any(|run| self.is_regulated(run)) {
            return always(Keep::Always);
        }
        if self.is_outlier(steps) {
            return always(Keep::Outlier);
        }
        let keep = if turn(trace) < self.rate { Keep::Sampled } else { Keep::Dropped };
        Payload { keep, rate: self.rate.max(0.0) }
    }

    fn is_regulated(&self, run: &Run) -> bool {
        let mut segments = run.levels.iter().filter(|seen| seen.factor.family() == "segment");
        segments.any(|seen| matches!(&seen.level, Level::Is(one) if self.regulated.contains(one)))
    }

    fn is_outlier(&self, steps: &[Sketch]) -> bool {
        let tokens = tokens(steps);
        let first = steps.iter().map(|step| step.started).min();
        let last = steps.iter().map(|step| step.ended).max();
        let took = first.zip(last).map(|(first, last)| last.duration_since(first));
        tokens > self.outlier_tokens
            || steps.len() > self.outlier_steps
            || took.is_some_and(|took| took > self.outlier_after)
    }
}

/// The tokens of a trace, each counted once: a call that two libraries tell of, one within the
/// other, is told of by both, and the inner one counts.
fn tokens(steps: &[Sketch]) -> u64 {
    let parents: HashMap<SpanId, Option<SpanId>> =
        steps.iter().map(|step| (step.span, step.parent)).collect();
    let mut above: HashSet<SpanId> = HashSet::new();
    for step in steps.iter().filter(|step| step.traits.tokens.is_some()) {
        let mut next = step.parent;
        while let Some(span) = next.filter(|span| above.insert(*span)) {
            next = parents.get(&span).copied().flatten();
        }
    }
    let leaves = steps.iter().filter(|step| !above.contains(&step.span));
    leaves.filter_map(|step| step.traits.tokens).fold(0, u64::saturating_add)
}

/// A trace's place between 0 and 1: from the last seven bytes of its id, which W3C Trace Context
/// level 2 asks to be random, so that others who sample by the same bytes keep the same traces.
fn turn(trace: TraceId) -> f64 {
    let mut bytes = [0; 8];
    bytes[1..].copy_from_slice(&trace.as_bytes()[9..]);
    u64::from_be_bytes(bytes) as f64 / (1_u64 << 56) as f64
}

#[cfg(test)]
mod tests {
    use model::{Factor, Seen, Source, SpanId, Traits};

    use super::*;

    fn trace(last: u64) -> TraceId {
        TraceId::from_bytes(&[[7; 8], last.to_be_bytes()].concat()).unwrap()
    }

    fn step(kind: StepKind, traits: Traits) -> Sketch {
        let at = jiff::Timestamp::UNIX_EPOCH;
        let span = SpanId::from_bytes(&[1; 8]).unwrap();
        let (source, parent, failed) = (Source::Span, None, false);
        Sketch { span, source, parent, kind, started: at, ended: at, failed, traits }
    }

    fn decide(rate: f64, step: Sketch) -> Keep {
        let sampling = Sampling { rate, ..Sampling::default() };
        sampling.decide(trace(u64::MAX >> 8), &[step], &[]).keep
    }

    #[test]
    fn what_acts_or_fails_or_is_guarded_stays_at_any_rate() {
        let plain = || step(StepKind::Model, Traits::default());
        assert_eq!(decide(0.0, plain()), Keep::Dropped);
        assert_eq!(decide(1.0, plain()), Keep::Always);
        let acts = Traits { effect: Effect::Irreversible, ..Traits::default() };
        assert_eq!(decide(0.0, step(StepKind::Tool, acts)), Keep::SideEffect);
        assert_eq!(decide(0.0, step(StepKind::Intent, Traits::default())), Keep::SideEffect);
        assert_eq!(decide(0.0, Sketch { failed: true, ..plain() }), Keep::Error);
        let guarded = Traits { guarded: true, ..Traits::default() };
        assert_eq!(decide(0.0, step(StepKind::Model, guarded)), Keep::Guardrail);
        let large = Traits { tokens: Some(1_000_000), ..Traits::default() };
        assert_eq!(decide(0.0, step(StepKind::Model, large)), Keep::Outlier);
    }

    #[test]
    fn a_call_told_by_two_libraries_one_within_the_other_is_counted_once() {
        let span = |number: u8| SpanId::from_bytes(&[number; 8]);
        let call = |number: u8, parent: Option<u8>, tokens: Option<u64>| Sketch {
            span: span(number).unwrap(),
            parent: parent.and_then(span),
            ..step(StepKind::Model, Traits { tokens, ..Traits::default() })
        };
        let steps = [
            call(1, None, Some(100)),
            call(2, Some(1), None),
            call(3, Some(2), Some(60)),
            call(4, Some(2), Some(40)),
            call(5, None, Some(7)),
        ];
        assert_eq!(tokens(&steps), 107);
    }

    #[test]
    fn of_who_is_regulated_all_stays() {
        let regulated = ["acme".to_owned(), "eu".to_owned()].into();
        let sampling = Sampling { rate: 0.0, regulated, ..Sampling::default() };
        let at = jiff::Timestamp::UNIX_EPOCH;
        let id = model::RunId { trace: trace(1), root: None };
        let run = |region: &str| Run {
            id,
            feature: "help".to_owned(),
            started: at,
            ended: at,
            outcome: Outcome::Good,
            labelled: None,
            cluster: None,
            steps: 1,
            levels: vec![Seen::at(Factor::of("segment", "region"), region)],
        };
        let kept =
            |sampling: &Sampling, region| sampling.decide(trace(1), &[], &[run(region)]).keep;
        assert_eq!(kept(&sampling.of("other"), "us"), Keep::Dropped);
        assert_eq!(kept(&sampling.of("other"), "eu"), Keep::Always);
        assert_eq!(kept(&sampling.of("acme"), "us"), Keep::Always);
    }

    #[test]
    fn the_share_that_stays_is_the_rate() {
        let sampling = Sampling { rate: 0.25, ..Sampling::default() };
        let ids = (0..4_000_u64).map(|n| trace(n.wrapping_mul(0x9e37_79b9_7f4a_7c15)));
        let kept = ids.filter(|id| sampling.decide(*id, &[], &[]).keep == Keep::Sampled).count();
        assert!((900..1_100).contains(&kept), "{kept}");
        assert_eq!(
            sampling.decide(trace(0), &[], &[]),
            Payload { keep: Keep::Sampled, rate: 0.25 }
        );
    }
}
