// The head of every generated file: what it is, and that nobody need edit it.

export function header(what: string): string {
  return `/* eslint-disable */
/**
 * ${what}
 *
 * Written by \`syncline codegen\`; changes here are lost when it runs again.
 * @module
 */
`;
}
