// The build of the page and of its worker, with the functions of convex/ inside. In development Vite
// serves the page and hands on to the relay what is the relay's.
import react from "@vitejs/plugin-react";
import { syncline } from "syncline/vite";
import { defineConfig } from "vite";
import { precache } from "./precache.ts";

// `syncline dev` says where the relay is.
const relay = process.env["SYNCLINE_URL"] || "http://localhost:8787";
const proxy = { "/dev/token": relay, "/sync": { target: relay, ws: true } };

export default defineConfig({
  plugins: [react(), syncline(), precache()],
  build: { target: "es2022" },
  server: { proxy },
  preview: { proxy },
});
