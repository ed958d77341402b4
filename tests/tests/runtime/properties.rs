//! Properties: read, not called.

use capnweb_runtime::{Capability as _, Error, ErrorClass, Result, Value, capability};

use super::support::over_both;

#[capability]
trait Device {
    #[property]
    fn serial(&self) -> String;
    #[property]
    async fn load(&self) -> f64;
    #[property]
    async fn fan(&self) -> Result<FanStub>;
    #[property]
    fn broken(&self) -> Result<i64>;
    #[property]
    #[rpc(name = "GPU")]
    fn gpu(&self) -> Option<String>;
    async fn restart(&self) -> Result<()>;
}

#[capability]
trait Fan {
    async fn spin(&self, rpm: f64) -> Result<f64>;
    #[property]
    fn rpm(&self) -> f64;
}

struct Box3;

impl Device for Box3 {
    fn serial(&self) -> String {
        "3".to_owned()
    }

    async fn load(&self) -> f64 {
        tokio::task::yield_now().await;
        0.5
    }

    async fn fan(&self) -> Result<FanStub> {
        tokio::task::yield_now().await;
        Ok(FanStub::new(Self))
    }

    fn broken(&self) -> Result<i64> {
        Err(Error::range_error("no reading"))
    }

    fn gpu(&self) -> Option<String> {
        None
    }

    async fn restart(&self) -> Result<()> {
        Ok(())
    }
}

impl Fan for Box3 {
    async fn spin(&self, rpm: f64) -> Result<f64> {
        Ok(rpm)
    }

    fn rpm(&self) -> f64 {
        900.0
    }
}

fn device() -> DeviceStub {
    DeviceStub::new(Box3)
}

#[tokio::test]
async fn properties_of_every_kind_are_read() {
    over_both(device, async |device| {
        assert_eq!(device.serial().await.unwrap(), "3");
        assert_eq!(device.load().await.unwrap(), 0.5);
        assert_eq!(device.gpu().await.unwrap(), None);
        let error = device.broken().await.unwrap_err();
        assert_eq!(error.to_string(), "no reading");
    })
    .await;
}

#[tokio::test]
async fn a_capability_in_a_property_is_called_through_it() {
    over_both(device, async |device| {
        assert_eq!(device.fan().spin(5.0).await.unwrap(), 5.0);
        assert_eq!(device.fan().rpm().await.unwrap(), 900.0);
        let fan = device.fan().await.unwrap();
        assert_eq!(fan.rpm().await.unwrap(), 900.0);
        let spun = device.as_stub().call(["fan", "spin"], (7,)).await.unwrap();
        assert_eq!(spun, Value::Number(7.0));
    })
    .await;
}

#[tokio::test]
async fn a_property_is_not_called_and_a_method_is_not_read_as_data() {
    over_both(device, async |device| {
        let stub = device.as_stub();
        let calls = [
            (stub.call("serial", ()), "'serial' is not a function."),
            (stub.call(["fan", "rpm"], ()), "rpm' is not a function."),
        ];
        for (call, end) in calls {
            let error = call.await.unwrap_err();
            assert_eq!(error.class(), ErrorClass::TypeError);
            assert!(error.to_string().ends_with(end), "{error}");
        }
        let restart = stub.get("restart").await.unwrap();
        let Value::Capability(restart) = restart else {
            panic!("{restart:?}");
        };
        assert_eq!(restart.call((), ()).await.unwrap(), Value::Undefined);
    })
    .await;
}

#[tokio::test]
async fn what_is_not_there_is_undefined() {
    over_both(device, async |device| {
        let stub = device.as_stub();
        for absent in [
            "nope",
            "gpu",
            "constructor",
            "toString",
            "__proto__",
            "then",
        ] {
            assert_eq!(
                stub.get(absent).await.unwrap(),
                Value::Undefined,
                "{absent}"
            );
        }
        assert_eq!(stub.get("GPU").await.unwrap(), Value::Null);
        let error = stub.get(["nope", "deeper"]).await.unwrap_err();
        assert_eq!(error.class(), ErrorClass::TypeError);
    })
    .await;
}
