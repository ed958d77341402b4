//! Base64 as peers write it and as they read it (protocol W-21, W-23).

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use base64_simd::STANDARD_NO_PAD;

use super::json::AFTER_TEXT;

/// Appends bytes in the standard alphabet, without padding.
pub(super) fn write_base64(out: &mut String, bytes: &[u8]) {
    let length = STANDARD_NO_PAD.encoded_length(bytes.len());
    out.reserve(length.saturating_add(AFTER_TEXT));
    STANDARD_NO_PAD.encode_append(bytes, out);
}

/// Reads what peers write; `None` for anything else, whatever it means.
pub(super) fn read_usual_base64(text: &str) -> Option<Vec<u8>> {
    STANDARD_NO_PAD.decode_to_vec(without_padding(text)).ok()
}

/// Reads the standard and the URL-safe alphabet, with or without padding, with white space
/// anywhere; `None` if there is anything else, or a lone last character.
pub(super) fn read_base64(text: &str) -> Option<Vec<u8>> {
    // What peers send is read as it stands, in vectors; only the unusual is read byte by byte, and
    // only the most unusual copied into the usual form first.
    if let Some(bytes) = read_usual_base64(text) {
        return Some(bytes);
    }
    if let Ok(bytes) = ENGINE.decode(text) {
        return Some(bytes);
    }
    ENGINE.decode(normalized(text)).ok()
}

/// Takes off the padding of a text that has as much as it may.
fn without_padding(text: &str) -> &str {
    if !text.len().is_multiple_of(4) {
        return text;
    }
    let bare = text.strip_suffix("==").or_else(|| text.strip_suffix('='));
    bare.unwrap_or(text)
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
    use base64::Engine;
    use base64::prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE};

    use super::{read_base64, read_usual_base64, write_base64};

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

    /// Long texts are read in vectors, and what is left over of them byte by byte.
    #[test]
    fn w21_w23_bytes_of_every_length_come_back_as_they_were() {
        let all: Vec<u8> = (0..=u8::MAX).cycle().step_by(7).take(300).collect();
        for length in 0..all.len() {
            let bytes = &all[..length];
            let mut text = String::from("|");
            write_base64(&mut text, bytes);
            let text = text.strip_prefix('|').unwrap();
            assert_eq!(text, BASE64_STANDARD_NO_PAD.encode(bytes), "{length}");
            assert_eq!(read_base64(text).as_deref(), Some(bytes), "{length}");
            assert_eq!(read_usual_base64(text).as_deref(), Some(bytes), "{length}");
            let padded = BASE64_STANDARD.encode(bytes);
            assert_eq!(read_base64(&padded).as_deref(), Some(bytes), "{length}");
            let url_safe = BASE64_URL_SAFE.encode(bytes);
            assert_eq!(read_base64(&url_safe).as_deref(), Some(bytes), "{length}");
            assert_eq!(read_base64(&format!("{text}.")), None, "{length}");
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
            "AQIDBA====",
            "AQIDB===",
            "AQIDBAUG====",
            "AQI\u{a0}",
            "é",
        ] {
            assert_eq!(read_base64(text), None, "{text:?}");
        }
    }
}
