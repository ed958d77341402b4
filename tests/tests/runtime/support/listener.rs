//! Somebody who listens to everything that is traced, and writes it down.

use std::cell::RefCell;
use std::fmt::{Debug, Write as _};
use std::sync::{Arc, Mutex, Once};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::Interest;
use tracing::{Event, Metadata, Subscriber};

/// What was traced on this thread since it was made.
#[derive(Clone, Default)]
pub(crate) struct Listener(Arc<Mutex<Heard>>);

#[derive(Default)]
struct Heard {
    /// The names of the spans, by their number less one.
    spans: Vec<&'static str>,
    lines: Vec<String>,
}

thread_local! {
    static INSIDE: RefCell<Vec<u64>> = const { RefCell::new(Vec::new()) };
    static LISTENING: RefCell<Option<Listener>> = const { RefCell::new(None) };
}

/// Listens as long as it is kept.
pub(crate) struct Listening;

impl Drop for Listening {
    fn drop(&mut self) {
        LISTENING.take();
    }
}

impl Listener {
    /// Listens to this thread until the guard is dropped.
    pub(crate) fn listen() -> (Self, Listening) {
        static ALL_THREADS: Once = Once::new();
        ALL_THREADS.call_once(|| {
            tracing::subscriber::set_global_default(AllThreads).expect("nobody else does");
        });
        let listener = Self::default();
        LISTENING.set(Some(listener.clone()));
        (listener, Listening)
    }

    /// Returns all that was heard, a line for each span, record and event: which span it is or is
    /// in, by its name and number, and the fields.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.0.lock().expect("nobody panics with it").lines.clone()
    }

    fn begin(&self, span: &Attributes<'_>) -> u64 {
        let id = {
            let mut heard = self.0.lock().expect("nobody panics with it");
            heard.spans.push(span.metadata().name());
            heard.spans.len() as u64
        };
        let parent = span.parent().map(Id::into_u64);
        let within = parent.or_else(|| span.is_contextual().then(inside).flatten());
        let what = format!("span {}#{id}", span.metadata().name());
        self.write(&what, within, |fields| span.record(fields));
        id
    }

    fn write(&self, what: &str, within: Option<u64>, fields: impl FnOnce(&mut Fields)) {
        let mut heard = self.0.lock().expect("nobody panics with it");
        let place = within.map_or_else(String::new, |id| {
            let name = heard.spans.get(usize::try_from(id).unwrap_or(0) - 1);
            format!(" in {}#{id}", name.unwrap_or(&"?"))
        });
        let mut line = Fields(format!("{what}{place}:"));
        fields(&mut line);
        heard.lines.push(line.0);
    }
}

/// The one subscriber of the process. One for each thread will not do: whether anybody listens is
/// remembered for all threads, by what the first of them says.
struct AllThreads;

fn with_listener<T>(act: impl FnOnce(&Listener) -> T) -> Option<T> {
    LISTENING.with_borrow(|listener| listener.as_ref().map(act))
}

impl Subscriber for AllThreads {
    fn register_callsite(&self, _: &'static Metadata<'static>) -> Interest {
        Interest::sometimes()
    }

    fn enabled(&self, _: &Metadata<'_>) -> bool {
        with_listener(|_| ()).is_some()
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let id = with_listener(|listener| listener.begin(span));
        Id::from_u64(id.unwrap_or(1))
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        with_listener(|listener| {
            let within = Some(span.into_u64());
            listener.write("record", within, |fields| values.record(fields));
        });
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let parent = event.parent().map(Id::into_u64);
        let within = parent.or_else(inside);
        let what = format!("event {}", event.metadata().level());
        with_listener(|listener| listener.write(&what, within, |fields| event.record(fields)));
    }

    fn enter(&self, span: &Id) {
        INSIDE.with_borrow_mut(|inside| inside.push(span.into_u64()));
    }

    fn exit(&self, _: &Id) {
        INSIDE.with_borrow_mut(|inside| inside.truncate(inside.len().saturating_sub(1)));
    }
}

fn inside() -> Option<u64> {
    INSIDE.with_borrow(|inside| inside.last().copied())
}

struct Fields(String);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, " {}={value:?}", field.name()).expect("there is memory");
    }
}
