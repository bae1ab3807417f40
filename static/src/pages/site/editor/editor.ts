/** The editor of a pack's files: colours, completion by schema and by the names of the drawing, problems in place. */

import { type Completion, type CompletionContext, type CompletionResult, autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import { HighlightStyle, bracketMatching, foldGutter, foldKeymap, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { type Diagnostic, lintGutter, setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { EditorState } from "@codemirror/state";
import { EditorView, drawSelection, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";

import { type Offer, type Schema, WORD, offersAt } from "./offers";
import { placeAt } from "./place";

/** What the page says about the file that is open. */
export interface Help {
  /** JSON Schema of the file; null: none is published. */
  schema: Schema | null;
  /** Names that the drawing and the checks give. */
  names: string[];
  /** What is wrong with the file; `line` counts from 1. */
  problems: { line: number; message: string }[];
}

const COLOURS = HighlightStyle.define([
  { tag: tags.propertyName, color: "var(--accent-strong)" },
  { tag: tags.comment, color: "var(--text-2)", fontStyle: "italic" },
  { tag: [tags.keyword, tags.atom, tags.bool, tags.number], color: "var(--text)", fontWeight: "600" },
  { tag: tags.punctuation, color: "var(--text-2)" },
]);

const LOOK = EditorView.theme({
  "&": { fontSize: "var(--text-table)", color: "var(--text)", backgroundColor: "var(--surface)", border: "1px solid var(--line-strong)", borderRadius: "var(--radius-small)", height: "min(70vh, 620px)" },
  "&.cm-focused": { outline: "var(--focus)", outlineOffset: "1px" },
  ".cm-scroller": { fontFamily: "var(--font-mono)", lineHeight: "var(--line-table)" },
  ".cm-content": { caretColor: "var(--text)" },
  ".cm-cursor": { borderLeftColor: "var(--text)" },
  ".cm-gutters": { backgroundColor: "var(--surface-2)", color: "var(--text-2)", borderRight: "1px solid var(--line)" },
  ".cm-activeLine": { backgroundColor: "var(--surface-2)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { backgroundColor: "var(--accent-soft)" },
  ".cm-tooltip": { backgroundColor: "var(--surface)", color: "var(--text)", border: "1px solid var(--line-strong)", borderRadius: "var(--radius-small)" },
  ".cm-tooltip-autocomplete > ul": { fontFamily: "var(--font-mono)" },
  ".cm-tooltip-autocomplete > ul > li[aria-selected]": { backgroundColor: "var(--accent-soft)", color: "var(--text)" },
  ".cm-completionDetail": { color: "var(--text-2)", fontStyle: "normal" },
  ".cm-tooltip.cm-completionInfo": { padding: "var(--space-2)", maxWidth: "22rem", fontFamily: "var(--font-ui)" },
  ".cm-panels": { backgroundColor: "var(--surface-2)", color: "var(--text)" },
});

/**
 * Put the editor in the place of a text area, which stays the field of its form.
 *
 * It lives in a shadow root: there its styles are sheets made by script, which the content security policy allows,
 * while it forbids elements with styles.
 */
export function openEditor(area: HTMLTextAreaElement, help: Help): EditorView {
  const host = document.createElement("div");
  host.className = "code-editor";
  area.before(host);
  const root = host.attachShadow({ mode: "open" });
  const label = area.labels[0]?.textContent.trim() ?? area.name;
  const view = new EditorView({ parent: root, root, state: EditorState.create({ doc: area.value, extensions: [...parts(help, label), sync(area)] }) });
  area.hidden = true;
  area.addEventListener("insert", (event) => {
    event.preventDefault();
    view.dispatch(view.state.replaceSelection((event as CustomEvent<string>).detail), { scrollIntoView: true });
    view.focus();
  });
  area.labels[0]?.addEventListener("click", () => { view.focus(); });
  const found = diagnostics(view, help);
  view.dispatch(setDiagnostics(view.state, found));
  if (found[0]) view.dispatch({ selection: { anchor: found[0].from }, effects: EditorView.scrollIntoView(found[0].from, { y: "center" }) });
  return view;
}

function parts(help: Help, label: string) {
  return [
    lineNumbers(), foldGutter(), lintGutter(), history(), drawSelection(), bracketMatching(), closeBrackets(), highlightActiveLine(), highlightSelectionMatches(),
    indentUnit.of("  "), yaml(), syntaxHighlighting(COLOURS), LOOK,
    EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0" }),
    autocompletion({ override: [(context) => completions(context, help)], icons: false }),
    // Tab is left to the browser: the keyboard must get out of the editor.
    keymap.of([...closeBracketsKeymap, ...completionKeymap, ...defaultKeymap, ...searchKeymap, ...historyKeymap, ...foldKeymap]),
  ];
}

/** The form sends the text area, so it follows what is typed. */
function sync(area: HTMLTextAreaElement) {
  return EditorView.updateListener.of((update) => {
    if (!update.docChanged) return;
    area.value = update.state.doc.toString();
    area.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

function diagnostics(view: EditorView, help: Help): Diagnostic[] {
  return help.problems.map(({ line, message }) => {
    const { from, to } = view.state.doc.line(Math.min(Math.max(line, 1), view.state.doc.lines));
    return { from, to, message, severity: "error" };
  });
}

function completions(context: CompletionContext, { schema, names }: Help): CompletionResult | null {
  if (!schema) return null;
  const lines = context.state.doc.toString().split("\n");
  const { number, from } = context.state.doc.lineAt(context.pos);
  const before = [...lines.slice(0, number - 1), context.state.sliceDoc(from, context.pos)];
  const place = placeAt(before, lines.slice(number));
  const word = WORD.exec(place.typed)?.[0] ?? "";
  if (word === "" && !context.explicit && !/[\s{[]$/.test(before.at(-1) ?? "")) return null;
  const options = offersAt(schema, place, names).map(completion);
  return options.length ? { from: context.pos - word.length, options, validFor: /^[\w./*-]*$/ } : null;
}

function completion(offer: Offer): Completion {
  return {
    label: offer.label,
    boost: offer.needed ? 2 : 0,
    ...(offer.text ? { apply: offer.text } : {}),
    ...(offer.detail ? { detail: offer.detail } : {}),
    ...(offer.info ? { info: offer.info } : {}),
  };
}
