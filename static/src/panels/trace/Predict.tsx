/** The prediction before a trace: at each place where the packet goes next, or how it ends there. */

import { type ReactNode, useId, useMemo } from "react";

import { codeWords, dropCodes } from "../../document/codeWords";
import { type Guess, INTERNET, MOST_STOPS, type Prediction, type Said, type StopGroup, guessed, isEnding, stopGroups } from "../../document/prediction";
import { useWorkbench } from "../../document/store";
import { t } from "../../document/text";

interface Props {
  source: string;
  prediction: Prediction;
  change: (prediction: Prediction) => void;
}

/** All places of both directions, before anything is run. */
export function Predict({ source, prediction, change }: Props): ReactNode {
  const groups = useStops();
  const { forward, back } = prediction;
  const receiver = forward.at(-1)?.value === "delivered" ? forward.at(-2)?.value : undefined;
  return (
    <div className="predict wide" data-testid="predict">
      <Rows
        title={t("The request")}
        sender={source}
        groups={groups}
        guess={forward}
        change={(guess) => { change({ forward: guess, back: [] }); }}
      />
      {receiver !== undefined && (
        <Rows
          title={t("The answer, if you like")}
          sender={receiver}
          groups={groups}
          guess={back}
          change={(guess) => { change({ forward, back: guess }); }}
        />
      )}
    </div>
  );
}

/** One place, while a prediction is made step by step. */
export function PredictStep({ leg, at, first, said, choose }: { leg: "forward" | "back"; at: string; first: boolean; said: Said; choose: (said: Said) => void }): ReactNode {
  const groups = useStops();
  return (
    <div className="predict wide" data-testid="predict">
      <fieldset className="predict-leg">
        <legend>{leg === "forward" ? t("The request, one step") : t("The answer, one step")}</legend>
        <ol className="predict-rows">
          <Row at={nameOf(groups, at)} said={said} groups={at === INTERNET ? NO_STOPS : groups} arrived={!first} choose={choose} />
        </ol>
      </fieldset>
    </div>
  );
}

const NO_STOPS: StopGroup[] = [];
const UNSAID: Said = { value: "", code: "" };

function useStops(): StopGroup[] {
  const document = useWorkbench((state) => state.document);
  return useMemo(() => stopGroups(document), [document]);
}

function nameOf(groups: StopGroup[], path: string): string {
  return groups.flatMap((group) => group.stops).find((stop) => stop.path === path)?.name ?? path;
}

interface RowsProps {
  title: string;
  sender: string;
  groups: StopGroup[];
  guess: Guess;
  change: (guess: Guess) => void;
}

function Rows({ title, sender, groups, guess, change }: RowsProps): ReactNode {
  const open = !isEnding(guess.at(-1)?.value);
  const rows = open ? [...guess, UNSAID] : guess;
  return (
    <fieldset className="predict-leg">
      <legend>{title}</legend>
      <ol className="predict-rows">
        {rows.map((said, row) => {
          const at = row === 0 ? sender : (guess[row - 1]?.value ?? sender);
          return (
            <Row
              key={row}
              at={nameOf(groups, at)}
              said={said}
              groups={at === INTERNET || row >= MOST_STOPS ? NO_STOPS : groups}
              arrived={row > 0}
              choose={(chosen) => { change(guessed(guess, row, chosen)); }}
            />
          );
        })}
      </ol>
    </fieldset>
  );
}

interface RowProps {
  at: string;
  said: Said;
  groups: StopGroup[];
  /** The packet has come to a stop, so it can be delivered there. */
  arrived: boolean;
  choose: (said: Said) => void;
}

function Row({ at, said, groups, arrived, choose }: RowProps): ReactNode {
  const id = useId();
  return (
    <li className="field">
      <label htmlFor={id}>
        {arrived ? t("At") : t("From")} <strong>{at}</strong>
      </label>
      <select id={id} value={said.value} onChange={(event) => { choose({ value: event.target.value, code: "" }); }}>
        <option value="">{arrived ? t("what then?") : t("where does it go first?")}</option>
        <optgroup label={t("It ends here")}>
          {arrived && <option value="delivered">{t("delivered")}</option>}
          <option value="dropped">{t("dropped before the next stop")}</option>
          <option value="looped">{t("goes in a circle")}</option>
        </optgroup>
        {groups.map((group) => (
          <optgroup key={group.title} label={t("On to: {title}", { title: group.title.toLowerCase() })}>
            {group.stops.map((stop) => (
              <option key={stop.path} value={stop.path}>
                {stop.name}
              </option>
            ))}
          </optgroup>
        ))}
      </select>
      {said.value === "dropped" && (
        <select className="predict-why" aria-label={t("Why it is dropped at {at}", { at })} value={said.code} onChange={(event) => { choose({ ...said, code: event.target.value }); }}>
          <option value="">{t("because … (if you like)")}</option>
          {dropCodes().map((code) => (
            <option key={code} value={code}>
              {codeWords(code)}
            </option>
          ))}
        </select>
      )}
    </li>
  );
}
