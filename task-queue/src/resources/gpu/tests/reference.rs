//! The definitions, as naive as can be: what every device is measured by.

/// The product of two matrices, cell by cell.
pub(super) fn product(a: &[Vec<f64>], b: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let cell = |i: usize, j: usize| (0..b.len()).map(|k| a[i][k] * b[k][j]).sum();
    (0..a.len())
        .map(|i| (0..b[0].len()).map(|j| cell(i, j)).collect())
        .collect()
}

/// What a layer makes of an input.
pub(super) fn layer(
    weights: &[Vec<f64>],
    bias: &[f64],
    input: &[f64],
    activation: &str,
) -> Vec<f64> {
    let of = |sum: f64| match activation {
        "relu" => sum.max(0.0),
        "sigmoid" => 1.0 / (1.0 + (-sum).exp()),
        "tanh" => sum.tanh(),
        _ => sum,
    };
    let sum = |row: &Vec<f64>| (0..input.len()).map(|k| row[k] * input[k]).sum::<f64>();
    let outputs = weights.iter().zip(bias);
    outputs.map(|(row, bias)| of(sum(row) + bias)).collect()
}

/// The whole convolution: every pixel, spread as the kernel says.
pub(super) fn convolution(image: &[Vec<f64>], kernel: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let height = image.len() + kernel.len() - 1;
    let width = image[0].len() + kernel[0].len() - 1;
    let mut spread = vec![vec![0.0; width]; height];
    for (y, row) in image.iter().enumerate() {
        for (x, pixel) in row.iter().enumerate() {
            for (dy, weights) in kernel.iter().enumerate() {
                for (dx, weight) in weights.iter().enumerate() {
                    spread[y + dy][x + dx] += pixel * weight;
                }
            }
        }
    }
    spread
}

/// A part of a matrix.
pub(super) fn part(
    whole: &[Vec<f64>],
    from: (usize, usize),
    size: (usize, usize),
) -> Vec<Vec<f64>> {
    let rows = whole.iter().skip(from.0).take(size.0);
    rows.map(|row| row.iter().skip(from.1).take(size.1).copied().collect())
        .collect()
}

/// A matrix of small numbers with signs and fractions.
pub(super) fn some_matrix(height: u32, width: u32, seed: u32) -> Vec<Vec<f64>> {
    let cell = |i: u32, j: u32| (f64::from((i * 31 + j * 17 + seed * 7) % 23) - 11.0) / 8.0;
    (0..height)
        .map(|i| (0..width).map(|j| cell(i, j)).collect())
        .collect()
}

pub(super) fn some_vector(length: u32, seed: u32) -> Vec<f64> {
    some_matrix(1, length, seed).concat()
}
