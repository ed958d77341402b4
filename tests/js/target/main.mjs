// The interop target's main object: one method for each thing a peer can get wrong.

import { RpcStub, RpcTarget } from "capnweb";

import { Counter } from "./counter.mjs";
import * as streams from "./streams.mjs";

export class Main extends RpcTarget {
  #stats;
  #callback;

  // `stats` reads the table sizes of the session that this object is the main object of.
  constructor(stats) {
    super();
    this.#stats = stats;
  }

  [Symbol.dispose]() {
    this.#callback?.[Symbol.dispose]();
  }

  // `{imports, exports}`: how much this side of the session holds, the asking call not counted.
  stats() {
    return this.#stats();
  }

  // Calls and plain values.

  square(i) {
    return i * i;
  }

  add(a, b) {
    return a + b;
  }

  greet(name) {
    return `Hello, ${name}!`;
  }

  getList() {
    return [1, 2, 3, 4, 5];
  }

  generateFibonacci(n) {
    const numbers = [];
    for (let [a, b] = [0, 1]; numbers.length < n; [a, b] = [b, a + b]) numbers.push(a);
    return numbers;
  }

  returnNull() {
    return null;
  }

  returnUndefined() {
    return undefined;
  }

  returnNumber(i) {
    return i;
  }

  returnInfinity() {
    return Infinity;
  }

  returnNegativeInfinity() {
    return -Infinity;
  }

  returnNaN() {
    return NaN;
  }

  echo(value) {
    return kept(value);
  }

  slowMethod(ms) {
    return new Promise((resolve) => setTimeout(resolve, ms, `slow result after ${ms}ms`));
  }

  throwError() {
    throw new RangeError("test error");
  }

  throwTypeError() {
    throw new TypeError("adversarial type error");
  }

  // Capabilities and callbacks.

  callSquare(self, i) {
    return { result: self.square(i) };
  }

  async callFunction(func, i) {
    return { result: await func(i) };
  }

  makeCounter(i) {
    return new Counter(i);
  }

  incrementCounter(counter, n = 1) {
    return counter.increment(n);
  }

  registerCallback(callback) {
    this.#callback?.[Symbol.dispose]();
    this.#callback = callback.dup();
    return "registered";
  }

  triggerCallback() {
    return this.#callback ? this.#callback.notify("ping") : "no callback";
  }

  // Values that are more than JSON.

  echoBytes(bytes) {
    return bytes;
  }

  echoDate(date) {
    return date;
  }

  echoBigInt(n) {
    return n;
  }

  echoBlob(blob) {
    return blob;
  }

  makeBytes(base64) {
    return new Uint8Array(Buffer.from(base64, "base64"));
  }

  makeDate(ms) {
    return new Date(ms);
  }

  makeBigInt(decimal) {
    return BigInt(decimal);
  }

  getTimestamp(date) {
    return date.getTime();
  }

  getBytesLength(bytes) {
    return bytes.byteLength;
  }

  getBigIntString(n) {
    return n.toString();
  }

  makeHeaders() {
    return new Headers([["X-Multi", "a"], ["X-multi", "b"], ["Content-Type", "text/plain"]]);
  }

  makeBlob(text, type) {
    return new Blob([text], { type });
  }

  async readBlob(blob) {
    return { type: blob.type, text: await blob.text(), size: blob.size };
  }

  // Bodies. They are not echoed: on Node.js 20, capnweb 0.12.0 does not know a stream that has come
  // for one that it could send on.

  async readRequest(request) {
    return { method: request.method, url: request.url, text: await request.text() };
  }

  makeRequest(url, text) {
    return new Request(url, { method: "POST", body: text });
  }

  async readResponse(response) {
    return { status: response.status, text: await response.text() };
  }

  makeResponse(status, text) {
    return new Response(text, { status });
  }

  // Streams.

  makeStream(chunks) {
    return streams.streamOf(chunks.length, (i) => chunks[i]);
  }

  makeByteStream(total, chunkSize) {
    return streams.byteStream(total, chunkSize);
  }

  makeLargeChunkStream(size) {
    return streams.largeChunkStream(size);
  }

  makeErrorStream(n) {
    return streams.errorStream(n);
  }

  makeStreamSource() {
    return new streams.StreamSource();
  }

  collectStream(stream) {
    return streams.collect(stream);
  }

  sumByteStream(stream) {
    return streams.sumBytes(stream);
  }

  collectStreamSlow(stream, ms) {
    return streams.collectSlowly(stream, ms);
  }

  readStreamPartial(stream, n) {
    return streams.readPartly(stream, n);
  }

  makeCollector() {
    return new streams.Collector();
  }

  writeToWritable(writable, chunks) {
    return streams.writeAll(writable, chunks);
  }

  // `map`, driven by this side over the caller's object.

  mapArrayRemote(src) {
    return mapped(src.getNumbers(), (x) => src.double(x));
  }

  mapNullRemote(src) {
    return mapped(src.returnNull(), (x) => src.double(x));
  }

  mapSingleRemote(src, n) {
    return mapped(src.returnNumber(n), (x) => src.double(x));
  }

  mapNestedRemote(src) {
    return mapped(src.getNumbers(), (x) => src.makeList(x).map((y) => src.double(y)));
  }

  async mapCounterRemote(src) {
    const counter = await src.makeCounter(10);
    try {
      return await mapped(src.getNumbers(), (x) => counter.increment(x));
    } finally {
      counter[Symbol.dispose]();
    }
  }
}

// Awaits here what the caller could await there: a result whose promises settle while it is sent
// makes capnweb 0.12.0 name ids that are gone, which ends the session.
async function mapped(promise, mapper) {
  try {
    return await promise.map(mapper);
  } finally {
    promise[Symbol.dispose]();
  }
}

// What a method may return of an argument: the stubs in an argument end with the call, so that
// those which go back have to be duplicates.
//
// A stub of this side's own that came home cannot be duplicated: capnweb 0.12.0 takes it for a
// promise. A caller that wants one back passes the promise it got it from.
function kept(value) {
  if (value instanceof RpcStub) return value.dup();
  if (Array.isArray(value)) return value.map(kept);
  if (isPlainObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, kept(member)]));
  }
  return value;
}

function isPlainObject(value) {
  if (value === null || typeof value !== "object") return false;
  return Object.getPrototypeOf(value) === Object.prototype;
}
