//! Addresses, header fields, requests, responses and blobs.

use crate::limits::Limits;
use crate::value::{
    Blob, Bytes, BytesKind, ErrorClass, Headers, InvalidHeader, InvalidRequest, InvalidResponse,
    RequestMode, RequestOptions, Response, Tree,
};
use crate::wire::{
    DecodeError, EncodeError, Expr, MAX_ENCODE_DEPTH, Message, WireRef, decode_expr, encode_push,
};

fn read(text: &str) -> Result<Expr, DecodeError> {
    decode_expr(text, &Limits::default())
}

fn refusal(text: &str) -> DecodeError {
    match read(text) {
        Err(error) => error,
        Ok(value) => panic!("{text}: {value:?}"),
    }
}

fn written(expr: &Expr) -> Result<String, EncodeError> {
    let message = encode_push(expr)?;
    let value = message.strip_prefix("[\"push\",").unwrap();
    Ok(value.strip_suffix(']').unwrap().to_owned())
}

/// What a text is written as again after it was read.
fn rewritten(text: &str) -> String {
    let value = read(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    written(&value).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn unchanged(texts: &[&str]) {
    for text in texts {
        assert_eq!(rewritten(text), *text);
    }
}

#[test]
fn w32_urls_are_normalized() {
    let url = r#"["url","HTTP://EXAMPLE.com:80/a b?q=é#f"]"#;
    let normal = r#"["url","http://example.com/a%20b?q=%C3%A9#f"]"#;
    assert_eq!(rewritten(url), normal);
    unchanged(&[normal, r#"["url","mailto:a@b"]"#]);
}

#[test]
fn w32_what_is_no_url_is_refused() {
    for text in [r#"["url","nope"]"#, r#"["url","/rel"]"#, r#"["url",""]"#] {
        assert_eq!(refusal(text), DecodeError::InvalidUrl, "{text}");
        assert_eq!(refusal(text).to_string(), "Invalid URL");
        assert_eq!(refusal(text).class(), ErrorClass::TypeError);
    }
    for text in [
        r#"["url"]"#,
        r#"["url",1]"#,
        r#"["url","http://x/","http://y/"]"#,
    ] {
        let unknown = format!("unknown special value: {text}");
        assert_eq!(refusal(text).to_string(), unknown);
    }
}

#[test]
fn w33_headers_are_sorted_and_joined_but_cookies_are_not() {
    let given = r#"["headers",[["X-B","1"],["x-a","2"],["X-b"," 3"],["Set-Cookie","a=1"],["Set-Cookie","b=2"]]]"#;
    let normal =
        r#"["headers",[["set-cookie","a=1"],["set-cookie","b=2"],["x-a","2"],["x-b","1, 3"]]]"#;
    assert_eq!(rewritten(given), normal);
    unchanged(&[normal, r#"["headers",[]]"#]);
}

#[test]
fn w33_what_are_no_headers_is_refused() {
    for text in [
        r#"["headers",{}]"#,
        r#"["headers"]"#,
        r#"["headers",[],1]"#,
        r#"["headers",null]"#,
    ] {
        let unknown = format!("unknown special value: {text}");
        assert_eq!(refusal(text).to_string(), unknown);
    }
    for (pair, error) in [
        (r#"["a"]"#, DecodeError::HeaderPair),
        (r#"["a","b","c"]"#, DecodeError::HeaderPair),
        (r#"["a",1]"#, DecodeError::HeaderPair),
        (r#""ab""#, DecodeError::HeaderPair),
        (r#"["a b","c"]"#, InvalidHeader::Name.into()),
        (r#"["","c"]"#, InvalidHeader::Name.into()),
        (r#"["a","b\nc"]"#, InvalidHeader::Value.into()),
        (r#"["a","\u0000"]"#, InvalidHeader::Value.into()),
        (r#"["a","\u0100"]"#, InvalidHeader::Value.into()),
    ] {
        let refused = refusal(&format!("[\"headers\",[{pair}]]"));
        assert_eq!(refused, error, "{pair}");
        assert_eq!(refused.class(), ErrorClass::TypeError);
    }
}

#[test]
fn w33_a_hundred_thousand_headers_in_reverse_take_no_quadratic_time() {
    let pairs: Vec<_> = (0..100_000)
        .rev()
        .map(|n| format!("[\"x{n:06}\",\"\"],[\"x\",\"\"]"))
        .collect();
    let Tree::Headers(headers) = read(&format!("[\"headers\",[{}]]", pairs.join(","))).unwrap()
    else {
        panic!("no headers");
    };
    assert_eq!(headers.len(), 100_001);
}

#[test]
fn w34_requests_are_written_as_short_as_by_the_reference() {
    unchanged(&[
        r#"["request","http://e.com/",{}]"#,
        r#"["request","http://e.com/",{"method":"POST","headers":[["a","1"]],"body":["readable",3],"duplex":"half"}]"#,
        r#"["request","http://e.com/",{"method":"PATCH","body":"text","duplex":"half"}]"#,
        r#"["request","http://e.com/",{"method":"PUT","body":["bytes","AQI"],"duplex":"half"}]"#,
        r#"["request","http://e.com/",{"cache":"no-store","redirect":"manual","integrity":"sha256-x","mode":"same-origin","credentials":"omit","referrer":"http://r.com/","referrerPolicy":"origin","keepalive":true}]"#,
    ]);
}

#[test]
fn w34_requests_are_normalized() {
    let plain = r#"["request","http://e.com/",{}]"#;
    for same in [
        r#"["request","http://e.com",[]]"#,
        r#"["request","http://e.com/",{"method":"get","cf":{"a":[1]},"toJSON":1,"body":null}]"#,
        r#"["request","http://e.com/",{"signal":null,"keepalive":false,"duplex":"half"}]"#,
        r#"["request","http://e.com/",{"cache":"default","mode":"cors","referrer":"about:client","referrerPolicy":""}]"#,
    ] {
        assert_eq!(rewritten(same), plain, "{same}");
    }
    for (given, body) in [("0", "0"), ("-0.0", "0"), ("false", "false"), (r#""""#, "")] {
        let text =
            format!("[\"request\",\"http://e.com/\",{{\"method\":\"PUT\",\"body\":{given}}}]");
        let Ok(Tree::Request(request)) = read(&text) else {
            panic!("{text}");
        };
        assert_eq!(request.body, Tree::String(body.to_owned()), "{text}");
    }
    let method = |name| {
        let text = format!("[\"request\",\"http://e.com/\",{{\"method\":\"{name}\"}}]");
        match read(&text) {
            Ok(Tree::Request(request)) => request.method.to_string(),
            other => panic!("{other:?}"),
        }
    };
    for (given, normal) in [
        ("pOst", "POST"),
        ("options", "OPTIONS"),
        ("patch", "patch"),
        ("Foo-1", "Foo-1"),
    ] {
        assert_eq!(method(given), normal);
    }
}

/// Protocol O-21: so it is spelled.
#[test]
fn w34_what_is_no_request_is_refused() {
    for text in [
        r#"["request","http://x/"]"#,
        r#"["request","http://x/",null]"#,
        r#"["request","http://x/","init"]"#,
        r#"["request",1,{}]"#,
        r#"["request","http://x/",{},1]"#,
    ] {
        let unknown = format!("unknown special value: {text}");
        assert_eq!(refusal(text).to_string(), unknown);
    }
    assert_eq!(refusal(r#"["request","/rel",{}]"#), DecodeError::InvalidUrl);
    let bogus = refusal(r#"["request","http://x/",{"method":"PUT","body":["bogus"]}]"#);
    assert_eq!(bogus.to_string(), r#"unknown special value: ["bogus"]"#);
}

#[test]
fn w34_requests_keep_to_the_rules_of_fetch() {
    let member = |name| DecodeError::InitMember { name };
    for (init, error) in [
        (r#"{"body":5}"#, DecodeError::RequestBody),
        (r#"{"body":["undefined"]}"#, DecodeError::RequestBody),
        (r#"{"body":["pipeline",0]}"#, DecodeError::RequestBody),
        (
            r#"{"body":["bytes","","DataView"]}"#,
            DecodeError::RequestBody,
        ),
        (r#"{"signal":{}}"#, DecodeError::RequestSignal),
        (r#"{"headers":{"a":"b"}}"#, DecodeError::InitHeaders),
        (r#"{"headers":null}"#, DecodeError::InitHeaders),
        (r#"{"cache":null}"#, member("cache")),
        (
            r#"{"method":"POST","body":["readable",1]}"#,
            DecodeError::RequestDuplex,
        ),
        (r#"{"duplex":null}"#, member("duplex")),
        (r#"{"duplex":"full"}"#, member("duplex")),
        (r#"{"headers":[["a"]]}"#, DecodeError::HeaderPair),
        (r#"{"method":1}"#, member("method")),
        (r#"{"method":"a b"}"#, InvalidRequest::Method.into()),
        (r#"{"method":""}"#, InvalidRequest::Method.into()),
        (
            r#"{"method":"cOnnect"}"#,
            InvalidRequest::ForbiddenMethod.into(),
        ),
        (
            r#"{"method":"TRACE"}"#,
            InvalidRequest::ForbiddenMethod.into(),
        ),
        (
            r#"{"method":"track"}"#,
            InvalidRequest::ForbiddenMethod.into(),
        ),
        (r#"{"body":"x"}"#, InvalidRequest::Body.into()),
        (
            r#"{"method":"head","body":""}"#,
            InvalidRequest::Body.into(),
        ),
        (r#"{"cache":"bogus"}"#, member("cache")),
        (r#"{"mode":"navigate"}"#, member("mode")),
        (
            r#"{"cache":"only-if-cached"}"#,
            InvalidRequest::OnlyIfCached.into(),
        ),
        (
            r#"{"mode":"no-cors","method":"PUT"}"#,
            InvalidRequest::NoCorsMethod.into(),
        ),
        (
            r#"{"mode":"no-cors","method":"POST","body":["readable",1]}"#,
            InvalidRequest::NoCorsStream.into(),
        ),
        (r#"{"referrer":"nope"}"#, InvalidRequest::Referrer.into()),
        (
            r#"{"method":"PUT","keepalive":true,"body":["readable",1]}"#,
            InvalidRequest::Keepalive.into(),
        ),
    ] {
        let refused = refusal(&format!("[\"request\",\"http://x/\",{init}]"));
        assert_eq!(refused, error, "{init}");
        assert_eq!(refused.class(), ErrorClass::TypeError);
    }
    for url in ["http://u@x/", "http://:p@x/"] {
        let refused = refusal(&format!("[\"request\",\"{url}\",{{}}]"));
        assert_eq!(refused, InvalidRequest::Credentials.into(), "{url}");
    }
}

#[test]
fn w34_a_request_that_would_end_the_peers_session_is_not_sent() {
    let Ok(Tree::Request(request)) = read(r#"["request","http://x/",{}]"#) else {
        panic!("no request");
    };
    let mut with_body = request.clone();
    with_body.body = Tree::String(String::new());
    let refused = written(&Tree::Request(with_body));
    assert_eq!(refused, Err(InvalidRequest::Body.into()));

    let mut forbidden = request.clone();
    forbidden.method = "Trace".parse().unwrap();
    let refused = written(&Tree::Request(forbidden));
    assert_eq!(refused, Err(InvalidRequest::ForbiddenMethod.into()));

    let mut strange = request.clone();
    strange.method = http::Method::PUT;
    strange.body = Tree::Number(1.0);
    assert_eq!(written(&Tree::Request(strange)), Err(EncodeError::Body));

    let mut no_cors = request;
    no_cors.method = http::Method::PUT;
    no_cors.options = RequestOptions {
        mode: RequestMode::NoCors,
        ..RequestOptions::default()
    };
    let refused = written(&Tree::Request(no_cors));
    assert_eq!(refused, Err(InvalidRequest::NoCorsMethod.into()));
}

#[test]
fn w35_responses_are_written_as_short_as_by_the_reference() {
    unchanged(&[
        r#"["response",null,{}]"#,
        r#"["response",null,{"status":204,"statusText":"No"}]"#,
        r#"["response",["readable",2],{"status":404,"headers":[["a","1"]]}]"#,
        r#"["response","text",{"statusText":"Tout va très bien"}]"#,
        r#"["response",["bytes",""],{"status":599}]"#,
    ]);
    for same in [
        r#"["response",null,[]]"#,
        r#"["response",null,{"status":200,"cf":1,"webSocket":null,"statusText":""}]"#,
    ] {
        assert_eq!(rewritten(same), r#"["response",null,{}]"#);
    }
}

#[test]
fn w35_what_is_no_response_is_refused() {
    for text in [
        r#"["response",null]"#,
        r#"["response",null,null]"#,
        r#"["response",null,{},1]"#,
    ] {
        let unknown = format!("unknown special value: {text}");
        assert_eq!(refusal(text).to_string(), unknown);
    }
    let status = || DecodeError::from(InvalidResponse::Status);
    for (operands, error) in [
        (r#"["undefined"],{}"#, DecodeError::ResponseBody),
        ("5,{}", DecodeError::ResponseBody),
        (
            r#"["bytes","","ArrayBuffer"],{}"#,
            DecodeError::ResponseBody,
        ),
        (r#"null,{"webSocket":1}"#, DecodeError::ResponseWebSocket),
        (r#"null,{"headers":"x"}"#, DecodeError::InitHeaders),
        (r#"null,{"status":600}"#, status()),
        (r#"null,{"status":199}"#, status()),
        (r#"null,{"status":0}"#, status()),
        (r#"null,{"status":-200}"#, status()),
        (r#"null,{"status":200.5}"#, status()),
        (r#"null,{"status":65736}"#, status()),
        (r#"null,{"status":1e400}"#, status()),
        (
            r#"null,{"status":"200"}"#,
            DecodeError::InitMember { name: "status" },
        ),
        (
            r#"null,{"statusText":"a\nb"}"#,
            InvalidResponse::StatusText.into(),
        ),
        (r#""x",{"status":204}"#, InvalidResponse::Body.into()),
        (
            r#"["readable",1],{"status":304}"#,
            InvalidResponse::Body.into(),
        ),
    ] {
        let refused = refusal(&format!("[\"response\",{operands}]"));
        assert_eq!(refused, error, "{operands}");
    }
    assert_eq!(status().class(), ErrorClass::RangeError);
    let body = DecodeError::from(InvalidResponse::Body);
    assert_eq!(body.class(), ErrorClass::TypeError);
}

#[test]
fn b20_a_response_that_would_end_the_peers_session_is_not_sent() {
    for status in [0, 100, 199, 600, u16::MAX] {
        let response = Tree::Response(Box::new(Response::new(status, Tree::Null)));
        assert_eq!(written(&response), Err(InvalidResponse::Status.into()));
    }
    let response = Response::new(205, Tree::String(String::new()));
    let refused = written(&Tree::Response(Box::new(response)));
    assert_eq!(refused, Err(InvalidResponse::Body.into()));
}

#[test]
fn w36_a_blob_is_a_stream() {
    unchanged(&[
        r#"["blob","",["readable",1]]"#,
        r#"["blob","text/plain",["readable",1]]"#,
    ]);
    for text in [r#"["blob","t","x"]"#, r#"["blob","t",["bytes",""]]"#] {
        assert_eq!(refusal(text), DecodeError::BlobContent);
    }
    for text in [r#"["blob","t"]"#, r#"["blob",null,["readable",1]]"#] {
        let unknown = format!("unknown special value: {text}");
        assert_eq!(refusal(text).to_string(), unknown);
    }
    let bytes = Bytes::of_kind(BytesKind::Uint8Array, vec![1]).unwrap();
    let blob = Tree::Blob(Box::new(Blob::new("t", Tree::Bytes(bytes))));
    assert_eq!(written(&blob), Err(EncodeError::BlobContent));
}

#[test]
fn w3_bodies_and_contents_stand_one_level_below() {
    let nest = |levels: usize, inner: &str| {
        let (start, end) = ("{\"a\":".repeat(levels), "}".repeat(levels));
        format!("{start}{inner}{end}")
    };
    for inner in [
        r#"["request","http://x/",{"method":"PUT","body":"x"}]"#,
        r#"["response",null,{}]"#,
        r#"["blob","",["readable",1]]"#,
    ] {
        let deepest = read(&nest(MAX_ENCODE_DEPTH - 2, inner)).unwrap();
        assert!(written(&deepest).is_ok());
        assert_eq!(
            refusal(&nest(MAX_ENCODE_DEPTH - 1, inner)),
            DecodeError::TooDeep { max: 256 }
        );
        let deeper = Tree::Array(vec![deepest]);
        assert_eq!(written(&deeper), Err(EncodeError::TooDeep));
    }
}

#[test]
fn w37_w38_streams() {
    unchanged(&[r#"["readable",1]"#, r#"["writable",-1]"#]);
    for text in [r#"["readable","1"]"#, r#"["writable"]"#, r#"["readable"]"#] {
        let unknown = format!("unknown special value: {text}");
        assert_eq!(refusal(text).to_string(), unknown);
    }
    assert_eq!(rewritten(r#"["readable",1,2]"#), r#"["readable",1]"#);
}

#[test]
fn what_is_visited_inside_includes_bodies() {
    let readable = |id| Tree::Capability(WireRef::Readable(crate::ids::WireId(id)));
    for (text, inside) in [
        (r#"["response",["readable",1],{}]"#, readable(1.0)),
        (r#"["blob","",["readable",2]]"#, readable(2.0)),
        (r#"["request","http://x/",{}]"#, Tree::Null),
    ] {
        let mut value = read(text).unwrap();
        assert_eq!(value.children().collect::<Vec<_>>(), [&inside]);
        value
            .children_mut()
            .for_each(|child| *child = Tree::Undefined);
        assert_eq!(value.children().collect::<Vec<_>>(), [&Tree::Undefined]);
    }
    let headers: Expr = Tree::Headers(Headers::new());
    assert_eq!(headers.children().count(), 0);
}

#[test]
fn w46_messages_of_streams() {
    use crate::wire::{decode, encode_pipe, encode_stream};
    let one = Tree::Number(1.0);
    let limits = Limits::default();
    let stream = encode_stream(&one).unwrap();
    assert_eq!(stream, r#"["stream",1]"#);
    assert_eq!(decode(&stream, &limits), Ok(Message::Stream(one)));
    assert_eq!(encode_pipe(), r#"["pipe"]"#);
    assert_eq!(decode(r#"["pipe",1,{}]"#, &limits), Ok(Message::Pipe));
    assert_eq!(
        decode(r#"["stream"]"#, &limits),
        Err(DecodeError::BadMessage {
            excerpt: r#"["stream"]"#.to_owned()
        })
    );
}
