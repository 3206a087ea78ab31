//! Serving a router until told to stop, on connections that can take only so much.

use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use axum::http::Request;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tower::ServiceExt;

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

/// How long a TLS handshake may take.
const PATIENCE_FOR_HANDSHAKE: Duration = Duration::from_secs(5);

/// How long to wait where the system has no connection to give.
const OUT_OF_CONNECTIONS: Duration = Duration::from_millis(100);

/// Serves until `stop` is ready; then takes no more requests and ends with those under way.
///
/// Over TLS where there is a configuration for it. A request has the other side's address as an
/// extension, `ConnectInfo<SocketAddr>`.
pub fn serve(
    listener: TcpListener,
    router: Router,
    tls: Option<Arc<ServerConfig>>,
    stop: impl Future<Output = ()> + Send + 'static,
) -> JoinHandle<()> {
    let tls = tls.map(TlsAcceptor::from);
    tokio::spawn(async move {
        let server = Arc::new(server());
        let graceful = GracefulShutdown::new();
        let places = Arc::new(Semaphore::new(CONNECTIONS));
        let mut stop = pin!(stop);
        loop {
            let Ok(place) = Arc::clone(&places).acquire_owned().await else { break };
            let (socket, peer) = tokio::select! {
                accepted = accept(&listener) => accepted,
                () = &mut stop => break,
            };
            let connection = Connection {
                router: router.clone(),
                peer,
                server: Arc::clone(&server),
                watcher: graceful.watcher(),
            };
            let tls = tls.clone();
            tokio::spawn(async move {
                match tls {
                    None => connection.serve(socket).await,
                    Some(tls) => connection.serve_over_tls(socket, tls).await,
                }
                drop(place);
            });
        }
        drop(listener);
        graceful.shutdown().await;
    })
}

/// A connection, and what answers on it.
struct Connection {
    router: Router,
    peer: SocketAddr,
    server: Arc<Builder<TokioExecutor>>,
    watcher: Watcher,
}

impl Connection {
    async fn serve_over_tls(self, socket: TcpStream, tls: TlsAcceptor) {
        match timeout(PATIENCE_FOR_HANDSHAKE, tls.accept(socket)).await {
            Ok(Ok(socket)) => self.serve(socket).await,
            Ok(Err(error)) => tracing::debug!(%error, "a TLS handshake failed"),
            Err(_) => tracing::debug!("a TLS handshake took too long"),
        }
    }

    async fn serve<T: AsyncRead + AsyncWrite + Unpin + Send + 'static>(self, socket: T) {
        let Self { router, peer, server, watcher } = self;
        let router = router.map_request(move |mut request: Request<_>| {
            request.extensions_mut().insert(ConnectInfo(peer));
            request
        });
        let service = TowerToHyperService::new(router);
        let connection = server.serve_connection(TokioIo::new(socket), service);
        // A connection that breaks is the other side's affair.
        _ = watcher.watch(connection.into_owned()).await;
    }
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

async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok((socket, peer)) => {
                _ = socket.set_nodelay(true);
                return (socket, peer);
            }
            Err(_) => tokio::time::sleep(OUT_OF_CONNECTIONS).await,
        }
    }
}
