// Ends: of sessions, in every way there is, with calls, capabilities and streams under way; and of
// streams that nobody takes.

import assert from "node:assert/strict";
import { once } from "node:events";
import { RpcTarget } from "capnweb";
import WebSocket from "ws";
import { connect, dispose, eventually, finish, forget, rejects, step, targetUrl } from "./lib.mjs";

const CLOSED_HERE = "RPC session was shut down by disposing the main stub";

class Tracked extends RpcTarget {
  disposed = 0;

  notify(text) {
    return `heard ${text}`;
  }

  [Symbol.dispose]() {
    this.disposed += 1;
  }
}

// A stream without end, and one without a beginning; `state` learns why it was cancelled.
function endless(state, chunk = "x".repeat(1000)) {
  return new ReadableStream({
    pull: (controller) => controller.enqueue(chunk),
    cancel: (reason) => void (state.cancelled = String(reason)),
  });
}

function silent(state) {
  return new ReadableStream({ cancel: (reason) => void (state.cancelled = String(reason)) });
}

// A sink; `state` learns why it was aborted.
function sink(state) {
  return new WritableStream({ abort: (reason) => void (state.aborted = String(reason)) });
}

// The text of the failure of `promise`.
const failure = (promise) =>
  Promise.resolve(promise).then(
    (value) => assert.fail(`resolved to ${String(value)}`),
    (reason) => reason.message,
  );

// Says something that is no message of the protocol; returns what is answered, and how it ends.
async function nonsense(text) {
  const socket = new WebSocket(targetUrl());
  const answers = [];
  socket.on("message", (data) => answers.push(JSON.parse(String(data))));
  await once(socket, "open");
  socket.send(text);
  const [code, reason] = await once(socket, "close");
  return { answers, code, reason: String(reason) };
}

const { api } = connect();

await step("a stream that nobody takes is cancelled when the call ends", async () => {
  const state = {};
  await api.triggerCallback(endless(state));
  await eventually(api, () => assert.equal(
    state.cancelled,
    "Error: ReadableStream RPC stub was disposed without being consumed",
  ));
});

await step("a sink that nobody takes is aborted when the call ends", async () => {
  const state = {};
  await api.triggerCallback(sink(state));
  await eventually(api, () => assert.equal(
    state.aborted,
    "Error: WritableStream RPC stub was disposed without calling close()",
  ));
});

await step("a result with a stream in it that nobody reads", async () => {
  const source = await api.makeStreamSource();
  dispose(source.makeInfiniteStream());
  await eventually(api, async () => assert.equal(
    await source.getCancelReason(),
    "Error: ReadableStream RPC stub was disposed without being consumed",
  ));
  dispose(source);
});

await step("streams to methods that are not there", async () => {
  const [reading, writing] = [{}, {}];
  const nope = api.nope(endless(reading), sink(writing));
  await rejects(nope, TypeError, "'nope' is not a function.");
  await eventually(api, () => assert.ok(reading.cancelled && writing.aborted));
});

await step("a session that is closed here fails what is under way", async () => {
  const other = connect();
  const counter = await other.api.makeCounter(1);
  const slow = other.api.slowMethod(10_000);
  let broken;
  other.api.onRpcBroken((reason) => (broken = reason.message));
  const failed = [failure(slow), failure(counter.increment())];
  dispose(other.api);
  assert.deepEqual(await Promise.all(failed), [CLOSED_HERE, CLOSED_HERE]);
  assert.equal(broken, CLOSED_HERE);
  assert.equal(await failure(counter.increment()), CLOSED_HERE);
  forget(other);
});

await step("a session that is closed here lets go of what was lent", async () => {
  const other = connect();
  const callback = new Tracked();
  await other.api.registerCallback(callback);
  assert.equal(callback.disposed, 0);
  dispose(other.api);
  await eventually(api, () => assert.equal(callback.disposed, 1));
  forget(other);
});

await step("a session that is closed here ends its streams", async () => {
  const other = connect();
  const [reading, idle, writing] = [{}, {}, {}];
  const failed = [
    failure(other.api.collectStreamSlow(endless(reading), 10_000)),
    failure(other.api.collectStream(silent(idle))),
    failure(other.api.collectStreamSlow(silent({}), 1, sink(writing))),
  ];
  const source = await other.api.makeStreamSource();
  const reader = (await source.makeInfiniteStream()).getReader();
  assert.equal((await reader.read()).value, 0);
  dispose(other.api);
  assert.deepEqual(await Promise.all(failed), [CLOSED_HERE, CLOSED_HERE, CLOSED_HERE]);
  // What has arrived may still be read.
  await failure((async () => { while (!(await reader.read()).done); })());
  await eventually(api, () => assert.ok(reading.cancelled && writing.aborted));
  forget(other);
});

await step("a connection that breaks fails what is under way, and lets go", async () => {
  const other = connect();
  const callback = new Tracked();
  await other.api.registerCallback(callback);
  const [reading, writing] = [{}, {}];
  const failed = [
    failure(other.api.slowMethod(10_000)),
    failure(other.api.collectStreamSlow(endless(reading), 10_000)),
    failure(other.api.collectStreamSlow(silent({}), 1, sink(writing))),
  ];
  await other.api.returnNull();
  other.cut();
  for (const text of await Promise.all(failed)) assert.equal(text, "Peer closed WebSocket: 1006 ");
  await eventually(api, () => assert.ok(reading.cancelled && writing.aborted));
  assert.equal(callback.disposed, 1);
  forget(other);
});

await step("what came over a session that has ended fails elsewhere", async () => {
  const other = connect();
  const counter = await other.api.makeCounter(0);
  assert.equal(await api.incrementCounter(counter, 1), 1);
  dispose(other.api);
  assert.equal(await failure(api.incrementCounter(counter, 1)), CLOSED_HERE);
  dispose(counter);
  forget(other);
});

await step("a session that is ended here with an error tells the target", async () => {
  const strict = connect(undefined, { limits: { maxDepth: 8 } });
  let deep = "bottom";
  for (let i = 0; i < 20; i += 1) deep = [deep];
  const text = "Deserialization exceeded maximum allowed message depth of 8.";
  await rejects(strict.api.echo(deep), TypeError, text);
  await rejects(strict.api.square(2), TypeError, text);
  forget(strict);
  assert.equal(await api.square(2), 4);
});

await step("who talks nonsense is told, and cut off", async () => {
  for (const text of ["", "{", "true", '["nope"]', '["push"]', '["push",[]]', '["release",7,1]']) {
    const { answers, code, reason } = await nonsense(text);
    assert.equal(code, 3000, text);
    const [[tag, [kind, , message]]] = answers;
    assert.deepEqual([tag, kind], ["abort", "error"], text);
    assert.ok(message.startsWith(reason.slice(0, 100)), `${text}: ${message}, ${reason}`);
  }
  assert.equal(await api.square(3), 9);
});

await step("who ends a session itself gets no answer to that", async () => {
  const { answers, code } = await nonsense('["abort",["error","Error","that is all"]]');
  assert.deepEqual([answers, code], [[], 3000]);
});

await step("many sessions come and go, and another goes on", async () => {
  for (let i = 0; i < 50; i += 1) {
    const other = connect();
    assert.equal(await other.api.square(i), i * i);
    if (i % 2) dispose(other.api);
    else other.cut();
    forget(other);
  }
  assert.equal(await api.square(4), 16);
});

await finish();
