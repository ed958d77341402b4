//! Hashes as text.

use std::fmt;

/// Writes bytes in hexadecimal.
pub(super) fn encode(bytes: &[u8]) -> String {
    Hex(bytes).to_string()
}

/// Reads 32 bytes in hexadecimal, in small letters only, so that there is one text for each.
pub(super) fn decode(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if pairs.len() != bytes.len() || !rest.is_empty() {
        return None;
    }
    for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
        *byte = (digit(*high)? << 4) | digit(*low)?;
    }
    Some(bytes)
}

/// Bytes that are shown in hexadecimal.
pub(super) struct Hex<'a>(pub(super) &'a [u8]);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

fn digit(character: u8) -> Option<u8> {
    match character {
        b'0'..=b'9' => character.checked_sub(b'0'),
        b'a'..=b'f' => character.checked_sub(b'a')?.checked_add(10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_one_text_for_each() {
        let bytes: [u8; 32] = std::array::from_fn(|place| u8::try_from(place * 7).unwrap());
        let text = encode(&bytes);
        assert_eq!(decode(&text), Some(bytes));
        assert_eq!(decode(&text.to_uppercase()), None);
        assert_eq!(decode(&text[1..]), None);
        assert_eq!(decode(&format!("{text}00")), None);
        assert_eq!(decode(&text.replacen('0', "g", 1)), None);
    }
}
