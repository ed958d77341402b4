//! The values that transcripts name by how they are made.

use crate::data::to_value;
use crate::error::Error;
use crate::hook::Value;
use crate::session::tests::support::{function, number, object};
use crate::typed::{ReadableStream, WritableStream};
use crate::value::{Blob, Bytes, Date, ErrorClass, ErrorValue};

/// Returns what a literal stands for.
pub(super) fn literal_value(literal: &serde_json::Value) -> Value {
    match literal {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(value) => Value::Bool(*value),
        serde_json::Value::Number(value) => number(value.as_f64().expect("it is a double")),
        serde_json::Value::String(text) => Value::String(text.clone()),
        other => panic!("{other} is no literal"),
    }
}

/// Makes what is not a literal.
pub(super) fn make(maker: &str, args: &[Value]) -> Value {
    match (maker, args) {
        ("times", [Value::Number(factor)]) => {
            let factor = *factor;
            function(move |args| match args.first() {
                Some(Value::Number(x)) => Ok(number(x * factor)),
                _ => Ok(number(f64::NAN)),
            })
        }
        ("nothing", []) => function(|_| Ok(Value::Undefined)),
        ("wrapping", []) => function(|args| {
            let x = args.into_iter().next().unwrap_or_default();
            Ok(object([("f", make("nothing", &[])), ("x", x)]))
        }),
        ("throwing", [Value::String(text)]) => {
            let text = text.clone();
            function(move |_| Err(Error::range_error(text.clone())))
        }
        ("error", [Value::String(class), Value::String(text), props @ ..]) => {
            let mut error = ErrorValue::new(ErrorClass::from_name(class), text.clone());
            if let [Value::Object(props)] = props {
                error.props = props.clone();
            }
            Value::Error(Box::new(error))
        }
        ("stub", [stub]) => stub.clone(),
        ("stream", chunks) => {
            let chunks = futures_util::stream::iter(chunks.to_vec());
            to_value(&ReadableStream::<Value>::new(chunks)).expect("it is not being read")
        }
        ("sink", []) => {
            let sink = WritableStream::<Value>::from_fn(|_| std::future::ready(Ok(())));
            to_value(&sink).expect("it is not being written to")
        }
        ("blob", [Value::String(media_type), Value::String(text)]) => {
            let content = Value::Bytes(Bytes::from(text.clone().into_bytes()));
            Value::Blob(Box::new(Blob::new(media_type.clone(), content)))
        }
        ("long", []) => Value::BigInt("9".repeat(16_385).parse().expect("digits")),
        ("date", [Value::Number(ms)]) => Value::Date(Date::from_time_value(*ms)),
        ("bigint", [Value::String(digits)]) => Value::BigInt(digits.parse().expect("digits")),
        ("bytes", [Value::String(text)]) => Value::Bytes(Bytes::from(text.clone().into_bytes())),
        _ => panic!("how is {maker}({args:?}) made?"),
    }
}
