// PersonFields: a name and an email, to be typed in.
export interface PersonFieldsValue {
  name: string;
  email: string;
}

export function PersonFields(props: {
  value: PersonFieldsValue;
  onChange: (value: PersonFieldsValue) => void;
  /** The email is who they are, and stays. */
  emailStays?: boolean;
}) {
  const { value, onChange, emailStays = false } = props;
  return (
    <>
      <label className="field">
        Name
        <input
          required
          maxLength={80}
          autoComplete="off"
          value={value.name}
          onChange={(event) => onChange({ ...value, name: event.target.value })}
        />
      </label>
      <label className="field">
        Email
        <input
          type="email"
          required
          autoComplete="off"
          readOnly={emailStays}
          value={value.email}
          onChange={(event) => onChange({ ...value, email: event.target.value })}
        />
      </label>
    </>
  );
}
