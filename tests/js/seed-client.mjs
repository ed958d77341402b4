// A client of the system that the task queue's seed document describes, written as one for that
// system would be: it knows no other names, and uses each of them at least once.
//
// usage: node seed-client.mjs ws://HOST:PORT/rpc/ws http://HOST:PORT
//
// The first URL is the queue, open and with manual dispatch; the second a web server that tasks may
// reach (`pages.mjs`). It prints `ok <step>` for each step, as the scenarios do.

import assert from "node:assert/strict";
import { RpcTarget } from "capnweb";
import { connect, dispose, rejects, step } from "./scenarios/lib.mjs";

const pages = process.argv[3];
const { api: gateway, stats } = connect();
const queue = await gateway.getTaskQueue();
const pool = await gateway.getWorkerPool();

// Remembers what it was told.
class Callback extends RpcTarget {
  progress = [];

  constructor() {
    super();
    this.end = new Promise((resolve) => {
      this.resolve = resolve;
    });
  }

  onProgress(update) {
    this.progress.push(update);
  }

  onComplete({ taskId, result }) {
    this.resolve({ taskId, result });
  }

  onError({ taskId, error }) {
    this.resolve({ taskId, error });
  }
}

// Throws at whatever it is told.
class Grumbler extends RpcTarget {
  onProgress() {
    throw new Error("do not tell me");
  }

  onComplete() {
    throw new Error("I do not care");
  }

  onError() {
    throw new Error("that is your problem");
  }
}

// Has an idle worker carry out a new task.
async function execute(type, params, kind = "cpu") {
  const [task, worker] = [queue.submit(type, params), pool.getIdleWorker(kind)];
  try {
    return (await worker.execute(task)).result;
  } finally {
    dispose(task, worker);
  }
}

// The server's first state.

await step("a fresh server has two cpu workers and one gpu worker", async () => {
  const workers = await pool.listWorkers();
  assert.deepEqual(workers.map((worker) => worker.type).sort(), ["cpu", "cpu", "gpu"]);
  for (const { id, status, revoked } of workers) {
    assert.equal(typeof id, "string");
    assert.deepEqual([status, revoked], ["idle", false]);
  }
  assert.equal(await pool.workerCount, 3);
  assert.equal(typeof (await pool.id), "string");
});

await step("a fresh queue is empty", async () => {
  assert.deepEqual(await queue.listTasks(), []);
  assert.equal(await queue.taskCount, 0);
  assert.equal(typeof (await queue.id), "string");
});

// Tasks and workers.

await step("a task is submitted, looked at, executed and looked at again", async () => {
  const params = { iterations: 5, multiplier: 2 };
  const task = await queue.submit("compute", params);
  const id = await task.id;
  const before = await task.getInfo();
  assert.equal(before.id, id);
  assert.deepEqual([before.type, before.params, before.status], ["compute", params, "pending"]);
  assert.deepEqual([before.progress, before.logs], [0, []]);
  assert.deepEqual([before.result ?? null, before.error ?? null], [null, null]);

  const worker = await pool.getIdleWorker("cpu");
  const executed = await worker.execute(task);
  assert.deepEqual(executed, { success: true, result: { computed: 20, iterations: 5 } });

  const after = await task.getInfo();
  assert.deepEqual([after.status, after.progress], ["completed", 1]);
  assert.deepEqual(after.result, { computed: 20, iterations: 5 });
  assert.equal(after.logs.length, 5);
  assert.deepEqual(
    await Promise.all([task.type, task.status, task.progress]),
    ["compute", "completed", 1],
  );
  const { tasksCompleted, tasksFailed } = await worker.getInfo();
  assert.deepEqual([tasksCompleted, tasksFailed], [1, 0]);
  dispose(task, worker);
});

await step("the defaults of `compute`", async () => {
  assert.deepEqual(await execute("compute", {}), { computed: 45, iterations: 10 });
});

await step("only the last ten log lines are shown", async () => {
  const task = queue.submit("compute", { iterations: 25 });
  const worker = pool.getIdleWorker("cpu");
  await worker.execute(task);
  assert.equal((await task.getInfo()).logs.length, 10);
  dispose(task, worker);
});

await step("the gateway submits and executes at once", async () => {
  const { taskId, workerId, result } = await gateway.submitAndExecute("compute", { iterations: 3 });
  assert.deepEqual(result, { computed: 3, iterations: 3 });
  const [task, worker] = [queue.getTask(taskId), pool.getWorker(workerId)];
  assert.deepEqual([await task.status, await worker.type], ["completed", "cpu"]);
  dispose(task, worker);
});

await step("the gateway sends a gpu task to a gpu worker", async () => {
  const { workerId } = await gateway.submitAndExecute("gpu", { memory_mb: 64 });
  const worker = pool.getWorker(workerId);
  assert.equal(await worker.type, "gpu");
  dispose(worker);
});

await step("a task is found by its id, and listed", async () => {
  const task = await queue.submit("compute", {});
  const id = await task.id;
  const found = await queue.getTask(id);
  assert.equal(await found.id, id);
  const listed = (await queue.listTasks()).find((line) => line.id === id);
  assert.deepEqual(listed, { id, type: "compute", status: "pending", progress: 0 });
  await rejects(queue.getTask("no-such-task"), Error, /not found/);
  dispose(task, found);
});

await step("a task is cancelled by its holder", async () => {
  const task = await queue.submit("compute", {});
  assert.equal(await task.isCancelled(), false);
  assert.deepEqual(await task.cancel(), { success: true });
  assert.equal(await task.isCancelled(), true);
  assert.equal(await task.status, "cancelled");
  const worker = await pool.getIdleWorker("cpu");
  await rejects(worker.execute(task), Error, /cancelled/);
  dispose(task, worker);
});

await step("a task is cancelled by its id", async () => {
  const task = await queue.submit("compute", {});
  const taskId = await task.id;
  assert.deepEqual(await queue.cancelTask(taskId), { success: true, taskId });
  assert.equal(await task.status, "cancelled");
  dispose(task);
});

await step("an unknown type of task is refused", async () => {
  await rejects(queue.submit("mining", {}), Error, /unknown task type/);
});

await step("what ends a task is not the client's to call", async () => {
  const task = await queue.submit("compute", {});
  for (const name of ["complete", "fail", "setProgress", "addLog"]) {
    await rejects(task[name]("forged"), TypeError, `'${name}' is not a function.`);
  }
  assert.equal(await task.status, "pending");
  dispose(task);
});

// Progress.

await step("a callback is told of progress and of the end", async () => {
  const callback = new Callback();
  const task = await queue.submit("compute", { iterations: 4 });
  const taskId = await task.id;
  assert.deepEqual(await task.setProgressCallback(callback), { success: true });
  const worker = await pool.getIdleWorker("cpu");
  await worker.execute(task);
  assert.deepEqual(await callback.end, { taskId, result: { computed: 6, iterations: 4 } });
  assert.deepEqual(callback.progress.slice(-4).map((update) => update.progress), [0.25, 0.5, 0.75, 1]);
  assert.deepEqual(callback.progress.at(-4), { taskId, progress: 0.25, status: "running" });
  dispose(task, worker);
});

await step("a callback is told of a failure", async () => {
  const callback = new Callback();
  const params = { needs_storage: true, use_storage: true, read_only: true, storage_key: "missing" };
  const task = await queue.submit("io", params);
  await task.setProgressCallback(callback);
  const worker = await pool.getIdleWorker("cpu");
  await rejects(worker.execute(task), Error, /not found/);
  const { error } = await callback.end;
  assert.match(error, /not found/);
  const info = await task.getInfo();
  assert.deepEqual([info.status, info.error], ["failed", error]);
  assert.equal((await worker.getInfo()).tasksFailed, 1);
  dispose(task, worker);
});

await step("a callback that throws never fails the task", async () => {
  const task = await queue.submit("compute", {});
  await task.setProgressCallback(new Grumbler());
  const worker = await pool.getIdleWorker("cpu");
  assert.equal((await worker.execute(task)).success, true);
  dispose(task, worker);
});

// What `execute` does.

await step("`io` writes and reads storage, and fetches a page", async () => {
  const url = `${pages}/hello`;
  const result = await execute("io", {
    needs_storage: true, use_storage: true, storage_key: "greeting", storage_value: { text: "hi" },
    needs_network: true, use_network: true, url,
  });
  assert.deepEqual(result.storage, { key: "greeting", value: { text: "hi" } });
  assert.deepEqual(result.network, { status: 200, url, body: "hello" });
});

await step("the defaults of `io`", async () => {
  const result = await execute("io", { needs_storage: true, use_storage: true });
  assert.deepEqual(result, { storage: { key: "test_key", value: "test_value" } });
});

await step("`io` with `read_only` reads what is there", async () => {
  const params = { needs_storage: true, use_storage: true, read_only: true, storage_key: "greeting" };
  const result = await execute("io", params);
  assert.deepEqual(result.storage.value, { text: "hi" });
});

await step("`gpu` computes on a gpu worker", async () => {
  const data = { a: [[1, 2], [3, 4]], b: [[5, 6], [7, 8]] };
  const params = { memory_mb: 256, operation: "matrix_multiply", data };
  const { result } = await execute("gpu", params, "gpu");
  assert.deepEqual(result, [[19, 22], [43, 50]]);
});

await step("`gpu` is refused to a cpu worker", async () => {
  await rejects(execute("gpu", {}, "cpu"), Error, /permission denied.*GPU/);
});

await step("`pipeline` goes through its stages", async () => {
  const { pipeline_results, stages_completed } = await execute("pipeline", {
    needs_storage: true, needs_network: true, needs_gpu: true,
    stages: [
      { type: "storage_write", key: "stage", value: 7 },
      { type: "storage_read", key: "stage" },
      { type: "network_fetch", url: `${pages}/hello` },
      { type: "gpu_compute", operation: "reduce_sum", data: [1, 2, 3] },
    ],
  }, "gpu");
  assert.equal(stages_completed, 4);
  const [write, read, fetched, computed] = pipeline_results;
  assert.deepEqual(write, { stage: 0, type: "storage_write", key: "stage" });
  assert.deepEqual(read, { stage: 1, type: "storage_read", value: 7 });
  assert.deepEqual([fetched.type, fetched.response.body], ["network_fetch", "hello"]);
  assert.deepEqual(computed, { stage: 3, type: "gpu_compute", result: 6 });
});

// A task's resources.

await step("a task carries the resources that it asked for", async () => {
  const params = { needs_storage: true, needs_gpu: true, needs_network: true };
  const task = await queue.submit("pipeline", params);
  const [storage, gpu, network] = [task.getStorage(), task.getGPU(), task.getNetwork()];
  for (const resource of [storage, gpu, network]) {
    assert.equal(typeof (await resource.id), "string");
  }
  assert.deepEqual(await storage.read("greeting"), { text: "hi" });
  dispose(task, storage, gpu, network);
});

await step("a task carries no others", async () => {
  const task = await queue.submit("compute", {});
  await rejects(task.getStorage(), Error, /not found|has no storage capability/);
  await rejects(task.getGPU(), Error, /not found|has no GPU capability/);
  await rejects(task.getNetwork(), Error, /not found|has no network capability/);
  dispose(task);
});

await step("a read-only task's storage only reads", async () => {
  const task = await queue.submit("io", { needs_storage: true, read_only: true });
  const storage = await task.getStorage();
  assert.equal(await storage.readOnly, true);
  assert.deepEqual(await storage.read("greeting"), { text: "hi" });
  await rejects(storage.write("greeting", "bye"), TypeError, "'write' is not a function.");
  dispose(task, storage);
});

// The shared resources.

await step("storage", async () => {
  const storage = await queue.getSharedStorage();
  const value = { list: [1, "two", null], nested: { yes: true } };
  assert.deepEqual(await storage.write("value", value), { success: true, key: "value" });
  assert.deepEqual(await storage.read("value"), value);
  assert.ok((await storage.list()).includes("value"));
  assert.deepEqual(await storage.delete("value"), { success: true, key: "value" });
  await rejects(storage.read("value"), Error, /not found/);
  await rejects(storage.delete("value"), Error, /not found/);
  assert.equal(await storage.readOnly, false);
  assert.equal(typeof (await storage.id), "string");
  dispose(storage);
});

await step("the GPU", async () => {
  const gpu = await queue.getSharedGPU();
  assert.equal(await gpu.memoryLimit, 8192);
  assert.deepEqual(await gpu.allocate(1024), { success: true, allocated: 1024, total: 1024 });
  assert.equal(await gpu.allocatedMemory, 1024);
  const info = await gpu.getInfo();
  assert.equal(info.id, await gpu.id);
  assert.deepEqual(
    [info.memoryLimit, info.allocatedMemory, info.available],
    [8192, 1024, 7168],
  );
  await rejects(gpu.allocate(8000), Error, /out of GPU memory/);
  assert.deepEqual(await gpu.free(1024), { success: true, freed: 1024, total: 0 });
  const { result } = await gpu.compute("vector_add", { a: [1, 2], b: [10, 20] });
  assert.deepEqual(result, [11, 22]);
  dispose(gpu);
});

await step("the network", async () => {
  const network = await queue.getSharedNetwork();
  const url = `${pages}/hello`;
  const { requestCount: before, id, rateLimit } = await network.getStats();
  assert.equal(id, await network.id);
  assert.equal(rateLimit, await network.rateLimit);
  assert.deepEqual(await network.fetch(url), { status: 200, url, body: "hello" });
  const posted = await network.post(`${pages}/echo`, { a: [1] });
  assert.deepEqual([posted.status, JSON.parse(posted.body)], [200, { a: [1] }]);
  assert.equal((await network.fetch(`${pages}/nowhere`)).status, 404);
  assert.equal((await network.getStats()).requestCount, before + 3);
  await rejects(network.fetch("http://evil.example/?x=127.0.0.1"), Error, /not an allowed host/);
  dispose(network);
});

// Workers.

await step("a worker is created, and found by its id", async () => {
  const worker = await pool.createWorker("cpu");
  const id = await worker.id;
  assert.deepEqual([await worker.type, await worker.status], ["cpu", "idle"]);
  assert.deepEqual(await worker.getInfo(), {
    id, type: "cpu", status: "idle", revoked: false, tasksCompleted: 0, tasksFailed: 0,
  });
  const found = await pool.getWorker(id);
  assert.equal(await found.id, id);
  assert.equal(await pool.workerCount, 4);
  await rejects(pool.getWorker("no-such-worker"), Error, /not found/);
  dispose(worker, found);
});

await step("a busy worker takes no second task", async () => {
  const worker = await pool.getIdleWorker("cpu");
  const first = await queue.submit("compute", { iterations: 100_000_000 });
  const second = await queue.submit("compute", {});
  // The refusal comes while the first is under way, so that it can be cancelled then.
  const running = worker.execute(first).then(
    () => assert.fail("it was cancelled"),
    (error) => assert.match(error.message, /cancelled/),
  );
  await rejects(worker.execute(second), Error, "Worker is busy");
  assert.equal(await worker.status, "busy");
  await first.cancel();
  await running;
  assert.equal(await worker.status, "idle");
  dispose(first, second, worker);
});

await step("a worker is revoked", async () => {
  const worker = await pool.createWorker("gpu");
  const workerId = await worker.id;
  assert.equal(await worker.isRevoked(), false);
  assert.deepEqual(await worker.revoke(), { success: true, workerId });
  assert.equal(await worker.isRevoked(), true);
  const task = await queue.submit("compute", {});
  await rejects(worker.execute(task), Error, /revoked/);
  const info = await worker.getInfo();
  assert.deepEqual([info.status, info.revoked, await worker.status], ["revoked", true, "revoked"]);
  dispose(worker, task);
});

await step("a worker is revoked by its id", async () => {
  const worker = await pool.createWorker("cpu");
  const workerId = await worker.id;
  assert.deepEqual(await pool.revokeWorker(workerId), { success: true, workerId });
  const listed = (await pool.listWorkers()).find((line) => line.id === workerId);
  assert.deepEqual(listed, { id: workerId, type: "cpu", status: "revoked", revoked: true });
  dispose(worker);
});

await step("without idle workers of a kind there is none to get", async () => {
  for (const { id, type } of await pool.listWorkers()) {
    if (type === "gpu") await pool.revokeWorker(id);
  }
  await rejects(pool.getIdleWorker("gpu"), Error, /no idle worker/);
  const any = await pool.getIdleWorker();
  assert.equal(await any.type, "cpu");
  dispose(any);
});

await step("nothing is leaked", async () => {
  dispose(queue, pool);
  assert.deepEqual(stats(), { imports: 1, exports: 1 });
});
dispose(gateway);
