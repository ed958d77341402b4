// Reading properties: getters, members of data, methods, and what is not there.

import assert from "node:assert/strict";
import { connect, dispose, finish, rejects, step } from "./lib.mjs";

const { api } = connect();

await step("a property is read when it is read", async () => {
  const counter = await api.makeCounter(5);
  assert.equal(await counter.value, 5);
  await counter.increment(2);
  assert.equal(await counter.value, 7);
  dispose(counter);
});

await step("members of data, at any depth", async () => {
  const data = api.echo({ user: { name: "Ann", tags: ["x", "y"] } });
  assert.equal(await data.user.name, "Ann");
  assert.deepEqual(await data.user.tags, ["x", "y"]);
  assert.deepEqual(await data.user, { name: "Ann", tags: ["x", "y"] });
  dispose(data);
});

await step("a method is read as a function", async () => {
  const square = await api.square;
  assert.equal(await square(9), 81);
  dispose(square);
});

await step("a method read is a callback for a call", async () => {
  assert.deepEqual(await api.callFunction(api.square, 5), { result: 25 });
});

await step("a capability inside data is called where it is", async () => {
  const counter = api.makeCounter(1);
  const data = api.echo({ inner: { counter } });
  assert.equal(await data.inner.counter.increment(), 2);
  dispose(counter, data);
});

await step("what is not there is undefined", async () => {
  assert.equal(await api.nope, undefined);
  const data = api.echo({ a: null });
  assert.equal(await data.b, undefined);
  assert.equal(await data.a, null);
  assert.equal(await data.a.b, undefined);
  dispose(data);
});

await step("a member of undefined is a TypeError", async () => {
  const reading = /^Cannot read properties of undefined \(reading 'b'\)$/;
  await rejects(api.nope.b, TypeError, reading);
  const data = api.echo({ a: null });
  await rejects(data.a.x.b, TypeError, reading);
  dispose(data);
});

await step("a list has no members by name", async () => {
  const list = api.getList();
  assert.equal(await list.length, undefined);
  assert.equal(await list[0], undefined);
  dispose(list);
});

await step("a string has none either", async () => {
  const text = api.greet("you");
  assert.equal(await text.length, undefined);
  dispose(text);
});

await finish();
