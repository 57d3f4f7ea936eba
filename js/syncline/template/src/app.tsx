// App: from signing in to one person's lists.
import { type FormEvent, useState } from "react";
import { Lists } from "./lists.tsx";
import { fetchToken, forget, type Person, remember, rememberedPerson } from "./person.ts";
import { Session } from "./session.tsx";

export function App() {
  const [person, setPerson] = useState(rememberedPerson);
  if (person === null) return <SignIn onDone={setPerson} />;
  const leave = () => {
    forget();
    setPerson(null);
  };
  return (
    <Session person={person}>
      <Lists person={person} onLeave={leave} />
    </Session>
  );
}

function SignIn({ onDone }: { onDone: (person: Person) => void }) {
  const [problem, setProblem] = useState("");
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const person = {
      name: String(form.get("name")).trim(),
      email: String(form.get("email")).trim().toLowerCase(),
    };
    if ((await fetchToken(person)) === null) {
      setProblem("The relay does not answer. Signing in for the first time needs it.");
      return;
    }
    remember(person);
    onDone(person);
  };
  return (
    <main className="sign-in">
      <form className="card" onSubmit={submit}>
        <img src="/icon.svg" alt="" width="48" height="48" />
        <h1>Lists</h1>
        <p>Shared to-do lists that work without a network.</p>
        <label>
          Name
          <input name="name" required autoComplete="name" />
        </label>
        <label>
          Email
          <input name="email" type="email" required autoComplete="email" />
        </label>
        {problem && <p role="alert">{problem}</p>}
        <button type="submit">Sign in</button>
      </form>
    </main>
  );
}
