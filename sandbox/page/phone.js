/* The page at the width of a phone, in a frame; `phone.html#…` takes the addresses of the page itself. */

import { h, replace } from "./dom.js";
import { rememberTheme } from "./theme.js";

const SIZE = { width: 390, height: 844 };

function show() {
  const inner = h("iframe", { title: "The page at phone width", src: `/${location.hash}`, ...SIZE });
  const leave = h("a", { class: "button", href: `/${location.hash}` }, "Back to the whole width");
  replace(document.getElementById("stage"), inner, leave);
}

rememberTheme();
addEventListener("hashchange", show);
show();
