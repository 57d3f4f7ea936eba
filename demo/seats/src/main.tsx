// Starts the page, and keeps it on this device so that it opens without a network.
import "@fontsource-variable/inter/wght.css";
import "../../lib/styles/base.css";
import "../../lib/styles/controls.css";
import "../../lib/styles/frame.css";
import "../../lib/styles/refused.css";
import "./styles.css";
import { createRoot } from "react-dom/client";
import { keepPage } from "../../lib/src/keep-page.ts";
import { App } from "./app.tsx";

keepPage();

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root");
createRoot(root).render(<App />);
