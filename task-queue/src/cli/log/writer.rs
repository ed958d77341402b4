//! Lines on their way to somebody who may be slow to read them.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread;
use std::time::Duration;

use tracing_subscriber::fmt::MakeWriter;

/// Lines on their way. Of those that nobody reads the latest are lost, and how many is said: the log
/// holds up nothing.
#[derive(Debug, Clone)]
pub(super) struct Lines {
    way: SyncSender<Message>,
    lost: Arc<AtomicU64>,
}

/// Waits, when it is dropped, until everything is written; for a second at most.
#[derive(Debug)]
pub(in crate::cli) struct Flush(SyncSender<Message>);

#[derive(Debug)]
enum Message {
    Line(Vec<u8>),
    /// Answer once everything before is written.
    Flush(SyncSender<()>),
}

impl Lines {
    /// Creates the way to a writer, which has a thread of its own.
    pub(super) fn to(writer: impl Write + Send + 'static) -> io::Result<(Self, Flush)> {
        let (way, end) = sync_channel(ROOM);
        let lost = Arc::new(AtomicU64::new(0));
        let lines = Self {
            way: way.clone(),
            lost: Arc::clone(&lost),
        };
        let thread = thread::Builder::new().name("task-queue-log".to_owned());
        // It ends with the last who could write something.
        drop(thread.spawn(move || write(&end, writer, &lost))?);
        Ok((lines, Flush(way)))
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = &'a Self;

    fn make_writer(&'a self) -> Self::Writer {
        self
    }
}

impl Write for &Lines {
    /// Takes a line, whole.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if let Err(TrySendError::Full(_)) = self.way.try_send(Message::Line(line.to_vec())) {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Flush {
    fn drop(&mut self) {
        let (done, is_done) = sync_channel(1);
        // Where there is no room, nobody reads.
        if self.0.try_send(Message::Flush(done)).is_ok() {
            is_done.recv_timeout(PATIENCE).ok();
        }
    }
}

fn write(messages: &Receiver<Message>, mut writer: impl Write, lost: &AtomicU64) {
    while let Ok(message) = messages.recv() {
        // That nobody is there to read, there is nobody to tell.
        match message {
            Message::Line(line) => drop(writer.write_all(&line)),
            Message::Flush(done) => drop((writer.flush(), done.send(()))),
        }
        match lost.swap(0, Ordering::Relaxed) {
            0 => {}
            lost => drop(writeln!(writer, "({lost} lines of the log were lost)")),
        }
    }
}

/// How many lines may wait.
const ROOM: usize = 4_096;

/// How long is waited for those who read.
const PATIENCE: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::sync::mpsc::channel;

    use super::*;

    /// A reader that begins when it is told to.
    struct Slow(Option<Receiver<()>>, Arc<Mutex<Vec<u8>>>);

    impl Write for Slow {
        fn write(&mut self, line: &[u8]) -> io::Result<usize> {
            if let Some(begin) = self.0.take() {
                begin.recv().unwrap();
            }
            self.1.lock().unwrap().write(line)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// The fault: a queue that stands still since nobody reads its log, or a log that grows without end.
    #[test]
    fn who_does_not_read_holds_up_nobody_and_hears_how_much_was_missed() {
        let (begin, may_begin) = channel();
        let read = Arc::new(Mutex::new(Vec::new()));
        let (lines, flush) = Lines::to(Slow(Some(may_begin), Arc::clone(&read))).unwrap();
        for _ in 0..ROOM + 100 {
            (&lines).write_all(b"line\n").unwrap();
        }
        begin.send(()).unwrap();
        // Until there is room again, a flush would not wait.
        while Arc::strong_count(&lines.lost) > 0 && lines.lost.load(Ordering::Relaxed) > 0 {
            thread::yield_now();
        }
        drop(flush);
        let text = String::from_utf8(read.lock().unwrap().clone()).unwrap();
        let written = text.lines().filter(|line| *line == "line").count();
        assert!((ROOM..=ROOM + 1).contains(&written), "{written}");
        assert!(text.contains("lines of the log were lost"), "{text}");
    }
}
