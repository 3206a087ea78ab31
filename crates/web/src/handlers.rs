//! The handlers, one sentence each: extract, one call, convert.

use askama::Template;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{Html, IntoResponse};
use model::IncidentId;
use response::reviews::Quarter;
use response::{OpenError, Right};

use crate::Site;
use crate::error::PageError;
use crate::pages::{
    HomePage, IncidentPage, NoticesPage, PlaybooksPage, PostmortemPage, ReviewPage, Shown,
};
use crate::visitor::Visitor;

pub(crate) mod claims;
pub(crate) mod course;
pub(crate) mod sign_in;

const STYLE: &str = include_str!("../assets/style.css");

/// A page, or the page that says why there is none.
type Page = Result<Html<String>, PageError>;

/// `GET /`
pub(crate) async fn home(State(site): State<Site>, visitor: Visitor) -> Page {
    let now = (site.now)();
    let look = move || {
        let mayday = site.mayday.of(&visitor.who.tenant(), now)?;
        let given_up = mayday.given_up(now);
        Ok::<_, OpenError>((mayday.features(now), mayday.list_incidents(), given_up))
    };
    let (features, incidents, given_up) = tokio::task::spawn_blocking(look).await??;
    let page = HomePage { given_up, ..HomePage::new(&features, &incidents, now) };
    Ok(Html(page.render()?))
}

/// `GET /incidents/{id}`
pub(crate) async fn incident(
    State(site): State<Site>,
    visitor: Visitor,
    id: Result<Path<IncidentId>, PathRejection>,
) -> Page {
    let Path(id) = id.map_err(|_| PageError::NoSuchPage)?;
    let (who, now) = (visitor.who.clone(), (site.now)());
    let look = move || {
        let mayday = site.mayday.of(&who.tenant(), now)?;
        Ok::<_, PageError>(mayday.incident_view(&id, &who, now)?)
    };
    let form = visitor.who.may(Right::Respond).is_ok().then(|| visitor.mark());
    let view = tokio::task::spawn_blocking(look).await??;
    Ok(Html(IncidentPage::new(&view, form)?.render()?))
}

/// `GET /incidents/{id}/postmortem`
pub(crate) async fn postmortem(
    State(site): State<Site>,
    visitor: Visitor,
    id: Result<Path<IncidentId>, PathRejection>,
) -> Page {
    let Path(id) = id.map_err(|_| PageError::NoSuchPage)?;
    let now = (site.now)();
    let look = move || {
        let mayday = site.mayday.of(&visitor.who.tenant(), now)?;
        Ok::<_, PageError>(mayday.document(&id, &visitor.who, now)?)
    };
    let view = tokio::task::spawn_blocking(look).await??;
    Ok(Html(PostmortemPage::new(&view).render()?))
}

/// `GET /reviews/{quarter}`
pub(crate) async fn review(
    State(site): State<Site>,
    visitor: Visitor,
    quarter: Result<Path<Quarter>, PathRejection>,
) -> Page {
    let Path(quarter) = quarter.map_err(|_| PageError::NoSuchPage)?;
    let now = (site.now)();
    let look = move || {
        let mayday = site.mayday.of(&visitor.who.tenant(), now)?;
        Ok::<_, PageError>(mayday.review(quarter, visitor.name(), now)?)
    };
    let review = tokio::task::spawn_blocking(look).await??;
    Ok(Html(ReviewPage::new(&review)?.render()?))
}

/// `GET /playbooks`
pub(crate) async fn playbooks(State(site): State<Site>, visitor: Visitor) -> Page {
    let now = (site.now)();
    let look = move || {
        let mayday = site.mayday.of(&visitor.who.tenant(), now)?;
        Ok::<_, OpenError>(mayday.playbooks(now))
    };
    let playbooks = tokio::task::spawn_blocking(look).await??;
    Ok(Html(PlaybooksPage::new(&playbooks).render()?))
}

/// `GET /notices`
pub(crate) async fn notices(State(site): State<Site>, visitor: Visitor) -> Page {
    let now = (site.now)();
    let look = move || {
        let mayday = site.mayday.of(&visitor.who.tenant(), now)?;
        let (notices, tickets) = (mayday.list_notices(now), mayday.tickets(now));
        let (matrix, inventory) = (mayday.channel_matrix(now), mayday.inventory_view(now));
        let shown =
            Shown { matrix: &matrix, notices: &notices, tickets: &tickets, inventory: &inventory };
        Ok::<_, OpenError>(NoticesPage::new(&shown, now))
    };
    Ok(Html(tokio::task::spawn_blocking(look).await??.render()?))
}

/// `GET /assets/style.css`
pub(crate) async fn style() -> impl IntoResponse {
    let headers =
        [(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, "max-age=300")];
    (headers, STYLE)
}

/// Any other address.
pub(crate) async fn missing() -> PageError {
    PageError::NoSuchPage
}
