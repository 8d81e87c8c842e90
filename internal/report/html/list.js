// The list of findings that fit. It grows as one scrolls, so that ten thousand take no longer to show than a hundred.

const STEP = 50;
const list = document.getElementById("list");
const more = document.getElementById("more");
let shown = []; // the findings that fit, in their order
let listed = 0; // how many of them are in the page

// show replaces the list.
function show(selected) {
  shown = selected;
  listed = 0;
  list.replaceChildren();
  grow(STEP);
  const all = findings.length.toLocaleString("en");
  document.getElementById("shown").textContent = `${shown.length.toLocaleString("en")} of ${all} shown`;
  document.getElementById("none").hidden = shown.length > 0;
}

// grow lists some more of the findings.
function grow(n) {
  const next = shown.slice(listed, listed + n);
  list.append(...next.map(item));
  listed += next.length;
  const left = shown.length - listed;
  more.hidden = left === 0;
  more.textContent = `Show ${Math.min(STEP, left)} more of ${left.toLocaleString("en")}`;
}

function item(f) {
  const place = f.places[0];
  const summary = make("summary", {},
    make("span", { class: `badge ${f.severity}` }, f.severity),
    make("span", { class: "what" },
      make("span", { class: "title" }, make("h3", {}, f.short), f.secret && f.secret !== "..." ? make("code", { class: "secret" }, f.secret) : ""),
      make("span", { class: "place" }, placeText(place), f.count > 1 ? make("span", { class: "others" }, ` and ${places(f.count - 1)} more`) : "")),
    make("span", { class: "when" },
      f.state ? make("span", { class: `state ${f.state}` }, STATES[f.state]) : "",
      make("span", { class: "soft" }, whenText(f))));
  const details = make("details", {}, summary);
  details.addEventListener("toggle", () => fill(details, f));
  return make("li", { id: "finding-" + f.index }, details);
}

// whenText is the short form of exposureText.
function whenText(f) {
  if (!f.first) return "no date";
  if (f.span === undefined) return f.first;
  return f.end === undefined ? `${f.first}, ${days(f.span)}` : `${f.first} to ${f.removed}, ${days(f.span)}`;
}

function fill(details, f) {
  if (details.open && details.childElementCount === 1) details.append(detailsOf(f));
}

// reveal opens a finding of the list, and goes there.
function reveal(f) {
  const at = shown.indexOf(f);
  if (at < 0) return;
  if (at >= listed) grow(at + 1 - listed + STEP);
  const details = document.getElementById("finding-" + f.index).firstElementChild;
  details.open = true;
  fill(details, f);
  details.firstElementChild.focus({ preventScroll: true });
  details.scrollIntoView({ block: "start" });
}

function startList() {
  more.addEventListener("click", () => {
    const first = listed;
    grow(STEP);
    list.children[first]?.querySelector("summary").focus();
  });
  new IntersectionObserver((entries) => {
    if (entries.some((entry) => entry.isIntersecting) && listed < shown.length) grow(STEP);
  }, { rootMargin: "800px" }).observe(more);
  // On paper everything is there and open, but not more than a printer takes.
  addEventListener("beforeprint", () => {
    grow(shown.length - listed);
    for (const f of shown.slice(0, 500)) {
      const details = document.getElementById("finding-" + f.index).firstElementChild;
      details.open = true;
      fill(details, f);
    }
  });
}
