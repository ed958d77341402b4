//! The devices that are measured, and how their answers are compared.

use std::sync::Arc;

use serde_json::Value;

use crate::resources::gpu::software::Software;
use crate::resources::gpu::{GpuError, GpuLimits, InvalidData, Operation, SharedGpu};

/// Returns every device there is: that of software, and with the feature `gpu` a real one, too, or one
/// that passes for it, such as Mesa's.
pub(super) async fn devices() -> Vec<SharedGpu> {
    let mut devices = vec![SharedGpu::default()];
    devices.extend(real().await);
    devices
}

#[cfg(not(feature = "gpu"))]
async fn real() -> Option<SharedGpu> {
    std::future::ready(None).await
}

/// Who asks for the feature wants it tested: that there is no device is no success, unless that is
/// said aloud.
#[cfg(feature = "gpu")]
async fn real() -> Option<SharedGpu> {
    use crate::resources::gpu::DeviceChoice;
    let opened = SharedGpu::open(DeviceChoice::Device, 64, GpuLimits::default()).await;
    if std::env::var_os("TASK_QUEUE_NO_GPU").is_some() && opened.is_err() {
        println!("left out: no adapter");
        return None;
    }
    Some(opened.expect("a device that speaks Vulkan; TASK_QUEUE_NO_GPU=1 does without"))
}

pub(super) fn limited(limits: GpuLimits) -> SharedGpu {
    SharedGpu::of(Arc::new(Software), 64, limits)
}

pub(super) async fn compute(operation: Operation, data: Value) -> Result<Value, GpuError> {
    let computed = SharedGpu::default().compute(operation, data).await?;
    assert_eq!(&*computed.device, "software");
    Ok(computed.result)
}

pub(super) async fn refused(operation: Operation, data: Value) -> InvalidData {
    match compute(operation, data).await {
        Err(GpuError::InvalidData(invalid)) => invalid,
        other => panic!("the data was not refused: {other:?}"),
    }
}

pub(super) fn numbers(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(values) => values.iter().flat_map(numbers).collect(),
        number => vec![number.as_f64().unwrap()],
    }
}

/// Computes on every device, and compares with what it should be, as closely as single precision
/// allows where that is all a device has.
pub(super) async fn check(operation: Operation, data: Value, expected: &[f64]) {
    for gpu in devices().await {
        let computed = gpu.compute(operation, data.clone()).await.unwrap();
        let tolerance = if &*computed.device == "software" {
            1e-12
        } else {
            1e-4
        };
        let found = numbers(&computed.result);
        assert_eq!(
            found.len(),
            expected.len(),
            "{operation} on {}",
            computed.device
        );
        for (found, expected) in found.iter().zip(expected) {
            let apart = (found - expected).abs() / expected.abs().max(1.0);
            assert!(
                apart <= tolerance,
                "{operation} on {}: {found} instead of {expected}",
                computed.device
            );
        }
    }
}
