// Capabilities that travel: made there, handed back, and carried from one session to another.

import assert from "node:assert/strict";
import { RpcTarget } from "capnweb";
import { connect, dispose, finish, rejects, step } from "./lib.mjs";

class LocalCounter extends RpcTarget {
  value = 0;

  increment(n) {
    return (this.value += n);
  }
}

const { api } = connect();
const other = connect();

await step("an object made there is called there", async () => {
  const counter = await api.makeCounter(10);
  assert.equal(await counter.increment(5), 15);
  assert.equal(await counter.value, 15);
  dispose(counter);
});

await step("two objects do not share their state", async () => {
  const [a, b] = await Promise.all([api.makeCounter(1), api.makeCounter(100)]);
  await a.increment();
  assert.deepEqual(await Promise.all([a.value, b.value]), [2, 100]);
  dispose(a, b);
});

await step("an object is handed back to its maker", async () => {
  const counter = await api.makeCounter(1);
  assert.equal(await api.incrementCounter(counter, 3), 4);
  assert.equal(await counter.value, 4);
  dispose(counter);
});

await step("the main object is handed back", async () => {
  assert.deepEqual(await api.callSquare(api, 8), { result: 64 });
});

await step("an object of this side is used there", async () => {
  const counter = new LocalCounter();
  assert.equal(await api.incrementCounter(counter, 5), 5);
  assert.equal(counter.value, 5);
});

await step("an object of this side comes home as itself", async () => {
  const counter = new LocalCounter();
  const answer = await api.echo({ counter });
  await answer.counter.increment(2);
  assert.equal(counter.value, 2);
  dispose(answer);
});

await step("an object inside data, in several places", async () => {
  const counter = api.makeCounter(0);
  const answer = await api.echo({ list: [counter, counter], counter });
  await answer.list[0].increment();
  await answer.list[1].increment();
  await answer.counter.increment();
  assert.equal(await counter.value, 3);
  dispose(answer, counter);
});

await step("a duplicate lives on without its original", async () => {
  const counter = await api.makeCounter(0);
  const copy = counter.dup();
  dispose(counter);
  assert.equal(await copy.increment(), 1);
  dispose(copy);
});

await step("an object of one session is used through another", async () => {
  const counter = await api.makeCounter(10);
  assert.equal(await other.api.incrementCounter(counter, 5), 15);
  assert.equal(await counter.value, 15);
  dispose(counter);
});

await step("a promised object of one session is used through another", async () => {
  const counter = api.makeCounter(20);
  assert.equal(await other.api.incrementCounter(counter, 1), 21);
  dispose(counter);
});

await step("a promised value of one session is an argument in another", async () => {
  const four = api.square(2);
  assert.equal(await other.api.square(four), 16);
  dispose(four);
});

await step("a failed promise of one session fails the call in another", async () => {
  const failed = api.throwError();
  await rejects(other.api.square(failed), RangeError, "test error");
  dispose(failed);
});

await step("an object comes back through another session and works", async () => {
  const counter = await api.makeCounter(1);
  const answer = await other.api.echo({ counter });
  assert.equal(await answer.counter.increment(), 2);
  dispose(answer);
  assert.equal(await counter.increment(), 3);
  dispose(counter);
});

await finish();
