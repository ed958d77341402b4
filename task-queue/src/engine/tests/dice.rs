//! Numbers that look random and can be had again.

use crate::model::Entropy;

/// A small generator of reproducible numbers (xorshift64*).
#[derive(Debug, Clone)]
pub(crate) struct Dice(u64);

impl Dice {
    /// Creates one; each seed makes numbers of its own.
    pub(crate) const fn new(seed: u64) -> Self {
        // One that is 0 would stay 0, and small ones begin alike.
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// Rolls a number below `sides`.
    pub(crate) fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let rolled = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(rolled).unwrap() % sides
    }

    /// Picks one of them, if there are any.
    pub(crate) fn pick<T: Copy>(&mut self, from: &[T]) -> Option<T> {
        (!from.is_empty()).then(|| from[self.roll(from.len())])
    }
}

impl Entropy for Dice {
    fn draw(&mut self) -> u128 {
        (0..16).fold(0, |bits, _| {
            bits << 8 | u128::try_from(self.roll(256)).unwrap()
        })
    }
}
