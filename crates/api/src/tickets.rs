//! Tickets: dated work that notices ask for.

use axum::Json;
use axum::extract::Path;
use axum::extract::rejection::JsonRejection;
use model::TicketId;
use response::notices::NoticeError;
use response::tickets::{Progress, TicketView};
use serde::{Deserialize, Serialize};

use crate::access::actor;
use crate::outcomes::json;
use crate::problem::{Problem, blocking};
use crate::seat::Seat;

/// Something that was done about a ticket, in JSON.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TicketActJson {
    /// What.
    pub what: String,
    /// Whether that is all.
    #[serde(default)]
    pub done: bool,
    /// Who did it.
    pub by: Option<String>,
}

/// `GET /api/v1/tickets`: open ones first, by their date.
pub async fn list(seat: Seat) -> Result<Json<Vec<TicketView>>, Problem> {
    let look = move || Ok::<_, NoticeError>(seat.mayday.tickets(seat.at));
    Ok(Json(blocking(look).await?))
}

/// `POST /api/v1/tickets/{ticket}/acts`: the ticket as it now stands. Acts are people's.
pub async fn act(
    seat: Seat,
    Path(ticket): Path<TicketId>,
    body: Result<Json<TicketActJson>, JsonRejection>,
) -> Result<Json<TicketView>, Problem> {
    let TicketActJson { what, done, by } = json(body)?;
    let by = actor(&seat.who, by)?;
    let progress = if done { Progress::Done } else { Progress::Begun };
    let act = move || seat.mayday.act_on_ticket(&ticket, &what, progress, seat.act(&by));
    Ok(Json(blocking(act).await?))
}
