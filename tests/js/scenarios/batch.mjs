// HTTP batches: everything that is asked for before the flush comes back in one exchange.

import assert from "node:assert/strict";
import { newHttpBatchRpcSession } from "capnweb";
import { rejects, step } from "./lib.mjs";

const url = process.argv[2].replace(/^ws/, "http");

// Starts a batch; it is sent at the end of the current turn of the event loop.
const batch = () => newHttpBatchRpcSession(url);

await step("calls that were made together are answered together", async () => {
  const api = batch();
  const answers = await Promise.all([api.square(5), api.add(1, 2), api.greet("Ann")]);
  assert.deepEqual(answers, [25, 3, "Hello, Ann!"]);
});

await step("a promise goes in where its value would", async () => {
  const api = batch();
  const sum = api.add(1, 2);
  assert.equal(await api.square(sum), 9);
});

await step("calls go to objects that have not come back", async () => {
  const api = batch();
  const counter = api.makeCounter(10);
  const counts = await Promise.all([counter.increment(), counter.increment(5), counter.value]);
  assert.deepEqual(counts, [11, 16, 16]);
});

await step("a failure is that of its call alone", async () => {
  const api = batch();
  const failing = rejects(api.throwError(), RangeError, "test error");
  const [four] = await Promise.all([api.square(2), failing]);
  assert.equal(four, 4);
});

await step("an answer may take its time", async () => {
  const api = batch();
  const [slow, quick] = await Promise.all([api.slowMethod(50), api.square(3)]);
  assert.deepEqual([slow, quick], ["slow result after 50ms", 9]);
});

await step("values of every kind", async () => {
  const api = batch();
  const date = new Date(1_700_000_000_000);
  const values = [undefined, null, 12345678901234567890n, date, "ä\n", [[1]]];
  const echoed = await Promise.all(values.map((value) => api.echo(value)));
  assert.deepEqual(echoed, values);
});

await step("an object may be passed that nothing is asked of", async () => {
  const registered = batch().registerCallback(() => "unused");
  assert.equal(await registered, "registered");
});

await step("what is asked for after the flush has ended", async () => {
  const api = batch();
  const late = api.square(2);
  await api.square(1);
  await rejects(late, Error, "Batch RPC request ended.");
  await rejects(api.square(3), Error, "Batch RPC request ended.");
});

await step("a large batch", async () => {
  const api = batch();
  const numbers = Array.from({ length: 1000 }, (_, i) => i);
  const squares = await Promise.all(numbers.map((i) => api.square(i)));
  assert.deepEqual(squares, numbers.map((i) => i * i));
});

await step("what is no batch is refused", async () => {
  const malformed = await fetch(url, { method: "POST", body: '["bogus"]' });
  assert.ok(malformed.status === 400 || malformed.status === 500, String(malformed.status));
  const put = await fetch(url, { method: "PUT", body: "" });
  assert.equal(put.status, 405);
});
