// Promise pipelining: calls on results, and results as arguments, before anything has arrived.

import assert from "node:assert/strict";
import { connect, dispose, finish, step } from "./lib.mjs";

const { api } = connect();

await step("a call on a result that has not arrived", async () => {
  const counter = api.makeCounter(4);
  assert.equal(await counter.increment(3), 7);
  dispose(counter);
});

await step("a property of a result that has not arrived", async () => {
  const counter = api.makeCounter(4);
  assert.equal(await counter.value, 4);
  dispose(counter);
});

await step("pipelined calls keep their order", async () => {
  const counter = api.makeCounter(0);
  const seen = await Promise.all([counter.increment(), counter.increment(10), counter.value]);
  assert.deepEqual(seen, [1, 11, 11]);
  dispose(counter);
});

await step("a result as an argument", async () => {
  const two = api.square(2);
  const result = await api.square(two);
  assert.equal(result, 16);
  dispose(two);
});

await step("three deep, nothing awaited in between", async () => {
  const a = api.square(2);
  const b = api.square(a);
  const c = api.add(a, b);
  assert.equal(await c, 20);
  dispose(a, b);
});

await step("a result inside an object and a list", async () => {
  const nine = api.square(3);
  assert.deepEqual(await api.echo({ list: [1, nine], nine }), { list: [1, 9], nine: 9 });
  dispose(nine);
});

await step("a property of a result as an argument", async () => {
  const user = api.echo({ name: "Ann", age: 40 });
  assert.equal(await api.greet(user.name), "Hello, Ann!");
  dispose(user);
});

await step("a promised capability as an argument", async () => {
  const counter = api.makeCounter(4);
  assert.equal(await api.incrementCounter(counter, 2), 6);
  assert.equal(await counter.value, 6);
  dispose(counter);
});

await step("a result that is itself pipelined there", async () => {
  const outer = await api.callSquare(api, 3);
  assert.deepEqual(outer, { result: 9 });
});

await step("pipelining into that", async () => {
  const outer = api.callSquare(api, 5);
  assert.equal(await outer.result, 25);
  assert.equal(await api.square(outer.result), 625);
  dispose(outer);
});

await step("a result is used again after it has arrived", async () => {
  const counter = api.makeCounter(1);
  const stub = await counter;
  assert.equal(await stub.increment(), 2);
  assert.equal(await counter.increment(), 3);
  dispose(counter);
});

await step("a result that nobody awaits", async () => {
  const counter = await api.makeCounter(0);
  dispose(counter.increment(5));
  assert.equal(await counter.value, 5);
  dispose(counter);
});

await finish();
