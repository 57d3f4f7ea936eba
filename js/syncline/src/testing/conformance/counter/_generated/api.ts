// As Convex's codegen writes it.
import { anyApi } from "convex/server";

export const api = anyApi;
