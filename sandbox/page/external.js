/* A select whose options the app provides while one types. */

import { h, newId, replace } from "./dom.js";

const PAUSE = 200; // milliseconds of silence before the app is asked

/** Like every maker of controls.js; `given.suggest(query)` resolves to option objects. */
export function external(element, given) {
  const several = element.type.startsWith("multi_");
  let chosen = several ? [...(given.value ?? [])] : given.value ? [given.value] : [];
  let offered = [];
  let at = -1;
  let timer = 0;
  const id = newId("suggestions");
  const chips = h("span", { class: "chips" });
  const list = h("ul", { class: "suggestions", role: "listbox", id, "aria-label": "Suggestions", hidden: true });
  const field = h("input", {
    id: given.id,
    class: "field",
    role: "combobox",
    "aria-autocomplete": "list",
    "aria-expanded": "false",
    "aria-controls": id,
    "aria-label": given.label,
    "aria-describedby": given.describedBy,
    autocomplete: "off",
    placeholder: element.placeholder?.text ?? "Type to search",
    "data-focus": given.name,
  });
  const node = h("div", { class: "external" }, chips, field, list);

  const draw = () => {
    replace(
      chips,
      chosen.map((each) =>
        h(
          "button",
          { type: "button", class: "chip", "aria-label": `Remove ${each.text.text}`, onClick: () => drop(each) },
          each.text.text,
          " ×",
        ),
      ),
    );
    list.hidden = !offered.length;
    field.setAttribute("aria-expanded", String(Boolean(offered.length)));
    replace(
      list,
      offered.map((each, index) =>
        h(
          "li",
          {
            role: "option",
            id: `${id}-${index}`,
            class: "completion",
            "aria-selected": String(index === at),
            onPointerdown: (event) => (event.preventDefault(), take(each)),
          },
          each.text.text,
        ),
      ),
    );
    if (at >= 0) field.setAttribute("aria-activedescendant", `${id}-${at}`);
    else field.removeAttribute("aria-activedescendant");
    if (offered.length) list.scrollIntoView({ block: "nearest" });
  };
  const close = () => ((offered = []), (at = -1), draw());
  const take = (each) => {
    chosen = several ? [...chosen.filter((one) => one.value !== each.value), each] : [each];
    field.value = "";
    close();
    given.changed("choose");
  };
  const drop = (each) => {
    chosen = chosen.filter((one) => one !== each);
    draw();
    given.changed("choose");
  };
  const ask = async () => {
    const query = field.value;
    if (query.length < (element.min_query_length ?? 3)) return close();
    const found = await given.suggest(query);
    if (query !== field.value) return;
    offered = found;
    at = offered.length ? 0 : -1;
    draw();
  };
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  });
  field.addEventListener("focus", () => element.min_query_length === 0 && ask());
  field.addEventListener("blur", close);
  field.addEventListener("keydown", (event) => {
    if (!offered.length) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp")
      at = (at + (event.key === "ArrowDown" ? 1 : -1) + offered.length) % offered.length;
    else if (event.key === "Enter") return (event.preventDefault(), take(offered[at]));
    else if (event.key === "Escape") return (event.preventDefault(), event.stopPropagation(), close());
    else return;
    event.preventDefault();
    draw();
  });
  draw();
  return { node, held: () => (several ? chosen : (chosen[0] ?? null)) };
}
