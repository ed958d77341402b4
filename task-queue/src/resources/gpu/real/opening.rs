//! Finding a device, and making it ready.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::runtime::Handle;
use wgpu::{
    Adapter, Backends, DeviceDescriptor, Instance, InstanceDescriptor, Limits, PowerPreference,
    Queue, RequestAdapterOptions,
};

use super::kernels::Kernels;
use crate::resources::gpu::choice::OpenError;

/// A real device, by Vulkan. It computes in single precision.
#[derive(Debug)]
pub(in crate::resources::gpu) struct Real {
    pub(super) name: String,
    pub(super) device: wgpu::Device,
    pub(super) queue: Queue,
    pub(super) kernels: Kernels,
    pub(super) complaints: Complaints,
}

/// What a driver complains of, which it does aside: the first since somebody last listened.
#[derive(Debug, Clone, Default)]
pub(super) struct Complaints(Arc<Mutex<Option<String>>>);

impl Real {
    /// Opens the fastest device there is. Must be called within a Tokio runtime, where it may block.
    pub(in crate::resources::gpu) fn open() -> Result<Self, OpenError> {
        let runtime = Handle::try_current().map_err(|_| OpenError::Crashed)?;
        let instance = Instance::new(InstanceDescriptor {
            backends: Backends::VULKAN,
            ..InstanceDescriptor::new_without_display_handle()
        });
        let adapter = runtime.block_on(instance.request_adapter(&RequestAdapterOptions {
            power_preference: PowerPreference::HighPerformance,
            ..RequestAdapterOptions::default()
        }));
        let adapter = adapter.map_err(|error| OpenError::NotFound {
            reason: error.to_string(),
        })?;
        let opened = runtime.block_on(adapter.request_device(&DeviceDescriptor {
            required_limits: limits(&adapter),
            ..DeviceDescriptor::default()
        }));
        let name = name(&adapter);
        let unusable = |reason| OpenError::Unusable {
            device: name.clone(),
            reason,
        };
        let (device, queue) = opened.map_err(|error| unusable(error.to_string()))?;
        let complaints = Complaints::of(&device);
        let kernels = Kernels::compile(&device);
        if let Some(reason) = complaints.take() {
            return Err(unusable(reason));
        }
        Ok(Self {
            name,
            device,
            queue,
            kernels,
            complaints,
        })
    }
}

impl Complaints {
    /// Without this, a complaint would be a panic.
    fn of(device: &wgpu::Device) -> Self {
        let complaints = Self::default();
        let errors = complaints.clone();
        device.on_uncaptured_error(Arc::new(move |error: wgpu::Error| {
            errors.note(error.to_string());
        }));
        let losses = complaints.clone();
        device.set_device_lost_callback(move |reason, message| {
            losses.note(format!("the device was lost ({reason:?}): {message}"));
        });
        complaints
    }

    /// Returns what there is to complain of, and forgets it.
    pub(super) fn take(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn note(&self, complaint: String) {
        let mut first = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        first.get_or_insert(complaint);
    }
}

/// Returns what every device can do, and as much memory in one piece as this one can.
fn limits(adapter: &Adapter) -> Limits {
    let own = adapter.limits();
    Limits {
        max_buffer_size: own.max_buffer_size,
        max_storage_buffer_binding_size: own.max_storage_buffer_binding_size,
        ..Limits::downlevel_defaults()
    }
}

fn name(adapter: &Adapter) -> String {
    let info = adapter.get_info();
    format!("{} ({:?}, {:?})", info.name, info.backend, info.device_type)
}
