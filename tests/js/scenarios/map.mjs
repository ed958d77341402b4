// `map`: a mapper recorded here and applied by the target, and one recorded there and applied here.

import assert from "node:assert/strict";
import { RpcStub, RpcTarget } from "capnweb";
import { connect, dispose, finish, step } from "./lib.mjs";

class Counter extends RpcTarget {
  #value;

  constructor(value) {
    super();
    this.#value = value;
  }

  increment(n = 1) {
    return (this.#value += n);
  }
}

class Source extends RpcTarget {
  getNumbers() {
    return [1, 2, 3];
  }

  double(x) {
    return x * 2;
  }

  returnNull() {
    return null;
  }

  returnNumber(n) {
    return n;
  }

  makeList(n) {
    return Array.from({ length: n }, (_, i) => i);
  }

  makeCounter(i) {
    return new Counter(i);
  }
}

const { api, stats } = connect();

// Maps what a call gives, lets go of it, and waits for the result.
async function mapped(promise, mapper) {
  try {
    return await promise.map(mapper);
  } finally {
    dispose(promise);
  }
}

await step("a call for every element", async () => {
  assert.deepEqual(await mapped(api.getList(), (x) => api.square(x)), [1, 4, 9, 16, 25]);
});

await step("an element as it is", async () => {
  assert.deepEqual(await mapped(api.getList(), (x) => x), [1, 2, 3, 4, 5]);
});

await step("an object for every element, with the element in it", async () => {
  const result = await mapped(api.generateFibonacci(4), (x) => ({ x, square: api.square(x) }));
  assert.deepEqual(result, [
    { x: 0, square: 0 },
    { x: 1, square: 1 },
    { x: 1, square: 1 },
    { x: 2, square: 4 },
  ]);
});

await step("nothing for an empty list", async () => {
  assert.deepEqual(await mapped(api.generateFibonacci(0), (x) => api.square(x)), []);
});

await step("nothing for null and undefined", async () => {
  assert.equal(await mapped(api.returnNull(), (x) => api.square(x)), null);
  assert.equal(await mapped(api.returnUndefined(), (x) => api.square(x)), undefined);
});

await step("once for anything else", async () => {
  assert.equal(await mapped(api.returnNumber(7), (x) => api.square(x)), 49);
  assert.equal(await mapped(api.echo({ n: 6 }), (x) => api.square(x.n)), 36);
});

await step("a property", async () => {
  const user = api.echo({ ids: [1, 2] });
  assert.deepEqual(await user.ids.map((id) => api.square(id)), [1, 4]);
  dispose(user);
});

await step("a capability made for every element, and called", async () => {
  const result = await mapped(api.getList(), (x) => api.makeCounter(x).increment(10));
  assert.deepEqual(result, [11, 12, 13, 14, 15]);
});

await step("a map of a map", async () => {
  const squares = api.getList();
  const again = squares.map((x) => api.square(x));
  assert.deepEqual(await again.map((x) => api.add(x, 1)), [2, 5, 10, 17, 26]);
  dispose(squares, again);
});

await step("a map within a map", async () => {
  const result = await mapped(api.generateFibonacci(4), (n) =>
    api.generateFibonacci(n).map((x) => api.add(x, n)),
  );
  assert.deepEqual(result, [[], [1], [1], [2, 3]]);
});

await step("a target's object, captured", async () => {
  const counter = await api.makeCounter(0);
  assert.deepEqual(await mapped(api.getList(), (x) => counter.increment(x)), [1, 3, 6, 10, 15]);
  assert.equal(await counter.value, 15);
});

await step("an object and a function of this side's, captured", async () => {
  const counter = new RpcStub(new Counter(0));
  const double = new RpcStub((x) => x * 2);
  assert.deepEqual(await mapped(api.getList(), (x) => double(x)), [2, 4, 6, 8, 10]);
  const sums = await mapped(api.getList(), (x) => api.incrementCounter(counter, x));
  // The elements are under way each by itself, so that they may overtake each other.
  assert.equal(Math.max(...sums), 15);
  dispose(counter, double);
});

await step("values of every kind, made for every element", async () => {
  const date = new Date(7);
  const made = (x) => ({ x, list: [1n, date, undefined, null, NaN], shorts: Int16Array.of(1) });
  const result = await mapped(api.generateFibonacci(2), made);
  assert.deepEqual(result, [made(0), made(1)]);
  const echoed = await mapped(api.getList(), (x) => api.echo({ x, list: [[x]], date }));
  assert.deepEqual(echoed[4], { x: 5, list: [[5]], date });
});

await step("a list that is here already", async () => {
  const list = api.getList();
  await list;
  assert.deepEqual(await list.map((x) => api.square(x)), [1, 4, 9, 16, 25]);
  dispose(list);
});

await step("an element that fails", async () => {
  await assert.rejects(
    mapped(api.getList(), () => api.throwError()),
    { name: "RangeError", message: "test error" },
  );
});

await step("a thousand elements", async () => {
  const result = await mapped(api.generateFibonacci(1000), (x) => api.add(x, 0));
  assert.equal(result.length, 1000);
  assert.equal(result[10], 55);
});

await step("the target maps a list of this side's", async () => {
  assert.deepEqual(await api.mapArrayRemote(new Source()), [2, 4, 6]);
});

await step("the target maps null and one value", async () => {
  assert.equal(await api.mapNullRemote(new Source()), null);
  assert.equal(await api.mapSingleRemote(new Source(), 21), 42);
});

await step("the target maps within a map", async () => {
  assert.deepEqual(await api.mapNestedRemote(new Source()), [[0], [0, 2], [0, 2, 4]]);
});

await step("the target captures an object of this side's", async () => {
  assert.deepEqual(await api.mapCounterRemote(new Source()), [11, 13, 16]);
});

// capnweb 0.12.0 never lets go of what a mapper has captured: here the counter, and if the target is
// one of its kind (its functions have names), all that was passed to it.
const targetLeaks = (await api.square.name) === "square";
await finish({ imports: 2, exports: targetLeaks ? stats().exports : 1 });
