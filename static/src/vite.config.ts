import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const root = fileURLToPath(new URL(".", import.meta.url));

export default defineConfig({
  root,
  base: "/static/",
  plugins: [react()],
  build: {
    outDir: "../dist",
    emptyOutDir: true,
    manifest: "manifest.json",
    // The content security policy allows fonts and scripts from our own address only, so nothing becomes a data: URL.
    assetsInlineLimit: 0,
    // Each page is an entry; templates name it as {% vite_asset "pages/<name>.tsx" %}.
    rollupOptions: { input: readdirSync(`${root}pages`).filter((page) => /\.tsx?$/.test(page)).map((page) => `${root}pages/${page}`) },
    chunkSizeWarningLimit: 2000, // elkjs is large and loaded on demand
  },
  test: {
    environment: "jsdom",
    include: ["**/*.test.{ts,tsx}"],
    passWithNoTests: true,
  },
});
