// The build of the page and of its worker, with the application's functions inside.
import react from "@vitejs/plugin-react";
import { syncline } from "syncline/vite";
import { defineConfig } from "vite";
import { precache } from "./precache.ts";

export default defineConfig({
  plugins: [react(), syncline(), precache()],
  build: { target: "es2022" },
});
