//! Numbers on the device, and kernels run over them.

use std::sync::mpsc;
use std::time::Duration;

use wgpu::{
    BindGroupDescriptor, BindGroupEntry, Buffer, BufferDescriptor, BufferUsages, ComputePipeline,
    MapMode, PollError, PollType,
};

use super::opening::Real;
use crate::resources::gpu::error::Fault;
use crate::resources::gpu::watch::Watch;

/// Numbers on the device, at least one.
#[derive(Debug)]
pub(super) struct Array {
    buffer: Buffer,
    pub(super) length: u32,
}

/// One computation on the device.
#[derive(Debug)]
pub(super) struct Run<'a> {
    real: &'a Real,
    watch: &'a Watch,
}

/// One call of a kernel.
#[derive(Debug)]
pub(super) struct Call<'a> {
    pub(super) kernel: &'a ComputePipeline,
    /// What it reads. Who reads less names one of them several times.
    pub(super) arrays: [&'a Array; 3],
    pub(super) sizes: [u32; 8],
    pub(super) groups: u32,
    /// How many numbers it writes.
    pub(super) length: u32,
}

impl<'a> Run<'a> {
    pub(super) const fn new(real: &'a Real, watch: &'a Watch) -> Self {
        Self { real, watch }
    }

    /// Brings numbers to the device, in single precision; of none it makes one.
    pub(super) fn upload(&self, numbers: &[f64]) -> Result<Array, Fault> {
        self.watch.check()?;
        let array = self.array(narrow(numbers.len().max(1))?)?;
        let bytes: Vec<u8> = numbers.iter().flat_map(|&number| single(number)).collect();
        self.real.queue.write_buffer(&array.buffer, 0, &bytes);
        self.complain()?;
        Ok(array)
    }

    /// Has a kernel run, and returns what it will have written.
    pub(super) fn call(&self, call: &Call<'_>) -> Result<Array, Fault> {
        self.watch.check()?;
        let result = self.array(call.length.max(1))?;
        let wide = call.groups.clamp(1, MAX_WIDE);
        let tall = call.groups.div_ceil(wide).max(1);
        let sizes = self.sizes(call, wide);
        let [a, b, c] = call.arrays;
        let buffers = [&a.buffer, &b.buffer, &c.buffer, &result.buffer, &sizes];
        let entries: Vec<_> = (0..)
            .zip(buffers)
            .map(|(binding, buffer)| BindGroupEntry {
                binding,
                resource: buffer.as_entire_binding(),
            })
            .collect();
        let real = self.real;
        let bindings = real.device.create_bind_group(&BindGroupDescriptor {
            label: None,
            layout: &real.kernels.bindings,
            entries: &entries,
        });
        let mut encoder = real.device.create_command_encoder(&COMMANDS);
        let mut pass = encoder.begin_compute_pass(&PASS);
        pass.set_pipeline(call.kernel);
        pass.set_bind_group(0, &bindings, &[]);
        pass.dispatch_workgroups(wide, tall, 1);
        drop(pass);
        real.queue.submit([encoder.finish()]);
        self.complain()?;
        Ok(result)
    }

    /// Waits for what is computed, and returns it.
    pub(super) fn download(&self, array: &Array) -> Result<Vec<f64>, Fault> {
        let real = self.real;
        let size = array.buffer.size();
        let near = self.buffer(size, BufferUsages::MAP_READ | BufferUsages::COPY_DST)?;
        let mut encoder = real.device.create_command_encoder(&COMMANDS);
        encoder.copy_buffer_to_buffer(&array.buffer, 0, &near, 0, size);
        let submitted = real.queue.submit([encoder.finish()]);
        let (mapped, mapping) = mpsc::channel();
        near.map_async(MapMode::Read, .., move |outcome| {
            // Nobody listens any more when the computation is not wanted any more.
            mapped.send(outcome).unwrap_or_default();
        });
        self.wait(&submitted)?;
        self.complain()?;
        mapping.try_recv().map_err(failed)?.map_err(failed)?;
        let bytes = near.get_mapped_range(..).map_err(failed)?;
        let numbers = bytes.as_chunks::<4>().0.iter();
        Ok(numbers
            .map(|&bytes| f64::from(f32::from_ne_bytes(bytes)))
            .collect())
    }

    /// Waits in small pieces, so that it is seen soon when nobody waits any more.
    fn wait(&self, submitted: &wgpu::SubmissionIndex) -> Result<(), Fault> {
        loop {
            self.watch.check()?;
            let waited = self.real.device.poll(PollType::Wait {
                submission_index: Some(submitted.clone()),
                timeout: Some(A_WHILE),
            });
            match waited {
                Ok(_) => return Ok(()),
                Err(PollError::Timeout) => {}
                Err(error) => return Err(failed(error)),
            }
        }
    }

    fn array(&self, length: u32) -> Result<Array, Fault> {
        let usage = BufferUsages::STORAGE | BufferUsages::COPY_SRC | BufferUsages::COPY_DST;
        let buffer = self.buffer(u64::from(length).saturating_mul(4), usage)?;
        Ok(Array { buffer, length })
    }

    fn buffer(&self, size: u64, usage: BufferUsages) -> Result<Buffer, Fault> {
        let limits = self.real.device.limits();
        let max = limits
            .max_buffer_size
            .min(limits.max_storage_buffer_binding_size);
        if size > max {
            return Err(Fault::Failed {
                reason: format!("{size} bytes are more than the {max} it takes in one piece"),
            });
        }
        Ok(self.real.device.create_buffer(&BufferDescriptor {
            label: None,
            size,
            usage,
            mapped_at_creation: false,
        }))
    }

    fn sizes(&self, call: &Call<'_>, wide: u32) -> Buffer {
        let sizes = call.sizes.into_iter().chain([wide, call.groups, 0, 0]);
        let bytes: Vec<u8> = sizes.flat_map(u32::to_ne_bytes).collect();
        let buffer = self.real.device.create_buffer(&BufferDescriptor {
            label: None,
            size: SIZES,
            usage: BufferUsages::UNIFORM | BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        self.real.queue.write_buffer(&buffer, 0, &bytes);
        buffer
    }

    fn complain(&self) -> Result<(), Fault> {
        match self.real.complaints.take() {
            Some(reason) => Err(Fault::Failed { reason }),
            None => Ok(()),
        }
    }
}

/// Turns a size into one that the device counts with.
pub(super) fn narrow(size: usize) -> Result<u32, Fault> {
    u32::try_from(size).map_err(failed)
}

#[allow(
    clippy::cast_possible_truncation,
    reason = "single precision is what the device computes in; what is too large becomes infinite, and is refused as a result"
)]
const fn single(number: f64) -> [u8; 4] {
    (number as f32).to_ne_bytes()
}

#[allow(clippy::needless_pass_by_value, reason = "it is passed to `map_err`")]
fn failed(error: impl ToString) -> Fault {
    Fault::Failed {
        reason: error.to_string(),
    }
}

const COMMANDS: wgpu::CommandEncoderDescriptor<'static> =
    wgpu::CommandEncoderDescriptor { label: None };
const PASS: wgpu::ComputePassDescriptor<'static> = wgpu::ComputePassDescriptor {
    label: None,
    timestamp_writes: None,
};
/// The size of `Sizes`, in bytes.
const SIZES: u64 = 48;
/// As many work groups as every device takes in one dimension.
const MAX_WIDE: u32 = 65_535;
const A_WHILE: Duration = Duration::from_millis(20);
