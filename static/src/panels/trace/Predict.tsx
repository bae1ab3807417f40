/** The prediction before a trace: where each stop sends the packet, until it ends. */

import { type ReactNode, useId, useMemo } from "react";

import { type Guess, INTERNET, MOST_STOPS, type Prediction, type StopGroup, guessed, isEnding, stopGroups } from "../../document/prediction";
import { useWorkbench } from "../../document/store";
import { t } from "../../document/text";

interface Props {
  source: string;
  prediction: Prediction;
  change: (prediction: Prediction) => void;
}

export function Predict({ source, prediction, change }: Props): ReactNode {
  const document = useWorkbench((state) => state.document);
  const groups = useMemo(() => stopGroups(document), [document]);
  const { forward, back } = prediction;
  const receiver = forward.at(-1) === "delivered" ? forward.at(-2) : undefined;
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

interface RowsProps {
  title: string;
  sender: string;
  groups: StopGroup[];
  guess: Guess;
  change: (guess: Guess) => void;
}

function Rows({ title, sender, groups, guess, change }: RowsProps): ReactNode {
  const names = new Map(groups.flatMap((group) => group.stops).map((stop) => [stop.path, stop.name]));
  const open = !isEnding(guess.at(-1));
  const rows = open ? [...guess, ""] : guess;
  return (
    <fieldset className="predict-leg">
      <legend>{title}</legend>
      <ol className="predict-rows">
        {rows.map((value, row) => {
          const at = row === 0 ? sender : (guess[row - 1] ?? sender);
          return (
            <Row
              key={row}
              at={names.get(at) ?? at}
              value={value}
              groups={at === INTERNET || row >= MOST_STOPS ? [] : groups}
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
  value: string;
  groups: StopGroup[];
  /** The packet has come to a stop, so it can be delivered there. */
  arrived: boolean;
  choose: (value: string) => void;
}

function Row({ at, value, groups, arrived, choose }: RowProps): ReactNode {
  const id = useId();
  return (
    <li className="field">
      <label htmlFor={id}>
        {arrived ? t("At") : t("From")} <strong>{at}</strong>
      </label>
      <select id={id} value={value} onChange={(event) => { choose(event.target.value); }}>
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
    </li>
  );
}
