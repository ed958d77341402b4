// Runs the module of the page of the example `axum_page` as a browser would: everything comes from
// the server at the URL given.

import assert from "node:assert/strict";
import WebSocket from "ws";

globalThis.WebSocket ??= WebSocket; // Node.js has one of its own from version 22 on

const server = process.argv[2];
const fetched = async (path, type) => {
  const response = await fetch(new URL(path, server));
  assert.equal(response.status, 200, path);
  assert.match(response.headers.get("content-type"), type, path);
  return response.text();
};
const moduleOf = (text) => `data:text/javascript;base64,${Buffer.from(text).toString("base64")}`;

const html = await fetched("/", /^text\/html/);
const { imports } = JSON.parse(html.match(/<script type="importmap">(.*?)<\/script>/s)[1]);
assert.deepEqual(imports, { capnweb: "/capnweb.js" });

// Node.js has no import maps: the name is replaced by what the map says it stands for.
const library = moduleOf(await fetched(imports.capnweb, /^text\/javascript/));
const module = await fetched("/page.mjs", /^text\/javascript/);
const { double, watch } = await import(moduleOf(module.replace('"capnweb"', `"${library}"`)));

const rpc = new URL("/rpc", server);
const shown = [];
let told;
const show = (value) => {
  shown.push(value);
  told?.();
};
const until = async (value) => {
  while (shown.at(-1) !== value) await new Promise((resolve) => (told = resolve));
};
let broken = 0;
const counter = await watch(rpc, show, () => broken++);
await until(0);
assert.equal(await counter.increment(), 1);
await until(1);
assert.equal(await counter.increment(4), 5);
assert.equal(await double(rpc), 10);
await until(10);
assert.equal(broken, 0);
counter[Symbol.dispose]();
console.log("the page works");
