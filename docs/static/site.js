// The contents stand at the page that is shown, however long they are.
document.fonts.ready.then(() => {
  const contents = document.querySelector(".sidebar-scroll");
  const here = contents?.querySelector(".current-page");
  if (here) {
    const [top, place] = [contents, here].map((each) => each.getBoundingClientRect().top);
    contents.scrollBy({ top: place - top - contents.clientHeight / 2, behavior: "instant" });
  }
});
