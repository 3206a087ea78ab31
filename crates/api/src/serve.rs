//! Serving a router until told to stop.

use axum::Router;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// Serves until `stop` is ready; then takes no more requests and ends with those under way.
pub fn serve(
    listener: TcpListener,
    router: Router,
    stop: impl Future<Output = ()> + Send + 'static,
) -> JoinHandle<std::io::Result<()>> {
    tokio::spawn(async move { axum::serve(listener, router).with_graceful_shutdown(stop).await })
}
