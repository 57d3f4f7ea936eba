// typecheck: TypeScript over the functions folder, if the project has TypeScript and the folder a tsconfig.json.
import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";

export type TypecheckMode = "try" | "enable" | "disable";

/** Throws an Error if it is none. */
export function typecheckMode(text: string | undefined): TypecheckMode {
  if (text === undefined) return "try";
  if (text === "try" || text === "enable" || text === "disable") return text;
  throw new Error(`--typecheck is try, enable or disable, not "${text}"`);
}

/** Throws an Error with what TypeScript says; with "enable" also if it cannot be asked. */
export async function typecheck(folder: string, mode: TypecheckMode): Promise<void> {
  if (mode === "disable") return;
  const config = join(resolve(folder), "tsconfig.json");
  const program = findTypeScript(folder);
  if (!existsSync(config) || program === undefined) {
    if (mode === "try") return;
    throw new Error(
      program === undefined
        ? "types cannot be checked without TypeScript: npm install --save-dev typescript"
        : `types cannot be checked without ${config}`,
    );
  }
  const output = await new Promise<string | undefined>((done) => {
    execFile(
      process.execPath,
      [program, "--noEmit", "--pretty", "false", "-p", config],
      { maxBuffer: 16 << 20 },
      (error, stdout, stderr) => done(error ? stdout + stderr : undefined),
    );
  });
  if (output === undefined) return;
  const lines = output.trimEnd().split("\n");
  const shown = lines.slice(0, 20).join("\n");
  const more = lines.length > 20 ? `\nand ${lines.length - 20} more lines` : "";
  throw new Error(
    `TypeScript finds mistakes ("--typecheck disable" passes over them):\n${shown}${more}`,
  );
}

function findTypeScript(folder: string): string | undefined {
  try {
    const manifest = createRequire(join(resolve(folder), "index.js")).resolve(
      "typescript/package.json",
    );
    const { bin } = JSON.parse(readFileSync(manifest, "utf8")) as { bin?: { tsc?: string } };
    return bin?.tsc === undefined ? undefined : join(dirname(manifest), bin.tsc);
  } catch {
    return undefined;
  }
}
