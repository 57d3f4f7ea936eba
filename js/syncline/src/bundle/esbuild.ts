// bundle: modules and all they import as one text in CommonJS, with Convex's conditions.
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type BuildFailure, build, type Plugin } from "esbuild";
import { executionGlobalNames } from "../engine/application.ts";

export interface BundleOptions {
  /** Names the entry's imports are relative to, and that messages begin at. */
  directory: string;
  contents: string;
  platform?: "browser" | "node";
  conditions?: readonly string[];
  /** Left as require(...). */
  external?: readonly string[];
  plugins?: readonly Plugin[];
}

export interface BundledText {
  code: string;
  /** Every file that it was made of, absolute. */
  files: string[];
}

// Text that says globalThis.fetch means the execution's own as much as text that says fetch.
const ownGlobals = Object.fromEntries(
  executionGlobalNames.map((name) => [`globalThis.${name}`, name]),
);

/** Throws an Error with esbuild's message, which names file and line, and what helps. */
export async function bundle(options: BundleOptions): Promise<BundledText> {
  const { directory, contents, platform = "browser", conditions = [], external = [] } = options;
  const isNode = platform === "node";
  const result = await build({
    stdin: { contents, resolveDir: directory, sourcefile: "syncline-entry.js", loader: "js" },
    absWorkingDir: directory,
    bundle: true,
    write: false,
    metafile: true,
    format: "cjs",
    platform,
    conditions: ["convex", "module", ...conditions],
    external: [...external],
    ...(isNode ? { packages: "external" as const } : {}),
    define: { "process.env.NODE_ENV": '"production"', ...(isNode ? {} : ownGlobals) },
    target: "es2022",
    jsx: "automatic",
    logLevel: "silent",
    legalComments: "none",
    plugins: [ownModules, packages, ...(options.plugins ?? [])],
  }).catch((error: BuildFailure) => {
    throw withAdvice(error);
  });
  const files = Object.keys(result.metafile.inputs)
    .filter((file) => !/^(syncline-entry|syncline-[a-z]+:|\(disabled\))/.test(file))
    .map((file) => resolve(directory, file));
  return { code: result.outputFiles[0]?.text ?? "", files };
}

function withAdvice(error: BuildFailure): Error {
  const needsNode = error.errors?.some(({ notes }) =>
    notes.some(({ text }) => text.includes("Are you trying to bundle for node?")),
  );
  if (!needsNode) return error;
  return new Error(
    `${error.message}\nThis is a module of Node. What runs on a device cannot use it: move the actions ` +
      'that need it to a file of their own that begins with "use node".',
    { cause: error },
  );
}

// Whichever way the application imports these of ours, it gets the files of this very package.
const ownEntries = ["rules", "values", "server", "text"];

function ownEntry(name: string): string {
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  return fileURLToPath(new URL(`../${name}/index.${extension}`, import.meta.url));
}

/** Where rules are made. */
export const rulesModule = ownEntry("rules");

const ownModules: Plugin = {
  name: "syncline-own",
  setup(build) {
    build.onResolve({ filter: new RegExp(`^syncline/(${ownEntries.join("|")})$`) }, ({ path }) => ({
      path: ownEntry(path.slice("syncline/".length)),
    }));
  },
};

// A package that the entry asks for is the very copy that its modules import, and not the one for require.
const packages: Plugin = {
  name: "syncline-packages",
  setup(build) {
    build.onResolve({ filter: /^syncline-package:/ }, ({ path, resolveDir }) => ({
      path: path.slice("syncline-package:".length),
      namespace: "syncline-package",
      pluginData: resolveDir,
    }));
    build.onLoad({ filter: /.*/, namespace: "syncline-package" }, ({ path, pluginData }) => {
      const [name, wanted] = path.split("?");
      const exported = wanted === undefined ? "*" : `{ ${wanted} }`;
      return {
        contents: `export ${exported} from ${JSON.stringify(name)};`,
        resolveDir: pluginData as string,
      };
    });
  },
};
