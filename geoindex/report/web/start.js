// @ts-check
"use strict";

/** Milliseconds for which a box that was jumped to is marked. */
const FLASH = 1600;

/** Map pixels shown around a single one. */
const AROUND = 12;

const view = new MapView($("map"));
const painter = new Painter(view, store, tables.looks());
const frame = new Frame(view, painter);
const inspector = new Inspector($("inspect"));

/** @type {ReturnType<typeof setTimeout>} */
let flashEnds;

/** Show a box and mark it for a while. @param {Box} box @param {number} [around] */
function flashBox(box, around = 0) {
  painter.flash = box;
  view.show({ r0: box.r0 - around, c0: box.c0 - around, r1: box.r1 + around, c1: box.c1 + around });
  clearTimeout(flashEnds);
  flashEnds = setTimeout(() => {
    painter.flash = null;
    painter.soon();
  }, FLASH);
}

const legend = new Legend({
  draw: () => {
    painter.hasVeil = tables.fade > 0;
    painter.draw();
  },
  show: flashBox,
});

/** @param {number} index */
function editClass(index) {
  frame.openTab("legend");
  legend.open(index);
}

/** @param {number} row @param {number} col */
function goToPixel(row, col) {
  if (narrow.matches) frame.raise(false);
  flashBox({ r0: row, c0: col, r1: row + 1, c1: col + 1 }, AROUND);
  inspector.show({ row, col });
}

function showChanges() {
  if (narrow.matches) frame.raise(false);
  frame.setLayer("changes");
}

/** Show the edits everywhere. */
function drawEdits() {
  if (legend.chosen !== null) legend.chosen = editor.root(legend.chosen);
  if (tables.isolated !== null) tables.isolated = editor.root(tables.isolated);
  tables.fillClasses();
  painter.legendBox = editor.now.box;
  painter.soon();
  inspector.draw();
  legend.draw();
  drawDone({ showChanges, goTo: goToPixel });
  drawFinish({ edit: editClass });
  $("undo").disabled = !editor.past.length;
  $("redo").disabled = !editor.future.length;
  const count = editor.count();
  $("edits").hidden = !count;
  $("edits").textContent = String(count);
}

/** Keyboard on the map. @param {KeyboardEvent} event */
function mapKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const step = Math.max(event.shiftKey ? 200 : 40, view.scale);
  const actions = /** @type {Record<string, () => void>} */ ({
    ArrowLeft: () => view.pan(step, 0),
    ArrowRight: () => view.pan(-step, 0),
    ArrowUp: () => view.pan(0, step),
    ArrowDown: () => view.pan(0, -step),
    "+": () => view.zoom(1.5),
    "=": () => view.zoom(1.5),
    "-": () => view.zoom(1 / 1.5),
    0: () => view.fit(),
    Enter: () => {
      const index = inspector.shownClass();
      if (index !== null) legend.choose(index);
    },
    Escape: () => legend.choose(null),
  });
  const action = actions[event.key];
  if (!action) return;
  event.preventDefault();
  action();
  pointByCross();
}

/** Read the pixel under the cross while the keyboard is on the map. */
function pointByCross() {
  const isOn = view.canvas.matches(":focus-visible");
  $("cross").hidden = !isOn;
  $("inspect").setAttribute("aria-live", isOn ? "polite" : "off");
  if (!isOn) return;
  const { px, py } = view.cross();
  $("cross").style.left = `${px / view.ratio}px`;
  inspector.show(view.cellAt(px, py));
}

/** Keyboard everywhere. @param {KeyboardEvent} event */
function pageKey(event) {
  const isField = /** @type {HTMLElement} */ (event.target).matches?.("input, textarea, select");
  const key = event.key.toLowerCase();
  if (isField) return;
  if ((event.ctrlKey || event.metaKey) && (key === "z" || key === "y")) {
    event.preventDefault();
    if (key === "y" || event.shiftKey) editor.redo();
    else editor.undo();
  } else if (key === "/") {
    event.preventDefault();
    frame.openTab("legend");
    $("find").focus();
  } else if (key === "escape" && legend.chosen !== null) legend.choose(null);
}

/** Connect everything. */
function connect() {
  new Pointers(view, {
    hover: (px, py) => inspector.show(view.cellAt(px, py)),
    leave: () => { if (!narrow.matches) inspector.show(null); },
    tap: (px, py) => { if (!view.cellAt(px, py)) legend.choose(null); },
    isDrawing: () => isBoxing,
    drawn: (box, isDone) => {
      painter.legendBox = box;
      painter.soon();
      if (!isDone) return;
      isBoxing = false;
      amend("Box around the legend", (edits) => { edits.box = box; });
      drawFinish({ edit: editClass });
    },
  });
  store.onload = () => painter.soon();
  painter.ondrawn = () => frame.drawScale();
  view.onchange = () => painter.soon();
  inspector.onclass = (index) => legend.mark(index);
  editor.onchange = drawEdits;
  view.canvas.addEventListener("keydown", mapKey);
  view.canvas.addEventListener("focus", pointByCross);
  view.canvas.addEventListener("blur", pointByCross);
  document.addEventListener("keydown", pageKey);
  $("undo").onclick = () => editor.undo();
  $("redo").onclick = () => editor.redo();
  $("finish").onclick = () => frame.openTab("finish");
  // Two tabs with one map show the same legend.
  addEventListener("storage", (event) => {
    if (event.key !== editor.key) return;
    editor.recall();
    editor.past = [];
    editor.future = [];
    drawEdits();
  });
}

/** Show the page. */
async function start() {
  frame.begin();
  connect();
  await tables.load();
  frame.paint();
  drawEdits();
  frame.setMode("swipe");
  new ResizeObserver(() => {
    view.resize();
    frame.drawTags();
    painter.draw();
  }).observe(view.canvas);
  view.resize();
  view.fit();
}

/** Settled when the page is shown. */
const started = start();
