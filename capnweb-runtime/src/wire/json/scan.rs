//! Finding the end of the plain part of a string, several bytes at a time.

/// Returns how many leading bytes stand for themselves inside a JSON string: all up to the first
/// quote, backslash or control character. The end is always a character boundary, because those
/// three are ASCII.
pub(crate) fn plain_prefix(bytes: &[u8]) -> usize {
    // Most strings end within a few words.
    let Some((start, rest)) = bytes.split_first_chunk::<BLOCK>() else {
        return plain_words(bytes);
    };
    match plain_words(start) {
        BLOCK => BLOCK.saturating_add(plain_blocks(rest)),
        end => end,
    }
}

/// The same, for long strings.
fn plain_blocks(bytes: &[u8]) -> usize {
    let (blocks, _) = bytes.as_chunks::<BLOCK>();
    let plain = blocks.iter().take_while(|block| is_plain_block(block));
    let end = plain.count().saturating_mul(BLOCK);
    let rest = bytes.get(end..).unwrap_or_default();
    end.saturating_add(plain_words(rest))
}

/// Looks at each byte, whatever the others are: so the compiler makes it a few vector instructions.
fn is_plain_block(block: &[u8; BLOCK]) -> bool {
    block.iter().fold(true, |all, byte| all & is_plain(*byte))
}

/// The same, for short strings.
fn plain_words(bytes: &[u8]) -> usize {
    let (words, rest) = bytes.as_chunks::<8>();
    for (at, word) in words.iter().enumerate() {
        let special = special_bytes(u64::from_le_bytes(*word));
        if special != 0 {
            let within = special.trailing_zeros() / 8;
            return at.saturating_mul(8).saturating_add(within as usize);
        }
    }
    let tail = rest.iter().take_while(|byte| is_plain(**byte)).count();
    words.len().saturating_mul(8).saturating_add(tail)
}

const fn is_plain(byte: u8) -> bool {
    byte >= 0x20 && byte != b'"' && byte != b'\\'
}

/// Sets the top bit of each special byte. A borrow may set further ones *above* a special byte, so
/// only the lowest is exact, and only that one is used.
const fn special_bytes(word: u64) -> u64 {
    let control = word.wrapping_sub(ONES.wrapping_mul(0x20)) & !word;
    let quote = zero_bytes(word ^ ONES.wrapping_mul(b'"' as u64));
    let backslash = zero_bytes(word ^ ONES.wrapping_mul(b'\\' as u64));
    (control | quote | backslash) & TOPS
}

const fn zero_bytes(word: u64) -> u64 {
    word.wrapping_sub(ONES) & !word
}

/// How many bytes of a long string are looked at together.
const BLOCK: usize = 64;

const ONES: u64 = u64::from_le_bytes([1; 8]);
const TOPS: u64 = u64::from_le_bytes([0x80; 8]);

#[cfg(test)]
mod tests {
    use super::{is_plain, plain_prefix};

    #[test]
    fn every_byte_at_every_offset_is_judged_as_by_the_slow_way() {
        for special in 0..=u8::MAX {
            for at in (0..20).chain(60..70).chain(124..136).chain(190..200) {
                for filler in [b'a', 0x7f, 0x80, 0xff, 0x20, b'!', b'#', b'[', b']'] {
                    let mut bytes = [filler; 200];
                    bytes[at] = special;
                    let slow = bytes.iter().take_while(|byte| is_plain(**byte)).count();
                    assert_eq!(
                        plain_prefix(&bytes),
                        slow,
                        "{special:#x} at {at} in {filler:#x}"
                    );
                }
            }
        }
    }
}
