//! Which lane a request means. Both have the same paths and one address: the bearer decides.

use std::collections::HashSet;
use std::sync::Arc;

use axum::Router;
use axum::http::HeaderMap;
use axum::routing::get;

use super::{Door, Endpoint, UNKNOWN, bearer_of, router};
use crate::simulator::reply::Refusal;
use crate::simulator::world::World;

#[derive(Clone)]
pub(super) struct Lanes {
    pub(super) world: Arc<World>,
    connect: Router,
    personal: Router,
}

impl Lanes {
    pub(super) fn new(world: Arc<World>, endpoints: Vec<Endpoint>) -> Self {
        let (personal, mut connect): (Vec<_>, Vec<_>) = endpoints
            .into_iter()
            .partition(|endpoint| endpoint.door == Door::Personal);
        // What only the other lane has is nothing to a phone's bearer, but without one it is a locked door.
        let known: HashSet<_> = connect.iter().map(|endpoint| endpoint.path).collect();
        let foreign = personal
            .iter()
            .map(|endpoint| endpoint.path)
            .filter(|path| !known.contains(path))
            .map(|path| Endpoint::bearer(UNKNOWN, path, get(async || Refusal::not_found())));
        connect.extend(foreign.collect::<Vec<_>>());
        Self {
            connect: router(&world, connect, Door::Public),
            personal: router(&world, personal, Door::Personal),
            world,
        }
    }

    /// The routes for a request with these headers.
    pub(super) fn of(&self, headers: &HeaderMap) -> Router {
        let is_personal = bearer_of(headers).is_some_and(|bearer| self.world.keys().knows(bearer));
        if is_personal {
            self.personal.clone()
        } else {
            self.connect.clone()
        }
    }
}
