// Console: where a command's words go. Results go to standard output, everything else to standard error.

export interface Console {
  out(line: string): void;
  error(line: string): void;
}

export const processConsole: Console = {
  out: (line) => process.stdout.write(`${line}\n`),
  error: (line) => process.stderr.write(`${line}\n`),
};
