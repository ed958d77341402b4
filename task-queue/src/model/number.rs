//! Whole numbers in values that come from JavaScript.

use serde_json::Value;

/// Reads a whole number, also one that was written as `5.0`: JavaScript makes no difference.
pub(crate) fn whole(number: &Value) -> Option<u64> {
    number.as_u64().or_else(|| {
        let float = number.as_f64().filter(|float| float.fract() == 0.0)?;
        let magnitude = if float == 0.0 { 0.0 } else { float };
        format!("{magnitude:.0}").parse().ok()
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn whole_numbers_are_read_however_they_are_written() {
        for (number, expected) in [
            (json!(5), Some(5)),
            (json!(5.0), Some(5)),
            (json!(-0.0), Some(0)),
            (json!(-1), None),
            (json!(1.5), None),
            (json!(1e300), None),
            (json!("5"), None),
            (json!(u64::MAX), Some(u64::MAX)),
        ] {
            assert_eq!(whole(&number), expected, "{number}");
        }
    }
}
