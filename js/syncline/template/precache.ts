// precache: a build step that writes the service worker with the names of all built files, so that the
// first visit puts the whole page, its worker and its wasm on the device.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Plugin } from "vite";

const template = new URL("./service-worker.js", import.meta.url);

export function precache(): Plugin {
  return {
    name: "precache",
    apply: "build",
    generateBundle(_options, bundle) {
      const built = Object.keys(bundle).filter((file) => file !== "index.html");
      const files = ["/", "/icon.svg", ...built.map((file) => `/${file}`)].sort();
      const version = createHash("sha256").update(files.join("\n")).digest("hex").slice(0, 12);
      const source = readFileSync(template, "utf8")
        .replace('"%VERSION%"', JSON.stringify(version))
        .replace('"%FILES%"', JSON.stringify(files));
      this.emitFile({ type: "asset", fileName: "service-worker.js", source });
    },
  };
}
