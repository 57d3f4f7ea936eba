import type { App } from "../engine/application.ts";
export function serve(_app: App): void {}
