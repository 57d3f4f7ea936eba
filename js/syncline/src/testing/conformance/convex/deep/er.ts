// A function in a folder, as a default export.
import { queryGeneric } from "convex/server";

export default queryGeneric({ args: {}, handler: async () => "deep" });
