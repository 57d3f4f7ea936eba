#!/usr/bin/env node
// Serves the built page: node serve.mjs [--port 5173] [--relay http://localhost:8787 | --relay-port 8787]
// Static files of dist/ and /relay.json, which tells the page where its relay is.
import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "5173" },
    relay: { type: "string" },
    "relay-port": { type: "string", default: "8787" },
    root: { type: "string", default: fileURLToPath(new URL("./dist", import.meta.url)) },
  },
});

const typeByExtension = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
  ".woff2": "font/woff2",
};

const relay = values.relay ? { url: values.relay } : { port: Number(values["relay-port"]) };

function fileFor(pathname) {
  const path = join(values.root, normalize(decodeURIComponent(pathname)));
  if (path.startsWith(values.root) && existsSync(path) && statSync(path).isFile()) return path;
  return extname(pathname) === "" ? join(values.root, "index.html") : null;
}

const server = createServer((request, response) => {
  const { pathname } = new URL(request.url ?? "/", "http://localhost");
  if (pathname === "/relay.json") {
    response.writeHead(200, { "content-type": "application/json", "cache-control": "no-store" });
    response.end(JSON.stringify(relay));
    return;
  }
  let file = null;
  try {
    file = fileFor(pathname);
  } catch {
    // A malformed address is no file.
  }
  if (file === null) {
    response.writeHead(404, { "content-type": "text/plain" }).end("not found\n");
    return;
  }
  response.writeHead(200, {
    "content-type": typeByExtension[extname(file)] ?? "application/octet-stream",
    "cache-control": pathname.startsWith("/assets/")
      ? "public, max-age=31536000, immutable"
      : "no-cache",
  });
  createReadStream(file).pipe(response);
});

server.listen(Number(values.port), () => {
  console.log(`VECTR0 is at http://localhost:${server.address().port}`);
});
