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

  see(a, b) { this.#seen.push(`${canonical(a)} ${canonical(b)}`); }
  one() { return 1; }
  data() { return { list: [1, { x: "y" }], none: null, undef: undefined }; }
  fail() { throw new RangeError("no"); }
  thing() { return new Thing(); }
  get prop() { return { a: [1, 2] }; }

  async done() {
    for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    return this.#seen.join("\n");
  }
}

class Thing extends RpcTarget {
  value() { return 7; }
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
