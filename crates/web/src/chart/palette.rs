//! The chart's colours. Each is the name by which the stylesheet finds what it colours.

use plotters::style::RGBColor;

/// The baseline's background.
pub(super) const BASELINE: RGBColor = RGBColor(0xF1, 0xF1, 0xF2);
/// The incident's background.
pub(super) const INCIDENT: RGBColor = RGBColor(0xFC, 0xEE, 0xE8);
/// The range of the onset.
pub(super) const ONSET_RANGE: RGBColor = RGBColor(0xE5, 0xD5, 0xCE);
/// Lines across, at round shares.
pub(super) const GRID: RGBColor = RGBColor(0xDD, 0xDE, 0xE0);
/// The axes.
pub(super) const AXIS: RGBColor = RGBColor(0xB9, 0xBC, 0xC1);
/// Text on the axes.
pub(super) const LABEL: RGBColor = RGBColor(0x59, 0x5F, 0x69);
/// Text in the plot.
pub(super) const STRONG: RGBColor = RGBColor(0x1B, 0x1D, 0x21);
/// The interval around the rate.
pub(super) const BAND: RGBColor = RGBColor(0xF2, 0xC4, 0xB0);
/// The rate.
pub(super) const RATE: RGBColor = RGBColor(0xB4, 0x3A, 0x10);
/// The rate of a whole window.
pub(super) const LEVEL: RGBColor = RGBColor(0x1B, 0x1D, 0x22);
/// The onset.
pub(super) const ONSET: RGBColor = RGBColor(0x1B, 0x1D, 0x23);
/// When something that moved was first seen.
pub(super) const MARK: RGBColor = RGBColor(0x59, 0x5F, 0x6A);

/// All of them, as they stand in the drawing.
#[cfg(test)]
pub(super) fn names() -> Vec<String> {
    let all = [
        BASELINE,
        INCIDENT,
        ONSET_RANGE,
        GRID,
        AXIS,
        LABEL,
        STRONG,
        BAND,
        RATE,
        LEVEL,
        ONSET,
        MARK,
    ];
    all.iter().map(|RGBColor(r, g, b)| format!("#{r:02X}{g:02X}{b:02X}")).collect()
}
