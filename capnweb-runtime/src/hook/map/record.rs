//! Recording: running a closure once, and writing down what it does (protocol M-30).

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::express::express;
use super::mapper::Mapper;
use super::placeholder::{Mark, Placeholder, misplaced};
use crate::error::Error;
use crate::hook::cap::{Cap, State};
use crate::hook::settled::{Found, find};
use crate::hook::{Stub, Value};
use crate::ids::WireId;
use crate::value::Path;
use crate::wire::{self, Expr, Remap, Target, WireRef};

/// Applies a closure to what a reference stands for: it is run now, once, with a placeholder, and
/// what it does and returns is done for each element, wherever they are.
///
/// While it runs, calls and reads on this thread are written down instead of made. A `map` within
/// is written down as part of the outer one.
pub(crate) fn record_map(
    subject: &Stub,
    closure: impl FnOnce(Stub) -> Result<Value, Error>,
) -> Cap {
    let open = Open::begin(subject);
    let output = closure(open.input());
    open.finish(output)
}

/// Writes a call down, if the thread is recording, and returns its result's placeholder.
pub(in crate::hook) fn record_call(stub: &Stub, path: &Path, args: &[Value]) -> Option<Cap> {
    recorded(|open| {
        let args = args.iter().map(|arg| express(open, arg, 1));
        let args = args.collect::<Result<_, _>>()?;
        open.push(stub, path, Some(args))
    })
}

/// Writes a read down, if the thread is recording.
pub(in crate::hook) fn record_read(stub: &Stub, path: &Path) -> Option<Cap> {
    recorded(|open| open.push(stub, path, None))
}

/// Does something to the recordings of this thread, if there are any.
///
/// They are taken out of their place meanwhile, so that a destructor that runs here and makes calls
/// finds none, and makes them.
fn recorded(act: impl FnOnce(&mut Recordings) -> Result<Cap, Error>) -> Option<Cap> {
    let mut open = OPEN.take();
    let recorded =
        (!open.0.is_empty()).then(|| act(&mut open).unwrap_or_else(|error| open.fail(error)));
    OPEN.set(open);
    recorded
}

/// The recordings that are under way on a thread, each inside of the one before it.
#[derive(Default)]
pub(super) struct Recordings(Vec<Recording>);

struct Recording {
    id: u64,
    subject: Subject,
    captures: Captures,
    instructions: Vec<Expr>,
    /// What was done that cannot be recorded.
    failed: Option<Error>,
}

/// What the mapper will be applied to.
enum Subject {
    /// A reference.
    Stub(Stub),
    /// Something with an id in the recording around this one.
    Outer(i64, Path),
}

/// What was taken in from around a closure.
enum Captures {
    /// References.
    Caps(Vec<Cap>),
    /// Ids in the recording around this one (protocol M-35).
    Outer(Vec<i64>),
}

/// Where a reference leads, as far as that is known.
pub(super) enum Lead {
    /// To something that is not data, and to a place in there.
    Stub(Stub),
    /// To data that has arrived.
    Data(Value),
}

/// A recording under way. Dropped before its end, it has never been.
struct Open {
    depth: usize,
}

impl Open {
    fn begin(subject: &Stub) -> Self {
        let mut open = OPEN.take();
        let depth = open.0.len();
        let recording = if depth == 0 {
            Recording::of(Subject::Stub(subject.clone()))
        } else {
            match open.refer(subject) {
                Ok((id, path)) => Recording::of(Subject::Outer(id, path)),
                Err(error) => Recording {
                    failed: Some(error),
                    ..Recording::of(Subject::Outer(0, Path::EMPTY))
                },
            }
        };
        open.0.push(recording);
        OPEN.set(open);
        Self { depth }
    }

    /// Returns the placeholder of the input.
    fn input(&self) -> Stub {
        let open = OPEN.take();
        let id = open.0.get(self.depth).map_or(0, |recording| recording.id);
        OPEN.set(open);
        Stub::promise(placeholder(id, 0))
    }

    /// Ends the recording, and has what was recorded done.
    fn finish(self, output: Result<Value, Error>) -> Cap {
        let mut open = OPEN.take();
        let recorded = open.end(self.depth, output);
        OPEN.set(open);
        match recorded {
            Ok(Recorded::Nested(placeholder)) => placeholder,
            Ok(Recorded::Outermost(subject, mapper)) => {
                let path = subject.path().clone();
                subject.cap().map_promise(path, mapper)
            }
            Err(error) => Cap::settled(Err(error)),
        }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        let mut open = OPEN.take();
        let left: Vec<_> = open.0.drain(self.depth.min(open.0.len())..).collect();
        OPEN.set(open);
        drop(left);
    }
}

/// What a recording has come to.
enum Recorded {
    /// An instruction of the recording around it.
    Nested(Cap),
    /// A mapper.
    Outermost(Stub, Mapper),
}

impl Recordings {
    /// Appends an instruction to the innermost recording, and returns its result's placeholder.
    pub(super) fn append(&mut self, instruction: Expr) -> Result<Cap, Error> {
        let recording = self.0.last_mut().ok_or_else(misplaced)?;
        recording.instructions.push(instruction);
        let index = i64::try_from(recording.instructions.len()).unwrap_or(i64::MAX);
        Ok(placeholder(recording.id, index))
    }

    /// Returns the id that a capability has in the innermost recording; one that comes from outside
    /// of it becomes a capture, of every recording in between.
    pub(super) fn id_of(&mut self, cap: &Cap) -> Result<i64, Error> {
        self.id_within(cap, self.0.len())
    }

    /// Returns the id of what a reference leads to, and the path from there. Data that has arrived
    /// becomes an instruction of its own.
    fn refer(&mut self, stub: &Stub) -> Result<(i64, Path), Error> {
        match lead(stub)? {
            Lead::Stub(stub) => Ok((self.id_of(stub.cap())?, stub.path().clone())),
            Lead::Data(value) => {
                let literal = express(self, &value, 0)?;
                let literal = self.append(literal)?;
                Ok((self.id_of(&literal)?, Path::EMPTY))
            }
        }
    }

    /// Appends a call, or a read.
    fn push(&mut self, stub: &Stub, path: &Path, args: Option<Vec<Expr>>) -> Result<Cap, Error> {
        let (id, start) = self.refer(stub)?;
        let path = start.join(path.clone());
        self.append(Expr::Capability(WireRef::Pipeline(Target {
            id: wire_id(id),
            path: Some(path),
            args,
        })))
    }

    fn id_within(&mut self, cap: &Cap, depth: usize) -> Result<i64, Error> {
        let at = depth.checked_sub(1).ok_or_else(misplaced)?;
        let recording = self.0.get(at).ok_or_else(misplaced)?;
        if let Some(mark) = cap.mark()
            && mark.recording == recording.id
        {
            return Ok(mark.index);
        }
        let captured = match at {
            0 => None,
            _ => Some(self.id_within(cap, at)?),
        };
        let recording = self.0.get_mut(at).ok_or_else(misplaced)?;
        recording.captures.place(cap, captured)
    }

    /// Notes what cannot be recorded: all of the mapper fails with it.
    fn fail(&mut self, error: Error) -> Cap {
        for recording in &mut self.0 {
            recording.failed.get_or_insert_with(|| error.clone());
        }
        Cap::settled(Err(error))
    }

    /// Ends the innermost recording, with what its closure has returned.
    fn end(&mut self, depth: usize, output: Result<Value, Error>) -> Result<Recorded, Error> {
        self.0.truncate(depth.saturating_add(1));
        let output = output.and_then(|output| express(self, &output, 0));
        let recording = self.0.pop().ok_or_else(misplaced)?;
        let mapper = match (recording.failed, output) {
            (Some(error), _) | (None, Err(error)) => {
                drop(self.fail(error.clone()));
                return Err(error);
            }
            (None, Ok(output)) => recording.instructions.into_iter().chain([output]),
        };
        let instructions = mapper.map(Ok).collect();
        match (recording.subject, recording.captures) {
            (Subject::Stub(subject), Captures::Caps(captures)) => Ok(Recorded::Outermost(
                subject,
                Mapper::new(captures, instructions),
            )),
            (Subject::Outer(id, path), captures) => {
                let remap = Remap {
                    id: wire_id(id),
                    path,
                    captures: captures.into_outer(),
                    instructions,
                };
                let remap = Expr::Capability(WireRef::Remap(Box::new(remap)));
                self.append(remap).map(Recorded::Nested)
            }
            (Subject::Stub(_), Captures::Outer(_)) => Err(misplaced()),
        }
    }
}

impl Recording {
    fn of(subject: Subject) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let captures = match subject {
            Subject::Stub(_) => Captures::Caps(Vec::new()),
            Subject::Outer(..) => Captures::Outer(Vec::new()),
        };
        Self {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            subject,
            captures,
            instructions: Vec::new(),
            failed: None,
        }
    }
}

impl Captures {
    /// Returns the id of a capture: of a reference, or of an `outer` id. What is captured twice has
    /// one place.
    fn place(&mut self, cap: &Cap, outer: Option<i64>) -> Result<i64, Error> {
        let at = match (self, outer) {
            (Self::Caps(caps), None) => {
                check_capture(cap)?;
                position_or_push(caps, |known| known.same(cap), cap)
            }
            (Self::Outer(ids), Some(id)) => position_or_push(ids, |known| *known == id, &id),
            _ => return Err(misplaced()),
        };
        Ok(i64::try_from(at)
            .unwrap_or(i64::MAX)
            .saturating_add(1)
            .saturating_neg())
    }

    fn into_outer(self) -> Vec<wire::Capture> {
        match self {
            Self::Caps(_) => Vec::new(),
            Self::Outer(ids) => {
                let ids = ids.into_iter().map(wire_id);
                ids.map(wire::Capture::Import).collect()
            }
        }
    }
}

fn position_or_push<T: Clone>(known: &mut Vec<T>, is: impl Fn(&T) -> bool, new: &T) -> usize {
    known.iter().position(is).unwrap_or_else(|| {
        known.push(new.clone());
        known.len().saturating_sub(1)
    })
}

/// Fails for what only a recording can give a meaning to: a placeholder of another one, and what is
/// wrapped around a placeholder.
fn check_capture(cap: &Cap) -> Result<(), Error> {
    let mut next = Some(cap.clone());
    while let Some(cap) = next {
        if cap.mark().is_some() {
            return Err(misplaced());
        }
        next = cap.inner().map(Stub::into_bare_cap);
    }
    Ok(())
}

/// Follows a reference through promises that have settled: they have no id any more (protocol S-51).
pub(super) fn lead(stub: &Stub) -> Result<Lead, Error> {
    let mut here = stub.clone();
    loop {
        if here.cap().mark().is_some() {
            return Ok(Lead::Stub(here));
        }
        here = match here.cap().state() {
            State::Object | State::Pending => return Ok(Lead::Stub(here)),
            State::Following(next) => here.in_place_of(next),
            State::Settled(outcome) => match find(
                outcome.as_ref().as_ref().map_err(Clone::clone)?,
                here.path(),
            )? {
                Found::Data(value) => return Ok(Lead::Data(value.clone())),
                Found::Beyond(stub) => stub,
            },
        };
    }
}

fn placeholder(recording: u64, index: i64) -> Cap {
    Cap::from_arc(Arc::new(Placeholder(Mark { recording, index })))
}

pub(super) fn wire_id(id: i64) -> WireId {
    #[allow(
        clippy::cast_precision_loss,
        reason = "a closure does less than 2⁵³ things"
    )]
    WireId(id as f64)
}

thread_local! {
    static OPEN: Cell<Recordings> = const { Cell::new(Recordings(Vec::new())) };
}
