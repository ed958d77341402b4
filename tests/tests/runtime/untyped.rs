//! References without a type.

use capnweb_runtime::{
    Capability as _, ErrorClass, Function, Path, Result, Stub, Value, capability, from_value,
    to_value,
};

use super::support::{in_time, over_both};

#[capability]
trait Calculator {
    async fn add(&self, a: f64, b: f64) -> Result<f64>;
    async fn list(&self) -> Result<Vec<Vec<String>>>;
    async fn count(&self, #[default(vec![])] items: Vec<Value>) -> Result<usize>;
    async fn nested(&self) -> Result<CalculatorStub>;
    async fn apply(&self, function: Stub, argument: Value) -> Result<Value>;
    #[property]
    fn digits(&self) -> u8;
}

struct Pocket;

impl Calculator for Pocket {
    async fn add(&self, a: f64, b: f64) -> Result<f64> {
        Ok(a + b)
    }

    async fn list(&self) -> Result<Vec<Vec<String>>> {
        Ok(vec![vec!["a".to_owned(), "b".to_owned()]])
    }

    async fn count(&self, items: Vec<Value>) -> Result<usize> {
        Ok(items.len())
    }

    async fn nested(&self) -> Result<CalculatorStub> {
        Ok(pocket())
    }

    async fn apply(&self, function: Stub, argument: Value) -> Result<Value> {
        function.call((), (argument,)).await
    }

    fn digits(&self) -> u8 {
        8
    }
}

fn pocket() -> CalculatorStub {
    CalculatorStub::new(Pocket)
}

#[tokio::test]
async fn arguments_are_a_tuple_an_array_or_nothing() {
    over_both(pocket, async |calculator| {
        let stub = calculator.as_stub();
        let three = Value::Number(3.0);
        assert_eq!(stub.call("add", (1, 2)).await.unwrap(), three);
        assert_eq!(stub.call("add", [1.0, 2.0]).await.unwrap(), three);
        assert_eq!(stub.call("add", vec![1, 2]).await.unwrap(), three);
        let args = Value::Array(vec![Value::Number(1.0), Value::Number(2.0)]);
        assert_eq!(stub.call("add", args).await.unwrap(), three);
        assert_eq!(stub.call("count", ()).await.unwrap(), Value::Number(0.0));
        let error = stub.call("add", 1).await.unwrap_err();
        assert_eq!(error.class(), ErrorClass::TypeError);
        assert!(error.to_string().contains("a tuple"), "{error}");
    })
    .await;
}

#[tokio::test]
async fn promised_values_are_called_and_read_on() {
    over_both(pocket, async |calculator| {
        let stub = calculator.as_stub();
        let nested = stub.call("nested", ()).call("nested", ());
        assert_eq!(nested.get("digits").await.unwrap(), Value::Number(8.0));
        let sum = nested.call("add", (nested.get("digits"), 1)).await.unwrap();
        assert_eq!(sum, Value::Number(9.0));
        let list = stub.call("list", ());
        let second = list.get(Path::new(vec![0_u64.into(), 1_u64.into()]));
        assert_eq!(second.await.unwrap(), Value::String("b".into()));
    })
    .await;
}

#[tokio::test]
async fn a_reference_to_a_property_is_read_when_it_is_asked() {
    over_both(pocket, async |calculator| {
        let digits = calculator.as_stub().property("digits");
        assert_eq!(digits.get(()).await.unwrap(), Value::Number(8.0));
        let add = calculator.as_stub().property("add");
        assert_eq!(add.call((), (1, 2)).await.unwrap(), Value::Number(3.0));
    })
    .await;
}

#[tokio::test]
async fn a_reference_is_cast_and_taken_for_its_word() {
    over_both(pocket, async |calculator| {
        let nested = calculator.as_stub().call("nested", ()).await.unwrap();
        let nested: CalculatorStub = from_value(nested).unwrap();
        assert_eq!(nested.add(1.0, 1.0).await.unwrap(), 2.0);
        let promised: CalculatorStub = calculator.as_stub().call("nested", ()).cast();
        assert_eq!(promised.add(1.0, 1.0).await.unwrap(), 2.0);
        let number = calculator.as_stub().call("add", (1, 1)).await.unwrap();
        let error = from_value::<CalculatorStub>(number).unwrap_err();
        assert!(error.to_string().contains("Calculator"), "{error}");
    })
    .await;
}

#[tokio::test]
async fn a_method_and_a_function_are_values() {
    over_both(pocket, async |calculator| {
        let double = Function::new(|i: f64| async move { Ok(i * 2.0) });
        let applied = calculator.apply(double.as_stub(), Value::Number(4.0));
        assert_eq!(applied.await.unwrap(), Value::Number(8.0));
        let local = Stub::clone(double.as_stub());
        let answer = local.call((), (21,)).await.unwrap();
        assert_eq!(answer, Value::Number(42.0));
    })
    .await;
}

#[tokio::test]
async fn values_and_data_become_each_other() {
    in_time(async {
        let data = (1_u8, Some("x".to_owned()), [Value::Undefined]);
        let value = to_value(&data).unwrap();
        assert_eq!(
            from_value::<(u8, Option<String>, [Value; 1])>(value).unwrap(),
            data
        );
        let stub = to_value(&pocket()).unwrap();
        let back: CalculatorStub = from_value(stub).unwrap();
        assert_eq!(back.digits().await.unwrap(), 8);
    })
    .await;
}
