// A server of npm `capnweb` that tells what became of what it was sent: the reference of the
// differential fuzzer.
//
//     node verdict.mjs
//
// Prints `listening on ws://HOST:PORT/`. Its main object writes down, in the canonical form of
// tests/tests/interop/differential/canonical.rs, what `see` is called with; `done` returns it.

import { RpcSession, RpcTarget, WebSocketTransport } from "capnweb";
import WebSocket, { WebSocketServer } from "ws";

globalThis.WebSocket ??= WebSocket;

class Probe extends RpcTarget {
  #seen = [];

  async see(a, b) {
    const line = this.#begin("");
    const [first, second] = [await shown(a), await shown(b)];
    this.#add(line, `${first} ${second}`);
  }
  one() { return 1; }
  data() { return { list: [1, { x: "y" }], none: null, undef: undefined }; }
  fail() { throw new RangeError("no"); }
  thing() { return new Thing(); }
  get prop() { return { a: [1, 2] }; }

  // Reads whatever there is to read in it, to its end.
  async read(value) {
    const line = this.#begin("read");
    if (value instanceof Request || value instanceof Response) await this.#readBody(line, value);
    else if (value instanceof Blob) this.#add(line, ` ${await shown(value)}`);
    else if (value instanceof ReadableStream) await this.#readStream(line, value);
    else this.#add(line, " nothing");
  }

  async fill(sink) {
    const line = this.#begin("filled");
    if (!(sink instanceof WritableStream)) return this.#add(line, " nothing");
    const writer = sink.getWriter();
    for (const chunk of [1, "x"]) await writer.write(chunk);
  }

  sink() {
    const line = this.#begin("sink");
    return new WritableStream({
      write: async (chunk) => this.#add(line, ` ${await shown(chunk)}`),
      abort: async (reason) => this.#add(line, ` aborted ${await shown(reason)}`),
    });
  }

  chunks() {
    const chunks = [1, []];
    return new ReadableStream({
      pull(controller) {
        if (chunks.length > 0) controller.enqueue(chunks.shift());
        else controller.close();
      },
    });
  }

  async done() {
    for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    return this.#seen.join("\n");
  }

  async #readStream(line, stream) {
    try {
      for await (const chunk of stream) this.#add(line, ` ${await shown(chunk)}`);
    } catch (error) {
      return this.#add(line, ` failed ${await shown(error)}`);
    }
    this.#add(line, " end");
  }

  async #readBody(line, { body }) {
    try {
      const bytes = body ? await new Response(body).arrayBuffer() : [];
      this.#add(line, ` ${Buffer.from(bytes).toString("hex")}`);
    } catch {
      this.#add(line, " failed");
    }
  }

  #begin(text) { return this.#seen.push(text) - 1; }
  #add(line, text) { this.#seen[line] += text; }
}

class Thing extends RpcTarget {
  value() { return 7; }
}

// The canonical form of a value; what is in blobs has to be waited for.
async function shown(value) {
  for (const blob of blobs(value, new Set())) {
    contents.set(blob, Buffer.from(await blob.arrayBuffer()).toString("hex"));
  }
  return canonical(value);
}

const contents = new WeakMap();

function blobs(value, seen) {
  if (value instanceof Blob) return [value];
  if (value === null || typeof value !== "object" || seen.has(value)) return [];
  seen.add(value);
  const names = value instanceof Error ? Object.getOwnPropertyNames(value) : Object.keys(value);
  return names.flatMap((name) => blobs(value[name], seen));
}

function canonical(value) {
  switch (typeof value) {
    case "undefined": return "undefined";
    case "boolean": return String(value);
    case "number": return number(value);
    case "bigint": return `${value}n`;
    case "string": return string(value);
    case "function": return "stub";
  }
  if (value === null) return "null";
  if (value instanceof Date) return `date(${Number.isNaN(+value) ? "invalid" : +value})`;
  if (value instanceof ArrayBuffer) return bytes("ArrayBuffer", value);
  if (ArrayBuffer.isView(value)) {
    const name = Buffer.isBuffer(value) ? "Uint8Array" : value.constructor.name;
    return bytes(name, value.buffer.slice(value.byteOffset, value.byteOffset + value.byteLength));
  }
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value instanceof Error) return error(value);
  if (value instanceof URL) return `url(${string(value.href)})`;
  if (value instanceof Headers) return `headers(${pairs(value)})`;
  if (value instanceof Request) {
    const { cache, redirect, mode, credentials, integrity, keepalive, referrerPolicy } = value;
    const options = [cache, redirect, mode, credentials, integrity, keepalive, referrerPolicy];
    return `request(${[value.method, value.url, pairs(value.headers), value.body !== null, ...options].join(" ")})`;
  }
  if (value instanceof Response) {
    return `response(${[value.status, value.statusText, pairs(value.headers), value.body !== null].join(" ")})`;
  }
  if (value instanceof Blob) return `blob(${string(value.type)} ${contents.get(value)})`;
  if (value instanceof ReadableStream || value instanceof WritableStream) return "stub";
  return members(value);
}

function number(value) {
  if (Number.isNaN(value)) return "nan";
  return `#${Buffer.from(Float64Array.of(value).buffer).reverse().toString("hex")}`;
}

// Unpaired surrogates do not survive in Rust (F-8).
function string(text) {
  return JSON.stringify(text.toWellFormed());
}

function bytes(name, buffer) {
  return `${name}(${Buffer.from(buffer).toString("hex")})`;
}

function error(value) {
  const props = {};
  for (const key of Object.getOwnPropertyNames(value)) {
    if (!["name", "message", "stack"].includes(key)) props[key] = value[key];
  }
  return `${value.constructor.name}(${string(value.message)} ${members(props)})`;
}

// The order of members is the text's in Rust, and numbers first in JavaScript (F-9).
function members(value) {
  const list = Object.keys(value).map((key) => `${string(key)}:${canonical(value[key])}`);
  return `{${list.sort(byCodePoint).join(",")}}`;
}

function byCodePoint(a, b) {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function pairs(headers) {
  return JSON.stringify([...headers]);
}

// Failures that nobody waits for are part of the game.
process.on("unhandledRejection", () => {});
process.on("uncaughtException", () => {});

const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
server.on("connection", (socket) => {
  new RpcSession(new WebSocketTransport(socket), new Probe());
});
server.on("listening", () => console.log(`listening on ws://127.0.0.1:${server.address().port}/`));
