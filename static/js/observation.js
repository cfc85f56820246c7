// Counts down in the server's time, and looks for news. Without JavaScript the page comes again every 30 seconds.
(() => {
  const board = document.querySelector("[data-board]");
  const began = performance.now();
  const serverNow = () => Number(board.dataset.now) + performance.now() - began;
  const tick = () => {
    board.querySelectorAll("[data-until]").forEach((line) => {
      const left = Math.ceil((Number(line.dataset.until) - serverNow()) / 1000);
      const place = line.querySelector("[data-left]");
      line.classList.toggle("board-over", left <= 0);
      place.textContent = left <= 0 ? place.dataset.over
        : `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    });
  };
  tick();
  setInterval(tick, 1000);
  // Nobody who is typing is interrupted.
  setInterval(() => {
    const box = document.querySelector("[name=scan]");
    if (!("still" in board.dataset) && (!box || box.value === "")) location.replace(location.pathname);
  }, 30000);
})();
