//! Memory, which returns whatever happens to its holder.

use crate::resources::gpu::{GpuError, SharedGpu};

#[test]
fn dropping_an_allocation_frees_exactly_it() {
    let gpu = SharedGpu::default();
    let first = gpu.allocate(1_000).unwrap();
    let second = gpu.allocate(24).unwrap();
    assert_eq!(gpu.info().allocated_memory, 1_024);
    drop(first);
    assert_eq!(gpu.info().allocated_memory, 24);
    assert_eq!(gpu.info().available, 8_168);
    drop(second);
    assert_eq!(gpu.info().allocated_memory, 0);
}

#[test]
fn memory_beyond_the_limit_is_refused_and_costs_nothing() {
    let gpu = SharedGpu::default();
    let _most = gpu.allocate(8_000).unwrap();
    let refused = gpu.allocate(193).unwrap_err();
    assert_eq!(
        refused,
        GpuError::OutOfMemory {
            asked: 193,
            available: 192
        }
    );
    assert!(gpu.allocate(u64::MAX).is_err());
    assert_eq!(gpu.allocate(0).unwrap_err(), GpuError::NothingToAllocate);
    assert_eq!(gpu.info().allocated_memory, 8_000);
}

#[test]
fn nobody_frees_what_another_holds() {
    let gpu = SharedGpu::default();
    let (mine, other) = (gpu.account(), gpu.account());
    assert_eq!(mine.allocate(500), Ok(500));
    assert_eq!(mine.allocate(100), Ok(600));
    let refused = other.free(1).unwrap_err();
    assert_eq!(refused, GpuError::NotHeld { asked: 1, held: 0 });
    assert_eq!(mine.free(200), Ok(400));
    assert!(mine.free(401).is_err());
    assert_eq!(gpu.info().allocated_memory, 400);
    drop(mine);
    assert_eq!(gpu.info().allocated_memory, 0);
    assert_eq!(other.held(), 0);
}

#[test]
fn of_many_at_once_as_many_get_memory_as_there_is() {
    let gpu = SharedGpu::software(100);
    let allocate = |_| {
        let gpu = gpu.clone();
        std::thread::spawn(move || gpu.allocate(30).ok())
    };
    let threads: Vec<_> = (0..8).map(allocate).collect();
    let held: Vec<_> = threads
        .into_iter()
        .filter_map(|thread| thread.join().unwrap())
        .collect();
    assert_eq!(held.len(), 3);
    assert_eq!(gpu.info().allocated_memory, 90);
}
