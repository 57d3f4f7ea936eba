/* eslint-disable */
/**
 * The component's public functions, as who installs it calls them.
 *
 * Written by `syncline codegen`; changes here are lost when it runs again.
 * @module
 */

/** `components.name`; a parameter of this type takes any such component. */
export type ComponentApi<Name extends string | undefined = string | undefined> =
  {
  "public": {
    "add": import("convex/server").FunctionReference<"mutation", "internal", { "name": string; "by"?: number }, string, Name>;
    "read": import("convex/server").FunctionReference<"query", "internal", { "name": string }, (null | { "id": string; "count": number }), Name>;
  };
};
