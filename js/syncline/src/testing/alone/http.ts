// The routes of the second fixture.
import { httpRouter } from "convex/server";
import { hello, noAnswer } from "./work";

const http = httpRouter();
http.route({ path: "/hello", method: "POST", handler: hello });
http.route({ pathPrefix: "/files/", method: "GET", handler: hello });
http.route({ path: "/no-answer", method: "GET", handler: noAnswer });
export default http;
