/**
 * The one layer every sentence of the drawing tools goes through, so that others can add their language.
 *
 * A sentence is its own key. Django's catalogue is asked where the page has one.
 */

import { Fragment, type ReactNode, createElement } from "react";

interface Catalogue {
  gettext?: (sentence: string) => string;
  ngettext?: (one: string, many: string, count: number) => string;
}

const catalogue = globalThis as Catalogue;

/** Return a sentence in the reader's language; `{name}` stands for a value. */
export function t(sentence: string, values: Record<string, string | number> = {}): string {
  return filled(catalogue.gettext?.(sentence) ?? sentence, values);
}

/** Return the sentence for a number; `{n}` stands for it. */
export function tn(one: string, many: string, n: number, values: Record<string, string | number> = {}): string {
  return filled(catalogue.ngettext?.(one, many, n) ?? (n === 1 ? one : many), { n, ...values });
}

function filled(sentence: string, values: Record<string, string | number>): string {
  return sentence.replaceAll(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** Return a sentence some of whose values are elements. */
export function tx(sentence: string, values: Record<string, ReactNode>): ReactNode {
  const translated = catalogue.gettext?.(sentence) ?? sentence;
  const parts = translated.split(/\{(\w+)\}/).map((part, index) => (index % 2 ? values[part] : part));
  return createElement(Fragment, null, ...parts);
}

/** Mark a text that is also a key: the catalogues hold it, and it is translated where it is shown. */
export function mark<const Text extends string>(sentence: Text): Text {
  return sentence;
}
