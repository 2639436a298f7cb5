//! The protocol against a server in memory that misbehaves at random.

use std::sync::Mutex;

use hyper::header::{CONTENT_RANGE, RANGE};
use proptest::prelude::*;
use url::Url;

use super::*;
use crate::drive::{Patience, Trouble, errors};

/// What the server does with one request.
#[derive(Clone, Copy, Debug)]
enum Mood {
    Fine,
    /// Keeps only a part, in hundredths, and says so.
    Short(usize),
    /// Keeps only a part, and the line breaks.
    Cut(usize),
    /// A fault, with or without the work done.
    Fault(bool),
    /// Forgets the newest part of what it has kept, in hundredths.
    Forget(usize),
}

#[derive(Default)]
struct Server {
    total: usize,
    kept: Vec<u8>,
    moods: Vec<Mood>,
    done: bool,
    puts: u32,
}

struct Memory(Mutex<Server>);

impl Server {
    fn answer(&mut self, request: &Request<Bytes>) -> Result<Response<Bytes>, DriveError> {
        let mood = self.moods.pop().unwrap_or(Mood::Fine);
        let lost = Err(DriveError::new(Trouble::Interrupted, "lost"));
        let part = match mood {
            Mood::Short(part) | Mood::Cut(part) => part,
            Mood::Fault(false) => 0,
            Mood::Fine | Mood::Fault(true) | Mood::Forget(_) => 100,
        };
        let range = request.headers()[CONTENT_RANGE].to_str().unwrap();
        let begin = range.strip_prefix("bytes ").unwrap().split(['-', '/']).next();
        if let Some(begin) = begin.and_then(|begin| begin.parse::<usize>().ok())
            && !self.done
        {
            self.puts += 1;
            if begin != self.kept.len() {
                return Ok(status(400));
            }
            let body = request.body();
            self.kept.extend_from_slice(&body[..body.len() * part / 100]);
        }
        self.done |= self.kept.len() == self.total;
        if let (Mood::Forget(part), false) = (mood, self.done) {
            self.kept.truncate(self.kept.len() * (100 - part) / 100);
        }
        match mood {
            Mood::Cut(_) => lost,
            Mood::Fault(_) => Ok(status(503)),
            _ if self.done => Ok(status(200)),
            _ => {
                let mut answer = status(308);
                if let Some(last) = self.kept.len().checked_sub(1) {
                    let value = format!("bytes=0-{last}").parse().unwrap();
                    answer.headers_mut().insert(RANGE, value);
                }
                Ok(answer)
            }
        }
    }
}

fn status(code: u16) -> Response<Bytes> {
    Response::builder().status(code).body(Bytes::new()).unwrap()
}

#[async_trait]
impl Wire for Memory {
    async fn signed(&self, _: Request<Bytes>, _: Duration) -> Result<Response<Bytes>, DriveError> {
        panic!("a session needs no token")
    }

    async fn bare(&self, request: Request<Bytes>, _: Duration) -> Result<Response<Bytes>, DriveError> {
        self.0.lock().unwrap().answer(&request)
    }

    fn refusal(&self, answer: &Response<Bytes>) -> DriveError {
        errors::from_answer(answer.status().as_u16(), answer.body(), None)
    }

    fn worth_another_try(&self, error: &DriveError) -> bool {
        error.is_transient()
    }
}

/// Uploads `content` in one session, over as many tries as the moods need, and
/// says what arrived and how many chunks went.
async fn upload(content: &Bytes, moods: Vec<Mood>) -> (Vec<u8>, u32) {
    let tries = moods.len() + 1;
    let wire = Memory(Mutex::new(Server {
        total: content.len(),
        moods,
        ..Server::default()
    }));
    let patience = Patience::default();
    let total = content.len() as u64;
    for _ in 0..tries {
        let address = Url::parse("https://www.googleapis.com/u").unwrap();
        let mut transfer = Transfer::new(Session::stored(&wire, &patience, address));
        let outcome = match transfer.resume(total).await {
            Ok(Progress::Kept(offset)) => {
                let mut content = content.clone();
                transfer.send_all(&mut content, offset, total, &mut |_| {}).await
            }
            Ok(Progress::Finished(answer)) => Ok(answer),
            Err(stopped) => Err(stopped),
        };
        match outcome {
            Ok(_) => break,
            // A later try goes on.
            Err(Stopped::Interrupted(_) | Stopped::Refused(_)) => {}
            Err(stopped) => panic!("{stopped:?}"),
        }
    }
    let server = wire.0.into_inner().unwrap();
    assert!(server.done, "it never arrived");
    (server.kept, server.puts)
}

fn mood() -> impl Strategy<Value = Mood> {
    prop_oneof![
        3 => Just(Mood::Fine),
        2 => (0_usize..=100).prop_map(Mood::Short),
        2 => (0_usize..=100).prop_map(Mood::Cut),
        2 => any::<bool>().prop_map(Mood::Fault),
        1 => (0_usize..=100).prop_map(Mood::Forget),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn what_arrives_is_what_was_sent_whatever_happens(
        size in 1_usize..4_000_000,
        moods in proptest::collection::vec(mood(), 0..16),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        let content: Bytes = (0..size).map(|at| (at / 251) as u8 ^ at as u8).collect();
        let (arrived, _) = runtime.block_on(upload(&content, moods));
        prop_assert!(arrived == content);
    }
}

#[tokio::test(start_paused = true)]
async fn a_good_line_takes_as_few_chunks_as_its_speed_allows() {
    let content = Bytes::from(vec![7; 12 << 20]);
    let (_, puts) = upload(&content, Vec::new()).await;
    assert_eq!(puts, 4, "1, 2, 4 and 5 MiB");
}
