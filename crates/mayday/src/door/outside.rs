//! What comes from outside and goes there: changes, alerts, notices, tickets, deliveries.

use anyhow::Result;
use api::changes::{ActivationJson, ChangesAsked};
use api::deliveries::{DrillJson, Wanted};
use api::drift::ReviewJson;
use api::notices::FileJson;
use api::tickets::TicketActJson;
use model::{AlertId, ChangeId, DeliveryId, NoticeId, TicketId};
use reqwest::Method;
use response::channels::matrix::{ChannelView, Matrix};
use response::intake::change::ChangeJson;
use response::inventory::InventoryView;
use response::notices::{NoticeView, Taken};
use response::tickets::TicketView;
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

    /// Notices of providers, of each thing the latest.
    pub(crate) async fn notices(&self) -> Result<Vec<NoticeView>> {
        self.get("/api/v1/notices", &[]).await
    }

    /// One notice.
    pub(crate) async fn notice(&self, id: &NoticeId) -> Result<NoticeView> {
        self.get(&format!("/api/v1/notices/{id}"), &[]).await
    }

    /// Brings a file of models that go.
    pub(crate) async fn import_notices(&self, name: String, text: String) -> Result<Taken> {
        let file = FileJson { name, text, by: self.by.clone() };
        self.post("/api/v1/notices/imports", &serde_json::to_value(file)?).await
    }

    /// The channels by provider and kind.
    pub(crate) async fn channels(&self) -> Result<Matrix> {
        self.get("/api/v1/channels", &[]).await
    }

    /// Sends a test event through a channel.
    pub(crate) async fn test_channel(&self, channel: &str) -> Result<ChannelView> {
        let path = format!("/api/v1/channels/{channel}/tests");
        self.post(&path, &json!({ "by": self.by })).await
    }

    /// Tickets, open ones first.
    pub(crate) async fn tickets(&self) -> Result<Vec<TicketView>> {
        self.get("/api/v1/tickets", &[]).await
    }

    /// Says what was done about a ticket.
    pub(crate) async fn act_on_ticket(
        &self,
        id: &TicketId,
        it: TicketActJson,
    ) -> Result<TicketView> {
        let it = TicketActJson { by: self.by.clone(), ..it };
        self.post(&format!("/api/v1/tickets/{id}/acts"), &serde_json::to_value(it)?).await
    }

    /// What is really used.
    pub(crate) async fn inventory(&self) -> Result<InventoryView> {
        self.get("/api/v1/inventory", &[]).await
    }
}
