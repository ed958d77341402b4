//! Matrices.

/// A matrix with at least one row and one column.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Matrix {
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

    /// Creates a matrix of that size, whose rows are made one after the other from zeros.
    pub(super) fn made_of<E>(
        height: usize,
        width: usize,
        mut make: impl FnMut(usize, &mut [f64]) -> Result<(), E>,
    ) -> Result<Self, E> {
        let columns = width.max(1);
        let mut cells = vec![0.0; height.saturating_mul(columns)];
        for (row, sums) in cells.chunks_exact_mut(columns).enumerate() {
            make(row, sums)?;
        }
        Ok(Self { columns, cells })
    }

    /// Creates a matrix of its cells, row by row, if they make up whole rows.
    #[cfg(feature = "gpu")]
    pub(super) fn from_cells(columns: usize, cells: Vec<f64>) -> Option<Self> {
        let whole = columns > 0 && cells.len().is_multiple_of(columns);
        whole.then_some(Self { columns, cells })
    }

    pub(super) fn rows(&self) -> impl Iterator<Item = &[f64]> {
        self.cells.chunks_exact(self.columns)
    }

    /// Returns a row; beyond the last they are empty.
    pub(super) fn row(&self, row: usize) -> &[f64] {
        let from = row.saturating_mul(self.columns);
        let to = from.saturating_add(self.columns);
        self.cells.get(from..to).unwrap_or_default()
    }

    /// Returns all cells, row by row.
    #[cfg(feature = "gpu")]
    pub(super) fn cells(&self) -> &[f64] {
        &self.cells
    }

    pub(super) fn height(&self) -> usize {
        self.cells.len().checked_div(self.columns).unwrap_or(0)
    }

    pub(super) const fn width(&self) -> usize {
        self.columns
    }

    /// Returns how many cells there are.
    pub(super) const fn size(&self) -> usize {
        self.cells.len()
    }
}
