//! Parameters that may be left out.

use capnweb_runtime::{Capability as _, ErrorClass, Result, Value, capability};

use super::support::{RawServer, in_time, over_both};

#[capability]
trait Pager {
    async fn page(
        &self,
        start: i64,
        #[default(10)] count: i64,
        order: Option<String>,
        #[default("all".to_owned())] filter: String,
    ) -> Result<String>;
}

struct Pages;

impl Pager for Pages {
    async fn page(
        &self,
        start: i64,
        count: i64,
        order: Option<String>,
        filter: String,
    ) -> Result<String> {
        Ok(format!("{start} {count} {order:?} {filter}"))
    }
}

fn pages() -> PagerStub {
    PagerStub::new(Pages)
}

#[tokio::test]
async fn a_parameter_left_out_has_its_default() {
    over_both(pages, async |pager| {
        let cases = [
            (pager.page(0, None, None, None), "0 10 None all"),
            (pager.page(0, 5, None, None), "0 5 None all"),
            (pager.page(0, None, "up", None), r#"0 10 Some("up") all"#),
            (pager.page(0, None, None, "x"), "0 10 None x"),
            (
                pager.page(0, Some(5), Some("up".to_owned()), "x".to_owned()),
                r#"0 5 Some("up") x"#,
            ),
        ];
        for (page, expected) in cases {
            assert_eq!(page.await.unwrap(), expected);
        }
    })
    .await;
}

#[tokio::test]
async fn callers_without_a_schema_leave_out_what_they_like() {
    over_both(pages, async |pager| {
        let stub = pager.as_stub();
        let cases = [
            (stub.call("page", (1,)), "1 10 None all"),
            (
                stub.call("page", (1, Value::Undefined, Value::Undefined, "x")),
                "1 10 None x",
            ),
            (stub.call("page", (1, 2, Value::Null)), "1 2 None all"),
            (
                stub.call("page", (1, 2, "up", "x", "more", 7)),
                r#"1 2 Some("up") x"#,
            ),
        ];
        for (page, expected) in cases {
            assert_eq!(page.await.unwrap(), Value::String(expected.to_owned()));
        }
    })
    .await;
}

#[tokio::test]
async fn null_is_not_left_out_and_what_has_no_default_must_be_there() {
    over_both(pages, async |pager| {
        let stub = pager.as_stub();
        for (page, parameter) in [
            (stub.call("page", (1, Value::Null)), "`count`"),
            (stub.call("page", ()), "`start`"),
        ] {
            let error = page.await.unwrap_err();
            assert_eq!(error.class(), ErrorClass::TypeError);
            assert!(error.to_string().contains(parameter), "{error}");
        }
    })
    .await;
}

/// The fault: `null` in the place of an argument that was left out, so that the default of a
/// JavaScript callee does not apply.
#[tokio::test]
async fn what_is_left_out_is_undefined_or_absent_on_the_wire() {
    let server = RawServer::bind().await;
    let (pager, mut peer) = in_time(async {
        tokio::join!(
            capnweb_runtime::connect::<PagerStub>(&server.url),
            server.accept()
        )
    })
    .await;
    let pager = pager.unwrap();
    let _pages = (
        pager.page(1, None, None, None),
        pager.page(1, None, "up", None),
    );
    for expected in [
        r#"["push",["pipeline",0,["page"],[1]]]"#,
        r#"["push",["pipeline",0,["page"],[1,["undefined"],"up"]]]"#,
    ] {
        assert_eq!(peer.text().await, expected);
    }
}
