// A client and a server of npm `capnweb`, whose messages are written down.

import { RpcSession, RpcStub } from "capnweb";

import { makers } from "./makers.mjs";
import { World } from "./world.mjs";

export class Stage {
  #log = [];
  #scope;
  #results = {};
  #resolvers = {};
  #server = new World();

  constructor() {
    const [calling, serving] = connect(this.#log);
    const session = new RpcSession(calling, new World());
    // The server keeps its client's main object: letting go of it would end the session.
    this.serving = new RpcSession(serving, this.#server);
    this.#scope = { ...makers, main: session.getRemoteMain() };
  }

  // Does what one line says.
  act(line) {
    const [mark, action] = [line[0], line.slice(2)];
    if (mark === "<") return this.#server.control(action);
    const [word, name, ...rest] = action.split(" ");
    if (word === "await") return this.#begin(name);
    if (word === "drop") return this.#drop(name);
    if (word === "read") return this.#read(name);
    if (word === "write") return this.#write(name, this.#evaluate(rest.join(" ")));
    if (word === "resolve" || word === "reject") {
      return this.#resolvers[name][word](this.#evaluate(rest.join(" ")));
    }
    const [, variable, expression] = /^(\w+) = (.*)$/.exec(action);
    const awaited = /^await (\w+)$/.exec(expression);
    if (awaited) this.#scope[variable] = this.#take(awaited[1]);
    else if (expression === "promise()") this.#scope[variable] = this.#promise(variable);
    else this.#scope[variable] = this.#evaluate(expression);
  }

  // Waits until nothing is said any more; returns what was.
  async settled() {
    const said = [];
    for (let silent = 0; silent < 20; silent += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      if (this.#log.length > 0) silent = 0;
      said.push(...this.#log.splice(0));
    }
    return said;
  }

  #evaluate(expression) {
    const names = Object.keys(this.#scope);
    const body = new Function(...names, `return (${expression});`);
    return body(...names.map((name) => this.#scope[name]));
  }

  #begin(name) {
    const keep = (value) => { this.#results[name] = value; };
    this.#scope[name].then(keep, keep);
  }

  async #read(name) {
    const chunks = [];
    for await (const chunk of this.#results[name]) chunks.push(chunk);
  }

  async #write(name, chunk) {
    const writer = this.#results[name].getWriter();
    await writer.write(chunk);
    await writer.close();
  }

  // The value is its new name's from now on: disposing the promise would dispose it as well.
  #take(name) {
    const value = this.#results[name];
    delete this.#results[name];
    this.#scope[name] = undefined;
    return value;
  }

  // Only promises of calls can be sent: this is one of a call to a function of ours.
  #promise(name) {
    const own = new Promise((resolve, reject) => { this.#resolvers[name] = { resolve, reject }; });
    const stub = new RpcStub(() => own);
    return stub();
  }

  #drop(name) {
    for (const value of [this.#results[name], this.#scope[name]]) value?.[Symbol.dispose]?.();
    delete this.#results[name];
    delete this.#scope[name];
  }
}

// Two transports, each of which delivers what the other sends.
function connect(log) {
  const calling = new Transport("→", log);
  const serving = new Transport("←", log);
  [calling.peer, serving.peer] = [serving, calling];
  return [calling, serving];
}

class Transport {
  #arrived = [];
  #waiting;

  constructor(arrow, log) {
    this.arrow = arrow;
    this.log = log;
  }

  send(message) {
    this.log.push(`${this.arrow} ${message}`);
    this.peer.deliver(message);
  }

  deliver(message) {
    if (this.#waiting) this.#waiting(message);
    else this.#arrived.push(message);
    this.#waiting = undefined;
  }

  receive() {
    if (this.#arrived.length > 0) return Promise.resolve(this.#arrived.shift());
    return new Promise((resolve) => { this.#waiting = resolve; });
  }
}
