//! Reviews, through a door.

use anyhow::Result;
use api::reviews::{GradeJson, LookerJson};
use response::reviews::{Quarter, Review};

use super::Door;

impl Door {
    /// A quarter's review, as whoever acts sees it.
    pub(crate) async fn review(&self, quarter: Quarter) -> Result<Review> {
        let by: Vec<(&str, &String)> = self.by.iter().map(|by| ("by", by)).collect();
        self.get(&format!("/api/v1/reviews/{quarter}"), &by).await
    }

    /// The same with the machine's grades: whoever acts is no longer blind.
    pub(crate) async fn show_grades(&self, quarter: Quarter) -> Result<Review> {
        let it = LookerJson { by: self.by.clone() };
        let path = format!("/api/v1/reviews/{quarter}/showings");
        self.post(&path, &serde_json::to_value(it)?).await
    }

    /// Grades a document.
    pub(crate) async fn grade(&self, quarter: Quarter, it: GradeJson) -> Result<()> {
        let it = GradeJson { by: self.by.clone(), ..it };
        let path = format!("/api/v1/reviews/{quarter}/grades");
        self.post(&path, &serde_json::to_value(it)?).await
    }
}
