// The page in React's development build, so that StrictMode mounts and runs everything twice.
import react from "@vitejs/plugin-react";
import { syncline } from "syncline/vite";
import { defineConfig } from "vite";

export default defineConfig({
  mode: "development",
  plugins: [react(), syncline()],
  build: { target: "es2022", minify: false, chunkSizeWarningLimit: 4000 },
});
