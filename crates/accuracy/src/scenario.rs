//! The scenarios: each a plan drawn from a seed, with the truth about it.

use jiff::Timestamp;
use model::Verdict;
use rand::seq::{IndexedRandom, SliceRandom};
use rand::{Rng, RngExt};

use crate::plan::{Change, Crowd, Failing, Hidden, Labels, Part, Plan, Reach, Tenants, What};

use crate::world::instant;

mod told;

/// What is the case, and what in the record identifies it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Truth {
    /// The right word.
    pub(crate) verdict: Verdict,
    /// Another that is right as well, where nothing happened at a moment.
    pub(crate) or: Option<Verdict>,
    /// What may be named first: every factor that shows the cause.
    pub(crate) causes: Vec<String>,
    /// The surface that is to blame, if one is, whether or not the record shows it.
    pub(crate) guilty: Option<&'static str>,
    /// The surface of which nothing is recorded, if there is one.
    pub(crate) silent: Option<&'static str>,
    /// When behaviour changed, if it did at a moment.
    pub(crate) onset: Option<Timestamp>,
    /// What carries the first cause's part of the rise, where runs beside it tell how much.
    pub(crate) carried: Option<Carrier>,
}

/// Where the harm of the first cause comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Carrier {
    /// Changes on record.
    Changes,
    /// Something else.
    Hidden,
}

/// A scenario: its name, what identifies its cause, and how it is drawn.
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    /// What in the record identifies the cause, or why nothing does.
    pub(crate) identified_by: &'static str,
    pub(crate) draw: fn(&mut Draw) -> (Plan, Truth),
}

/// A plan in the making.
pub(crate) struct Draw<'a> {
    pub(crate) random: &'a mut dyn Rng,
}

/// Every scenario.
pub(crate) const SCENARIOS: &[Scenario] = &[
    of("prompt-edit", "a new hash of the prompt in every run since", |d| {
        d.caused(PROMPT, Far::All)
    }),
    of("prompt-rolled-out", "runs with and without it side by side", |d| {
        d.caused(PROMPT, Far::Over)
    }),
    of("prompt-in-2-percent", "a new hash in 2 % of the runs", |d| d.caused(PROMPT, Far::Few)),
    of("alias-served", "the answer names another model", |d| d.caused(What::Served, Far::Over)),
    of("tool-shape", "answers of another shape, in part of the runs", |d| {
        d.caused(What::Shape, Far::Part)
    }),
    of("tool-definition", "a new hash of the definition", |d| d.caused(What::Schema, Far::All)),
    of("index-rebuilt", "another build, in runs that search it", |d| {
        d.caused(What::Index, Far::All)
    }),
    of("embedding-mismatch", "another model embeds questions", |d| {
        d.caused(What::Embedding, Far::Over)
    }),
    of("parameters", "another temperature", |d| d.caused(What::Parameters, Far::Part)),
    of("constraint-lost", "another rule cuts the context", |d| d.caused(What::Context, Far::All)),
    of("region-skew", "a new prompt in one region only", region_skew),
    of("one-of-eleven-edits", "only one edit fits the onset", one_of_eleven),
    of("two-faults", "each carries a part, beside runs without it", two_faults),
    of("half-of-it", "one change carries a part; nothing on record the rest", half_of_it),
    of("labels-missing", "as tool-shape, with two in five outcomes unknown", labels_missing),
    of("own-rates", "as prompt-rolled-out, with customers of very different rates", own_rates),
    of("same-runs", "nothing: a deploy and a prompt on the same runs", same_runs),
    of("one-replica", "the rate rises in one replica", one_replica),
    of("judge-swapped", "the judge's configuration changes; behaviour does not", judge_swapped),
    of("mix-only", "shares of plans change; no plan's rate does", mix_only),
    of("new-tenant", "a new large customer with more bad runs", new_tenant),
    of("alias-silent", "nothing: the answer does not say which model", alias_silent),
    of("prompt-not-recorded", "nothing: prompts are not recorded", prompt_silent),
    of("out-of-nowhere", "nothing", out_of_nowhere),
    of("slow-drift", "nothing: it gets worse over hours", slow_drift),
    of("day-cycle", "nothing: a daily cycle", day_cycle),
    of("clusters", "nothing: customers of very different rates", clusters),
    of("nothing", "nothing happens", |d| d.steady(600.0)),
    of("quiet", "too few runs", |d| d.steady(0.8)),
    of("labels-late", "nothing: bad runs are told of sooner than good ones", told::late),
    of("labels-late-and-a-fault", "as prompt-rolled-out, at equal age of labels", told::late_fault),
    of(
        "two-sources",
        "as prompt-rolled-out; users tell of fewer than the judge",
        told::two_sources,
    ),
    of("judge-stricter", "by its verdicts the rate rose, by what users say it did not", |d| {
        told::judged(d, told::Turn::Stricter)
    }),
    of("judge-lenient", "by what users say the rate rose, by its verdicts it did not", |d| {
        told::judged(d, told::Turn::Lenient)
    }),
    of(
        "sampled-otherwise",
        "nothing: fewer runs are kept from an hour on, often good ones only",
        told::sampled,
    ),
    of(
        "sampled-and-a-fault",
        "as prompt-rolled-out, at the weight of each run",
        told::sampled_fault,
    ),
    of("week-cycle", "nothing: every weekend is worse", told::week_cycle),
    of(
        "weekend-fault",
        "a new prompt in part of the runs, at a weekend, which is always worse",
        told::weekend,
    ),
    of("tool-fails", "more answers that are errors, in runs that call the tool", tool_fails),
    of("tool-fails-in-one-replica", "the same in one replica only", tool_fails_in_one_replica),
];

const PROMPT: What = What::Prompt("main");

const fn of(
    name: &'static str,
    identified_by: &'static str,
    draw: fn(&mut Draw) -> (Plan, Truth),
) -> Scenario {
    Scenario { name, identified_by, draw }
}

/// How far a change gets.
#[derive(Clone, Copy, PartialEq)]
enum Far {
    /// To all runs at once.
    All,
    /// To more and more of them.
    Over,
    /// To a good part of them.
    Part,
    /// To a few.
    Few,
}

impl Draw<'_> {
    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.random.random::<f64>()
    }

    /// A day on which nothing is wrong, with changes that do no harm.
    fn day(&mut self) -> Plan {
        let part = |name, weight: f64| Part { name, weight: [weight; 2], adds: 0.0 };
        let plans = vec![part("free", 0.6), part("pro", 0.3), part("team", 0.1)];
        let regions = vec![part("eu", 0.5), part("us", 0.35), part("ap", 0.15)];
        let crowd = |factor, parts| Crowd { factor, parts, turns: f64::INFINITY };
        let harmless = [What::Prompt("writer"), What::Code, What::Parameters, What::Schema];
        let changes = (0..self.random.random_range(0..7)).map(|_| {
            let what = *harmless.choose(self.random).unwrap_or(&What::Code);
            Change::harmless(what, 24.0 * self.random.random::<f64>())
        });
        let changes = changes.collect();
        let swing = if self.random.random_bool(0.3) { self.between(0.05, 0.4) } else { 0.0 };
        let own = Tenants { count: 80, spread: 0.06 };
        let tenants = self.random.random_bool(0.3).then_some(own);
        Plan {
            hours: 24.0,
            per_hour: self.between(100f64.ln(), 1000f64.ln()).exp(),
            base: self.between(0.02, 0.06),
            swing,
            crowds: vec![crowd("segment:plan", plans), crowd("region", regions)],
            tenants,
            known: [1.0; 2],
            labels: Labels::AtOnce,
            kept: None,
            weekend: 0.0,
            asked: None,
            changes,
            hidden: Vec::new(),
            failing: None,
            replicas: 4,
            silent: Vec::new(),
            is_instrumented: false,
        }
    }

    fn onset(&mut self) -> f64 {
        self.between(13.0, 21.0)
    }

    /// A day on which nothing gets worse.
    fn steady(&mut self, per_hour: f64) -> (Plan, Truth) {
        let plan = Plan { per_hour, ..self.day() };
        let verdict = if per_hour < 10.0 { Verdict::InsufficientData } else { Verdict::NoChange };
        (plan, nobody(verdict, None))
    }

    /// A day with one change that does harm.
    fn caused(&mut self, what: What, far: Far) -> (Plan, Truth) {
        let (mut plan, at) = (self.day(), self.onset());
        plan.changes.retain(|change| change.what != what);
        let (reaches, adds) = match far {
            Far::All => (Reach::At(at), self.between(0.06, 0.2)),
            Far::Over => (Reach::Over(at, at + self.between(0.5, 2.0)), self.between(0.08, 0.25)),
            Far::Part => (Reach::Share(at, self.between(0.25, 0.7)), self.between(0.12, 0.3)),
            Far::Few => (Reach::Share(at, 0.02), self.between(0.7, 0.9)),
        };
        plan.changes.push(Change { what, reaches, only: None, adds });
        let onset = (far != Far::Over).then(|| instant(at));
        let beside = matches!(far, Far::Part | Far::Few);
        (plan, Truth { onset, ..to_blame(what, beside.then_some(Carrier::Changes)) })
    }

    /// A day on which something gets worse that no change on record brings about.
    fn unseen(&mut self) -> (Plan, f64) {
        let (mut plan, at) = (self.day(), self.onset());
        let adds = self.between(0.06, 0.2);
        plan.hidden.push(Hidden { at, ramp: 0.0, only: None, adds });
        (plan, at)
    }
}

/// The surface that something belongs to.
pub(crate) fn surface(what: What) -> &'static str {
    match what {
        What::Prompt(_) | What::Context => "prompt",
        What::Served | What::Parameters => "model",
        What::Shape | What::Schema => "tool",
        What::Index | What::Embedding => "retrieval",
        What::Judge => "eval",
        What::Code => "code",
    }
}

fn to_blame(what: What, carried: Option<Carrier>) -> Truth {
    let guilty = Some(surface(what));
    let causes = what.factors();
    Truth { causes, guilty, carried, ..nobody(Verdict::Moved, None) }
}

fn nobody(verdict: Verdict, onset: Option<Timestamp>) -> Truth {
    let causes = Vec::new();
    Truth { verdict, or: None, causes, guilty: None, silent: None, onset, carried: None }
}

fn region_skew(draw: &mut Draw) -> (Plan, Truth) {
    let (mut plan, mut truth) = draw.caused(PROMPT, Far::All);
    if let Some(change) = plan.changes.last_mut() {
        change.only = Some(("region", "us"));
        change.adds += 0.05;
    }
    truth.carried = Some(Carrier::Changes);
    (plan, truth)
}

fn one_of_eleven(draw: &mut Draw) -> (Plan, Truth) {
    let (mut plan, truth) = draw.caused(PROMPT, Far::All);
    let at = plan.changes.last().map_or(0.0, |change| change.reaches.begins());
    for (place, what) in
        [What::Prompt("writer"), What::Prompt("router")].into_iter().cycle().take(10).enumerate()
    {
        let away = draw.between(0.7, 6.0) * if place % 2 == 0 { -1.0 } else { 1.0 };
        plan.changes.push(Change::harmless(what, (at + away).clamp(1.0, 23.0)));
    }
    plan.changes.shuffle(draw.random);
    (plan, truth)
}

fn two_faults(draw: &mut Draw) -> (Plan, Truth) {
    let (mut plan, at) = (draw.day(), draw.onset());
    plan.changes.retain(|change| change.what != What::Shape && change.what != PROMPT);
    for what in [PROMPT, What::Shape] {
        let reaches = Reach::Share(at + draw.between(-0.4, 0.4), draw.between(0.35, 0.6));
        plan.changes.push(Change { what, reaches, only: None, adds: draw.between(0.15, 0.25) });
    }
    let causes = PROMPT.factors().into_iter().chain(What::Shape.factors()).collect();
    (plan, Truth { causes, ..nobody(Verdict::Several, None) })
}

fn half_of_it(draw: &mut Draw) -> (Plan, Truth) {
    let (mut plan, at) = (draw.day(), draw.onset());
    plan.changes.retain(|change| change.what != PROMPT);
    let (share, adds) = (draw.between(0.4, 0.6), draw.between(0.12, 0.2));
    let reaches = Reach::Share(at, share);
    plan.changes.push(Change { what: PROMPT, reaches, only: None, adds });
    let rest = share * adds * draw.between(0.2, 0.6);
    plan.hidden.push(Hidden { at, ramp: 0.0, only: None, adds: rest });
    let carried = Some(Carrier::Changes);
    (plan, Truth { onset: Some(instant(at)), ..to_blame(PROMPT, carried) })
}

fn labels_missing(draw: &mut Draw) -> (Plan, Truth) {
    let (plan, truth) = draw.caused(What::Shape, Far::Part);
    let known = [draw.between(0.85, 0.98), draw.between(0.5, 0.7)];
    (Plan { known, ..plan }, truth)
}

fn own_rates(draw: &mut Draw) -> (Plan, Truth) {
    let (plan, truth) = draw.caused(PROMPT, Far::Over);
    (Plan { tenants: Some(Tenants { count: 60, spread: 0.1 }), ..plan }, truth)
}

fn same_runs(draw: &mut Draw) -> (Plan, Truth) {
    let (mut plan, truth) = draw.caused(PROMPT, Far::All);
    let at = plan.changes.last().map_or(0.0, |change| change.reaches.begins());
    plan.changes.retain(|change| change.what != What::Code);
    plan.changes.push(Change::harmless(What::Code, at));
    let causes = truth.causes.into_iter().chain(What::Code.factors()).collect();
    (plan, Truth { verdict: Verdict::Inseparable, causes, ..truth })
}

fn one_replica(draw: &mut Draw) -> (Plan, Truth) {
    let (mut plan, at) = (draw.day(), draw.onset());
    let (only, adds) = (Some(("replica", "pod-2")), draw.between(0.2, 0.5));
    plan.hidden.push(Hidden { at, ramp: 0.0, only, adds });
    let truth = nobody(Verdict::Infrastructure, Some(instant(at)));
    let causes = vec!["replica".to_owned()];
    (
        plan,
        Truth { causes, guilty: Some("infrastructure"), carried: Some(Carrier::Hidden), ..truth },
    )
}

/// A tool of which a few calls fail at all times, and many from some moment on.
fn failing(draw: &mut Draw, share: [f64; 2]) -> Failing {
    let usual = draw.between(0.002, 0.03);
    let share = draw.between(share[0], share[1]);
    Failing { usual, at: draw.onset(), only: None, share, adds: draw.between(0.4, 0.8) }
}

fn tool_fails(draw: &mut Draw) -> (Plan, Truth) {
    let mut plan = draw.day();
    let failing = failing(draw, [0.15, 0.6]);
    plan.failing = Some(failing);
    let truth = to_blame(What::Shape, None);
    (plan, Truth { onset: Some(instant(failing.at)), ..truth })
}

fn tool_fails_in_one_replica(draw: &mut Draw) -> (Plan, Truth) {
    let mut plan = draw.day();
    let only = Some(("replica", "pod-2"));
    let failing = Failing { only, ..failing(draw, [0.3, 0.9]) };
    plan.failing = Some(failing);
    plan.replicas = draw.random.random_range(3..13);
    let truth = nobody(Verdict::Infrastructure, Some(instant(failing.at)));
    let causes = vec!["replica".to_owned()];
    (plan, Truth { causes, guilty: Some("infrastructure"), ..truth })
}

fn judge_swapped(draw: &mut Draw) -> (Plan, Truth) {
    let (plan, truth) = draw.caused(What::Judge, Far::All);
    (plan, Truth { verdict: Verdict::Measurement, ..truth })
}

fn mix_only(draw: &mut Draw) -> (Plan, Truth) {
    let (mut plan, at) = (draw.day(), draw.onset());
    let moved = draw.between(0.35, 0.5);
    let part = |name, weight, adds| Part { name, weight, adds };
    plan.crowds[0] = Crowd {
        factor: "segment:plan",
        parts: vec![
            part("free", [0.6, 0.6 - moved], 0.0),
            part("pro", [0.25, 0.25 + moved / 2.0], draw.between(0.12, 0.2)),
            part("team", [0.15, 0.15 + moved / 2.0], draw.between(0.2, 0.3)),
        ],
        turns: at,
    };
    let truth = nobody(Verdict::TrafficMix, Some(instant(at)));
    (plan, Truth { causes: vec!["segment:plan".to_owned()], guilty: Some("traffic"), ..truth })
}

fn new_tenant(draw: &mut Draw) -> (Plan, Truth) {
    let (mut plan, at) = (draw.day(), draw.onset());
    let crowd = &mut plan.crowds[0];
    let (weight, adds) = ([0.0, draw.between(0.2, 0.5)], draw.between(0.15, 0.3));
    crowd.parts.push(Part { name: "megacorp", weight, adds });
    crowd.turns = at;
    let truth = nobody(Verdict::TrafficMix, Some(instant(at)));
    (plan, Truth { causes: vec!["segment:plan".to_owned()], guilty: Some("traffic"), ..truth })
}

fn alias_silent(draw: &mut Draw) -> (Plan, Truth) {
    let (mut plan, truth) = draw.caused(What::Served, Far::All);
    plan.silent.push("model_served");
    let (guilty, silent) = (Some("model"), Some("model"));
    (plan, Truth { guilty, silent, ..nobody(Verdict::Unexplained, truth.onset) })
}

fn prompt_silent(draw: &mut Draw) -> (Plan, Truth) {
    let (mut plan, truth) = draw.caused(PROMPT, Far::All);
    plan.silent.extend(["prompt", "prompt_undated", "prompt_text"]);
    (
        plan,
        Truth {
            guilty: Some("prompt"),
            silent: Some("prompt"),
            ..nobody(Verdict::Unexplained, truth.onset)
        },
    )
}

fn out_of_nowhere(draw: &mut Draw) -> (Plan, Truth) {
    let (plan, at) = draw.unseen();
    (plan, nobody(Verdict::Unexplained, Some(instant(at))))
}

fn slow_drift(draw: &mut Draw) -> (Plan, Truth) {
    let (mut plan, _) = draw.unseen();
    let ramp = draw.between(4.0, 8.0);
    plan.hidden.iter_mut().for_each(|hidden| hidden.ramp = ramp);
    (plan, nobody(Verdict::Unexplained, None))
}

fn day_cycle(draw: &mut Draw) -> (Plan, Truth) {
    let swing = draw.between(0.4, 0.9);
    (Plan { swing, ..draw.day() }, either())
}

fn clusters(draw: &mut Draw) -> (Plan, Truth) {
    let tenants = Some(Tenants { count: 40, spread: 0.15 });
    (Plan { tenants, ..draw.day() }, either())
}

/// A rate that swings: that it rose is right, and that it did not.
fn either() -> Truth {
    Truth { or: Some(Verdict::Unexplained), ..nobody(Verdict::NoChange, None) }
}
