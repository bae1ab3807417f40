/** The switches of a profile and the words it has nothing for, read once for each profile. */

import { useEffect, useState } from "react";

import { type Switches, api } from "../../protocol/api";

const NONE: Switches = { profile: "", switches: [], unknown: {} };
const loading = new Map<string, Promise<Switches>>();

export function useRulesOf(profile: string): Switches {
  const [found, setFound] = useState(NONE);
  useEffect(() => {
    let here = true;
    const asked = loading.get(profile) ?? api.switches(profile).catch(() => NONE);
    loading.set(profile, asked);
    void asked.then((rules) => {
      if (rules === NONE) loading.delete(profile); // a failure is not kept: the next look asks again
      if (here) setFound(rules);
    });
    return () => {
      here = false;
    };
  }, [profile]);
  return found.profile === profile ? found : NONE;
}
