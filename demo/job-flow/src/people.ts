// People: who can sign in here. Each has a board of their own.
import type { DemoPerson } from "../../lib/src/demo-app.tsx";

export const people: readonly DemoPerson[] = [
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
