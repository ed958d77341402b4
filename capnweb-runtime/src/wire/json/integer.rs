//! Reading the numbers that are nearly all there are.

/// Reads an integer of so few digits that a double holds it exactly; returns it with what follows
/// it. `None` for any other number, and for what is none.
pub(crate) fn short_integer(text: &[u8]) -> Option<(f64, &[u8])> {
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        _ => (false, text),
    };
    let (magnitude, count) = leading_digits(digits);
    let (_, rest) = digits.split_at_checked(count)?;
    let leads_with_zero = count > 1 && digits.first() == Some(&b'0');
    let goes_on = matches!(rest.first(), Some(b'.' | b'e' | b'E'));
    if count == 0 || count > EXACT_DIGITS || leads_with_zero || goes_on {
        return None;
    }
    #[allow(clippy::cast_precision_loss, reason = "below 10¹⁵, thus exact")]
    let magnitude = magnitude as f64;
    Some((if negative { -magnitude } else { magnitude }, rest))
}

/// Returns what the leading digits say, and how many there are. Of very many, what they say is
/// wrong.
fn leading_digits(text: &[u8]) -> (i64, usize) {
    let (mut sum, mut count) = (0_i64, 0_usize);
    for byte in text {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            break;
        }
        sum = sum.wrapping_mul(10).wrapping_add(digit.into());
        count = count.wrapping_add(1);
    }
    (sum, count)
}

/// All integers of this many digits are exact doubles.
pub(super) const EXACT_DIGITS: usize = 15;
