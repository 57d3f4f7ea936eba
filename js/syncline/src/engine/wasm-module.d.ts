// The module's types where it has not been built yet; built, it brings its own (wasm/syncline.d.mts).
declare module "*/wasm/syncline.mjs" {
  const createSyncline: import("./wasm.ts").CoreModuleFactory;
  export default createSyncline;
}
