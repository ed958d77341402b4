//! Every operation on every device, against its definition.

use serde_json::{Value, json};

use super::reference::{convolution, layer, part, product, some_matrix, some_vector};
use super::support::{check, compute};
use crate::resources::gpu::Operation;

#[tokio::test]
async fn products_are_those_of_the_definition() {
    for (m, n, k) in [
        (1, 1, 1),
        (2, 3, 4),
        (5, 1, 5),
        (1, 7, 1),
        (16, 16, 16),
        (17, 19, 33),
    ] {
        let (a, b) = (some_matrix(m, n, 1), some_matrix(n, k, 2));
        let expected = product(&a, &b).concat();
        check(
            Operation::MatrixMultiply,
            json!({"a": a, "b": b}),
            &expected,
        )
        .await;
    }
}

#[tokio::test]
async fn a_single_matrix_is_multiplied_with_itself() {
    let a = some_matrix(3, 3, 5);
    let squared = product(&a, &a).concat();
    let flat: Vec<f64> = a.concat();
    for data in [json!(a), json!({"a": a}), json!(flat)] {
        check(Operation::MatrixMultiply, data, &squared).await;
    }
    // It is filled up with zeros.
    check(
        Operation::MatrixMultiply,
        json!([1, 2, 3]),
        &[7.0, 2.0, 3.0, 6.0],
    )
    .await;
}

#[tokio::test]
async fn without_data_every_operation_computes_its_example() {
    let product = [19.0, 22.0, 43.0, 50.0];
    check(Operation::MatrixMultiply, Value::Null, &product).await;
    check(Operation::VectorAdd, Value::Null, &[5.0, 7.0, 9.0]).await;
    check(Operation::Dot, Value::Null, &[32.0]).await;
    check(Operation::ReduceSum, Value::Null, &[10.0]).await;
    let edges = [-2.0 + 4.0, 1.0 - 8.0 + 3.0 + 5.0, 2.0 - 12.0 + 6.0];
    let laplacian = compute(Operation::Convolve2d, Value::Null).await.unwrap();
    assert_eq!(laplacian[0], json!([edges[0], edges[1], edges[2]]));
    let outputs = compute(Operation::NeuralForward, Value::Null)
        .await
        .unwrap();
    assert_eq!(outputs.as_array().unwrap().len(), 2);
    let shares = compute(Operation::Softmax, Value::Null).await.unwrap();
    assert_eq!(shares.as_array().unwrap().len(), 4);
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
    check(Operation::NeuralForward, data, &[0.5]).await;
}

#[tokio::test]
async fn every_activation_is_that_of_the_definition() {
    for activation in ["relu", "sigmoid", "tanh", "linear"] {
        let (first, second) = (some_matrix(300, 7, 3), some_matrix(5, 300, 4));
        let (biases, input) = (some_vector(300, 5), some_vector(7, 6));
        let hidden = layer(&first, &biases, &input, activation);
        let expected = layer(&second, &[0.0; 5], &hidden, "linear");
        let data = json!({"input": input, "layers": [
            {"weights": first, "bias": biases, "activation": activation},
            {"weights": second, "activation": "linear"},
        ]});
        check(Operation::NeuralForward, data, &expected).await;
    }
}

#[tokio::test]
async fn vectors_are_added_and_multiplied_number_by_number() {
    for length in [0, 1, 255, 256, 257, 70_000] {
        let (a, b) = (some_vector(length, 1), some_vector(length, 2));
        let added: Vec<f64> = a.iter().zip(&b).map(|(a, b)| a + b).collect();
        let dot: f64 = a.iter().zip(&b).map(|(a, b)| a * b).sum();
        check(Operation::VectorAdd, json!([a, b]), &added).await;
        check(Operation::Dot, json!({"a": a, "b": b}), &[dot]).await;
    }
}

#[tokio::test]
async fn sums_are_sums() {
    check(
        Operation::ReduceSum,
        json!({"values": [0.5, 0.25, -1]}),
        &[-0.25],
    )
    .await;
    for length in [0, 1, 256, 257, 66_000] {
        let values = some_vector(length, 3);
        let sum = values.iter().sum();
        check(Operation::ReduceSum, json!(values), &[sum]).await;
    }
}

/// Exponentials of these overflow, unless the largest is taken from all of them first.
#[tokio::test]
async fn shares_are_those_of_the_exponentials_and_add_up_to_one() {
    let expected = [
        0.090_030_573_170_38,
        0.244_728_471_054_8,
        0.665_240_955_774_8,
    ];
    for base in [0.0, 1e4, -1e4] {
        let values: Vec<f64> = [1.0, 2.0, 3.0].iter().map(|value| base + value).collect();
        check(Operation::Softmax, json!(values), &expected).await;
    }
    check(Operation::Softmax, json!([]), &[]).await;
    let values = some_vector(1_000, 4);
    let sum: f64 = values.iter().map(|value| value.exp()).sum();
    let shares: Vec<f64> = values.iter().map(|value| value.exp() / sum).collect();
    check(Operation::Softmax, json!(values), &shares).await;
}

#[tokio::test]
async fn convolutions_are_those_of_the_definition_in_each_part() {
    for ((h, w), (kh, kw)) in [
        ((1, 1), (1, 1)),
        ((5, 7), (3, 3)),
        ((20, 33), (4, 3)),
        ((9, 4), (2, 4)),
    ] {
        let (image, kernel) = (some_matrix(h, w, 1), some_matrix(kh, kw, 2));
        let [h, w, kh, kw] = [h, w, kh, kw].map(|size| usize::try_from(size).unwrap());
        let whole = convolution(&image, &kernel);
        let parts = [
            (json!(null), whole.clone()),
            (json!("full"), whole.clone()),
            (
                json!("same"),
                part(&whole, ((kh - 1) / 2, (kw - 1) / 2), (h, w)),
            ),
            (
                json!("valid"),
                part(&whole, (kh - 1, kw - 1), (h + 1 - kh, w + 1 - kw)),
            ),
        ];
        for (mode, expected) in parts {
            let data = json!({"input": image, "kernel": kernel, "mode": mode});
            check(Operation::Convolve2d, data, &expected.concat()).await;
        }
    }
}

/// A kernel may be larger than the image, where that has a meaning.
#[tokio::test]
async fn a_kernel_may_be_larger_than_the_image() {
    let (image, kernel) = (some_matrix(2, 2, 1), some_matrix(4, 5, 2));
    let whole = convolution(&image, &kernel);
    let same = part(&whole, (1, 2), (2, 2)).concat();
    let data = json!({"input": image, "kernel": kernel, "mode": "same"});
    check(Operation::Convolve2d, data, &same).await;
}
