// Failures: class, message, cause and own properties arrive, and the session goes on.

import assert from "node:assert/strict";
import { connect, dispose, finish, rejects, step } from "./lib.mjs";

const { api } = connect();

// Has the target fail with what `error` is, by way of a function of this side.
const failWith = (error) =>
  api.callFunction(() => {
    throw error;
  }, 0);

async function thrown(value) {
  return failWith(value).then(
    () => assert.fail("resolved"),
    (reason) => reason,
  );
}

await step("class and message", async () => {
  await rejects(api.throwError(), RangeError, "test error");
  await rejects(api.throwTypeError(), TypeError, "adversarial type error");
});

await step("every class that has a name on the wire", async () => {
  const types = [Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError];
  for (const type of types) {
    await rejects(failWith(new type("why")), type, "why");
  }
});

await step("a class of one's own arrives as Error", async () => {
  class OutOfCheese extends Error {
    name = "OutOfCheese";
  }
  await rejects(failWith(new OutOfCheese("redo from start")), Error, "redo from start");
});

await step("own properties", async () => {
  const error = Object.assign(new Error("boom"), { code: "E_X", n: 1, nested: { list: [1] } });
  const arrived = await rejects(failWith(error), Error, "boom");
  assert.deepEqual({ ...arrived }, { code: "E_X", n: 1, nested: { list: [1] } });
});

await step("the cause", async () => {
  const error = new RangeError("outer", { cause: new TypeError("inner") });
  const arrived = await rejects(failWith(error), RangeError, "outer");
  assert.ok(arrived.cause instanceof TypeError);
  assert.equal(arrived.cause.message, "inner");
});

await step("the errors of an AggregateError", async () => {
  const arrived = await rejects(
    failWith(new AggregateError([1, new RangeError("one of them")], "several")),
    AggregateError,
    "several",
  );
  assert.equal(arrived.errors[0], 1);
  assert.ok(arrived.errors[1] instanceof RangeError);
});

await step("the target's stack stays with the target", async () => {
  const arrived = await rejects(api.throwError(), RangeError, "test error");
  assert.doesNotMatch(arrived.stack, /throwError|throw_error|main\.mjs|\.rs/);
});

await step("something thrown that is no error", async () => {
  assert.equal(await thrown("a string"), "a string");
  assert.equal(await thrown(null), null);
  assert.equal(await thrown(undefined), undefined);
  assert.deepEqual(await thrown({ code: 7 }), { code: 7 });
});

await step("a method that is not there", async () => {
  await rejects(api.nope(), TypeError, "'nope' is not a function.");
});

await step("a member of a method, called", async () => {
  await rejects(api.square.nope(), TypeError, "'square.nope' is not a function.");
});

await step("a method that is not there, on a capability", async () => {
  const counter = await api.makeCounter(0);
  await rejects(counter.decrement(), TypeError, "'decrement' is not a function.");
  dispose(counter);
});

await step("a property, called", async () => {
  const counter = await api.makeCounter(0);
  await rejects(counter.value(), TypeError, "'value' is not a function.");
  dispose(counter);
});

await step("a call on a failed result", async () => {
  const failed = api.throwError();
  await rejects(failed.anything(), RangeError, "test error");
  await rejects(failed.some.property, RangeError, "test error");
  dispose(failed);
});

await step("a failed result as an argument: the method does not run", async () => {
  const counter = await api.makeCounter(0);
  const failed = api.throwTypeError();
  await rejects(counter.increment(failed), TypeError, "adversarial type error");
  await rejects(api.square(failed), TypeError, "adversarial type error");
  assert.equal(await counter.value, 0);
  dispose(failed, counter);
});

await step("a rejected promise of this side as an argument", async () => {
  const failed = failWith(new SyntaxError("bad arg"));
  await rejects(api.echo({ deep: [failed] }), SyntaxError, "bad arg");
  dispose(failed);
});

await step("the session goes on", async () => {
  assert.equal(await api.square(2), 4);
});

await finish();
