import js from "@eslint/js";
import { createNodeResolver, importX } from "eslint-plugin-import-x";
import reactHooks from "eslint-plugin-react-hooks";
import globals from "globals";
import tseslint from "typescript-eslint";

// Who may import whom: pages > panels | canvas | playback > protocol > document.
const ABOVE = {
  document: ["pages", "panels", "canvas", "playback", "protocol"],
  protocol: ["pages", "panels", "canvas", "playback"],
  playback: ["pages", "panels", "canvas"],
  canvas: ["pages", "panels"],
  panels: ["pages"],
};
const zones = Object.entries(ABOVE).flatMap(([room, above]) =>
  above.map((from) => ({ target: `./${room}`, from: `./${from}`, message: `${room} stands below ${from}` })),
);

const reactFlow = { group: ["@xyflow/*"], message: "React Flow stays inside canvas." };
const sends = {
  group: ["**/protocol", "**/protocol/*"],
  allowTypeImports: true,
  message: "The canvas shows state and reports gestures; it sends nothing.",
};
const network = ["fetch", "WebSocket", "XMLHttpRequest", "EventSource"].map((name) => ({
  name,
  message: "Only protocol speaks to the network.",
}));
const dom = ["window", "document", "navigator", "localStorage"].map((name) => ({
  name,
  message: "The document knows no DOM.",
}));

export default tseslint.config(
  { ignores: ["node_modules", "document/schema.ts"] },
  js.configs.recommended,
  tseslint.configs.strict,
  {
    files: ["**/*.{ts,tsx}"],
    plugins: { "import-x": importX, "react-hooks": reactHooks },
    languageOptions: { globals: globals.browser },
    settings: { "import-x/resolver-next": [createNodeResolver({ extensions: [".ts", ".tsx", ".js"] })] },
    rules: {
      ...reactHooks.configs.recommended.rules,
      "import-x/no-cycle": "error",
      "import-x/no-restricted-paths": ["error", { basePath: import.meta.dirname, zones }],
      "no-restricted-globals": ["error", ...network],
      "@typescript-eslint/no-restricted-imports": ["error", { patterns: [reactFlow] }],
      // tsc names these already, with a sharper eye.
      "no-undef": "off",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      eqeqeq: "error",
      "no-console": ["error", { allow: ["warn", "error"] }],
    },
  },
  {
    files: ["canvas/**/*.{ts,tsx}"],
    rules: { "@typescript-eslint/no-restricted-imports": ["error", { patterns: [sends] }] },
  },
  { files: ["protocol/**/*.{ts,tsx}"], rules: { "no-restricted-globals": "off" } },
  { files: ["document/**/*.{ts,tsx}"], rules: { "no-restricted-globals": ["error", ...network, ...dom] } },
  { files: ["**/*.test.{ts,tsx}"], rules: { "no-restricted-globals": "off" } },
);
