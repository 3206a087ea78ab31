//! What a drawing holds.

use model::report::{Onset, OutcomeChange, Windows};
use model::{BehaviourRate, Window};

use super::palette::{self, BAND, RATE};
use super::{Chart, Screen};
use crate::pages::tests::fixture::{at, report, slices, windows};

fn chart(counts: &[(u64, u64)]) -> Chart {
    let outcome = report().outcome;
    Chart {
        slices: slices(counts),
        windows: windows(),
        outcome,
        onset: None,
        first_seen: vec![],
        names: ["baseline", "incident"],
    }
}

fn draw(chart: &Chart) -> String {
    chart.draw(Screen::Wide).unwrap()
}

fn name(colour: plotters::style::RGBColor) -> String {
    format!("#{:02X}{:02X}{:02X}", colour.0, colour.1, colour.2)
}

/// How many pieces the band and the line have.
fn pieces(svg: &str) -> (usize, usize) {
    let count = |tag: &str, colour: String| {
        svg.lines().filter(|line| line.starts_with(tag) && line.contains(&colour)).count()
    };
    (count("<polygon", name(BAND)), count("<polyline", name(RATE)))
}

fn is_sound(svg: &str) -> bool {
    !["NaN", "inf", "-2147483648", "2147483647"].iter().any(|bad| svg.contains(bad))
}

#[test]
fn a_slice_without_known_outcomes_leaves_a_gap() {
    assert_eq!(pieces(&draw(&chart(&[(1, 20), (2, 20), (3, 20)]))), (1, 1));
    assert_eq!(pieces(&draw(&chart(&[(1, 20), (0, 0), (3, 20)]))), (2, 2));
    assert_eq!(pieces(&draw(&chart(&[(0, 0), (0, 0), (3, 20)]))), (1, 1));
}

#[test]
fn no_known_outcome_at_all_is_said_and_drawn_soundly() {
    let mut chart = chart(&[(0, 0); 18]);
    let none = BehaviourRate::of(0, 0, 3);
    chart.outcome = OutcomeChange { before: none, during: none, ..chart.outcome };
    let svg = draw(&chart);
    assert_eq!(pieces(&svg), (0, 0));
    assert!(svg.contains("no known outcome in this time") && is_sound(&svg), "{svg}");
}

#[test]
fn few_slices_or_none_are_drawn_soundly() {
    for counts in [vec![], vec![(1, 3)], vec![(0, 9)], vec![(9, 9)]] {
        let svg = draw(&chart(&counts));
        assert!(is_sound(&svg), "{counts:?}: {svg}");
        assert_eq!(pieces(&svg), (counts.len(), counts.len()));
    }
}

#[test]
fn an_empty_window_is_drawn_soundly() {
    let empty = Window { start: at("02:00:00"), end: at("02:00:00") };
    let mut chart = chart(&[]);
    chart.windows = Windows { baseline: empty, incident: empty, ..chart.windows };
    chart.onset = Some(Onset { at: empty.start, earliest: empty.start, latest: empty.start });
    assert!(is_sound(&draw(&chart)));
}

#[test]
fn the_windows_the_onset_and_the_axes_are_named() {
    let mut chart = chart(&[(1, 20); 18]);
    chart.onset = report().onset;
    let svg = draw(&chart);
    for words in ["baseline 3.1 %", "incident 11.8 %", "began 02:10", "01:30", "UTC", "10 %"] {
        assert!(svg.contains(words), "{words}: {svg}");
    }
}

#[test]
fn movers_are_marked_if_they_were_first_seen_in_range() {
    let triangles = |first_seen: Vec<_>| {
        let chart = Chart { first_seen, ..chart(&[]) };
        let mark = name(palette::MARK);
        let svg = draw(&chart);
        let is_mark = |line: &&str| line.starts_with("<polygon") && line.contains(&mark);
        svg.lines().filter(is_mark).count()
    };
    assert_eq!(triangles(vec![at("02:09:00"), at("02:20:00")]), 2);
    assert_eq!(triangles(vec![at("03:00:00"), at("23:59:59")]), 0);
}

#[test]
fn the_stylesheet_knows_every_colour() {
    let style = include_str!("../../assets/style.css");
    for name in palette::names() {
        assert!(style.contains(&name), "{name}");
    }
}

#[test]
fn a_drawing_scales_and_needs_no_inline_style() {
    for (screen, size) in [(Screen::Wide, "0 0 1840 640"), (Screen::Narrow, "0 0 716 540")] {
        let svg = chart(&[(1, 20); 18]).draw(screen).unwrap();
        assert!(svg.contains(&format!("viewBox=\"{size}\"")) && !svg.contains("style="));
        assert!(svg.trim_end().ends_with("</svg>"));
    }
}
