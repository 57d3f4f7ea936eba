// Welcome: choose who you are. The demo's relay hands out a token for anyone, so that roles can be
// compared side by side.
import { type FormEvent, useState } from "react";
import { PersonChoice } from "../../lib/src/person-choice.tsx";
import { PersonFields } from "../../lib/src/person-fields.tsx";
import { addPerson, demoPeople, otherPeople } from "./people.ts";
import { go } from "./route.ts";

export function Welcome() {
  return (
    <main className="page narrow welcome">
      <p className="wordmark">
        VECTR<span>0</span>
      </p>
      <h1>Who is planning today?</h1>
      <p className="lead">
        Open a second window as somebody else to see changes travel. Everything also works with the
        network off.
      </p>
      <ul className="people">
        {[...demoPeople, ...otherPeople()].map((person) => (
          <li key={person.subject}>
            <PersonChoice
              person={person}
              onChoose={() => go({ person: person.subject, organization: null })}
            />
          </li>
        ))}
      </ul>
      <SomebodyElse />
    </main>
  );
}

function SomebodyElse() {
  const [fields, setFields] = useState({ name: "", email: "" });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    go({ person: addPerson(fields.name, fields.email).subject, organization: null });
  };
  return (
    <details className="somebody-else">
      <summary>Somebody else</summary>
      <form onSubmit={submit}>
        <PersonFields value={fields} onChange={setFields} />
        <button type="submit" className="button primary">
          Continue
        </button>
      </form>
    </details>
  );
}
