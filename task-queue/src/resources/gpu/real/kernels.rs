//! The kernels, compiled for a device.

use wgpu::{
    BindGroupLayout, BindGroupLayoutDescriptor, BindGroupLayoutEntry, BindingType,
    BufferBindingType, ComputePipeline, ComputePipelineDescriptor, Device,
    PipelineLayoutDescriptor, ShaderModuleDescriptor, ShaderSource, ShaderStages,
};

/// The kernels, compiled for a device.
#[derive(Debug)]
pub(super) struct Kernels {
    pub(super) bindings: BindGroupLayout,
    pub(super) multiply: ComputePipeline,
    pub(super) add: ComputePipeline,
    pub(super) dense: ComputePipeline,
    pub(super) products: ComputePipeline,
    pub(super) sums: ComputePipeline,
    pub(super) largest: ComputePipeline,
    pub(super) exponentials: ComputePipeline,
    pub(super) shares: ComputePipeline,
    pub(super) convolve: ComputePipeline,
}

impl Kernels {
    pub(super) fn compile(device: &Device) -> Self {
        let module = device.create_shader_module(ShaderModuleDescriptor {
            label: None,
            source: ShaderSource::Wgsl(include_str!("kernels.wgsl").into()),
        });
        let bindings = device.create_bind_group_layout(&BindGroupLayoutDescriptor {
            label: None,
            entries: &[
                binding(0, READ),
                binding(1, READ),
                binding(2, READ),
                binding(3, WRITE),
                binding(4, BufferBindingType::Uniform),
            ],
        });
        let layout = device.create_pipeline_layout(&PipelineLayoutDescriptor {
            label: None,
            bind_group_layouts: &[Some(&bindings)],
            immediate_size: 0,
        });
        let kernel = |name| {
            device.create_compute_pipeline(&ComputePipelineDescriptor {
                label: Some(name),
                layout: Some(&layout),
                module: &module,
                entry_point: Some(name),
                compilation_options: wgpu::PipelineCompilationOptions::default(),
                cache: None,
            })
        };
        Self {
            multiply: kernel("multiply"),
            add: kernel("add"),
            dense: kernel("dense"),
            products: kernel("products"),
            sums: kernel("sums"),
            largest: kernel("largest"),
            exponentials: kernel("exponentials"),
            shares: kernel("shares"),
            convolve: kernel("convolve"),
            bindings,
        }
    }
}

const fn binding(binding: u32, ty: BufferBindingType) -> BindGroupLayoutEntry {
    BindGroupLayoutEntry {
        binding,
        visibility: ShaderStages::COMPUTE,
        ty: BindingType::Buffer {
            ty,
            has_dynamic_offset: false,
            min_binding_size: None,
        },
        count: None,
    }
}

const READ: BufferBindingType = BufferBindingType::Storage { read_only: true };
const WRITE: BufferBindingType = BufferBindingType::Storage { read_only: false };
