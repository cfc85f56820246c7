// Counts the minutes of opened vials down, by the clock of the server: the page carries its time. Without JavaScript the
// numbers of the moment of loading stand, with that moment above them.
const board = document.querySelector("[data-now]");
if (board) {
  const ahead = Date.parse(board.dataset.now) - Date.now();
  const tick = () => {
    document.querySelectorAll("[data-until]").forEach((place) => {
      const minutes = Math.floor((Date.parse(place.dataset.until) - Date.now() - ahead) / 60000);
      if (minutes < 0) {
        place.textContent = `✕ ${place.dataset.over}`;
        place.removeAttribute("data-until");
        place.closest("li").classList.add("vial-past");
      } else {
        const [hours, rest] = place.querySelectorAll("span");
        hours.textContent = Math.floor(minutes / 60);
        rest.textContent = String(minutes % 60).padStart(2, "0");
      }
    });
  };
  setInterval(tick, 10000);
}
// Without JavaScript the browser's own key prints.
document.querySelectorAll("[data-print]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
});
