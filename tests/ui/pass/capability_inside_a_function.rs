//! A capability can be local and private.

use capnweb_runtime::Result;

fn main() {
    use capnweb_runtime::capability;

    #[capability]
    #[attenuate(LampReader { is_on })]
    trait Lamp {
        async fn is_on(&self) -> Result<bool>;
        async fn switch(&self) -> Result<()>;
    }

    let _ = |lamp: &LampStub| lamp.attenuate::<LampReaderStub>().is_on();
}
