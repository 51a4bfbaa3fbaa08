//! The accept loop: bounded connections, slow headers cut off, a stop that lets requests finish.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

/// HTTP connections at once; more wait in the kernel's queue. WebSockets are counted apart, since
/// they leave this loop with their handshake.
const CONNECTIONS: usize = 8_192;
/// Time for the headers of a request, which is also how long an idle connection is kept.
const HEADERS_WITHIN: Duration = Duration::from_secs(10);
/// Bytes and number of headers: ours are few and short.
const HEADER_BYTES: usize = 32 * 1024;
const HEADERS: usize = 64;
/// Time that requests under way have after a stop.
const DRAIN: Duration = Duration::from_secs(8);
/// Pause when accepting fails, as when no file is left.
const ACCEPT_AGAIN: Duration = Duration::from_millis(50);

/// Address of the client at the other end of the connection; an extension of every request.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

/// Answers requests on `listener` until `shutdown`, then finishes those under way within 8 seconds.
///
/// # Errors
/// Never after the listener is bound; accepting again is tried for ever.
pub async fn serve(listener: TcpListener, router: Router, shutdown: CancellationToken) -> io::Result<()> {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let connections = TaskTracker::new();
    loop {
        let place = tokio::select! {
            () = shutdown.cancelled() => break,
            place = Arc::clone(&places).acquire_owned() => place.expect("the semaphore is never closed"),
        };
        let accepted = tokio::select! {
            () = shutdown.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                connections.spawn(connection(stream, peer, router.clone(), place, shutdown.clone()));
            }
            Err(error) => {
                tracing::warn!(%error, "could not accept a connection: {error}");
                tokio::time::sleep(ACCEPT_AGAIN).await;
            }
        }
    }
    // Closed first, so that clients find nobody instead of waiting in a queue.
    drop(listener);
    connections.close();
    if tokio::time::timeout(DRAIN, connections.wait()).await.is_err() {
        tracing::warn!(connections.open = connections.len(), "{} connections were cut off", connections.len());
    }
    Ok(())
}

async fn connection(stream: TcpStream, peer: SocketAddr, router: Router, place: OwnedSemaphorePermit, shutdown: CancellationToken) {
    // Answers and deltas are small and wanted at once.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(Peer(peer));
        let router = router.clone();
        async move { Ok::<_, Infallible>(router.oneshot(request.map(Body::new)).await.unwrap_or_else(|never| match never {})) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADERS_WITHIN)
        .max_header_size(HEADER_BYTES)
        .max_headers(HEADERS)
        .half_close(false)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = shutdown.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended: {error}");
    }
    drop(place);
}
