//! What the disk can do, to which everything durable compares.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use super::measured::{Latencies, Measured};

/// Appends records to a file in a directory, each brought to the disk before the next.
pub(super) fn disk(directory: &Path) -> io::Result<Measured> {
    let path = directory.join(FILE);
    let mut file = OpenOptions::new().create(true).append(true).open(&path)?;
    let (begun, mut latencies) = (Instant::now(), Latencies::default());
    while begun.elapsed() < LENGTH {
        let at = Instant::now();
        file.write_all(&[b'x'; RECORD])?;
        file.sync_data()?;
        latencies.add(at.elapsed());
    }
    let taken = begun.elapsed();
    drop(file);
    std::fs::remove_file(path)?;
    Ok(Measured::new("disk: append and sync", latencies.count(), taken).with_latencies(latencies))
}

const FILE: &str = "bench-disk";

/// How many bytes a record has: about what a task takes.
const RECORD: usize = 200;

/// How long it is measured.
const LENGTH: Duration = Duration::from_millis(500);
