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

// What people read goes through `t` of document/text, so that others can add their language.
const WORD = "/[A-Za-z]{2,}/";
const SAID = "/^(alt|aria-(description|label|placeholder|roledescription|valuetext)|label|placeholder|title)$/";
const untranslated = [
  `JSXText[value=${WORD}]`,
  `JSXAttribute[name.name=${SAID}] > Literal[value=${WORD}]`,
  `JSXAttribute[name.name=${SAID}] > JSXExpressionContainer > :matches(TemplateLiteral, ConditionalExpression, LogicalExpression) TemplateElement[value.raw=${WORD}]`,
  `JSXAttribute[name.name=${SAID}] > JSXExpressionContainer > ConditionalExpression > Literal[value=${WORD}]`,
  `:matches(JSXElement, JSXFragment) > JSXExpressionContainer > Literal[value=${WORD}]`,
  `:matches(JSXElement, JSXFragment) > JSXExpressionContainer > TemplateLiteral > TemplateElement[value.raw=${WORD}]`,
  `:matches(JSXElement, JSXFragment) > JSXExpressionContainer > :matches(ConditionalExpression, LogicalExpression) > Literal[value=${WORD}].consequent`,
  `:matches(JSXElement, JSXFragment) > JSXExpressionContainer > ConditionalExpression > Literal[value=${WORD}].alternate`,
  `:matches(JSXElement, JSXFragment) > JSXExpressionContainer > LogicalExpression > Literal[value=${WORD}].right`,
  // Sentences elsewhere: what a function returns, or a name in a table of words, with a space between two words.
  `ReturnStatement > :matches(Literal[value=/[a-z] [a-z]/], TemplateLiteral:has(TemplateElement[value.raw=/^[^<=]*[a-z] [a-z]/]))`,
  `Property[key.name=/^(detail|hint|message|note|reason|text|title|words)$/] > :matches(Literal[value=/[a-z] [a-z]/], TemplateLiteral:has(TemplateElement[value.raw=/^[^<=]*[a-z] [a-z]/]))`,
].map((selector) => ({ selector, message: "People read this: put it through t() of document/text." }));

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
      "no-restricted-syntax": ["error", ...untranslated],
    },
  },
  {
    files: ["canvas/**/*.{ts,tsx}"],
    rules: { "@typescript-eslint/no-restricted-imports": ["error", { patterns: [sends] }] },
  },
  { files: ["protocol/**/*.{ts,tsx}"], rules: { "no-restricted-globals": "off" } },
  { files: ["document/**/*.{ts,tsx}"], rules: { "no-restricted-globals": ["error", ...network, ...dom] } },
  { files: ["**/*.test.{ts,tsx}"], rules: { "no-restricted-globals": "off", "no-restricted-syntax": "off" } },
);
