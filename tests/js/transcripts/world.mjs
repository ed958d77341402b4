// The main object of the transcripts; the same as `World` in the session's Rust tests.

import { RpcTarget } from "capnweb";

import { streamOf } from "./makers.mjs";

export class World extends RpcTarget {
  #gate = Promise.withResolvers?.() ?? withResolvers();
  #kept = [];

  // What the server's own application does.
  control(action) {
    if (action === "open") this.#gate.resolve();
    else if (action === "forget") for (const kept of this.#kept.splice(0)) kept?.[Symbol.dispose]?.();
    else throw new Error(`what is to ${action}?`);
  }

  square(x) { return x * x; }
  add(a, b) { return a + b; }
  echo(value) { return kept(value); }
  makeCounter(start) { return new Counter(start); }
  incrementCounter(counter, by) { return counter.increment(by); }
  async callFunction(f, x) { return { result: await f(x) }; }
  callDirect(f, x) { return f(x); }
  callNested(f, x) { return { r: f(x) }; }
  callSquare(target, x) { return { result: target.square(x) }; }
  wrap(x) { return { x: kept(x) }; }
  user() { return { name: "Ann" }; }
  greet(name) { return `Hi ${name}`; }
  two() { return "ok"; }
  give() { return { s: () => null }; }
  giveSquare() { return (x) => x * x; }
  get fresh() { return new Counter(); }
  get prop() { return { a: [1, 2], u: undefined }; }
  nothing() {}
  throwIt() {
    throw Object.assign(new RangeError("boom", { cause: new TypeError("inner") }), { code: "E_X" });
  }
  throwValue(value) { throw value; }
  async later(value) { await this.#gate.promise; return kept(value); }
  // The same as `Theatre` in the session's Rust tests.
  async writeTo(sink) {
    const writer = sink.getWriter();
    await writer.write("hello");
    await writer.write({ n: 1 });
    await writer.close();
    return "done";
  }
  async writeHello(sink) { await sink.getWriter().write("hello"); return "returned"; }
  async abortIt(sink) {
    const writer = sink.getWriter();
    await writer.write("hello");
    await writer.abort(new Error("nope"));
    return "aborted";
  }
  async readAll(stream) {
    const chunks = [];
    for await (const chunk of stream) chunks.push(chunk);
    return chunks;
  }
  getSink() { return new WritableStream(); }
  getStream(...chunks) { return streamOf(...chunks); }

  hang() { return new Promise(() => {}); }
  keep(...values) { this.#kept.push(...values.map(kept)); }
}

class Counter extends RpcTarget {
  #count;

  constructor(start = 0) {
    super();
    this.#count = start;
  }

  increment(by = 1) { return (this.#count += by); }
  get value() { return this.#count; }
}

// Arguments are let go of when a method returns; what outlives that is a duplicate.
function kept(value) {
  if (value?.dup instanceof Function) return value.dup();
  if (value === null || typeof value !== "object") return value;
  for (const [key, member] of Object.entries(value)) {
    if (typeof member === "object" || typeof member === "function") value[key] = kept(member);
  }
  return value;
}

function withResolvers() {
  const deferred = {};
  deferred.promise = new Promise((resolve, reject) => Object.assign(deferred, { resolve, reject }));
  return deferred;
}
