/** What this page asks of a live race. The answer comes as an event of the run; here is what waits for one. */

import { useSyncExternalStore } from "react";

import type { JsonObject } from "../document/types";
import { api } from "./api";
import { words } from "./followed";

export interface Asked {
  run: string | null;
  /** Numbers of commands that were taken in. */
  sent: number[];
  /** Why the last one could not be sent. */
  error: string;
}

let asked: Asked = { run: null, sent: [], error: "" };
const listeners = new Set<() => void>();

function put(change: Partial<Asked>): void {
  asked = { ...asked, ...change };
  for (const listener of listeners) listener();
}

export function useAsked(): Asked {
  return useSyncExternalStore(subscribe, () => asked);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Ask a live race for something; true once it is taken in. */
export async function ask(run: string, command: JsonObject): Promise<boolean> {
  if (asked.run !== run) put({ run, sent: [], error: "" });
  try {
    const { number } = await api.command(run, command);
    put({ sent: [...asked.sent, number], error: "" });
    return true;
  } catch (error) {
    put({ error: words(error) });
    return false;
  }
}
