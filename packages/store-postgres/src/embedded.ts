export { type EmbeddedSource, embeddedStore } from "./embedded-store.ts";
