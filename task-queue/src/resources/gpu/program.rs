//! What is to be computed, once it is known to fit together.

use serde_json::{Number, Value};

use crate::resources::gpu::error::InvalidData;
use crate::resources::gpu::input;
use crate::resources::gpu::matrix::Matrix;
use crate::resources::gpu::operation::Operation;

/// What is to be computed. All shapes fit, and nothing is empty that must not be.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Program {
    /// The product of two matrices.
    MatrixMultiply { a: Matrix, b: Matrix },
    /// What layers make of an input, one after the other.
    NeuralForward { input: Vec<f64>, layers: Vec<Layer> },
    /// The sum of two vectors.
    VectorAdd { a: Vec<f64>, b: Vec<f64> },
    /// The sum of the products of two vectors' numbers.
    Dot { a: Vec<f64>, b: Vec<f64> },
    /// Numbers as shares of 1, by their exponentials.
    Softmax(Vec<f64>),
    /// The sum of a vector's numbers.
    ReduceSum(Vec<f64>),
    /// An image, seen through a kernel.
    Convolve2d(Convolution),
}

/// One layer of a network: a row of weights and a bias for each of its outputs.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Layer {
    pub(super) weights: Matrix,
    pub(super) bias: Vec<f64>,
    pub(super) activation: Activation,
}

/// What becomes of a weighted sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Activation {
    Relu,
    Sigmoid,
    Tanh,
    Linear,
}

/// An image, a kernel, and which part of the result is wanted: that of so many rows and columns, from
/// that row and column on of the whole.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Convolution {
    pub(super) image: Matrix,
    pub(super) kernel: Matrix,
    pub(super) first: (usize, usize),
    pub(super) height: usize,
    pub(super) width: usize,
}

/// Which part of the result of a convolution is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// All of it, where kernel and image touch.
    Full,
    /// As much of the middle as the image is large.
    Same,
    /// Where the kernel lies within the image.
    Valid,
}

/// What has come out.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Output {
    Number(f64),
    Vector(Vec<f64>),
    Matrix(Matrix),
}

impl Program {
    /// Reads what users send; null stands for a small example.
    pub(super) fn read(operation: Operation, data: &Value) -> Result<Self, InvalidData> {
        let example;
        let data = if data.is_null() {
            example = operation.example();
            &example
        } else {
            data
        };
        match operation {
            Operation::MatrixMultiply => {
                let (a, b) = input::matrices(data)?;
                agree(("a", a.width()), ("b", b.height()))?;
                Ok(Self::MatrixMultiply { a, b })
            }
            Operation::NeuralForward => {
                let (input, layers) = input::network(data)?;
                layers
                    .iter()
                    .try_fold(input.len(), |inputs, layer| layer.outputs(inputs))?;
                Ok(Self::NeuralForward { input, layers })
            }
            Operation::VectorAdd => input::vectors(data).map(|(a, b)| Self::VectorAdd { a, b }),
            Operation::Dot => input::vectors(data).map(|(a, b)| Self::Dot { a, b }),
            Operation::Softmax => input::values(data).map(Self::Softmax),
            Operation::ReduceSum => input::values(data).map(Self::ReduceSum),
            Operation::Convolve2d => {
                let (image, kernel, mode) = input::convolution(data)?;
                Convolution::new(image, kernel, mode).map(Self::Convolve2d)
            }
        }
    }

    /// Returns how many multiplications it takes, or other steps where there are none.
    pub(super) fn steps(&self) -> u64 {
        count(match self {
            Self::MatrixMultiply { a, b } => a.size().saturating_mul(b.width()),
            Self::NeuralForward { layers, .. } => {
                let steps = layers.iter().map(|layer| layer.weights.size());
                steps.fold(0, usize::saturating_add)
            }
            Self::VectorAdd { a, .. } | Self::Dot { a, .. } => a.len(),
            Self::Softmax(values) | Self::ReduceSum(values) => values.len(),
            Self::Convolve2d(convolution) => {
                let points = convolution.height.saturating_mul(convolution.width);
                points.saturating_mul(convolution.kernel.size())
            }
        })
    }

    /// Returns how many numbers go in and come out.
    pub(super) fn numbers(&self) -> u64 {
        let (into, out) = match self {
            Self::MatrixMultiply { a, b } => (
                a.size().saturating_add(b.size()),
                a.height().saturating_mul(b.width()),
            ),
            Self::NeuralForward { input, layers } => {
                let weights = layers.iter().map(|layer| layer.weights.size());
                let outputs = layers.iter().map(|layer| layer.bias.len());
                (
                    weights.fold(input.len(), usize::saturating_add),
                    outputs.fold(0, usize::saturating_add),
                )
            }
            Self::VectorAdd { a, b } => (a.len().saturating_add(b.len()), a.len()),
            Self::Dot { a, b } => (a.len().saturating_add(b.len()), 1),
            Self::Softmax(values) => (values.len(), values.len()),
            Self::ReduceSum(values) => (values.len(), 1),
            Self::Convolve2d(convolution) => (
                convolution
                    .image
                    .size()
                    .saturating_add(convolution.kernel.size()),
                convolution.height.saturating_mul(convolution.width),
            ),
        };
        count(into.saturating_add(out))
    }
}

impl Layer {
    /// Returns how many outputs there are for so many inputs.
    fn outputs(&self, inputs: usize) -> Result<usize, InvalidData> {
        agree(("weights", self.weights.width()), ("input", inputs))?;
        agree(
            ("weights", self.weights.height()),
            ("bias", self.bias.len()),
        )?;
        Ok(self.bias.len())
    }
}

impl Activation {
    /// Reads the name of a function; without one it is `relu`.
    pub(super) fn parse(name: Option<&str>) -> Result<Self, InvalidData> {
        match name {
            None | Some("relu") => Ok(Self::Relu),
            Some("sigmoid") => Ok(Self::Sigmoid),
            Some("tanh") => Ok(Self::Tanh),
            Some("linear") => Ok(Self::Linear),
            Some(_) => Err(InvalidData::Activation),
        }
    }

    pub(super) fn of(self, sum: f64) -> f64 {
        match self {
            Self::Relu => sum.max(0.0),
            Self::Sigmoid => 1.0 / (1.0 + (-sum).exp()),
            Self::Tanh => sum.tanh(),
            Self::Linear => sum,
        }
    }
}

impl Convolution {
    fn new(image: Matrix, kernel: Matrix, mode: Mode) -> Result<Self, InvalidData> {
        let rows = part(mode, image.height(), kernel.height());
        let columns = part(mode, image.width(), kernel.width());
        let (Some((top, height)), Some((left, width))) = (rows, columns) else {
            return Err(InvalidData::Mismatch {
                left: "input",
                right: "kernel",
                left_size: image.size(),
                right_size: kernel.size(),
            });
        };
        Ok(Self {
            image,
            kernel,
            first: (top, left),
            height,
            width,
        })
    }
}

impl Mode {
    /// Reads the name of a part; without one it is all of it.
    pub(super) fn parse(name: Option<&str>) -> Result<Self, InvalidData> {
        match name {
            None | Some("full") => Ok(Self::Full),
            Some("same") => Ok(Self::Same),
            Some("valid") => Ok(Self::Valid),
            Some(_) => Err(InvalidData::Mode),
        }
    }
}

impl Output {
    /// Returns it as users read it.
    pub(super) fn to_value(&self) -> Result<Value, InvalidData> {
        match self {
            Self::Number(value) => number(*value),
            Self::Vector(values) => list(values),
            Self::Matrix(matrix) => matrix.rows().map(list).collect(),
        }
    }
}

/// Returns where the wanted part begins in the whole, and how long it is; `None` if there is none.
fn part(mode: Mode, image: usize, kernel: usize) -> Option<(usize, usize)> {
    let (first, last) = (kernel.checked_sub(1)?, kernel.checked_sub(1)?);
    match mode {
        Mode::Full => Some((0, image.checked_add(last)?)),
        Mode::Same => Some((first.checked_div(2)?, image)),
        Mode::Valid => Some((first, image.checked_sub(last)?)).filter(|part| part.1 > 0),
    }
}

const fn agree(
    (left, left_size): (&'static str, usize),
    (right, right_size): (&'static str, usize),
) -> Result<(), InvalidData> {
    if left_size == right_size {
        return Ok(());
    }
    Err(InvalidData::Mismatch {
        left,
        right,
        left_size,
        right_size,
    })
}

fn list(numbers: &[f64]) -> Result<Value, InvalidData> {
    numbers.iter().copied().map(number).collect()
}

fn number(number: f64) -> Result<Value, InvalidData> {
    let number = Number::from_f64(number).ok_or(InvalidData::Overflow)?;
    Ok(Value::Number(number))
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
