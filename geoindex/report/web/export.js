// @ts-check
"use strict";

const LEGEND_FILE = "legend.csv";

/** Rows of the palette that pixels were compared with. @returns {Entry[]} */
function paletteEntries() {
  return FACTS.entries ?? FACTS.colors.map((color, index) => ({
    color, value: FACTS.values && FACTS.values[index], name: FACTS.names[index], role: FACTS.roles[index], class: index, isHead: true,
  }));
}

/** The legend as a palette file of geoindex. */
function legendCsv() {
  const cell = (/** @type {string} */ text) => (/[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const entries = paletteEntries();
  const heads = new Map(entries.flatMap((entry, row) => (entry.isHead ? [[entry.class, row]] : [])));
  const hasValues = entries.some(({ value }) => value !== null);
  const lines = entries.map((entry, row) => {
    const target = heads.get(editor.root(entry.class));
    return [
      ...(hasValues ? [String(entry.value)] : []),
      ...entry.color.map(String),
      entry.isHead ? editor.name(entry.class) : entry.name,
      editor.now.roles[entry.class] ?? (entry.isHead ? FACTS.roles[entry.class] : entry.role),
      target === row ? "" : String(target),
      entry.isHead ? shownColor(entry.class) : "",
    ];
  });
  const head = [...(hasValues ? ["value"] : []), "r", "g", "b", "name", "role", "merge", "show"];
  return [head, ...lines].map((line) => `${line.map(cell).join(",")}\n`).join("");
}

/** Color of a class as the palette names it, "" for that of the map. @param {number} index */
function shownColor(index) {
  const color = hexColor(editor.color(index));
  return color === hexColor(FACTS.colors[index]) ? "" : color;
}

/** Words of the command that makes the corrected grid. */
function commandWords() {
  const target = `${FACTS.title.replace(/\.[^.]*$/, "")}_finished.tif`;
  const words = ["geoindex", "convert", FACTS.source, "-o", target, "-p", LEGEND_FILE, ...FACTS.options];
  const { hatch } = editor.now;
  if (!FACTS.clean && !hatch.length) return words;
  words.push("--clean", ...(FACTS.clean?.words ?? []));
  if (FACTS.clean && FACTS.clean.shade !== (FACTS.metric === "shaded")) words.push(FACTS.clean.shade ? "--shade" : "--no-shade");
  const others = FACTS.clean?.inkColors ?? [];
  if (others.length) {
    const inks = FACTS.colors.map((_color, index) => index).filter((index) => editor.role(index) === "ink");
    words.push("--ink", [...inks, ...others.map(hexColor)].join(","));
  }
  for (const [one, other, row] of hatch) words.push("--hatch", `${FACTS.colors[one].join(",")}+${FACTS.colors[other].join(",")}=${row}`);
  return words;
}

/** Words of the command that reads the printed legend. @param {Box} box */
function legendWords(box) {
  const [col, row] = FACTS.offset ?? [0, 0];
  const edges = [box.c0 + col, box.r0 + row, box.c1 + col, box.r1 + row];
  return ["geoindex", "palette", "legend", FACTS.source, "--box", ...edges.map(String), "-o", LEGEND_FILE];
}

/** A word as a shell reads it; commas too, of which PowerShell makes lists. @param {string} word @param {string} shell */
function quoted(word, shell) {
  if (/^[A-Za-z0-9_./:=+-]+$/.test(word)) return word;
  return `'${word.replaceAll("'", shell === "powershell" ? "''" : "'\\''")}'`;
}

/** Let the browser save a text. @param {string} name @param {string} text */
function download(name, text) {
  const link = make("a", { href: URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" })), download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

/** Copy a text, also where the clipboard wants another kind of page; whether it worked. @param {string} text */
async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = make("textarea", { value: text });
    document.body.append(area);
    area.select();
    const isCopied = document.execCommand("copy");
    area.remove();
    return isCopied;
  }
}
