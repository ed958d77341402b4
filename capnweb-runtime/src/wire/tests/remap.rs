//! Mappers.

use std::thread;

use crate::ids::WireId;
use crate::limits::Limits;
use crate::value::{ErrorClass, Path, Tree};
use crate::wire::{
    Capture, DecodeError, EncodeError, Expr, Message, Remap, WireRef, decode, decode_expr,
    encode_push,
};

fn read(text: &str) -> Result<Expr, DecodeError> {
    decode_expr(text, &Limits::default())
}

fn remap(text: &str) -> Remap {
    match read(text) {
        Ok(Tree::Capability(WireRef::Remap(remap))) => *remap,
        other => panic!("{text}: {other:?}"),
    }
}

fn refusal(text: &str) -> DecodeError {
    match read(text) {
        Err(error) => error,
        Ok(value) => panic!("{text}: {value:?}"),
    }
}

#[test]
fn w46_a_mapper_is_read_and_written() {
    let text = r#"["remap",-1,["a",0],[["import",2],["export",-3]],[["pipeline",-1,["f"],[["import",0]]],[[1]]]]"#;
    let read = remap(text);
    assert_eq!(read.id, WireId(-1.0));
    assert_eq!(
        read.path,
        Path::from(["a".into(), crate::value::Segment::Index(0)])
    );
    let captures = [Capture::Import(WireId(2.0)), Capture::Export(WireId(-3.0))];
    assert_eq!(read.captures, captures);
    assert_eq!(read.instructions.len(), 2);
    let written = encode_push(&Tree::Capability(WireRef::Remap(Box::new(read)))).unwrap();
    assert_eq!(written, format!("[\"push\",{text}]"));
}

#[test]
fn w46_another_shape_is_refused() {
    for text in [
        r#"["remap"]"#,
        r#"["remap",0,[],[]]"#,
        r#"["remap",0,[],[],[],1]"#,
        r#"["remap","0",[],[],[]]"#,
        r#"["remap",0,null,[],[]]"#,
        r#"["remap",0,[],null,[]]"#,
        r#"["remap",0,[],[],{}]"#,
        r#"["remap",0,[null],[],[]]"#,
        r#"["remap",0,["a",true],[],[["b"]]]"#,
    ] {
        let unknown = format!("unknown special value: {text}");
        assert_eq!(refusal(text).to_string(), unknown);
    }
}

#[test]
fn m2_another_capture_is_refused() {
    for capture in [
        "1",
        "[]",
        r#"["import"]"#,
        r#"["import","1"]"#,
        r#"["import",1,[]]"#,
        r#"["pipeline",1]"#,
        r#"["promise",-1]"#,
    ] {
        let refused = refusal(&format!("[\"remap\",0,[],[{capture}],[]]"));
        assert_eq!(
            refused.to_string(),
            format!("unknown map capture: {capture}")
        );
        assert_eq!(refused.class(), ErrorClass::TypeError);
    }
}

#[test]
fn m23_a_malformed_instruction_is_kept_as_its_error() {
    let read = remap(r#"["remap",0,[],[],[1,["bogus"],["remap",0,[],[5],[]],2]]"#);
    let texts: Vec<_> = read
        .instructions
        .iter()
        .map(|instruction| instruction.as_ref().map_err(ToString::to_string))
        .collect();
    let (one, two) = (Tree::Number(1.0), Tree::Number(2.0));
    assert_eq!(
        texts,
        [
            Ok(&one),
            Err("unknown special value: [\"bogus\"]".to_owned()),
            Err("unknown map capture: 5".to_owned()),
            Ok(&two),
        ]
    );
    let passed_on = encode_push(&Tree::Capability(WireRef::Remap(Box::new(read))));
    assert_eq!(passed_on, Err(EncodeError::Instruction));
}

#[test]
fn m24_depth_starts_anew_at_each_instruction() {
    let objects = |levels: usize, inner: &str| {
        let (start, end) = ("{\"a\":".repeat(levels), "}".repeat(levels));
        format!("{start}{inner}{end}")
    };
    let within = |inner: &str| format!("[\"remap\",0,[],[],[{inner}]]");
    let innermost = |levels| {
        let text = objects(200, &within(&objects(levels, "1")));
        let mut value = read(&text).unwrap();
        while let Tree::Object(object) = value {
            value = object.into_iter().next().unwrap().1;
        }
        match value {
            Tree::Capability(WireRef::Remap(remap)) => remap.instructions[0].clone(),
            other => panic!("{other:?}"),
        }
    };
    assert!(innermost(255).is_ok());
    assert_eq!(innermost(256), Err(DecodeError::TooDeep { max: 256 }));
}

#[test]
fn m24_no_nesting_of_mappers_overflows_the_stack_whatever_the_limits() {
    let limits = Limits {
        max_depth: usize::MAX,
        max_json_depth: usize::MAX,
        ..Limits::default()
    };
    let nested = |levels: usize| {
        let start = "[\"remap\",0,[],[],[".repeat(levels);
        format!("[\"push\",{start}0{}]", "]]".repeat(levels))
    };
    let small = thread::Builder::new().stack_size(2 << 20);
    let decoded = small.spawn(move || {
        let deepest = decode(&nested(63), &limits).unwrap();
        assert_eq!(deepest, deepest.clone());
        let Message::Push(expr) = &deepest else {
            panic!("{deepest:?}");
        };
        assert_eq!(encode_push(expr), Ok(nested(63)));

        let Ok(Message::Push(mut expr)) = decode(&nested(500), &limits) else {
            panic!("the error is that of an instruction");
        };
        let mut levels = 0;
        let failure = loop {
            let Tree::Capability(WireRef::Remap(mut remap)) = expr else {
                panic!("{expr:?}");
            };
            levels += 1;
            match remap.instructions.remove(0) {
                Ok(inner) => expr = inner,
                Err(error) => break error,
            }
        };
        assert_eq!((levels, failure), (64, DecodeError::TooDeep { max: 512 }));
    });
    decoded.unwrap().join().unwrap();
}
