// The routes of the second fixture.
import { httpRouter } from "convex/server";
import { hello } from "./work";

const http = httpRouter();
http.route({ path: "/hello", method: "POST", handler: hello });
http.route({ pathPrefix: "/files/", method: "GET", handler: hello });
export default http;
