//! The GPU, by the numbers.

use serde_json::json;

use crate::caps::GpuStub;
use crate::demo::expect::{equal, refused};
use crate::demo::house::{Party, Rules};
use crate::demo::miss::Miss;
use crate::demo::stage::{Played, Stage};

/// Memory is allocated and freed within limits, and the device computes.
pub(super) async fn gpu(stage: &mut Stage<'_>) -> Played {
    let party = stage.party(Rules::default()).await?;
    let gpu = party.queue.get_shared_gpu();
    let gpu = stage.call("GPU capability obtained", gpu).await?;
    let allocated = async {
        let change = gpu.allocate(1_024).await?;
        equal((change.allocated, change.total), (1_024, 1_024))
    };
    stage.step("Memory allocated", allocated).await?;
    let info = async {
        let info = gpu.get_info().await?;
        equal(info.memory_limit, 8_192)?;
        equal((info.allocated_memory, info.available), (1_024, 7_168))
    };
    stage.step("The device accounts for it", info).await?;
    let too_much = refused("out of GPU memory", gpu.allocate(8_000));
    stage
        .step("More than there is is refused", too_much)
        .await?;
    let not_held = refused("1024 MB are held", gpu.free(2_000));
    stage
        .step("Freeing more than one holds is refused", not_held)
        .await?;
    let freed = async { equal(gpu.free(1_024).await?.total, 0) };
    stage.step("Memory freed", freed).await?;
    stage
        .step("A reservation is freed by dropping it", reserve(&gpu))
        .await?;
    stage.step("The device computes", computes(&gpu)).await?;
    stage
        .step(
            "A task's memory is freed when it is done",
            task_frees(&party),
        )
        .await
}

async fn reserve(gpu: &GpuStub) -> Result<(), Miss> {
    let reservation = gpu.reserve(512).await?;
    equal(reservation.size().await?, 512)?;
    equal(gpu.allocated_memory().await?, 512)?;
    drop(reservation);
    equal(gpu.allocated_memory().await?, 0)
}

async fn computes(gpu: &GpuStub) -> Result<(), Miss> {
    let data = json!({"a": [[1, 2], [3, 4]], "b": [[0, 1], [1, 0]]});
    let product = gpu.compute("matrix_multiply", data).await?;
    equal(product.result, json!([[2, 1], [4, 3]]))?;
    let sum = gpu.compute("reduce_sum", json!([1, 2, 3.5])).await?;
    equal(sum.result, json!(6.5))?;
    refused("unknown GPU operation", gpu.compute("mine", None)).await
}

async fn task_frees(party: &Party) -> Result<(), Miss> {
    let params = json!({"memory_mb": 4_096});
    let executed = party.gateway.submit_and_execute("gpu", params).await?;
    equal(&executed.result["memory_mb"], &json!(4_096))?;
    let gpu = party.queue.get_shared_gpu();
    equal(gpu.allocated_memory().await?, 0)
}
