// freePort: a port of this machine that nobody listens on, and that no outgoing connection is given by the
// system meanwhile. Never the same twice.
import { createServer } from "node:net";

// Below the ports that Linux gives to outgoing connections.
const ports = { first: 20_000, end: 32_000 };
const given = new Set();

export async function freePort() {
  for (;;) {
    const port = ports.first + Math.floor(Math.random() * (ports.end - ports.first));
    if (given.has(port) || !(await isFree(port))) continue;
    given.add(port);
    return port;
  }
}

function isFree(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, () => server.close(() => resolve(true)));
  });
}
