//! What all requests share.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, Weak};
use std::time::Instant;

use actix_web::HttpRequest;
use boothline_domain::clock::{Clock, Timestamp};

use crate::clock::MovableClock;
use crate::connection::Connection;
use crate::error::ApiError;
use crate::faults::Faults;
use crate::oauth::Directory;
use crate::operation::Operation;
use crate::options::{LinkBase, Options};
use crate::traffic::Traffic;
use crate::world::{Caller, OPERATOR, World};

/// The state of one simulator. Its `Debug` shows neither tokens nor the addresses of sessions.
pub(crate) struct Shared {
    /// The own address with a slash at the end.
    pub(crate) url: String,
    pub(crate) faults: Faults,
    pub(crate) clock: MovableClock,
    options: RwLock<Options>,
    world: Mutex<World>,
    directory: Mutex<Directory>,
    traffic: Mutex<Traffic>,
    outage: AtomicBool,
    connections: Mutex<Vec<Weak<Connection>>>,
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared")
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

impl Shared {
    pub(crate) fn new(url: String, options: Options) -> Arc<Self> {
        let shared = Arc::new(Self {
            url,
            faults: Faults::default(),
            clock: MovableClock::default(),
            options: RwLock::new(options),
            world: Mutex::default(),
            directory: Mutex::default(),
            traffic: Mutex::default(),
            outage: AtomicBool::new(false),
            connections: Mutex::default(),
        });
        let now = shared.now();
        shared.world().account(OPERATOR, now);
        shared
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn directory(&self) -> MutexGuard<'_, Directory> {
        self.directory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn traffic(&self) -> MutexGuard<'_, Traffic> {
        self.traffic.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn options(&self) -> Options {
        self.options
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(crate) fn change(&self, change: impl FnOnce(&mut Options)) {
        change(&mut self.options.write().unwrap_or_else(PoisonError::into_inner));
    }

    /// What links to files begin with.
    pub(crate) fn link_base(&self) -> String {
        match self.options().links {
            LinkBase::Google => "https://drive.google.com/".to_owned(),
            LinkBase::Here => self.url.clone(),
        }
    }

    /// Counts an arriving request; whether the rate limit lets it through.
    pub(crate) fn arrive(&self, op: Operation) -> bool {
        let rate = self.options().requests_per_second;
        self.traffic().arrive(op, Instant::now(), rate)
    }

    /// Who calls, by the access token.
    pub(crate) fn caller(&self, request: &HttpRequest) -> Result<Caller, ApiError> {
        let token = bearer(request).ok_or_else(ApiError::unauthenticated)?;
        let caller = self.directory().caller(&token, self.now())?;
        self.world().account(&caller.account, self.now());
        Ok(caller)
    }

    pub(crate) fn is_out(&self) -> bool {
        self.outage.load(Ordering::SeqCst)
    }

    /// In an outage every connection is closed, the open ones too, but not the one that asked for it.
    pub(crate) fn set_outage(&self, on: bool, spared: Option<&Arc<Connection>>) {
        self.outage.store(on, Ordering::SeqCst);
        if !on {
            return;
        }
        for connection in self.connections().iter().filter_map(Weak::upgrade) {
            if !spared.is_some_and(|spared| Arc::ptr_eq(spared, &connection)) {
                connection.cut();
            }
        }
    }

    pub(crate) fn remember(&self, connection: Weak<Connection>) {
        let mut connections = self.connections();
        connections.retain(|known| known.strong_count() > 0);
        connections.push(connection);
    }

    fn connections(&self) -> MutexGuard<'_, Vec<Weak<Connection>>> {
        self.connections.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn bearer(request: &HttpRequest) -> Option<String> {
    let header = request.headers().get("authorization")?.to_str().ok()?;
    let (scheme, token) = header.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then(|| token.trim().to_owned())
}
