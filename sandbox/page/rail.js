/* The outermost left: the people one can be, each one press away, with a mark where a direct message waits for them. */

import { h, reconcile, replace } from "./dom.js";
import { avatar } from "./people.js";
import { visit, workspace } from "./workspace.js";

const parts = {};

/** Build the rail once, inside `host`. */
export function buildRail(host) {
  parts.mark = h("div", { class: "rail-mark", "aria-hidden": "true" });
  parts.faces = h("ul", { class: "faces" });
  replace(host, parts.mark, parts.faces);
  host.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const all = [...parts.faces.querySelectorAll("button")];
    const at = all.indexOf(document.activeElement);
    if (!step || at < 0) return;
    event.preventDefault();
    all.at((at + step) % all.length).focus();
  });
}

/** Everybody who is not an app, in the order of their numbers (Alt+1 is the first). */
export const people = () => workspace.people.filter((each) => !each.is_bot);

/** Bring it up to date. */
export function showRail() {
  parts.mark.textContent = (workspace.team.name ?? "W")[0];
  reconcile(parts.faces, people(), {
    key: (each) => each.id,
    signature: (each) => JSON.stringify([each, each.id === workspace.as, workspace.waiting[each.id] ?? 0]),
    build: face,
  });
}

function face(person) {
  const waiting = person.id === workspace.as ? 0 : (workspace.waiting[person.id] ?? 0);
  const name = person.real_name || person.name;
  const here = person.id === workspace.as;
  const told = waiting === 1 ? ", 1 unread direct message" : waiting ? `, ${waiting} unread direct messages` : "";
  return h(
    "li",
    {},
    h(
      "button",
      {
        type: "button",
        class: here ? "face here" : "face",
        title: here ? `You are ${name}` : `Be ${name}${told}`,
        "aria-label": here ? `You are ${name}` : `Be ${name}${told}`,
        "aria-current": here ? "true" : null,
        "data-focus": person.id,
        "data-face": person.id,
        onClick: () => visit({ as: person.id, channel: workspace.channelId }),
      },
      avatar(person.id),
      waiting ? h("span", { class: "badge", "aria-hidden": "true" }, String(waiting)) : null,
    ),
  );
}
