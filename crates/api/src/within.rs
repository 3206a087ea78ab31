//! The paths of a server, asked from within this process: no port, no keys, the same answers.

use axum::Router;
use axum::body::{Body, Bytes, HttpBody};
use axum::http::{Request, Response};
use http_body_util::BodyExt;
use response::Unkeyed;
use tower::ServiceExt;

use crate::hosts::Hosts;
use crate::router::{Api, http};

/// Paths that answer whoever holds them.
#[derive(Debug, Clone)]
pub struct Within {
    paths: Router,
}

impl Within {
    /// Everything but the pages, for whoever has opened the data directory.
    pub fn new(api: Api) -> Self {
        let api = Api { unkeyed: Unkeyed::Opener, ..api };
        Self { paths: http(api, Hosts::loopback_and([]), Router::new()) }
    }

    /// The whole answer to a request for `localhost`.
    pub async fn ask<B>(&self, request: Request<B>) -> Result<Response<Bytes>, axum::Error>
    where
        B: HttpBody<Data = Bytes> + Send + 'static,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let Ok(answer) = self.paths.clone().oneshot(request.map(Body::new)).await;
        let (parts, body) = answer.into_parts();
        Ok(Response::from_parts(parts, body.collect().await?.to_bytes()))
    }
}
