// What is attacked.

import { RpcStub, RpcTarget } from "capnweb";

export class Safe extends RpcTarget {
  #world;
  #isAlive = true;

  constructor(world) {
    super();
    this.#world = world;
    world.alive += 1;
  }

  [Symbol.dispose]() {
    if (!this.#isAlive) return;
    this.#isAlive = false;
    this.#world.alive -= 1;
  }

  peek() {
    this.#world.worked += 1;
    return "gold";
  }

  take(value) {
    this.#world.worked += 1;
    return value;
  }

  async hold() {
    this.#world.worked += 1;
    await this.#world.opened;
    return "held";
  }

  empty() {
    this.#world.robbed += 1;
    return "all of it";
  }

  get combination() {
    this.#world.robbed += 1;
    return "12-34-56";
  }

  inner() {
    return new Safe(this.#world);
  }

  list() {
    return [this.inner(), this.inner()];
  }

  nested() {
    return { a: [{ b: this.inner() }] };
  }

  async later() {
    await this.#world.opened;
    return this.inner();
  }

  doors() {
    return this.#twoOf(() => this.inner());
  }

  ticks() {
    let next = 0;
    return this.#twoOf(() => (next += 1));
  }

  failing() {
    throw Object.assign(new Error("it is stuck"), { safe: this.inner() });
  }

  async call(callback) {
    return { result: await callback(this.inner()) };
  }

  keep(callback) {
    this.#world.callbacks.push(callback.dup());
  }

  pass(value) {
    return { back: value instanceof RpcStub ? value.dup() : value };
  }

  // One, and once the owner has opened, another.
  #twoOf(make) {
    const world = this.#world;
    let given = 0;
    return new ReadableStream({
      async pull(controller) {
        if (given === 1) await world.opened;
        controller.enqueue(make());
        given += 1;
        if (given === 2) controller.close();
      },
    });
  }
}
