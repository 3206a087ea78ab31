//! What the pages say, told through one incident.

pub(crate) mod fixture;

use askama::Template;
use incident::suspects::ScorePart;
use model::incident::{IncidentKind, Look};
use model::report::{Basis, ChosenBy};
use model::{BehaviourRate, Fault, Faulty, Verdict};
use response::{ChangeSuspect, FeatureView, IncidentView, Link, SuspectKind};

use fixture::{HASH, at, report, view};

use super::{FailurePage, HomePage, IncidentPage};

/// Markup and quotes from outside, as a name might hold them.
const HOSTILE: &str = "<script>alert(1)</script>\"'><img src=x>";

fn page(view: &IncidentView) -> IncidentPage {
    IncidentPage::new(view, Some("mark".to_owned())).unwrap()
}

fn html(view: &IncidentView) -> String {
    page(view).render().unwrap()
}

fn show(page: &IncidentPage) -> String {
    let lines = page.figures.iter().map(|figure| {
        format!("{}: {}\n  {}", figure.name, figure.value, figure.notes.join("\n  "))
    });
    lines.collect::<Vec<_>>().join("\n").replace('\u{a0}', " ")
}

#[test]
fn the_answer_comes_first_and_the_next_step_last() {
    let html = html(&view(report()));
    let order = [
        "<h1>",
        "<dl",
        "<figure>",
        "id=\"moved\"",
        "id=\"surfaces\"",
        "id=\"with\"",
        "<details>",
        "id=\"timeline\"",
        "id=\"evidence\"",
        "id=\"next\"",
    ];
    let places: Vec<usize> = order.iter().map(|part| html.find(part).unwrap()).collect();
    assert!(places.is_sorted(), "{places:?}");
    let headline = "tool_shape:search_kb 4f1a → 9c22aa01 moved with the bad answers";
    assert!(html.contains(headline));
}

#[test]
fn a_later_look_stands_beside_the_first_and_is_escaped() {
    let mut view = view(report());
    let mut later = report();
    later.windows.chosen_by = ChosenBy::Caller;
    let look = Look { number: 4, at: at("03:10:00"), by: HOSTILE.to_owned(), report: later };
    view.incident.looks.push(look);
    let html = html(&view);
    assert!(html.contains("moved; windows chosen by hand: exploratory"), "{html}");
    assert!(html.contains("look 4 by ") && !html.contains("<script>"));
}

#[test]
fn figures_carry_n_and_an_interval() {
    insta::assert_snapshot!(show(&page(&view(report()))), @"
    Bad runs: 3.1 % → 11.8 %
      before: 160 of 5160, 2.7 to 3.6 %
      during: 604 of 5120, 10.9 to 12.7 %
    Change: +8.7 points
      95 % interval +7.7 to +9.7
    Began, UTC: 02:07:00 to 02:15:00
      likeliest 2026-11-22 02:10:00 UTC; 90 % range
    Outcome unknown: 120 → 340 runs
      2.3 % → 6.2 % of all; never counted as good
    Detection lag: 32 min to 40 min
      from onset until the first machine or person knew
    Compared: 2 h 00 min → 1 h 00 min
      to 2026-11-22 03:00:00 UTC; cut at the likeliest change point
    ");
}

#[test]
fn a_page_without_known_outcomes_claims_nothing() {
    let mut report = report();
    report.verdict = Verdict::InsufficientData;
    report.outcome.before = BehaviourRate::of(0, 0, 5);
    report.outcome.during = BehaviourRate::of(0, 0, 0);
    (report.outcome.delta_pp, report.outcome.low_pp, report.outcome.high_pp) = (None, None, None);
    (report.onset, report.movers) = (None, Vec::new());
    let page = page(&view(report));
    insta::assert_snapshot!(show(&page), @"
    Bad runs: unknown → unknown
      before: no known outcome
      during: no known outcome
    Change: unknown
      needs known outcomes on both sides
    Began, UTC: no onset
      no change in behaviour is proven
    Outcome unknown: 5 → 0 runs
      100.0 % → 0.0 % of all; never counted as good
    Detection lag: unknown
      needs an onset
    Compared: 2 h 00 min → 1 h 00 min
      to 2026-11-22 03:00:00 UTC; cut at the likeliest change point
    ");
    insta::assert_snapshot!(page.weighed, @"Moved with the outcome.");
}

#[test]
fn a_mover_is_shown_with_its_comparison() {
    let page = page(&view(report()));
    insta::assert_debug_snapshot!(page.movers, @r#"
    [
        MoverCard {
            surface: "tool",
            effect: "changes how runs behave",
            factor: "tool_shape:search_kb",
            from: Some(
                LevelText {
                    short: "4f1a",
                    full: "4f1a",
                },
            ),
            to: LevelText {
                short: "9c22aa01",
                full: "9c22aa01bbccddeeff00112233445566",
            },
            rates: [
                RateRow {
                    name: "with it",
                    sample: "with",
                    rate: "17.0\u{a0}%",
                    basis: "522 of 3072, 15.7 to 18.4\u{a0}%",
                    bar: Some(
                        Bar {
                            value: 850,
                            low: 785,
                            range: 133,
                        },
                    ),
                },
                RateRow {
                    name: "without it",
                    sample: "without",
                    rate: "4.0\u{a0}%",
                    basis: "82 of 2048, 3.2 to 4.9\u{a0}%",
                    bar: Some(
                        Bar {
                            value: 200,
                            low: 162,
                            range: 85,
                        },
                    ),
                },
            ],
            basis: "Ran side by side",
            carried: "carries 90\u{a0}% of the rise [79 to 99\u{a0}%]: 7.8 of 8.7 points",
            first_seen: Some(
                When {
                    iso: "2026-11-22T02:09:00Z",
                    text: "2026-11-22 02:09:00 UTC",
                },
            ),
            with: [
                Companion {
                    factor: "code",
                    to: Some(
                        LevelText {
                            short: "4.18.3",
                            full: "4.18.3",
                        },
                    ),
                },
            ],
        },
    ]
    "#);
    assert_eq!(
        page.weighed,
        "Observational: what moved together, not proof of a cause. Unaccounted for: 0.9 points."
    );
}

#[test]
fn a_full_cut_over_explains_nothing() {
    let mut report = report();
    report.movers[0].basis = Basis::BeforeAfter;
    report.movers[0].rate_without = BehaviourRate::of(0, 0, 0);
    let html = html(&view(report));
    assert!(html.contains("Before and after only: explains nothing by itself"));
    assert!(html.contains("coincides with") && !html.contains("carries"));
    assert!(!html.contains("Unaccounted"));
    assert!(html.contains("Put tool_shape:search_kb back to 4f1a on some of the runs"));
}

#[test]
fn surfaces_are_told_apart_without_colour() {
    let page = page(&view(report()));
    let rows = page.surfaces.iter().map(|row| format!("{} {} {}", row.mark, row.word, row.why));
    insta::assert_snapshot!(rows.collect::<Vec<_>>().join("\n"), @"
    ▲ moved because of 9c22aa01
    = identical because of 9c22aa01
    ≤ bounded at most 0.4 points: because of 9c22aa01
    ? unknown because of 9c22aa01
    ");
}

#[test]
fn a_level_is_short_in_the_text_and_whole_in_the_title() {
    let html = html(&view(report()));
    assert!(html.contains(&format!("<code title=\"{HASH}\">9c22aa01</code>")));
    assert!(html.contains("<h3>bad, with tool_shape:search_kb = 9c22aa01</h3>"));
}

#[test]
fn text_from_outside_stays_text() {
    let mut view = view(report());
    let incident = &mut view.incident;
    incident.title = HOSTILE.to_owned();
    incident.declared_by = HOSTILE.to_owned();
    incident.feature = Some(HOSTILE.to_owned());
    incident.evidence[0].role = HOSTILE.to_owned();
    let report = &mut incident.report;
    report.feature = Some(HOSTILE.to_owned());
    report.why = HOSTILE.to_owned();
    report.factors[0].factor = HOSTILE.to_owned();
    report.factors[0].during.levels[0].level = HOSTILE.to_owned();
    report.surfaces[0].why = HOSTILE.to_owned();
    report.changed_with[0].level = HOSTILE.to_owned();
    let mover = &mut report.movers[0];
    mover.factor = HOSTILE.to_owned();
    mover.from = Some(HOSTILE.to_owned());
    mover.to = HOSTILE.to_owned();
    mover.with = vec![HOSTILE.to_owned()];
    view.brief = response::brief(&view.incident.report);
    view.course.timeline = incident::timeline::moments(&view.incident);
    let html = html(&view);
    assert!(html.contains("&#60;script&#62;"));
    assert!(!html.contains("<script") && !html.contains("<img"), "{html}");
    let drawn = page(&view).picture;
    assert!(!drawn.wide.contains("alert") && !drawn.narrow.contains("alert"));
}

#[test]
fn what_was_changed_before_and_what_belongs_to_it_are_shown_in_order_and_as_text() {
    let mut view = view(report());
    let suspect = |what: &str, summary: &str, score| ChangeSuspect {
        what: what.to_owned(),
        kind: SuspectKind::Recorded,
        surface: None,
        summary: summary.to_owned(),
        by: Some(HOSTILE.to_owned()),
        introduced: at("00:10:00"),
        activated: Some(at("02:00:00")),
        score,
        parts: vec![ScorePart { points: 4.0, why: "it made the tool what it is".to_owned() }],
        evidence: vec!["tool_shape:search_kb".to_owned()],
    };
    view.suspects = vec![
        suspect("chg_thursday", "an edit of the tool's schema", 6.25),
        suspect("chg_sunday", HOSTILE, 0.25),
    ];
    view.links = vec![Link {
        incident: view.incident.id.clone(),
        what: "alr_1".to_owned(),
        because: HOSTILE.to_owned(),
        at: at("02:47:00"),
    }];
    let html = html(&view);
    let places = ["6.25 points", "chg_thursday", "+4.00 it made", "chg_sunday", "alr_1"];
    let places = places.map(|part| html.find(part).unwrap());
    assert!(places.is_sorted(), "{places:?}");
    assert!(html.contains("<option value=\"chg_thursday\">an edit of the tool"));
    assert!(!html.contains("<script") && !html.contains("<img"));
}

#[test]
fn whoever_may_only_look_is_given_no_form() {
    let shown = |form| IncidentPage::new(&view(report()), form).unwrap().render().unwrap();
    assert_eq!(shown(None).matches("<form").count(), 0);
    assert!(shown(Some("mark".to_owned())).matches("value=\"mark\"").count() >= 7);
}

#[test]
fn a_page_needs_nothing_but_its_stylesheet() {
    let html = html(&view(report()));
    assert!(!html.contains(" style=") && !html.contains("<style") && !html.contains("<script"));
    let loads = html.matches("src=").count() + html.matches("@import").count();
    assert_eq!(loads, 0);
    let elsewhere = html.replace("http://www.w3.org/2000/svg", "");
    assert!(!elsewhere.contains("http://") && !elsewhere.contains("https://"));
}

#[test]
fn the_picture_is_also_told_in_words() {
    let words = page(&view(report())).picture.alternative.replace('\u{a0}', " ");
    let words = words.replace(". ", ".\n").replace(": ", ":\n  ").replace(", ", ",\n  ");
    insta::assert_snapshot!(words, @"
    Line chart.
    Bad rate of support-agent from 2026-11-22 00:00:00 UTC to 2026-11-22 03:00:00 UTC:
      3.1 % (160 of 5160) in the baseline,
      11.8 % (604 of 5120) in the incident window.
    Behaviour changed at 02:10:00,
      range 02:07:00 to 02:15:00.
    Highest slice:
      13.3 % (12 of 90),
      interval 7.8 to 21.9 %,
      at 01:10:00.
    Movers first seen at 02:09:00.
    ");
}

#[test]
fn commands_quote_what_a_shell_would_read() {
    let mut report = report();
    report.feature = Some("a; $(reboot)".to_owned());
    let page = page(&view(report));
    let lines = page.commands.iter().map(|command| command.line.as_str());
    let lines = lines.collect::<Vec<_>>().join("\n").replace(" --", "\n  --");
    insta::assert_snapshot!(lines, @"
    mayday postmortem draft inc_night
    mayday moved
      --feature='a; $(reboot)'
    mayday moved
      --feature='a; $(reboot)'
      --baseline 2026-11-22T00:00:00Z..2026-11-22T02:00:00Z
      --incident 2026-11-22T02:00:00Z..2026-11-22T03:00:00Z
      --json
    ");
}

#[test]
fn one_runs_harm_does_not_wait_for_a_rate() {
    let mut report = report();
    report.verdict = Verdict::NoChange;
    let mut view = view(report);
    view.incident.kind = IncidentKind::Event;
    view.incident.title = "one run did harm: run_aa".to_owned();
    let page = page(&view);
    assert_eq!((page.badge.word, page.headline.as_str()), ("one run", "one run did harm: run_aa"));
    assert!(page.beside.is_some());
}

#[test]
fn an_empty_home_page_says_how_to_send_the_first_span() {
    let html = HomePage::new(&[], &[], at("02:47:00")).render().unwrap();
    assert!(html.contains("OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318"));
    assert!(html.contains("No incident is declared."));
}

#[test]
fn the_home_page_lists_features_with_their_rates() {
    let feature = |name: &str, rate| FeatureView {
        feature: name.to_owned(),
        runs: 5460,
        latest: at("02:46:56"),
        rate,
    };
    let features = [
        feature("support-agent", BehaviourRate::of(604, 5120, 340)),
        feature(HOSTILE, BehaviourRate::of(0, 0, 4)),
    ];
    let page = HomePage::new(&features, &[view(report()).incident], at("02:47:00"));
    let rows = page.features.iter().map(|row| {
        format!("{} | {} | {} | {} | {}", row.name, row.runs, row.rate, row.basis, row.ago)
    });
    let rows = rows.collect::<Vec<_>>().join("\n");
    insta::assert_snapshot!(rows.replace('\u{a0}', " "), @r#"
    support-agent | 5460 | 11.8 % | 604 of 5120, 10.9 to 12.7 %; 340 unknown | 4 s ago
    <script>alert(1)</script>"'><img src=x> | 5460 | unknown | no known outcome; 4 unknown | 4 s ago
    "#);
    assert!(page.features[0].bar.is_some() && page.features[1].bar.is_none());
    let html = page.render().unwrap();
    assert!(html.contains("<a href=\"/incidents/inc_night\">") && !html.contains("<script"));
}

#[derive(Debug, thiserror::Error)]
#[error("could not read the flights")]
struct Broken(#[source] std::io::Error);

impl Faulty for Broken {
    fn fault(&self) -> Fault {
        Fault::Unavailable
    }
}

#[test]
fn a_failure_page_keeps_the_sources_to_the_log() {
    let broken = Broken(std::io::Error::other("/var/secret is gone"));
    let html = FailurePage::new(503, &broken).render().unwrap();
    assert!(html.contains("Could not read the flights.") && !html.contains("secret"));
    assert!(html.contains("<a href=\"/\">All features and incidents</a>"));
}
