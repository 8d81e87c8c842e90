// The timeline: how many secrets HEAD had at any time, and below that a bar for each secret, from the first commit
// that had it to the one that took it out. It shows what the filters leave.

const BARS = 12;
const EARLIEST = dayNumber("1990-01-01"); // commits may claim any date; what is outside stands at the edge
let bars = BARS;

function drawTimeline(selected) {
  const dated = selected.filter((f) => f.begin !== undefined);
  const section = document.getElementById("timeline-section");
  section.hidden = !findings.some((f) => f.begin !== undefined && f.state);
  if (section.hidden) return;
  const scale = scaleOf(dated);
  const chart = document.getElementById("timeline-chart");
  chart.replaceChildren();
  const note = document.getElementById("timeline-note");
  const number = (n) => n.toLocaleString("en");
  note.textContent = dated.length > bars ? `the first ${bars} of ${number(dated.length)}, in the order of the list` : number(dated.length) + " with a date";
  if (!dated.length) return;
  chart.append(areaOf(dated, scale), barsOf(dated, scale));
  if (dated.length > bars) {
    const button = make("button", { type: "button", class: "quiet" }, "Show more bars");
    button.addEventListener("click", () => { bars += 100; drawTimeline(selected); });
    chart.append(button);
  }
}

// scaleOf returns from which day to which the chart goes, and the years, or months, that it names.
function scaleOf(dated) {
  const clamp = (day) => Math.min(Math.max(day, EARLIEST), today);
  let first = today;
  for (const f of dated) first = Math.min(first, clamp(f.begin));
  const from = first - Math.max(7, (today - first) * 0.02);
  const to = today + 1;
  return { from, to, at: (day) => ((clamp(day) - from) / (to - from)) * 100, ticks: ticksOf(from, to) };
}

function ticksOf(from, to) {
  const start = new Date(from * DAY).getUTCFullYear();
  const end = new Date(to * DAY).getUTCFullYear();
  const ticks = [];
  if (end - start < 2) {
    const step = to - from > 300 ? 3 : 1;
    for (let month = 0; month < 24; month += step) {
      const date = new Date(Date.UTC(start, month, 1));
      ticks.push({ day: date / DAY, name: date.toISOString().slice(0, 7) });
    }
  } else {
    const step = Math.ceil((end - start) / 8);
    for (let year = start; year <= end; year++) {
      if (year % step === 0) ticks.push({ day: Date.UTC(year, 0, 1) / DAY, name: String(year) });
    }
  }
  return ticks.filter((tick) => tick.day > from && tick.day < to - (to - from) * 0.03);
}

// areaOf draws how many secrets were at HEAD, of all that fit and not only of those with a bar.
function areaOf(dated, scale) {
  const changes = new Map();
  const change = (day, by) => changes.set(day, (changes.get(day) ?? 0) + by);
  for (const f of dated) {
    if (f.span === undefined) continue;
    change(f.begin, 1);
    if (f.end !== undefined) change(f.end, -1);
  }
  let now = 0, most = 0, mostAt;
  const steps = [...changes].sort((a, b) => a[0] - b[0]).map(([day, by]) => {
    now += by;
    if (now > most) [most, mostAt] = [now, day];
    return [scale.at(day), now];
  });
  let path = "M0 100", before = 0;
  const height = (n) => (100 - (n / Math.max(most, 1)) * 88).toFixed(2);
  for (const [x, n] of thinned(steps)) {
    path += `H${x.toFixed(2)}V${height(n)}`;
    before = n;
  }
  path += `H100V100Z`;
  const svg = shape("svg", { viewBox: "0 0 100 100", preserveAspectRatio: "none", "aria-hidden": "true" }, shape("path", { d: path }));
  const caption = make("p", { class: "caption" }, make("b", {}, before.toLocaleString("en")), " at HEAD now");
  if (most > before) caption.append(`; at most ${most.toLocaleString("en")}, in ${new Date(mostAt * DAY).toISOString().slice(0, 7)}`);
  return make("div", { class: "area" }, caption, make("div", { class: "plot" }, svg, gridOf(scale)));
}

// thinned leaves one step for each pixel or so: the last one there.
function thinned(steps) {
  return steps.filter((step, i) => i + 1 === steps.length || Math.floor(steps[i + 1][0] * 8) !== Math.floor(step[0] * 8));
}

function shape(tag, attributes, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

// gridOf names the years.
function gridOf(scale) {
  const grid = make("div", { class: "grid", "aria-hidden": "true" });
  for (const tick of scale.ticks) {
    const line = make("span", {}, tick.name);
    line.style.left = scale.at(tick.day) + "%";
    grid.append(line);
  }
  return grid;
}

function barsOf(dated, scale) {
  const rows = dated.slice(0, bars).map((f) => {
    const track = make("span", { class: "track" });
    const part = (className, from, to) => {
      const bar = make("i", { class: `bar ${className}` });
      bar.style.left = scale.at(from) + "%";
      bar.style.width = Math.max(0, scale.at(to) - scale.at(from)) + "%";
      track.append(bar);
    };
    if (f.state !== "head") part("faint", f.begin, today);
    if (f.span !== undefined) part("solid", f.begin, f.end ?? today);
    else part("point", f.begin, f.begin);
    const label = make("span", { class: "label" }, f.short, make("span", { class: "soft" }, " " + (f.places[0].path ?? "").split("/").pop()));
    const words = `${f.title}, ${f.severity}, ${f.state ? STATES[f.state] + ", " : ""}${whenText(f)}`;
    const button = make("button", { type: "button", class: f.severity, "aria-label": words, title: words }, label, track);
    button.addEventListener("click", () => reveal(f));
    return make("li", {}, button);
  });
  return make("ol", { class: "bars", "aria-label": "Secrets over time" }, ...rows);
}
