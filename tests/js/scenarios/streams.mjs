// Streams in both directions, and every way they end.

import assert from "node:assert/strict";
import { connect, dispose, eventually, finish, rejects, step } from "./lib.mjs";

const { api } = connect();

// A stream of what is in a list; `state` learns whether it was cancelled, and why.
function streamOf(chunks, state = {}) {
  const rest = [...chunks];
  return new ReadableStream({
    pull(controller) {
      if (rest.length === 0) return controller.close();
      const chunk = rest.shift();
      if (chunk instanceof Error) controller.error(chunk);
      else controller.enqueue(chunk);
    },
    cancel(reason) {
      state.cancelled = reason;
    },
  });
}

// A sink that keeps what it is given, and fails after so many chunks.
function sink(failAfter = Infinity) {
  const state = { chunks: [], closed: false, error: null };
  const writable = new WritableStream({
    write(chunk) {
      if (state.chunks.length >= failAfter) throw new RangeError("disk full");
      state.chunks.push(chunk);
    },
    close() {
      state.closed = true;
    },
    abort(reason) {
      state.error = String(reason);
    },
  });
  return { state, writable };
}

async function collect(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}

async function fails(promise, type, message) {
  await rejects(Promise.resolve(promise), type, message);
}

await step("a stream of the target's is read to its end", async () => {
  const chunks = [1, "two", { three: [3] }, null, new Date(4), 5n];
  assert.deepEqual(await collect(await api.makeStream(chunks)), chunks);
  assert.deepEqual(await collect(await api.makeStream([])), []);
});

await step("a long stream arrives whole and in order", async () => {
  let position = 0;
  for await (const chunk of await api.makeByteStream(3_000_000, 10_007)) {
    for (const byte of chunk) if (byte !== (position++ & 255)) assert.fail(`byte ${position}`);
  }
  assert.equal(position, 3_000_000);
});

await step("a chunk larger than the window", async () => {
  const [chunk, ...more] = await collect(await api.makeLargeChunkStream(1_000_000));
  assert.equal(chunk.length, 1_000_000);
  assert.equal(chunk[999_999], 999_999 & 255);
  assert.equal(more.length, 0);
});

await step("a source of the target's fails", async () => {
  // What lies unread when it fails is lost; how much that is, is a matter of time.
  await fails(collect(await api.makeErrorStream(2)), Error, "ts source exploded");
});

await step("a reader here cancels, and the target learns why", async () => {
  const source = await api.makeStreamSource();
  const stream = await source.makeInfiniteStream();
  const reader = stream.getReader();
  assert.equal((await reader.read()).value, 0);
  assert.equal((await reader.read()).value, 1);
  await reader.cancel(new Error("seen enough"));
  await eventually(api, async () => {
    assert.equal(await source.getCancelReason(), "Error: seen enough");
  });
  dispose(source);
});

await step("a stream that ends by itself is not cancelled", async () => {
  const source = await api.makeStreamSource();
  assert.deepEqual(await collect(await source.makeTrackedStream(3)), [0, 1, 2]);
  assert.equal(await source.getCancelReason(), null);
  dispose(source);
});

await step("the target reads a stream to its end", async () => {
  const chunks = ["a", { b: 1 }, [2], undefined, 7n];
  assert.deepEqual(await api.collectStream(streamOf(chunks)), chunks);
  assert.deepEqual(await api.collectStream(streamOf([])), []);
});

await step("the target reads a long stream", async () => {
  const chunks = Array.from({ length: 300 }, () => new Uint8Array(10_000));
  assert.equal(await api.sumByteStream(streamOf(chunks)), 3_000_000);
});

await step("the target reads slowly, and gets everything", async () => {
  const chunks = Array.from({ length: 40 }, () => "x".repeat(20_000));
  assert.equal(await api.collectStreamSlow(streamOf(chunks), 1), 40);
});

await step("the target cancels, and the source here learns why", async () => {
  const state = {};
  const chunks = Array.from({ length: 1000 }, (_, i) => `${i} ${"x".repeat(1000)}`);
  const read = await api.readStreamPartial(streamOf(chunks, state), 2);
  assert.deepEqual(read, chunks.slice(0, 2));
  await eventually(api, () => assert.equal(String(state.cancelled), "Error: reader had enough"));
});

await step("a source here fails", async () => {
  const failing = streamOf(["a", new RangeError("torn")]);
  await fails(api.collectStream(failing), RangeError, "torn");
});

await step("the target writes to a sink here", async () => {
  const { state, writable } = sink();
  assert.equal(await api.writeToWritable(writable, ["a", { b: 1 }]), "ok");
  assert.deepEqual(state, { chunks: ["a", { b: 1 }], closed: true, error: null });
});

await step("a sink here fails, and the target's call with it", async () => {
  const { state, writable } = sink(1);
  await fails(api.writeToWritable(writable, ["a", "b", "c"]), RangeError, "disk full");
  assert.deepEqual(state.chunks, ["a"]);
});

await step("a sink of the target's is written to", async () => {
  const collector = await api.makeCollector();
  const writer = (await collector.getWritable()).getWriter();
  for (let i = 0; i < 100; i += 1) await writer.write(i);
  await writer.close();
  const state = await collector.getState();
  assert.deepEqual(state.chunks, Array.from({ length: 100 }, (_, i) => i));
  assert.deepEqual([state.closed, state.error], [true, null]);
  dispose(collector);
});

await step("a sink of the target's is aborted", async () => {
  const collector = await api.makeCollector();
  const writer = (await collector.getWritable()).getWriter();
  await writer.write("a");
  await writer.abort(new Error("changed my mind"));
  await eventually(api, async () => {
    const { chunks, closed, error } = await collector.getState();
    assert.deepEqual([chunks, closed, error], [["a"], false, "Error: changed my mind"]);
  });
  dispose(collector);
});

await step("a sink of the target's fails", async () => {
  const collector = await api.makeCollector();
  const writer = (await collector.getFailingWritable(2)).getWriter();
  await fails(
    (async () => {
      for (let i = 0; i < 1000; i += 1) await writer.write(i);
      await writer.close();
    })(),
    Error,
    "collector sink failed",
  );
  await writer.closed.catch(() => {});
  assert.deepEqual((await collector.getState()).chunks, [0, 1]);
  dispose(collector);
});

await step("several streams at once, each way", async () => {
  const sums = Array.from({ length: 10 }, (_, i) => {
    const chunks = Array.from({ length: i * 10 }, () => new Uint8Array(1000));
    return api.sumByteStream(streamOf(chunks));
  });
  const streams = Array.from({ length: 10 }, async (_, i) => {
    const chunks = await collect(await api.makeByteStream(i * 10_000, 1000));
    return chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  });
  const expected = Array.from({ length: 10 }, (_, i) => i * 10_000);
  assert.deepEqual(await Promise.all(sums), expected);
  assert.deepEqual(await Promise.all(streams), expected);
});

await step("calls go on while nobody reads", async () => {
  const stream = await api.makeByteStream(10_000_000, 10_000);
  const reader = stream.getReader();
  assert.equal((await reader.read()).value.length, 10_000);
  for (let i = 0; i < 20; i += 1) assert.equal(await api.square(i), i * i);
  await reader.cancel("bored");
});

await finish();
