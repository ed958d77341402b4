//! A device made of software.

use crate::resources::gpu::device::Device;
use crate::resources::gpu::error::Fault;
use crate::resources::gpu::matrix::Matrix;
use crate::resources::gpu::program::{Convolution, Layer, Output, Program};
use crate::resources::gpu::watch::Watch;

/// A device made of software: it computes on the processor, in double precision, and says so.
#[derive(Debug)]
pub(super) struct Software;

impl Device for Software {
    fn name(&self) -> &'static str {
        "software"
    }

    fn run(&self, program: &Program, watch: &Watch) -> Result<Output, Fault> {
        watch.check()?;
        Ok(match program {
            Program::MatrixMultiply { a, b } => Output::Matrix(product(a, b, watch)?),
            Program::NeuralForward { input, layers } => Output::Vector(
                layers
                    .iter()
                    .try_fold(input.clone(), |input, layer| forward(layer, &input, watch))?,
            ),
            Program::VectorAdd { a, b } => {
                Output::Vector(a.iter().zip(b).map(|(a, b)| a + b).collect())
            }
            Program::Dot { a, b } => Output::Number(dot(a, b)),
            Program::Softmax(values) => Output::Vector(softmax(values)),
            Program::ReduceSum(values) => Output::Number(values.iter().sum()),
            Program::Convolve2d(convolution) => Output::Matrix(convolve(convolution, watch)?),
        })
    }
}

fn product(a: &Matrix, b: &Matrix, watch: &Watch) -> Result<Matrix, Fault> {
    Matrix::made_of(a.height(), b.width(), |row, sums| {
        watch.check()?;
        let factors = a.row(row);
        add_combination(sums, factors, b);
        Ok(())
    })
}

/// Adds up the rows of a matrix, each as often as its factor says: this order of the loops runs
/// along the rows of all three matrices, as caches like it.
fn add_combination(sums: &mut [f64], factors: &[f64], rows: &Matrix) {
    for (&factor, row) in factors.iter().zip(rows.rows()) {
        for (sum, &cell) in sums.iter_mut().zip(row) {
            *sum += factor * cell;
        }
    }
}

fn forward(layer: &Layer, input: &[f64], watch: &Watch) -> Result<Vec<f64>, Fault> {
    let output = |(weights, bias): (&[f64], &f64)| {
        watch.check()?;
        Ok(layer.activation.of(dot(weights, input) + bias))
    };
    layer.weights.rows().zip(&layer.bias).map(output).collect()
}

fn dot(left: &[f64], right: &[f64]) -> f64 {
    left.iter().zip(right).map(|(x, y)| x * y).sum()
}

/// The largest is taken from all of them first, so that none is too large for its exponential.
fn softmax(values: &[f64]) -> Vec<f64> {
    let largest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let exponentials: Vec<f64> = values.iter().map(|value| (value - largest).exp()).collect();
    let sum: f64 = exponentials.iter().sum();
    exponentials.into_iter().map(|share| share / sum).collect()
}

fn convolve(convolution: &Convolution, watch: &Watch) -> Result<Matrix, Fault> {
    let (top, left) = convolution.first;
    Matrix::made_of(convolution.height, convolution.width, |row, sums| {
        let row = row.saturating_add(top);
        for (down, weights) in convolution.kernel.rows().enumerate() {
            watch.check()?;
            let pixels = row.checked_sub(down).map(|row| convolution.image.row(row));
            add_shifted(sums, left, weights, pixels.unwrap_or_default());
        }
        Ok(())
    })
}

/// Adds a row of an image, moved to the right by each of the weights' places, as often as that says.
fn add_shifted(sums: &mut [f64], left: usize, weights: &[f64], pixels: &[f64]) {
    for (right, weight) in weights.iter().enumerate() {
        // Where the first pixel comes to lie, and how many are left of the part that is wanted.
        let (from, hidden) = (right.saturating_sub(left), left.saturating_sub(right));
        let seen = sums.iter_mut().skip(from);
        for (sum, pixel) in seen.zip(pixels.iter().skip(hidden)) {
            *sum += weight * pixel;
        }
    }
}
