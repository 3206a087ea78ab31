//! What a door tells of notices, tickets and what is used.

use anyhow::Result;
use api::notices::FileJson;
use api::tickets::TicketActJson;
use model::{NoticeId, TicketId};
use response::channels::matrix::{ChannelView, Matrix};
use response::inventory::InventoryView;
use response::notices::{NoticeView, Taken};
use response::tickets::TicketView;
use serde_json::json;

use super::Door;

impl Door {
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
