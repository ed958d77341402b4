//! Failures: class, message, cause and own properties arrive, and the session goes on.

use capnweb_runtime::{
    Capability as _, Error, ErrorClass, Function, RpcError, Stub, Value, capability,
};

use super::peer::with_peer;

/// An error of one's own: thrown by a callback here, caught from a call to the target.
#[derive(Debug, thiserror::Error, RpcError)]
#[rpc(class = "RangeError")]
enum OvenError {
    #[error("{celsius} degrees is too hot")]
    TooHot { celsius: f64, dish: Option<String> },
    #[error("out of gas")]
    OutOfGas,
    #[error(transparent)]
    #[rpc(other)]
    Other(Error),
}

/// The target, as one who expects `OvenError`s sees it.
#[capability]
trait Oven {
    async fn call_function(&self, func: Function<fn(f64) -> f64>, i: f64) -> Result<(), OvenError>;
    async fn square(&self, i: f64) -> Result<f64, OvenError>;
    async fn greet(&self) -> Result<i64, OvenError>;
    async fn nope(&self) -> Result<(), OvenError>;
}

/// A function that fails with what `make` makes.
fn failing(make: impl Fn() -> Error + Send + Sync + 'static) -> Function<fn(Value) -> Value> {
    Function::new(move |_: Value| {
        let error = make();
        async move { Err(error) }
    })
}

fn assert_thrown(error: &Error, class: ErrorClass, message: &str) {
    assert!(matches!(error, Error::Thrown(_)), "{error:?}");
    assert_eq!(error.class(), class, "{error:?}");
    assert_eq!(error.to_string(), message);
}

#[test]
fn class_and_message_arrive() {
    with_peer(async |js| {
        let error = js.throw_error().await.unwrap_err();
        assert_thrown(&error, ErrorClass::RangeError, "test error");
        let error = js.throw_type_error().await.unwrap_err();
        assert_thrown(&error, ErrorClass::TypeError, "adversarial type error");
        assert_eq!(js.square(2.0).await.unwrap(), 4.0);
    });
}

#[test]
fn every_class_goes_and_comes() {
    with_peer(async |js| {
        let classes = [
            ErrorClass::Error,
            ErrorClass::EvalError,
            ErrorClass::RangeError,
            ErrorClass::ReferenceError,
            ErrorClass::SyntaxError,
            ErrorClass::TypeError,
            ErrorClass::UriError,
            ErrorClass::AggregateError,
        ];
        for class in classes {
            let fails = failing(move || Error::of_class(class, "why"));
            let error = js.call_function(fails, Value::Null).await.unwrap_err();
            assert_thrown(&error, class, "why");
        }
    });
}

#[test]
fn own_properties_and_the_cause_go_and_come() {
    with_peer(async |js| {
        let fails = failing(|| {
            let cause = Error::type_error("inner").with_prop("depth", Value::Number(2.0));
            Error::new("outer")
                .with_prop("code", Value::String("E_X".into()))
                .with_cause(cause)
        });
        let error = js.call_function(fails, Value::Null).await.unwrap_err();
        assert_thrown(&error, ErrorClass::Error, "outer");
        assert_eq!(error.prop("code"), Some(&Value::String("E_X".into())));
        let Some(Value::Error(cause)) = error.prop("cause") else {
            panic!("{error:?}");
        };
        assert_eq!(cause.class, ErrorClass::TypeError);
        assert_eq!(cause.message, "inner");
        assert_eq!(cause.props.get("depth"), Some(&Value::Number(2.0)));
    });
}

#[test]
fn a_typed_error_comes_back_as_the_variant_it_was() {
    with_peer(async |js| {
        let oven: OvenStub = js.as_stub().cast();
        let too_hot = Function::new(|celsius: f64| async move {
            let dish = Some("pizza".to_owned());
            Err(OvenError::TooHot { celsius, dish }.into_error())
        });
        let error = oven.call_function(too_hot, 900.0).await.unwrap_err();
        assert_eq!(error.to_string(), "900 degrees is too hot");
        let OvenError::TooHot { celsius, dish } = error else {
            panic!("{error:?}");
        };
        assert_eq!((celsius, dish.as_deref()), (900.0, Some("pizza")));

        let empty = Function::new(|_: f64| async move { Err(OvenError::OutOfGas.into_error()) });
        let error = oven.call_function(empty, 1.0).await.unwrap_err();
        assert!(matches!(error, OvenError::OutOfGas), "{error:?}");
    });
}

#[test]
fn every_other_failure_has_a_place_in_a_typed_error() {
    with_peer(async |js| {
        let oven: OvenStub = js.as_stub().cast();
        let OvenError::Other(missing) = oven.nope().await.unwrap_err() else {
            panic!("no variant is meant");
        };
        assert_thrown(&missing, ErrorClass::TypeError, "'nope' is not a function.");
        let OvenError::Other(mistyped) = oven.greet().await.unwrap_err() else {
            panic!("no variant is meant");
        };
        assert!(matches!(mistyped, Error::Mistyped(_)), "{mistyped:?}");
        assert_eq!(oven.square(3.0).await.unwrap(), 9.0);
    });
}

#[test]
fn what_is_not_there_is_not_a_function() {
    with_peer(async |js| {
        let js: &Stub = js.as_stub();
        let unreadable = "Cannot read properties of undefined (reading 'deeper')";
        let cases = [
            (js.call("nope", ()), "'nope' is not a function."),
            (
                js.call(["square", "nope"], ()),
                "'square.nope' is not a function.",
            ),
            (js.call(["nope", "deeper"], ()), unreadable),
        ];
        for (call, message) in cases {
            assert_thrown(&call.await.unwrap_err(), ErrorClass::TypeError, message);
        }
    });
}

#[test]
fn a_call_on_a_failed_result_fails_with_it() {
    with_peer(async |js| {
        let failed = js.as_stub().call("throwError", ());
        for error in [
            failed.call("anything", ()).await.unwrap_err(),
            failed.property("some").get("property").await.unwrap_err(),
        ] {
            assert_thrown(&error, ErrorClass::RangeError, "test error");
        }
    });
}

#[test]
fn a_failed_result_as_an_argument_keeps_the_method_from_running() {
    with_peer(async |js| {
        let counter = js.make_counter(0.0).await.unwrap();
        let failed = js.as_stub().call("throwTypeError", ());
        let error = counter
            .as_stub()
            .call("increment", (failed,))
            .await
            .unwrap_err();
        assert_thrown(&error, ErrorClass::TypeError, "adversarial type error");
        assert_eq!(counter.value().await.unwrap(), 0.0);
    });
}

#[test]
fn a_panic_in_a_function_fails_the_call_and_tells_nothing() {
    with_peer(async |js| {
        let secret: Function<fn(Value) -> Value> = Function::new(|armed: Value| async move {
            assert_eq!(armed, Value::Null, "the secret is 42");
            Ok(armed)
        });
        let error = js
            .call_function(secret, Value::Bool(true))
            .await
            .unwrap_err();
        assert!(!error.to_string().contains("42"), "{error}");
        assert_eq!(js.square(2.0).await.unwrap(), 4.0);
    });
}
