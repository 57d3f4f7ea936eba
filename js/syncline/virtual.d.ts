// The module that syncline/vite makes of the application's convex/ folder. Name it in a tsconfig's
// "types", or write: import type {} from "syncline/virtual".
declare module "virtual:syncline/app" {
  const app: import("syncline/worker").App;
  export default app;
}
