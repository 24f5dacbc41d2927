/* The page's own line icons, drawn on a 20 × 20 grid. */

import { h } from "./dom.js";

const PATHS = {
  hash: "M7.5 3 5.5 17M14.5 3l-2 14M3.5 7.5h14M2.5 12.5h14",
  lock: "M5 9h10v7.5H5zM7 9V6.5a3 3 0 0 1 6 0V9",
  plus: "M10 4v12M4 10h12",
  smile: "M10 17.5a7.5 7.5 0 1 0 0-15 7.5 7.5 0 0 0 0 15M7 11.5c.7 1.4 1.7 2 3 2s2.3-.6 3-2M7.5 7.5v.6M12.5 7.5v.6",
  thread: "M4 4h12v9H9.5L6 16v-3H4zM7 7.5h6M7 10h4",
  pin: "M12.5 2.5 17.5 7.5 14 9l-2.5 5L6 8.5 11 6zM8.5 11.5 3 17",
  more: "M10 4.6v.01M10 10v.01M10 15.4v.01",
  link: "M8.5 11.5a3 3 0 0 0 4.3 0l2.9-2.9a3 3 0 0 0-4.3-4.3L10 5.7M11.5 8.5a3 3 0 0 0-4.3 0l-2.9 2.9a3 3 0 0 0 4.3 4.3L10 14.3",
  close: "M5 5l10 10M15 5 5 15",
  menu: "M3 5.5h14M3 10h14M3 14.5h14",
  back: "M12.5 4 6.5 10l6 6",
  send: "M3 4l14.5 6L3 16l2-6zM5 10h6",
  sun: "M10 13.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7M10 2v2M10 16v2M2 10h2M16 10h2M4.3 4.3l1.4 1.4M14.3 14.3l1.4 1.4M4.3 15.7l1.4-1.4M14.3 5.7l1.4-1.4",
  moon: "M16.5 12A7 7 0 0 1 8 3.5a7 7 0 1 0 8.5 8.5",
  pulse: "M2 10h4l2.5-6 3.5 12 2.5-6H18",
  down: "M5 7.5l5 5 5-5",
  right: "M7.5 5l5 5-5 5",
  search: "M8.8 14.5a5.7 5.7 0 1 0 0-11.4 5.7 5.7 0 0 0 0 11.4M13 13l4.5 4.5",
  people:
    "M7.5 9.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6M2 16.5c.3-3 2.4-4.7 5.5-4.7s5.2 1.7 5.5 4.7M13 4a3 3 0 0 1 0 5.5M15 12.3c1.7.7 2.7 2.1 3 4.2",
  eye: "M2 10c2-3.7 4.7-5.5 8-5.5s6 1.8 8 5.5c-2 3.7-4.7 5.5-8 5.5S4 13.7 2 10M10 12.3a2.3 2.3 0 1 0 0-4.6 2.3 2.3 0 0 0 0 4.6",
  file: "M5 2.5h7l3.5 3.5v11.5H5zM12 2.5V6h3.5M7.5 10h5.5M7.5 13h5.5",
  bolt: "M11 2 4.5 11.5H10L9 18l6.5-9.5H10z",
  at: "M10 13a3 3 0 1 0 0-6 3 3 0 0 0 0 6M13 7v4.5c0 2 3.5 2 3.5-1.5a6.5 6.5 0 1 0-2.5 5.2",
  slash: "M12.5 3l-5 14",
  edit: "M3 17l1-4L13.5 3.5l3 3L7 16z",
  trash: "M4 5.5h12M8 5.5V3.5h4v2M5.5 5.5l.7 11.5h7.6l.7-11.5",
  copy: "M7 7h9.5v9.5H7zM4 13H3.5V3.5H13V4",
  home: "M3 9.5 10 3l7 6.5M5 8.5V17h10V8.5",
  check: "M4 10.5 8 14.5 16 5.5",
  info: "M10 17.5a7.5 7.5 0 1 0 0-15 7.5 7.5 0 0 0 0 15M10 9v5M10 6v.5",
  download: "M10 3v9M6 8.5l4 4 4-4M4 16.5h12",
  flag: "M5 18V3h10l-2 4 2 4H5",
};

const SPACE = "http://www.w3.org/2000/svg";

/** A decorative icon; what it stands for is said by the label of its button. */
export function icon(name) {
  const svg = document.createElementNS(SPACE, "svg");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("class", `icon icon-${name}`);
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SPACE, "path");
  path.setAttribute("d", PATHS[name] ?? "");
  svg.append(path);
  return svg;
}

/** A button that is only an icon: `label` says what it does, `run(button)` does it. */
export function iconButton(name, label, run, more = {}) {
  const props = { type: "button", class: "icon-button", "aria-label": label, title: label, ...more };
  const node = h("button", { ...props, onClick: () => run(node) }, icon(name));
  return node;
}

/** The attributes of a button that opens a menu or a small dialog. */
export const opens = (kind) => ({ "aria-haspopup": kind, "aria-expanded": "false" });
