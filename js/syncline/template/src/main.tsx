// Starts the page, and keeps it on this device so that it opens without a network.
import { createRoot } from "react-dom/client";
import { App } from "./app.tsx";
import "./styles.css";

if (import.meta.env.PROD && "serviceWorker" in navigator) {
  navigator.serviceWorker.register("/service-worker.js").catch((error: unknown) => {
    console.warn("The page will not open offline:", error);
  });
}

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root");
createRoot(root).render(<App />);
