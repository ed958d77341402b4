//! What is allocated while something is done.

use std::alloc::System;

use stats_alloc::{INSTRUMENTED_SYSTEM, Region, Stats, StatsAlloc};
use tests::work::{ApiStub, Work};

#[global_allocator]
pub(crate) static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// What one of something costs, on the average.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Cost {
    /// How often memory was asked for, growing what one has included.
    pub(crate) allocations: f64,
    /// How many bytes of it.
    pub(crate) bytes: f64,
}

/// Returns what one of it costs among many, where it goes best: how many messages happen to be ready
/// together varies.
pub(crate) async fn cost(api: &ApiStub, work: Work) -> Cost {
    // Tables grow, and threads are started.
    spent(api, work).await;
    let mut least = spent(api, work).await;
    for _ in 1..TRIES {
        let other = spent(api, work).await;
        least.allocations = least.allocations.min(other.allocations);
        least.bytes = least.bytes.min(other.bytes);
    }
    least
}

async fn spent(api: &ApiStub, work: Work) -> Cost {
    let n = many(work);
    let region = Region::new(ALLOCATOR);
    work.run(api, n).await.expect("nothing fails");
    let Stats {
        allocations,
        reallocations,
        bytes_allocated,
        ..
    } = region.change();
    Cost {
        allocations: float(allocations + reallocations) / float(n),
        bytes: float(bytes_allocated) / float(n),
    }
}

/// So many that what is done now and then has its share, such as to acknowledge.
const fn many(work: Work) -> usize {
    match work {
        Work::Down | Work::Up => 32,
        Work::Sequential => 200,
        Work::Pipelined | Work::Chained | Work::Mapped => 1000,
    }
}

#[allow(clippy::cast_precision_loss, reason = "no more than fits is allocated")]
const fn float(count: usize) -> f64 {
    count as f64
}

const TRIES: usize = 4;
