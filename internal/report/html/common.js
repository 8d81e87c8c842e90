// What both pages use: elements, copy buttons, the color theme. Data only ever becomes text.

// make returns an element. An attribute that is false or undefined is left out, and so is an empty child.
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== undefined && child !== ""));
  return element;
}

// link returns text that leads to an https address, or the text alone where there is none.
function link(address, text, attributes = {}) {
  if (!address || !address.startsWith("https://")) return make("span", attributes, text);
  return make("a", { ...attributes, href: address, rel: "noopener noreferrer nofollow", target: "_blank" }, text);
}

// command returns a line to copy, with the button that does.
function command(text, name) {
  const code = make("code", {}, text);
  return make("div", { class: "command" }, code, copyButton(text, name, code));
}

function copyButton(text, name, source) {
  const button = make("button", { type: "button", class: "quiet", "aria-label": `Copy ${name}` }, "Copy");
  button.addEventListener("click", async () => {
    button.textContent = (await copy(text, source)) ? "Copied" : "Press Ctrl+C";
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  });
  return button;
}

// copy puts text on the clipboard. Where a browser does not let it, the text is selected instead.
async function copy(text, source) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    getSelection().selectAllChildren(source);
    return false;
  }
}

// Storage may be closed to pages from disk; the theme then lasts as long as the page.
function stored() {
  try { return localStorage.getItem("unleak-theme"); } catch { return null; }
}
function store(theme) {
  try { localStorage.setItem("unleak-theme", theme); } catch { /* as said above */ }
}

function startTheme() {
  const button = document.getElementById("theme");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  let chosen = stored();
  const show = () => {
    const isDark = chosen === "dark" || (chosen !== "light" && dark.matches);
    if (chosen === "dark" || chosen === "light") document.documentElement.dataset.theme = chosen;
    button.textContent = isDark ? "Light colors" : "Dark colors";
    return isDark;
  };
  button.addEventListener("click", () => {
    chosen = show() ? "light" : "dark";
    store(chosen);
    show();
  });
  dark.addEventListener("change", show);
  show();
  button.hidden = false;
}
