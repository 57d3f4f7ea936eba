// handleRequest: a request through the application's convex/http.ts, which is a router of npm convex.
import { ActionFrame, type ActionHost } from "./action-frame.ts";
import type { Caller } from "./caller.ts";
import type { HostParts } from "./calls.ts";
import { actionContext } from "./context/context.ts";
import type { FunctionHost } from "./host.ts";

interface HttpAction {
  _handler(context: object, request: Request): unknown;
  invokeHttpAction(request: Request): unknown;
}

// What this file uses of npm convex's HttpRouter.
interface Router {
  lookup(path: string, method: string): readonly [HttpAction, string, string] | null;
}

// Passes on what the HTTP action throws.
export async function handleRequest(
  host: FunctionHost,
  parts: HostParts,
  actions: ActionHost,
  request: Request,
  caller: Caller,
): Promise<Response> {
  const { pathname } = new URL(request.url);
  if (!parts.hasHttp) return notFound("This application has no convex/http.ts");
  const frame = new ActionFrame(parts, actions, {
    component: "",
    path: `http:${request.method} ${pathname}`,
    visibility: "public",
    caller,
  });
  return host.inAction(frame, async (modules) => {
    const router = (await modules.load("", "http"))?.["default"] as Router | undefined;
    if (typeof router?.lookup !== "function") {
      throw new TypeError("convex/http.ts must export default httpRouter()");
    }
    const [found] = router.lookup(pathname, request.method) ?? [];
    if (!found) return notFound(`No HttpAction routed for ${pathname}`);
    const response: unknown = await (host.layer === "convex"
      ? found.invokeHttpAction(request)
      : found._handler(actionContext(frame, modules), request));
    if (isResponse(response)) return response;
    throw new TypeError(`The HTTP action of ${pathname} must return a Response`);
  });
}

// Also of another realm: a test's window brings its own.
function isResponse(value: unknown): value is Response {
  return typeof value === "object" && value !== null && "status" in value && "headers" in value;
}

function notFound(message: string): Response {
  return new Response(message, { status: 404 });
}
