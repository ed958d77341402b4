//! What holds of every value.

use super::random::Random;
use crate::limits::Limits;
use crate::wire::{EncodeError, Message, decode, encode_push};

/// One line each, so that lines can separate them (protocol T-3).
#[test]
fn whatever_is_encoded_is_decoded_as_the_same_value() {
    let mut random = Random::new(0x9e37_79b9_7f4a_7c15);
    for _ in 0..5_000 {
        let expr = random.value(5);
        let text = encode_push(&expr).unwrap();
        assert!(!text.contains('\n'), "F-5: a message is one line");
        assert_eq!(decode(&text, &Limits::default()), Ok(Message::Push(expr)));
    }
}

#[test]
fn whatever_is_cut_or_changed_is_refused_or_read_but_never_panics() {
    let mut random = Random::new(0x2545_f491_4f6c_dd1d);
    for _ in 0..5_000 {
        let mut text = encode_push(&random.value(3)).unwrap().into_bytes();
        let at = usize::try_from(random.next()).unwrap() % text.len();
        match random.below(3) {
            0 => text.truncate(at),
            1 => text[at] = b"[]{}\",:0e-\\un"[usize::try_from(random.below(13)).unwrap()],
            _ => drop(text.remove(at)),
        }
        let text = String::from_utf8_lossy(&text);
        if let Ok(Message::Push(expr)) = decode(&text, &Limits::default()) {
            let again = encode_push(&expr);
            assert!(
                matches!(again, Ok(_) | Err(EncodeError::Instruction)),
                "{text}"
            );
        }
    }
}
