//! What executing does, with real resources and a reporter that remembers.

use std::sync::Mutex;
use std::sync::{Arc, LazyLock};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::access::Answer;
use super::{
    AccessError, GpuAccess, GpuMemory, Job, Page, ReadOnly, Reporter, Resources, StorageAccess,
    WorkError, perform,
};
use crate::future::BoxFuture;
use crate::model::{Failure, FailureClass, Offer, PoolName, Resource, TaskType};
use crate::resources::gpu::SharedGpu;
use crate::resources::storage::{ObjectStore, StorageLimits};
use crate::work::{Computed, NetworkAccess};

#[derive(Default)]
struct Recorder {
    said: Mutex<Said>,
    /// The work is cancelled when it asks for that many times.
    cancel_at: Option<usize>,
    /// Checkpoints are too large to be kept.
    keeps_nothing: bool,
}

#[derive(Debug, Default, Clone)]
struct Said {
    progress: Vec<f64>,
    logs: Vec<String>,
    emitted: Vec<Value>,
    checkpoints: Vec<Value>,
    asked: usize,
}

impl Recorder {
    fn cancelling_at(question: usize) -> Self {
        Self {
            cancel_at: Some(question),
            ..Self::default()
        }
    }

    fn said(&self) -> Said {
        self.said.lock().unwrap().clone()
    }

    fn note(&self, note: impl FnOnce(&mut Said)) -> Answer<'_, ()> {
        note(&mut self.said.lock().unwrap());
        Box::pin(async { Ok(()) })
    }
}

impl Reporter for Recorder {
    fn progress(&self, fraction: f64) -> Answer<'_, ()> {
        self.note(|said| said.progress.push(fraction))
    }

    fn log<'a>(&'a self, line: &'a str) -> Answer<'a, ()> {
        self.note(|said| said.logs.push(line.to_owned()))
    }

    fn emit(&self, value: Value) -> Answer<'_, ()> {
        self.note(|said| said.emitted.push(value))
    }

    fn checkpoint(&self, value: Value) -> Answer<'_, ()> {
        if self.keeps_nothing {
            return Box::pin(async { Err(AccessError::Invalid("too large".to_owned())) });
        }
        self.note(|said| said.checkpoints.push(value))
    }

    fn is_cancelled(&self) -> Answer<'_, bool> {
        let mut said = self.said.lock().unwrap();
        said.asked += 1;
        let cancelled = Some(said.asked) == self.cancel_at;
        Box::pin(async move { Ok(cancelled) })
    }
}

/// A network with one page.
struct OnePage;

impl NetworkAccess for OnePage {
    fn fetch<'a>(&'a self, url: &'a str) -> BoxFuture<'a, Result<Page, AccessError>> {
        Box::pin(async move {
            Ok(Page {
                status: 200,
                url: url.to_owned(),
                body: "hello".to_owned(),
            })
        })
    }
}

/// A GPU whose computations fail.
struct Faulty(SharedGpu);

impl GpuAccess for Faulty {
    fn allocate(&self, megabytes: u64) -> Answer<'_, GpuMemory> {
        GpuAccess::allocate(&self.0, megabytes)
    }

    fn compute<'a>(&'a self, _operation: &'a str, _data: &'a Value) -> Answer<'a, Computed> {
        assert_eq!(
            self.0.info().allocated_memory,
            512,
            "it computes in what it has allocated"
        );
        Box::pin(async { Err(AccessError::Unavailable("the device is on fire".to_owned())) })
    }
}

struct Bench {
    storage: ObjectStore,
    gpu: SharedGpu,
    resources: Resources,
    _directory: TempDir,
}

async fn bench() -> Bench {
    let directory = TempDir::new().unwrap();
    let limits = StorageLimits::default();
    let storage = ObjectStore::open(directory.path(), limits).await.unwrap();
    let gpu = SharedGpu::default();
    let resources = Resources {
        storage: Some(Arc::new(storage.clone())),
        gpu: Some(Arc::new(gpu.clone())),
        network: Some(Arc::new(OnePage)),
    };
    Bench {
        storage,
        gpu,
        resources,
        _directory: directory,
    }
}

static WITH_GPU: LazyLock<Offer> = LazyLock::new(|| Offer::in_process(PoolName::GPU));

fn job<'a>(kind: &'a TaskType, params: &'a Value) -> Job<'a> {
    Job {
        kind,
        params,
        worker: &WITH_GPU,
        checkpoint: None,
    }
}

async fn run(
    kind: TaskType,
    params: Value,
    resources: &Resources,
) -> (Result<Value, WorkError>, Said) {
    let recorder = Recorder::default();
    let outcome = perform(job(&kind, &params), resources, &recorder).await;
    (outcome, recorder.said())
}

async fn compute(params: Value) -> Result<Value, WorkError> {
    run(TaskType::COMPUTE, params, &Resources::default())
        .await
        .0
}

#[tokio::test]
async fn compute_adds_up_and_reports_every_step() {
    let params = json!({"iterations": 4, "multiplier": 3});
    let (result, said) = run(TaskType::COMPUTE, params, &Resources::default()).await;
    assert_eq!(result, Ok(json!({"computed": 18, "iterations": 4})));
    assert_eq!(said.progress, [0.25, 0.5, 0.75, 1.0]);
    assert_eq!(said.logs[3], "step 4 of 4");
    assert_eq!(said.asked, 4);
}

#[tokio::test]
async fn compute_has_its_defaults_and_exact_sums() {
    assert_eq!(
        compute(json!({})).await,
        Ok(json!({"computed": 45, "iterations": 10}))
    );
    let none = compute(json!({"iterations": 0.0})).await;
    assert_eq!(none, Ok(json!({"computed": 0, "iterations": 0})));
    let real = compute(json!({"iterations": 3, "multiplier": 0.5})).await;
    assert_eq!(real, Ok(json!({"computed": 1.5, "iterations": 3})));
    let beyond_doubles = compute(json!({"iterations": 3, "multiplier": (1_i64 << 53) + 1})).await;
    let exact = 3 * ((1_i64 << 53) + 1);
    assert_eq!(
        beyond_doubles,
        Ok(json!({"computed": exact, "iterations": 3}))
    );
    let beyond_integers = compute(json!({"iterations": 3, "multiplier": u64::MAX}))
        .await
        .unwrap();
    assert!(beyond_integers["computed"].as_f64().unwrap() > 5e19);
}

#[tokio::test]
async fn of_very_many_steps_a_hundred_are_reported_and_all_can_be_cancelled() {
    let params = json!({"iterations": 25_000});
    let (result, said) = run(TaskType::COMPUTE, params, &Resources::default()).await;
    assert_eq!(result.unwrap()["computed"], json!(312_487_500));
    assert_eq!(said.progress.len(), 100);
    assert_eq!(said.asked, 25_000);
}

#[tokio::test]
async fn compute_refuses_parameters_that_are_none() {
    for params in [
        json!({"iterations": -1}),
        json!({"iterations": 1.5}),
        json!({"iterations": "10"}),
        json!({"iterations": 100_000_001}),
        json!({"multiplier": "2"}),
    ] {
        let refused = compute(params.clone()).await.unwrap_err();
        assert!(matches!(refused, WorkError::Parameter { .. }), "{params}");
        assert_eq!(Failure::from(refused).class, FailureClass::Permanent);
    }
}

#[tokio::test]
async fn cancellation_is_seen_at_the_next_step() {
    let recorder = Recorder::cancelling_at(3);
    let params = json!({"iterations": 10});
    let resources = Resources::default();
    let outcome = perform(job(&TaskType::COMPUTE, &params), &resources, &recorder).await;
    assert_eq!(outcome, Err(WorkError::Cancelled));
    assert_eq!(recorder.said().progress.len(), 2);
}

#[tokio::test]
async fn compute_goes_on_where_the_last_attempt_left_off() {
    for multiplier in [json!(2), json!(0.1)] {
        let params = json!({"iterations": 10, "multiplier": multiplier});
        let interrupted = Recorder::cancelling_at(7);
        let resources = Resources::default();
        let whole = perform(
            job(&TaskType::COMPUTE, &params),
            &resources,
            &Recorder::default(),
        )
        .await;
        let first = perform(job(&TaskType::COMPUTE, &params), &resources, &interrupted).await;
        assert_eq!(first, Err(WorkError::Cancelled));
        let checkpoint = interrupted.said().checkpoints.pop().unwrap();
        let again = Job {
            checkpoint: Some(&checkpoint),
            ..job(&TaskType::COMPUTE, &params)
        };
        let recorder = Recorder::default();
        let second = perform(again, &resources, &recorder).await;
        assert_eq!(second, whole);
        assert_eq!(recorder.said().asked, 4, "six steps were not repeated");
    }
}

#[tokio::test]
async fn a_checkpoint_that_makes_no_sense_is_not_trusted() {
    let params = json!({"iterations": 3});
    let resources = Resources::default();
    for checkpoint in [
        json!(null),
        json!({"next": 9, "computed": 1}),
        json!({"next": 1}),
    ] {
        let again = Job {
            checkpoint: Some(&checkpoint),
            ..job(&TaskType::COMPUTE, &params)
        };
        let outcome = perform(again, &resources, &Recorder::default()).await;
        assert_eq!(outcome.unwrap()["computed"], json!(3));
    }
}

#[tokio::test]
async fn gpu_work_computes_and_frees_its_memory() {
    let bench = bench().await;
    let params = json!({"data": {"a": [[2]], "b": [[3]]}});
    let (result, said) = run(TaskType::GPU, params, &bench.resources).await;
    let result = result.unwrap();
    assert_eq!(result["result"], json!([[6.0]]));
    assert_eq!(result["operation"], json!("matrix_multiply"));
    assert_eq!(result["memory_mb"], json!(512));
    assert_eq!(result["device"], json!("software"));
    assert_eq!(said.progress.last(), Some(&1.0));
    assert_eq!(bench.gpu.info().allocated_memory, 0);
}

#[tokio::test]
async fn gpu_memory_is_freed_when_the_computation_fails_or_is_cancelled() {
    let gpu = SharedGpu::default();
    let resources = Resources {
        gpu: Some(Arc::new(Faulty(gpu.clone()))),
        ..Resources::default()
    };
    let (outcome, _) = run(TaskType::GPU, json!({}), &resources).await;
    assert_eq!(outcome.unwrap_err().to_string(), "the device is on fire");
    assert_eq!(gpu.info().allocated_memory, 0);
    let params = json!({});
    let recorder = Recorder::cancelling_at(2);
    let outcome = perform(job(&TaskType::GPU, &params), &resources, &recorder).await;
    assert_eq!(outcome, Err(WorkError::Cancelled));
    assert_eq!(gpu.info().allocated_memory, 0);
}

#[tokio::test]
async fn a_cpu_worker_is_refused_gpu_work_even_with_a_gpu_at_hand() {
    let bench = bench().await;
    let params = json!({});
    let by_cpu = Job {
        worker: &Offer::in_process(PoolName::CPU),
        ..job(&TaskType::GPU, &params)
    };
    let refused = perform(by_cpu, &bench.resources, &Recorder::default())
        .await
        .unwrap_err();
    assert!(refused.to_string().contains("GPU"));
    assert!(
        refused
            .to_string()
            .to_lowercase()
            .contains("permission denied")
    );
}

#[tokio::test]
async fn io_does_the_parts_that_are_asked_for() {
    let bench = bench().await;
    let params = json!({"use_storage": true, "use_network": true, "url": "http://x/"});
    let (result, said) = run(TaskType::IO, params, &bench.resources).await;
    let expected = json!({
        "storage": {"key": "test_key", "value": "test_value"},
        "network": {"status": 200, "url": "http://x/", "body": "hello"},
    });
    assert_eq!(result, Ok(expected));
    assert_eq!(said.progress, [0.5, 1.0]);
    let (result, _) = run(TaskType::IO, json!({}), &bench.resources).await;
    assert_eq!(result, Ok(json!({})));
    assert_eq!(bench.storage.list().await.unwrap(), ["test_key"]);
}

#[tokio::test]
async fn reading_only_does_not_write_first() {
    let bench = bench().await;
    let params = json!({"use_storage": true, "storage_key": "absent", "read_only": true});
    let (outcome, _) = run(TaskType::IO, params.clone(), &bench.resources).await;
    let missing = outcome.unwrap_err();
    assert!(missing.to_string().contains("not found"));
    let failure = Failure::from(missing);
    assert_eq!(
        failure.class,
        FailureClass::Transient,
        "it may be there the next time"
    );
    assert!(bench.storage.list().await.unwrap().is_empty());
    bench.storage.write("absent", &json!(5)).await.unwrap();
    let (outcome, _) = run(TaskType::IO, params, &bench.resources).await;
    assert_eq!(outcome.unwrap()["storage"]["value"], json!(5));
}

#[tokio::test]
async fn the_grant_decides_about_writing_whatever_the_parameters_say() {
    let mut bench = bench().await;
    let reader = ReadOnly::new(bench.storage.clone());
    bench.storage.write("k", &json!("old")).await.unwrap();
    assert_eq!(StorageAccess::read(&reader, "k").await, Ok(json!("old")));
    bench.resources.storage = Some(Arc::new(reader));
    let params = json!({
        "use_storage": true, "storage_key": "k", "storage_value": "new", "read_only": false,
    });
    let (outcome, _) = run(TaskType::IO, params, &bench.resources).await;
    let denied = outcome.unwrap_err();
    assert!(denied.to_string().contains("permission denied"));
    assert!(denied.is_permanent());
    assert_eq!(bench.storage.read("k").await.unwrap(), json!("old"));
}

#[tokio::test]
async fn what_was_not_granted_is_not_there() {
    let nothing = Resources::default();
    let stage = |stage: Value| json!({ "stages": [stage] });
    let cases = [
        (
            TaskType::IO,
            json!({"use_storage": true}),
            Resource::Storage,
        ),
        (
            TaskType::IO,
            json!({"use_network": true, "url": "http://x/"}),
            Resource::Network,
        ),
        (TaskType::GPU, json!({}), Resource::Gpu),
    ];
    for (kind, params, resource) in cases {
        let (outcome, _) = run(kind, params, &nothing).await;
        assert_eq!(outcome, Err(WorkError::NoResource(resource)));
    }
    let text = WorkError::NoResource(Resource::Storage).to_string();
    assert_eq!(text, "task has no storage capability");
    for wanting in [
        stage(json!({"type": "storage_read", "key": "k"})),
        stage(json!({"type": "storage_write", "key": "k"})),
        stage(json!({"type": "network_fetch", "url": "http://x/"})),
        stage(json!({"type": "gpu_compute"})),
    ] {
        let (outcome, _) = run(TaskType::PIPELINE, wanting, &nothing).await;
        let error = outcome.unwrap_err();
        assert!(error.to_string().contains("capability"), "{error}");
        assert!(error.is_permanent());
    }
}

fn four_stages() -> Value {
    json!({"stages": [
        {"type": "storage_write", "key": "k", "value": [1]},
        {"type": "storage_read", "key": "k"},
        {"type": "network_fetch", "url": "http://x/"},
        {"type": "gpu_compute", "operation": "reduce_sum", "data": [1, 2]},
    ]})
}

fn four_results() -> Value {
    json!([
        {"stage": 0, "type": "storage_write", "key": "k"},
        {"stage": 1, "type": "storage_read", "value": [1]},
        {"stage": 2, "type": "network_fetch",
         "response": {"status": 200, "url": "http://x/", "body": "hello"}},
        {"stage": 3, "type": "gpu_compute", "result": 3.0},
    ])
}

#[tokio::test]
async fn a_pipeline_goes_through_its_stages() {
    let bench = bench().await;
    let (result, said) = run(TaskType::PIPELINE, four_stages(), &bench.resources).await;
    let expected = json!({"pipeline_results": four_results(), "stages_completed": 4});
    assert_eq!(result, Ok(expected));
    assert_eq!(Value::from(said.emitted), four_results());
    assert_eq!(said.progress, [0.25, 0.5, 0.75, 1.0]);
    let (result, _) = run(TaskType::PIPELINE, json!({}), &bench.resources).await;
    assert_eq!(
        result,
        Ok(json!({"pipeline_results": [], "stages_completed": 0}))
    );
}

#[tokio::test]
async fn a_pipeline_that_fails_has_delivered_what_it_had_and_goes_on_from_there() {
    let bench = bench().await;
    let params = json!({"stages": [
        {"type": "storage_write", "key": "a", "value": 1},
        {"type": "storage_read", "key": "later"},
    ]});
    let (outcome, said) = run(TaskType::PIPELINE, params.clone(), &bench.resources).await;
    let error = outcome.unwrap_err();
    assert!(
        error.to_string().starts_with("stage 1 (storage_read): "),
        "{error}"
    );
    assert!(error.to_string().contains("not found"));
    assert!(!error.is_permanent());
    assert_eq!(
        said.emitted,
        [json!({"stage": 0, "type": "storage_write", "key": "a"})]
    );

    bench.storage.delete("a").await.unwrap();
    bench.storage.write("later", &json!("here")).await.unwrap();
    let again = Job {
        checkpoint: said.checkpoints.last(),
        ..job(&TaskType::PIPELINE, &params)
    };
    let result = perform(again, &bench.resources, &Recorder::default())
        .await
        .unwrap();
    assert_eq!(result["stages_completed"], json!(2));
    assert_eq!(result["pipeline_results"][1]["value"], json!("here"));
    assert_eq!(
        bench.storage.list().await.unwrap(),
        ["later"],
        "the first stage was not repeated"
    );
}

#[tokio::test]
async fn a_checkpoint_that_cannot_be_kept_is_no_reason_to_fail() {
    let bench = bench().await;
    let recorder = Recorder {
        keeps_nothing: true,
        ..Recorder::default()
    };
    let params = four_stages();
    let outcome = perform(
        job(&TaskType::PIPELINE, &params),
        &bench.resources,
        &recorder,
    )
    .await;
    assert_eq!(outcome.unwrap()["stages_completed"], json!(4));
}

#[tokio::test]
async fn stages_that_are_none_are_refused() {
    let bench = bench().await;
    let (outcome, _) = run(TaskType::PIPELINE, json!({"stages": 5}), &bench.resources).await;
    assert!(matches!(
        outcome,
        Err(WorkError::Parameter { name: "stages", .. })
    ));
    let params = json!({"stages": [{"type": "mine"}]});
    let (outcome, _) = run(TaskType::PIPELINE, params, &bench.resources).await;
    assert_eq!(outcome, Err(WorkError::UnknownStage("mine".to_owned())));
    let params = json!({"stages": [{"type": "storage_read"}]});
    let (outcome, _) = run(TaskType::PIPELINE, params, &bench.resources).await;
    assert!(
        outcome
            .unwrap_err()
            .to_string()
            .contains("`key` must be a text")
    );
}
