//! The device's arithmetic against a reference, and its memory against everybody.

use serde_json::{Value, json};

use super::{GpuError, InvalidData, Operation, SoftwareGpu};

async fn compute(operation: Operation, data: Value) -> Result<Value, GpuError> {
    let computed = SoftwareGpu::default().compute(operation, data).await?;
    assert_eq!(computed.device, "software");
    Ok(computed.result)
}

async fn refused(operation: Operation, data: Value) -> InvalidData {
    match compute(operation, data).await {
        Err(GpuError::InvalidData(invalid)) => invalid,
        other => panic!("the data was not refused: {other:?}"),
    }
}

fn rows(value: &Value) -> Vec<Vec<f64>> {
    let numbers = |row: &Value| -> Vec<f64> {
        row.as_array()
            .unwrap()
            .iter()
            .map(|n| n.as_f64().unwrap())
            .collect()
    };
    value.as_array().unwrap().iter().map(numbers).collect()
}

/// The definition, cell by cell.
fn reference(a: &[Vec<f64>], b: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let cell = |i: usize, j: usize| (0..b.len()).map(|k| a[i][k] * b[k][j]).sum();
    (0..a.len())
        .map(|i| (0..b[0].len()).map(|j| cell(i, j)).collect())
        .collect()
}

fn some_matrix(height: u32, width: u32, seed: u32) -> Vec<Vec<f64>> {
    let cell = |i: u32, j: u32| f64::from((i * 31 + j * 17 + seed * 7) % 23) - 11.0;
    (0..height)
        .map(|i| (0..width).map(|j| cell(i, j)).collect())
        .collect()
}

#[tokio::test]
async fn products_are_those_of_the_definition() {
    for (m, n, k) in [(1, 1, 1), (2, 3, 4), (5, 1, 5), (1, 7, 1), (17, 19, 23)] {
        let (a, b) = (some_matrix(m, n, 1), some_matrix(n, k, 2));
        let data = json!({"a": a, "b": b});
        let product = compute(Operation::MatrixMultiply, data).await.unwrap();
        assert_eq!(rows(&product), reference(&a, &b));
    }
}

#[tokio::test]
async fn a_single_matrix_is_multiplied_with_itself() {
    let a = some_matrix(3, 3, 5);
    let squared = reference(&a, &a);
    let flat: Vec<f64> = a.concat();
    for data in [json!(a), json!({"a": a}), json!(flat)] {
        let product = compute(Operation::MatrixMultiply, data).await.unwrap();
        assert_eq!(rows(&product), squared);
    }
    let filled_up = compute(Operation::MatrixMultiply, json!([1, 2, 3]))
        .await
        .unwrap();
    assert_eq!(filled_up, json!([[7.0, 2.0], [3.0, 6.0]]));
}

#[tokio::test]
async fn without_data_every_operation_computes_its_example() {
    let compute = |operation| compute(operation, Value::Null);
    let product = compute(Operation::MatrixMultiply).await.unwrap();
    assert_eq!(product, json!([[19.0, 22.0], [43.0, 50.0]]));
    assert_eq!(
        compute(Operation::VectorAdd).await.unwrap(),
        json!([5.0, 7.0, 9.0])
    );
    assert_eq!(compute(Operation::ReduceSum).await.unwrap(), json!(10.0));
    let outputs = compute(Operation::NeuralForward).await.unwrap();
    assert_eq!(outputs.as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_network_weighs_adds_and_activates_layer_by_layer() {
    let data = json!({
        "input": [1, 2],
        "layers": [
            {"weights": [[1, -1], [0.5, 0.5]], "bias": [0.5, 0]},
            {"weights": [[2, 4]], "bias": [-6], "activation": "sigmoid"},
        ],
    });
    // relu(1 − 2 + 0.5) = 0, relu(0.5 + 1) = 1.5; sigmoid(2·0 + 4·1.5 − 6) = sigmoid(0)
    let output = compute(Operation::NeuralForward, data).await.unwrap();
    assert_eq!(output, json!([0.5]));
}

#[tokio::test]
async fn sums_are_sums() {
    let added = compute(Operation::VectorAdd, json!([[1, 2.5], [3, -2.5]]))
        .await
        .unwrap();
    assert_eq!(added, json!([4.0, 0.0]));
    let sum = compute(Operation::ReduceSum, json!({"values": [0.5, 0.25, -1]}))
        .await
        .unwrap();
    assert_eq!(sum, json!(-0.25));
    assert_eq!(
        compute(Operation::ReduceSum, json!([])).await.unwrap(),
        json!(0.0)
    );
}

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
        assert!(super::operation::NAMES.contains(operation.name()));
    }
    let unknown = "mine_bitcoin".parse::<Operation>().unwrap_err();
    assert!(unknown.to_string().contains("mine_bitcoin"));
}

#[test]
fn dropping_an_allocation_frees_exactly_it() {
    let gpu = SoftwareGpu::default();
    let first = gpu.allocate(1_000).unwrap();
    let second = gpu.allocate(24).unwrap();
    assert_eq!(gpu.info().allocated_memory, 1_024);
    drop(first);
    assert_eq!(gpu.info().allocated_memory, 24);
    assert_eq!(gpu.info().available, 8_168);
    drop(second);
    assert_eq!(gpu.info().allocated_memory, 0);
}

#[test]
fn memory_beyond_the_limit_is_refused_and_costs_nothing() {
    let gpu = SoftwareGpu::default();
    let _most = gpu.allocate(8_000).unwrap();
    let refused = gpu.allocate(193).unwrap_err();
    assert_eq!(
        refused,
        GpuError::OutOfMemory {
            asked: 193,
            available: 192
        }
    );
    assert!(gpu.allocate(u64::MAX).is_err());
    assert_eq!(gpu.allocate(0).unwrap_err(), GpuError::NothingToAllocate);
    assert_eq!(gpu.info().allocated_memory, 8_000);
}

#[test]
fn nobody_frees_what_another_holds() {
    let gpu = SoftwareGpu::default();
    let (mine, other) = (gpu.account(), gpu.account());
    assert_eq!(mine.allocate(500), Ok(500));
    assert_eq!(mine.allocate(100), Ok(600));
    let refused = other.free(1).unwrap_err();
    assert_eq!(refused, GpuError::NotHeld { asked: 1, held: 0 });
    assert_eq!(mine.free(200), Ok(400));
    assert!(mine.free(401).is_err());
    assert_eq!(gpu.info().allocated_memory, 400);
    drop(mine);
    assert_eq!(gpu.info().allocated_memory, 0);
    assert_eq!(other.held(), 0);
}

#[test]
fn of_many_at_once_as_many_get_memory_as_there_is() {
    let gpu = SoftwareGpu::new(100);
    let allocate = |_| {
        let gpu = gpu.clone();
        std::thread::spawn(move || gpu.allocate(30).ok())
    };
    let threads: Vec<_> = (0..8).map(allocate).collect();
    let held: Vec<_> = threads
        .into_iter()
        .filter_map(|thread| thread.join().unwrap())
        .collect();
    assert_eq!(held.len(), 3);
    assert_eq!(gpu.info().allocated_memory, 90);
}
