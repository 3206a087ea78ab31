//! What was learned, through a door.

use anyhow::Result;
use api::lessons::{
    AblationJson, ClosingJson, ExportAsked, FiledJson, MeasuredJson, RecurrenceJson, ReopeningJson,
};
use model::eval::Ablation;
use model::{IncidentId, ItemId, Measured};
use response::lessons::{Bundle, Export};
use response::reviews::Fix;
use response::{AblationView, DocumentView, ItemView};

use super::Door;

impl Door {
    /// An incident's document.
    pub(crate) async fn document(&self, id: &IncidentId) -> Result<DocumentView> {
        self.get(&format!("/api/v1/incidents/{id}/document"), &[]).await
    }

    /// Files an incident's document.
    pub(crate) async fn file_document(
        &self,
        id: &IncidentId,
        text: String,
        version: Option<u32>,
    ) -> Result<DocumentView> {
        let it = FiledJson { text, version, by: self.by.clone() };
        let path = format!("/api/v1/incidents/{id}/document");
        self.post(&path, &serde_json::to_value(it)?).await
    }

    /// Every item.
    pub(crate) async fn items(&self) -> Result<Vec<ItemView>> {
        self.get("/api/v1/items", &[]).await
    }

    /// Closes an item.
    pub(crate) async fn close_item(&self, id: &ItemId, it: ClosingJson) -> Result<ItemView> {
        let it = ClosingJson { by: self.by.clone(), ..it };
        self.post(&format!("/api/v1/items/{id}/closing"), &serde_json::to_value(it)?).await
    }

    /// Whether what an item did helped.
    pub(crate) async fn fix(&self, id: &ItemId) -> Result<Fix> {
        self.get(&format!("/api/v1/items/{id}/fix"), &[]).await
    }

    /// Opens an item again.
    pub(crate) async fn reopen_item(&self, id: &ItemId, because: String) -> Result<ItemView> {
        let it = ReopeningJson { because, by: self.by.clone() };
        self.post(&format!("/api/v1/items/{id}/reopening"), &serde_json::to_value(it)?).await
    }

    /// Keeps what an eval measured.
    pub(crate) async fn measure(&self, it: MeasuredJson) -> Result<Measured> {
        let it = MeasuredJson { by: self.by.clone(), ..it };
        self.post("/api/v1/evals/results", &serde_json::to_value(it)?).await
    }

    /// Keeps trials with one part swapped.
    pub(crate) async fn ablate(&self, id: &IncidentId, ablation: Ablation) -> Result<AblationView> {
        let it = AblationJson { ablation, by: self.by.clone() };
        let path = format!("/api/v1/incidents/{id}/ablations");
        self.post(&path, &serde_json::to_value(it)?).await
    }

    /// Says whether an incident is an earlier one that came back.
    pub(crate) async fn judge_recurrence(&self, id: &IncidentId, it: RecurrenceJson) -> Result<()> {
        let it = RecurrenceJson { by: self.by.clone(), ..it };
        self.post(&format!("/api/v1/incidents/{id}/recurrences"), &serde_json::to_value(it)?).await
    }

    /// An incident's bad runs as cases.
    pub(crate) async fn cases(&self, id: &IncidentId, asked: ExportAsked) -> Result<Export> {
        let most = asked.most.map(|most| most.to_string());
        let query: Vec<(&str, &String)> = most.iter().map(|most| ("most", most)).collect();
        self.get(&format!("/api/v1/incidents/{id}/cases"), &query).await
    }

    /// An incident's bad runs as they were recorded.
    pub(crate) async fn bundles(&self, id: &IncidentId, asked: ExportAsked) -> Result<Vec<Bundle>> {
        let most = asked.most.map(|most| most.to_string());
        let query: Vec<(&str, &String)> = most.iter().map(|most| ("most", most)).collect();
        self.get(&format!("/api/v1/incidents/{id}/bundles"), &query).await
    }
}
