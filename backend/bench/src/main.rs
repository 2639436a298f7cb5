//! `boothline-bench`: what our pictures cost and how good they are, beside those of sharp and Pillow.

mod contestant;
mod crowd;
mod figures;
mod inputs;
mod noise;
mod ours;
mod peers;
mod places;
mod process;
mod quality;
mod raw;
mod reference;
mod rounds;
mod score;
mod service;
mod table;
mod task;
mod warm;
mod worker;

use anyhow::Result;
use clap::Parser;

/// Measures Boothline's pictures against the tools people reach for.
#[derive(Parser)]
#[command(version)]
enum Command {
    /// Time, memory and bytes of each task, contestants in turn
    Peers(peers::Peers),
    /// Quality of each task's files, as they are and at equal bytes
    Quality(quality::Quality),
    /// The SSIMULACRA2 score of one picture against a photo or another picture
    Score(score::Score),
    /// The whole service from upload to finished picture, beside sharp in a warm process
    Service(service::Service),
    /// Many guests at once, bombs beside a guest, and hundreds of photos in turn: times and memory
    Crowd(crowd::Crowd),
    /// Makes the photos that the other commands take
    Inputs(inputs::Prepare),
    /// Does tasks that arrive as lines of JSON: what the other commands start
    #[command(hide = true)]
    Work {
        /// Decode every overlay anew, as for the first picture of an evening
        #[arg(long)]
        forgets: bool,
    },
}

fn main() -> Result<()> {
    match Command::parse() {
        Command::Peers(peers) => peers.run(),
        Command::Quality(quality) => quality.run(),
        Command::Score(score) => score.run(),
        Command::Service(service) => service.run(),
        Command::Crowd(crowd) => crowd.run(),
        Command::Inputs(prepare) => prepare.run(),
        Command::Work { forgets } => worker::work(forgets),
    }
}
