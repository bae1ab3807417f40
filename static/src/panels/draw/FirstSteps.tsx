/** An empty drawing begins somewhere: the steps to a first packet, ticked as they are done. */

import { Check, X } from "lucide-react";
import { type ReactNode, useState } from "react";

import { pieceOf } from "../../document/grammar";
import { update, useWorkbench } from "../../document/store";
import { t } from "../../document/text";
import { useFollowed } from "../../protocol/followed";
import { addHere } from "./carrying";

export function FirstSteps(): ReactNode {
  const can = useWorkbench((state) => state.can.edit && state.mode === "edit");
  const vnets = useWorkbench((state) => state.drawing.vnets.length);
  const subnets = useWorkbench((state) => state.drawing.vnets.reduce((sum, vnet) => sum + vnet.subnets.length, 0));
  const vms = useWorkbench((state) => state.drawing.vnets.reduce((sum, vnet) => sum + vnet.subnets.reduce((inner, subnet) => inner + subnet.machines.length, 0), 0));
  const hosts = useWorkbench((state) => state.drawing.hosts.length + state.drawing.sites.length);
  const traced = useFollowed("trace").id !== null;
  // Only a drawing that began empty on this page is led by the hand.
  const [began] = useState(vnets + hosts === 0);
  const [closed, setClosed] = useState(false);
  if (!can || !began || closed || traced) return vnets + hosts === 0 ? <p className="canvas-empty">{t("Nothing is drawn yet.")}</p> : null;
  const steps: { done: boolean; words: string; act: string; run: () => void }[] = [
    { done: vnets > 0, words: t("A virtual network with a range of its own"), act: t("Add a virtual network"), run: () => { addHere(pieceOf("vnet")); } },
    { done: subnets > 0, words: t("A subnet in it"), act: t("Add a subnet"), run: () => { addHere(pieceOf("subnet")); } },
    { done: vms > 1, words: t("Two VMs in the subnet"), act: vms === 1 ? t("Add another VM") : t("Add a VM"), run: () => { addHere(pieceOf("vm")); } },
    { done: traced, words: t("A packet from one to the other"), act: t("Run trace"), run: () => { update({ dock: "trace", sendAsked: true }); } },
  ];
  const next = steps.findIndex((step) => !step.done);
  const step = steps[next];
  if (vnets + hosts > 0)
    return (
      <section className="first-steps aside" aria-label={t("First steps")}>
        <span className="step-tick">{next + 1}</span>
        <span>{step?.words}</span>
        {step && (
          <button type="button" className="button primary small" onClick={step.run}>
            {step.act}
          </button>
        )}
        <button type="button" className="button icon quiet small" aria-label={t("Close the first steps")} onClick={() => { setClosed(true); }}>
          <X size={14} aria-hidden="true" />
        </button>
      </section>
    );
  return (
    <section className="first-steps" aria-label={t("First steps")}>
      <div className="row">
        <h2>{t("Nothing is drawn yet")}</h2>
        <button type="button" className="button icon quiet small push" aria-label={t("Close the first steps")} onClick={() => { setClosed(true); }}>
          <X size={14} aria-hidden="true" />
        </button>
      </div>
      <ol>
        {steps.map((step, index) => (
          <li key={step.words} className={step.done ? "done" : index === next ? "next" : ""}>
            <span className="step-tick">{step.done ? <Check size={13} aria-label={t("done")} /> : index + 1}</span>
            <span>{step.words}</span>
            {index === next && (
              <button type="button" className="button primary small" onClick={step.run}>
                {step.act}
              </button>
            )}
          </li>
        ))}
      </ol>
      <p className="muted">
        {t("Or drag pieces from the palette at the left.")} <kbd>{t("Ctrl K")}</kbd> {t("finds everything.")}
      </p>
    </section>
  );
}
