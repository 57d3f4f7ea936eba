// The build of the page that the bench drives, and of its three workers.
import { syncline } from "syncline/vite";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [syncline()],
  build: { target: "es2022", chunkSizeWarningLimit: 2000 },
  optimizeDeps: { exclude: ["@sqlite.org/sqlite-wasm"] },
});
