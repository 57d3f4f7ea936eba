// syncline/codemirror: a CodeMirror editor on a text field, with the others' cursors.
export { type RemoteCursor, remoteCursors, setRemoteCursors } from "./remote-cursors.ts";
export { type SharedText, type SharedTextSource, sharedText } from "./shared-text.ts";
