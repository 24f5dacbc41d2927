/* The page at the width of a phone, inside itself. */

import { h } from "./dom.js";

const SIZE = { width: 390, height: 844 };

/** Show `hash` in a frame of a phone's size; the page around it is gone. */
export function asPhone(hash) {
  const inner = h("iframe", {
    title: "The page at phone width",
    src: `${location.pathname}${hash}`,
    width: SIZE.width,
    height: SIZE.height,
  });
  const leave = h("a", { class: "button", href: "/" }, "Back to the whole width");
  document.body.replaceChildren(h("main", { class: "phone-stage" }, inner, leave));
}
