//! How many threads draw a job: all there are, or as many as its price leaves room for.

use rayon::{ThreadPoolBuilder, current_num_threads};

use super::RenderingError;
use crate::refusal::Refusal;

/// What a job takes on some number of threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Crew {
    threads: usize,
    /// Bytes held at once.
    pub(super) cost: u64,
}

impl Crew {
    /// The largest one whose `cost`, by the number of threads, stays within `budget`; else one thread.
    pub(super) fn within(budget: u64, cost: impl Fn(usize) -> u64) -> Self {
        let of = |threads| Self {
            threads,
            cost: cost(threads),
        };
        let mut crews = (2..=current_num_threads()).rev().map(of);
        crews.find(|crew| crew.cost <= budget).unwrap_or_else(|| of(1))
    }

    /// Runs `work` on so many threads.
    pub(super) fn draw<T: Send>(
        self,
        work: impl FnOnce() -> Result<T, RenderingError> + Send,
    ) -> Result<T, RenderingError> {
        if self.threads == current_num_threads() {
            return work();
        }
        let pool = ThreadPoolBuilder::new().num_threads(self.threads).build();
        pool.map_err(Refusal::internal)?.install(work)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_that_fits_has_all_threads_and_a_dear_one_fewer() {
        let all = current_num_threads();
        let each = |threads: usize| threads as u64 * 100;
        assert_eq!(Crew::within(each(all), each).threads, all);
        let fewer = Crew::within(each(all) - 1, each);
        assert_eq!(fewer.threads, (all - 1).max(1));
        assert_eq!(fewer.cost, each(fewer.threads));
    }

    #[test]
    fn a_job_that_never_fits_says_its_lowest_price() {
        let crew = Crew::within(10, |threads| 50 + threads as u64);
        assert_eq!((crew.threads, crew.cost), (1, 51));
    }

    #[test]
    fn a_crew_of_one_draws_on_one_thread() {
        let crew = Crew { threads: 1, cost: 0 };
        assert_eq!(crew.draw(|| Ok(current_num_threads())).ok(), Some(1));
    }
}
