// Values: what goes in through `echo` comes back, of the same kind.

import assert from "node:assert/strict";
import { connect, finish, forget, rejects, step } from "./lib.mjs";

const { api } = connect();

async function returns(value) {
  assert.deepEqual(await api.echo(value), value);
}

await step("null, undefined and booleans", async () => {
  for (const value of [null, undefined, true, false]) assert.equal(await api.echo(value), value);
});

await step("numbers", async () => {
  const numbers = [0, 1, -1, 0.1 + 0.2, 1e21, -1e-7, 2 ** 53, 5e-324, Number.MAX_VALUE];
  for (const n of numbers) assert.equal(await api.echo(n), n);
});

await step("a negative zero arrives as zero", async () => {
  assert.ok(Object.is(await api.echo(-0), 0));
});

await step("numbers that JSON does not have", async () => {
  assert.equal(await api.returnInfinity(), Infinity);
  assert.equal(await api.returnNegativeInfinity(), -Infinity);
  assert.ok(Number.isNaN(await api.returnNaN()));
  await returns([Infinity, -Infinity, NaN]);
});

await step("strings", async () => {
  const plain = ["", "żółć", "日本語", "e\u0301", "👩‍👩‍👧‍👦🏳️‍🌈"];
  const awkward = ["a\"b\\c/d", "\0\b\t\n\v\f\r\x1f\x7f", "\u2028\u2029\ufeff\uffff"];
  for (const text of [...plain, ...awkward]) assert.equal(await api.echo(text), text);
});

await step("lists, nested and empty", async () => {
  for (const list of [[], [[]], [[[]], []], [1, [2, [3, [4]]]], [null, undefined, [undefined]]]) {
    await returns(list);
  }
});

await step("lists that look like the wire", async () => {
  await returns(["undefined"]);
  await returns(["date", 1]);
  await returns(["export", -1]);
  await returns([["pipeline", 0, ["square"], [3]]]);
  await returns(["error", "Error", "x"]);
});

await step("objects", async () => {
  await returns({});
  await returns({ a: { b: { c: [{}] } }, u: undefined, n: null });
  await returns({ "": 1, "ключ": 2, "a b": 3, "0": 4, "-1": 5, "\n": 6 });
});

await step("members with a dangerous name are dropped, the others stay", async () => {
  const data = { a: 1, constructor: 2, toString: 3, toJSON: 4, hasOwnProperty: 5, b: 6 };
  assert.deepEqual(await api.echo(data), { a: 1, b: 6 });
});

await step("deep nesting", async () => {
  let deep = "bottom";
  for (let i = 0; i < 200; i += 1) deep = i % 2 ? [deep] : { deep };
  await returns(deep);
});

await step("bigints", async () => {
  for (const n of [0n, -5n, 2n ** 64n, -(10n ** 100n)]) {
    assert.equal(await api.echo(n), n);
    assert.equal(await api.echoBigInt(n), n);
    assert.equal(await api.makeBigInt(n.toString()), n);
    assert.equal(await api.getBigIntString(n), n.toString());
  }
});

await step("the longest bigint", async () => {
  const longest = 10n ** 16383n;
  for (const back of [await api.echo(longest), await api.echoBigInt(longest)]) {
    assert.equal(back, longest);
  }
});

await step("a bigint that is too long ends its session, and no other", async () => {
  const other = connect();
  await rejects(
    other.api.echo(10n ** 16384n),
    TypeError,
    "Deserialized bigint exceeds maximum length of 16384 digits.",
  );
  forget(other);
  assert.equal(await api.square(3), 9);
});

await step("bytes", async () => {
  for (const length of [0, 1, 2, 3, 255, 4096]) {
    const bytes = Uint8Array.from({ length }, (_, i) => i & 255);
    for (const back of [await api.echo(bytes), await api.echoBytes(bytes)]) {
      assert.ok(back instanceof Uint8Array);
      assert.deepEqual(Array.from(back), Array.from(bytes));
    }
    assert.equal(await api.getBytesLength(bytes), length);
    const made = await api.makeBytes(Buffer.from(bytes).toString("base64"));
    assert.deepEqual(Array.from(made), Array.from(bytes));
  }
});

await step("every kind of typed array keeps its kind", async () => {
  const arrays = [
    new Int8Array([-1, 2]),
    new Uint8ClampedArray([1, 255]),
    new Int16Array([-2, 258]),
    new Uint16Array([258]),
    new Int32Array([-2]),
    new Uint32Array([0x01020304]),
    new BigInt64Array([-2n]),
    new BigUint64Array([2n ** 64n - 1n]),
    new Float32Array([1.5, -0]),
    new Float64Array([1.5, NaN]),
  ];
  for (const array of arrays) {
    for (const back of [await api.echo(array), await api.echoBytes(array)]) {
      assert.equal(Object.getPrototypeOf(back), Object.getPrototypeOf(array));
      assert.deepEqual(back, array);
    }
  }
});

await step("a buffer and a view keep their kind", async () => {
  const { buffer } = Uint8Array.of(1, 2, 3);
  assert.deepEqual(await api.echo(buffer), buffer);
  assert.deepEqual(await api.echo(new DataView(buffer)), new DataView(buffer));
});

await step("dates", async () => {
  for (const ms of [0, -1, 1_700_000_000_123, 8.64e15, -8.64e15]) {
    const date = new Date(ms);
    assert.deepEqual(await api.echo(date), date);
    assert.deepEqual(await api.echoDate(date), date);
    assert.deepEqual(await api.makeDate(ms), date);
    assert.equal(await api.getTimestamp(date), ms);
  }
});

await step("a date that is none", async () => {
  for (const back of [await api.echo(new Date(NaN)), await api.echoDate(new Date(NaN))]) {
    assert.ok(back instanceof Date);
    assert.ok(Number.isNaN(back.getTime()));
  }
});

await step("an error as data is data", async () => {
  const back = await api.echo({ failed: Object.assign(new RangeError("just data"), { code: 7 }) });
  assert.ok(back.failed instanceof RangeError);
  assert.equal(back.failed.message, "just data");
  assert.equal(back.failed.code, 7);
});

await step("an error in an error, as data", async () => {
  const cause = new TypeError("inner", { cause: new Date(3) });
  const back = await api.echo([new Error("outer", { cause })]);
  assert.ok(back[0].cause instanceof TypeError);
  assert.deepEqual(back[0].cause.cause, new Date(3));
});

await step("an error that stands for several, as data", async () => {
  const errors = [new TypeError("one"), "two", new AggregateError([], "three")];
  const back = await api.echo([new AggregateError(errors, "all", { cause: 1 })]);
  assert.ok(back[0] instanceof AggregateError);
  assert.equal(back[0].message, "all");
  assert.equal(back[0].cause, 1);
  assert.ok(back[0].errors[0] instanceof TypeError);
  assert.equal(back[0].errors[1], "two");
  assert.deepEqual(back[0].errors[2].errors, []);
});

await step("an error that is the whole result is a result", async () => {
  const back = await api.echo(new URIError("not thrown"));
  assert.ok(back instanceof URIError);
  assert.equal(back.message, "not thrown");
});

await step("URLs", async () => {
  for (const text of ["HTTP://EXAMPLE.com:80/a b?q=é#f", "mailto:a@b", "https://u:p@x/"]) {
    const back = await api.echo(new URL(text));
    assert.ok(back instanceof URL);
    assert.equal(back.href, new URL(text).href);
  }
});

await step("headers", async () => {
  const pairs = [
    ["X-B", "1"],
    ["x-a", "2"],
    ["X-b", "3"],
    ["Set-Cookie", "a=1"],
    ["Set-Cookie", "b=2"],
    ["latin", "\u00e9\u00ff"],
    ["control", "\u0001"],
    ["empty", ""],
  ];
  for (const headers of [new Headers(), new Headers(pairs)]) {
    const back = await api.echo({ headers });
    assert.ok(back.headers instanceof Headers);
    assert.deepEqual([...back.headers], [...headers]);
  }
  const made = await api.makeHeaders();
  assert.deepEqual([...made], [["content-type", "text/plain"], ["x-multi", "a, b"]]);
});

await step("requests and responses without a body", async () => {
  const options = { method: "DELETE", headers: { a: "1" }, redirect: "manual", cache: "no-store" };
  const request = await api.echo(new Request("http://e.com/a?b#c", options));
  assert.ok(request instanceof Request);
  assert.equal(request.url, "http://e.com/a?b#c");
  assert.equal(request.method, "DELETE");
  assert.equal(request.headers.get("a"), "1");
  assert.equal(request.redirect, "manual");
  assert.equal(request.cache, "no-store");

  const init = { status: 404, statusText: "Not Here", headers: { b: "2" } };
  const response = await api.echo(new Response(null, init));
  assert.ok(response instanceof Response);
  assert.equal(response.status, 404);
  assert.equal(response.statusText, "Not Here");
  assert.equal(response.headers.get("b"), "2");
  assert.equal(response.body, null);
});

// What a body or a blob can have in it, from nothing to more than is under way at once.
const contents = ["", "żółć 日本語", "x".repeat(1_000_000)];

await step("requests with a body", async () => {
  const url = "http://e.com/";
  for (const text of contents) {
    const request = new Request(url, { method: "PUT", body: text });
    assert.deepEqual(await api.readRequest(request), { method: "PUT", url, text });
    const made = await api.makeRequest(url, text);
    assert.ok(made instanceof Request);
    assert.equal(made.method, "POST");
    assert.equal(await made.text(), text);
  }
});

await step("responses with a body", async () => {
  for (const text of contents) {
    const bytes = new TextEncoder().encode(text);
    const response = new Response(bytes, { status: 404 });
    assert.deepEqual(await api.readResponse(response), { status: 404, text });
    const made = await api.makeResponse(201, text);
    assert.ok(made instanceof Response);
    assert.equal(made.status, 201);
    assert.equal(await made.text(), text);
  }
});

await step("blobs", async () => {
  for (const text of contents) {
    const blob = new Blob([text], { type: "text/plain" });
    for (const back of [await api.echo(blob), await api.echoBlob(blob)]) {
      assert.ok(back instanceof Blob);
      assert.equal(back.type, "text/plain");
      assert.equal(await back.text(), text);
    }
    const made = await api.makeBlob(text, "");
    assert.equal(made.type, "");
    assert.equal(await made.text(), text);
    const size = new TextEncoder().encode(text).length;
    assert.deepEqual(await api.readBlob(blob), { type: "text/plain", text, size });
  }
});

await step("all of it at once", async () => {
  const list = [1n, new Date(1), null, undefined, [NaN]];
  await returns({ list, bytes: new Int16Array([1]), text: "✓" });
});

await step("what cannot be sent fails here, and the session goes on", async () => {
  assert.throws(() => api.echo(new Map()), TypeError);
  await rejects(api.callFunction(() => new Map(), 0), TypeError, /^Cannot serialize value/);
  assert.equal(await api.square(3), 9);
});

await finish();
