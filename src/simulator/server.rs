//! The listening socket, the connections, and the gate every request passes.

mod lanes;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, any};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinSet};
use tower::ServiceExt;

use self::lanes::Lanes;
use super::faults::{self, Lane};
use super::reply::{Refusal, unauthorized};
use super::world::World;

/// Counts what no endpoint answers.
const UNKNOWN: &str = "unknown";

/// Seconds the Personal API asks a crowd to wait (personal-api.md 9).
const CROWD_RETRY_AFTER: u32 = 14;

/// One thing the simulator can be asked: a stable name for the counters, a path, and who may ask.
pub(super) struct Endpoint {
    name: &'static str,
    path: &'static str,
    door: Door,
    methods: MethodRouter<Arc<World>>,
}

/// Whether an endpoint wants a bearer token, and whose.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Door {
    Public,
    Bearer,
    Personal,
    /// Where keys become bearers: of the personal lane, but without a bearer yet.
    Key,
}

impl Endpoint {
    /// An endpoint of sso or diauth, where people arrive without a token.
    pub(super) fn public(
        name: &'static str,
        path: &'static str,
        methods: MethodRouter<Arc<World>>,
    ) -> Self {
        Self::behind(Door::Public, name, path, methods)
    }

    /// An endpoint of connectapi, which wants a bearer (protocol.md 9.1).
    pub(super) fn bearer(
        name: &'static str,
        path: &'static str,
        methods: MethodRouter<Arc<World>>,
    ) -> Self {
        Self::behind(Door::Bearer, name, path, methods)
    }

    /// An endpoint of the Personal API, which wants a bearer of its own (personal-api.md 5).
    pub(super) fn personal(
        name: &'static str,
        path: &'static str,
        methods: MethodRouter<Arc<World>>,
    ) -> Self {
        Self::behind(Door::Personal, name, path, methods)
    }

    /// The key exchange of the Personal API (personal-api.md 4).
    pub(super) fn key(
        name: &'static str,
        path: &'static str,
        methods: MethodRouter<Arc<World>>,
    ) -> Self {
        Self::behind(Door::Key, name, path, methods)
    }

    /// What the counters call it.
    pub(super) fn name(&self) -> &'static str {
        self.name
    }

    fn behind(
        door: Door,
        name: &'static str,
        path: &'static str,
        methods: MethodRouter<Arc<World>>,
    ) -> Self {
        Self {
            name,
            path,
            door,
            methods,
        }
    }
}

/// Puts an answer's connection to death: the peer sees a reset instead of this response.
#[derive(Clone, Copy)]
pub(super) struct Disconnect;

impl IntoResponse for Disconnect {
    fn into_response(self) -> Response {
        let mut response = Response::default();
        response.extensions_mut().insert(self);
        response
    }
}

/// Binds 127.0.0.1 and serves until the handle is aborted.
pub(super) async fn listen(
    port: u16,
    world: Arc<World>,
    endpoints: Vec<Endpoint>,
) -> io::Result<(SocketAddr, AbortHandle)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    let address = listener.local_addr()?;
    let serving = tokio::spawn(accept(listener, Lanes::new(world, endpoints)));
    Ok((address, serving.abort_handle()))
}

/// The routes of one lane; beyond them lies nothing, behind the given door.
fn router(world: &Arc<World>, endpoints: Vec<Endpoint>, beyond: Door) -> Router {
    let mut router = Router::new();
    for Endpoint {
        name,
        path,
        door,
        methods,
    } in endpoints
    {
        let gate = middleware::from_fn_with_state((Arc::clone(world), name, door), gate);
        let methods = methods.fallback(async || Refusal::method_not_allowed());
        router = router.route(path, methods.layer(gate));
    }
    let unknown = middleware::from_fn_with_state((Arc::clone(world), UNKNOWN, beyond), gate);
    let nowhere = any(async || Refusal::not_found()).layer(unknown);
    router
        .fallback_service(nowhere.with_state(Arc::clone(world)))
        .with_state(Arc::clone(world))
}

/// Counts the request, lets trouble strike, and checks the bearer before the handler runs.
async fn gate(
    State((world, name, door)): State<(Arc<World>, &'static str, Door)>,
    request: Request,
    next: Next,
) -> Response {
    world.count(|counters| counters.arrived(name));
    let _present = world.enters();
    let lane = match door {
        Door::Public | Door::Bearer => Lane::Connect,
        Door::Personal | Door::Key => Lane::Personal,
    };
    let seat = (door == Door::Personal).then(|| world.personal_seats.try_acquire());
    if let Some(Err(_)) = seat {
        return faults::too_many_requests(Some(CROWD_RETRY_AFTER));
    }
    tokio::time::sleep(world.scenario.latency).await;
    let spoil = match world.strike(lane, name, request.uri().path()) {
        None => None,
        Some(kind) => match kind.answer().await {
            Ok(answer) => return answer,
            Err(spoil) => Some(spoil),
        },
    };
    let bearer = bearer_of(request.headers());
    let admitted = match door {
        Door::Public | Door::Key => Ok(()),
        Door::Bearer => world.admit(bearer),
        Door::Personal => world.admit_personal(bearer),
    };
    if let Err(reason) = admitted {
        return unauthorized(reason);
    }
    let answer = next.run(request).await;
    match spoil {
        Some(spoil) => spoil.applied(answer).await,
        None => answer,
    }
}

fn bearer_of(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    value.strip_prefix("Bearer ")
}

/// Connections live in a set owned by this loop, so that aborting the loop ends them all.
async fn accept(listener: TcpListener, lanes: Lanes) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                match accepted {
                    Ok((stream, _)) => {
                        connections.spawn(serve(stream, lanes.clone()));
                    }
                    // Out of file handles, most likely: let some connections end first.
                    Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
                }
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

/// Serves one connection, and resets it where a handler asked for that.
async fn serve(stream: TcpStream, lanes: Lanes) {
    let _ = stream.set_nodelay(true);
    let is_reset = Arc::new(AtomicBool::new(false));
    let wants_reset = Arc::clone(&is_reset);
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let (lanes, wants_reset) = (lanes.clone(), Arc::clone(&wants_reset));
        Box::pin(async move {
            let router = lanes.of(request.headers());
            let Ok(mut answer) = router.oneshot(request.map(Body::new)).await;
            if let Ok(date) = HeaderValue::from_str(&lanes.world.clock.http_date()) {
                answer.headers_mut().insert(header::DATE, date);
            }
            if answer.extensions().get::<Disconnect>().is_none() {
                return Ok(answer);
            }
            wants_reset.store(true, Ordering::Relaxed);
            Err(io::Error::from(io::ErrorKind::ConnectionReset))
        })
    });
    let mut connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(stream), service);
    // How the connection ended is the client's business; nothing here depends on it.
    let _ = std::future::poll_fn(|context| connection.poll_without_shutdown(context)).await;
    let stream = connection.into_parts().io.into_inner();
    if is_reset.load(Ordering::Relaxed) {
        // Without lingering the kernel sends a reset instead of a polite end of stream.
        let _ = stream.set_zero_linger();
    }
}

/// A body of the given media type.
pub(super) fn typed(media_type: &'static str, body: Vec<u8>) -> Response {
    (StatusCode::OK, [(header::CONTENT_TYPE, media_type)], body).into_response()
}
