//! A generator of numbers (xorshift), and what can be picked with them.

/// What comes next is decided by the seed alone.
pub(super) struct Random {
    state: u64,
    /// Nothing is made that every peer must refuse.
    tame: bool,
}

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        // Neighbouring seeds give unlike numbers; none is zero.
        let mixed = (seed ^ 0x9e37_79b9_7f4a_7c15).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mut random = Self {
            state: (mixed ^ mixed >> 31) | 1,
            tame: false,
        };
        random.tame = random.chance(2);
        random
    }

    pub(super) fn below(&mut self, bound: usize) -> usize {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        usize::try_from(self.state >> 33).expect("31 bits") % bound
    }

    pub(super) fn chance(&mut self, of: usize) -> bool {
        self.below(of) == 0
    }

    /// Returns whether to do what every peer must refuse.
    pub(super) fn wild(&mut self, of: usize) -> bool {
        !self.tame && self.chance(of)
    }

    /// Picks from the first list, or also from one that peers may refuse.
    pub(super) fn either<'a>(&mut self, good: &[&'a str], odd: &[&'a str]) -> &'a str {
        let odd = if self.tame { &[] } else { odd };
        let at = self.below(good.len() + odd.len());
        good.get(at)
            .or(odd.get(at - good.len().min(at)))
            .expect("it is in one of them")
    }

    pub(super) fn pick<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[self.below(list.len())]
    }

    /// Picks a number, if there is any.
    pub(super) fn any(&mut self, list: &[i64]) -> Option<i64> {
        (!list.is_empty()).then(|| list[self.below(list.len())])
    }
}
