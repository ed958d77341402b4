//! Randomness of the operating system, for ids that nobody can guess.

use crate::model::Entropy;

/// The operating system's generator.
#[derive(Debug, Clone, Copy, Default)]
pub struct OsEntropy;

impl Entropy for OsEntropy {
    fn draw(&mut self) -> u128 {
        let mut bytes = [0; 16];
        // Going on with guessable ids would be worse than stopping.
        getrandom::fill(&mut bytes).expect("the operating system provides randomness");
        u128::from_le_bytes(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_draws_differ() {
        assert_ne!(OsEntropy.draw(), OsEntropy.draw());
    }
}
