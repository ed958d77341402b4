//! The text of a reference: every one that is made is read, and nothing else is more than refused.

use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::support::{KEY, Random};
use crate::sturdy::{Caveat, InvalidReference, NarrowError, RegistryKey, SturdyRef, SturdyUrl};

fn plain() -> SturdyRef {
    SturdyRef::sign(&RegistryKey::from_bytes(KEY), [7; 32])
}

fn narrowed() -> SturdyRef {
    let soon = SystemTime::UNIX_EPOCH + Duration::from_secs(5);
    plain()
        .narrow(Caveat::methods(["text"]))
        .unwrap()
        .narrow(Caveat::expires_at(soon))
        .unwrap()
}

/// The form is public: other implementations write it. Made with Python's `hmac` and `base64`.
#[test]
fn the_text_is_what_the_documentation_says() {
    assert_eq!(plain().expose(), PLAIN);
    assert_eq!(narrowed().expose(), NARROWED);
    assert_eq!(plain().record().to_string(), RECORD);
}

#[test]
fn what_is_written_is_read() {
    for reference in [plain(), narrowed()] {
        let read: SturdyRef = reference.expose().parse().unwrap();
        assert_eq!(read, reference);
        let json = serde_json::to_string(&reference).unwrap();
        assert_eq!(serde_json::from_str::<SturdyRef>(&json).unwrap(), reference);
    }
    assert_ne!(plain(), narrowed());
}

#[test]
fn a_reference_is_as_long_as_it_may_be_and_no_longer() {
    let mut reference = plain();
    for _ in 0..32 {
        reference = reference.narrow(Caveat::calls(1)).unwrap();
    }
    let error = reference.narrow(Caveat::calls(1)).unwrap_err();
    assert_eq!(error, NarrowError::TooManyCaveats(32));
    let long = plain().narrow(Caveat::methods(["x".repeat(1_200)]));
    assert_eq!(long.unwrap_err(), NarrowError::CaveatTooLong);
    let mut reference = plain();
    let wide = Caveat::methods(["x".repeat(900)]);
    let error = loop {
        match reference.narrow(wide.clone()) {
            Ok(narrowed) => reference = narrowed,
            Err(error) => break error,
        }
    };
    assert_eq!(error, NarrowError::CaveatTooLong);
    let text = reference.expose();
    assert!(text.len() <= 4_102, "{}", text.len());
    assert_eq!(text.parse::<SturdyRef>().unwrap(), reference);
}

/// The fault: a text that is cut, longer, of another alphabet or version is taken for one, or stops
/// the program.
#[test]
fn damaged_texts_are_refused() {
    let text = narrowed().expose();
    let key = RegistryKey::from_bytes(KEY);
    for end in 0..text.len() {
        // What is cut where a shorter one could have ended is read, and is forged.
        let cut = text[..end].parse::<SturdyRef>();
        assert!(!cut.is_ok_and(|cut| cut.verify(&key).is_ok()), "{end}");
    }
    let body = text.strip_prefix("cwref_").unwrap();
    for damaged in [
        format!("{text}A"),
        format!("{text}="),
        format!(" {text}"),
        format!("{text}\n"),
        body.to_owned(),
        format!("CWREF_{body}"),
        format!("cwref_{}", body.replace(['-', '_'], "+")),
        format!("cwref_{}", "é".repeat(50)),
        "cwref_".to_owned(),
        String::new(),
    ] {
        if damaged != text {
            assert!(damaged.parse::<SturdyRef>().is_err(), "{damaged}");
        }
    }
    let long = format!("cwref_{}", "A".repeat(4_097));
    assert_eq!(long.parse::<SturdyRef>(), Err(InvalidReference::TooLong));
    let of = |bytes: &[u8]| format!("cwref_{}", URL_SAFE_NO_PAD.encode(bytes)).parse::<SturdyRef>();
    let plain = [&[1][..], &[7; 64]].concat();
    assert!(of(&plain).is_ok());
    for version in [0, 2, 255] {
        assert!(
            of(&[&[version][..], &[7; 64]].concat()).is_err(),
            "{version}"
        );
    }
    let many = [&[1][..], &[7; 32], &[0; 66], &[7; 32]].concat();
    assert!(of(&many).is_err(), "33 empty caveats");
    let wide = [&[1][..], &[7; 32], &[4, 1], &[7; 1_025], &[7; 32]].concat();
    assert!(of(&wide).is_err(), "a caveat of 1,025 bytes");
}

/// There is one text for a reference, so that two that differ are two.
#[test]
fn whatever_is_read_is_written_the_same() {
    let mut random = Random::new(0x5eed);
    let seeds = [plain().expose(), narrowed().expose()];
    let (mut read, mut refused) = (0, 0);
    for round in 0..20_000 {
        let text = mutated(&seeds[round % 2], &mut random);
        match text.parse::<SturdyRef>() {
            Ok(reference) => {
                read += 1;
                assert_eq!(reference.expose(), text);
                drop(reference.verify(&RegistryKey::from_bytes(KEY)));
            }
            Err(_) => refused += 1,
        }
    }
    assert!(
        read > 100 && refused > 100,
        "{read} read, {refused} refused"
    );
}

fn mutated(text: &str, random: &mut Random) -> String {
    const ALPHABET: &[u8] = b"AQgw019-_=+/ \n\0{\"";
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..=random.below(3) {
        let at = 6 + random.below(bytes.len() - 6);
        match random.below(4) {
            0 => bytes[at] = ALPHABET[random.below(ALPHABET.len())],
            1 => drop(bytes.remove(at)),
            2 => bytes.insert(at, ALPHABET[random.below(8)]),
            _ => bytes.truncate(at.max(20)),
        }
    }
    String::from_utf8(bytes).unwrap()
}

#[test]
fn a_link_has_the_secret_where_no_server_sees_it() {
    let link = narrowed().to_url("wss://example.com/rpc?x=1").unwrap();
    let text = link.expose();
    assert_eq!(text, format!("wss://example.com/rpc?x=1#{NARROWED}"));
    let read: SturdyUrl = text.parse().unwrap();
    assert_eq!(read, link);
    assert_eq!(read.server().as_str(), "wss://example.com/rpc?x=1");
    assert_eq!(read.reference(), &narrowed());
    assert_eq!(link.to_string(), "wss://example.com/rpc?x=1#…");
    let json = serde_json::to_string(&link).unwrap();
    assert_eq!(serde_json::from_str::<SturdyUrl>(&json).unwrap(), link);
}

#[test]
fn what_is_no_link_is_refused() {
    for text in [
        NARROWED.to_owned(),
        format!("#{NARROWED}"),
        format!("example.com#{NARROWED}"),
        format!("file:///etc/passwd#{NARROWED}"),
        format!("javascript:alert(1)#{NARROWED}"),
        format!("wss://example.com/{NARROWED}"),
        format!("wss://example.com/#x#{NARROWED}"),
        "wss://example.com/#".to_owned(),
    ] {
        assert!(text.parse::<SturdyUrl>().is_err(), "{text}");
    }
    assert!(plain().to_url("wss://example.com/#x").is_err());
}

const PLAIN: &str =
    "cwref_AQcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHuiENJHeFSuz_oaFnT464evKNPRzdgqUwVTKvkd7ZPVc";
const NARROWED: &str = "cwref_AQcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHABR7Im1ldGhvZHMiOlsidGV4dCJdfQAQeyJleHBpcmVzIjo1MDAwfdq8hgvxdd2e4U1n94IrMcqZPvKdhO03ax5bBlhhiyh2";
const RECORD: &str = "4bb06f8e4e3a7715d201d573d0aa423762e55dabd61a2c02278fa56cc6d294e0";
