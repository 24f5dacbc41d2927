/* Small pictures for the emoji of an incident, for machines that have no colour emoji font (a bare Linux, a CI runner). */

const SPACE = "http://www.w3.org/2000/svg";
const COLOURS = {
  red: "#d8322f",
  orange: "#ef8b1f",
  yellow: "#f2c230",
  green: "#2e9e4f",
  blue: "#2f7de1",
  purple: "#8d57c9",
  white: "#f4f4f4",
  black: "#333",
};

const disc = (fill) => [["circle", { cx: 10, cy: 10, r: 8.5, fill, stroke: "#00000033" }]];
const square = (fill) => [["rect", { x: 2, y: 2, width: 16, height: 16, rx: 3, fill, stroke: "#00000033" }]];
const line = (d, stroke, width = 2.4) => [
  "path",
  { d, stroke, "stroke-width": width, fill: "none", "stroke-linecap": "round", "stroke-linejoin": "round" },
];
const shape = (d, fill) => ["path", { d, fill }];

const TICK = "M5.5 10.5 9 14l6-8";
const PAPER = [
  shape("M4 2h12v16H4z", "#fafafa"),
  line("M4 2h12v16H4z", "#9aa3ad", 1),
  line("M7 7h6M7 10h6M7 13h4", "#6b7785", 1.2),
];
const BELL = [shape("M10 2a5 5 0 0 0-5 5v4l-2 3h14l-2-3V7a5 5 0 0 0-5-5", "#f2b632"), shape("M8 15h4a2 2 0 0 1-4 0", "#b97f12")];
const BOOK = (cover) => [
  shape("M4 2h11a2 2 0 0 1 2 2v14H6a2 2 0 0 1-2-2z", cover),
  line("M6 16.5h10", "#fafafa", 1.6),
  line("M8 6h5", "#fff", 1.4),
];

const PICTURES = {
  white_check_mark: [...square(COLOURS.green), line(TICK, "#fff")],
  heavy_check_mark: [line(TICK, COLOURS.green, 3)],
  x: [line("M4.5 4.5l11 11M15.5 4.5l-11 11", COLOURS.red, 3.4)],
  warning: [shape("M10 2 19 17.5H1z", COLOURS.yellow), line("M10 7.5v4.5M10 14.8v.1", "#3a2c00", 2)],
  rotating_light: [
    shape("M5 13V9a5 5 0 0 1 10 0v4z", COLOURS.red),
    shape("M3.5 13h13v4h-13z", "#5b6470"),
    line("M10 1.5v1M3 4l1 1M17 4l-1 1", COLOURS.red, 1.6),
  ],
  fire: [
    shape("M10 1.5c1 3.5 5.5 5 5.5 10a5.5 5.5 0 0 1-11 0c0-2.5 1.5-3.5 2-5.5 1.5.8 2 1.8 2 3C10 7.5 10.5 5 10 1.5", "#f0672a"),
    shape("M10 9.5c.5 2 2.5 2.7 2.5 5a2.5 2.5 0 0 1-5 0c0-1.7 1.8-2.5 2.5-5", "#ffd257"),
  ],
  pushpin: [shape("M8 2h6l-1 2v4l3 3H6l3-3V4z", COLOURS.red), line("M11 11v7", "#7c8794", 1.6)],
  round_pushpin: [["circle", { cx: 10, cy: 6, r: 4, fill: COLOURS.red }], line("M10 10v8", "#7c8794", 1.6)],
  bell: BELL,
  no_bell: [...BELL, line("M3 3l14 14", COLOURS.red, 2)],
  eyes: [
    ["ellipse", { cx: 6, cy: 10, rx: 4, ry: 6, fill: "#fff", stroke: "#667" }],
    ["ellipse", { cx: 14, cy: 10, rx: 4, ry: 6, fill: "#fff", stroke: "#667" }],
    ["circle", { cx: 7, cy: 11, r: 2, fill: "#222" }],
    ["circle", { cx: 15, cy: 11, r: 2, fill: "#222" }],
  ],
  memo: [...PAPER, line("M17.5 9 11 16.5", "#e8912d", 2.2)],
  page_facing_up: PAPER,
  clipboard: [...PAPER, shape("M7 1h6v3H7z", "#a06a3a")],
  hourglass_flowing_sand: [
    shape("M5 2h10v3l-4 5 4 5v3H5v-3l4-5-4-5z", "#d9e6f2"),
    shape("M7 6h6l-3 4zM6.5 17h7l-3.5-4z", "#e0a63a"),
    line("M4.5 2h11M4.5 18h11", "#8a5a2b", 1.8),
  ],
  stopwatch: [
    ["circle", { cx: 10, cy: 11.5, r: 6.5, fill: "#fff", stroke: "#5b6470", "stroke-width": 2 }],
    line("M10 11.5V8M8 2h4M10 2v3", "#5b6470", 1.8),
  ],
  alarm_clock: [
    ["circle", { cx: 10, cy: 11, r: 6.5, fill: "#fff", stroke: COLOURS.red, "stroke-width": 2.4 }],
    line("M10 11V7.5M10 11l2.5 1.5M3 5l3-2.5M17 5l-3-2.5", "#333", 1.6),
  ],
  bulb: [shape("M10 1.5a6 6 0 0 0-3.5 10.9V15h7v-2.6A6 6 0 0 0 10 1.5", COLOURS.yellow), shape("M7 15.5h6V18H7z", "#8d97a3")],
  speech_balloon: [shape("M2 3h16v11H9l-4 4v-4H2z", "#dfe7ee"), line("M6 8.5h.1M10 8.5h.1M14 8.5h.1", "#5b6470", 2)],
  telephone_receiver: [line("M4 4c0 7 5 12 12 12l1-4-4-1-1.5 2C9 12 8 11 7 8.5L9 7 8 3z", "#3b4550", 2.2)],
  phone: [line("M4 4c0 7 5 12 12 12l1-4-4-1-1.5 2C9 12 8 11 7 8.5L9 7 8 3z", "#3b4550", 2.2)],
  link: [
    line(
      "M8.5 11.5a3 3 0 0 0 4.3 0l2.9-2.9a3 3 0 0 0-4.3-4.3L10 5.7M11.5 8.5a3 3 0 0 0-4.3 0l-2.9 2.9a3 3 0 0 0 4.3 4.3L10 14.3",
      "#7c8794",
      2.2,
    ),
  ],
  lock: [shape("M4 9h12v9H4z", "#e0a63a"), line("M6.5 9V6a3.5 3.5 0 0 1 7 0v3", "#8d97a3", 2.2)],
  no_entry: [...disc(COLOURS.red), shape("M5 8.5h10v3H5z", "#fff")],
  no_entry_sign: [
    ["circle", { cx: 10, cy: 10, r: 7.5, fill: "none", stroke: COLOURS.red, "stroke-width": 2.6 }],
    line("M5 5l10 10", COLOURS.red, 2.6),
  ],
  octagonal_sign: [shape("M6.5 1.5h7l5 5v7l-5 5h-7l-5-5v-7z", COLOURS.red)],
  information_source: [...square(COLOURS.blue), line("M10 9v5.5M10 5.5v.1", "#fff")],
  bust_in_silhouette: [
    ["circle", { cx: 10, cy: 6.5, r: 4, fill: "#5b7a99" }],
    shape("M2.5 18c.5-4.5 3.5-6.5 7.5-6.5s7 2 7.5 6.5z", "#5b7a99"),
  ],
  chart_with_downwards_trend: [...square("#f4f6f8"), line("M4.5 6 8 9.5l3-2 4.5 6", COLOURS.blue, 1.8)],
  chart_with_upwards_trend: [...square("#f4f6f8"), line("M4.5 14 8 10.5l3 2 4.5-6", COLOURS.red, 1.8)],
  bar_chart: [
    ...square("#f4f6f8"),
    shape("M5 10h2.5v5H5z", COLOURS.green),
    shape("M8.8 5h2.5v10H8.8z", COLOURS.red),
    shape("M12.5 8H15v7h-2.5z", COLOURS.blue),
  ],
  zap: [shape("M11.5 1 4 11.5h5L8 19l8-11h-5.5z", COLOURS.yellow)],
  star: [shape("m10 1.5 2.6 5.5 6 .8-4.4 4.1 1.1 6L10 15l-5.3 2.9 1.1-6L1.4 7.8l6-.8z", COLOURS.yellow)],
  "+1": [
    shape("M3 9h3v9H3zM7 9l3-7c2 0 2.5 1.5 2 3.5L11.5 8H17l-1.5 10H7z", COLOURS.yellow),
    line("M3 9h3v9H3z", "#c98f1c", 0.8),
  ],
  "-1": [shape("M3 2h3v9H3zM7 11l3 7c2 0 2.5-1.5 2-3.5L11.5 12H17L15.5 2H7z", COLOURS.yellow)],
  wave: [
    shape(
      "M6 17c-3-2-4-6-3.5-9L5 10l-.5-6 2 .2 1 5 .3-6.7h2l.2 6.5 1.5-6 1.9.5-.8 7 2.2-3 1.6 1-3 7.5c-1.5 2-4.5 3-7.4 1",
      COLOURS.yellow,
    ),
  ],
  raised_hands: [
    shape("M1.5 18V9l1-5h1.3l.3 4 .8-6h1.4l.2 6 1-5h1.2l-.2 6.5L7.5 18zM18.5 18V9l-1-5h-1.3l-.3 4-.8-6h-1.4l-.2 6-1-5h-1.2l.2 6.5.7 8.5z", COLOURS.yellow),
  ],
  coffee: [
    shape("M3 7h11v7a4 4 0 0 1-4 4H7a4 4 0 0 1-4-4z", "#8a5a2b"),
    line("M14 9h1.5a2 2 0 0 1 0 5H14", "#8a5a2b", 1.8),
    line("M6.5 1.5v3M10.5 1.5v3", "#9aa3ad", 1.4),
  ],
  tada: [shape("M2 18 7 6l7 7z", "#e0a63a"), line("M10 5c0-2 1-3 3-3M13 8c2-1 3 0 5-2M15 11l3 .5", COLOURS.red, 1.6)],
  rocket: [
    shape("M10 1c4 3.5 4.5 8 3 13H7C5.5 9 6 4.5 10 1", "#cfd8e3"),
    shape("M7 11l-3 4 3-.5M13 11l3 4-3-.5M8 15h4l-2 4z", COLOURS.red),
    ["circle", { cx: 10, cy: 7.5, r: 1.8, fill: COLOURS.blue }],
  ],
  wrench: [line("M5 15l7-7M12 8a3.5 3.5 0 0 1 4.5-4.5L14 6l.5 2 2 .5 2-2A3.5 3.5 0 0 1 14 10", "#7c8794", 2.2)],
  gear: [
    ["circle", { cx: 10, cy: 10, r: 5.5, fill: "none", stroke: "#7c8794", "stroke-width": 3, "stroke-dasharray": "3 1.6" }],
    ["circle", { cx: 10, cy: 10, r: 4, fill: "none", stroke: "#7c8794", "stroke-width": 2 }],
  ],
  mega: [shape("M3 8v4h3l9 4V4L6 8z", "#d8322f"), shape("M6 12l1.5 5H10l-1.5-4.5z", "#7c8794")],
  loudspeaker: [shape("M3 8v4h3l9 4V4L6 8z", "#7c8794"), line("M17 7.5v5", "#7c8794", 1.6)],
  arrows_counterclockwise: [
    ...square(COLOURS.blue),
    line("M14 8a4.5 4.5 0 0 0-8 0M6 12a4.5 4.5 0 0 0 8 0M14 5v3h-3M6 15v-3h3", "#fff", 1.5),
  ],
  checkered_flag: [
    line("M4 18V2", "#7c8794", 1.8),
    shape("M5 3h12v8H5z", "#fff"),
    shape("M5 3h3v2.7H5zM11 3h3v2.7h-3zM8 5.7h3v2.7H8zM14 5.7h3v2.7h-3zM5 8.4h3V11H5zM11 8.4h3V11h-3z", "#333"),
  ],
  triangular_flag_on_post: [line("M5 18V2", "#7c8794", 1.8), shape("M6 2.5 17 7 6 11.5z", COLOURS.red)],
  dart: [
    ...disc("#d8322f"),
    ["circle", { cx: 10, cy: 10, r: 5.5, fill: "#fff" }],
    ["circle", { cx: 10, cy: 10, r: 2.8, fill: "#d8322f" }],
  ],
  calendar: [
    ...square("#fff"),
    shape("M2 4a2 2 0 0 1 2-2h12a2 2 0 0 1 2 2v3H2z", COLOURS.red),
    line("M6 11h.1M10 11h.1M14 11h.1M6 14.5h.1M10 14.5h.1", "#556", 1.8),
  ],
  double_vertical_bar: [...square(COLOURS.blue), line("M7.5 6v8M12.5 6v8", "#fff", 2.4)],
  arrow_forward: [...square(COLOURS.blue), shape("M7 5.5 15 10l-8 4.5z", "#fff")],
  arrow_right: [...square(COLOURS.blue), line("M5.5 10h9M11 6l4 4-4 4", "#fff", 2)],
  arrow_left: [...square(COLOURS.blue), line("M14.5 10h-9M9 6l-4 4 4 4", "#fff", 2)],
  arrow_up: [...square(COLOURS.blue), line("M10 14.5v-9M6 9l4-4 4 4", "#fff", 2)],
  arrow_down: [...square(COLOURS.blue), line("M10 5.5v9M6 11l4 4 4-4", "#fff", 2)],
  pager: [
    shape("M2 5h16v11H2z", "#3b4550"),
    shape("M4 7h12v4H4z", "#a9d18e"),
    line("M5 13.5h2M9 13.5h2M13 13.5h2", "#dfe7ee", 1.4),
  ],
  raised_hand: [shape("M5 18c-2-3-3-5-3.5-7.5l2-.5 2 3V4h2v6h.7V2h2.2v8h.8V3h2.1v7.5h.8V5h2v8c0 3-2 5-4 5z", COLOURS.yellow)],
  scales: [line("M10 2v15M6 17.5h8M3 5.5h14M5 5.5l-3 6h6zM15 5.5l-3 6h6z", "#7c8794", 1.6)],
  heavy_minus_sign: [line("M4 10h12", "#7c8794", 3.4)],
  pencil2: [line("M3 17l1-4L14 3l3 3L7 16z", "#e8912d", 2)],
  busts_in_silhouette: [
    ["circle", { cx: 7, cy: 7, r: 3.5, fill: "#5b7a99" }],
    shape("M1 17c.4-4 2.6-5.5 6-5.5s5.6 1.5 6 5.5z", "#5b7a99"),
    ["circle", { cx: 14.5, cy: 6.5, r: 2.8, fill: "#8aa3bb" }],
    shape("M14 11c3 0 4.7 1.6 5 5h-5z", "#8aa3bb"),
  ],
  hammer_and_wrench: [line("M4 16 14 6M12 4l4 4M6 4l10 12", "#7c8794", 2.4)],
  boom: [shape("m10 1 2 5 5-2.5-2 5 4.5 2-5 1.5 2 5-5-2-2 4.5-1.5-5-5 1.5 2.5-4.5-5-2.5 5-1-1.5-5 5 2z", "#f0672a")],
  bug: [
    ["ellipse", { cx: 10, cy: 11, rx: 4.5, ry: 6, fill: "#2e9e4f" }],
    line("M10 5v12M5.5 9 2 7M5.5 12H2M6 15l-3 2M14.5 9 18 7M14.5 12H18M14 15l3 2", "#1f6b36", 1.4),
  ],
  shield: [shape("M10 1.5 17 4v6c0 4-3 7-7 8.5C6 17 3 14 3 10V4z", "#2f7de1")],
  key: [
    line("M8.5 11.5 16 4M13 7l2 2", "#e0a63a", 2.4),
    ["circle", { cx: 6, cy: 14, r: 3, fill: "none", stroke: "#e0a63a", "stroke-width": 2.4 }],
  ],
  bangbang: [line("M7 3v9M7 16.5v.1M13 3v9M13 16.5v.1", COLOURS.red, 2.8)],
  exclamation: [line("M10 3v9M10 16.5v.1", COLOURS.red, 3)],
  question: [line("M6.5 6.5C6.5 4 8 3 10 3s3.5 1.3 3.5 3.3C13.5 9 10 9 10 12M10 16.5v.1", COLOURS.red, 2.8)],
  robot_face: [
    shape("M3 6h14v11H3z", "#a8b6c4"),
    line("M10 6V2.5M7 10h.1M13 10h.1", "#3b4550", 2.2),
    line("M7 14h6", "#3b4550", 1.6),
  ],
  mag: [
    ["circle", { cx: 8, cy: 8, r: 5.5, fill: "#d9e6f2", stroke: "#5b6470", "stroke-width": 2 }],
    line("M12.5 12.5 17.5 17.5", "#5b6470", 2.6),
  ],
  crown: [shape("M2 6l4 4 4-7 4 7 4-4-1.5 10h-13z", COLOURS.yellow)],
  blue_book: BOOK(COLOURS.blue),
  green_book: BOOK(COLOURS.green),
  handshake: [
    shape("M1 5h4v8H1zM15 5h4v8h-4z", "#2f7de1"),
    line("M5 6.5l4-1 6 4.5M5 12l5 4 5-4", COLOURS.yellow, 3),
    line("M9.5 6 7 9.5l2.5.5L12 8", "#c98f1c", 1.2),
  ],
  heart: [
    shape("M10 17.5C3 12.5 1.5 9.5 1.5 6.8A4.3 4.3 0 0 1 10 5a4.3 4.3 0 0 1 8.5 1.8c0 2.7-1.5 5.7-8.5 10.7", COLOURS.red),
  ],
  zzz: [line("M2.5 9.5h6l-6 7h6M11 2.5h6l-6 7h6", COLOURS.blue, 2)],
  sunrise: [
    ...square("#f6c177"),
    ["circle", { cx: 10, cy: 12, r: 4, fill: "#ef8b1f" }],
    shape("M2 13h16v3a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2z", COLOURS.blue),
    line("M10 4v2M4.5 6.5 6 8M15.5 6.5 14 8", "#ef8b1f", 1.6),
  ],
  ballot_box_with_check: [...square(COLOURS.blue), line(TICK, "#fff")],
  white_large_square: square(COLOURS.white),
  heavy_plus_sign: [line("M4 10h12M10 4v12", "#7c8794", 3.4)],
  writing_hand: [...PAPER, line("M17.5 9 11 16.5", "#3b4550", 2.2)],
};

for (const [name, fill] of Object.entries(COLOURS)) {
  PICTURES[`${name}_circle`] ??= disc(fill);
  PICTURES[`large_${name}_circle`] ??= disc(fill);
  PICTURES[`large_${name}_square`] ??= square(fill);
}
for (const [alias, name] of Object.entries({
  siren: "rotating_light",
  thumbsup: "+1",
  thumbsdown: "-1",
  ok: "white_check_mark",
  pencil: "memo",
  spiral_note_pad: "memo",
  heavy_exclamation_mark: "exclamation",
  spiral_calendar_pad: "calendar",
  date: "calendar",
  hourglass: "hourglass_flowing_sand",
})) {
  PICTURES[alias] = PICTURES[name];
}

/** The picture for an emoji name, or null where none has been drawn. */
export function drawn(name) {
  const parts = PICTURES[name];
  if (!parts) return null;
  const svg = document.createElementNS(SPACE, "svg");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("class", "emoji-drawn");
  svg.setAttribute("aria-hidden", "true");
  for (const [tag, attributes] of parts) {
    const node = document.createElementNS(SPACE, tag);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    svg.append(node);
  }
  return svg;
}
