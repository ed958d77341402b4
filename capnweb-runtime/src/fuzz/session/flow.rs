//! What the objects of a script do with streams.

use futures_util::StreamExt as _;

use super::actor::House;
use crate::data::{from_value, to_value};
use crate::error::Error;
use crate::hook::{Outcome, Stub, Value};
use crate::typed::{ReadableStream, WritableStream};
use crate::value::Object;

/// Makes a chunk that says where in its stream it belongs.
pub(super) fn chunk(stream: usize, place: u32, value: Value) -> Value {
    let stream = u32::try_from(stream).map_or(f64::MAX, f64::from);
    let members = [
        ("stream", Value::Number(stream)),
        ("place", Value::Number(f64::from(place))),
        ("value", value),
    ];
    Value::Object(members.into_iter().collect::<Object<Stub>>())
}

/// Reads a stream: all of it, or one chunk, or nothing; its chunks must come in order (P-3, P-7).
pub(super) async fn read(house: &House, stream: Value, manner: &Value) -> Outcome {
    let Ok(mut stream) = from_value::<ReadableStream<Value>>(stream) else {
        return Ok(Value::Null);
    };
    let mut last = None;
    match manner {
        Value::Number(0.0) => drop(stream),
        Value::Number(1.0) => {
            drop(stream.next().await);
            stream.cancel(Error::new("enough"));
        }
        _ => {
            while let Some(chunk) = stream.next().await {
                check(house, &chunk?, &mut last);
            }
        }
    }
    Ok(Value::Bool(true))
}

/// Writes values to a stream, and ends it in one way or another.
pub(super) async fn write(stream: Value, manner: Value, values: Vec<Value>) -> Outcome {
    let Ok(mut stream) = from_value::<WritableStream<Value>>(stream) else {
        return Ok(Value::Null);
    };
    for (place, value) in (0..).zip(values) {
        stream.write(chunk(usize::MAX, place, value)).await?;
    }
    match manner {
        Value::Number(0.0) => drop(stream),
        Value::Number(1.0) => stream.abort(Error::new("no more")).await,
        _ => stream.close().await?,
    }
    Ok(Value::Bool(true))
}

/// Makes a stream of values.
pub(super) fn source(values: Vec<Value>) -> Outcome {
    let chunks = (0..).zip(values);
    let chunks = chunks.map(|(place, value)| chunk(usize::MAX, place, value));
    Ok(to_value(&ReadableStream::<Value>::new(
        futures_util::stream::iter(chunks),
    ))?)
}

/// Makes a stream to write to, which fails after some chunks, or never.
pub(super) fn sink(house: &House, good: &Value) -> Outcome {
    let mut left = match good {
        Value::Number(0.0) => Some(0_u32),
        Value::Number(1.0) => Some(2),
        _ => None,
    };
    let (house, mut last) = (house.clone(), None);
    let sink = WritableStream::<Value>::from_fn(move |chunk| {
        check(&house, &chunk, &mut last);
        let is_full = left == Some(0);
        left = left.map(|left| left.saturating_sub(1));
        std::future::ready(if is_full {
            Err(Error::range_error("full"))
        } else {
            Ok(())
        })
    });
    Ok(to_value(&sink)?)
}

/// Checks that a chunk comes after the one before, of the same stream.
fn check(house: &House, chunk: &Value, last: &mut Option<(Value, f64)>) {
    let Value::Object(members) = chunk else {
        return house.blame(format!("P-3: {chunk:?} was never sent"));
    };
    let (Some(stream), Some(Value::Number(place))) = (members.get("stream"), members.get("place"))
    else {
        return house.blame(format!("P-3: {chunk:?} was never sent"));
    };
    let expected = last.take().map_or_else(
        || (stream.clone(), 0.0),
        |(stream, place)| (stream, place + 1.0),
    );
    if expected != (stream.clone(), *place) {
        house.blame(format!(
            "P-3, P-7: {place} of {stream:?} came instead of {expected:?}"
        ));
    }
    *last = Some((stream.clone(), *place));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_that_are_missing_or_of_another_stream_are_noticed() {
        let house = House::new();
        let mut last = None;
        for place in [0, 1] {
            check(&house, &chunk(1, place, Value::Null), &mut last);
        }
        assert_eq!(house.wrong(), Vec::<String>::new());
        for strange in [
            chunk(1, 3, Value::Null),
            chunk(2, 4, Value::Null),
            Value::Null,
        ] {
            let before = house.wrong().len();
            check(&house, &strange, &mut last);
            assert_eq!(house.wrong().len(), before + 1, "{strange:?}");
        }
    }
}
