// A web server with two pages, for tasks that use the network: `/hello` says hello, `/echo` says
// what it was sent. Prints `listening on HOST:PORT` and serves until it is killed.

import { createServer } from "node:http";
import { text } from "node:stream/consumers";

const server = createServer(async (request, response) => {
  const sent = await text(request);
  if (request.url === "/hello") response.end("hello");
  else if (request.url === "/echo") response.end(sent);
  else response.writeHead(404).end("no such page");
});
server.listen(0, "127.0.0.1", () => {
  const { address, port } = server.address();
  console.log(`listening on ${address}:${port}`);
});
