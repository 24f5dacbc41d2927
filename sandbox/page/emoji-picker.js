/* Choosing an emoji: a grid with a search field. */

import { append, h, replace } from "./dom.js";
import { emoji, findEmoji } from "./emoji.js";
import { closePopover, popover } from "./menus.js";

/** Open beside `anchor`; `chosen(name)` is called once. */
export function pickEmoji(anchor, chosen) {
  const grid = h("div", { class: "emoji-grid", role: "group", "aria-label": "Emoji" });
  const search = h("input", {
    type: "search",
    class: "field",
    placeholder: "Search emoji",
    "aria-label": "Search emoji",
    autocomplete: "off",
  });
  const choose = (name) => {
    closePopover();
    chosen(name);
  };
  const draw = () => {
    const names = findEmoji(search.value.trim().toLowerCase().replaceAll(":", ""), 90);
    replace(grid, names.length ? names.map((name) => tile(name, choose)) : h("p", { class: "quiet" }, "No emoji of that name."));
  };
  search.addEventListener("input", draw);
  search.addEventListener("keydown", (event) => {
    const first = grid.querySelector("button");
    if (event.key === "Enter" && first) {
      event.preventDefault();
      choose(first.dataset.name);
    } else if (event.key === "ArrowDown" && first) {
      event.preventDefault();
      first.focus();
    }
  });
  grid.addEventListener("keydown", step);
  draw();
  popover(anchor, append(h("div", { class: "emoji-picker", role: "dialog", "aria-label": "Choose an emoji" }), [search, grid]), {
    focus: search,
  });
}

function tile(name, choose) {
  const picture = emoji(name);
  picture.removeAttribute("role");
  picture.removeAttribute("aria-label");
  return h(
    "button",
    {
      type: "button",
      class: "emoji-tile",
      "aria-label": name.replaceAll("_", " "),
      title: `:${name}:`,
      data: { name },
      onClick: () => choose(name),
    },
    picture,
  );
}

function step(event) {
  const tiles = [...event.currentTarget.querySelectorAll("button")];
  const at = tiles.indexOf(document.activeElement);
  const wide = Math.max(1, tiles.filter((each) => each.offsetTop === tiles[0].offsetTop).length);
  const by = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: wide, ArrowUp: -wide }[event.key];
  if (!by || at < 0) return;
  event.preventDefault();
  tiles[Math.min(tiles.length - 1, Math.max(0, at + by))].focus();
}
