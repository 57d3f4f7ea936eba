// What a person calls the functions of this application.
export const nameByPath: Readonly<Record<string, string>> = {
  "mutations/schedules:create": "Create a schedule",
  "mutations/schedules:update": "Edit a schedule",
  "mutations/schedules:setStatus": "Change a status",
  "mutations/schedules:remove": "Delete a schedule",
  "mutations/users:create": "Add a person",
  "mutations/users:update": "Edit a person",
  "mutations/users:remove": "Remove a person",
  "mutations/organizations:create": "Create an organization",
  "mutations/organizations:rename": "Rename the organization",
  "mutations/organizations:remove": "Delete the organization",
};
