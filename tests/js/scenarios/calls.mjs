// Plain calls: arguments in, a value or nothing out.

import assert from "node:assert/strict";
import { connect, finish, step } from "./lib.mjs";

const { api } = connect();

await step("a number comes back", async () => {
  assert.equal(await api.square(7), 49);
  assert.equal(await api.square(-1.5), 2.25);
});

await step("two arguments keep their order", async () => {
  assert.equal(await api.add(1, 2), 3);
  assert.deepEqual(await api.echo(["a", "b"]), ["a", "b"]);
});

await step("a string goes and comes", async () => {
  assert.equal(await api.greet("World"), "Hello, World!");
});

await step("a list comes back", async () => {
  assert.deepEqual(await api.getList(), [1, 2, 3, 4, 5]);
});

await step("a list as long as asked, or empty", async () => {
  assert.deepEqual(await api.generateFibonacci(10), [0, 1, 1, 2, 3, 5, 8, 13, 21, 34]);
  assert.deepEqual(await api.generateFibonacci(1), [0]);
  assert.deepEqual(await api.generateFibonacci(0), []);
  assert.deepEqual(await api.generateFibonacci(-3), []);
});

await step("null and undefined are two results", async () => {
  assert.equal(await api.returnNull(), null);
  assert.equal(await api.returnUndefined(), undefined);
});

await step("arguments beyond the last are ignored", async () => {
  assert.equal(await api.square(3, "more", { than: "asked" }), 9);
});

await step("a parameter with a default may be left out", async () => {
  const counter = await api.makeCounter(1);
  assert.equal(await counter.increment(), 2);
  assert.equal(await counter.increment(undefined), 3);
  counter[Symbol.dispose]();
});

await step("an answer may take its time, others overtake it", async () => {
  const order = [];
  const slow = api.slowMethod(100).then((text) => order.push(text));
  const quick = api.square(2).then((n) => order.push(n));
  await Promise.all([slow, quick]);
  assert.deepEqual(order, [4, "slow result after 100ms"]);
});

await step("calls reach their target in the order made", async () => {
  const counter = await api.makeCounter(0);
  const results = await Promise.all(Array.from({ length: 100 }, () => counter.increment()));
  assert.deepEqual(results, Array.from({ length: 100 }, (_, i) => i + 1));
  counter[Symbol.dispose]();
});

await step("a large message goes through", async () => {
  const text = "0123456789abcdef".repeat(64 * 1024);
  assert.equal(await api.echo(text), text);
});

await step("everything that a target has is there", async () => {
  const members = `
    square add greet getList generateFibonacci returnNull returnUndefined returnNumber echo
    slowMethod callSquare callFunction throwError throwTypeError makeCounter incrementCounter
    registerCallback triggerCallback echoBytes echoDate echoBigInt echoBlob makeBytes makeDate
    makeBigInt getTimestamp getBytesLength getBigIntString returnInfinity returnNegativeInfinity
    returnNaN makeHeaders makeStream makeByteStream makeLargeChunkStream makeErrorStream
    makeStreamSource collectStream sumByteStream collectStreamSlow readStreamPartial makeCollector
    writeToWritable makeBlob readBlob mapArrayRemote mapNullRemote mapSingleRemote mapNestedRemote
    mapCounterRemote`;
  for (const name of members.trim().split(/\s+/)) {
    const method = await api[name];
    assert.equal(typeof method, "function", name);
    method[Symbol.dispose]();
  }
});

await finish();
