/** The numbers that designs use for a fault, asked of the server when the question or the drawing changes. */

import { useEffect, useState } from "react";

import { text } from "../../document/drawing";
import { useWorkbench } from "../../document/store";
import { type Run, type SweepParameter, api } from "../../protocol/api";
import { words } from "../../protocol/followed";
import { capital } from "./sweepable";
import { useTiming } from "./timing";

export interface Sweepable {
  items: SweepParameter[];
  error: string | null;
}

/** Return what can be varied; null while it is asked for. */
export function useSweepable(fault: string, designs: readonly string[], revision: number | null): Sweepable | null {
  const [found, setFound] = useState<{ key: string; answer: Sweepable } | null>(null);
  const key = [fault, ...designs, revision].join(" ");
  useEffect(() => {
    let here = true;
    const put = (answer: Sweepable): void => {
      if (here) setFound({ key, answer });
    };
    if (!fault || designs.length === 0) return undefined;
    api.sweepParameters(fault, designs, revision).then(
      ({ items }) => { put({ items, error: null }); },
      (error: unknown) => { put({ items: [], error: words(error) }); },
    );
    return () => {
      here = false;
    };
    // The key says all that is asked.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [key]);
  return found?.key === key ? found.answer : null;
}

/** Return what people call the parameter of a sweep, and its unit; its name where nothing says more. */
export function useParameterWords(run: Run | null, parameter: string): { title: string; unit: string } {
  const profile = useWorkbench((state) => text(state.document.timing, "published"));
  const designs = Array.isArray(run?.parameters.designs) ? run.parameters.designs.map(String) : [];
  const sweepable = useSweepable(text(run?.parameters.fault, ""), designs, run?.revision ?? null);
  const timing = useTiming(profile);
  const timed = timing?.numbers.find((number) => parameter === number.name || parameter.startsWith(`${number.name}.`));
  const one = sweepable?.items.find((item) => item.name === parameter) ?? timed;
  return one ? { title: capital(one.meaning), unit: one.unit } : { title: parameter, unit: "1" };
}
