//! Bytes on the wire, for what no well-behaved client sends.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, TcpStream};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};

use super::Booth;

/// Longer than every deadline of the service.
const PATIENCE: Duration = Duration::from_secs(60);

/// One connection.
pub(crate) struct Raw(TcpStream);

impl Raw {
    pub(crate) fn connect(booth: &Booth) -> Result<Self> {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, booth.port()))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        Ok(Self(stream))
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<()> {
        Ok(self.0.write_all(bytes)?)
    }

    /// Says that nothing more will come.
    pub(crate) fn end(&self) -> Result<()> {
        Ok(self.0.shutdown(Shutdown::Write)?)
    }

    /// Everything that comes until the other side closes.
    pub(crate) fn read(&mut self) -> Result<Vec<u8>> {
        let mut answer = Vec::new();
        self.0.read_to_end(&mut answer).context("an answer")?;
        Ok(answer)
    }

    /// Reads until `words` have come, and they must.
    pub(crate) fn read_past(&mut self, words: &[u8]) -> Result<()> {
        let (mut seen, mut some) = (Vec::new(), [0; 1024]);
        while !seen.windows(words.len()).any(|window| window == words) {
            let count = self.0.read(&mut some).context("an answer")?;
            ensure!(count > 0, "the answer ended: {}", String::from_utf8_lossy(&seen));
            seen.extend_from_slice(&some[..count]);
        }
        Ok(())
    }

    /// The status of the answer that comes before the other side closes; `None` without one.
    pub(crate) fn status(&mut self) -> Result<Option<u16>> {
        let answer = self.read()?;
        let line = answer
            .split(|byte| *byte == b'\r')
            .next()
            .map(String::from_utf8_lossy);
        Ok(line.and_then(|line| line.split(' ').nth(1)?.parse().ok()))
    }
}

impl Booth {
    /// The status that one request of exactly these bytes is answered with.
    pub(crate) fn raw(&self, request: &[u8]) -> Result<Option<u16>> {
        let mut raw = Raw::connect(self)?;
        raw.write(request)?;
        raw.status()
    }
}
