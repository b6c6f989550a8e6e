// Focus on what was just answered, and Monday's hours copied to the working days. Everything works without it.
const faulty = document.querySelector("[aria-invalid=true], .fr-fieldset--error input");
(faulty ?? document.querySelector("[data-com-focus]"))?.focus();

const button = document.querySelector("[data-com-copy]");
button?.addEventListener("click", () => {
  const [monday, ...others] = [...document.querySelectorAll("[data-com-day]")].map((day) => [
    ...day.querySelectorAll("input"),
  ]);
  for (const day of others.slice(0, 4)) {
    for (const [at, input] of day.entries()) input.value = monday[at].value;
  }
  document.querySelector("[data-com-copied]").textContent = "Horaires recopiés du mardi au vendredi.";
});
