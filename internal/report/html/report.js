// The start of the report: filters lead to a list and a timeline.

function apply(chosen) {
  const selected = select(chosen);
  bars = BARS;
  show(selected);
  drawTimeline(selected);
  document.getElementById("clear").disabled = Object.keys(chosen).length === 0;
}

function changed() {
  const chosen = readControls();
  writeAddress(chosen);
  apply(chosen);
}

function arrived() {
  writeControls(readAddress());
  apply(readControls()); // which have what of it there is
}

startTheme();
if (findings.length) {
  fillControls();
  startList();
  let waiting = 0;
  form.addEventListener("input", (event) => {
    clearTimeout(waiting);
    // Typing is waited for, a choice is not.
    waiting = setTimeout(changed, event.target.matches("input:not([type=checkbox])") ? 120 : 0);
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", (event) => {
    event.preventDefault();
    writeControls({});
    changed();
    form.elements.q.focus();
  });
  addEventListener("hashchange", () => {
    if (location.hash === "" || location.hash.includes("=")) arrived();
  });
  if (innerWidth < 800) form.querySelector("details").open = false;
  arrived();
}
