//! What the pages say, told through one incident.

use askama::Template;
use model::incident::IncidentKind;
use model::report::Basis;
use model::{BehaviourRate, Fault, Faulty, Verdict};
use response::{FeatureView, IncidentView};

use super::fixture::{HASH, at, report, view};
use super::{FailurePage, HomePage, IncidentPage};

/// Markup and quotes from outside, as a name might hold them.
const HOSTILE: &str = "<script>alert(1)</script>\"'><img src=x>";

fn page(view: &IncidentView) -> IncidentPage {
    IncidentPage::new(view).unwrap()
}

fn html(view: &IncidentView) -> String {
    page(view).render().unwrap()
}

fn show(page: &IncidentPage) -> String {
    let figure = |figure: &super::incident::figures::Figure| {
        format!("{}: {} | {}", figure.name, figure.value, figure.notes.join(" | "))
    };
    let lines = page.figures.iter().map(figure);
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
    insta::assert_snapshot!(page(&view(report())).headline, @"");
}

#[test]
fn figures_carry_n_and_an_interval() {
    insta::assert_snapshot!(show(&page(&view(report()))), @"");
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
    insta::assert_snapshot!(show(&page), @"");
    insta::assert_snapshot!(page.weighed, @"");
}

#[test]
fn a_mover_is_shown_with_its_comparison() {
    let page = page(&view(report()));
    insta::assert_debug_snapshot!(page.movers, @"");
    insta::assert_snapshot!(page.weighed, @"");
}

#[test]
fn a_full_cut_over_explains_nothing() {
    let mut report = report();
    report.movers[0].basis = Basis::BeforeAfter;
    report.movers[0].rate_without = BehaviourRate::of(0, 0, 0);
    let html = html(&view(report));
    assert!(html.contains("Before and after only: explains nothing by itself"));
    assert!(html.contains("coincides with") && !html.contains("carries"));
    assert!(html.contains("Put tool_shape:search_kb back to 4f1a on some of the runs"));
}

#[test]
fn surfaces_are_told_apart_without_colour() {
    let page = page(&view(report()));
    let rows = page.surfaces.iter().map(|row| format!("{} {} {}", row.mark, row.word, row.why));
    insta::assert_snapshot!(rows.collect::<Vec<_>>().join("\n"), @"");
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
    view.timeline = incident::timeline::moments(&view.incident);
    let html = html(&view);
    assert!(html.contains("&#60;script&#62;"));
    assert!(!html.contains("<script") && !html.contains("<img"), "{html}");
    let drawn = page(&view).picture;
    assert!(!drawn.wide.contains("alert") && !drawn.narrow.contains("alert"));
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
    insta::assert_snapshot!(page(&view(report())).picture.alternative, @"");
}

#[test]
fn commands_quote_what_a_shell_would_read() {
    let mut report = report();
    report.feature = Some("a; $(reboot)".to_owned());
    let page = page(&view(report));
    let lines = page.commands.iter().map(|command| command.line.as_str());
    insta::assert_snapshot!(lines.collect::<Vec<_>>().join("\n"), @"");
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
    insta::assert_debug_snapshot!(page.features, @"");
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
