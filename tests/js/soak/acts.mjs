// What a client can do with a target: each act begins and ends with nothing held.

import assert from "node:assert/strict";
import { RpcTarget } from "capnweb";

import { dispose, rejects } from "../scenarios/lib.mjs";

class Listener extends RpcTarget {
  notify(text) {
    return `heard ${text}`;
  }
}

class Source extends RpcTarget {
  getNumbers() {
    return [1, 2, 3];
  }

  async double(x) {
    return x * 2;
  }
}

function streamOf(count, produce) {
  let next = 0;
  return new ReadableStream({
    pull(controller) {
      if (next < count) controller.enqueue(produce(next++));
      else controller.close();
    },
  });
}

const VALUES = [
  null,
  undefined,
  "żółć",
  -7n,
  new Date(3),
  { list: [1, [2], []], inf: Infinity },
  new URL("http://e.com/?q"),
];

const BYTES = new Uint8Array(1000);
const PAGE = "x".repeat(5000);

export const ACTS = {
  async call(api) {
    assert.equal(await api.add(1, 2), 3);
    for (const value of VALUES) assert.deepEqual(await api.echo(value), value);
  },

  async pipeline(api) {
    const counter = api.makeCounter(1);
    const two = counter.increment();
    assert.equal(await api.square(two), 4);
    assert.equal(await counter.value, 2);
    dispose(counter, two);
  },

  async capability(api) {
    const counter = await api.makeCounter(10);
    const copy = counter.dup();
    assert.equal(await api.incrementCounter(counter, 5), 15);
    dispose(counter);
    assert.equal(await copy.increment(), 16);
    dispose(copy);
  },

  async callback(api) {
    const { result } = await api.callFunction(async (i) => (await api.square(i)) + 1, 3);
    assert.equal(result, 10);
    assert.equal(await api.registerCallback(new Listener()), "registered");
    assert.equal(await api.triggerCallback(), "heard ping");
  },

  async map(api) {
    const list = api.getList();
    assert.deepEqual(await list.map((x) => api.square(x)), [1, 4, 9, 16, 25]);
    dispose(list);
    assert.deepEqual(await api.mapArrayRemote(new Source()), [2, 4, 6]);
  },

  async error(api) {
    await rejects(api.throwError(), RangeError, "test error");
    await rejects(api.nope(() => {}), TypeError, "'nope' is not a function.");
    const failed = api.throwTypeError();
    await rejects(failed.more(), TypeError, "adversarial type error");
    dispose(failed);
  },

  async drop(api) {
    const counter = api.makeCounter(0);
    const answer = api.echo({ counter });
    dispose(counter, answer, api.slowMethod(1));
    assert.equal(await api.square(2), 4);
  },

  async blob(api) {
    const blob = new Blob(["x".repeat(5000)], { type: "text/plain" });
    assert.equal((await api.echoBlob(blob)).size, 5000);
    assert.equal((await api.readBlob(blob)).size, 5000);
  },

  async readStream(api) {
    let total = 0;
    for await (const chunk of await api.makeByteStream(50_000, 1000)) total += chunk.length;
    assert.equal(total, 50_000);
  },

  async cancelStream(api) {
    const reader = (await api.makeByteStream(1_000_000, 10_000)).getReader();
    assert.equal((await reader.read()).value.length, 10_000);
    await reader.cancel(new Error("enough"));
  },

  async sendStream(api) {
    assert.equal(await api.sumByteStream(streamOf(50, () => BYTES)), 50_000);
    const some = await api.readStreamPartial(streamOf(1000, () => PAGE), 3);
    assert.deepEqual(some, [PAGE, PAGE, PAGE]);
  },

  async failStream(api) {
    const failing = new ReadableStream({ pull: (controller) => controller.error(new Error("no")) });
    await rejects(Promise.resolve(api.collectStream(failing)), Error, "no");
    const reading = (async () => {
      for await (const _chunk of await api.makeErrorStream(1));
    })();
    await rejects(reading, Error, "ts source exploded");
  },

  async write(api) {
    const collector = await api.makeCollector();
    const writer = (await collector.getWritable()).getWriter();
    for (let i = 0; i < 10; i += 1) await writer.write(i);
    await writer.close();
    assert.equal((await collector.getState()).chunks.length, 10);
    const aborted = (await collector.getWritable()).getWriter();
    await aborted.write(10);
    await aborted.abort(new Error("no more"));
    dispose(collector);
  },

  async beWrittenTo(api) {
    const chunks = [];
    const sink = new WritableStream({ write: (chunk) => void chunks.push(chunk) });
    assert.equal(await api.writeToWritable(sink, [1, 2, 3]), "ok");
    assert.deepEqual(chunks, [1, 2, 3]);
  },
};
