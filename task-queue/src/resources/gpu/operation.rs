//! What the device can compute.

use std::fmt;
use std::str::FromStr;

use serde_json::{Number, Value, json};

use crate::resources::gpu::error::{GpuError, InvalidData};
use crate::resources::gpu::input;
use crate::resources::gpu::matrix::Matrix;

/// What the device can compute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operation {
    /// The product of two matrices.
    MatrixMultiply,
    /// What a neural network makes of an input.
    NeuralForward,
    /// The sum of two vectors.
    VectorAdd,
    /// The sum of a vector's numbers.
    ReduceSum,
}

impl Operation {
    /// All operations.
    pub const ALL: [Self; 4] = [
        Self::MatrixMultiply,
        Self::NeuralForward,
        Self::VectorAdd,
        Self::ReduceSum,
    ];

    /// Returns the operation's name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::MatrixMultiply => "matrix_multiply",
            Self::NeuralForward => "neural_forward",
            Self::VectorAdd => "vector_add",
            Self::ReduceSum => "reduce_sum",
        }
    }

    /// Computes, on the thread it is called on; without data (null) on a small example.
    pub(super) fn run(self, data: &Value) -> Result<Value, InvalidData> {
        let example;
        let data = if data.is_null() {
            example = self.example();
            &example
        } else {
            data
        };
        match self {
            Self::MatrixMultiply => {
                let (a, b) = input::matrices(data)?;
                table(&a.times(&b)?)
            }
            Self::NeuralForward => {
                let (input, layers) = input::network(data)?;
                let output = layers
                    .iter()
                    .try_fold(input, |input, layer| layer.forward(&input));
                list(output?)
            }
            Self::VectorAdd => {
                let (a, b) = input::vectors(data)?;
                list(a.into_iter().zip(b).map(|(a, b)| a + b))
            }
            Self::ReduceSum => number(input::values(data)?.into_iter().sum()),
        }
    }

    fn example(self) -> Value {
        match self {
            Self::MatrixMultiply => json!({"a": [[1, 2], [3, 4]], "b": [[5, 6], [7, 8]]}),
            Self::NeuralForward => json!([1, 2, 3]),
            Self::VectorAdd => json!({"a": [1, 2, 3], "b": [4, 5, 6]}),
            Self::ReduceSum => json!([1, 2, 3, 4]),
        }
    }
}

impl FromStr for Operation {
    type Err = GpuError;

    fn from_str(name: &str) -> Result<Self, GpuError> {
        let known = Self::ALL.into_iter().find(|known| known.name() == name);
        known.ok_or_else(|| GpuError::UnknownOperation {
            name: name.chars().take(64).collect(),
        })
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

fn table(matrix: &Matrix) -> Result<Value, InvalidData> {
    matrix.rows().map(|row| list(row.iter().copied())).collect()
}

fn list(numbers: impl IntoIterator<Item = f64>) -> Result<Value, InvalidData> {
    numbers.into_iter().map(number).collect()
}

fn number(number: f64) -> Result<Value, InvalidData> {
    let number = Number::from_f64(number).ok_or(InvalidData::Overflow)?;
    Ok(Value::Number(number))
}

pub(super) const NAMES: &str = "matrix_multiply, neural_forward, vector_add and reduce_sum";
