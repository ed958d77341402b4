// Which forms of the protocol cross the wire: its messages, and the expressions in them.

// A transport that notes in `recorded`, two sets called `sent` and `received`, what passes through
// another one.
export class Recorder {
  #transport;
  #recorded;

  constructor(transport, recorded) {
    this.#transport = transport;
    this.#recorded = recorded;
  }

  send(message) {
    noteMessage(message, this.#recorded.sent);
    return this.#transport.send(message);
  }

  async receive() {
    const message = await this.#transport.receive();
    noteMessage(message, this.#recorded.received);
    return message;
  }

  abort(reason) {
    this.#transport.abort(reason);
  }
}

// Adds the names of the forms in a message to `seen`.
export function noteMessage(text, seen) {
  const [tag, ...rest] = JSON.parse(text);
  seen.add(tag);
  // An id, or an id and a count, stand before what is said; `pull` and `release` say nothing.
  const expression = { push: 0, stream: 0, abort: 0, resolve: 1, reject: 1 }[tag];
  if (expression !== undefined) note(rest[expression], seen);
}

function note(expression, seen) {
  if (expression === null) seen.add("null");
  else if (typeof expression !== "object") seen.add(typeof expression);
  else if (!Array.isArray(expression)) noteMembers("object", expression, seen);
  else if (expression.length === 1 && Array.isArray(expression[0])) {
    seen.add("array");
    for (const element of expression[0]) note(element, seen);
  } else noteTagged(expression, seen);
}

function noteMembers(name, object, seen) {
  seen.add(name);
  for (const member of Object.values(object)) note(member, seen);
}

function noteTagged([tag, ...rest], seen) {
  switch (tag) {
    case "bytes":
      return seen.add(rest[1] === undefined ? "bytes" : `bytes ${rest[1]}`);
    case "date":
      return seen.add(rest[0] === null ? "no date" : "date");
    case "error":
      seen.add(`error ${rest[0]}`);
      return rest[3] === undefined ? seen : noteMembers("error with properties", rest[3], seen);
    case "request":
      return noteBody("request", rest[1].body ?? null, seen);
    case "response":
      return noteBody("response", rest[0], seen);
    case "blob":
      seen.add("blob");
      return note(rest[1], seen);
    case "remap":
      return noteMap(rest, seen);
    case "import":
    case "pipeline":
      return noteReference(tag, rest, seen);
    default:
      return seen.add(tag);
  }
}

function noteBody(name, body, seen) {
  if (body === null) return seen.add(name);
  seen.add(`${name} with a body`);
  return note(body, seen);
}

// A reference, a property that is read, or a method that is called.
function noteReference(tag, [, , args], seen) {
  if (args === undefined) return seen.add(tag);
  seen.add(`${tag} with arguments`);
  for (const argument of args) note(argument, seen);
  return seen;
}

function noteMap([, , captures, instructions], seen) {
  seen.add("remap");
  for (const [tag] of captures) seen.add(`capture ${tag}`);
  for (const instruction of instructions) {
    if (instruction[0] === "remap") seen.add("remap in a remap");
    note(instruction, seen);
  }
  return seen;
}
