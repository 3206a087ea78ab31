//! `GET /api/v1/moved` and `GET /api/v1/features`.

use axum::Json;
use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use jiff::Timestamp;
use model::{BehaviourRate, Fault, Report, Window};
use response::{FeatureView, LookError, Question};
use serde::{Deserialize, Serialize};

use crate::problem::{Problem, blocking};
use crate::seat::Seat;

/// A question as it stands in a URL or in a JSON body.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    feature: Option<String>,
    baseline: Option<String>,
    incident: Option<String>,
}

/// A feature in JSON.
#[derive(Debug, Serialize)]
pub struct FeatureJson {
    feature: String,
    runs: u64,
    latest: Timestamp,
    rate: BehaviourRate,
}

impl Asked {
    /// A question from its three parts.
    pub fn new(
        feature: Option<String>,
        baseline: Option<String>,
        incident: Option<String>,
    ) -> Self {
        Self { feature, baseline, incident }
    }

    /// The question, parsed.
    pub fn question(self) -> Result<Question, Problem> {
        let invalid =
            |error: model::time::TimeError| Problem::new(Fault::Invalid, error.to_string());
        let window = |text: String| text.parse::<Window>().map_err(invalid);
        let windows = match (self.baseline, self.incident) {
            (None, None) => None,
            (Some(baseline), Some(incident)) => Some((window(baseline)?, window(incident)?)),
            _ => {
                let detail = "give both baseline and incident, or neither";
                return Err(Problem::new(Fault::Invalid, detail));
            }
        };
        Ok(Question { feature: self.feature, windows })
    }
}

/// Answers what moved.
pub async fn moved(
    seat: Seat,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Json<Report>, Problem> {
    let Query(asked) = asked.map_err(|rejection| {
        Problem::new(Fault::Invalid, format!("the query is not understood: {rejection}"))
    })?;
    let question = asked.question()?;
    blocking(move || seat.mayday.moved(&question, seat.at)).await.map(Json)
}

/// Lists the features.
pub async fn features(seat: Seat) -> Result<Json<Vec<FeatureJson>>, Problem> {
    let features = blocking(move || Ok::<_, LookError>(seat.mayday.features(seat.at))).await?;
    let json = |view: FeatureView| FeatureJson {
        feature: view.feature,
        runs: view.runs,
        latest: view.latest,
        rate: view.rate,
    };
    Ok(Json(features.into_iter().map(json).collect()))
}
