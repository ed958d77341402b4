//! What handlers are handed, and what becomes of how they end.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::house::House;
use crate::model::TaskStatus;
use crate::worker::{Context, TaskError, Worker, WorkerError};

#[derive(Deserialize)]
struct Sizes {
    sides: Vec<Side>,
}

#[derive(Deserialize)]
struct Side {
    length: u32,
}

#[derive(Serialize)]
struct Sum {
    sum: u32,
}

async fn add(params: Sizes, _context: Context) -> Result<Sum, TaskError> {
    let sum = params.sides.iter().map(|side| side.length).sum();
    Ok(Sum { sum })
}

#[tokio::test]
async fn a_typed_handler_carries_out_a_type_that_nobody_knew() {
    let house = House::open().await;
    let working = house.employ(Worker::new().task("add", add)).await;
    let params = json!({"sides": [{"length": 3}, {"length": 4}]});
    let task = house.submit("add", params).await;
    assert_eq!(house.end_of(&task).await.result, Some(json!({"sum": 7})));
    working.leave().await;
    house.close().await;
}

/// The fault: a task that can never be read is tried 25 times, and nobody is told what is wrong.
#[tokio::test]
async fn parameters_that_do_not_fit_fail_the_task_for_good_and_say_where() {
    let house = House::open().await;
    let working = house.employ(Worker::new().task("add", add)).await;
    let task = house
        .submit("add", json!({"sides": [{"length": 3}, {"length": "long"}]}))
        .await;
    let info = house.end_of(&task).await;
    assert_eq!((info.status, info.failures), (TaskStatus::Failed, 1));
    let error = info.error.unwrap();
    assert!(error.contains("sides[1].length"), "{error}");
    working.leave().await;
    house.close().await;
}

/// The fault: a panic takes the worker, or another attempt, with it.
#[tokio::test]
async fn a_panic_fails_its_attempt_and_nothing_else() {
    let house = House::open().await;
    let worker = Worker::new().concurrency(2).task("add", add).task(
        "fall",
        |_: Value, context: Context| async move {
            assert!(context.attempt() > 1, "the floor is wet");
            Ok::<_, TaskError>("up again")
        },
    );
    let working = house.employ(worker).await;
    let retry = json!({"max_attempts": 2, "unit_ms": 1});
    let fallen = house.submit("fall", json!({ "retry": retry })).await;
    let once = house
        .submit("fall", json!({"retry": {"max_attempts": 1}}))
        .await;
    let bystander = house.submit("add", json!({"sides": []})).await;

    assert_eq!(
        house.end_of(&bystander).await.result,
        Some(json!({"sum": 0}))
    );
    let info = house.end_of(&fallen).await;
    assert_eq!(info.result, Some(json!("up again")));
    assert_eq!(info.failures, 1);
    let error = house.end_of(&once).await.error.unwrap();
    assert!(error.contains("the floor is wet"), "{error}");
    working.leave().await;
    house.close().await;
}

/// The faults: a worker that reaches what its task was not granted; one that is denied what it was.
#[tokio::test]
async fn a_context_has_what_was_granted_and_nothing_else() {
    let house = House::open().await;
    let worker = Worker::new().task("look", |_: Value, context: Context| async move {
        let storage = context.storage()?;
        storage.write("seen", json!(true), None).await?;
        let seen = storage.read("seen").await?;
        assert!(context.network().is_err());
        context.gpu()?;
        Ok::<_, TaskError>(seen)
    });
    let working = house.employ(worker).await;
    let both = json!({"needs_storage": true, "needs_gpu": true});
    let task = house.submit("look", both).await;
    assert_eq!(house.end_of(&task).await.result, Some(json!(true)));
    let task = house.submit("look", json!({"needs_storage": true})).await;
    let info = house.end_of(&task).await;
    // It is final, although the policy allows 25 attempts.
    assert_eq!((info.status, info.failures), (TaskStatus::Failed, 1));
    assert_eq!(info.error.unwrap(), "task has no GPU capability");
    working.leave().await;
    house.close().await;
}

#[tokio::test]
async fn what_an_attempt_has_left_is_there_for_the_next() {
    let house = House::open().await;
    let worker = Worker::new().task("climb", |_: Value, context: Context| async move {
        let from: Option<u32> = context.resume_from();
        context.progress(0.5).await?;
        context.log(format!("at {}", from.unwrap_or(0))).await?;
        context.emit(json!({"camp": context.attempt()})).await?;
        if from.is_none() {
            context.checkpoint(4_000).await?;
            return Err(TaskError::retry("snow").with_code("SNOW"));
        }
        Ok(from)
    });
    let working = house.employ(worker).await;
    let policy =
        json!({"max_attempts": 2, "unit_ms": 3_600_000, "errors": {"SNOW": {"retry_after": 1}}});
    let task = house.submit("climb", json!({"retry": policy})).await;
    let info = house.end_of(&task).await;
    assert_eq!(info.result, Some(json!(4_000)));
    assert_eq!(info.logs, ["at 0", "at 4000"]);
    assert_eq!(
        info.partial_results,
        [json!({"camp": 1}), json!({"camp": 2})]
    );
    working.leave().await;
    house.close().await;
}

#[tokio::test]
async fn the_types_that_every_queue_knows_are_carried_out_from_elsewhere() {
    let house = House::open().await;
    let worker = Worker::new().pool("far").tag("gpu").built_in();
    let working = house.employ(worker).await;
    let compute = house.submit("compute", json!({"pool": "far"})).await;
    let info = house.end_of(&compute).await;
    assert_eq!(info.result, Some(json!({"computed": 45, "iterations": 10})));
    assert_eq!(info.progress, 1.0);
    let params = json!({"pool": "far", "memory_mb": 1});
    let gpu = house.submit("gpu", params).await;
    let result = house.end_of(&gpu).await.result.unwrap();
    assert_eq!(result["operation"], "matrix_multiply", "{result}");
    working.leave().await;
    house.close().await;
}

#[tokio::test]
async fn a_worker_that_makes_no_sense_does_not_begin() {
    let run = |worker: Worker| {
        worker
            .connect("ws://127.0.0.1:1/")
            .run(std::future::pending())
    };
    let nothing = run(Worker::new()).await;
    assert!(matches!(nothing, Err(WorkerError::NoHandler)));
    let unnamed = run(Worker::new().pool("No Pool").built_in()).await;
    assert!(matches!(unnamed, Err(WorkerError::Name(_))));
    let twice = run(Worker::new().task("add", add).task("add", add)).await;
    assert!(matches!(twice, Err(WorkerError::TwoHandlers(_))));
    let nowhere = Worker::new().built_in().connect("http://127.0.0.1:1/");
    let nowhere = nowhere.run(std::future::pending()).await;
    assert!(matches!(nowhere, Err(WorkerError::Url(_))));
}
