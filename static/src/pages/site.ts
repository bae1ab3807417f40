/** What every page loads: the design system, the theme switch and a few forms that can do better with a script. */

import "../styles/site.css";

import { followTheme } from "./site/theme";
import { enhanceImport } from "./site/import";
import { enhanceConfirms } from "./site/confirm";
import { enhanceCopy } from "./site/copy";
import { enhanceEditor } from "./site/editor";
import { enhanceGrading } from "./site/grading";
import { enhanceKeys } from "./site/keys";
import { enhancePrint } from "./site/print";
import { enhanceGo, enhanceRefresh } from "./site/refresh";
import { enhanceSearch } from "./site/search";
import { enhanceSnippet } from "./site/snippet";
import { enhanceUnsaved } from "./site/unsaved";

followTheme();
enhanceConfirms(document);
for (const form of document.querySelectorAll<HTMLFormElement>("form[data-unsaved]")) enhanceUnsaved(form);
enhanceKeys(document);
for (const button of document.querySelectorAll<HTMLButtonElement>("button[data-copy]")) enhanceCopy(button);
for (const form of document.querySelectorAll<HTMLFormElement>("form[data-import]")) enhanceImport(form);
for (const card of document.querySelectorAll<HTMLElement>("[data-grading]")) enhanceGrading(card);
for (const form of document.querySelectorAll<HTMLElement>(".answer-form")) enhancePrint(form);
for (const part of document.querySelectorAll<HTMLElement>("[data-refresh]")) enhanceRefresh(part);
for (const select of document.querySelectorAll<HTMLSelectElement>("select[data-go]")) enhanceGo(select);
for (const select of document.querySelectorAll<HTMLSelectElement>("select[data-snippet]")) enhanceSnippet(select);
for (const input of document.querySelectorAll<HTMLInputElement>("input[data-search]")) enhanceSearch(input);
for (const area of document.querySelectorAll<HTMLTextAreaElement>("textarea[data-editor]")) enhanceEditor(area);
