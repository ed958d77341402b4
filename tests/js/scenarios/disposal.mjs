// Letting go: what one side drops is released on the other, and nothing is left at the end.
//
// Needs `stats()` of the target: what its side of this session holds. Whether that counts the call
// that asks is the target's business, so everything is compared with the first answer.

import assert from "node:assert/strict";
import { RpcTarget } from "capnweb";
import { connect, dispose, eventually, finish, rejects, step } from "./lib.mjs";

class Tracked extends RpcTarget {
  disposed = 0;

  square(i) {
    return i * i;
  }

  [Symbol.dispose]() {
    this.disposed += 1;
  }
}

const { api, stats } = connect();
let idle;

// What this side, and the target, hold beyond the main objects.
const hereIs = ({ imports, exports }) =>
  eventually(api, () => assert.deepEqual(stats(), { imports: 1 + imports, exports: 1 + exports }));
const thereIs = ({ imports, exports }) =>
  eventually(api, async () => {
    const expected = { imports: idle.imports + imports, exports: idle.exports + exports };
    assert.deepEqual(await api.stats(), expected);
  });

async function nothingIsHeld() {
  await hereIs({ imports: 0, exports: 0 });
  await thereIs({ imports: 0, exports: 0 });
}

await step("both sides start with their main object", async () => {
  idle = await api.stats();
  assert.equal(idle.imports, 1);
  assert.ok(idle.exports === 1 || idle.exports === 2, `exports of the target: ${idle.exports}`);
  await nothingIsHeld();
});

await step("a result is let go once it has arrived", async () => {
  assert.equal(await api.square(2), 4);
  await nothingIsHeld();
});

await step("a capability is held until its stub is disposed", async () => {
  const counter = await api.makeCounter(0);
  await thereIs({ imports: 0, exports: 1 });
  dispose(counter);
  await nothingIsHeld();
});

await step("a duplicate holds it too", async () => {
  const counter = await api.makeCounter(0);
  const copy = counter.dup();
  dispose(counter);
  await thereIs({ imports: 0, exports: 1 });
  dispose(copy);
  await nothingIsHeld();
});

await step("a stub disposed with a call under way", async () => {
  const counter = await api.makeCounter(1);
  const pending = counter.increment();
  dispose(counter);
  assert.equal(await pending, 2);
  await nothingIsHeld();
});

await step("a promise that is never awaited", async () => {
  dispose(api.makeCounter(0));
  await nothingIsHeld();
});

await step("a promise that is let go after it was awaited", async () => {
  const slow = api.slowMethod(20);
  const canceled = rejects(
    slow.then((text) => text),
    Error,
    "RPC was canceled because the RpcPromise was disposed.",
  );
  dispose(slow);
  await canceled;
  assert.equal(await api.slowMethod(40), "slow result after 40ms");
  await nothingIsHeld();
});

await step("a pipeline whose links are disposed at once", async () => {
  const a = api.square(2);
  const b = api.square(a);
  const c = api.square(b);
  dispose(a, b);
  assert.equal(await c, 256);
  await nothingIsHeld();
});

await step("capabilities inside a result go with the result", async () => {
  const counters = [api.makeCounter(1), api.makeCounter(2)];
  const answer = await api.echo({ counters });
  dispose(...counters);
  await thereIs({ imports: 0, exports: 2 });
  dispose(answer);
  await nothingIsHeld();
});

await step("an object of this side is disposed when the call that took it ends", async () => {
  const target = new Tracked();
  assert.deepEqual(await api.callSquare(target, 3), { result: 9 });
  await eventually(api, () => assert.equal(target.disposed, 1));
  await nothingIsHeld();
});

await step("an object of this side that comes home is disposed with the result", async () => {
  const target = new Tracked();
  const answer = await api.echo([target]);
  await api.returnNull();
  assert.equal(target.disposed, 0);
  dispose(answer);
  await eventually(api, () => assert.equal(target.disposed, 1));
  await nothingIsHeld();
});

await step("many functions", async () => {
  const numbers = Array.from({ length: 50 }, (_, i) => i);
  const answers = await Promise.all(numbers.map((i) => api.callFunction((n) => n + i, 1)));
  assert.deepEqual(answers, numbers.map((i) => ({ result: i + 1 })));
  dispose(...answers);
  await nothingIsHeld();
});

await step("failures keep nothing", async () => {
  const failed = api.throwError();
  await rejects(failed.more.of.that(), RangeError, "test error");
  await rejects(api.callFunction(() => Promise.reject(new Error("no")), 1), Error, "no");
  await rejects(api.nope(new Tracked()), TypeError, "'nope' is not a function.");
  dispose(failed);
  await nothingIsHeld();
});

await step("a callback that is kept is one entry, however often it is replaced", async () => {
  const callbacks = [new Tracked(), new Tracked(), new Tracked()];
  for (const callback of callbacks) await api.registerCallback(callback);
  await thereIs({ imports: 1, exports: 0 });
  await hereIs({ imports: 0, exports: 1 });
  assert.deepEqual(callbacks.map((callback) => callback.disposed), [1, 1, 0]);
});

await finish({ exports: 2 });
