//! Changes as lines of text, each with a checksum.

use std::io;

use sha2::{Digest, Sha256};

use crate::sturdy::hex::Hex;
use crate::sturdy::store::tables::Change;

/// The first line of a journal.
pub(super) const HEADER: &str = "capnweb sturdy journal 1\n";

/// How long a line may be that is read; twice as long as one that is written.
pub(super) const MAX_LINE: u64 = 1 << 20;

/// Appends a line; one that could not be read again is refused.
pub(super) fn write(change: &Change, lines: &mut Vec<u8>) -> io::Result<()> {
    let json = serde_json::to_vec(change)?;
    if u64::try_from(json.len()).map_or(true, |length| length > MAX_LINE / 2) {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "the record is too long",
        ));
    }
    lines.extend(checksum(&json).bytes());
    lines.push(b' ');
    lines.extend(json);
    lines.push(b'\n');
    Ok(())
}

/// Reads a line, without its end; `None` if it is not as it was written.
pub(super) fn read(line: &[u8]) -> Option<Change> {
    let (sum, rest) = line.split_at_checked(CHECKSUM)?;
    let json = rest.strip_prefix(b" ")?;
    if checksum(json).as_bytes() != sum {
        return None;
    }
    serde_json::from_slice(json).ok()
}

/// Returns a part of a hash, which no accident makes right.
fn checksum(json: &[u8]) -> String {
    let hash = Sha256::digest(json);
    Hex(hash
        .first_chunk::<{ CHECKSUM / 2 }>()
        .map_or(&[], |head| head))
    .to_string()
}

/// How many characters of a line are its checksum.
const CHECKSUM: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sturdy::record::RecordId;

    /// The fault: a bit that has tipped would bring another record's revocation.
    #[test]
    fn a_line_with_any_byte_changed_is_not_read() {
        let mut line = Vec::new();
        let change = Change::Remove(RecordId::new([5; 32]));
        write(&change, &mut line).unwrap();
        line.pop();
        assert_eq!(read(&line), Some(change));
        for place in 0..line.len() {
            let mut damaged = line.clone();
            damaged[place] ^= 1;
            assert_eq!(read(&damaged), None, "{place}");
            assert_eq!(read(&line[..place]), None, "{place}");
        }
    }
}
