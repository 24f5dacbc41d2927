/* The App Home of the app, as the person who looks at it has been published. */

import { h, replace } from "./dom.js";
import { blocks } from "./blocks.js";
import { HELD } from "./controls.js";
import { avatar } from "./people.js";
import { workspace } from "./workspace.js";

const kept = new Map();

/** Draw the Home tab into `host` when what is published has changed. */
export function showHome(host) {
  const view = workspace.home;
  const mark = JSON.stringify([workspace.as, view?.id, view?.hash, view?.blocks]);
  if (host.mark === mark) return;
  host.mark = mark;
  if (!view?.blocks?.length) {
    replace(
      host,
      h(
        "div",
        { class: "empty" },
        workspace.bot ? avatar(workspace.bot.id, { size: "large" }) : null,
        h("p", {}, "Nothing has been published here yet."),
      ),
    );
    return;
  }
  const fields = [];
  const place = {
    fields,
    kept: (block, action) =>
      kept.get(`${workspace.as}/${block}/${action}`)?.[HELD[kept.get(`${workspace.as}/${block}/${action}`).type]],
    keep: (block, action, state) => kept.set(`${workspace.as}/${block}/${action}`, state),
    suggest: (...asked) => workspace.suggest({ view_id: view.id }, ...asked),
    act: (action) => workspace.act("action", { view_id: view.id, values: values(fields), ...action }),
  };
  replace(host, h("div", { class: "home" }, blocks(view.blocks, place)));
}

function values(fields) {
  const out = {};
  for (const each of fields) (out[each.block] ??= {})[each.action] = each.read();
  return out;
}
