//! The handlers, one sentence each: extract, one call, convert.

use askama::Template;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{Html, IntoResponse};
use model::IncidentId;
use response::{OpenError, Right};

use crate::Site;
use crate::error::PageError;
use crate::pages::{HomePage, IncidentPage, PlaybooksPage};
use crate::visitor::Visitor;

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
        Ok::<_, OpenError>((mayday.features(now), mayday.list_incidents()))
    };
    let (features, incidents) = tokio::task::spawn_blocking(look).await??;
    Ok(Html(HomePage::new(&features, &incidents, now).render()?))
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
