//! `/reviews/{quarter}`: a quarter's review, with a picture of each eval's rate.

use askama::Template;
use response::reviews::{Review, Trend, WARNING, html, markdown};

use crate::chart::{Chart, ChartError, Screen};
use crate::words;

/// `/reviews/{quarter}`
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "review.html")]
pub(crate) struct ReviewPage {
    /// Which quarter.
    pub(crate) quarter: String,
    /// How rates went.
    pub(crate) pictures: Vec<TrendPicture>,
    /// What is said where work has shown no effect.
    pub(crate) warning: String,
    /// The review as HTML: made of Markdown in which nothing from outside is markup.
    pub(crate) document: String,
}

/// The rate of an eval over a year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TrendPicture {
    /// The eval and its version.
    pub(crate) name: String,
    /// SVG for a desk. Holds no text from outside.
    pub(crate) wide: String,
    /// SVG for a phone. Holds no text from outside.
    pub(crate) narrow: String,
    /// The picture in words, with its figures.
    pub(crate) alternative: String,
    /// What is drawn, and what follows from it.
    pub(crate) caption: String,
    /// Whether work on this rate has shown no effect.
    pub(crate) is_warned: bool,
}

impl ReviewPage {
    /// The page of a review.
    pub(crate) fn new(review: &Review) -> Result<Self, ChartError> {
        let pictures = review.trends.iter().filter_map(TrendPicture::of);
        Ok(Self {
            quarter: review.quarter.to_string(),
            pictures: pictures.collect::<Result<_, _>>()?,
            warning: words::sentence(WARNING),
            document: html(&markdown(review)),
        })
    }
}

impl TrendPicture {
    /// The picture of a trend; none where too few weeks are on record to draw one.
    fn of(trend: &Trend) -> Option<Result<Self, ChartError>> {
        let chart = Chart::of_trend(trend)?;
        let draw = || {
            let name = format!("{} {}", trend.eval, trend.version);
            let direction = trend.direction.as_str();
            Ok(Self {
                wide: chart.draw(Screen::Wide)?,
                narrow: chart.draw(Screen::Narrow)?,
                alternative: format!("Failure rate of {name}: {direction}; {}", trend.why),
                caption: format!("{direction}: share of failed trials by week. {}", trend.why),
                is_warned: trend.is_warned(),
                name,
            })
        };
        Some(draw())
    }
}
