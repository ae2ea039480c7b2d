"use strict";
(() => {
  const map = document.getElementById("map");
  if (!map) return;
  const crumbs = document.getElementById("crumbs");
  const told = document.getElementById("map-told");
  const choice = [...document.querySelectorAll("#by button")];
  const HEAD = 19, EDGE = 2, DEEP = 4, SMALL = 5, LEAST = 0.045;
  let by = "bytes";

  const size = (bytes) => {
    const units = ["B", "kB", "MB", "GB", "TB"];
    let amount = bytes, at = 0;
    while (amount >= 1000 && at < units.length - 1) { amount /= 1000; at += 1; }
    return (at ? amount.toFixed(1) : amount.toFixed(0)) + " " + units[at];
  };
  const count = (files) => files.toLocaleString("en") + (files === 1 ? " file" : " files");

  const grown = ([name, bytes, files, parts], care, above) => {
    const one = { name, bytes, files, care, above, parts: [] };
    one.parts = (parts || []).map((part) => grown(part, care, one));
    return one;
  };
  const site = { name: document.querySelector("h1").textContent, care: "", above: null, parts: [] };
  site.parts = JSON.parse(document.getElementById("map-data").textContent)
    .map(([care, ...part]) => grown(part, care, site));
  for (const key of ["bytes", "files"]) site[key] = site.parts.reduce((sum, one) => sum + one[key], 0);
  let here = site;

  /* What lies in it and has no place of its own is one part, of which the number is told. */
  const inside = (one) => {
    const rest = { care: one.care, above: one, parts: [], rest: true };
    for (const key of ["bytes", "files"]) rest[key] = one.parts.reduce((left, part) => left - part[key], one[key]);
    rest.name = "and " + rest.files.toLocaleString("en") + " more";
    const parts = rest.files > 0 && one.parts.length ? [...one.parts, rest] : one.parts;
    return parts.filter((part) => part[by] > 0).sort((a, b) => b[by] - a[by]);
  };
  /* At the top code is little beside data: what would be too small to be seen is drawn larger, and that is said. */
  const weight = (one) => one.above === site ? Math.max(one[by], site[by] * LEAST) : one[by];

  /* Squarified (Bruls, Huizing, van Wijk, 2000): rows along the shorter side, as long as that makes them squarer. */
  const squarified = (parts, box) => {
    const placed = [], scale = (box.w * box.h) / parts.reduce((sum, one) => sum + weight(one), 0);
    let { x, y, w, h } = box, row = [], area = 0;
    const worst = (areas, sum, side) => Math.max(...areas.map((one) =>
      Math.max((side * side * one) / (sum * sum), (sum * sum) / (side * side * one))));
    const lay = () => {
      const wide = w >= h, thick = area / (wide ? h : w);
      let along = 0;
      for (const [one, its] of row) {
        const long = its / thick;
        placed.push([one, wide ? { x, y: y + along, w: thick, h: long } : { x: x + along, y, w: long, h: thick }]);
        along += long;
      }
      if (wide) { x += thick; w -= thick; } else { y += thick; h -= thick; }
      row = []; area = 0;
    };
    for (const one of parts) {
      const its = weight(one) * scale, side = Math.min(w, h), areas = row.map(([, each]) => each);
      if (row.length && worst([...areas, its], area + its, side) > worst(areas, area, side)) lay();
      row.push([one, its]); area += its;
    }
    if (row.length) lay();
    return placed;
  };

  const path = (one) => (one.above && one.above.above ? path(one.above) : "") + (one.above && one.above !== site ? one.name : "");
  const words = (one) => {
    const top = site.parts.find((part) => part.care === one.care);
    const where = one === top ? top.name : top.name + ": " + path(one);
    return where + ", " + count(one.files) + ", " + size(one.bytes);
  };

  const draw = (one, box, depth, whole) => {
    if (box.w < SMALL || box.h < SMALL) return;
    const opens = one.parts.length > 0;
    const cell = document.createElement(opens ? "button" : "div");
    cell.className = "cell care-" + one.care + " depth-" + depth + (one.rest ? " rest" : "");
    if (opens) cell.type = "button"; else cell.setAttribute("role", "img");
    cell.setAttribute("aria-label", words(one) + (opens ? ", look into it" : ""));
    cell.title = words(one);
    for (const [side, part, all] of [["left", box.x, whole.w], ["top", box.y, whole.h], ["width", box.w, whole.w], ["height", box.h, whole.h]]) {
      cell.style[side] = (part / all * 100).toFixed(3) + "%";
    }
    const nested = opens && depth < DEEP && box.w > 70 && box.h > 58;
    label(cell, one, box, nested);
    cell.one = one;
    map.append(cell);
    if (!nested) return;
    const inner = { x: box.x + EDGE, y: box.y + HEAD, w: box.w - 2 * EDGE, h: box.h - HEAD - EDGE };
    for (const [part, its] of squarified(inside(one), inner)) draw(part, its, depth + 1, whole);
  };

  const label = (cell, one, box, nested) => {
    if (box.w < 38 || box.h < 18) { cell.classList.add("tiny"); return; }
    const name = document.createElement("span");
    const held = by === "bytes" ? size(one.bytes) : count(one.files);
    name.textContent = nested && box.w > 105 ? one.name + " · " + held : one.name;
    cell.append(name);
    if (nested || box.h < 38) return;
    const second = document.createElement("span");
    second.className = "held";
    second.textContent = held;
    cell.append(second);
  };

  const trail = () => {
    const steps = [];
    for (let one = here; one; one = one.above) steps.unshift(one);
    crumbs.replaceChildren(...steps.flatMap((one, at) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = one.name;
      if (one === here) button.setAttribute("aria-current", "true");
      button.addEventListener("click", () => show(one));
      return at ? ["›", button] : [button];
    }));
  };

  const show = (one, moved) => {
    here = one;
    map.replaceChildren();
    const whole = { x: 0, y: 0, w: map.clientWidth, h: map.clientHeight };
    for (const [part, box] of squarified(inside(here), whole)) draw(part, box, here === site ? 0 : 1, whole);
    trail();
    tell(null);
    for (const button of choice) button.setAttribute("aria-pressed", String(button.dataset.by === by));
    if (moved) crumbs.lastElementChild.focus({ preventScroll: true });
  };
  const tell = (one) => {
    const enlarged = here === site && site.parts.some((part) => part[by] > 0 && part[by] < site[by] * LEAST);
    const how = here === site ? "." : "; Escape goes back.";
    told.textContent = one ? words(one) : "Choose a part to look into it" + how + (enlarged ? " Small parts are drawn larger." : "");
  };

  map.addEventListener("click", (event) => {
    const cell = event.target.closest(".cell");
    if (cell) show(cell.one.parts.length ? cell.one : cell.one.above, event.detail === 0);
  });
  for (const moving of ["pointerover", "focusin"]) {
    map.addEventListener(moving, (event) => { const cell = event.target.closest(".cell"); if (cell) tell(cell.one); });
  }
  map.addEventListener("pointerleave", () => tell(null));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && here.above) show(here.above, map.contains(document.activeElement));
  });
  for (const button of choice) button.addEventListener("click", () => { by = button.dataset.by; show(here); });
  let wide = 0;
  new ResizeObserver(() => {
    if (Math.abs(map.clientWidth - wide) < 2) return;
    wide = map.clientWidth;
    show(here);
  }).observe(map);
  wide = map.clientWidth;
  show(site);
})();
window.addEventListener("beforeprint", () => {
  for (const one of document.querySelectorAll("details")) one.open = true;
});
