// The audit stands in the page whole; commands get a button that copies them, and all is open on paper.

startTheme();
for (const box of document.querySelectorAll(".command")) {
  const code = box.firstElementChild;
  box.append(copyButton(code.textContent, `the command ${code.textContent}`, code));
}
addEventListener("beforeprint", () => {
  for (const details of document.querySelectorAll("details")) details.open = true;
});
