// The only thing a page cannot do by itself. Without JavaScript the browser's own key prints.
document.querySelectorAll("[data-print]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
});
