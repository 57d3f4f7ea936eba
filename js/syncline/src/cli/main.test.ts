import { expect, it } from "vitest";
import { commands, main } from "./main.ts";

async function call(...argv: string[]): Promise<{ code: number; out: string; error: string }> {
  const said = { out: "", error: "" };
  const code = await main(
    argv,
    {
      out: (line) => {
        said.out += `${line}\n`;
      },
      error: (line) => {
        said.error += `${line}\n`;
      },
    },
    new AbortController().signal,
  );
  return { code, ...said };
}

it("lists its commands, and says how each is called", async () => {
  const overview = await call("--help");
  expect(overview.code).toBe(0);
  for (const { name, flags } of commands) {
    expect(overview.out).toContain(`\n  ${name} `);
    const help = await call(name, "--help");
    expect(help).toEqual(await call("help", name));
    expect(help.code).toBe(0);
    expect(help.out).toContain(`usage: syncline ${name}`);
    for (const flag of Object.keys(flags)) expect(help.out).toContain(`--${flag}`);
  }
  expect((await call("--version")).out).toMatch(/^\d+\.\d+\.\d+\n$/);
});

it("refuses what it does not have, with exit code 2", async () => {
  for (const [argv, message] of [
    [["push"], "there is no command push"],
    [["--verbose"], "there is no flag --verbose"],
    [["codegen", "--quick"], "it has no flag --quick"],
    [["codegen", "-q"], "it has no flag -q"],
    [["codegen", "here"], '"here" is one argument too many'],
    [["codegen", "--dir"], "argument missing"],
    [["bundle", "convex"], "it needs FOLDER APP.json"],
  ] as const) {
    const { code, out, error } = await call(...argv);
    expect([code, out, error]).toEqual([2, "", expect.stringContaining(message)]);
    expect(error).not.toMatch(/\n\s+at /);
  }
  expect((await call()).code).toBe(2);
});

it("fails with a sentence and exit code 1", async () => {
  const { code, error } = await call("codegen", "--dir", "no/such/folder");
  expect(code).toBe(1);
  expect(error).toMatch(/^syncline codegen: there is no folder .*no\/such\/folder\n$/);
});
