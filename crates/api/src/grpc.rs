//! OTLP over gRPC: `TraceService/Export` and `LogsService/Export`.
//!
//! Only the protocol is gRPC's: messages pass through unread, and are taken as those that come over
//! HTTP are.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use http_body_util::Full;
use model::Fault;
use prost::bytes::{Buf, BufMut};
use response::{Counted, Encoding, Signal};
use tonic::codec::{Codec, CompressionEncoding, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::server::Grpc;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};
use tower::service_fn;

use crate::export::{self, Export, Read};
use crate::problem::{self, Problem};
use crate::router::Api;

/// Where traces are exported to.
pub(crate) const TRACES: &str = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";

/// Where logs are exported to.
pub(crate) const LOGS: &str = "/opentelemetry.proto.collector.logs.v1.LogsService/Export";

/// Takes spans.
pub async fn traces(State(api): State<Api>, request: Request) -> Response {
    export(api, Signal::Traces, request).await
}

/// Takes log records.
pub async fn logs(State(api): State<Api>, request: Request) -> Response {
    export(api, Signal::Logs, request).await
}

/// The answer to a path that is not there: to a call, that the method is not implemented.
pub async fn no_such_path(headers: HeaderMap) -> Response {
    let is_call = |kind: &HeaderValue| kind.as_bytes().starts_with(b"application/grpc");
    if headers.get(CONTENT_TYPE).is_some_and(is_call) {
        return Status::unimplemented("only traces and logs can be exported here").into_http();
    }
    problem::no_such_path().await.into_response()
}

async fn export(api: Api, signal: Signal, request: Request) -> Response {
    let mayday = Arc::clone(&api.mayday);
    let response = match receive(&api, request).await {
        Ok((request, read)) => answer(api, signal, request, read).await,
        Err(problem) => Status::from(problem).into_http(),
    };
    match refused(&response) {
        // Those that are denied have been counted as such.
        None | Some(Code::Unauthenticated | Code::PermissionDenied) => {}
        Some(_) => mayday.tally().add(Counted::RequestsRefused, 1),
    }
    response
}

/// Reads a request as it comes: with the frame around its message, and compressed if it is.
async fn receive(api: &Api, request: Request) -> Result<(Request, Read), Problem> {
    let (parts, body) = request.into_parts();
    let read = export::read(api, &parts.headers, body).await?;
    let framed = Body::new(Full::new(read.body.clone()));
    Ok((Request::from_parts(parts, framed), read))
}

/// Unpacks the message and records it.
async fn answer(api: Api, signal: Signal, request: Request, read: Read) -> Response {
    let most = api.max_body_bytes;
    let mut grpc = Grpc::new(Unread)
        .accept_compressed(CompressionEncoding::Gzip)
        .max_decoding_message_size(most);
    let mut read = Some(read);
    let service = service_fn(move |message: tonic::Request<Bytes>| {
        let (api, read) = (api.clone(), read.take());
        async move {
            let read = read.ok_or_else(|| Status::internal("one request, one message"))?;
            let read = read.holding(message.into_inner()).await?;
            let export = Export { signal, encoding: Encoding::Protobuf };
            Ok::<_, Status>(tonic::Response::new(export.record(&api, read).await?))
        }
    });
    let response = grpc.unary(service, request).await.map(Body::new);
    match refused(&response) {
        // This code would have clients send the same message again.
        Some(Code::OutOfRange) => Status::from(export::too_large(most)).into_http(),
        _ => response,
    }
}

/// The code of a refusal, which has no body and so stands in the headers.
fn refused(response: &Response) -> Option<Code> {
    Status::from_header_map(response.headers()).map(|status| status.code())
}

/// How long a client is told to wait before it tries again.
const COME_BACK_AFTER: Duration = Duration::from_secs(1);

/// The one map from faults to gRPC's codes.
pub(crate) fn code(fault: Fault) -> Code {
    match fault {
        Fault::NotFound => Code::NotFound,
        Fault::Conflict => Code::AlreadyExists,
        Fault::Invalid => Code::InvalidArgument,
        Fault::Unauthenticated => Code::Unauthenticated,
        Fault::Denied => Code::PermissionDenied,
        Fault::Limited => Code::ResourceExhausted,
        Fault::Unavailable => Code::Unavailable,
        Fault::Timeout => Code::DeadlineExceeded,
        Fault::Bug => Code::Internal,
    }
}

impl From<Problem> for Status {
    fn from(problem: Problem) -> Self {
        let (fault, detail) = (problem.fault(), problem.detail());
        match fault {
            Fault::Limited | Fault::Unavailable => {
                let retry = ErrorDetails::with_retry_info(Some(COME_BACK_AFTER));
                Status::with_error_details(code(fault), detail, retry)
            }
            _ => Status::new(code(fault), detail),
        }
    }
}

/// Messages as the bytes that they are.
struct Unread;

impl Codec for Unread {
    type Encode = Vec<u8>;
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Unread
    }

    fn decoder(&mut self) -> Self {
        Unread
    }
}

impl Encoder for Unread {
    type Item = Vec<u8>;
    type Error = Status;

    fn encode(&mut self, message: Vec<u8>, to: &mut EncodeBuf<'_>) -> Result<(), Status> {
        to.put_slice(&message);
        Ok(())
    }
}

impl Decoder for Unread {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, from: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(from.copy_to_bytes(from.remaining())))
    }
}
