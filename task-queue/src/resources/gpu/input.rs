//! From what users send to what the device works on.

use serde_json::Value;

use crate::resources::gpu::error::InvalidData;
use crate::resources::gpu::matrix::Matrix;
use crate::resources::gpu::program::{Activation, Layer, Mode};

/// Reads two matrices: `{a, b}`, or `{a}` or a single matrix to be multiplied with itself. A plain
/// list of numbers is a square matrix, row by row, filled up with zeros.
pub(super) fn matrices(data: &Value) -> Result<(Matrix, Matrix), InvalidData> {
    let (a, b) = match data {
        Value::Object(parts) => {
            let a = parts.get("a").ok_or(InvalidData::Missing("a"))?;
            (matrix(a, "a")?, parts.get("b").filter(|b| !b.is_null()))
        }
        Value::Array(_) => (matrix(data, "data")?, None),
        _ => return Err(InvalidData::Shape),
    };
    let b = match b {
        Some(b) => matrix(b, "b")?,
        None => a.clone(),
    };
    Ok((a, b))
}

/// Reads two vectors: `{a, b}` or a list of the two.
pub(super) fn vectors(data: &Value) -> Result<(Vec<f64>, Vec<f64>), InvalidData> {
    let (a, b) = match data {
        Value::Object(parts) => (parts.get("a"), parts.get("b")),
        Value::Array(parts) => (parts.first(), parts.get(1)),
        _ => return Err(InvalidData::Shape),
    };
    let a = vector(a.ok_or(InvalidData::Missing("a"))?, "a")?;
    let b = vector(b.ok_or(InvalidData::Missing("b"))?, "b")?;
    if a.len() != b.len() {
        return Err(InvalidData::Mismatch {
            left: "a",
            right: "b",
            left_size: a.len(),
            right_size: b.len(),
        });
    }
    Ok((a, b))
}

/// Reads a vector: a list, or `{values}`.
pub(super) fn values(data: &Value) -> Result<Vec<f64>, InvalidData> {
    match data {
        Value::Object(parts) => {
            let values = parts.get("values").ok_or(InvalidData::Missing("values"))?;
            vector(values, "values")
        }
        _ => vector(data, "data"),
    }
}

/// Reads a network and its input: `{input, layers: [{weights, bias, activation}]}`. Without layers
/// it is an example network; a plain list is the input of that.
pub(super) fn network(data: &Value) -> Result<(Vec<f64>, Vec<Layer>), InvalidData> {
    let Value::Object(parts) = data else {
        let input = vector(data, "data")?;
        let layers = example_layers(input.len());
        return Ok((input, layers));
    };
    let input = vector(
        parts.get("input").ok_or(InvalidData::Missing("input"))?,
        "input",
    )?;
    let layers = match parts.get("layers") {
        Some(Value::Array(layers)) => layers.iter().map(layer).collect::<Result<_, _>>()?,
        Some(_) => return Err(InvalidData::Shape),
        None => example_layers(input.len()),
    };
    Ok((input, layers))
}

/// Reads an image, a kernel and which part of the result is wanted: `{input, kernel, mode}`.
pub(super) fn convolution(data: &Value) -> Result<(Matrix, Matrix, Mode), InvalidData> {
    let Value::Object(parts) = data else {
        return Err(InvalidData::Shape);
    };
    let part = |name| parts.get(name).ok_or(InvalidData::Missing(name));
    let image = rows(part("input")?).ok_or(InvalidData::NotAMatrix("input"))?;
    let kernel = rows(part("kernel")?).ok_or(InvalidData::NotAMatrix("kernel"))?;
    let mode = match parts.get("mode") {
        None | Some(Value::Null) => Mode::parse(None)?,
        Some(Value::String(name)) => Mode::parse(Some(name))?,
        Some(_) => return Err(InvalidData::Mode),
    };
    Ok((image, kernel, mode))
}

fn layer(data: &Value) -> Result<Layer, InvalidData> {
    let weights = data.get("weights").ok_or(InvalidData::Missing("weights"))?;
    let weights = rows(weights).ok_or(InvalidData::NotAMatrix("weights"))?;
    let bias = match data.get("bias") {
        Some(bias) => vector(bias, "bias")?,
        None => vec![0.0; weights.height()],
    };
    let activation = match data.get("activation") {
        None | Some(Value::Null) => Activation::parse(None)?,
        Some(Value::String(name)) => Activation::parse(Some(name))?,
        Some(_) => return Err(InvalidData::Activation),
    };
    Ok(Layer {
        weights,
        bias,
        activation,
    })
}

/// Returns two layers with as many inputs, whose weights only get smaller: the same every time.
fn example_layers(inputs: usize) -> Vec<Layer> {
    let layer = |outputs: u32, inputs: usize, activation| {
        let row = |output: u32| {
            let weights = (1u32..).take(inputs);
            weights
                .map(|input| 1.0 / f64::from(input.saturating_add(output)))
                .collect()
        };
        let weights = Matrix::from_rows((0..outputs).map(row).collect())?;
        Some(Layer {
            bias: vec![0.0; weights.height()],
            weights,
            activation,
        })
    };
    let hidden = layer(4, inputs, Activation::Relu);
    let output = layer(2, 4, Activation::Sigmoid);
    hidden.into_iter().chain(output).collect()
}

fn matrix(data: &Value, name: &'static str) -> Result<Matrix, InvalidData> {
    let matrix = match data {
        Value::Array(items) if items.first().is_some_and(Value::is_array) => rows(data),
        _ => numbers(data)
            .filter(|cells| !cells.is_empty())
            .map(Matrix::square),
    };
    matrix.ok_or(InvalidData::NotAMatrix(name))
}

fn vector(data: &Value, name: &'static str) -> Result<Vec<f64>, InvalidData> {
    numbers(data).ok_or(InvalidData::NotAVector(name))
}

fn rows(data: &Value) -> Option<Matrix> {
    let rows = data.as_array()?.iter().map(numbers);
    Matrix::from_rows(rows.collect::<Option<_>>()?)
}

fn numbers(data: &Value) -> Option<Vec<f64>> {
    data.as_array()?.iter().map(Value::as_f64).collect()
}
