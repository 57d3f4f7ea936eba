// syncline/bundle: an application from a convex/ folder, for build tools and Node.
export { type AppBundle, appModule, type BundleAppOptions, bundleApp } from "./bundle.ts";
export { loadApp } from "./load.ts";
