//! One device for many: turns, time, callers who leave, and devices that crash.

use std::sync::{Arc, Mutex, mpsc};
use std::task::Poll;
use std::time::Duration;

use serde_json::{Value, json};

use crate::resources::gpu::device::Device;
use crate::resources::gpu::error::Fault;
use crate::resources::gpu::program::{Output, Program};
use crate::resources::gpu::watch::Watch;
use crate::resources::gpu::{DeviceChoice, GpuError, GpuLimits, Operation, SharedGpu};

/// A device that does as the first number says: crash, or go on until it is told to stop.
#[derive(Debug)]
struct Moody {
    begun: Mutex<mpsc::Sender<()>>,
    ended: Mutex<mpsc::Sender<Fault>>,
}

impl Device for Moody {
    fn name(&self) -> &'static str {
        "moody"
    }

    fn run(&self, program: &Program, watch: &Watch) -> Result<Output, Fault> {
        let Program::ReduceSum(values) = program else {
            return Ok(Output::Number(1.0));
        };
        assert!(values[0] >= 0.0, "as it was told to");
        self.begun.lock().unwrap().send(()).unwrap();
        loop {
            if let Err(fault) = watch.check() {
                self.ended.lock().unwrap().send(fault.clone()).unwrap();
                return Err(fault);
            }
            std::thread::yield_now();
        }
    }
}

struct Stage {
    gpu: SharedGpu,
    begun: mpsc::Receiver<()>,
    ended: mpsc::Receiver<Fault>,
}

fn stage(limits: GpuLimits) -> Stage {
    let ((first, begun), (last, ended)) = (mpsc::channel(), mpsc::channel());
    let device = Moody {
        begun: Mutex::new(first),
        ended: Mutex::new(last),
    };
    Stage {
        gpu: SharedGpu::of(Arc::new(device), 100, limits),
        begun,
        ended,
    }
}

fn crash() -> Value {
    json!([-1])
}

fn hang() -> Value {
    json!([1])
}

/// Waits for a device, on a thread that may block.
async fn next<T: Send + 'static>(from: mpsc::Receiver<T>) -> T {
    let waiting = tokio::task::spawn_blocking(move || from.recv());
    waiting.await.unwrap().unwrap()
}

/// The memory of whoever was computing stays theirs, and comes back when they let go.
#[tokio::test]
async fn a_computation_that_crashes_takes_nothing_with_it() {
    let stage = stage(GpuLimits::default());
    let memory = stage.gpu.allocate(60).unwrap();
    let account = stage.gpu.account();
    account.allocate(30).unwrap();
    let crashed = stage.gpu.compute(Operation::ReduceSum, crash()).await;
    let crashed = crashed.unwrap_err();
    assert!(matches!(crashed, GpuError::Crashed { .. }), "{crashed:?}");
    assert_eq!(crashed.to_string(), "the computation on moody has crashed");
    assert_eq!(stage.gpu.info().allocated_memory, 90);
    let next = stage
        .gpu
        .compute(Operation::Dot, Value::Null)
        .await
        .unwrap();
    assert_eq!(next.result, json!(1.0), "the turn was not given on");
    drop((memory, account));
    assert_eq!(stage.gpu.info().allocated_memory, 0);
}

/// Memory that a crash unwinds over is freed on the way.
#[tokio::test]
async fn who_crashes_with_memory_in_hand_gives_it_back() {
    let gpu = SharedGpu::software(100);
    let holder = gpu.clone();
    let crashing = tokio::spawn(async move {
        let account = holder.account();
        account.allocate(40).unwrap();
        let _memory = holder.allocate(50).unwrap();
        assert_eq!(holder.info().available, 0, "the crash that is meant");
    });
    assert!(crashing.await.unwrap_err().is_panic());
    assert_eq!(gpu.info().allocated_memory, 0);
}

#[tokio::test]
async fn a_computation_is_stopped_when_its_time_is_over() {
    let limit = Duration::from_millis(20);
    let stage = stage(GpuLimits {
        time: limit,
        ..GpuLimits::default()
    });
    let late = stage.gpu.compute(Operation::ReduceSum, hang()).await;
    assert_eq!(late, Err(GpuError::OutOfTime { limit }));
    assert!(stage.gpu.compute(Operation::Dot, Value::Null).await.is_ok());
}

#[tokio::test]
async fn a_computation_that_nobody_waits_for_is_stopped_and_the_next_has_its_turn() {
    let stage = stage(GpuLimits::default());
    let gpu = stage.gpu.clone();
    let computing = tokio::spawn(async move { gpu.compute(Operation::ReduceSum, hang()).await });
    next(stage.begun).await;
    computing.abort();
    assert_eq!(next(stage.ended).await, Fault::Unwanted);
    assert!(stage.gpu.compute(Operation::Dot, Value::Null).await.is_ok());
}

/// The line is as long as it may be; who comes then is told so, and who stands in it is served.
#[tokio::test]
async fn so_many_wait_for_their_turn_and_no_more() {
    let stage = stage(GpuLimits {
        waiting: 2,
        ..GpuLimits::default()
    });
    let gpu = stage.gpu.clone();
    let computing = tokio::spawn(async move { gpu.compute(Operation::ReduceSum, hang()).await });
    next(stage.begun).await;
    let gpu = stage.gpu.clone();
    let mut bystander = Box::pin(async move { gpu.compute(Operation::Dot, Value::Null).await });
    let waits = std::future::poll_fn(|cx| Poll::Ready(bystander.as_mut().poll(cx).is_pending()));
    assert!(waits.await);
    let full = stage.gpu.compute(Operation::Dot, Value::Null).await;
    assert_eq!(full, Err(GpuError::Busy { max: 2 }));
    computing.abort();
    assert!(bystander.await.is_ok());
    assert!(stage.gpu.compute(Operation::Dot, Value::Null).await.is_ok());
}

/// The test's runtime has one thread: were it the one that computes, nothing else would go on.
#[tokio::test]
async fn computing_does_not_hold_up_the_runtime() {
    let stage = stage(GpuLimits::default());
    let gpu = stage.gpu.clone();
    let computing = tokio::spawn(async move { gpu.compute(Operation::ReduceSum, hang()).await });
    next(stage.begun).await;
    tokio::spawn(async {}).await.unwrap();
    computing.abort();
    assert!(computing.await.unwrap_err().is_cancelled());
}

#[cfg(not(feature = "gpu"))]
#[tokio::test]
async fn a_real_device_is_not_replaced_unless_that_is_wanted() {
    use crate::resources::gpu::OpenError;
    let open = |choice| SharedGpu::open(choice, 1, GpuLimits::default());
    let refused = open(DeviceChoice::Device).await.unwrap_err();
    assert_eq!(refused, OpenError::NotBuiltIn);
    let either = open(DeviceChoice::Auto).await.unwrap();
    assert_eq!(&*either.info().device, "software");
}

#[cfg(feature = "gpu")]
#[tokio::test]
async fn a_real_device_says_what_it_is_and_stops_when_it_is_told_to() {
    let limits = GpuLimits {
        time: Duration::ZERO,
        ..GpuLimits::default()
    };
    let opened = SharedGpu::open(DeviceChoice::Device, 1, limits).await;
    let gpu = match opened {
        Err(error) if std::env::var_os("TASK_QUEUE_NO_GPU").is_some() => {
            println!("left out: no adapter: {error}");
            return;
        }
        opened => opened.unwrap(),
    };
    let name = gpu.info().device;
    assert!(name.contains("Vulkan"), "{name}");
    let late = gpu.compute(Operation::MatrixMultiply, Value::Null).await;
    assert_eq!(
        late,
        Err(GpuError::OutOfTime {
            limit: Duration::ZERO
        })
    );
}
