// How the page and its worker are built.
import { demoConfig } from "../lib/vite.ts";

export default demoConfig("seats");
