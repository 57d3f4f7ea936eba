// HTTP actions.
import { httpActionGeneric, httpRouter } from "convex/server";
import { api } from "./_generated/api.ts";

const router = httpRouter();
router.route({
  path: "/send",
  method: "POST",
  handler: httpActionGeneric(async (ctx, request) => {
    const { body } = (await request.json()) as { body: string };
    const who = await ctx.auth.getUserIdentity();
    const author = who?.name ?? "anonymous";
    const id = await ctx.runMutation(api.messages.send, { body, author });
    return Response.json(
      { id, query: new URL(request.url).searchParams.get("q") },
      { status: 201 },
    );
  }),
});
router.route({
  pathPrefix: "/files/",
  method: "GET",
  handler: httpActionGeneric(async (_, request) => {
    return new Response(new URL(request.url).pathname.slice("/files/".length), {
      headers: { "x-kind": "file" },
    });
  }),
});
router.route({
  path: "/fail",
  method: "GET",
  handler: httpActionGeneric(async () => {
    throw new Error("no luck");
  }),
});
export default router;
