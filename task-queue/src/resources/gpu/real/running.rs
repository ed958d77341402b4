//! Programs as calls of kernels.

use wgpu::ComputePipeline;

use super::arrays::{Array, Call, Run, narrow};
use super::opening::Real;
use crate::resources::gpu::device::Device;
use crate::resources::gpu::error::Fault;
use crate::resources::gpu::matrix::Matrix;
use crate::resources::gpu::program::{Activation, Convolution, Layer, Output, Program};
use crate::resources::gpu::watch::Watch;

impl Device for Real {
    fn name(&self) -> &str {
        &self.name
    }

    fn run(&self, program: &Program, watch: &Watch) -> Result<Output, Fault> {
        // What an earlier program was given up with is none of this one's business.
        drop(self.complaints.take());
        let run = Run::new(self, watch);
        match program {
            Program::MatrixMultiply { a, b } => self.multiply(&run, a, b),
            Program::NeuralForward { input, layers } => self.forward(&run, input, layers),
            Program::VectorAdd { a, b } => {
                let (a, b) = (run.upload(a)?, run.upload(b)?);
                let sum = run.call(&each(&self.kernels.add, [&a, &b]))?;
                run.download(&sum).map(Output::Vector)
            }
            Program::Dot { a, b } => {
                let (a, b) = (run.upload(a)?, run.upload(b)?);
                let parts = run.call(&grouped(&self.kernels.products, [&a, &b]))?;
                number(&run, &fold(&run, &self.kernels.sums, parts)?)
            }
            Program::Softmax(values) if values.is_empty() => Ok(Output::Vector(Vec::new())),
            Program::Softmax(values) => self.softmax(&run, values),
            Program::ReduceSum(values) => {
                let values = run.upload(values)?;
                number(&run, &fold(&run, &self.kernels.sums, values)?)
            }
            Program::Convolve2d(convolution) => self.convolve(&run, convolution),
        }
        .map(|output| output.of_length(program))
    }
}

impl Real {
    fn multiply(&self, run: &Run<'_>, a: &Matrix, b: &Matrix) -> Result<Output, Fault> {
        let (height, inner, width) = (narrow(a.height())?, narrow(a.width())?, narrow(b.width())?);
        let across = width.div_ceil(TILE);
        let (a, b) = (run.upload(a.cells())?, run.upload(b.cells())?);
        let product = run.call(&Call {
            kernel: &self.kernels.multiply,
            arrays: [&a, &b, &a],
            sizes: [height, inner, width, across, 0, 0, 0, 0],
            groups: across.saturating_mul(height.div_ceil(TILE)),
            length: height.saturating_mul(width),
        })?;
        matrix(run, &product, width)
    }

    fn forward(&self, run: &Run<'_>, input: &[f64], layers: &[Layer]) -> Result<Output, Fault> {
        let mut values = run.upload(input)?;
        for layer in layers {
            let outputs = narrow(layer.bias.len())?;
            let inputs = narrow(layer.weights.width())?;
            let (weights, bias) = (run.upload(layer.weights.cells())?, run.upload(&layer.bias)?);
            let activation = code(layer.activation);
            values = run.call(&Call {
                kernel: &self.kernels.dense,
                arrays: [&weights, &values, &bias],
                sizes: [outputs, inputs, activation, 0, 0, 0, 0, 0],
                groups: outputs.div_ceil(WIDE),
                length: outputs,
            })?;
        }
        run.download(&values).map(Output::Vector)
    }

    fn softmax(&self, run: &Run<'_>, values: &[f64]) -> Result<Output, Fault> {
        let values = run.upload(values)?;
        let parts = run.call(&grouped(&self.kernels.largest, [&values, &values]))?;
        let largest = fold(run, &self.kernels.largest, parts)?;
        let powers = run.call(&each(&self.kernels.exponentials, [&values, &largest]))?;
        let parts = run.call(&grouped(&self.kernels.sums, [&powers, &powers]))?;
        let sum = fold(run, &self.kernels.sums, parts)?;
        let shares = run.call(&each(&self.kernels.shares, [&powers, &sum]))?;
        run.download(&shares).map(Output::Vector)
    }

    fn convolve(&self, run: &Run<'_>, convolution: &Convolution) -> Result<Output, Fault> {
        let (image, kernel) = (&convolution.image, &convolution.kernel);
        let (height, width) = (narrow(convolution.height)?, narrow(convolution.width)?);
        let length = height.saturating_mul(width);
        let sizes = [
            narrow(image.height())?,
            narrow(image.width())?,
            narrow(kernel.height())?,
            narrow(kernel.width())?,
            height,
            width,
            narrow(convolution.first.0)?,
            narrow(convolution.first.1)?,
        ];
        let (image, kernel) = (run.upload(image.cells())?, run.upload(kernel.cells())?);
        let seen = run.call(&Call {
            kernel: &self.kernels.convolve,
            arrays: [&image, &kernel, &image],
            sizes,
            groups: length.div_ceil(WIDE),
            length,
        })?;
        matrix(run, &seen, width)
    }
}

impl Output {
    /// Makes it as long as it should be: an array on the device has one number at least.
    fn of_length(self, program: &Program) -> Self {
        match (self, program) {
            (Self::Vector(mut values), Program::VectorAdd { a, .. }) => {
                values.truncate(a.len());
                Self::Vector(values)
            }
            (Self::Vector(mut values), Program::NeuralForward { input, layers }) => {
                values.truncate(layers.last().map_or(input.len(), |layer| layer.bias.len()));
                Self::Vector(values)
            }
            (output, _) => output,
        }
    }
}

/// Applies a kernel that leaves a number for each group until one is left.
fn fold(run: &Run<'_>, kernel: &ComputePipeline, mut parts: Array) -> Result<Array, Fault> {
    while parts.length > 1 {
        parts = run.call(&grouped(kernel, [&parts, &parts]))?;
    }
    Ok(parts)
}

/// A call that makes one number of each.
const fn each<'a>(kernel: &'a ComputePipeline, [a, b]: [&'a Array; 2]) -> Call<'a> {
    Call {
        kernel,
        arrays: [a, b, a],
        sizes: [a.length, 0, 0, 0, 0, 0, 0, 0],
        groups: a.length.div_ceil(WIDE),
        length: a.length,
    }
}

/// A call that makes one number of each group.
const fn grouped<'a>(kernel: &'a ComputePipeline, arrays: [&'a Array; 2]) -> Call<'a> {
    let call = each(kernel, arrays);
    Call {
        length: call.groups,
        ..call
    }
}

fn number(run: &Run<'_>, array: &Array) -> Result<Output, Fault> {
    let numbers = run.download(array)?;
    Ok(Output::Number(numbers.first().copied().unwrap_or_default()))
}

fn matrix(run: &Run<'_>, array: &Array, width: u32) -> Result<Output, Fault> {
    let cells = run.download(array)?;
    let columns = usize::try_from(width).unwrap_or(usize::MAX);
    let matrix = Matrix::from_cells(columns, cells);
    matrix.map(Output::Matrix).ok_or_else(|| Fault::Failed {
        reason: "it has left no matrix".to_owned(),
    })
}

/// The kernel's number for an activation.
const fn code(activation: Activation) -> u32 {
    match activation {
        Activation::Relu => 0,
        Activation::Sigmoid => 1,
        Activation::Tanh => 2,
        Activation::Linear => 3,
    }
}

const TILE: u32 = 16;
const WIDE: u32 = 256;
