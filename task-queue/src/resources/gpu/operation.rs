//! What the device can compute.

use std::fmt;
use std::str::FromStr;

use serde_json::{Value, json};

use crate::resources::gpu::error::GpuError;

/// What the device can compute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operation {
    /// The product of two matrices.
    MatrixMultiply,
    /// What a neural network makes of an input.
    NeuralForward,
    /// The sum of two vectors.
    VectorAdd,
    /// The sum of the products of two vectors' numbers.
    Dot,
    /// Numbers as shares of 1, by their exponentials.
    Softmax,
    /// The sum of a vector's numbers.
    ReduceSum,
    /// An image, seen through a kernel.
    Convolve2d,
}

impl Operation {
    /// All operations.
    pub const ALL: [Self; 7] = [
        Self::MatrixMultiply,
        Self::NeuralForward,
        Self::VectorAdd,
        Self::Dot,
        Self::Softmax,
        Self::ReduceSum,
        Self::Convolve2d,
    ];

    /// Returns the operation's name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::MatrixMultiply => "matrix_multiply",
            Self::NeuralForward => "neural_forward",
            Self::VectorAdd => "vector_add",
            Self::Dot => "dot",
            Self::Softmax => "softmax",
            Self::ReduceSum => "reduce_sum",
            Self::Convolve2d => "convolve2d",
        }
    }

    /// Returns what is computed when nothing is said.
    pub(super) fn example(self) -> Value {
        match self {
            Self::MatrixMultiply => json!({"a": [[1, 2], [3, 4]], "b": [[5, 6], [7, 8]]}),
            Self::NeuralForward => json!([1, 2, 3]),
            Self::VectorAdd | Self::Dot => json!({"a": [1, 2, 3], "b": [4, 5, 6]}),
            Self::Softmax | Self::ReduceSum => json!([1, 2, 3, 4]),
            Self::Convolve2d => json!({
                "input": [[1, 2, 3], [4, 5, 6], [7, 8, 9]],
                "kernel": [[0, 1, 0], [1, -4, 1], [0, 1, 0]],
                "mode": "same",
            }),
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

pub(super) const NAMES: &str =
    "matrix_multiply, neural_forward, vector_add, dot, softmax, reduce_sum and convolve2d";
