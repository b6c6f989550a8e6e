// How long the place is still held: shown each second, said aloud rarely. The page says the hour without this.
const SPOKEN = [300, 120, 60, 0];

for (const hold of document.querySelectorAll("[data-sas-countdown]")) {
  const left = hold.querySelector("[data-sas-left]");
  const announced = document.querySelector("[data-sas-announced]");
  const end = performance.now() + Number(hold.dataset.sasCountdown) * 1000;
  let toSay = SPOKEN.filter((seconds) => seconds < Number(hold.dataset.sasCountdown));

  const words = (seconds) => {
    if (seconds <= 0) return "La place n’est plus gardée. Rechargez la page pour savoir si elle est encore libre.";
    const minutes = Math.ceil(seconds / 60);
    return minutes > 1 ? `Il reste ${minutes} minutes.` : "Il reste moins d’une minute.";
  };

  const show = () => {
    const seconds = Math.max(0, Math.round((end - performance.now()) / 1000));
    left.textContent = seconds ? ` (${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, "0")} s)` : " : c’est passé";
    if (toSay.length && seconds <= toSay[0]) {
      toSay = toSay.filter((one) => one < seconds);
      announced.textContent = words(seconds);
    }
    if (seconds) setTimeout(show, 1000);
  };
  show();
}
