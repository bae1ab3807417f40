/**
 * Print the texts of the front end as a script for xgettext, which cannot read TSX: one call of gettext each,
 * with the files that say it. `manage.py messages` takes it from there.
 */

import { readFileSync, readdirSync } from "node:fs";
import { stdout } from "node:process";

import ts from "typescript";
import { createServer } from "vite";

const LAYER = /^(?:t|tn|tx|mark)$/;
const found = new Map();

for (const file of readdirSync(import.meta.dirname, { recursive: true }).sort()) {
  if (!/\.tsx?$/.test(file) || /\.test\.|^node_modules/.test(file)) continue;
  const source = ts.createSourceFile(file, readFileSync(`${import.meta.dirname}/${file}`, "utf8"), ts.ScriptTarget.Latest);
  const visit = (node) => {
    if (ts.isCallExpression(node) && ts.isIdentifier(node.expression) && LAYER.test(node.expression.text)) {
      const [one, many] = node.arguments;
      const texts = node.expression.text === "tn" ? [one, many] : [one];
      if (texts.every((text) => text && ts.isStringLiteralLike(text))) {
        const call = `${texts.length > 1 ? "ngettext" : "gettext"}(${texts.map((text) => JSON.stringify(text.text)).join(", ")}${texts.length > 1 ? ", n" : ""});`;
        found.set(call, (found.get(call) ?? new Set()).add(file));
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
}

// Names of fields are made of the document's keys.
const vite = await createServer({ root: import.meta.dirname, logLevel: "error", server: { middlewareMode: true, hmr: false, ws: false } });
const { label } = await vite.ssrLoadModule("/panels/inspector/words.ts");
const { collections, models } = JSON.parse(readFileSync(`${import.meta.dirname}/document/shape.json`, "utf8"));
const keys = [...Object.keys(collections), ...Object.values(models).flatMap((fields) => Object.keys(fields))];
for (const key of keys.sort()) {
  const call = `gettext(${JSON.stringify(label(key))});`;
  found.set(call, (found.get(call) ?? new Set()).add("document/shape.json"));
}
await vite.close();

for (const [call, files] of found) stdout.write(`/* Translators: ${[...files].join(", ")}; xgettext:no-javascript-format */\n${call}\n`);
