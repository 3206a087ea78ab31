//! Serving a router until told to stop, on connections that can take only so much.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

/// Connections at once; the next ones wait to be accepted.
const CONNECTIONS: usize = 1_024;

/// Bytes that a connection over HTTP/2 may have sent ahead of what was read of them.
const AHEAD: u32 = 64 * 1_024;

/// Requests at once on a connection over HTTP/2.
const STREAMS: u32 = 64;

/// Bytes of a request's headers.
const HEADERS: u32 = 16 * 1_024;

/// How long a connection may be idle, or take over a request's headers.
const PATIENCE_FOR_HEADERS: Duration = Duration::from_secs(180);

/// How long to wait where the system has no connection to give.
const OUT_OF_CONNECTIONS: Duration = Duration::from_millis(100);

/// Serves until `stop` is ready; then takes no more requests and ends with those under way.
pub fn serve(
    listener: TcpListener,
    router: Router,
    stop: impl Future<Output = ()> + Send + 'static,
) -> JoinHandle<()> {
    tokio::spawn(async move {
        let server = server();
        let graceful = GracefulShutdown::new();
        let places = Arc::new(Semaphore::new(CONNECTIONS));
        let mut stop = pin!(stop);
        loop {
            let Ok(place) = Arc::clone(&places).acquire_owned().await else { break };
            let socket = tokio::select! {
                socket = accept(&listener) => socket,
                () = &mut stop => break,
            };
            let service = TowerToHyperService::new(router.clone());
            let connection = server.serve_connection(TokioIo::new(socket), service);
            let connection = graceful.watch(connection.into_owned());
            tokio::spawn(async move {
                // A connection that breaks is the other side's affair.
                _ = connection.await;
                drop(place);
            });
        }
        drop(listener);
        graceful.shutdown().await;
    })
}

fn server() -> Builder<TokioExecutor> {
    let mut server = Builder::new(TokioExecutor::new());
    server.http1().timer(TokioTimer::new()).header_read_timeout(PATIENCE_FOR_HEADERS);
    server
        .http2()
        .timer(TokioTimer::new())
        .initial_stream_window_size(AHEAD)
        .initial_connection_window_size(AHEAD)
        .max_concurrent_streams(STREAMS)
        .max_header_list_size(HEADERS);
    server
}

async fn accept(listener: &TcpListener) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((socket, _)) => {
                _ = socket.set_nodelay(true);
                return socket;
            }
            Err(_) => tokio::time::sleep(OUT_OF_CONNECTIONS).await,
        }
    }
}
