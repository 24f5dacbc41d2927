/* Nothing is redrawn under a finger: a press that begins on a button must end on it, or the browser makes no click of it. */

const LONGEST = 2000; // ms: a press whose end is never told must not stop the page

const waiting = new Set();
let until = 0;

/** Draw now, or once nothing is pressed any more; a drawing that already waits is not drawn twice. */
export function whenReleased(draw) {
  if (Date.now() >= until) return void draw();
  waiting.add(draw);
}

function release() {
  until = 0;
  const draws = [...waiting];
  waiting.clear();
  for (const draw of draws) draw();
}

/** Know when something is pressed. A click follows the release within the same breath, so drawing waits one longer. */
export function listenToPresses() {
  const press = () => {
    until = Date.now() + LONGEST;
    setTimeout(() => Date.now() >= until && release(), LONGEST);
  };
  const released = () => until && setTimeout(release, 20);
  addEventListener("pointerdown", press, true);
  for (const end of ["pointerup", "pointercancel"]) addEventListener(end, released, true);
  addEventListener("blur", released); // the window's own, not that of a field which lost the focus to the press
}
