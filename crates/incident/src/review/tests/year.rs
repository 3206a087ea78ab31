//! A year of sixty incidents made from a seed, whose truth is known.
//!
//! Four classes of failure, fifteen incidents each, each class with an eval that runs all year: the
//! rate of one falls, one stays, one rises, and one is hardly measured. Documents are filled,
//! half filled or flattened; people grade them with slips; some grades come after the machine's
//! were seen. Nothing is fitted: every number is drawn from the seed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use jiff::Timestamp;
use model::lesson::Grade;
use model::postmortem::{Contract, FailureKind, LayerState, Postmortem, Statement};
use model::rate::BehaviourRate;
use model::{Incident, IncidentId};
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::{day, filed, incident};
use crate::clocks::{Beside, Clocks, clocks};
use crate::document::read;
use crate::lessons::{Graded, Judged, KnownItem, Lesson};
use crate::measures::Measurement;
use crate::review::{
    Case, Direction, Known, MachineGrades, Material, RemedyVerdict, Review, review, trends,
};

const QUEUE: &str = include_str!("../../../../../scenarios/postmortems/queue-stall.md");

/// Seeds below were looked at while the year was written, those from here on were not.
const FIRST_SEED: u64 = 1_000;

/// A class of failures.
struct Class {
    name: &'static str,
    layer: &'static str,
    kind: FailureKind,
    /// The true rate of its eval at the beginning and at the end of the year.
    rate: [f64; 2],
    /// Trials in a run, and weeks between runs.
    trials: u64,
    every: i64,
    truth: Direction,
}

const CLASSES: [Class; 4] = [
    Class {
        name: "tool-answers",
        layer: "serving and integration",
        kind: FailureKind::ToolInterface,
        rate: [0.20, 0.06],
        trials: 60,
        every: 1,
        truth: Direction::Falling,
    },
    Class {
        name: "long-plans",
        layer: "model",
        kind: FailureKind::ModelCapability,
        rate: [0.12, 0.12],
        trials: 600,
        every: 1,
        truth: Direction::Flat,
    },
    Class {
        name: "stale-pages",
        layer: "retrieval and data",
        kind: FailureKind::ContextRetrieval,
        rate: [0.05, 0.15],
        trials: 60,
        every: 1,
        truth: Direction::Worsening,
    },
    Class {
        name: "tone",
        layer: "prompt and context assembly",
        kind: FailureKind::SpecificationGap,
        rate: [0.10, 0.10],
        trials: 10,
        every: 6,
        truth: Direction::Insufficient,
    },
];

/// A year, with its truth.
struct Year {
    incidents: Vec<Incident>,
    lessons: Vec<Lesson>,
    agents: Vec<Option<bool>>,
    clocks: Vec<Clocks>,
    /// What each document is, by how it was made; none where none was filed.
    made: BTreeMap<IncidentId, Grade>,
    /// Of which class each incident is.
    class: BTreeMap<IncidentId, usize>,
    runs: Vec<Vec<Measurement>>,
    grades: Vec<Graded>,
}

impl Year {
    fn of(seed: u64) -> Self {
        let mut chance = ChaCha8Rng::seed_from_u64(seed);
        let mut year = Year {
            incidents: Vec::new(),
            lessons: Vec::new(),
            agents: Vec::new(),
            clocks: Vec::new(),
            made: BTreeMap::new(),
            class: BTreeMap::new(),
            runs: CLASSES.iter().map(|class| runs(class, &mut chance)).collect(),
            grades: Vec::new(),
        };
        for number in 0..60 {
            year.happen(number, &mut chance);
        }
        year.people_judge();
        year
    }

    fn happen(&mut self, number: usize, chance: &mut ChaCha8Rng) {
        let declared = chance.random_range(0..364);
        let over = declared + chance.random_range(0..4);
        let mut incident = incident(&format!("inc_{number}"), declared, Some(over));
        incident.report.movers.clear();
        let agent =
            *[Some(true), Some(true), Some(true), None, Some(false)].choose(chance).unwrap();
        let quality = *Grade::ALL.choose(chance).unwrap();
        let is_filed = chance.random::<f64>() < 0.9;
        let class = number % CLASSES.len();
        let lesson = match is_filed {
            true => self.learn(&incident, class, quality, chance),
            false => Lesson::default(),
        };
        self.class.insert(incident.id.clone(), class);
        if is_filed {
            self.made.insert(incident.id.clone(), quality);
            self.people_grade(&incident.id, quality, chance);
        }
        self.clocks.push(clocks(&incident, Beside { now: now(), run: None }));
        self.incidents.push(incident);
        self.lessons.push(lesson);
        self.agents.push(agent);
    }

    fn learn(
        &self,
        incident: &Incident,
        class: usize,
        quality: Grade,
        chance: &mut ChaCha8Rng,
    ) -> Lesson {
        let at = |minutes: i64| {
            incident.declared_at.checked_add(jiff::SignedDuration::from_mins(minutes)).unwrap()
        };
        let mut lesson = filed(document(&CLASSES[class], quality));
        lesson.acts.push((at(60), "ada".to_owned()));
        if chance.random::<bool>() {
            lesson.acts.push((at(60 + chance.random_range(5..30)), "ada".to_owned()));
        }
        let item = lesson.filed.as_ref().unwrap().document.items[0].clone();
        let (closed, reopened) = (Vec::new(), Vec::new());
        let known = KnownItem { item, opened: at(90), closed, reopened, left_out: false };
        lesson.items.push(known);
        lesson
    }

    /// Two people grade blind, each one step off now and then; a third has seen the machine's.
    fn people_grade(&mut self, of: &IncidentId, truth: Grade, chance: &mut ChaCha8Rng) {
        for (by, blind, slips) in [("ada", true, 0.1), ("bo", true, 0.2), ("cy", false, 1.0)] {
            let off = chance.random::<f64>() < slips;
            let to: &[Grade] = match truth {
                _ if !off => &[truth],
                Grade::Flattened | Grade::Used => &[Grade::Partly],
                Grade::Partly => &[Grade::Flattened, Grade::Used],
            };
            let (grade, because) = (*to.choose(chance).unwrap(), "read".to_owned());
            let (by, incident) = (by.to_owned(), of.clone());
            self.grades.push(Graded { at: day(360), by, incident, grade, blind, because });
        }
    }

    /// A person confirms every recurrence of the class that stays, and no other.
    fn people_judge(&mut self) {
        for (later, earlier) in self.true_recurrences() {
            let place = self.incidents.iter().position(|one| one.id == later).unwrap();
            let recurs = self.class[&later] == 1;
            let (at, by, because) = (day(361), "ada".to_owned(), "looked".to_owned());
            self.lessons[place].recurrences.push(Judged { at, by, earlier, recurs, because });
        }
    }

    /// Every two documented incidents of one class of which the later came within 90 days.
    fn true_recurrences(&self) -> BTreeSet<(IncidentId, IncidentId)> {
        let documented = || self.incidents.iter().filter(|one| self.made.contains_key(&one.id));
        let mut pairs = BTreeSet::new();
        for later in documented() {
            for earlier in documented().filter(|one| self.class[&one.id] == self.class[&later.id]) {
                let over = earlier.course.stages[0].at;
                let hours = later.declared_at.duration_since(over).as_hours();
                if later.id != earlier.id && (0..=90 * 24).contains(&hours) {
                    pairs.insert((later.id.clone(), earlier.id.clone()));
                }
            }
        }
        pairs
    }

    fn review(&self, quarter: &str, machine: MachineGrades) -> Review {
        let parts = self.incidents.iter().zip(&self.lessons).zip(&self.agents).zip(&self.clocks);
        let known: Vec<Known<'_>> = parts
            .map(|(((incident, lesson), agent), clocks)| Known {
                case: Case { incident, lesson: Some(lesson) },
                agent: *agent,
                clocks,
            })
            .collect();
        let evals: Vec<(&str, &[Measurement])> = CLASSES
            .iter()
            .map(|class| class.name)
            .zip(self.runs.iter().map(Vec::as_slice))
            .collect();
        review(&Material {
            quarter: quarter.parse().unwrap(),
            now: now(),
            seed: "",
            machine,
            known: &known,
            evals: &evals,
            grades: &self.grades,
            is_person: &|_| true,
        })
    }

    /// Documented incidents of the last quarter in which an agent took part or which say so.
    fn graded_in_the_last_quarter(&self) -> BTreeMap<&IncidentId, Grade> {
        let all = self.incidents.iter().zip(&self.agents);
        let mine = all.filter(|(one, agent)| {
            let quality = self.made.get(&one.id);
            let says_so = quality.is_some_and(|quality| *quality != Grade::Flattened);
            one.declared_at >= day(273) && (**agent == Some(true) || (agent.is_none() && says_so))
        });
        mine.filter_map(|(one, _)| Some((&one.id, *self.made.get(&one.id)?))).collect()
    }
}

fn now() -> Timestamp {
    day(366)
}

/// Runs of an eval over the year: the true rate goes straight from one value to the other, and
/// each run is off by up to a tenth of it, as judges are.
fn runs(class: &Class, chance: &mut ChaCha8Rng) -> Vec<Measurement> {
    let weeks = (0..52).step_by(class.every as usize);
    let run = |week: i64| {
        let [from, to] = class.rate;
        let rate = (from + (to - from) * week as f64 / 51.0) * chance.random_range(0.9..1.1);
        let k = (0..class.trials).filter(|_| chance.random::<f64>() < rate).count() as u64;
        let mut run = super::run(7 * week, k, class.trials);
        run.rate = BehaviourRate::of(k, class.trials, 0);
        run
    };
    weeks.map(run).collect()
}

/// A document of a class as somebody makes it who uses the fields, uses some, or flattens.
fn document(class: &Class, quality: Grade) -> Postmortem {
    static FILLED: LazyLock<Postmortem> = LazyLock::new(|| read(QUEUE).document);
    let mut document = FILLED.clone();
    for row in &mut document.layers {
        let is_origin = row.layer == class.layer;
        row.state = if is_origin { LayerState::Origin } else { LayerState::Exonerated };
    }
    document.failures = vec![class.kind];
    document.items.truncate(1);
    document.items[0].contract = Contract {
        eval: Some(class.name.to_owned()),
        baseline: Some(class.rate[0]),
        target: Some(class.rate[0] / 2.0),
        ..Contract::default()
    };
    let inference = &mut document.inferences[0];
    match quality {
        Grade::Used => {}
        Grade::Partly => inference.missed = None,
        Grade::Flattened => {
            (inference.correct, inference.missed) = (None, None);
            document.causes = vec![Statement::told("Documentation gap.")];
        }
    }
    if quality == Grade::Flattened {
        document.inferences.clear();
    }
    document
}

#[test]
fn one_class_falls_one_stays_one_rises_and_of_one_nothing_can_be_told() {
    for seed in FIRST_SEED..FIRST_SEED + 10 {
        let review = Year::of(seed).review("2026-Q4", MachineGrades::Withheld);
        for class in &CLASSES {
            let trend = review.trends.iter().find(|trend| trend.eval == class.name).unwrap();
            assert_eq!(trend.direction, class.truth, "seed {seed}: {}: {}", class.name, trend.why);
            assert_eq!(trend.is_warned(), matches!(class.name, "long-plans" | "stale-pages"));
        }
    }
}

/// Over 2 000 seeds (docs/review.md) 13 were not shown to be flat, and at most 2 of any other class
/// misread; of 100 five would be beyond chance.
#[test]
fn classes_are_hardly_ever_misread() {
    let mut wrong = [0; CLASSES.len()];
    let seeds = 100;
    for seed in FIRST_SEED..FIRST_SEED + seeds {
        let mut chance = ChaCha8Rng::seed_from_u64(seed);
        for (class, wrong) in CLASSES.iter().zip(&mut wrong) {
            let window = model::Window::new(day(0), day(365)).unwrap();
            let trends = trends(class.name, &runs(class, &mut chance), window);
            *wrong += u64::from(trends[0].direction != class.truth);
        }
    }
    assert!(wrong.iter().all(|wrong| *wrong <= 5), "{wrong:?} of {seeds}");
}

#[test]
fn involvement_comes_from_flights_and_what_has_no_document_is_listed() {
    let year = Year::of(FIRST_SEED);
    let review = year.review("2026-Q4", MachineGrades::Withheld);
    let truth: Vec<(&Incident, Option<bool>)> = year
        .incidents
        .iter()
        .zip(year.agents.iter().copied())
        .filter(|(one, _)| one.declared_at >= day(273))
        .collect();
    assert_eq!(review.incidents.len(), truth.len());
    for line in &review.incidents {
        let (_, agent) = truth.iter().find(|(one, _)| one.id == line.incident).unwrap();
        assert_eq!(line.agent, *agent);
    }
    let without = truth
        .iter()
        .filter(|(one, agent)| *agent == Some(true) && !year.made.contains_key(&one.id));
    let without: BTreeSet<IncidentId> = without.map(|(one, _)| one.id.clone()).collect();
    assert_eq!(review.undocumented.into_iter().collect::<BTreeSet<_>>(), without);
}

#[test]
fn the_machine_tells_documents_that_are_used_from_such_as_are_flattened() {
    for seed in FIRST_SEED..FIRST_SEED + 10 {
        let year = Year::of(seed);
        let review = year.review("2026-Q4", MachineGrades::Shown);
        let graded = review
            .incidents
            .iter()
            .filter_map(|line| Some((&line.incident, line.machine.as_ref()?.grade)));
        let graded: BTreeMap<&IncidentId, Grade> = graded.collect();
        assert_eq!(graded, year.graded_in_the_last_quarter(), "seed {seed}");
    }
}

#[test]
fn grades_count_when_they_were_given_blind_and_nothing_is_shown_before_that() {
    let year = Year::of(FIRST_SEED);
    let blind = year.review("2026-Q4", MachineGrades::Withheld).grades;
    assert!(blind.machine.is_none() && blind.people.is_none());
    assert!(blind.people_and_machine.is_none() && blind.people_among_themselves.is_none());
    let shown = year.review("2026-Q4", MachineGrades::Shown).grades;
    let sample = shown.sample.len() as u64;
    assert_eq!(shown.blind, 2 * sample, "two of three people grade blind");
    assert_eq!(shown.not_counted, year.grades.len() as u64 - 2 * sample);
    let among = shown.people_among_themselves.unwrap();
    assert_eq!((among.documents, among.pairs), (sample, sample));
    let people = shown.people.unwrap();
    assert_eq!(people.flattened + people.partly + people.used, 2 * sample);
}

#[test]
fn people_who_slip_now_and_then_agree_with_the_machine_as_often_as_they_do_not_slip() {
    let (mut same, mut pairs) = (0, 0);
    for seed in FIRST_SEED..FIRST_SEED + 20 {
        let grades = Year::of(seed).review("2026-Q4", MachineGrades::Shown).grades;
        let agreement = grades.people_and_machine.unwrap();
        same += agreement.same;
        pairs += agreement.pairs;
    }
    let rate = BehaviourRate::of(same, pairs, 0);
    assert!(rate.low < 0.85 && 0.85 < rate.high, "{rate:?}");
}

#[test]
fn what_came_back_is_found_and_only_what_people_confirm_says_anything_of_remedies() {
    for seed in FIRST_SEED..FIRST_SEED + 10 {
        let year = Year::of(seed);
        let review = year.review("2026-Q4", MachineGrades::Withheld);
        let in_quarter = |id: &IncidentId| {
            year.incidents.iter().any(|one| one.id == *id && one.declared_at >= day(273))
        };
        let truth: BTreeSet<_> =
            year.true_recurrences().into_iter().filter(|(later, _)| in_quarter(later)).collect();
        let found: BTreeSet<_> = review
            .recurrences
            .iter()
            .map(|one| (one.incident.clone(), one.earlier.clone()))
            .collect();
        assert_eq!(found, truth, "seed {seed}");
        for one in &review.recurrences {
            let confirmed = one.judged.as_ref().is_some_and(|judged| judged.recurs);
            assert_eq!(confirmed, year.class[&one.incident] == 1);
            assert_eq!(one.remedies.is_empty(), !confirmed);
        }
    }
}

/// The rate of the class that people confirm to come back does not fall: that its eval fell is
/// said of one in forty comparisons by chance, and comparisons of one year share their runs.
#[test]
fn an_eval_that_stays_is_hardly_ever_said_to_have_fallen() {
    let mut of = BTreeMap::new();
    for seed in FIRST_SEED..FIRST_SEED + 20 {
        let review = Year::of(seed).review("2026-Q4", MachineGrades::Withheld);
        for remedy in review.recurrences.iter().flat_map(|one| &one.remedies) {
            *of.entry(remedy.verdict).or_insert(0) += 1;
        }
    }
    let fell = of.get(&RemedyVerdict::NotCovered).copied().unwrap_or_default();
    assert!(20 * fell <= of.values().sum::<i32>(), "{of:?}");
    assert!(of[&RemedyVerdict::Ineffective] > 0, "{of:?}");
}

#[test]
fn minutes_are_known_where_acts_belong_together() {
    let year = Year::of(FIRST_SEED);
    let minutes = year.review("2026-Q4", MachineGrades::Withheld).minutes;
    let filed = year
        .incidents
        .iter()
        .zip(&year.lessons)
        .filter(|(one, lesson)| one.declared_at >= day(273) && lesson.filed.is_some());
    let acts: Vec<usize> = filed.map(|(_, lesson)| lesson.acts.len()).collect();
    let of = |many: usize| acts.iter().filter(|acts| **acts == many).count() as u64;
    assert_eq!((minutes.known, minutes.unknown), (of(2), of(1)));
    assert!(minutes.least >= Some(5.0) && minutes.most <= Some(30.0));
}
