//! Deliveries, through a door.

use anyhow::Result;
use api::deliveries::{ShownJson, Wanted};
use model::DeliveryId;
use response::Delivery;
use serde_json::json;

use super::Door;

impl Door {
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
        Ok(self.get::<ShownJson>(&path, &[]).await?.shown)
    }
}
