//! A script: bytes, read as one small decision after the other.

/// What is left of a script. Once it is used up, every decision is the first one.
pub(super) struct Choices<'a> {
    rest: &'a [u8],
}

impl<'a> Choices<'a> {
    pub(super) const fn new(script: &'a [u8]) -> Self {
        Self { rest: script }
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(super) fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.rest.split_first() else {
            return 0;
        };
        self.rest = rest;
        *first
    }

    /// Chooses a number below a bound, which is at most 256.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        usize::from(self.byte()).checked_rem(bound).unwrap_or(0)
    }

    /// Chooses one of a list; none if it is empty.
    pub(super) fn of<'b, T>(&mut self, list: &'b [T]) -> Option<&'b T> {
        let at = self.below(list.len());
        list.get(at)
    }

    /// Takes up to so many bytes as they are.
    pub(super) fn bytes(&mut self, most: usize) -> &'a [u8] {
        let length = usize::from(self.byte()).min(most).min(self.rest.len());
        let (taken, rest) = self.rest.split_at(length);
        self.rest = rest;
        taken
    }
}
