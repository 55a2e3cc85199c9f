// The samples of a run as points: which quantities are the axes is the reader's choice, a point that is pointed to is
// told of, and a click copies the command that evaluates it. Nothing is loaded; all data stand in #explore-data.
"use strict";
(() => {
  const find = (id) => document.getElementById(`explore-${id}`);
  const data = JSON.parse(find("data").textContent);
  const columns = data.columns.map((c) => ({ ...c, values: unpacked(c) }));
  const entries = data.entries.map((e) => ({ ...e, values: unpacked(e) }));
  const logL = unpacked(data.log_l);
  const counts = unpacked(data.counts);
  const best = data.best;
  const n = logL.length;
  const strongest = Array.from({ length: n }, (_, i) => strongestPull(i));
  const byLogL = [...Array(n).keys()].sort((i, j) => logL[i] - logL[j]); // the best are drawn last, on top

  const canvas = find("plot");
  const ground = document.createElement("canvas"); // all but the mark of the chosen point, which follows the mouse
  const choice = { x: find("x"), y: find("y"), colour: find("colour") };
  let view = null; // what is drawn: axes, and where the points are, in CSS pixels
  let chosen = -1;
  let touched = false; // a finger has no hover: its first tap chooses, its second copies

  // ---- data ----------------------------------------------------------------------------------------------------

  function unpacked({ bits, base64 }) {
    const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
    return bits === 64 ? new Float64Array(bytes.buffer) : new Float32Array(bytes.buffer);
  }

  // The likelihood whose ln L is furthest below its value at the best fit; -1 where none is.
  function strongestPull(i) {
    let found = -1;
    for (let k = 0; k < entries.length; k++) {
      const value = entries[k].values[i];
      if (value < 0 && (found < 0 || value < entries[found].values[i])) found = k;
    }
    return found;
  }

  // ---- numbers -------------------------------------------------------------------------------------------------

  const raised = (k) => String(k).replace("-", "⁻").replace(/\d/g, (d) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[d]);
  const signed = (text) => text.replace("-", "−");

  function shown(value, digits = 5) {
    if (Number.isNaN(value)) return "not known";
    if (!Number.isFinite(value)) return value < 0 ? "−∞" : "∞";
    const size = Math.abs(value);
    if (size === 0 || (size >= 1e-3 && size < 1e5)) return signed(String(Number(value.toPrecision(digits))));
    const [mantissa, power] = value.toExponential(digits - 1).split("e");
    return `${signed(String(Number(mantissa)))}·10${raised(Number(power))}`;
  }

  // Where ticks are on an axis as it is drawn (log10 where it is logarithmic), and what is written beside them.
  function ticks({ low, high, log }, most) {
    if (!log) return distinct(evenly(low, high, most), (v) => v);
    const stride = Math.max(1, Math.ceil((high - low) / most));
    const powers = [];
    for (let k = Math.ceil(low); k <= high; k++) if (k % stride === 0) powers.push(k);
    if (powers.length > 2) return powers.map((k) => ({ at: k, text: power(k) }));
    const between = [];
    for (let k = Math.floor(low); k <= high; k++) {
      for (const m of [1, 2, 5]) {
        between.push({ at: k + Math.log10(m), text: m === 1 ? power(k) : shown(m * 10 ** k, 2) });
      }
    }
    const inside = between.filter((t) => t.at >= low && t.at <= high);
    if (inside.length > 3) return inside;
    return distinct(evenly(10 ** low, 10 ** high, 1.5 * most), Math.log10);
  }

  // Ticks at values that are evenly spaced, with as many digits as tell them apart.
  function distinct(values, at) {
    const largest = Math.max(...values.map(Math.abs), 0), step = values.length > 1 ? values[1] - values[0] : largest;
    const digits = Math.min(15, Math.max(2, Math.ceil(Math.log10(largest / step || 1)) + 2));
    return values.map((v) => ({ at: at(v), text: shown(Math.abs(v) < 1e-9 * step ? 0 : v, digits) }));
  }

  const power = (k) => (k >= -2 && k <= 3 ? String(Number((10 ** k).toPrecision(1))) : `10${raised(k)}`);

  function evenly(low, high, most) {
    const rough = (high - low) / Math.max(1, most);
    const unit = 10 ** Math.floor(Math.log10(rough));
    const step = unit * ([1, 2, 5].find((m) => m * unit >= rough) ?? 10);
    const found = [];
    for (let k = Math.ceil(low / step); k * step <= high && found.length < 50; k++) found.push(k * step);
    return found;
  }

  // ---- what is drawn -------------------------------------------------------------------------------------------

  function axis(column) {
    const values = column.log ? Float64Array.from(column.values, Math.log10) : Float64Array.from(column.values);
    return { name: column.name, log: column.log, values };
  }

  function widen(one, points) {
    one.low = Infinity;
    one.high = -Infinity;
    for (const i of points) {
      one.low = Math.min(one.low, one.values[i]);
      one.high = Math.max(one.high, one.values[i]);
    }
    const margin = 0.03 * (one.high - one.low) || 0.05 * Math.abs(one.low) || 0.5;
    one.low -= margin;
    one.high += margin;
  }

  function look() {
    if (!canvas.clientWidth || !canvas.clientHeight) return; // not laid out, as in print
    const x = axis(columns[choice.x.value]);
    const y = axis(columns[choice.y.value]);
    const points = byLogL.filter((i) => Number.isFinite(x.values[i]) && Number.isFinite(y.values[i]));
    const missing = n - points.length;
    const kind = x.log || y.log ? "number, or none above zero," : "number";
    find("missing").textContent = !points.length
      ? "No sample has a number for both of these: choose another quantity."
      : missing ? `${missing} samples are not drawn: they have no ${kind} for one of these.` : "";
    if (points.length) [x, y].forEach((one) => widen(one, points));
    const width = canvas.clientWidth, height = canvas.clientHeight;
    const pen = ground.getContext("2d");
    pen.font = font();
    const frame = { left: 40, top: 10, right: width - 12, bottom: height - 30 };
    if (points.length) {
      y.ticks = ticks(y, Math.max(2, (frame.bottom - frame.top) / 50));
      frame.left = 14 + Math.max(26, ...y.ticks.map(({ text }) => pen.measureText(text).width));
      x.ticks = ticks(x, Math.max(2, (frame.right - frame.left) / 75));
    }
    view = { x, y, points, width, height, frame, px: new Float64Array(n), py: new Float64Array(n) };
    for (const i of points) {
      view.px[i] = across(x.values[i]);
      view.py[i] = up(y.values[i]);
    }
    title("x", choice.x.value);
    title("y", choice.y.value);
    draw();
  }

  const share = (v, { low, high }) => (v - low) / (high - low);
  const across = (v) => view.frame.left + share(v, view.x) * (view.frame.right - view.frame.left);
  const up = (v) => view.frame.bottom - share(v, view.y) * (view.frame.bottom - view.frame.top);

  function title(which, k) {
    const label = find("labels").content.children[k].cloneNode(true);
    find(`${which}-title`).replaceChildren(label);
  }

  // As large as the page's letters are.
  function font() {
    const { fontFamily, fontSize } = getComputedStyle(find("legend"));
    return `${Math.min(16, 0.88 * parseFloat(fontSize))}px ${fontFamily}`;
  }

  function draw() {
    const ratio = window.devicePixelRatio || 1;
    for (const one of [canvas, ground]) {
      one.width = Math.round(view.width * ratio);
      one.height = Math.round(view.height * ratio);
    }
    const style = getComputedStyle(canvas);
    const colour = (name) => style.getPropertyValue(`--${name}`).trim();
    view.ink = colour("ink");
    view.paper = colour("paper");
    const pen = ground.getContext("2d");
    pen.scale(ratio, ratio);
    pen.font = font();
    drawPoints(pen, colour);
    drawFrame(pen, colour);
    mark();
  }

  function drawPoints(pen, colour) {
    const kinds = coloured();
    const radius = view.points.length > 1500 ? 2.1 : 2.8;
    const tones = kinds.classes.map(({ tone }) => colour(tone));
    pen.globalAlpha = 0.65;
    for (const i of view.points) {
      if (!counts[i]) continue; // the best fit, where it was not drawn among the others
      pen.fillStyle = tones[kinds.of[i]];
      pen.beginPath();
      pen.arc(view.px[i], view.py[i], radius * Math.min(4, Math.sqrt(counts[i])), 0, 7); // its area is its weight
      pen.fill();
    }
    pen.globalAlpha = 1;
    legend(kinds.classes);
    if (Number.isFinite(view.x.values[best]) && Number.isFinite(view.y.values[best])) {
      star(pen, view.px[best], view.py[best]);
    }
  }

  function star(pen, x, y) {
    pen.beginPath();
    for (let k = 0; k < 10; k++) {
      const r = k % 2 ? 3.6 : 9, turn = (Math.PI * k) / 5 - Math.PI / 2;
      pen.lineTo(x + r * Math.cos(turn), y + r * Math.sin(turn));
    }
    pen.closePath();
    pen.fillStyle = view.ink;
    pen.strokeStyle = view.paper;
    pen.lineWidth = 3;
    pen.stroke();
    pen.fill();
  }

  function drawFrame(pen, colour) {
    const { left, top, right, bottom } = view.frame;
    pen.strokeStyle = colour("soft");
    pen.fillStyle = colour("soft");
    pen.lineWidth = 1;
    pen.strokeRect(left + 0.5, top + 0.5, right - left, bottom - top);
    if (!view.points.length) return;
    pen.textAlign = "center";
    pen.textBaseline = "top";
    for (const { at, text } of view.x.ticks) {
      tick(pen, across(at), bottom, 0, -5);
      pen.fillText(text, across(at), bottom + 7);
    }
    pen.textAlign = "right";
    pen.textBaseline = "middle";
    for (const { at, text } of view.y.ticks) {
      tick(pen, left, up(at), 5, 0);
      pen.fillText(text, left - 7, up(at));
    }
  }

  function tick(pen, x, y, dx, dy) {
    pen.beginPath();
    pen.moveTo(Math.round(x) + 0.5, Math.round(y) + 0.5);
    pen.lineTo(Math.round(x + dx) + 0.5, Math.round(y + dy) + 0.5);
    pen.stroke();
  }

  function mark() {
    const pen = canvas.getContext("2d");
    pen.clearRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(ground, 0, 0);
    if (chosen < 0 || !view.points.includes(chosen)) return;
    const ratio = window.devicePixelRatio || 1;
    pen.save();
    pen.scale(ratio, ratio);
    for (const [width, tone] of [[5, view.paper], [2, view.ink]]) {
      pen.lineWidth = width;
      pen.strokeStyle = tone;
      pen.beginPath();
      pen.arc(view.px[chosen], view.py[chosen], 8, 0, 7);
      pen.stroke();
    }
    pen.restore();
    canvas.dataset.at = `${view.px[chosen]},${view.py[chosen]}`;
  }

  // ---- colours -------------------------------------------------------------------------------------------------

  const STEPS = [-0.5, -2, -4.5]; // one, two and three standard deviations of one quantity
  const MOST_KINDS = 6;
  const MOST_TOLD = 5;

  // By each sample its class, and of the classes what is said of them.
  function coloured() {
    if (choice.colour.value === "plain") {
      return { of: new Uint8Array(n), classes: [{ tone: "kind-0", text: "" }] };
    }
    if (choice.colour.value === "pull") return byPull();
    const of = Uint8Array.from(logL, (v) => STEPS.filter((step) => !(v - logL[best] >= step)).length);
    const texts = ["Δ ln L ≥ −0.5", "−0.5 to −2", "−2 to −4.5", "below −4.5"];
    return { of, classes: tallied(of, texts.map((text, k) => ({ tone: `step-${k}`, text }))) };
  }

  function byPull() {
    const often = new Map();
    strongest.forEach((k) => k < 0 || often.set(k, (often.get(k) ?? 0) + 1));
    const told = [...often.keys()].sort((a, b) => often.get(b) - often.get(a)).slice(0, MOST_KINDS);
    const of = Uint8Array.from(strongest, (k) => (told.includes(k) ? told.indexOf(k) : told.length));
    const classes = told.map((k, place) => ({ tone: `kind-${place}`, text: entries[k].name }));
    const rest = { tone: "kind-other", text: often.size > MOST_KINDS ? "others" : "none" };
    return { of, classes: tallied(of, [...classes, rest]) };
  }

  function tallied(of, classes) {
    const tally = classes.map(() => 0);
    view.points.forEach((i) => { tally[of[i]] += counts[i] > 0 ? 1 : 0; });
    return classes.map((one, k) => ({ ...one, count: tally[k] }));
  }

  function legend(classes) {
    const told = classes.filter(({ text, count }) => text && count);
    find("legend").replaceChildren(...told.map(({ tone, text, count }) => {
      const dot = element("span", "", "dot");
      dot.style.background = `var(--${tone})`;
      const item = element("li", "");
      item.append(dot, `${text} (${count})`);
      return item;
    }), ...[element("li", "★ best fit")]);
  }

  // ---- what is told of a point ---------------------------------------------------------------------------------

  function element(kind, text, name = "") {
    const made = document.createElement(kind);
    made.textContent = text;
    if (name) made.className = name;
    return made;
  }

  function row(name, value, digits) {
    const made = element("tr", ""), cell = element("td", shown(value, digits));
    cell.dataset.value = value;
    made.append(element("td", name), cell);
    return made;
  }

  function choose(i) {
    if (i < 0 || i === chosen) return;
    chosen = i;
    const k = strongest[i];
    find("what").textContent = i === best ? "Best fit" : "Sample";
    find("pull").textContent = k >= 0
      ? `${entries[k].name} pulls most: its ln L is ${shown(-entries[k].values[i], 3)} below that at the best fit.`
      : i === best ? "The differences of ln L are to this point." : "No likelihood is below its value at the best fit.";
    const drawn = [choice.x.value, choice.y.value].map((c) => columns[c]);
    const axes = drawn.filter((c) => !c.option && c.name !== data.difference); // what is not told of anyhow
    const told = [...columns.filter((c) => c.option), ...new Set(axes)];
    find("values").replaceChildren(...told.map((c) => row(c.name, c.values[i])));
    const order = entries.map((_, k) => k).filter((k) => entries[k].values[i]);
    order.sort((a, b) => Math.abs(entries[b].values[i]) - Math.abs(entries[a].values[i]));
    find("total").replaceChildren(row("ln L", logL[i], 8), row(data.difference, logL[i] - logL[best], 4));
    const most = order.slice(0, MOST_TOLD);
    find("likelihoods").replaceChildren(...most.map((k) => row(entries[k].name, entries[k].values[i], 3)));
    find("shares").hidden = !order.length;
    if (data.command) find("command").value = command(i);
    find("copied").textContent = "";
    canvas.dataset.sample = i;
    mark();
  }

  function command(i) {
    const at = columns.filter((c) => c.option).map((c) => c.option + exactly(c.values[i]));
    return [data.command, ...at].join(" ");
  }

  // JavaScript writes as many digits as give back the same number.
  function exactly(value) {
    const [plain, scientific] = [String(value), value.toExponential()];
    return plain.length <= scientific.length ? plain : scientific;
  }

  async function copy() {
    if (chosen < 0 || !data.command) return;
    const done = await copied(find("command").value);
    find("copied").textContent = done ? "Copied." : "Your browser does not let pages copy: it is marked for you.";
  }

  async function copied(text) {
    if (navigator.clipboard) {
      try {
        await navigator.clipboard.writeText(text);
        return true;
      } catch { /* refused, as in a page that is no secure context: in the old way */ }
    }
    const before = document.activeElement;
    find("command").select();
    const done = document.execCommand("copy");
    if (done) before?.focus({ preventScroll: true });
    return done;
  }

  // ---- mouse, finger and keys ----------------------------------------------------------------------------------

  function nearest(event) {
    const box = canvas.getBoundingClientRect();
    const x = event.clientX - box.left, y = event.clientY - box.top;
    let found = -1, least = Infinity;
    for (const i of view.points) {
      const distance = (view.px[i] - x) ** 2 + (view.py[i] - y) ** 2;
      if (distance <= least) [found, least] = [i, distance];
    }
    return found;
  }

  // The next sample along an axis, from the chosen one or the best.
  function next(one, step) {
    const order = [...view.points].sort((i, j) => one.values[i] - one.values[j] || i - j);
    const place = order.indexOf(chosen < 0 ? best : chosen);
    return order[Math.min(order.length - 1, Math.max(0, place + step))] ?? -1;
  }

  const KEYS = {
    ArrowRight: () => choose(next(view.x, 1)), ArrowLeft: () => choose(next(view.x, -1)),
    ArrowUp: () => choose(next(view.y, 1)), ArrowDown: () => choose(next(view.y, -1)),
    Home: () => choose(best), Enter: copy, " ": copy,
  };

  canvas.addEventListener("pointermove", (event) => { if (event.pointerType !== "touch") choose(nearest(event)); });
  canvas.addEventListener("pointerdown", (event) => { touched = event.pointerType === "touch"; });
  canvas.addEventListener("click", (event) => {
    const i = nearest(event), again = i === chosen;
    choose(i);
    if (again || !touched) copy();
  });
  canvas.addEventListener("keydown", (event) => {
    if (!(event.key in KEYS) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    KEYS[event.key]();
  });
  find("copy").addEventListener("click", copy);
  choice.x.addEventListener("change", again);
  choice.y.addEventListener("change", again);
  choice.colour.addEventListener("change", look);

  // Other axes: the point that was chosen is told of with them.
  function again() {
    look();
    const i = chosen;
    chosen = -1;
    choose(i);
  }

  // ---- begin ---------------------------------------------------------------------------------------------------

  const groups = {
    parameters: (c) => c.option,
    "derived quantities": (c) => !c.option && c.name !== data.difference,
    likelihood: (c) => c.name === data.difference,
  };
  for (const which of ["x", "y"]) {
    for (const [name, belongs] of Object.entries(groups)) {
      const group = document.createElement("optgroup");
      group.label = name;
      columns.forEach((c, k) => belongs(c) && group.append(new Option(c.name, k)));
      if (group.children.length) choice[which].append(group);
    }
    choice[which].value = columns.findIndex((c) => c.name === data[which]);
  }
  find("explorer").hidden = false;
  find("evaluate").hidden = !data.command;
  new ResizeObserver(look).observe(canvas);
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", look);
  (function sharp() { // another screen, or another zoom
    const screen = window.matchMedia(`(resolution: ${window.devicePixelRatio}dppx)`);
    screen.addEventListener("change", () => { look(); sharp(); }, { once: true });
  })();
  look();
  choose(best);
})();
