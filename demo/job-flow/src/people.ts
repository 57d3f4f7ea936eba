// People: who can sign in here. Each has a board of their own.
import type { Person as SignedIn } from "../../lib/src/relay.ts";

export interface Person extends SignedIn {
  note: string;
}

export const people: readonly Person[] = [
  {
    subject: "mara",
    name: "Mara Silva",
    email: "mara@jobflow.example",
    note: "Looks for work as a designer",
  },
  {
    subject: "jonas",
    name: "Jonas Weber",
    email: "jonas@jobflow.example",
    note: "Looks for work as an engineer",
  },
];
