import { defineConfig } from "vite";

/** The pages: two small scripts and a style sheet, which the server serves under its own strict policy. */
const config = defineConfig({
  build: {
    target: "es2023",
    // Inlined pictures would be fine by the policy, inlined scripts would not; neither is needed.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});

// Vite wants its configuration as the default export.
export default config;
