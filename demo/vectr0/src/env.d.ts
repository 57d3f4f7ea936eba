// What a build can be told: VITE_RELAY, the relay's origin when it does not serve the page itself.
interface ImportMetaEnv {
  readonly VITE_RELAY?: string;
}
