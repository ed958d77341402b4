//! Neural networks: layers of weighted sums.

use crate::resources::gpu::error::InvalidData;
use crate::resources::gpu::matrix::{Matrix, check_steps};

/// One layer: a row of weights and a bias for each of its outputs.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Layer {
    pub(super) weights: Matrix,
    pub(super) bias: Vec<f64>,
    pub(super) activation: Activation,
}

/// What becomes of a weighted sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Activation {
    Relu,
    Sigmoid,
    Tanh,
    Linear,
}

impl Layer {
    /// Returns the layer's outputs for these inputs.
    pub(super) fn forward(&self, input: &[f64]) -> Result<Vec<f64>, InvalidData> {
        agree("weights", self.weights.width(), "input", input.len())?;
        agree("weights", self.weights.height(), "bias", self.bias.len())?;
        check_steps(self.weights.height().saturating_mul(self.weights.width()))?;
        let sums = self.weights.times_vector(input);
        let biased = sums.into_iter().zip(&self.bias);
        Ok(biased
            .map(|(sum, bias)| self.activation.of(sum + bias))
            .collect())
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

    fn of(self, sum: f64) -> f64 {
        match self {
            Self::Relu => sum.max(0.0),
            Self::Sigmoid => 1.0 / (1.0 + (-sum).exp()),
            Self::Tanh => sum.tanh(),
            Self::Linear => sum,
        }
    }
}

const fn agree(
    left: &'static str,
    left_size: usize,
    right: &'static str,
    right_size: usize,
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
