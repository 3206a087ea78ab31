//! What comes from outside and goes there: changes, alerts, deliveries.

use anyhow::Result;
use api::changes::{ActivationJson, ChangesAsked};
use api::deliveries::{DrillJson, Wanted};
use api::drift::ReviewJson;
use model::{AlertId, ChangeId, DeliveryId};
use reqwest::Method;
use response::intake::change::ChangeJson;
use response::{AlertView, Delivery, DriftView, KnownChange};
use serde_json::json;

use super::{Door, json_of};

impl Door {
    /// Records a change.
    pub(crate) async fn record_change(&self, it: ChangeJson) -> Result<KnownChange> {
        let it = ChangeJson { by: self.by.clone(), ..it };
        self.post("/api/v1/changes", &serde_json::to_value(it)?).await
    }

    /// The latest changes.
    pub(crate) async fn changes(&self, asked: &ChangesAsked) -> Result<Vec<KnownChange>> {
        let request = self.request(Method::GET, "/api/v1/changes").query(asked);
        json_of(self.send(request).await?).await
    }

    /// One change.
    pub(crate) async fn change(&self, id: &ChangeId) -> Result<KnownChange> {
        self.get(&format!("/api/v1/changes/{id}"), &[]).await
    }

    /// Says that a change took effect.
    pub(crate) async fn activate_change(
        &self,
        id: &ChangeId,
        it: ActivationJson,
    ) -> Result<KnownChange> {
        let it = ActivationJson { by: self.by.clone(), ..it };
        self.post(&format!("/api/v1/changes/{id}/activation"), &serde_json::to_value(it)?).await
    }

    /// What surfaces have been through, and what is not as recorded.
    pub(crate) async fn drift(&self) -> Result<DriftView> {
        self.get("/api/v1/drift", &[]).await
    }

    /// Takes what a surface has become as reviewed.
    pub(crate) async fn review_drift(&self, it: ReviewJson) -> Result<DriftView> {
        let it = ReviewJson { by: self.by.clone(), ..it };
        self.post("/api/v1/drift/reviews", &serde_json::to_value(it)?).await
    }

    /// Every alert, latest first.
    pub(crate) async fn alerts(&self) -> Result<Vec<AlertView>> {
        self.get("/api/v1/alerts", &[]).await
    }

    /// One alert.
    pub(crate) async fn alert(&self, id: &AlertId) -> Result<AlertView> {
        self.get(&format!("/api/v1/alerts/{id}"), &[]).await
    }

    /// What others were told, latest first.
    pub(crate) async fn deliveries(&self, wanted: &Wanted) -> Result<Vec<Delivery>> {
        self.get("/api/v1/deliveries", &[("failed", &wanted.failed.to_string())]).await
    }

    /// Has a delivery that was given up tried again.
    pub(crate) async fn retry_delivery(&self, id: &DeliveryId) -> Result<Delivery> {
        self.post(&format!("/api/v1/deliveries/{id}/retry"), &json!({ "by": self.by })).await
    }

    /// Tells a target that this is a test.
    pub(crate) async fn test_target(&self, target: &str) -> Result<Delivery> {
        self.post(&format!("/api/v1/targets/{target}/test"), &json!({ "by": self.by })).await
    }

    /// What a test would send.
    pub(crate) async fn shown_to_target(&self, target: &str) -> Result<String> {
        let path = format!("/api/v1/targets/{target}/test");
        Ok(self.get::<DrillJson>(&path, &[]).await?.shown)
    }
}
