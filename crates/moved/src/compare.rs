//! The comparison: from a table and two windows to a report.

use std::collections::BTreeMap;

use model::report::{
    Basis, Change, ChangedWith, ChosenBy, Mover as Moved, Report, SurfaceState, SurfaceVerdict,
    Verdict, Windows,
};
use model::surface::Effect;
use model::{Catalogue, Interval, Role, Window};

use crate::census::Side;
use crate::chance::Pace;
use crate::contrast::{Contrast, contrast};
use crate::dependence::{self, Between};
use crate::exposure::{Sides, risen};
use crate::table::{Column, State, Table};
use crate::together::{self, Relation};
use crate::weigh::{self, Beside, Mover};
use crate::windows::{ALONE, FOUND_BY_SEARCH, halves, rise_in_a_place, surest_rise};
use crate::{arrival, disagree, episodes, labelling, locate, mix, onset, rise, shares, surface};

/// Compares the incident's runs with the baseline's and says what moved.
///
/// Levels that changed come first; where none of them carries the rise, the cells are searched.
/// Windows drawn where one place got worse serve only to name that place.
pub fn compare(
    table: &Table,
    catalogue: &Catalogue,
    windows: Windows,
    feature: Option<&str>,
) -> Report {
    let report = look(table, catalogue, windows, feature);
    let whole = Window { start: windows.baseline.start, end: windows.incident.end };
    match windows.chosen_by {
        ChosenBy::PlaceChangePoint if report.movers.is_empty() => {
            look(table, catalogue, halves(whole), feature)
        }
        _ => report,
    }
}

fn look(table: &Table, catalogue: &Catalogue, windows: Windows, feature: Option<&str>) -> Report {
    let sides = Sides::of(table, &windows);
    let age = labelling::age(table, &sides);
    let seen = age.map(|age| age.seen(table));
    let (table, sides) = match &seen {
        Some(seen) => (seen, Sides::of(seen, &windows)),
        None => (table, sides),
    };
    let mut report = measured(table, windows, &sides);
    report.labelling = labelling::of(table, &sides, age);
    report.feature = feature.map(str::to_owned);
    if age.is_some() && vanishes_at_equal_age(&report, table, &sides) {
        rise::not_at_equal_age(&mut report);
    } else if rise::is_proven(&mut report) || arrived(&report, table, &sides) {
        let movers = explain(&mut report, table, catalogue, &sides);
        if report.verdict == Verdict::Unexplained && report.movers.is_empty() {
            locate::add(&mut report, table, &sides);
        }
        if !report.movers.is_empty() && is_of_runs(report.verdict) {
            locate::one_place(&mut report, table, &sides, &movers);
        }
        ruler(&mut report, table, catalogue, &sides);
    } else if let Some(told) = in_a_place(&report, table, catalogue, &sides) {
        report = told;
    } else if rise::is_shown(&report) {
        report.mix = mix::of(table, &sides);
        let rise = report.outcome.delta_pp.unwrap_or(0.0);
        if report.mix.as_ref().is_some_and(|mix| mix::carries(mix, rise)) {
            report.verdict = Verdict::TrafficMix;
            report.why = who_came(&report, &[]);
        }
    }
    if report.verdict == Verdict::NoChange || report.verdict == Verdict::InsufficientData {
        hidden_by_ruler(&mut report, table, catalogue, &sides);
    }
    if report.surfaces.is_empty() {
        report.surfaces =
            surface::verdicts(table, &sides, catalogue, &[], surface::Rise::NotProven);
    }
    report
}

/// Whether windows that a search drew, over outcomes of every age, hold no rise that it would have
/// found among outcomes of one age.
fn vanishes_at_equal_age(report: &Report, table: &Table, sides: &Sides) -> bool {
    let rows = sides.before.start..sides.during.end;
    report.windows.chosen_by == ChosenBy::ChangePoint && surest_rise(table, rows).is_none()
}

/// Whether a level arrived whose runs are surely worse than all others: then something rose, though
/// the rate of all runs need not show it. Not where they do show it and that is ordinary.
fn arrived(report: &Report, table: &Table, sides: &Sides) -> bool {
    let design_effect = design_effect(report);
    let rows = sides.before.start..sides.during.end;
    let surely = |new: arrival::Arrival| {
        new.first >= sides.earliest_change && new.gain >= FOUND_BY_SEARCH * design_effect
    };
    let may_have_risen = report.outcome.high_pp.is_some_and(|high| high > 0.0);
    let has_both = rise::is_enough(&report.outcome);
    has_both
        && may_have_risen
        && !rise::is_visible(report)
        && arrival::worst(table, rows).is_some_and(surely)
}

/// Whether a verdict says that the runs themselves got worse: not the mix, and not the ruler.
fn is_of_runs(verdict: Verdict) -> bool {
    use Verdict::{Inseparable, Moved, Several, Unexplained};
    matches!(verdict, Moved | Inseparable | Several | Unexplained)
}

/// What there is to say where the rate of one place's runs surely rose and that of all runs does
/// not show it: the place, or nothing.
fn in_a_place(
    report: &Report,
    table: &Table,
    catalogue: &Catalogue,
    sides: &Sides,
) -> Option<Report> {
    let rows = sides.before.start..sides.during.end;
    let (first, gain) = rise_in_a_place(table, rows)?;
    let design_effect = design_effect(report);
    let surely =
        first >= sides.earliest_change && gain >= (FOUND_BY_SEARCH + ALONE) * design_effect;
    let disagree = || disagree::of(table, sides, design_effect).is_some();
    if !surely || !rise::is_enough(&report.outcome) || rise::is_visible(report) || disagree() {
        return None;
    }
    let mut told = report.clone();
    let movers = explain(&mut told, table, catalogue, sides);
    locate::one_place(&mut told, table, sides, &movers).then_some(told)
}

/// A report of how the outcome changed, with no answer yet.
pub(crate) fn measured(table: &Table, windows: Windows, sides: &Sides) -> Report {
    let between = Between::of(table, &windows);
    let dependence = dependence::of(table, sides, between);
    Report {
        verdict: Verdict::NoChange,
        why: String::new(),
        feature: None,
        windows,
        outcome: rise::change(table, sides, between, dependence.design_effect),
        onset: None,
        movers: Vec::new(),
        suspects: Vec::new(),
        residual_pp: None,
        mix: None,
        labelling: None,
        dependence: Some(dependence),
        episodes: episodes::of(&sides.bins, dependence.design_effect),
        surfaces: Vec::new(),
        changed_with: Vec::new(),
        factors: shares::of(table, sides),
    }
}

/// Fills in what carries a rise that is proven, and says which movers that are.
pub(crate) fn explain(
    report: &mut Report,
    table: &Table,
    catalogue: &Catalogue,
    sides: &Sides,
) -> Vec<Mover> {
    let step = onset::of(table, sides);
    report.onset = step.map(|step| step.onset(table));
    report.changed_with = changed_with(table, sides);
    let beside = Beside {
        onset: report.onset,
        plain: Some(onset::fit(table, sides, step)),
        given: None,
        smoother: episodes::smoother(&sides.bins),
        design_effect: design_effect(report),
    };
    report.mix = mix::of(table, sides);
    let rise = report.outcome.delta_pp.unwrap_or(0.0);
    let (mut movers, relation) = together::movers(table, sides, beside);
    let is_mix_alone = |mover: &Mover| effects(mover, table).all(|effect| effect == Effect::Mix);
    let who_came = report.mix.as_ref().is_some_and(|mix| {
        mix::carries(mix, rise) && movers.iter().all(|mover| is_timing_alone(mover, table))
            || mix::carries_most(mix, rise) && movers.iter().all(is_mix_alone)
    });
    if who_came {
        movers.retain(is_mix_alone);
    }
    let compared = movers.into_iter().map(|mover| {
        let contrast = contrast(table, sides, &mover.runs());
        (mover, contrast)
    });
    let (movers, contrasts): (Vec<Mover>, Vec<Contrast>) =
        compared.filter(|(_, contrast)| contrast.carried.est > 0.0).unzip();
    report.verdict = verdict(table, &movers, relation);
    if contrasts.first().is_some_and(carries_little) && relation == Relation::Competing {
        report.verdict = Verdict::Unexplained;
    }
    let may_be_mix = report.mix.as_ref().is_some_and(|mix| mix::may_carry(mix, rise));
    if who_came {
        report.verdict = Verdict::TrafficMix;
    } else if report.verdict == Verdict::TrafficMix && !may_be_mix {
        report.verdict = Verdict::Unexplained;
    } else if movers.is_empty() && !anything_recorded(table, sides) {
        report.verdict = Verdict::NotRecorded;
    }
    let counted = match relation {
        Relation::Together => contrasts.len(),
        Relation::Competing => 1,
    };
    let carried: f64 = contrasts.iter().take(counted).map(|one| one.carried.est).sum();
    report.residual_pp = report.outcome.delta_pp.map(|delta| delta * (1.0 - carried));
    let moved: Vec<&str> = movers.iter().flat_map(|mover| mover.surfaces(table)).collect();
    report.surfaces = surface::verdicts(table, sides, catalogue, &moved, proven(report));
    report.movers = movers
        .iter()
        .zip(contrasts)
        .map(|(mover, contrast)| {
            let first = &mover.exposures[0];
            let pace = Pace::of(table, sides, first.column(table), &first.levels);
            let chance = report.onset.map(|onset| pace.stated(&onset));
            Moved { chance_nearby: chance, ..moved_row(table, sides, mover, contrast) }
        })
        .collect();
    report.why = why(report);
    movers
}

/// The rise, for what is said of surfaces.
fn proven(report: &Report) -> surface::Rise {
    surface::Rise::Proven(report.outcome.delta_pp.unwrap_or(0.0))
}

fn effects<'a>(mover: &'a Mover, table: &'a Table) -> impl Iterator<Item = Effect> + 'a {
    mover.exposures.iter().map(|one| one.column(table).effect)
}

/// Whether nothing but the moment speaks for a mover, or it is of the mix itself. One that lies on
/// the same runs as a change of the mix is neither.
fn is_timing_alone(mover: &Mover, table: &Table) -> bool {
    let of_mix = effects(mover, table).filter(|effect| *effect == Effect::Mix).count();
    match mover.exposures.len() - of_mix {
        0 => true,
        _ => of_mix == 0 && mover.score < weigh::TOLD_APART,
    }
}

/// Says that the ruler moved where another way of labelling may have made the rise. Labelling does
/// not know of levels: what got worse beside runs without it did so by itself.
fn ruler(report: &mut Report, table: &Table, catalogue: &Catalogue, sides: &Sides) {
    let of_behaviour = |mover: &&Moved| mover.kind == Effect::Behaviour;
    let bases = report.movers.iter().filter(of_behaviour).map(|mover| mover.basis);
    // Of two sources that disagree at most one speaks of the runs, so a few runs beside the change
    // prove less than they do else.
    let why = match bases.max_by_key(|basis| how_much_beside(*basis)) {
        Some(Basis::Concurrent) => None,
        Some(Basis::Staggered) => disagree::of(table, sides, design_effect(report)),
        Some(Basis::BeforeAfter) | None => another_ruler(report, table, sides),
    };
    let Some(why) = why else { return };
    report.why = format!("{why}: re-score before acting");
    report.verdict = Verdict::Measurement;
    report.movers.retain(|mover| mover.kind == Effect::Measurement);
    report.surfaces =
        surface::verdicts(table, sides, catalogue, &rulers(catalogue), proven(report));
}

fn how_much_beside(basis: Basis) -> u8 {
    match basis {
        Basis::BeforeAfter => 0,
        Basis::Staggered => 1,
        Basis::Concurrent => 2,
    }
}

/// In which way outcomes became known otherwise than before, if that may have made the rise.
fn another_ruler(report: &Report, table: &Table, sides: &Sides) -> Option<String> {
    let unproven = report.labelling.filter(|labelling| labelling.moved);
    let coverage = unproven.map(|labelling| {
        format!(
            "labelling changed; the rise is unproven ({:.0} % of the outcomes are known, {:.0} % \
             were before)",
            100.0 * labelling.known_during,
            100.0 * labelling.known_before
        )
    });
    let delta = report.outcome.delta_pp.unwrap_or(0.0);
    let sources = || {
        let sources = labelling::sources(table, sides, delta)?;
        Some(format!("the ruler moved ({sources}: labels come from elsewhere)"))
    };
    let disagree = || disagree::of(table, sides, design_effect(report));
    coverage.or_else(sources).or_else(disagree)
}

/// Says that the ruler moved where no rise shows, because the sources of outcomes disagree: one of
/// them may have gone lenient.
fn hidden_by_ruler(report: &mut Report, table: &Table, catalogue: &Catalogue, sides: &Sides) {
    let Some(words) = disagree::of(table, sides, design_effect(report)) else { return };
    report.verdict = Verdict::Measurement;
    report.why = format!("{words}: one of the rulers is off; re-score before acting");
    report.surfaces =
        surface::verdicts(table, sides, catalogue, &rulers(catalogue), surface::Rise::NotProven);
}

/// The surfaces by which runs are judged.
fn rulers(catalogue: &Catalogue) -> Vec<&str> {
    let rulers = catalogue.surfaces.iter().filter(|one| one.effect == Effect::Measurement);
    rulers.map(|surface| surface.name.as_str()).collect()
}

pub(crate) fn design_effect(report: &Report) -> f64 {
    report.dependence.map_or(1.0, |dependence| dependence.design_effect)
}

/// Whether runs beside it show that it carries less than half of the rise.
fn carries_little(contrast: &Contrast) -> bool {
    contrast.basis != Basis::BeforeAfter && contrast.carried.high < 0.5
}

fn verdict(table: &Table, movers: &[Mover], relation: Relation) -> Verdict {
    let Some(first) = movers.first() else {
        return Verdict::Unexplained;
    };
    if relation == Relation::Together {
        return Verdict::Several;
    }
    if movers.len() > 1 || first.surfaces(table).len() > 1 {
        return Verdict::Inseparable;
    }
    match first.exposures[0].column(table).effect {
        Effect::Behaviour => Verdict::Moved,
        Effect::Measurement => Verdict::Measurement,
        Effect::Mix => Verdict::TrafficMix,
    }
}

/// Whether any factor that changes behaviour is on record for at least half of its runs.
fn anything_recorded(table: &Table, sides: &Sides) -> bool {
    let behaviour =
        |column: &&Column| column.effect == Effect::Behaviour && column.role == Role::Input;
    table.columns.iter().filter(behaviour).any(|column| {
        let (mut known, mut all) = (0, 0);
        for (state, ended) in column.states.iter().zip(sides.census.column(column)) {
            let runs = ended[0].runs() + ended[1].runs();
            known += if state.known().is_empty() { 0 } else { runs };
            all += if matches!(state, State::NotApplicable) { 0 } else { runs };
        }
        known > 0 && 2 * known >= all
    })
}

fn moved_row(table: &Table, sides: &Sides, mover: &Mover, contrast: Contrast) -> Moved {
    let first = &mover.exposures[0];
    let column = first.column(table);
    let first_seen = first.runs.iter().position(|exposed| *exposed == Some(true));
    let levels: BTreeMap<String, String> = mover
        .exposures
        .iter()
        .map(|one| (one.column(table).factor.to_string(), one.name(table)))
        .collect();
    Moved {
        surface: column.surface.clone(),
        factor: column.factor.to_string(),
        kind: column.effect,
        change: Change::Levels,
        from: commonest(sides, column, &first.levels),
        to: first.name(table),
        with: levels.keys().filter(|name| **name != column.factor.as_str()).cloned().collect(),
        levels,
        first_seen: first_seen.map(|run| table.at[run]),
        rate_with: contrast.with,
        rate_without: contrast.without,
        basis: contrast.basis,
        carried: contrast.carried,
        chance_nearby: None,
    }
}

/// The commonest level of a factor in the baseline, apart from those that it moved to.
fn commonest(sides: &Sides, column: &Column, but: &[u32]) -> Option<String> {
    let mut counts = vec![0u64; column.levels.len()];
    for (state, runs) in sides.census.runs(column, Side::Before) {
        state.known().iter().for_each(|level| counts[*level as usize] += runs);
    }
    let others = counts
        .iter()
        .enumerate()
        .filter(|(level, runs)| **runs > 0 && !but.contains(&(*level as u32)));
    let commonest = others.max_by_key(|(_, runs)| **runs);
    commonest.map(|(level, _)| column.levels[level].clone())
}

fn changed_with(table: &Table, sides: &Sides) -> Vec<ChangedWith> {
    let risen = risen(table, sides, Role::Consequence).into_iter();
    let rows = risen.map(|exposure| ChangedWith {
        factor: exposure.column(table).factor.to_string(),
        level: exposure.name(table),
        share_before: exposure.share_before,
        share_during: exposure.share_during,
    });
    rows.collect()
}

/// The verdict's reason, in the words that the evidence allows.
fn why(report: &Report) -> String {
    let unseen = || {
        let unknown = |verdict: &&SurfaceVerdict| verdict.verdict == SurfaceState::Unknown;
        let names = report.surfaces.iter().filter(unknown).map(|v| v.surface.as_str());
        names.collect::<Vec<_>>().join(", ")
    };
    let named: Vec<String> =
        report.movers.iter().map(|mover| format!("{} = {}", mover.factor, mover.to)).collect();
    match report.verdict {
        Verdict::Unexplained if !named.is_empty() => format!(
            "{} moved and carries a part; nothing recorded carries the rest",
            named.join(", ")
        ),
        Verdict::Unexplained => {
            format!("the rate rose and nothing recorded carries it; not proven clean: {}", unseen())
        }
        Verdict::NotRecorded => {
            "the rate rose, and no factor that could carry it is recorded".to_owned()
        }
        Verdict::Inseparable => tied(report),
        Verdict::Measurement => {
            format!("the ruler moved ({}): re-score before acting", named.join(", "))
        }
        Verdict::TrafficMix => who_came(report, &named),
        _ if report.outcome.low_pp.is_some_and(|low| low <= 0.0) => format!(
            "runs with it are surely worse, though the rate of all runs has not surely risen: {}",
            named.join("; ")
        ),
        _ => format!("moved with the outcome: {}", named.join("; ")),
    }
}

/// Those that can't be told apart. Where the ruler is among them, nothing else is sure.
fn tied(report: &Report) -> String {
    let mut names: Vec<&str> =
        report.movers.iter().flat_map(|mover| mover.levels.keys().map(String::as_str)).collect();
    names.dedup();
    let ruler = report.movers.iter().any(|mover| mover.kind == Effect::Measurement);
    let advice = if ruler { "; the ruler is among them: re-score before acting" } else { "" };
    format!(
        "these moved so closely together that the data can't tell them apart: {}{advice}",
        names.join(", ")
    )
}

/// That the mix of runs moved, and by how much the rate changed within it.
fn who_came(report: &Report, named: &[String]) -> String {
    let mut text = "the mix of runs moved".to_owned();
    if !named.is_empty() {
        text += &format!(": {}", named.join(", "));
    }
    let Some(mix) = &report.mix else { return text };
    if let Some(shift) = mix::most_shifted(mix) {
        text += &format!("; {} most (PSI {:.2})", shift.factor, shift.psi);
    }
    let Interval { est, low, high } = mix.within_pp;
    let by = mix.by.join(" and ");
    text += &format!("; within {by} the rate changed by {est:.1} points [{low:.1}, {high:.1}]");
    if low > 0.0 {
        text += ", which nothing recorded carries";
    }
    text
}
