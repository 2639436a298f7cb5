//! A simulator on a thread of its own.

use std::io;
use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::middleware::from_fn;
use actix_web::{App, HttpServer, web};

use crate::connection::Connection;
use crate::faults::Faults;
use crate::operation::Operation;
use crate::options::Options;
use crate::shared::Shared;
use crate::snapshot::{self, Snapshot};
use crate::{arrival, control, credentials, drive, links, oauth, upload};

/// A running simulator. It stops when it is dropped.
#[derive(Debug)]
pub struct Sim {
    shared: Arc<Shared>,
    server: ServerHandle,
    thread: Option<JoinHandle<io::Result<()>>>,
}

/// Larger than any metadata or form that a client sends.
const LARGEST_BODY: usize = 16 * 1024 * 1024;

impl Sim {
    /// Starts a simulator on 127.0.0.1.
    ///
    /// # Errors
    /// When the port is taken or no thread can be started.
    pub fn start(options: Options) -> io::Result<Self> {
        Self::launch(options, false)
    }

    /// The same, but Ctrl-C ends it; see [`Sim::wait`].
    ///
    /// # Errors
    /// When the port is taken or no thread can be started.
    pub fn start_in_terminal(options: Options) -> io::Result<Self> {
        Self::launch(options, true)
    }

    fn launch(options: Options, signals: bool) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", options.port))?;
        let url = format!("http://{}/", listener.local_addr()?);
        let shared = Shared::new(url, options);
        let (send, receive) = std::sync::mpsc::channel();
        let of_thread = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("drive-sim".to_owned())
            .spawn(move || {
                actix_web::rt::System::new().block_on(async {
                    let server = serve(listener, of_thread, signals)?;
                    // The receiver is gone only when `launch` has failed already.
                    let _ = send.send(server.handle());
                    server.await
                })
            })?;
        let Ok(server) = receive.recv() else {
            let ended = thread
                .join()
                .map_err(|_| io::Error::other("the server's thread panicked"))?;
            return Err(ended
                .err()
                .unwrap_or_else(|| io::Error::other("the server ended at once")));
        };
        Ok(Self {
            shared,
            server,
            thread: Some(thread),
        })
    }

    /// Waits until Ctrl-C ends a simulator of [`Sim::start_in_terminal`].
    ///
    /// # Errors
    /// When the server broke.
    pub fn wait(mut self) -> io::Result<()> {
        match self.thread.take().map(JoinHandle::join) {
            Some(Ok(ended)) => ended,
            Some(Err(_)) => Err(io::Error::other("the server's thread panicked")),
            None => Ok(()),
        }
    }

    /// The address, `http://127.0.0.1:PORT/`: base of the Drive API, of OAuth and of the control API.
    pub fn url(&self) -> String {
        self.shared.url.clone()
    }

    /// Writes `client_secrets.json`, `token.json` (as Google's Python client does) and
    /// `service_account.json` into `folder`.
    ///
    /// # Errors
    /// When the folder cannot be made or written.
    pub fn write_credentials(&self, folder: &Path) -> io::Result<()> {
        credentials::write(&self.shared, folder)
    }

    /// The scripted trouble.
    pub fn faults(&self) -> &Faults {
        &self.shared.faults
    }

    /// What the simulator holds and has seen.
    pub fn snapshot(&self) -> Snapshot {
        snapshot::take(&self.shared)
    }

    /// How many requests of an operation have arrived.
    pub fn requests(&self, op: Operation) -> u64 {
        self.snapshot().requests_of(op)
    }

    /// The bytes of a file.
    pub fn content(&self, id: &str) -> Option<bytes::Bytes> {
        let world = self.shared.world();
        world
            .lookup(id)?
            .content
            .as_ref()
            .map(|content| content.bytes.clone())
    }

    /// Changes options while it runs. A change of the port has no effect.
    pub fn change(&self, change: impl FnOnce(&mut Options)) {
        self.shared.change(change);
    }

    /// In an outage every connection is closed without an answer, the open ones too.
    pub fn set_outage(&self, on: bool) {
        self.shared.set_outage(on, None);
    }

    /// Sets the storage of each account; `None` is without an end.
    pub fn set_quota(&self, bytes: Option<u64>) {
        self.change(|options| options.quota_bytes = bytes);
    }

    /// Switches the Drive API off in the Cloud project, or on again.
    pub fn disable_api(&self, off: bool) {
        self.change(|options| options.api_disabled = off);
    }

    /// Ends every token: refreshing then answers `invalid_grant`.
    pub fn revoke_tokens(&self) {
        self.shared.directory().revoke_all();
    }

    /// Ends every access token, so that the next call answers 401 and a refresh helps.
    pub fn expire_access_tokens(&self) {
        self.shared.directory().expire_access_tokens();
    }

    /// Ends every open upload session.
    pub fn expire_sessions(&self) {
        self.shared.world().expire_sessions();
    }

    /// Moves the simulator's clock forward.
    pub fn advance_clock(&self, by: Duration) {
        self.shared.clock.advance(by);
    }

    /// Answers for the person whose device shows `user_code`; false when none waits.
    pub fn decide_device(&self, user_code: &str, approve: bool) -> bool {
        oauth::decide_device(&self.shared, user_code, approve)
    }

    /// Puts a folder into the operator's Drive by hand, which `drive.file` does not show. Its id.
    pub fn add_foreign_folder(&self, name: &str) -> String {
        let input = crate::world::FileInput {
            name: Some(name.to_owned()),
            mime_type: Some(crate::world::FOLDER.to_owned()),
            ..Default::default()
        };
        control::add_foreign_file(&self.shared, None, &input, None)
            .expect("an own folder needs no permission")
    }

    /// What a person does in Drive's web page: into the trash with it, or back. False when it is missing.
    pub fn set_trashed(&self, id: &str, trashed: bool) -> bool {
        let now = self.shared.now();
        self.shared.world().set_trashed(id, trashed, now)
    }

    /// What a person does in Drive's web page: ends a file or folder for good. False when it is missing.
    pub fn delete_for_good(&self, id: &str) -> bool {
        let now = self.shared.now();
        self.shared.world().delete_for_good(id, now)
    }
}

impl Drop for Sim {
    fn drop(&mut self) {
        // The command is sent by the call itself; the future only waits for its end.
        drop(self.server.stop(false));
        if let Some(thread) = self.thread.take() {
            // A panic of the server has been printed already.
            let _ = thread.join();
        }
    }
}

fn serve(listener: TcpListener, shared: Arc<Shared>, signals: bool) -> io::Result<actix_web::dev::Server> {
    let of_connections = Arc::clone(&shared);
    let server = HttpServer::new(move || {
        App::new()
            .app_data(web::Data::from(Arc::clone(&shared)))
            .app_data(web::PayloadConfig::new(LARGEST_BODY))
            .wrap(from_fn(arrival::admit))
            .configure(oauth::routes)
            .configure(drive::routes)
            .configure(upload::routes)
            .configure(links::routes)
            .configure(control::routes)
            .default_service(web::to(unknown))
    })
    .on_connect(move |socket, data| {
        if let Some(connection) = Connection::keep(socket, data) {
            of_connections.remember(connection);
        }
    })
    .workers(2)
    .keep_alive(Duration::from_secs(75))
    .client_request_timeout(Duration::ZERO)
    .shutdown_timeout(1);
    let server = if signals { server } else { server.disable_signals() };
    Ok(server.listen(listener)?.run())
}

async fn unknown() -> actix_web::HttpResponse {
    actix_web::HttpResponse::NotFound()
        .content_type("text/html; charset=UTF-8")
        .body("<!DOCTYPE html><title>Error 404 (Not Found)</title><p>That\u{2019}s an error.")
}
