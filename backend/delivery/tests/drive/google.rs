//! A small Google Drive with one account, and a list of faults to come.

mod faults;
mod files;
mod sessions;

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};

use serde_json::json;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use url::Url;

pub(crate) use faults::{Fault, refusal};
pub(crate) use files::{Stored, md5};

use crate::wire::{self, Asked, Reply};

pub(crate) const GOOD_TOKEN: &str = "ya29.good";
pub(crate) const FOLDER: &str = "folder1";

/// The kinds of requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Op {
    About,
    GenerateIds,
    Get,
    List,
    Update,
    Delete,
    Share,
    CreateFolder,
    Multipart,
    SessionStart,
    Put,
    Status,
    Cancel,
    Token,
    Link,
}

pub(crate) struct State {
    pub(crate) files: BTreeMap<String, Stored>,
    pub(crate) sessions: HashMap<String, sessions::Upload>,
    pub(crate) faults: VecDeque<(Op, Fault)>,
    pub(crate) asked: Vec<(Op, Asked)>,
    /// Files inherit the permission of their folder in the answer of their upload.
    pub(crate) inherits: bool,
    pub(crate) next_session: u32,
    address: SocketAddr,
}

/// It answers until it is dropped.
pub(crate) struct Google {
    state: Arc<Mutex<State>>,
    pub(crate) url: Url,
    seen: watch::Receiver<(usize, usize)>,
    _tasks: JoinSet<()>,
}

impl Google {
    pub(crate) async fn start() -> Self {
        let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap();
        let state = Arc::new(Mutex::new(State {
            files: BTreeMap::from([(FOLDER.to_owned(), Stored::folder("Photos"))]),
            sessions: HashMap::new(),
            faults: VecDeque::new(),
            asked: Vec::new(),
            inherits: false,
            next_session: 0,
            address,
        }));
        let (begun, seen) = watch::channel((0, 0));
        let begun = Arc::new(begun);
        let mut tasks = JoinSet::new();
        let shared = Arc::clone(&state);
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            loop {
                let (stream, _) = socket.accept().await.unwrap();
                connections.spawn(serve(stream, Arc::clone(&shared), Arc::clone(&begun)));
            }
        });
        Self {
            state,
            url: Url::parse(&format!("http://{address}/")).unwrap(),
            seen,
            _tasks: tasks,
        }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// The next request of this kind that no earlier fault takes meets this one.
    pub(crate) fn fault(&self, op: Op, fault: Fault) {
        self.state().faults.push_back((op, fault));
    }

    pub(crate) fn count(&self, op: Op) -> usize {
        self.state().asked.iter().filter(|(kind, _)| *kind == op).count()
    }

    pub(crate) fn ops(&self) -> Vec<Op> {
        self.state().asked.iter().map(|(op, _)| *op).collect()
    }

    /// Resolves when so many requests have come, or, with `done`, have done their work.
    pub(crate) async fn after(&self, requests: usize, done: bool) {
        let mut seen = self.seen.clone();
        let reached = |(came, worked): &(usize, usize)| if done { *worked } else { *came } >= requests;
        seen.wait_for(reached).await.unwrap();
    }
}

async fn serve(mut stream: TcpStream, state: Arc<Mutex<State>>, seen: Arc<watch::Sender<(usize, usize)>>) {
    let Some(mut asked) = wire::read_head(&mut stream).await else {
        return;
    };
    let op = kind(&asked);
    let fault = {
        let mut state = state.lock().unwrap();
        let position = state.faults.iter().position(|(kind, _)| *kind == op);
        position
            .and_then(|at| state.faults.remove(at))
            .map(|(_, fault)| fault)
    };
    let most = match fault {
        Some(Fault::CutBody(most)) => most,
        _ => usize::MAX,
    };
    if wire::read_body(&mut stream, &mut asked, most).await.is_none() {
        return;
    }
    state.lock().unwrap().asked.push((op, asked.clone()));
    seen.send_modify(|(came, _)| *came += 1);
    let reply = {
        let mut state = state.lock().unwrap();
        faults::apply(&mut state, op, &asked, fault)
    };
    seen.send_modify(|(_, worked)| *worked += 1);
    match reply {
        faults::Outcome::Answer(reply) => wire::write(&mut stream, &reply).await,
        faults::Outcome::Cut => {}
        faults::Outcome::Hang => std::future::pending().await,
    }
}

fn kind(asked: &Asked) -> Op {
    let path = asked.url.path();
    let session = asked.parameter("upload_id").is_some();
    match (asked.method.as_str(), path) {
        ("PUT", _) if session && asked.header("content-range").starts_with("bytes */") => Op::Status,
        ("PUT", _) if session => Op::Put,
        ("DELETE", _) if session => Op::Cancel,
        ("POST", "/token") => Op::Token,
        ("GET", "/drive/v3/about") => Op::About,
        ("GET", "/drive/v3/files/generateIds") => Op::GenerateIds,
        ("GET", "/drive/v3/files") => Op::List,
        ("POST", "/drive/v3/files") => Op::CreateFolder,
        ("POST", _) if path.ends_with("/permissions") => Op::Share,
        (_, _)
            if path.starts_with("/upload/")
                && asked.parameter("uploadType").as_deref() == Some("multipart") =>
        {
            Op::Multipart
        }
        (_, _) if path.starts_with("/upload/") => Op::SessionStart,
        ("GET", _) if path.starts_with("/drive/v3/files/") => Op::Get,
        ("PATCH", _) => Op::Update,
        ("DELETE", _) => Op::Delete,
        _ => Op::Link,
    }
}

impl State {
    pub(crate) fn answer(&mut self, op: Op, asked: &Asked) -> Reply {
        let session = matches!(op, Op::Put | Op::Status | Op::Cancel);
        if session {
            // The address is the authority; a token has no business there.
            assert_eq!(asked.header("authorization"), "", "{op:?}");
        } else if !matches!(op, Op::Token | Op::Link)
            && asked.header("authorization") != format!("Bearer {GOOD_TOKEN}")
        {
            return refusal(401, "authError");
        }
        match op {
            Op::Token => Reply::json(
                200,
                &json!({"access_token": GOOD_TOKEN, "expires_in": 3599, "token_type": "Bearer"}),
            ),
            Op::Put | Op::Status | Op::Cancel => self.in_session(op, asked),
            Op::SessionStart => self.begin_session(asked),
            Op::Link => Reply::empty(200),
            _ => self.about_files(op, asked),
        }
    }

    pub(crate) fn base(&self) -> String {
        format!("http://{}", self.address)
    }
}
