//! Base64 as peers write it and as they read it (protocol W-21, W-23).

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};

/// Appends bytes in the standard alphabet, without padding.
pub(super) fn write_base64(out: &mut String, bytes: &[u8]) {
    ENGINE.encode_string(bytes, out);
}

/// Reads the standard and the URL-safe alphabet, with or without padding, with white space
/// anywhere; `None` if there is anything else, or a lone last character.
pub(super) fn read_base64(text: &str) -> Option<Vec<u8>> {
    // What peers send is read as it stands; only the unusual is copied into the usual form first.
    if let Ok(bytes) = ENGINE.decode(text) {
        return Some(bytes);
    }
    ENGINE.decode(normalized(text)).ok()
}

fn normalized(text: &str) -> Vec<u8> {
    let characters = text.bytes().filter(|byte| !byte.is_ascii_whitespace());
    characters
        .map(|byte| match byte {
            b'-' => b'+',
            b'_' => b'/',
            other => other,
        })
        .collect()
}

const ENGINE: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_encode_padding(false)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

#[cfg(test)]
mod tests {
    use super::{read_base64, write_base64};

    #[test]
    fn w21_encoding_has_no_padding() {
        let mut text = String::new();
        write_base64(&mut text, &[0xff, 0xee]);
        assert_eq!(text, "/+4");
    }

    #[test]
    fn w23_decoding_is_lenient_where_the_protocol_is() {
        for (text, bytes) in [
            ("", vec![]),
            ("AQ==", vec![1]),
            ("AQ=", vec![1]),
            ("AQ", vec![1]),
            ("AR", vec![1]),
            ("A Q\nI=", vec![1, 2]),
            ("\tAQ\r\n", vec![1]),
            ("_-__", vec![0xff, 0xef, 0xff]),
            ("/-_+", vec![0xff, 0xef, 0xfe]),
        ] {
            assert_eq!(read_base64(text), Some(bytes), "{text:?}");
        }
    }

    #[test]
    fn w23_decoding_refuses_everything_else() {
        for text in [
            "A",
            "AQIDB",
            "AQ.I",
            "AQ==AQ",
            "=",
            "AQ===",
            "AQI\u{a0}",
            "é",
        ] {
            assert_eq!(read_base64(text), None, "{text:?}");
        }
    }
}
