// Initials: a person as two letters in a colour of their own. The name itself stands beside it.
export function Initials({ name }: { name: string }) {
  const words = name.split(/\s+/).filter((word) => word !== "");
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined]
    .map((word) => word?.[0]?.toUpperCase() ?? "")
    .join("");
  // The same person has the same colour everywhere.
  const hue = [...name].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 3607, 7) % 360;
  return (
    <span className="initials" style={{ "--hue": hue }} aria-hidden="true">
      {letters}
    </span>
  );
}
