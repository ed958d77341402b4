// Calls in the other direction: functions and objects of this side, used and kept by the target.

import assert from "node:assert/strict";
import { RpcTarget } from "capnweb";
import { connect, dispose, eventually, finish, rejects, step } from "./lib.mjs";

class Squares extends RpcTarget {
  calls = 0;

  square(i) {
    this.calls += 1;
    return i * i;
  }
}

class Listener extends RpcTarget {
  #heard = [];

  notify(text) {
    this.#heard.push(text);
    return `heard ${text} ${this.#heard.length}`;
  }
}

const { api, stats } = connect();

await step("a function is called", async () => {
  assert.deepEqual(await api.callFunction((i) => i * 10, 4), { result: 40 });
});

await step("an async function is called", async () => {
  const twice = async (i) => (await api.square(i)) * 2;
  assert.deepEqual(await api.callFunction(twice, 3), { result: 18 });
});

await step("an object is called, and its promise comes back inside an object", async () => {
  const squares = new Squares();
  assert.deepEqual(await api.callSquare(squares, 6), { result: 36 });
  assert.equal(squares.calls, 1);
});

await step("a function that fails, fails the call", async () => {
  const failing = () => {
    throw new RangeError("not today");
  };
  await rejects(api.callFunction(failing, 1), RangeError, "not today");
});

await step("a method that is not there, fails the call", async () => {
  const answer = api.incrementCounter(new Squares(), 1);
  await rejects(answer, TypeError, "'increment' is not a function.");
});

await step("what a function returns goes back as it is", async () => {
  const data = { list: [1, null, undefined], when: new Date(5), big: 10n ** 30n };
  const answer = await api.callFunction(() => data, 0);
  assert.deepEqual(answer, { result: data });
});

await step("a function gets an object of the target's, as a capability", async () => {
  const counter = api.makeCounter(1);
  const answer = await api.callFunction(async (given) => await given.increment(5), counter);
  assert.deepEqual(answer, { result: 6 });
  dispose(counter);
});

await step("a function that returns a function", async () => {
  const answer = await api.callFunction((i) => (j) => i * j, 6);
  assert.equal(await answer.result(7), 42);
  dispose(answer);
});

await step("nothing is kept by a call that has ended", async () => {
  await eventually(api, () => assert.deepEqual(stats(), { imports: 1, exports: 1 }));
});

await step("no callback until one is registered", async () => {
  assert.equal(await api.triggerCallback(), "no callback");
});

await step("a kept callback is called after the call that brought it", async () => {
  assert.equal(await api.registerCallback(new Listener()), "registered");
  assert.equal(await api.triggerCallback(), "heard ping 1");
  assert.equal(await api.triggerCallback(), "heard ping 2");
});

await step("the next callback replaces it, and the old one is let go", async () => {
  assert.equal(await api.registerCallback(new Listener()), "registered");
  assert.equal(await api.triggerCallback(), "heard ping 1");
  await eventually(api, () => assert.deepEqual(stats(), { imports: 1, exports: 2 }));
});

await finish({ exports: 2 });
