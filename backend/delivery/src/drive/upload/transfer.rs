//! Sending all bytes through a session, in spite of everything.

use bytes::Bytes;
use tokio::time::Instant;

use super::chunk::ChunkSize;
use super::session::{Fault, given_up};
use super::{Content, Progress, Session, Stopped};
use crate::drive::{DriveError, Trouble};

/// An upload under way: a session, and how far it has come.
#[derive(Debug)]
pub struct Transfer<'a> {
    session: Session<'a>,
    /// The most that the server ever said it has kept.
    best: u64,
    /// Questions after a doubt since the last progress.
    tries: u32,
    /// Chunks since then of which nothing was kept.
    stalls: u32,
}

impl<'a> Transfer<'a> {
    /// An upload that begins now.
    pub fn new(session: Session<'a>) -> Self {
        Self {
            session,
            best: 0,
            tries: 0,
            stalls: 0,
        }
    }

    /// The session, to be stored or ended.
    pub fn session(&self) -> &Session<'a> {
        &self.session
    }

    /// Ends the session; nothing of it remains.
    pub async fn cancel(self) {
        self.session.cancel().await;
    }

    /// Asks how far an upload of an earlier try has come.
    pub async fn resume(&mut self, total: u64) -> Result<Progress, Stopped> {
        let first = self.session.status(Some(total)).await;
        let progress = self.settle(first, Some(total)).await?;
        if let Progress::Kept(kept) = progress {
            (self.best, self.tries) = (kept, 0);
        }
        Ok(progress)
    }

    /// Sends `total` bytes of `content` from `offset` on and returns the last
    /// answer. `report` hears how many bytes the server has kept.
    pub async fn send_all(
        &mut self,
        content: &mut dyn Content,
        offset: u64,
        total: u64,
        report: &mut (dyn FnMut(u64) + Send),
    ) -> Result<Bytes, Stopped> {
        let (mut offset, mut size) = (offset, ChunkSize::default());
        loop {
            if offset > total {
                return Err(Stopped::Refused(impossible()));
            }
            let length = size.bytes().min(total - offset);
            let bytes = content.read(offset, length).await.map_err(Stopped::Refused)?;
            let begin = Instant::now();
            match self.send_chunk(offset, bytes, Some(total)).await? {
                Progress::Finished(answer) => {
                    report(total);
                    return Ok(answer);
                }
                Progress::Kept(kept) if kept == offset + length => {
                    size = size.measured(length, begin.elapsed());
                    offset = kept;
                }
                // Part of it was lost: the line is not what it was.
                Progress::Kept(kept) => {
                    size = ChunkSize::default();
                    offset = kept;
                }
            }
            report(offset);
        }
    }

    /// Sends one chunk once and finds out what became of it. The answer may be
    /// any offset, also one inside the chunk.
    pub async fn send_chunk(
        &mut self,
        offset: u64,
        bytes: Bytes,
        total: Option<u64>,
    ) -> Result<Progress, Stopped> {
        let sent = self.session.put(offset, bytes, total).await;
        let progress = self.settle(sent, total).await?;
        if let Progress::Kept(kept) = progress {
            self.count(kept)?;
        }
        Ok(progress)
    }

    /// Asks until there is an answer, or the tries are used up.
    async fn settle(
        &mut self,
        first: Result<Progress, Fault>,
        total: Option<u64>,
    ) -> Result<Progress, Stopped> {
        let mut outcome = first;
        loop {
            let doubt = match outcome {
                Ok(progress) => return Ok(progress),
                Err(Fault::Stop(stopped)) => return Err(stopped),
                Err(Fault::Doubt(error)) => error,
            };
            if !self.session.pause_after(self.tries, &doubt).await {
                return Err(given_up(doubt));
            }
            self.tries += 1;
            outcome = self.session.status(total).await;
        }
    }

    /// Only more bytes than ever before are progress. A server that takes none
    /// again and again is left alone for a while.
    fn count(&mut self, kept: u64) -> Result<(), Stopped> {
        if kept > self.best {
            (self.best, self.tries, self.stalls) = (kept, 0, 0);
            return Ok(());
        }
        self.stalls += 1;
        if self.stalls > self.session.retries() {
            let error = DriveError::new(
                Trouble::Interrupted,
                "Google Drive takes no more bytes of the file.",
            );
            return Err(Stopped::Interrupted(error));
        }
        Ok(())
    }
}

fn impossible() -> DriveError {
    DriveError::new(
        Trouble::ServerFault,
        "Google Drive claims to hold more bytes than were sent.",
    )
}
