// The build of the page and of its worker, with the application's functions inside. In development
// Vite serves the page and hands on to the relay what is the relay's.
import react from "@vitejs/plugin-react";
import { syncline } from "syncline/vite";
import { defineConfig } from "vite";
import { precache } from "./precache.ts";

const relay = "http://localhost:8787";

export default defineConfig({
  plugins: [react(), syncline(), precache()],
  build: { target: "es2022" },
  server: { proxy: { "/dev/token": relay, "/sync": { target: relay, ws: true } } },
});
