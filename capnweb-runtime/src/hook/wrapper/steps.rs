//! The single steps by which wrappers keep what passes them wrapped. A test leaves out one after the
//! other, to see that each is missed; a program leaves out none.

/// A step that matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// The arguments of a call are converted.
    Arguments,
    /// So is what comes of it,
    Result,
    /// what is read,
    Property,
    /// what is written to a stream,
    Written,
    /// what comes of that,
    Accepted,
    /// what is read from a stream,
    Chunk,
    /// why no more of it is read,
    Cancelled,
    /// what a promise becomes,
    Became,
    /// what a failure carries,
    Carried,
    /// and why something has broken.
    Broken,
    /// A mapper is applied on the side that it is from.
    MappedHere,
    /// An object is wrapped,
    Object,
    /// a promise,
    Promise,
    /// a stream to read from,
    Readable,
    /// and one to write to.
    Writable,
    /// Calls that have not been answered fail on revocation.
    Pending,
    /// What is behind is let go of.
    LetGo,
    /// A stream that is read ends, also if nobody has begun to,
    ReadingEnds,
    /// and so does one that is written to.
    WritingEnds,
    /// What is wrapped only then has never worked.
    BornDead,
    /// A mapper does not go on.
    MappingEnds,
    /// Whoever wants to know that it has broken is told.
    BrokenToo,
}

/// Returns whether a step is left out.
#[cfg(not(test))]
pub(super) const fn left_out(_: Step) -> bool {
    false
}

#[cfg(test)]
pub(super) fn left_out(step: Step) -> bool {
    LEFT_OUT.get() == Some(step)
}

#[cfg(test)]
thread_local! {
    /// The step that the test at hand does without.
    pub(super) static LEFT_OUT: std::cell::Cell<Option<Step>> = const { std::cell::Cell::new(None) };
}

#[cfg(test)]
impl Step {
    pub(super) const ALL: [Self; 22] = [
        Self::Arguments,
        Self::Result,
        Self::Property,
        Self::Written,
        Self::Accepted,
        Self::Chunk,
        Self::Cancelled,
        Self::Became,
        Self::Carried,
        Self::Broken,
        Self::MappedHere,
        Self::Object,
        Self::Promise,
        Self::Readable,
        Self::Writable,
        Self::Pending,
        Self::LetGo,
        Self::ReadingEnds,
        Self::WritingEnds,
        Self::BornDead,
        Self::MappingEnds,
        Self::BrokenToo,
    ];
}
