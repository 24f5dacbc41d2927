/* The right side: one canvas, read only, as Markdown; it follows every change. */

import { get } from "./api.js";
import { h, replace } from "./dom.js";
import { at, fullTime } from "./dates.js";
import { icon, iconButton } from "./icons.js";
import { markdown } from "./markdown.js";
import { nameOf } from "./people.js";
import { visit, workspace } from "./workspace.js";

const parts = { shown: "" };

/** Build the pane once, inside `host`. */
export function buildCanvas(host) {
  parts.host = host;
  parts.title = h("h2", { class: "ellipsis" });
  parts.about = h("p", { class: "quiet" });
  parts.text = h("div", { class: "markdown document" });
  replace(
    host,
    h(
      "header",
      { class: "side-head" },
      icon("file"),
      parts.title,
      h("span", { class: "spring" }),
      iconButton("close", "Close the canvas", close),
    ),
    h("div", { class: "canvas-scroll", tabindex: 0, role: "region", "aria-label": "Canvas" }, parts.about, parts.text),
  );
  host.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    event.preventDefault();
    close();
  });
}

const close = () => visit({ canvas: "" });

/** Bring it up to date. */
export async function showCanvas() {
  const id = workspace.canvasId;
  parts.host.hidden = !id;
  document.body.classList.toggle("canvas-open", Boolean(id));
  if (!id) return void (parts.shown = "");
  const known = workspace.canvases.find((each) => each.id === id);
  const mark = JSON.stringify([id, workspace.as, known?.changes, known?.title]);
  if (mark === parts.shown && known) return;
  parts.shown = mark;
  const answer = await get("canvas", { as: workspace.as, id });
  if (id !== workspace.canvasId) return;
  draw(answer.ok ? answer.canvas : { title: "Canvas", markdown: "_This canvas is gone, or not for you to see._" });
}

function draw({ title, markdown: text, owner, updated }) {
  parts.title.textContent = title;
  parts.about.textContent = owner ? `By ${nameOf(owner)}${updated ? `, last changed ${fullTime(at(updated))}` : ""}` : "";
  replace(parts.text, text ? markdown(text) : h("p", { class: "quiet" }, "Nothing has been written here yet."));
}
