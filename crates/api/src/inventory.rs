//! What is really used.

use axum::Json;
use response::inventory::InventoryView;
use response::notices::NoticeError;

use crate::problem::{Problem, blocking};
use crate::seat::Seat;

/// `GET /api/v1/inventory`: models, tools and indexes, by whom and how much.
pub async fn get(seat: Seat) -> Result<Json<InventoryView>, Problem> {
    let look = move || Ok::<_, NoticeError>(seat.mayday.inventory_view(seat.at));
    Ok(Json(blocking(look).await?))
}
