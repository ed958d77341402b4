//! Matrices, and how they are multiplied.

use crate::resources::gpu::error::InvalidData;

/// A matrix with at least one row and one column.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Matrix {
    columns: usize,
    /// Row by row.
    cells: Vec<f64>,
}

impl Matrix {
    /// Creates a matrix from its rows, if there are any and all are equally long.
    pub(super) fn from_rows(rows: Vec<Vec<f64>>) -> Option<Self> {
        let columns = rows.first()?.len();
        let even = columns > 0 && rows.iter().all(|row| row.len() == columns);
        even.then(|| Self {
            columns,
            cells: rows.into_iter().flatten().collect(),
        })
    }

    /// Creates the smallest square matrix that holds the cells, row by row, filled up with zeros.
    pub(super) fn square(mut cells: Vec<f64>) -> Self {
        let root = cells.len().isqrt();
        let is_square = root.checked_mul(root) == Some(cells.len());
        let columns = if is_square {
            root
        } else {
            root.saturating_add(1)
        }
        .max(1);
        cells.resize(columns.saturating_mul(columns), 0.0);
        Self { columns, cells }
    }

    pub(super) fn rows(&self) -> impl Iterator<Item = &[f64]> {
        self.cells.chunks_exact(self.columns)
    }

    pub(super) fn height(&self) -> usize {
        self.cells.len().checked_div(self.columns).unwrap_or(0)
    }

    pub(super) const fn width(&self) -> usize {
        self.columns
    }

    /// Returns the product with another matrix on the right.
    pub(super) fn times(&self, right: &Self) -> Result<Self, InvalidData> {
        if self.width() != right.height() {
            return Err(InvalidData::Mismatch {
                left: "a",
                right: "b",
                left_size: self.width(),
                right_size: right.height(),
            });
        }
        check_steps(self.cells.len().saturating_mul(right.width()))?;
        let size = self.height().saturating_mul(right.width());
        let mut product = Self {
            columns: right.width(),
            cells: vec![0.0; size],
        };
        let rows = product.cells.chunks_exact_mut(right.width());
        for (sums, row) in rows.zip(self.rows()) {
            add_combination(sums, row, right);
        }
        Ok(product)
    }

    /// Returns the product with a column vector.
    pub(super) fn times_vector(&self, vector: &[f64]) -> Vec<f64> {
        self.rows().map(|row| dot(row, vector)).collect()
    }
}

/// Refuses work that would keep the device busy for too long.
pub(super) const fn check_steps(steps: usize) -> Result<(), InvalidData> {
    let max = MAX_STEPS;
    if steps > max {
        return Err(InvalidData::TooMuch { steps, max });
    }
    Ok(())
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

fn dot(left: &[f64], right: &[f64]) -> f64 {
    left.iter().zip(right).map(|(x, y)| x * y).sum()
}

/// A quarter of a second or so for a slow processor.
const MAX_STEPS: usize = 1 << 27;
