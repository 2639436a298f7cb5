//! The line: first come, first served within a rank, and no rank starves.

use std::collections::VecDeque;
use std::sync::Arc;

use tokio::sync::Notify;

use super::{Class, Rank};

/// After so many others in a row, a lower rank that waits gets one turn.
const PATIENCE: u32 = 9;
const RANKS: usize = 4;

#[derive(Debug)]
struct Waiting {
    ticket: u64,
    called: Arc<Notify>,
}

#[derive(Debug, Default)]
pub(super) struct Line {
    ranks: [VecDeque<Waiting>; RANKS],
    /// Turns that went to others while this rank had somebody waiting.
    passed: [u32; RANKS],
    tickets: u64,
}

impl Line {
    pub(super) fn join(&mut self, rank: Rank, called: Arc<Notify>) -> u64 {
        self.tickets += 1;
        let ticket = self.tickets;
        self.ranks[index(rank)].push_back(Waiting { ticket, called });
        ticket
    }

    pub(super) fn len(&self) -> usize {
        self.ranks.iter().map(VecDeque::len).sum()
    }

    pub(super) fn first(&self) -> Option<u64> {
        self.ranks[self.next()?].front().map(|waiting| waiting.ticket)
    }

    /// The first one has had its turn.
    pub(super) fn serve(&mut self) {
        let Some(served) = self.next() else { return };
        self.ranks[served].pop_front();
        for (rank, waiting) in self.ranks.iter().enumerate() {
            let skipped = rank != served && !waiting.is_empty();
            self.passed[rank] = if skipped { self.passed[rank] + 1 } else { 0 };
        }
    }

    pub(super) fn leave(&mut self, ticket: u64) {
        for rank in &mut self.ranks {
            rank.retain(|waiting| waiting.ticket != ticket);
        }
    }

    pub(super) fn call_first(&self) {
        if let Some(first) = self.next().and_then(|rank| self.ranks[rank].front()) {
            first.called.notify_one();
        }
    }

    fn next(&self) -> Option<usize> {
        let waits = |rank: &usize| !self.ranks[*rank].is_empty();
        let starved = (0..RANKS)
            .filter(waits)
            .filter(|rank| self.passed[*rank] >= PATIENCE)
            .max_by_key(|rank| self.passed[*rank]);
        starved.or_else(|| (0..RANKS).find(waits))
    }
}

fn index(rank: Rank) -> usize {
    match rank {
        Rank::Probe => 0,
        Rank::Class(Class::Guest) => 1,
        Rank::Class(Class::Backlog) => 2,
        Rank::Class(Class::Batch) => 3,
    }
}
