//! A stand-in for whoever is told: keeps what it is sent, and answers as it is told.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderName, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// A request as it arrived.
#[derive(Debug, Clone)]
pub(super) struct Arrived {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

/// An answer to be given.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) header: Option<(&'static str, String)>,
    pub(super) body: Value,
}

/// A stand-in at an address of its own.
#[derive(Debug, Clone)]
pub(super) struct StandIn {
    pub(super) url: String,
    arrived: Arc<Mutex<Vec<Arrived>>>,
}

impl Answer {
    pub(super) fn of(status: u16) -> Self {
        Self { status, header: None, body: json!({}) }
    }

    pub(super) fn json(status: u16, body: Value) -> Self {
        Self { body, ..Self::of(status) }
    }

    pub(super) fn with(self, name: &'static str, value: &str) -> Self {
        Self { header: Some((name, value.to_owned())), ..self }
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap();
        let mut response = (status, axum::Json(self.body)).into_response();
        if let Some((name, value)) = self.header {
            let name = HeaderName::from_static(name);
            response.headers_mut().insert(name, value.parse().unwrap());
        }
        response
    }
}

impl StandIn {
    /// Answers with these, one after the other, and then with success.
    pub(super) async fn answering<const N: usize>(answers: [Answer; N]) -> Self {
        let answers = Arc::new(Mutex::new(VecDeque::from(answers)));
        let arrived = Arc::new(Mutex::new(Vec::new()));
        let keep = Arc::clone(&arrived);
        let take = move |method: Method, uri: Uri, headers: HeaderMap, body: Bytes| async move {
            let path = uri.to_string();
            keep.lock().unwrap().push(Arrived { method, path, headers, body });
            answers.lock().unwrap().pop_front().unwrap_or(Answer::of(200))
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, Router::new().fallback(take)).await });
        Self { url, arrived }
    }

    pub(super) fn arrived(&self) -> Vec<Arrived> {
        self.arrived.lock().unwrap().clone()
    }
}

impl Arrived {
    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(super) fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }
}
