// The build of a demo: the page and its worker, with the application's functions inside. In development
// Vite serves the page and hands on to the relay what is the relay's.
import react from "@vitejs/plugin-react";
import { syncline } from "syncline/vite";
import { defineConfig, type UserConfig } from "vite";
import { precache } from "./precache.ts";

const relay = "http://localhost:8787";

export function demoConfig(name: string): UserConfig {
  return defineConfig({
    plugins: [react(), syncline(), precache(name)],
    build: { target: "es2022" },
    server: { proxy: { "/dev/token": relay, "/sync": { target: relay, ws: true } } },
  });
}
