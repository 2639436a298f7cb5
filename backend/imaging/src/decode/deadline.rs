//! Stops a decode that runs too long, by ending its input.

use std::io::{self, BufRead, Read, Seek, SeekFrom};
use std::time::{Duration, Instant};

use crate::error::PhotoError;

/// The moment at which one decode is given up.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deadline {
    started: Instant,
    after: Option<Duration>,
}

impl Deadline {
    /// Starts now; never ends for `None`.
    pub(crate) fn after(after: Option<Duration>) -> Self {
        Self {
            started: Instant::now(),
            after,
        }
    }

    /// The refusal of a photo that took too long.
    pub(super) fn late(self) -> PhotoError {
        PhotoError::DecodeTimeout {
            after: self.after.unwrap_or_default(),
        }
    }

    /// Fails once the time is up.
    pub(crate) fn check(self) -> Result<(), PhotoError> {
        match self.after {
            Some(after) if self.started.elapsed() >= after => Err(self.late()),
            _ => Ok(()),
        }
    }
}

/// Bytes handed out in pieces, with a look at the clock between two of them.
///
/// Decoders know nothing of deadlines, but every one of them stops when its input fails.
pub(super) struct TimedReader<'a> {
    bytes: &'a [u8],
    position: usize,
    /// Where the present piece ends.
    checkpoint: usize,
    deadline: Deadline,
}

impl<'a> TimedReader<'a> {
    /// Small enough that a scan bomb, whose scans are a few bytes each, meets the clock every few scans.
    const PIECE: usize = 64;
    /// Large enough to cost nothing on a photo of megabytes.
    const PIECES_OF_FILE: usize = 4096;

    pub(super) fn new(bytes: &'a [u8], deadline: Deadline) -> Self {
        Self {
            bytes,
            position: 0,
            checkpoint: 0,
            deadline,
        }
    }

    fn piece(&mut self) -> io::Result<&'a [u8]> {
        if self.position >= self.checkpoint {
            self.deadline
                .check()
                .map_err(|late| io::Error::new(io::ErrorKind::TimedOut, late))?;
            let piece = (self.bytes.len() / Self::PIECES_OF_FILE).max(Self::PIECE);
            self.checkpoint = self.position.saturating_add(piece).min(self.bytes.len());
        }
        Ok(self.bytes.get(self.position..self.checkpoint).unwrap_or(&[]))
    }
}

impl Read for TimedReader<'_> {
    #[inline]
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let piece = self.piece()?;
        let count = piece.len().min(into.len());
        into[..count].copy_from_slice(&piece[..count]);
        self.position += count;
        Ok(count)
    }
}

impl BufRead for TimedReader<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.piece()
    }

    fn consume(&mut self, amount: usize) {
        self.position = (self.position + amount).min(self.checkpoint);
    }
}

impl Seek for TimedReader<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let target = match to {
            SeekFrom::Start(offset) => i128::from(offset),
            SeekFrom::Current(offset) => self.position as i128 + i128::from(offset),
            SeekFrom::End(offset) => self.bytes.len() as i128 + i128::from(offset),
        };
        self.position = usize::try_from(target).map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))?;
        // The next read looks at the clock and begins a new piece.
        self.checkpoint = self.position;
        Ok(self.position as u64)
    }
}

impl PhotoError {
    /// Takes our own error out of an I/O error that [`TimedReader`] raised; gives any other one back.
    pub(super) fn try_from_io(error: io::Error) -> Result<Self, io::Error> {
        if error.kind() != io::ErrorKind::TimedOut {
            return Err(error);
        }
        match error.downcast::<Self>() {
            Ok(late) => Ok(late),
            Err(other) => Err(other),
        }
    }
}
