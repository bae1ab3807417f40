/** The MAC address that is in force at each NIC of a selection: drawn, or the one the platform would give. */

import type { ReactNode } from "react";

import type { Nic } from "../../document/drawing";
import { t } from "../../document/text";
import { api } from "../../protocol/api";
import { useAnswer } from "./answer";

export function Macs({ nics }: { nics: Nic[] }): ReactNode {
  const vm = nics[0]?.vm;
  if (!vm) return null;
  return <MacsOf vm={vm} nics={nics} />;
}

function MacsOf({ vm, nics }: { vm: string; nics: Nic[] }): ReactNode {
  const answer = useAnswer(`guest ${vm}`, () => api.guest(vm));
  if (!answer.ready) return null;
  const mine = answer.value.nics.filter((one) => nics.some((nic) => nic.id === one.id));
  return (
    <table className="table" data-testid="effective-macs">
      <tbody>
        {mine.map((nic) => (
          <tr key={nic.id}>
            <th scope="row">{t("MAC in force{what}", { what: nics.length > 1 ? t(" at {id}", { id: nic.id }) : "" })}</th>
            <td className="mono">{nic.mac}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
