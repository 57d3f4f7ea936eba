// A stage for one test: a client with an empty database, and React in StrictMode on it, whose commits are
// counted.
import { ConvexProvider, ConvexReactClient } from "convex/react";
import { Profiler, type ReactNode, StrictMode } from "react";
import { createRoot, type Root } from "react-dom/client";
import { SynclineClient } from "syncline";
import { SynclineProvider } from "syncline/react";

export interface Stage {
  syncline: SynclineClient;
  convex: ConvexReactClient;
  /** Shows this within both providers; again: renders anew. */
  show(node: ReactNode): void;
  /** Shows it with no provider of Convex's around. */
  showBare(node: ReactNode): void;
  text(): string;
  /** How often React has committed a change of what is shown. */
  commits(): number;
  until(what: string, holds: () => boolean): Promise<void>;
  close(): Promise<void>;
}

let stages = 0;

export function openStage(): Stage {
  const worker = new Worker(new URL("./syncline.worker.ts", import.meta.url), { type: "module" });
  const syncline = new SynclineClient({
    worker,
    storage: "memory",
    name: `stage-${++stages}`,
    undo: (_path, { list }) => (typeof list === "string" ? list : null),
  });
  const { address, webSocketConstructor } = syncline;
  const convex = new ConvexReactClient(address, { webSocketConstructor });
  const box = document.body.appendChild(document.createElement("div"));
  let commits = 0;
  let root: Root | undefined;
  const render = (node: ReactNode): void => {
    root ??= createRoot(box);
    root.render(
      <StrictMode>
        <Profiler id="stage" onRender={() => ++commits}>
          {node}
        </Profiler>
      </StrictMode>,
    );
  };
  return {
    syncline,
    convex,
    show: (node) =>
      render(
        <SynclineProvider client={syncline}>
          <ConvexProvider client={convex}>{node}</ConvexProvider>
        </SynclineProvider>,
      ),
    showBare: render,
    text: () => box.textContent ?? "",
    commits: () => commits,
    async until(what, holds) {
      for (const end = performance.now() + 10_000; !holds(); ) {
        if (performance.now() > end) {
          throw new Error(`in vain waited for: ${what}; the page shows "${box.textContent}"`);
        }
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
    },
    async close() {
      root?.unmount();
      box.remove();
      await convex.close();
      await syncline.close();
    },
  };
}

/** Everything that was asked of the worker before has been answered. */
export async function settled({ syncline }: Stage): Promise<void> {
  await syncline.sql("SELECT 1");
  await syncline.sql("SELECT 1");
}

export function equal(actual: unknown, expected: unknown, what: string): void {
  const [is, wanted] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (is !== wanted) throw new Error(`${what}: expected ${wanted}, got ${is}`);
}
