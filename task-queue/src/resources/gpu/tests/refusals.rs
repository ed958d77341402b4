//! What does not fit together, or is too much.

use serde_json::json;

use super::support::{limited, refused};
use crate::resources::gpu::operation::NAMES;
use crate::resources::gpu::{GpuError, GpuLimits, InvalidData, Operation};

#[tokio::test]
async fn what_does_not_fit_is_named() {
    use Operation::{MatrixMultiply, NeuralForward, ReduceSum, VectorAdd};
    let uneven = json!({"a": [[1, 2], [3]], "b": [[1]]});
    assert_eq!(
        refused(MatrixMultiply, uneven).await,
        InvalidData::NotAMatrix("a")
    );
    let text = json!({"a": [[1]], "b": "x"});
    assert_eq!(
        refused(MatrixMultiply, text).await,
        InvalidData::NotAMatrix("b")
    );
    let shapes = json!({"a": [[1, 2]], "b": [[1, 2]]});
    let mismatch = refused(MatrixMultiply, shapes).await;
    assert!(matches!(
        mismatch,
        InvalidData::Mismatch {
            left_size: 2,
            right_size: 1,
            ..
        }
    ));
    assert_eq!(
        refused(MatrixMultiply, json!("x")).await,
        InvalidData::Shape
    );
    assert_eq!(
        refused(MatrixMultiply, json!([])).await,
        InvalidData::NotAMatrix("data")
    );
    assert_eq!(
        refused(VectorAdd, json!({"a": [1]})).await,
        InvalidData::Missing("b")
    );
    assert!(matches!(
        refused(VectorAdd, json!([[1], [1, 2]])).await,
        InvalidData::Mismatch { .. }
    ));
    assert_eq!(
        refused(ReduceSum, json!(["1"])).await,
        InvalidData::NotAVector("data")
    );
    let layer = json!({"input": [1], "layers": [{"weights": [[1, 2]]}]});
    assert!(matches!(
        refused(NeuralForward, layer).await,
        InvalidData::Mismatch { .. }
    ));
    let layer = json!({"input": [1], "layers": [{"weights": [[1]], "activation": "magic"}]});
    assert_eq!(refused(NeuralForward, layer).await, InvalidData::Activation);
    assert_eq!(
        refused(ReduceSum, json!([1e308, 1e308])).await,
        InvalidData::Overflow
    );
}

#[tokio::test]
async fn work_without_end_is_refused_before_it_begins() {
    let column = vec![vec![1.0]; 20_000];
    let row = vec![vec![1.0; 20_000]];
    let data = json!({"a": column, "b": row});
    let refusal = refused(Operation::MatrixMultiply, data).await;
    assert!(matches!(
        refusal,
        InvalidData::TooMuch {
            steps: 400_000_000,
            ..
        }
    ));
}

#[test]
fn operations_are_known_by_their_names() {
    for operation in Operation::ALL {
        assert_eq!(operation.name().parse(), Ok(operation));
        assert!(NAMES.contains(operation.name()));
    }
    assert_eq!(NAMES.matches(',').count(), Operation::ALL.len() - 2);
    let unknown = "mine_bitcoin".parse::<Operation>().unwrap_err();
    assert!(unknown.to_string().contains("mine_bitcoin"));
}

#[tokio::test]
async fn what_does_not_fit_a_convolution_is_named() {
    use Operation::Convolve2d;
    let small = json!({"input": [[1, 2], [3, 4]], "kernel": [[1, 1, 1]], "mode": "valid"});
    assert!(matches!(
        refused(Convolve2d, small).await,
        InvalidData::Mismatch {
            left: "input",
            right: "kernel",
            ..
        }
    ));
    let mode = json!({"input": [[1]], "kernel": [[1]], "mode": "wrapped"});
    assert_eq!(refused(Convolve2d, mode).await, InvalidData::Mode);
    let empty = json!({"input": [[]], "kernel": [[1]]});
    assert_eq!(
        refused(Convolve2d, empty).await,
        InvalidData::NotAMatrix("input")
    );
    let none = json!({"input": [[1]]});
    assert_eq!(
        refused(Convolve2d, none).await,
        InvalidData::Missing("kernel")
    );
    assert_eq!(refused(Convolve2d, json!([[1]])).await, InvalidData::Shape);
}

#[tokio::test]
async fn an_inner_layer_that_does_not_fit_is_refused_before_anything_is_computed() {
    let layers = json!({"input": [1], "layers": [
        {"weights": [[1], [1]]},
        {"weights": [[1, 1, 1]]},
    ]});
    assert!(matches!(
        refused(Operation::NeuralForward, layers).await,
        InvalidData::Mismatch {
            left: "weights",
            left_size: 3,
            right_size: 2,
            ..
        }
    ));
}

/// The limit itself is allowed, and one more is not.
#[tokio::test]
async fn steps_and_bytes_are_limited() {
    let limits = GpuLimits {
        steps: 8,
        bytes: 96,
        ..GpuLimits::default()
    };
    let gpu = limited(limits);
    let square = json!([[1, 2], [3, 4]]);
    assert!(gpu.compute(Operation::MatrixMultiply, square).await.is_ok());
    let row = json!({"a": [[1, 2, 3]], "b": [[1, 1, 1], [1, 1, 1], [1, 1, 1]]});
    let steps = gpu
        .compute(Operation::MatrixMultiply, row)
        .await
        .unwrap_err();
    let too_much = InvalidData::TooMuch { steps: 9, max: 8 };
    assert_eq!(steps, GpuError::InvalidData(too_much));
    assert!(
        gpu.compute(Operation::Softmax, json!([0, 0, 0, 0, 0, 0]))
            .await
            .is_ok()
    );
    let wide = json!({"a": [1, 1, 1, 1, 1], "b": [1, 1, 1, 1, 1]});
    let bytes = gpu.compute(Operation::VectorAdd, wide).await.unwrap_err();
    let too_large = InvalidData::TooLarge {
        bytes: 120,
        max: 96,
    };
    assert_eq!(bytes, GpuError::InvalidData(too_large));
}
