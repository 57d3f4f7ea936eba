// precache: a build step that writes the service worker with the names of all built files, so that
// the first visit puts the whole page, its worker and its wasm on the device.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Plugin } from "vite";

const template = new URL("./service-worker.js", import.meta.url);

/** name: the demo's, for its caches. */
export function precache(name: string): Plugin {
  return {
    name: "demo-precache",
    apply: "build",
    generateBundle(_options, bundle) {
      const files = ["/", "/icon.svg", ...Object.keys(bundle).map((file) => `/${file}`)]
        .filter((file) => file !== "/index.html" && !file.endsWith(".map"))
        // Fonts of scripts that the page does not show are fetched when they are needed.
        .filter((file) => !file.endsWith(".woff2") || file.includes("inter-latin-wght-normal"))
        .sort();
      const version = createHash("sha256").update(files.join("\n")).digest("hex").slice(0, 12);
      const source = readFileSync(template, "utf8")
        .replace('"%NAME%"', JSON.stringify(name))
        .replace('"%VERSION%"', JSON.stringify(version))
        .replace('"%FILES%"', JSON.stringify(files, null, 2));
      this.emitFile({ type: "asset", fileName: "service-worker.js", source });
    },
  };
}
