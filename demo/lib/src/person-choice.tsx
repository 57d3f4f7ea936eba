// PersonChoice: a person of the demo, to be chosen.
import { Initials } from "./initials.tsx";

export function PersonChoice(props: {
  person: { name: string; note: string };
  onChoose: () => void;
}) {
  const { name, note } = props.person;
  return (
    <button type="button" className="person-choice" onClick={props.onChoose}>
      <Initials name={name} />
      <span>
        <strong>{name}</strong>
        <span className="detail">{note}</span>
      </span>
    </button>
  );
}
