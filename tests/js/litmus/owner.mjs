// What whoever runs the attacks holds: the state of the world, and the right to change it.

import { RpcTarget } from "capnweb";

export class Owner extends RpcTarget {
  #world;

  constructor(world) {
    super();
    this.#world = world;
  }

  echo(value) {
    return value;
  }

  counters() {
    const { worked, robbed, admitted, alive, visitors } = this.#world;
    return { worked, robbed, admitted, alive, visitors };
  }

  open() {
    this.#world.open();
  }

  revoke(what, reason) {
    this.#world.revoke(what, reason);
  }

  ring() {
    for (const callback of this.#world.callbacks) callback("ring");
    return this.#world.callbacks.length;
  }
}
