// Icons: line drawings on a grid of 20, in the colour of the text around them; never read aloud.
const paths = {
  plus: "M10 4v12M4 10h12",
  play: "M6.5 4.5v11l9-5.5z",
  check: "M4 10.5l4 4 8-9",
  undo: "M4 8h8a4 4 0 0 1 0 8H8M4 8l3.5-3.5M4 8l3.5 3.5",
  redo: "M16 8H8a4 4 0 0 0 0 8h4M16 8l-3.5-3.5M16 8l-3.5 3.5",
  cancel: "M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM5.2 5.2l9.6 9.6",
  edit: "M4 16l.8-3.4L13.4 4a1.4 1.4 0 0 1 2 0l.6.6a1.4 1.4 0 0 1 0 2L7.4 15.2z",
  remove: "M4 6h12M8 6V4h4v2M6 6l.7 10h6.6L14 6M8.5 9v4.5M11.5 9v4.5",
  clock: "M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM10 6v4l2.8 1.8",
  warning: "M10 3.2L17.6 16H2.4zM10 8.2v3.6M10 13.9v.1",
  left: "M12 4.5L6.5 10l5.5 5.5",
  right: "M8 4.5l5.5 5.5L8 15.5",
  heart:
    "M10 16.4S3.4 12.6 3.4 8.1A3.5 3.5 0 0 1 10 6.4a3.5 3.5 0 0 1 6.6 1.7c0 4.5-6.6 8.3-6.6 8.3z",
  comment: "M4 5h12v8.5h-6.5L6 16.5v-3H4z",
  close: "M5 5l10 10M15 5L5 15",
  people:
    "M7.5 9.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM2 16.5c0-3 2.4-5 5.5-5s5.5 2 5.5 5M13 4a3 3 0 0 1 0 5.4M15 12c1.9.6 3 2.3 3 4.5",
  cloud: "M6 15.5a3.5 3.5 0 0 1-.4-7A4.8 4.8 0 0 1 15 9.3a3.2 3.2 0 0 1-.6 6.2z",
  offline: "M6 15.5a3.5 3.5 0 0 1-.4-7A4.8 4.8 0 0 1 15 9.3a3.2 3.2 0 0 1-.6 6.2zM3.5 3.5l13 13",
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  );
}
