// syncline/text: changes of a text field, for editors: made in the page, applied by a mutation.
export {
  applyTextChanges,
  type TextChange,
  type TextVersion,
  textChangeValidator,
  textVersionOf,
  textVersionValidator,
} from "./changes.ts";
